"""In: records of prepaid cards. Out: the table `ic_card_record`, and its reads. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

import psycopg

from billing.prepaid.ic_card import CardRecord, ICCardRecord

Connection = psycopg.Connection[tuple[object, ...]]
_NAMES = tuple(field.name for field in fields(CardRecord))
_COLUMNS = ", ".join(_NAMES)


def fold_card(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    position: int,
    event: ICCardRecord.Created,
) -> None:
    """Write the row of a record, inside the follower's transaction.

    Args:
        cursor: Inside a transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    marks = ", ".join(["%s"] * (len(_NAMES) + 1))
    cursor.execute(
        f"INSERT INTO {schema}.ic_card_record ({_COLUMNS}, position) VALUES ({marks})",
        [*(getattr(event, name) for name in _NAMES), position],
    )


def read_cards(
    connection: Connection, schema: str, *, card: str | None = None, system: str | None = None
) -> list[CardRecord]:
    """Return records by system, card and instant.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        card: Only of this card.
        system: Only of this card system.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.ic_card_record "
        "WHERE (%(card)s::text IS NULL OR card = %(card)s) "
        "AND (%(system)s::text IS NULL OR system = %(system)s) "
        "ORDER BY system, card, at, record",
        {"card": card, "system": system},
    ).fetchall()
    return [CardRecord(**dict(zip(_NAMES, row, strict=True))) for row in rows]


def known_records(
    connection: Connection, schema: str, system: str, records: Collection[str]
) -> dict[str, CardRecord]:
    """Return the records of a system that are known already, by number."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.ic_card_record WHERE system = %s AND record = ANY(%s)",
        (system, list(records)),
    ).fetchall()
    found = [CardRecord(**dict(zip(_NAMES, row, strict=True))) for row in rows]
    return {each.record: each for each in found}
