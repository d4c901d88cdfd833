"""Step 2 of 6: reading columns -> the same, safe on disk, numbered and chained. I/O.

From: sources. To: ingest. A spool is one SQLite file with an identity: the source epoch, a
stream of batches. Readings are first stored as they come ("open" rows, one commit a slot) and
sealed into numbered batches of up to 5,000 readings when they are drained; a sealed batch never
changes its readings, and the head of its hash chain outlives it. Only this file and
`spool_file` know sqlite3.

"Acknowledged" means committed here with synchronous=FULL. A full disk refuses whole
transactions; a reserve beside the file lets the drain go on, so that space comes back. A damaged
file is set aside, never deleted: what is readable in it goes into the new one.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import structlog

from adapters.errors import SpoolDamagedError, SpoolFullError
from adapters.spool_disk import Reserve, spool_error
from adapters.spool_file import finish_rebuilding, opened, rebuilt
from adapters.spool_identity import move_identity, next_in_chain, unseen
from adapters.spool_rows import (
    BATCH_COLUMNS,
    OPEN_COLUMNS,
    QUARANTINE_COLUMNS,
    LostRecord,
    RefusedMessage,
    SpoolBacklog,
    SpoolPart,
    batch_of,
    chosen,
    groups_of,
    listed,
    open_row,
    quarantine_row,
    sound_open,
    whole_batch,
)
from energy.base.clock import Clock, from_us, to_us
from energy.metering.codec import MAX_READINGS, ZERO_HASH, decode, encode
from energy.metering.reading import ReadingColumns, SpooledBatch

T = TypeVar("T")
_log = structlog.get_logger("adapters.spool")

SEEN_KEPT = 200_000
"""Readings of push sources remembered to recognise a repeated message."""
QUARANTINE_KEPT = 10_000
"""Different refused messages kept; the oldest go first, and their number is counted."""
OPEN_ROWS_A_SEAL = 20_000
BATCHES_A_SEAL = 4


class Spool:
    """Store and forward: everything it has acknowledged survives a kill and a power cut."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open the spool, made if absent.

        Args:
            path: The file; its folder is made if absent.
            clock: Dates refused messages and damaged files.

        Raises:
            SpoolFullError: No room to open it.
            SpoolError: Another collector uses it.
        """
        self._path = path
        self._clock = clock
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
        self._open_readings = self._read_open_readings()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def append(self, source: str, columns: ReadingColumns) -> int:
        """Store the readings of one source; returns how many were stored."""
        return self.append_many([SpoolPart(source=source, columns=columns)])

    def append_many(
        self,
        parts: Sequence[SpoolPart],
        *,
        refused: Sequence[RefusedMessage] = (),
        safe_slot: datetime | None = None,
    ) -> int:
        """Store readings, refused messages and the safe slot in one transaction.

        Args:
            parts: Readings by source.
            refused: Messages that gave no reading.
            safe_slot: The slot that is complete with these readings, in a play.

        Returns:
            Readings stored; a repeated one of a push source is left out.

        Raises:
            SpoolFullError: No room; nothing was stored.
        """
        with self._lock:
            stored = self._mended(lambda: self._append(parts, refused, safe_slot))
            self._open_readings += stored
        return stored

    def _append(
        self,
        parts: Sequence[SpoolPart],
        refused: Sequence[RefusedMessage],
        safe_slot: datetime | None,
    ) -> int:
        stored = 0
        with self._transaction() as db:
            for part in parts:
                columns = unseen(db, part.columns) if part.once else part.columns
                for start in range(0, len(columns), MAX_READINGS):
                    piece = chosen(columns, slice(start, start + MAX_READINGS))
                    db.execute(
                        f"INSERT INTO open ({OPEN_COLUMNS}) VALUES (?, ?, ?, ?)",  # noqa: S608
                        open_row(part.source, len(piece), encode(piece)),
                    )
                stored += len(columns)
            self._keep_refused(db, refused)
            if safe_slot is not None:
                move_identity(db, safe_slot_us=to_us(safe_slot))
        return stored

    def seal(self, *, least: int = 1) -> int:
        """Seal open readings into numbered batches, in order, each of one source.

        Args:
            least: A last, unfilled batch is sealed only from this many readings on. [reading]

        Returns:
            Batches sealed.

        Raises:
            SpoolFullError: No room, not even the reserve; nothing was sealed.
        """
        sealed = 0
        while self._open_readings >= least:
            # A few at a time: the pages of sealed rows make room for the next batches.
            some = self._mended(lambda: self._with_reserve(lambda: self._seal(least)))
            sealed += some
            if some < BATCHES_A_SEAL:
                break
        return sealed

    def pending(self, limit: int = 4) -> list[SpooledBatch]:
        """Return the oldest sealed batches that the journal has not accepted yet."""
        return self._mended(lambda: self._pending(limit))

    def _pending(self, limit: int) -> list[SpooledBatch]:
        with self._lock, self._translated():
            rows = self._db.execute(
                f"SELECT {BATCH_COLUMNS} FROM batch ORDER BY place LIMIT ?",  # noqa: S608 - our own text
                (limit,),
            ).fetchall()
        if not all(whole_batch(row) for row in rows):
            raise SpoolDamagedError(self._path, "a batch does not fit its hash")
        return [batch_of(row) for row in rows]

    def accepted(self, batches: Sequence[SpooledBatch]) -> None:
        """Let go of batches that the journal holds; the head of the chain stays."""
        self._mended(lambda: self._with_reserve(lambda: self._accepted(batches)))
        if not self._reserve.make():
            with self._lock, self._translated():
                self._db.execute("PRAGMA incremental_vacuum").fetchall()
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._reserve.make()

    def begin_epoch(self) -> int:
        """Seal everything that the journal has not accepted again, under a new source epoch.

        For a spool that was restored from a backup: the journal holds other batches under its
        next numbers. Readings that the journal has already are recognised there as repeated.

        Returns:
            Batches sealed again.

        Raises:
            SpoolFullError: No room, not even the reserve; nothing has changed.
        """
        sealed = self._mended(lambda: self._with_reserve(self._begin_epoch))
        self.stream = self._read_stream()
        return sealed

    def head_sequence(self) -> int:
        """Return the number of the newest batch sealed under the source epoch; 0 without one."""
        with self._lock, self._translated():
            (head,) = self._db.execute("SELECT head_sequence FROM identity").fetchone()
        return int(head)

    def safe_slot(self) -> datetime | None:
        """Return the last slot of a play that is complete in here; None when there is none."""
        with self._lock, self._translated():
            (slot_us,) = self._db.execute("SELECT safe_slot_us FROM identity").fetchone()
        return None if slot_us is None else from_us(slot_us)

    def quarantined(self, limit: int = 100) -> list[RefusedMessage]:
        """Return the newest refused messages, newest first."""
        with self._lock, self._translated():
            rows = self._db.execute(
                "SELECT source, topic, reason, detail, body, times FROM quarantine "
                "ORDER BY last_us DESC, place DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [
            RefusedMessage(source=s, topic=t, reason=r, detail=d, body=b, times=n)
            for s, t, r, d, b, n in rows
        ]

    def backlog(self) -> SpoolBacklog:
        """Return what waits for the journal."""
        with self._lock, self._translated():
            batches, quarantined, dropped = self._db.execute(
                "SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM quarantine), "
                "quarantine_dropped FROM identity"
            ).fetchone()
        return SpoolBacklog(
            open_readings=self._open_readings,
            sealed_batches=batches,
            quarantined=quarantined,
            quarantine_dropped=dropped,
        )

    def _seal(self, least: int) -> int:
        with self._lock:  # else what is appended meanwhile is not counted
            sealed = self._seal_some(least)
            self._open_readings = self._read_open_readings()
        return sealed

    def _seal_some(self, least: int) -> int:
        with self._transaction() as db:
            rows = db.execute(
                "SELECT place, source, readings FROM open ORDER BY place LIMIT ?",
                (OPEN_ROWS_A_SEAL,),
            ).fetchall()
            groups = groups_of(rows, least)[:BATCHES_A_SEAL]
            for source, places in groups:
                self._seal_group(db, source, places)
            db.execute(
                "DELETE FROM seen WHERE place <= (SELECT max(place) FROM seen) - ?", (SEEN_KEPT,)
            )
        return len(groups)

    def _seal_group(self, db: sqlite3.Connection, source: str, places: Sequence[int]) -> None:
        marks = [(place,) for place in places]
        one = f"SELECT {OPEN_COLUMNS} FROM open WHERE place = ?"  # noqa: S608 - our own text
        rows = [db.execute(one, mark).fetchone() for mark in marks]
        if not all(sound_open(row) for row in rows):
            raise SpoolDamagedError(self._path, "stored readings do not fit their check")
        payloads = [row[2] for row in rows]
        payload = payloads[0]
        if len(payloads) > 1:
            payload = encode(ReadingColumns.joined(decode(payload) for payload in payloads))
        row = next_in_chain(db, source, payload)
        db.execute(f"INSERT INTO batch ({BATCH_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", row)  # noqa: S608
        db.executemany("DELETE FROM open WHERE place = ?", marks)

    def _begin_epoch(self) -> int:
        with self._transaction() as db:
            move_identity(db, stream=uuid4().bytes, head_sequence=0, head_hash=ZERO_HASH)
            # The journal may have lost what was repeated: it is stored if it comes once more.
            db.execute("DELETE FROM seen")
            places = db.execute("SELECT place FROM batch ORDER BY place").fetchall()
            for place in places:
                source, payload = db.execute(
                    "SELECT source, payload FROM batch WHERE place = ?", place
                ).fetchone()
                row = next_in_chain(db, source, payload)
                db.execute(
                    f"UPDATE batch SET ({BATCH_COLUMNS}) = (?,?,?,?,?,?,?,?,?) WHERE place = ?",  # noqa: S608
                    (*row, *place),
                )
        return len(places)

    def _accepted(self, batches: Sequence[SpooledBatch]) -> None:
        with self._transaction() as db:
            db.executemany(
                "DELETE FROM batch WHERE stream = ? AND sequence = ?",
                [(batch.stream.bytes, batch.sequence) for batch in batches],
            )

    def _keep_refused(self, db: sqlite3.Connection, refused: Sequence[RefusedMessage]) -> None:
        now_us = to_us(self._clock.now())
        for message in refused:
            db.execute(
                f"INSERT INTO quarantine ({QUARANTINE_COLUMNS}) "  # noqa: S608 - our own text
                "VALUES (?,?,?,?,?,?,?,?,?,?) "
                "ON CONFLICT DO UPDATE SET times = times + 1, last_us = excluded.last_us",
                quarantine_row(message, now_us),
            )
        if refused:
            dropped = db.execute(
                "DELETE FROM quarantine WHERE place <= (SELECT max(place) FROM quarantine) - ?",
                (QUARANTINE_KEPT,),
            ).rowcount
            db.execute(
                "UPDATE identity SET quarantine_dropped = quarantine_dropped + ?", (dropped,)
            )

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

    def _read_open_readings(self) -> int:
        (readings,) = self._db.execute("SELECT coalesce(sum(readings), 0) FROM open").fetchone()
        return int(readings)

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
                    self._open_readings = self._read_open_readings()
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
