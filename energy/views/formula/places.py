"""In: a place, a period, a position. Out: the metering points inside it, by the days. I/O: reads.

A point that moved, or a place that did, counts where it was: each span has its own points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import psycopg

from energy.base.period import Period
from energy.metering.places import Place
from energy.views.places import point_places, read_places

Connection = psycopg.Connection[tuple[object, ...]]
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsInside:
    """The points inside a place for some time."""

    start: datetime
    end: datetime
    points: frozenset[str]


def points_inside(
    connection: Connection,
    schema: str,
    place: str,
    period: Period | None,
    as_of: int | None,
) -> list[PointsInside]:
    """Return the metering points inside a place over a period, in order.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        place: Key of the place; the places below it count, too.
        period: Span asked for; None for the tree after every change told so far.
        as_of: Metering position: as known there; None for now.
    """
    if period is None:
        edges = [_LATEST, _LATEST]
    else:
        edges = [period.start, *_changes(connection, schema, period, as_of), period.end]
    book = read_places(connection, schema, as_of=as_of)
    found = []
    for start, end in pairwise(edges):
        inside = _below(book.at(start), place)
        places = point_places(connection, schema, start, as_of=as_of)
        points = frozenset(point for point, own in places.items() if own in inside)
        found.append(PointsInside(start=start, end=end, points=points))
    return found


def _changes(
    connection: Connection, schema: str, period: Period, as_of: int | None
) -> list[datetime]:
    """Return the instants within a period at which a place or a point moved."""
    rows = connection.execute(
        f"SELECT valid_from FROM (SELECT valid_from, position FROM {schema}.place_history "
        f"UNION ALL SELECT valid_from, position FROM {schema}.point_place) AS told "
        "WHERE valid_from > %s AND valid_from < %s AND position <= %s "
        "GROUP BY valid_from ORDER BY valid_from",
        (period.start, period.end, 2**62 if as_of is None else as_of),
    ).fetchall()
    return [at for (at,) in rows if isinstance(at, datetime)]


def _below(tree: Mapping[str, Place], place: str) -> set[str]:
    """Return a place and all places below it."""
    found, fresh = {place}, {place}
    while fresh:
        fresh = {each.key for each in tree.values() if each.parent in fresh} - found
        found |= fresh
    return found
