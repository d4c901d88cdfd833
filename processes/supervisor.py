"""In: commands of child processes. Out: running processes, started again when they end. I/O.

A child gets SIGTERM when its supervisor dies, whatever killed it; a child that ends is started
again after a pause that doubles up to five seconds. Stopping is SIGTERM, ten seconds, SIGKILL.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog

from energy.base.clock import monotonic_s, wait

_PR_SET_PDEATHSIG = 1
_GRACE_S = 10.0
_LONGEST_PAUSE_S = 5.0
_STEADY_S = 10.0
log = structlog.get_logger("supervisor")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """A process to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Child:
    spec: ChildSpec
    popen: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    pause_s: float = 0.1
    due_s: float = 0.0
    starts: int = 0
    code: int | None = None


class Supervisor:
    """Keeps some children running."""

    def __init__(self, log_dir: Path, pid_file: Path) -> None:
        """Keep logs and the list of process ids.

        Args:
            log_dir: One log a child.
            pid_file: JSON of name -> process id, for people and tests.
        """
        self._log_dir = log_dir
        self._pid_file = pid_file
        self._children: dict[str, _Child] = {}
        self.extra_pids: dict[str, int] = {}
        """Processes kept by somebody else (the database), to be listed too."""
        log_dir.mkdir(parents=True, exist_ok=True)

    def start(self, spec: ChildSpec) -> None:
        """Start a child and keep it running."""
        child = _Child(spec)
        self._children[spec.name] = child
        self._launch(child)

    def watch(self) -> None:
        """Start again what has ended; call it often."""
        changed = False
        now_s = monotonic_s()
        for child in self._children.values():
            if child.popen is not None and child.popen.poll() is not None:
                child.code = child.popen.returncode
                child.popen = None
                if now_s - child.started_s > _STEADY_S:
                    child.pause_s = 0.1
                child.due_s = now_s + child.pause_s
                child.pause_s = min(child.pause_s * 2, _LONGEST_PAUSE_S)
                log.warning("child ended", child=child.spec.name, code=child.code)
                changed = True
            if child.popen is None and now_s >= child.due_s:
                self._launch(child)
        if changed:
            self.write_pids()

    def names(self) -> list[str]:
        """Return the names of the children."""
        return list(self._children)

    def failing(self, name: str, times: int) -> bool:
        """Return whether a child has been started that often and is down again."""
        child = self._children[name]
        return child.starts >= times and child.popen is None and child.code not in (0, None)

    def stop(self, *names: str) -> None:
        """Stop some children, or all in reverse order of their start."""
        chosen = [self._children[name] for name in names or tuple(reversed(self._children))]
        running = [child for child in chosen if child.popen is not None]
        for child in running:
            _signal(child, signal.SIGTERM)
        until = monotonic_s() + _GRACE_S
        for child in running:
            assert child.popen is not None, "it was running"
            try:
                child.popen.wait(timeout=max(0.0, until - monotonic_s()))
            except subprocess.TimeoutExpired:
                log.warning("child killed after its grace", child=child.spec.name)
                _signal(child, signal.SIGKILL)
                child.popen.wait()
        for child in chosen:
            self._children.pop(child.spec.name, None)
        self.write_pids()

    def write_pids(self) -> None:
        """Write the list of process ids."""
        pids = {
            name: child.popen.pid
            for name, child in self._children.items()
            if child.popen is not None
        }
        fresh = self._pid_file.with_suffix(".new")
        fresh.write_text(json.dumps({"supervisor": os.getpid(), **self.extra_pids, **pids}))
        fresh.replace(self._pid_file)

    def _launch(self, child: _Child) -> None:
        spec = child.spec
        with (self._log_dir / f"{spec.name}.log").open("ab") as output:
            child.popen = _spawn(spec, output)
        child.started_s = monotonic_s()
        child.starts += 1
        self.write_pids()


def _spawn(spec: ChildSpec, output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(spec.command),
        env={**os.environ, **spec.environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,  # ctrl-C reaches the supervisor alone, which stops in order
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - no threads here
    )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal(child: _Child, number: signal.Signals) -> None:
    assert child.popen is not None, "only running children get signals"
    try:
        child.popen.send_signal(number)
    except ProcessLookupError:
        return


def pause() -> None:
    """Wait a moment between two looks."""
    wait(0.1)
