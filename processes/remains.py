"""In: a data directory. Out: no process that a killed supervisor has left there. I/O: signals.

A child gets SIGTERM when its supervisor dies; one that changed its account in the meantime (a
broker started as root does) has lost that wish and lives on. It is known by a word in its
environment, which only children of a supervisor of this very directory have.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import structlog

from energy.base.clock import monotonic_s, wait

MARK = "METERLINE_SUPERVISED"
"""Environment of every child: the data directory of its supervisor."""
_GRACE_S = 10.0
log = structlog.get_logger("supervisor")


def remains_of(data_dir: Path) -> list[int]:
    """Return the ids of processes that belong to a data directory, zombies left out."""
    word = f"{MARK}={data_dir}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        with suppress(OSError):  # it ended, or belongs to somebody else
            if word in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def end_remains(data_dir: Path) -> None:
    """End what an earlier supervisor has left: SIGTERM, ten seconds, SIGKILL.

    Args:
        data_dir: The data directory; the caller holds its lock, so no supervisor works in it.
    """
    until_s = monotonic_s() + _GRACE_S
    number = signal.SIGTERM
    asked: set[int] = set()
    while left := remains_of(data_dir):
        if monotonic_s() > until_s:
            number, asked = signal.SIGKILL, set()
        for pid in set(left) - asked:
            log.warning("ending what an earlier start has left", pid=pid, signal=number.name)
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            asked.add(pid)
        wait(0.05)
