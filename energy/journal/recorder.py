"""In: stored events. Out: rows with gap-free positions in commit order. I/O: PostgreSQL.

Appenders of an application take its head row for update (docs/decisions/0011): positions have
no gaps, follow the order of commits, and learned_at never decreases. Only INSERT on events and
UPDATE on the head are needed, so no role below the owner can change an entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from energy.base.errors import RefusedError
from energy.journal.archive_read import whole_entries
from energy.journal.entry import Entry
from energy.metering.meter_events import has_nul
from energy.store.pool import Database

APPLICATIONS = ("metering", "operations", "books", "directory")
_FETCH = 200
_NUL = rb"\u0000"
"""A NUL as JSON has it; two backslashes before it are a text about one."""


def take_positions(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    count: int,
    now: datetime,
) -> tuple[int, datetime]:
    """Take the head row; return the first of `count` new positions and the learned-at instant.

    With count 0 it only takes the row: whoever holds it may look before appending.

    Args:
        connection: Inside a transaction; the row stays taken until its end.
        schema: Schema of the application.
        application: One of APPLICATIONS.
        count: Positions wanted.
        now: Present instant of the injected clock.
    """
    row = connection.execute(
        f"UPDATE {schema}.journal_head SET position = position + %s, "
        "learned_at = greatest(learned_at, %s) WHERE application = %s "
        "RETURNING position, learned_at",
        (count, now, application),
    ).fetchone()
    assert row is not None, f"{schema} has a head row for {application}"
    last, learned_at = row
    assert isinstance(last, int)
    assert isinstance(learned_at, datetime)
    return last - count + 1, learned_at


def insert_entries(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    entries: Sequence[Entry],
) -> None:
    """Insert entries whose positions were taken, and wake the followers at commit.

    Raises:
        psycopg.errors.UniqueViolation: A (stream, version) is already there.
    """
    connection.execute(
        f"INSERT INTO {schema}.{application}_events "
        "(originator_id, originator_version, topic, state, notification_id) "
        "SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[])",
        (
            [entry.stream for entry in entries],
            [entry.version for entry in entries],
            [entry.topic for entry in entries],
            [entry.state for entry in entries],
            [entry.position for entry in entries],
        ),
    )
    connection.execute("SELECT pg_notify(%s, '')", (channel_name(schema, application),))


def channel_name(schema: str, application: str) -> str:
    """Return the NOTIFY channel of an application's appends."""
    return f"{schema}_{application}"


def read_entries(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    *,
    after: int,
    limit: int,
    up_to: int | None = None,
) -> list[Entry]:
    """Return entries in position order, from the table and from archived segments.

    Args:
        connection: Any connection.
        schema: Schema of the application.
        application: One of APPLICATIONS.
        after: Position before the first one wanted.
        limit: Most entries.
        up_to: Last position wanted.

    Raises:
        SegmentMissingError: An archived segment is not where the process looks for it.
    """
    rows = _stored_entries(connection, schema, application, after, limit, up_to)
    return list(whole_entries(connection, schema, application, rows))


def _stored_entries(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    after: int,
    limit: int,
    up_to: int | None,
) -> list[Entry]:
    """Return entries in position order as the table holds them."""
    rows = connection.execute(
        "SELECT notification_id, originator_id, originator_version, topic, state "
        f"FROM {schema}.{application}_events "
        "WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s",
        (after, up_to if up_to is not None else 2**62, limit),
        binary=True,
    ).fetchall()
    return [
        Entry(position=position, stream=stream, version=version, topic=topic, state=bytes(state))  # type: ignore[arg-type,call-overload]
        for position, stream, version, topic, state in rows
    ]


def entries_of(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    *,
    after: int = 0,
    up_to: int | None = None,
    folders: Sequence[Path] | None = None,
) -> Iterator[Entry]:
    """Give entries in position order from table and segments, a few in memory at a time.

    Args:
        connection: Any connection; the entries are one snapshot's only inside a transaction.
        schema: Schema of the application.
        application: One of APPLICATIONS.
        after: Position before the first one wanted.
        up_to: Last position wanted.
        folders: Where archived segments lie; None means where the process looks.

    Raises:
        SegmentMissingError: A segment's file is not there; what stands before it was given.
        DamagedError: It is damaged.
    """
    while rows := _stored_entries(connection, schema, application, after, _FETCH, up_to):
        yield from whole_entries(connection, schema, application, rows, folders)
        after = rows[-1].position


def read_stream(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    stream: UUID,
) -> list[Entry]:
    """Return the entries of one stream in version order.

    Args:
        connection: Any connection.
        schema: Schema of the application.
        application: One of APPLICATIONS.
        stream: Id of the stream.
    """
    return read_streams(connection, schema, application, [stream])


def read_streams(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    streams: Sequence[UUID],
) -> list[Entry]:
    """Return the entries of some streams, stream by stream in version order.

    Args:
        connection: Any connection.
        schema: Schema of the application.
        application: One of APPLICATIONS.
        streams: Ids of the streams.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT notification_id, originator_id, originator_version, topic, state "
        f"FROM {schema}.{application}_events WHERE originator_id = ANY(%s) "
        "ORDER BY originator_id, originator_version",
        (list(streams),),
        binary=True,
    ).fetchall()
    return [
        Entry(position=position, stream=identity, version=version, topic=topic, state=bytes(state))
        for position, identity, version, topic, state in rows
    ]


def head_position(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, application: str
) -> int:
    """Return the last position of an application; 0 when it is empty."""
    row = connection.execute(
        f"SELECT position FROM {schema}.journal_head WHERE application = %s", (application,)
    ).fetchone()
    assert row is not None, f"{schema} has a head row for {application}"
    return int(str(row[0]))


class HeadRowRecorder(ApplicationRecorder):
    """The library's recorder interface over the head row."""

    def __init__(self, database: Database, schema: str, application: str, now: Any) -> None:
        """Record an application's events.

        Args:
            database: The process's pool.
            schema: Schema of the application.
            application: One of APPLICATIONS.
            now: Function giving the present instant.
        """
        super().__init__()
        assert application in APPLICATIONS, "applications are known"
        self._database = database
        self._schema = schema
        self._application = application
        self._now = now

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Insert all events in one transaction; return their positions.

        Nothing is retried here: after a lost connection the events may have been stored, so
        the command's handler looks its command id up before it repeats.

        Raises:
            IntegrityError: A version of a stream was taken by somebody else.
            RefusedError: A text has a NUL, which no table takes: the entry could never be shown.
        """
        if not stored_events:
            return []
        if any(_NUL in each.state and has_nul(json.loads(each.state)) for each in stored_events):
            raise RefusedError.of("known.nul")
        try:
            with self._database.transaction() as connection:
                first, _ = take_positions(
                    connection, self._schema, self._application, len(stored_events), self._now()
                )
                entries = [
                    Entry(
                        position=first + n,
                        stream=UUID(str(event.originator_id)),
                        version=event.originator_version,
                        topic=event.topic,
                        state=event.state,
                    )
                    for n, event in enumerate(stored_events)
                ]
                insert_entries(connection, self._schema, self._application, entries)
        except psycopg.errors.UniqueViolation as error:
            raise IntegrityError(str(error)) from error
        return [entry.position for entry in entries]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return a stream's events in version order (newest first when desc)."""
        order = "DESC" if desc else "ASC"
        with self._database.connection() as connection:
            rows = connection.execute(
                "SELECT originator_version, topic, state "
                f"FROM {self._schema}.{self._application}_events WHERE originator_id = %s "
                "AND originator_version > %s AND originator_version <= %s "
                f"ORDER BY originator_version {order} LIMIT %s",
                (
                    originator_id,
                    gt if gt is not None else -1,
                    lte if lte is not None else 2**62,
                    limit,
                ),
            ).fetchall()
        return [
            StoredEvent(
                originator_id=originator_id,
                originator_version=int(str(version)),
                topic=str(topic),
                state=bytes(state),  # type: ignore[call-overload]
            )
            for version, topic, state in rows
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return events in position order, from `start` on."""
        assert not topics, "followers read every topic: an untracked one would be read for ever"
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        with self._database.connection() as connection:
            entries = read_entries(
                connection, self._schema, self._application, after=after, limit=limit, up_to=stop
            )
        return [
            Notification(
                id=entry.position,
                originator_id=entry.stream,
                originator_version=entry.version,
                topic=entry.topic,
                state=entry.state,
            )
            for entry in entries
        ]

    def max_notification_id(self) -> int | None:
        """Return the last position, or None when empty."""
        with self._database.connection() as connection:
            return head_position(connection, self._schema, self._application) or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Refuse: followers use energy/journal/follower.py, which survives a lost NOTIFY."""
        raise NotImplementedError
