"""In: events of cost bearers and hours. Out: who holds what, and shifts, as known then. I/O."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from energy.metering.shares.bearer import (
    BEARER_TOPICS,
    Bearer,
    BearerBook,
    BearerKind,
    Hold,
    HoursScope,
    WeekCalendar,
)
from energy.metering.shares.week_hours import DatedHours, hours_from_json
from energy.views.positioned import or_last

__all__ = ["BEARER_TOPICS", "fold_bearer"]
Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
_KNOWN = "position <= %(known)s AND (until_position IS NULL OR until_position > %(known)s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerRow:
    """A cost bearer of a kind."""

    kind: BearerKind
    bearer: Bearer


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """The days on which a bearer of a kind holds a point."""

    kind: BearerKind
    hold: Hold


def fold_bearer(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of cost bearers or hours.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    match event:
        case BearerBook.Defined() | BearerBook.Changed():
            _bearer(cursor, schema, position, event)
        case BearerBook.Held() | BearerBook.Released():
            _hold(cursor, schema, position, event)
        case WeekCalendar.Stated():
            cursor.execute(
                f"INSERT INTO {schema}.week_hours VALUES (%s, %s, %s, %s, %s)",
                (event.scope, event.key, event.valid_from, json.dumps(event.hours), position),
            )
        case BearerBook.Created() | WeekCalendar.Created():
            pass
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _bearer(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.bearer SET until_position = %s "
        "WHERE kind = %s AND key = %s AND until_position IS NULL",
        (position, event.kind, event.key),
    )
    cursor.execute(
        f"INSERT INTO {schema}.bearer VALUES (%s, %s, %s, %s, %s)",
        (event.kind, event.key, event.name, event.account, position),
    )


def _hold(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.bearer_hold SET until_position = %s WHERE kind = %s AND bearer = %s "
        "AND point = %s AND valid_from = %s AND until_position IS NULL",
        (position, event.kind, event.key, event.point, event.valid_from),
    )
    cursor.execute(
        f"INSERT INTO {schema}.bearer_hold VALUES (%s, %s, %s, %s, %s, %s)",
        (event.kind, event.key, event.point, event.valid_from, event.valid_to, position),
    )


def read_bearers(
    connection: Connection, schema: str, *, as_of: int | None = None
) -> list[BearerRow]:
    """Return the cost bearers of a site by kind and key.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        as_of: Metering position: as known there; None for now.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT kind, key, name, account FROM {schema}.bearer WHERE {_KNOWN} ORDER BY kind, key",
        {"known": or_last(as_of)},
    ).fetchall()
    return [
        BearerRow(kind=BearerKind(kind), bearer=Bearer(key=key, name=name, account=account))
        for kind, key, name, account in rows
    ]


def read_holds(
    connection: Connection,
    schema: str,
    *,
    kinds: Sequence[BearerKind] = tuple(BearerKind),
    points: Sequence[str] | None = None,
    as_of: int | None = None,
) -> list[HoldRow]:
    """Return who holds which points, by kind, bearer, point and day.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        kinds: Kinds of bearers asked for.
        points: Points asked for; None for all.
        as_of: Metering position: as known there; None for now.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT kind, bearer, point, valid_from, valid_to FROM {schema}.bearer_hold "
        f"WHERE {_KNOWN} AND kind = ANY(%(kinds)s) "
        "AND (%(points)s::text[] IS NULL OR point = ANY(%(points)s)) "
        "ORDER BY kind, bearer, point, valid_from",
        {
            "known": or_last(as_of),
            "kinds": [kind.value for kind in kinds],
            "points": None if points is None else list(points),
        },
    ).fetchall()
    return [
        HoldRow(
            kind=BearerKind(kind),
            hold=Hold(bearer=bearer, point=point, valid_from=valid_from, valid_to=valid_to),
        )
        for kind, bearer, point, valid_from, valid_to in rows
    ]


def read_hours(
    connection: Connection,
    schema: str,
    scope: HoursScope,
    key: str,
    *,
    as_of: int | None = None,
) -> DatedHours | None:
    """Return the hours of a production line or place; None where none are stated.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        scope: Whether shifts or opening hours are meant.
        key: Of the line or place.
        as_of: Metering position: as known there; None for now.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT ON (valid_from) valid_from, hours FROM {schema}.week_hours "
        "WHERE scope = %s AND key = %s AND position <= %s ORDER BY valid_from, position DESC",
        (scope.value, key, or_last(as_of)),
    ).fetchall()
    if not rows:
        return None
    return DatedHours(versions=tuple((first, hours_from_json(hours)) for first, hours in rows))


def opening_hours(
    connection: Connection, schema: str, point: str, *, as_of: int | None = None
) -> DatedHours | None:
    """Return the opening hours of the place that holds a point, else of the nearest place above.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        point: The metering point.
        as_of: Metering position: as known there; None for now.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "WITH RECURSIVE up (key, parent, height) AS ("
        f"SELECT p.key, p.parent, 0 FROM {schema}.place AS p "
        f"JOIN {schema}.meter AS m ON m.place = p.key WHERE m.point = %(point)s "
        f"UNION ALL SELECT p.key, p.parent, height + 1 FROM {schema}.place AS p "
        "JOIN up ON up.parent = p.key WHERE height < 64) "
        "SELECT key FROM up ORDER BY height",
        {"point": point},
    ).fetchall()
    for (place,) in rows:
        hours = read_hours(connection, schema, HoursScope.PLACE, place, as_of=as_of)
        if hours is not None:
            return hours
    return None
