"""In: names of runs and invoices, positions. Out: ids, versions, parked entries. I/O: reads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

from billing.errors import UnknownBillingObjectError

Connection = psycopg.Connection[tuple[object, ...]]


def run_named(connection: Connection, schema: str, name: str) -> UUID:
    """Return the id of a bill run by its key, its id or the beginning of its id.

    Raises:
        UnknownBillingObjectError: None is called so, or several are.
    """
    rows = connection.execute(
        f"SELECT run FROM {schema}.bill_run WHERE key = %s OR starts_with(run::text, %s)",
        (name, name.lower()),
    ).fetchall()
    return _only(rows, "bill run", name)


def invoice_named(connection: Connection, schema: str, name: str) -> UUID:
    """Return the id of an invoice by its number, its id or the beginning of its id.

    Raises:
        UnknownBillingObjectError: None is called so, or several are.
    """
    rows = connection.execute(
        f"SELECT invoice FROM {schema}.invoice WHERE number = %s OR starts_with(invoice::text, %s)",
        (name, name.lower()),
    ).fetchall()
    return _only(rows, "invoice", name)


def version_at(connection: Connection, schema: str, identity: UUID, position: int) -> int:
    """Return the version an aggregate of the books had at a position; 0 before its first event."""
    row = connection.execute(
        f"SELECT coalesce(max(originator_version), 0) FROM {schema}.books_events "
        "WHERE originator_id = %s AND notification_id <= %s",
        (identity, position),
    ).fetchone()
    assert row is not None, "an aggregate function gives a row"
    return int(str(row[0]))


def events_behind(
    connection: Connection, schema: str, topic: str, position: int
) -> list[tuple[UUID, int]]:
    """Return stream and version of the books' events of a topic behind a position, in order."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT originator_id, originator_version FROM {schema}.books_events "
        "WHERE notification_id > %s AND topic = %s ORDER BY notification_id",
        (position, topic),
    ).fetchall()
    return [(stream, version) for stream, version in rows]


def parked_entries(
    connection: Connection, schema: str, follower: str, position: int
) -> list[tuple[int, str]]:
    """Return position and error of the unresolved entries a follower set aside, in order.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        follower: Name of the follower.
        position: Entries after it are not asked for.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT position, error FROM {schema}.parked WHERE follower = %s "
        "AND resolved_at IS NULL AND position <= %s ORDER BY position",
        (follower, position),
    ).fetchall()
    return [(parked, error) for parked, error in rows]


def _only(rows: list[tuple[object, ...]], kind: str, name: str) -> UUID:
    if len(rows) != 1 or not name:
        raise UnknownBillingObjectError(kind, name)
    identity = rows[0][0]
    assert isinstance(identity, UUID), "ids are uuids"
    return identity
