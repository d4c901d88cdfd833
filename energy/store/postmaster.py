"""In: a cluster directory and /proc. Out: which server process holds it, and is it alive. I/O.

A killed postmaster leaves `postmaster.pid` behind and may stay a zombie for ever under a parent
that never reaps; PostgreSQL itself takes a zombie, or a stranger that got the same number after a
reboot, for the owner and refuses to start. So we look closer. Linux only.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PROGRAMS = frozenset({"postgres", "postmaster"})
_DEAD_STATES = frozenset("ZX")
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFile:
    """What a running (or killed) server wrote about itself into `postmaster.pid`."""

    pid: int
    port: int | None
    socket_dir: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessState:
    """One row of /proc: the short name, the state letter, the parent."""

    program: str
    state: str
    parent: int

    @property
    def dead(self) -> bool:
        """Whether it is a zombie: ended, but not yet reaped by its parent."""
        return self.state in _DEAD_STATES


def read_lock_file(cluster: Path) -> LockFile | None:
    """Return what `postmaster.pid` says, or None when there is none or it is half written."""
    try:
        rows = (cluster / "postmaster.pid").read_text(errors="surrogateescape").splitlines()
        pid = abs(int(rows[0]))
    except (FileNotFoundError, IndexError, ValueError):
        return None
    port = int(rows[3]) if len(rows) > 3 and rows[3].strip().isdigit() else None
    socket_dir = Path(rows[4]) if len(rows) > 4 and rows[4].strip() else None
    return LockFile(pid=pid, port=port, socket_dir=socket_dir)


def read_process(pid: int) -> ProcessState | None:
    """Return the state of a process, or None when it is gone."""
    try:
        row = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name stands in parentheses and may itself hold spaces and parentheses.
    name_start, name_end = row.index("("), row.rindex(")")
    state, parent = row[name_end + 1 :].split()[:2]
    return ProcessState(program=row[name_start + 1 : name_end], state=state, parent=int(parent))


def serves(pid: int, cluster: Path) -> bool:
    """Return whether a live PostgreSQL process works on this cluster.

    Args:
        pid: Process to look at.
        cluster: The cluster directory; every PostgreSQL process stands in its own.

    Returns:
        False for a zombie, for a stranger with the same number and for a process that is gone.
    """
    stands = _stands_in(pid, cluster)
    if stands is not None:
        return stands
    # Hidden from us: when it runs as the cluster's owner, rather believe it than start twice.
    with suppress(FileNotFoundError):
        return (_PROC / str(pid)).stat().st_uid == cluster.stat().st_uid
    return False


def running_postmaster(cluster: Path) -> LockFile | None:
    """Return the lock file of the server that runs on this cluster, or None."""
    lock = read_lock_file(cluster)
    return lock if lock is not None and serves(lock.pid, cluster) else None


def orphans(cluster: Path) -> list[int]:
    """Return the live processes on this cluster; without a postmaster they are left-overs."""
    return [pid for pid in _every_pid() if _stands_in(pid, cluster)]


def dead_children() -> list[int]:
    """Return our own PostgreSQL zombies: backends which a killed postmaster left to us."""
    found: list[int] = []
    for pid in _every_pid():
        process = read_process(pid)
        if (
            process is not None
            and process.dead
            and process.parent == os.getpid()
            and process.program in _PROGRAMS
        ):
            found.append(pid)
    return found


def _stands_in(pid: int, cluster: Path) -> bool | None:
    """Return whether a live PostgreSQL process stands in the cluster, None if we may not see."""
    process = read_process(pid)
    if process is None or process.dead or process.program not in _PROGRAMS:
        return False
    try:
        return (_PROC / str(pid) / "cwd").samefile(cluster)
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError:
        return None


def _every_pid() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def become_subreaper() -> None:
    """Have orphaned grandchildren given to us instead of to process 1, which may never reap.

    Raises:
        OSError: The kernel refused.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
