"""In: events of the place tree. Out: its dated rows, and the tree as it was and was known. I/O.

`place` and `meter.place` hold the tree after every change told so far, those dated ahead included;
who asks for an instant or for what was known at a position reads the dated rows here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg

from energy.base.period import Period
from energy.metering.places import (
    ALWAYS,
    Place,
    PlaceAct,
    PlaceBook,
    PlaceChange,
    change_from_json,
    defined,
    redefined,
)
from energy.metering.plant import PlaceTree
from energy.views.positioned import or_last

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
_EVER = datetime.max.replace(tzinfo=ALWAYS.tzinfo)


def fold_places(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of the place tree.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    match event:
        case PlaceTree.Created():
            changes = defined(event.places, valid_from=ALWAYS)
        case PlaceTree.Redefined():
            rows = cursor.execute(f"SELECT DISTINCT place FROM {schema}.place_history").fetchall()
            before = sorted(str(key) for (key,) in rows)
            changes = redefined(before, event.places, valid_from=ALWAYS)
        case PlaceTree.Changed():
            changes = [
                change_from_json(each, valid_from=event.valid_from) for each in event.changes
            ]
        case PlaceTree.PointMoved():
            _move_points(cursor, schema, position, event)
            return
        case _:
            raise TypeError(f"no fold for {type(event)}")
    _keep(cursor, schema, position, changes)


def _keep(cursor: Cursor, schema: str, position: int, changes: Iterable[PlaceChange]) -> None:
    """Write changes and bring the rows of their places up to them."""
    items: dict[str, int] = {}
    rows = []
    for change in changes:
        item = items.get(change.place, 0)
        items[change.place] = item + 1
        facts = json.dumps(dict(change.facts))
        rows.append((change.place, change.valid_from, position, item, change.act.value, facts))
    cursor.executemany(f"INSERT INTO {schema}.place_history VALUES (%s, %s, %s, %s, %s, %s)", rows)
    book = read_places(cursor.connection, schema, only=list(items))
    cursor.execute(f"DELETE FROM {schema}.place WHERE key = ANY(%s)", (list(items),))
    cursor.executemany(
        f"INSERT INTO {schema}.place VALUES (%s, %s, %s, %s, %s)",
        [
            (place.key, place.parent, place.kind, place.name, _numeric(place.area_m2))
            for place in book.at(_EVER).values()
        ],
    )


def _numeric(area: Fraction | None) -> Decimal | None:
    """Return an area as the column of the tree as it stands now takes it. [m2]."""
    return None if area is None else Decimal(area.numerator) / Decimal(area.denominator)


def _move_points(cursor: Cursor, schema: str, position: int, event: PlaceTree.PointMoved) -> None:
    for point in event.points:
        cursor.execute(
            f"INSERT INTO {schema}.point_place SELECT point, %s, 0, place FROM {schema}.meter "
            f"WHERE point = %s AND NOT EXISTS (SELECT FROM {schema}.point_place WHERE point = %s)",
            (ALWAYS, point, point),
        )
        cursor.execute(
            f"INSERT INTO {schema}.point_place VALUES (%s, %s, %s, %s)",
            (point, event.valid_from, position, event.place),
        )
        cursor.execute(
            f"UPDATE {schema}.meter SET place = (SELECT place FROM {schema}.point_place "
            "WHERE point = %(point)s ORDER BY valid_from DESC, position DESC LIMIT 1) "
            "WHERE point = %(point)s",
            {"point": point},
        )


def read_places(
    connection: Connection,
    schema: str,
    *,
    as_of: int | None = None,
    only: list[str] | None = None,
) -> PlaceBook:
    """Return every change of the place tree known.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        as_of: Metering position: as known there; None for now.
        only: Keys of the places wanted; None for all.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT place, valid_from, position, act, facts FROM {schema}.place_history "
        "WHERE position <= %(limit)s AND (%(only)s::text[] IS NULL OR place = ANY(%(only)s)) "
        "ORDER BY place, position, item",
        {"limit": or_last(as_of), "only": only},
    ).fetchall()
    return PlaceBook(
        PlaceChange(
            act=PlaceAct(act), place=place, valid_from=valid_from, facts=facts, position=position
        )
        for place, valid_from, position, act, facts in rows
    )


def places_at(
    connection: Connection, schema: str, at: datetime, *, as_of: int | None = None
) -> dict[str, Place]:
    """Return the place tree at an instant, by key.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        at: Aware UTC.
        as_of: Metering position: as known there; None for now.
    """
    return read_places(connection, schema, as_of=as_of).at(at)


def place_changes(
    connection: Connection, schema: str, period: Period, as_of: int | None = None
) -> list[datetime]:
    """Return the instants within a period at which a place or a metering point moved, in order.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        period: The span asked for; its begin is none of them.
        as_of: Metering position: as known there; None for now.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT valid_from FROM (SELECT valid_from, position FROM {schema}.place_history "
        f"UNION ALL SELECT valid_from, position FROM {schema}.point_place) AS told "
        "WHERE valid_from > %s AND valid_from < %s AND position <= %s "
        "GROUP BY valid_from ORDER BY valid_from",
        (period.start, period.end, or_last(as_of)),
    ).fetchall()
    return [at for (at,) in rows]


def attribute_spans(
    connection: Connection,
    schema: str,
    place: str,
    name: str,
    period: Period,
    *,
    as_of: int | None = None,
) -> list[tuple[datetime, datetime, Fraction]]:
    """Return the values of an attribute of a place over a period: start, end, value.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        place: Key of the place.
        name: area_m2, headcount or any other number of a place.
        period: The span asked for.
        as_of: Metering position: as known there; None for now.

    Returns:
        In order; nothing for the time in which it is not known or the place is none.
    """
    book = read_places(connection, schema, as_of=as_of, only=[place])
    return [(each.start, each.end, each.value) for each in book.value_spans(place, name, period)]


def point_places(
    connection: Connection, schema: str, at: datetime, *, as_of: int | None = None
) -> dict[str, str]:
    """Return the place of every metering point at an instant.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        at: Aware UTC.
        as_of: Metering position: as known there; None for now.
    """
    limit = or_last(as_of)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT m.point, coalesce((SELECT p.place FROM {schema}.point_place AS p "
        "WHERE p.point = m.point AND p.valid_from <= %s AND p.position <= %s "
        "ORDER BY p.valid_from DESC, p.position DESC LIMIT 1), m.place) "
        f"FROM {schema}.meter AS m ORDER BY m.point",
        (at, limit),
    ).fetchall()
    return dict(rows)
