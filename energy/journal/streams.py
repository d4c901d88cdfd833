"""In: ids of streams. Out: their stored events, as they were stored. I/O: PostgreSQL reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

StoredRow = tuple[int, str, str]
"""Version, topic and state of a stored event; the state is JSON."""


def stored_streams(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    streams: Sequence[UUID],
) -> dict[UUID, tuple[StoredRow, ...]]:
    """Return the events of some aggregates, each stream in version order.

    Args:
        connection: Any connection that may read.
        schema: Schema of the application.
        application: "metering", "operations" or "books".
        streams: Ids of aggregates.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT originator_id, originator_version, topic, state "
        f"FROM {schema}.{application}_events WHERE originator_id = ANY(%s) "
        "ORDER BY originator_id, originator_version",
        (list(streams),),
        binary=True,
    ).fetchall()
    found: dict[UUID, list[StoredRow]] = {}
    for stream, version, topic, state in rows:
        found.setdefault(stream, []).append((version, topic, bytes(state).decode()))
    return {stream: tuple(events) for stream, events in found.items()}


def positions_of(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    keys: Sequence[tuple[UUID, int]],
) -> dict[tuple[UUID, int], int]:
    """Return the positions of some entries by stream and version.

    Args:
        connection: Any connection that may read.
        schema: Schema of the application.
        application: "metering", "operations" or "books".
        keys: Stream and version of each.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT originator_id, originator_version, notification_id "
        f"FROM {schema}.{application}_events JOIN unnest(%s::uuid[], %s::bigint[]) "
        "AS sent (stream, version) "
        "ON originator_id = sent.stream AND originator_version = sent.version",
        ([stream for stream, _ in keys], [version for _, version in keys]),
    ).fetchall()
    return {(stream, version): position for stream, version, position in rows}
