"""In: a folder. Out: BEMServer-core, installed there and running in a process of its own. I/O."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.ground import Ground
from energy.base.errors import RefusedError

PACKAGES = ("bemserver-core==0.22.0", "psycopg[binary]>=3.2,<4")
"""The version compared, with the compiled client: the quicker of the two its users have."""
_CHECKOUT = Path(__file__).resolve().parents[2]
_PROGRAM = Path(__file__).with_name("peer_program.py")
_ACCOUNT = "bemserver"
_TAIL = 12


class PeerError(RefusedError):
    """The peer is not there, or stopped."""

    code = "bench.peer"


def python_of(folder: Path) -> Path:
    """Return the interpreter of the peer's environment.

    Raises:
        PeerError: The environment is missing, is another version, or cannot start.
    """
    python = folder / "bin" / "python"
    again = f"`scripts/bench beside --peer {folder} --install` makes it."
    if not python.exists():
        raise PeerError(f"{folder} holds no environment with BEMServer-core. {again}")
    wanted = PACKAGES[0].partition("==")[2]
    code = "from importlib.metadata import version; print(version('bemserver-core'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerError(f"BEMServer-core is not installed in {folder}. {again}")
    if done.stdout.strip() != wanted:
        raise PeerError(
            f"{folder} holds BEMServer-core {done.stdout.strip()}, compared is {wanted}. {again}"
        )
    return python


def install(folder: Path) -> None:
    """Make the peer's environment with the package index that pip is configured for.

    Args:
        folder: Outside the checkout: the peer is no part of Meterline.

    Raises:
        PeerError: The folder lies in the checkout, or pip failed.
    """
    if folder.is_relative_to(_CHECKOUT):
        raise PeerError(f"{folder} lies inside {_CHECKOUT}. Give --peer a folder outside it.")
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *PACKAGES],
    ):
        done = subprocess.run(command, stdout=sys.stderr, check=False)
        if done.returncode:
            raise PeerError(
                f"{' '.join(command)} failed; the reason stands above. Mend it (the network, or "
                "pip's own index settings) and give the same command again."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The running peer."""

    child: subprocess.Popen[str]
    log: Path
    """What it says on its error stream."""
    scratch: Path
    """A folder that both sides reach."""
    dsn: str
    """Of its database, as its owner."""

    def ask(self, do: str, **what: object) -> Any:
        """Let it do one thing and return its answer.

        Raises:
            PeerError: It stopped; the end of its trace is in the message.
        """
        assert self.child.stdin is not None, "a pipe was asked for"
        assert self.child.stdout is not None, "a pipe was asked for"
        try:
            self.child.stdin.write(json.dumps({"do": do, **what}) + "\n")
            self.child.stdin.flush()
            answer = self.child.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            rows = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            tail = "\n".join(rows[-_TAIL:])
            raise PeerError(f"BEMServer-core stopped at `{do}`. The end of its trace:\n{tail}")
        return json.loads(answer)

    def take(self, name: str, at_us: NDArray[np.int64], value: NDArray[np.int64]) -> None:
        """Hand it values for a group of its timeseries; nothing is stored yet.

        Args:
            name: The group.
            at_us: Instants, shape (n,). [us]
            value: Values, shape (n, meters).
        """
        file = self.scratch / "take.npz"
        np.savez(file, at_us=at_us, value=value.astype(np.float64))
        self.ask("take", name=name, file=str(file))

    def result(self) -> NDArray[np.float64]:
        """Return its last table of hours x meters."""
        file = self.scratch / "keep.npy"
        self.ask("keep", file=str(file))
        table: NDArray[np.float64] = np.load(file)
        return table

    def tidy(self) -> None:
        """Vacuum and analyze its tables, as autovacuum does in the end."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


@contextmanager
def running(folder: Path, ground: Ground, scratch: Path) -> Iterator[tuple[Peer, dict[str, str]]]:
    """Give the peer with fresh tables in a database of its own, and the versions that run.

    Args:
        folder: Its environment.
        ground: Whose server it shares.
        scratch: An empty folder for settings, log and values.

    Raises:
        PeerError: It is missing or does not start.
    """
    python = python_of(folder)
    ground.administer(f"CREATE ROLE {_ACCOUNT} LOGIN")
    ground.administer(f"CREATE DATABASE {_ACCOUNT} OWNER {_ACCOUNT}")
    place = conninfo_to_dict(ground.writer.dsn)
    settings, log = scratch / "settings.py", scratch / "peer.log"
    settings.write_text(f"SQLALCHEMY_DATABASE_URI = {_url(place)!r}\n", encoding="utf-8")
    names = {**_plain_environment(), "BEMSERVER_CORE_SETTINGS_FILE": str(settings)}
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            [python, _PROGRAM],
            env=names,
            cwd=scratch,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as child,
    ):
        dsn = make_conninfo(ground.writer.dsn, user=_ACCOUNT, dbname=_ACCOUNT)
        peer = Peer(child=child, log=log, scratch=scratch, dsn=dsn)
        yield peer, peer.ask("setup")


def _url(place: Mapping[str, object]) -> str:
    host, port = quote(str(place["host"]), safe="/"), place["port"]
    return f"postgresql+psycopg://{_ACCOUNT}@/{_ACCOUNT}?host={host}&port={port}"


def _plain_environment() -> dict[str, str]:
    """Return our variables without those that would lead its interpreter to our packages."""
    ours = {"PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in ours}
