"""In: a folder with an airport. Out: its processes, running, and sessions of viewers. I/O.

The processes are those of `scripts/up`, started by the same code: the web process is gunicorn with
two workers of four threads. Sessions are put where the sign-in puts them, not by the form: it lets
twenty an address in each minute.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from uuid import UUID, uuid4

import psutil

from bench import machine
from bench.screens.viewers import Ticket
from dashboards.security.passwords import hashed
from dashboards.security.session_store import SqlSessionStore
from dashboards.security.sessions import Sessions
from energy.base.clock import SystemClock, monotonic_s
from energy.base.config import Config
from energy.base.ids import id_of
from energy.system import WRITER, System
from processes.play_spec import PLAY_SPEC, PlaySpec
from processes.stack import Stack
from processes.supervisor import pause

VIEWER = "bench-viewer"
PATIENCE_S = 90.0
UP = "up.json"
"""File in which `scripts/up` says where it serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A running installation."""

    url: str
    config: Config


@contextmanager
def served(config: Config, *, live: bool) -> Iterator[Place]:
    """Give a running installation: that of `scripts/up` where one runs, else one for the block.

    Args:
        config: Settings; the data directory holds a year (bench/screens/year.py).
        live: Whether meters, collector and views run too; else the pages alone.
    """
    if (config.data_dir / UP).exists():
        told = json.loads((config.data_dir / UP).read_text())
        if psutil.pid_exists(told["pid"]):
            yield Place(url=told["address"].rstrip("/"), config=config)
            return
    play = PlaySpec.load(config.data_dir / PLAY_SPEC)
    assert play is not None, "the folder holds an airport"
    stack = Stack(config, play)
    try:
        stack.prepare()
        if not live:
            stack.clock.move_to(None)
        stack.start(web=True, only=() if live else ("web",))
        _await_health(stack)
        yield Place(url=f"http://127.0.0.1:{stack.web_port}", config=config)
    finally:
        stack.stop()


def _await_health(stack: Stack) -> None:
    """Wait until the web process answers.

    Raises:
        TimeoutError: It never did; its log says why.
    """
    until = monotonic_s() + PATIENCE_S
    while monotonic_s() < until:
        stack.watch()
        try:
            with closing(HTTPConnection("127.0.0.1", stack.web_port, timeout=5)) as connection:
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
        except (OSError, HTTPException):
            pause()
    raise TimeoutError(f"web never answered: {stack.dir / 'log' / 'web.log'}")


def tickets(config: Config, count: int) -> list[Ticket]:
    """Return sessions of one person who may look and do nothing else.

    Args:
        config: Settings of the running installation.
        count: How many.
    """
    clock = SystemClock()
    system = System(config=config, role=WRITER, clock=clock)
    try:
        person = system.people.by_sign_in(VIEWER)
        who = person.person if person is not None else _added(system)
        sessions = Sessions(SqlSessionStore(system.database, system.vault.digest), clock)
        opened = (sessions.open(who, "127.0.0.1", site=system.site.key) for _ in range(count))
        return [Ticket(token=token, csrf=session.csrf) for token, session in opened]
    finally:
        system.close()


def _added(system: System) -> UUID:
    return system.people.add(
        sign_in=VIEWER,
        name="Bench",
        password_hash=hashed(uuid4().hex),
        roles=["viewer"],
        language="en",
        command_id=id_of("bench", VIEWER),
        must_change=False,
    )


def cpu_s(place: Place) -> dict[str, float]:
    """Return the processor time used so far by web process and database. [s]."""
    pids = json.loads((place.config.data_dir / "pids.json").read_text())
    return {name: machine.cpu_s(pids[name]) for name in ("web", "postgres")}
