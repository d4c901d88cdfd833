"""In: entries of one application, in order. Out: views and a position in one transaction. I/O.

Slices; compare-and-set of the position (a second follower of the same name cannot harm); woken by
NOTIFY or after a second; restart on error is the caller's loop. A poisoned entry is parked with
its position, names itself in a finding, and the follower goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import psycopg
import structlog

from energy.base.clock import Clock, from_us, monotonic_s, wait
from energy.base.errors import JournalError
from energy.base.finding import Finding, Severity
from energy.journal.application import EventDecoder
from energy.journal.archive_read import SegmentMissingError
from energy.journal.chain import DamagedError
from energy.journal.entry import BATCH_TOPIC, Entry, decode_batch, readings_in
from energy.journal.ingest import store_findings
from energy.journal.recorder import channel_name, head_position, read_entries
from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database

SLICE = 256
"""Entries in one transaction at most."""
READINGS = 300_000
"""Readings in one transaction at most, unless one entry alone has more: bounds the memory."""
_FIRST_SLICE = 64
POLL_S = 1.0
"""Longest sleep when no NOTIFY comes. [s]"""
_FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
log = structlog.get_logger("follower")


class EventView(Protocol):
    """Folds one application's domain events into tables."""

    def fold(
        self,
        cursor: psycopg.Cursor[tuple[object, ...]],
        schema: str,
        position: int,
        event: Any,
    ) -> object:
        """Apply one event inside the follower's transaction."""
        ...


class SliceFold(Protocol):
    """Folds a slice of entries; all or nothing."""

    def __call__(
        self, cursor: psycopg.Cursor[tuple[object, ...]], entries: Sequence[Entry]
    ) -> None:
        """Apply the entries inside the follower's transaction."""
        ...


class LostRaceError(JournalError):
    """Another follower of the same name moved the position first; its rows stand, ours do not."""

    code = "journal.lost_race"


class Follower:
    """Feeds one application's entries to a fold."""

    def __init__(
        self,
        database: Database,
        schema: str,
        application: str,
        name: str,
        fold: SliceFold,
        clock: Clock,
    ) -> None:
        """Follow an application.

        Args:
            database: The process's pool (role meterline_writer).
            schema: Schema of the application.
            application: "metering", "operations", "books" or "directory".
            name: Name under which the position is kept.
            fold: Applies a slice.
            clock: Stamps parked entries.
        """
        self.name = name
        self._database = database
        self._schema = schema
        self._application = application
        self._fold = fold
        self._clock = clock
        self.position = 0
        self.lag = 0
        self._entries = _FIRST_SLICE
        """Entries asked for: as many as the last slice's readings promise to fit."""

    def step(self) -> int:
        """Fold one slice; return how many entries.

        Raises:
            LostRaceError: Somebody else follows under the same name; call again.
            psycopg.OperationalError, StoreUnavailableError: The database went away.
        """
        with self._database.connection() as connection:
            after = self._read_position(connection)
            entries = self._bounded(
                read_entries(
                    connection,
                    self._schema,
                    self._application,
                    after=after,
                    limit=min(self._entries, SLICE),
                )
            )
            if entries:
                self._apply_or_park(connection, after, entries)
            self.position = entries[-1].position if entries else after
            head = head_position(connection, self._schema, self._application)
            self.lag = head - self.position
        return len(entries)

    def run(self, stop: threading.Event, idle: Callable[[], None] | None = None) -> None:
        """Follow until stopped; a lost database is waited for.

        Args:
            stop: Ends the loop.
            idle: Called whenever the follower has caught up.
        """
        listener: psycopg.Connection[tuple[object, ...]] | None = None
        while not stop.is_set():
            try:
                while not stop.is_set() and self.step():
                    pass
                if idle is not None:
                    idle()
                listener = listener or self._listen()
                _wait_for_notify(listener, stop)
            except LostRaceError:
                log.warning("another follower is faster", follower=self.name)
                wait(POLL_S, stop)
            except DATABASE_AWAY as error:
                log.warning("follower waits for the database", name=self.name, error=str(error))
                _closed(listener)
                listener = None
                wait(POLL_S, stop)
        _closed(listener)

    def _bounded(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Return the first entries whose readings fit; a backlog is folded in bulk."""
        readings = 0
        for number, entry in enumerate(entries):
            readings += readings_in(entry)
            if readings > READINGS and number:
                self._entries = number
                return entries[:number]
        if entries:
            fitting = READINGS * len(entries) // max(readings, 1)
            self._entries = max(_FIRST_SLICE, min(fitting, SLICE))
        return entries

    def _listen(self) -> psycopg.Connection[tuple[object, ...]]:
        listener = self._database.direct()
        listener.execute(f"LISTEN {channel_name(self._schema, self._application)}")
        return listener

    def _read_position(self, connection: psycopg.Connection[tuple[object, ...]]) -> int:
        row = connection.execute(
            f"SELECT position FROM {self._schema}.follower WHERE name = %s", (self.name,)
        ).fetchone()
        if row is not None:
            return int(str(row[0]))
        connection.execute(
            f"INSERT INTO {self._schema}.follower (name) VALUES (%s) ON CONFLICT DO NOTHING",
            (self.name,),
        )
        return 0

    def _apply_or_park(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        after: int,
        entries: Sequence[Entry],
    ) -> None:
        """Apply the slice; when it fails, half by half, and park the entry that cannot."""
        try:
            self._apply(connection, after, entries)
        except LostRaceError:
            raise
        except Exception as error:
            if not _poisoned(error):
                raise
            if len(entries) == 1:
                self._park(connection, after, entries[0], error)
                return
            middle = len(entries) // 2
            self._apply_or_park(connection, after, entries[:middle])
            self._apply_or_park(connection, entries[middle - 1].position, entries[middle:])

    def _apply(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        after: int,
        entries: Sequence[Entry],
    ) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            self._move(cursor, after, entries[-1].position)
            self._fold(cursor, entries)

    def _move(self, cursor: psycopg.Cursor[tuple[object, ...]], after: int, to: int) -> None:
        cursor.execute(
            f"UPDATE {self._schema}.follower SET position = %s, updated_at = now() "
            "WHERE name = %s AND position = %s",
            (to, self.name, after),
        )
        if cursor.rowcount != 1:
            raise LostRaceError(f"Follower {self.name} is not at position {after} any more.")

    def _park(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        after: int,
        entry: Entry,
        error: Exception,
    ) -> None:
        log.error("entry parked", follower=self.name, position=entry.position, error=str(error))
        with connection.transaction(), connection.cursor() as cursor:
            self._move(cursor, after, entry.position)
            cursor.execute(
                f"INSERT INTO {self._schema}.parked (follower, position, error, parked_at) "
                "VALUES (%s, %s, %s, %s)",
                (self.name, entry.position, f"{type(error).__name__}: {error}", self._clock.now()),
            )
            if self._application == "metering":
                store_findings(connection, self._schema, [_parked_finding(entry, error)])


def _poisoned(error: Exception) -> bool:
    """Return whether an entry itself is at fault, not the database, its grants, a segment."""
    if isinstance(error, psycopg.Error):
        return isinstance(error, (psycopg.DataError, psycopg.IntegrityError))
    return not isinstance(error, (MemoryError, OSError, SegmentMissingError, DamagedError))


def _parked_finding(entry: Entry, error: Exception) -> Finding:
    """Return the finding that forbids to bill what a parked entry may hold.

    It holds from the entry's first instant on until somebody resolves it.
    """
    first, last = from_us(0), _FOR_GOOD
    proof: dict[str, object] = {"topic": entry.topic, "error": str(error)}
    if entry.topic == BATCH_TOPIC:
        try:
            record = decode_batch(entry.state)
            first = from_us(record.first_us)
            proof["source"] = record.source
        except JournalError:
            proof["source"] = "unknown"
    return Finding(
        code="entry.parked",
        severity=Severity.DO_NOT_BILL,
        channel=None,
        start=first,
        end=last,
        position=entry.position,
        proof=proof,
    )


def _wait_for_notify(
    listener: psycopg.Connection[tuple[object, ...]], stop: threading.Event
) -> None:
    """Wait for a NOTIFY, at most POLL_S, looking at stop often enough for a quick end."""
    until = monotonic_s() + POLL_S
    while not stop.is_set() and monotonic_s() < until:
        for _ in listener.notifies(timeout=0.2, stop_after=1):
            return


def _closed(listener: psycopg.Connection[tuple[object, ...]] | None) -> None:
    if listener is not None:
        listener.close()


def event_fold(schema: str, views: Sequence[EventView]) -> SliceFold:
    """Return a fold that decodes every entry as a domain event and gives it to some views."""
    decoder = EventDecoder()

    def fold(cursor: psycopg.Cursor[tuple[object, ...]], entries: Sequence[Entry]) -> None:
        for entry in entries:
            event = decoder.decode(entry)
            for view in views:
                view.fold(cursor, schema, entry.position, event)

    return fold


def wait_for_position(
    database: Database,
    schema: str,
    follower: str,
    position: int,
    *,
    timeout_s: float = 30.0,
    stop: threading.Event | None = None,
) -> None:
    """Wait until a follower has passed a position, so that one reads one's own writes.

    Raises:
        JournalError: It has not after the time-out; says by how much it lags.
    """
    until = monotonic_s() + timeout_s
    while True:
        with database.connection() as connection:
            row = connection.execute(
                f"SELECT position FROM {schema}.follower WHERE name = %s", (follower,)
            ).fetchone()
        reached = int(str(row[0])) if row else 0
        if reached >= position:
            return
        if monotonic_s() > until or (stop is not None and stop.is_set()):
            raise JournalError(
                f"View {follower} is at position {reached}, {position} was waited for "
                f"{timeout_s:.0f} s. Is `project` running? `view lag` shows it."
            )
        wait(0.02)
