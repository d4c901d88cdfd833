"""In: the place of a spool. Out: it, open, with transactions that mend themselves. I/O.

A full disk refuses whole transactions; a reserve beside the file lets the drain go on. A damaged
file is set aside, never deleted: what is readable in it goes into the new one.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import structlog

from adapters.errors import SpoolDamagedError, SpoolFullError
from adapters.spool_disk import Reserve, spool_error
from adapters.spool_file import finish_rebuilding, opened, rebuilt
from adapters.spool_rows import LostRecord, listed
from adapters.spool_thinning import Key
from energy.base.clock import Clock

T = TypeVar("T")
PAGE = 4096
"""[B]"""
_log = structlog.get_logger("adapters.spool")


class OpenSpool:
    """The file of a spool: opened, checked, locked, mended."""

    def __init__(self, path: Path, clock: Clock, *, bound: int = 0) -> None:
        """Open the spool, made if absent.

        Args:
            path: The file; its folder is made if absent.
            clock: Dates refused messages and damaged files.
            bound: Most bytes of readings that it takes; 0 as many as the disk has. [B]

        Raises:
            SpoolFullError: No room to open it.
            SpoolError: Another collector uses it.
        """
        self._path = path
        self._clock = clock
        self._bound = bound
        self._offered: set[Key] = set()
        self._lock = threading.RLock()
        self._reserve = Reserve(path.with_name(path.name + ".reserve"))
        self.set_aside: Path | None = None
        """Where a damaged file was moved to when the spool was opened."""
        self.recovered = 0
        """Readings taken over from a damaged file."""
        self.lost: tuple[LostRecord, ...] = ()
        """Records of the damaged file that could not be read; in the quarantine, too."""
        path.parent.mkdir(parents=True, exist_ok=True)
        finish_rebuilding(path)
        try:
            self._db = opened(path)
        except SpoolDamagedError as error:
            self._rebuild(error)
        self._reserve.make()
        self.stream = self._read_stream()
        """Source epoch: the identity of this spool."""
        self._open = self._read_open()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _rebuild(self, error: SpoolDamagedError) -> None:
        """Go on in a new file with what is sound in the damaged one."""
        self.set_aside, found = rebuilt(self._path, self._clock.now())
        self._db = opened(self._path)
        self.recovered = sum(row[3] for row in found.batches) + sum(row[1] for row in found.open)
        self.lost = tuple(found.lost)
        _log.error(
            error.code,
            cause=str(error),
            set_aside=str(self.set_aside),
            recovered_readings=self.recovered,
            lost=listed(self.lost),
        )

    def _read_stream(self) -> UUID:
        with self._lock, self._translated():
            (stream,) = self._db.execute("SELECT stream FROM identity").fetchone()
        return UUID(bytes=stream)

    def _read_open(self) -> Counter[str]:
        rows = self._db.execute("SELECT source, sum(readings) FROM open GROUP BY source")
        return Counter(dict(rows))

    def _with_reserve(self, act: Callable[[], T]) -> T:
        """Act; when the disk is full, give the reserve back to it and act once more."""
        try:
            return act()
        except SpoolFullError:
            if not self._reserve.release():
                raise
            with self._lock, self._translated():
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return act()

    def _mended(self, act: Callable[[], T]) -> T:
        """Act; when the file turns out damaged, go on in a new one and act once more."""
        before = self._db
        try:
            return act()
        except SpoolDamagedError as error:
            with self._lock:
                if self._db is before:  # else another thread has mended it meanwhile
                    self._db.close()
                    self._rebuild(error)
                    self.stream = self._read_stream()
                    self._open = self._read_open()
            return act()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except UnicodeDecodeError as error:
            raise SpoolDamagedError(self._path, str(error)) from error
        except sqlite3.Error as error:
            raise spool_error(error, self._path) from error

    def _used(self) -> int:
        """Return the bytes in use. [B]."""
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        return PAGE * (int(pages) - self._free_pages())

    def _free_pages(self) -> int:
        with self._lock, self._translated():
            (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
        return int(free)
