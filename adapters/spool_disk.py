"""In: the place of a spool. Out: its reserve, a damaged file moved aside, named errors. I/O.

A full disk would stop the drain too, for letting go of batches needs room in SQLite's log; then
the spool could never shrink. The reserve is given back to the disk at that moment.
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path

from adapters.errors import SpoolDamagedError, SpoolError, SpoolFullError

RESERVE_BYTES = 2 * 1024 * 1024


class Reserve:
    """A file of zeros beside the spool."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is written yet."""
        self._path = path
        self._there = False

    def make(self) -> bool:
        """Make the reserve if it is absent; returns whether it is there."""
        if self._there:
            return True
        try:
            with self._path.open("wb") as file:
                file.write(bytes(RESERVE_BYTES))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink()
            return False
        self._there = True
        return True

    def release(self) -> bool:
        """Give the reserve back to the disk; returns whether there was one."""
        if not self._there:
            return False
        self._there = False
        self._path.unlink(missing_ok=True)
        return True


def moved_aside(path: Path, now: datetime) -> Path:
    """Rename a damaged file and its log; never over another one."""
    stem = f"{path.name}.damaged-{now:%Y%m%dT%H%M%SZ}"
    number = 0
    while (aside := path.with_name(f"{stem}-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def swept(path: Path) -> None:
    """Remove an unfinished spool and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def spool_error(error: Exception, path: Path) -> SpoolError:
    """Return what an error of SQLite means for the spool, with the next step.

    Args:
        error: The error; its `sqlite_errorname` tells the class.
        path: The spool's file.
    """
    name = str(getattr(error, "sqlite_errorname", ""))
    if name in {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE"}:
        return SpoolFullError(path, str(error))
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return SpoolDamagedError(path, str(error))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return SpoolError(
            f"The spool {path} is in use by another collector. Stop that one first: "
            "a spool has one owner."
        )
    return SpoolError(
        f"The spool {path} cannot be used ({error}). Check that its disk is mounted, writable "
        "and sound, then start the collector again."
    )
