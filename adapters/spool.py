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

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.errors import SpoolDamagedError, SpoolFullError
from adapters.spool_identity import move_identity, unseen
from adapters.spool_notes import (
    WaitingSpan,
    drop_notes,
    gone_ranges,
    keep_note,
    let_go,
    send_notes,
    waiting_sequences,
    waiting_spans,
)
from adapters.spool_open import OpenSpool
from adapters.spool_quarantine import keep_refused, newest_refused
from adapters.spool_rows import (
    BATCH_COLUMNS,
    OPEN_COLUMNS,
    RefusedMessage,
    SpoolBacklog,
    SpoolPart,
    batch_of,
    chosen,
    open_row,
    whole_batch,
)
from adapters.spool_sealing import next_sources, seal_again, seal_some
from adapters.spool_thinning import Rung, Thinned, thin_some
from energy.base.clock import from_us, to_us
from energy.metering.codec import MAX_READINGS, encode
from energy.metering.note import Note
from energy.metering.reading import ReadingColumns, SpooledBatch

FREE_KEPT = 16_384
"""Pages without content that the file keeps; beyond them the disk gets some back."""
FREED_AT_ONCE = 2_048
"""Pages given back to the disk at a time."""
_OF_BATCH = ", ".join(f"batch.{column}" for column in BATCH_COLUMNS.split(", "))
NEWEST = 2**62
"""A place behind every batch."""


class Spool(OpenSpool):
    """Store and forward: everything it has acknowledged survives a kill and a power cut."""

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
            self._open.update(stored)
        return stored.total()

    def _append(
        self,
        parts: Sequence[SpoolPart],
        refused: Sequence[RefusedMessage],
        safe_slot: datetime | None,
    ) -> Counter[str]:
        stored: Counter[str] = Counter()
        with self._transaction() as db:
            if self._bound and parts and self._used() >= self._bound:
                raise SpoolFullError(self._path, f"its bound of {self._bound:,} B is reached")
            for part in parts:
                columns = unseen(db, part.columns) if part.once else part.columns
                for start in range(0, len(columns), MAX_READINGS):
                    piece = chosen(columns, slice(start, start + MAX_READINGS))
                    db.execute(
                        f"INSERT INTO open ({OPEN_COLUMNS}) VALUES (?, ?, ?, ?)",  # noqa: S608
                        open_row(part.source, len(piece), encode(piece)),
                    )
                stored[part.source] += len(columns)
            keep_refused(db, refused, to_us(self._clock.now()))
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
        while self._fills(least):
            # A few at a time: the pages of sealed rows make room for the next batches.
            some = self._mended(lambda: self._with_reserve(lambda: self._seal(least)))
            sealed += some
            if some == 0:
                break
        return sealed

    def pending(
        self,
        limit: int = 4,
        *,
        after: int = 0,
        up_to: int = NEWEST,
        source: str | None = None,
        readings: int = NEWEST,
    ) -> list[SpooledBatch]:
        """Return the oldest sealed batches that the journal has not accepted yet.

        Args:
            limit: How many at most.
            after: Only those behind this place.
            up_to: Only those up to this place.
            source: Only of this source; None of any.
            readings: So many in all at most, unless the first batch has more. [reading]
        """
        return self._mended(lambda: self._pending(limit, after, up_to, source, readings))

    def _pending(
        self, limit: int, after: int, up_to: int, source: str | None, readings: int
    ) -> list[SpooledBatch]:
        with self._lock, self._translated():
            # The inner one ends at the limit: it sums no backlog of weeks.
            rows = self._db.execute(
                f"SELECT {_OF_BATCH} FROM "  # noqa: S608
                "(SELECT *, sum(readings) OVER (ORDER BY place) - readings AS before FROM "
                "(SELECT place, readings FROM batch WHERE place > ? AND place <= ? "
                "AND (? IS NULL OR source = ?) ORDER BY place LIMIT ?)) "
                "AS chosen JOIN batch USING (place) "
                "WHERE chosen.before = 0 OR chosen.before + batch.readings <= ? ORDER BY place",
                (after, up_to, source, source, limit, readings),
            ).fetchall()
            if not all(whole_batch(row) for row in rows):
                raise SpoolDamagedError(self._path, "a batch does not fit its hash")
            batches = [batch_of(row) for row in rows]
            self._offered.update((batch.stream, batch.sequence) for batch in batches)
        return batches

    def newest_place(self) -> int:
        """Return the place of the newest sealed batch; 0 without one."""
        with self._lock, self._translated():
            (place,) = self._db.execute("SELECT coalesce(max(place), 0) FROM batch").fetchone()
        return int(place)

    def accepted(self, batches: Sequence[SpooledBatch]) -> None:
        """Let go of batches that the journal holds; the head of the chain stays."""
        self._mended(lambda: self._with_reserve(lambda: self._accepted(batches)))
        if not self._reserve.make():
            with self._lock, self._translated():
                self._db.execute("PRAGMA incremental_vacuum").fetchall()
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._reserve.make()
        elif self._free_pages() > FREE_KEPT:
            with self._lock, self._translated():
                self._db.execute(f"PRAGMA incremental_vacuum({FREED_AT_ONCE})").fetchall()

    def thin(self, rung: Rung, kinds: Mapping[int, str]) -> Thinned:
        """Thin the next few batches, the oldest first; what was thinned becomes a note.

        Args:
            rung: How thin.
            kinds: Kind of each channel; of one that is not named nothing is thinned.

        Raises:
            SpoolFullError: No room, not even the reserve; nothing was thinned.
        """
        return self._mended(lambda: self._with_reserve(lambda: self._thin(rung, kinds)))

    def _thin(self, rung: Rung, kinds: Mapping[int, str]) -> Thinned:
        with self._transaction() as db:
            return thin_some(db, rung, kinds, self._offered)

    def tell(self, notes: Sequence[Note]) -> None:
        """Keep notes for the journal.

        Raises:
            SpoolFullError: No room, not even the reserve; none is kept.
        """
        self._mended(lambda: self._with_reserve(lambda: self._tell(notes)))

    def _tell(self, notes: Sequence[Note]) -> None:
        with self._transaction() as db:
            for each in notes:
                keep_note(db, each)

    def notes(self, limit: int = 100) -> list[Note]:
        """Return the oldest notes, on their way to the journal: they never change from here on."""
        with self._lock, self._translated():
            if self._db.execute("SELECT 1 FROM note LIMIT 1").fetchone() is None:
                return []
        return self._mended(lambda: self._with_reserve(lambda: self._notes(limit)))

    def _notes(self, limit: int) -> list[Note]:
        with self._transaction() as db:
            return send_notes(db, limit)

    def noted(self, notes: Sequence[Note]) -> None:
        """Let go of notes that the journal holds."""
        with self._transaction() as db:
            drop_notes(db, [each.id for each in notes])

    def gone(self) -> list[tuple[int, int]]:
        """Return the sequences of the source epoch, first and last, that left before older ones."""
        with self._lock, self._translated():
            return gone_ranges(self._db)

    def open_by_source(self) -> dict[str, int]:
        """Return how many readings of each source are in no numbered batch yet."""
        with self._lock:
            return {source: readings for source, readings in self._open.items() if readings}

    def waiting_sequences(self) -> list[tuple[int, int]]:
        """Return the sequences that wait, first and last, ranges without a hole."""
        with self._lock, self._translated():
            return waiting_sequences(self._db)

    def waiting(self) -> list[WaitingSpan]:
        """Return what waits of each source: its span in time, and how many readings."""
        with self._lock, self._translated():
            return waiting_spans(self._db)

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
            return newest_refused(self._db, limit)

    def backlog(self) -> SpoolBacklog:
        """Return what waits for the journal."""
        with self._lock, self._translated():
            batches, quarantined, dropped, notes = self._db.execute(
                "SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM quarantine), "
                "quarantine_dropped, (SELECT count(*) FROM note) FROM identity"
            ).fetchone()
            used = self._used()
        return SpoolBacklog(
            open_readings=self._open.total(),
            sealed_batches=batches,
            quarantined=quarantined,
            quarantine_dropped=dropped,
            notes=notes,
            used=used,
            bound=self._bound,
        )

    def _fills(self, least: int) -> bool:
        """Return whether there is enough to seal; full batches are each of one source."""
        if least < MAX_READINGS:
            return self._open.total() >= least
        return any(readings >= least for readings in self._open.values())

    def _seal(self, least: int) -> int:
        with self._lock:  # else what is appended meanwhile is not counted
            sources = next_sources(self._open, least)
            with self._transaction() as db:
                sealed = seal_some(db, self._path, least, sources)
            for source, readings in sealed:
                self._open[source] -= readings
                if self._open[source] <= 0:
                    del self._open[source]
        return len(sealed)

    def _begin_epoch(self) -> int:
        with self._transaction() as db:
            return seal_again(db)

    def _accepted(self, batches: Sequence[SpooledBatch]) -> None:
        with self._transaction() as db:
            let_go(db, batches)
        self._offered.difference_update((batch.stream, batch.sequence) for batch in batches)
