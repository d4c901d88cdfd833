"""In: the spool's open readings. Out: batches in the journal. I/O: one thread beside the sources.

The journal may be away for weeks: the spool keeps everything and the drain tries again with
growing waits; when it is back, what comes now goes first (drain_lanes). While the brake says so
(views far behind, the database's disk near full) the spool holds: nothing is brought, nothing is
lost. A batch leaves the spool only after the journal's transaction has ended well; sent twice, it
counts once. What the journal refuses, because a restored spool gave its number to other readings,
is sealed again under a new source epoch and sent as new.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import structlog

from adapters.backoff import Backoff
from adapters.spool import Spool
from energy.base.clock import monotonic_s, wait
from energy.metering.codec import MAX_READINGS
from energy.metering.note import Note
from energy.metering.reading import SpooledBatch
from processes.collector_hold import Brake
from processes.drain_lanes import Lanes, Rate

FLUSH_S = 0.3
"""Longest time a reading waits for its batch to fill: an alert waits with it. [s]"""
TICK_S = 0.1
BATCHES_A_TRANSACTION = 400
"""Of a thousand sources that give few readings each."""
NOTES_A_TRANSACTION = 100
LAST_TRY_S = 5.0

_log = structlog.get_logger("collect.drain")


class AcceptedCounts(Protocol):
    """What the journal says it did."""

    @property
    def conflicting(self) -> tuple[tuple[UUID, int], ...]:
        """Source epoch and sequence of each batch that was refused: the journal holds another."""
        ...


class Door(Protocol):
    """The door of the journal: energy.journal.ingest.Ingest."""

    def accept(self, batches: Sequence[SpooledBatch], /) -> AcceptedCounts:
        """Store what is new in one transaction."""
        ...


class NoteDoor(Protocol):
    """Where notes go: energy.journal.noted.Notes."""

    def take(self, notes: Sequence[Note], /) -> int:
        """Store what is new in one transaction."""
        ...


class Drain:
    """Seals what the sources have stored and brings it into the journal."""

    def __init__(
        self,
        spool: Spool,
        door: Door,
        *,
        flush_s: float = FLUSH_S,
        brake: Brake | None = None,
        notes: NoteDoor | None = None,
        rate: Rate | None = None,
    ) -> None:
        """Prepare; nothing runs yet.

        Args:
            spool: Where the readings wait.
            door: Where they go.
            flush_s: Longest time a reading waits for its batch to fill. [s]
            brake: Asked before every bringing; None never holds.
            notes: Where notes go; None leaves them in the spool.
            rate: Of the backlog; None without a limit.
        """
        self._notes = notes
        self._lanes = Lanes(spool, Rate(0) if rate is None else rate)
        self._brake = brake
        self._spool = spool
        self._door = door
        self._flush_s = flush_s
        self._backoff = Backoff("drain", first_s=0.5, most_s=15.0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drain", daemon=True)
        self.drained = 0
        """Readings the journal has accepted since the start."""
        self.failing = ""
        """Why the journal did not accept the last try; empty when it did."""
        self.held: tuple[str, ...] = ()
        """Why the spool holds; empty when it goes on."""

    def start(self) -> None:
        """Begin to drain."""
        self._thread.start()

    def finish(self) -> None:
        """Stop; what the journal takes without delay goes there, the rest stays in the spool."""
        self._stop.set()
        self._thread.join()
        until_s = monotonic_s() + LAST_TRY_S
        while not self.failing and monotonic_s() < until_s and self.step(least=1):
            continue

    def step(self, *, least: int) -> bool:
        """Seal and bring one group of batches into the journal.

        Args:
            least: Seal an unfilled batch only from this many readings on. [reading]

        Returns:
            Whether there was something to bring and the journal accepted it.
        """
        try:
            waited = bool(self.failing or self.held)
            self._spool.seal(least=MAX_READINGS if waited else least)
            if waited:
                self._lanes.away()
            batches = self._lanes.choose(BATCHES_A_TRANSACTION)
            if not batches and not self.held:
                return self._bring_notes()
            self.held = self._brake.holds() if self._brake is not None else ()
            if self.held or not batches:
                return False
            refused = set(self._door.accept(batches).conflicting)
            safe = [batch for batch in batches if (batch.stream, batch.sequence) not in refused]
            self._spool.accepted(safe)
            self._lanes.brought(sum(batch.count for batch in safe))
            if refused:
                self._begin_epoch(len(refused))
            if waited:
                self._lanes.back()
        except Exception as error:  # noqa: BLE001 - whatever fails, the readings are safe: try again
            self._report(error)
            return False
        self.drained += sum(batch.count for batch in safe)
        self._well()
        return True

    def _bring_notes(self) -> bool:
        """Bring notes when no reading waits; returns whether there were any."""
        notes = [] if self._notes is None else self._spool.notes(NOTES_A_TRANSACTION)
        if not notes or self._notes is None:
            return False
        self._notes.take(notes)
        self._spool.noted(notes)
        self._well()
        return True

    def _well(self) -> None:
        if self.failing:
            _log.info("journal.back", spooled=self._spool.backlog().sealed_batches)
        self.failing = ""
        self._backoff.reset()

    def _run(self) -> None:
        flushed_s = monotonic_s()
        while not self._stop.is_set():
            now_s = monotonic_s()
            due = now_s - flushed_s >= self._flush_s
            if due:
                flushed_s = now_s
            brought = self.step(least=1 if due else MAX_READINGS)
            if self.failing:
                wait(self._backoff.next_s(), self._stop)
            elif not brought:
                wait(TICK_S, self._stop)

    def _begin_epoch(self, refused: int) -> None:
        """Go on under a new source epoch: ours is a backup's, and its numbers are taken."""
        sealed = self._spool.begin_epoch()
        _log.error(
            "batch.conflict",
            refused=refused,
            sealed_again=sealed,
            source_epoch=str(self._spool.stream),
            next_step="no reading is lost; was the spool restored from a backup, or do two "
            "collectors use copies of one spool? look at the findings of the site",
        )

    def _report(self, error: Exception) -> None:
        cause = f"{type(error).__name__}: {error}"
        if cause.split(":", maxsplit=1)[0] != self.failing.split(":", maxsplit=1)[0]:
            _log.warning(
                "journal.away",
                cause=cause,
                next_step="the spool keeps every reading; start the database or mend the cause",
            )
        self.failing = cause
