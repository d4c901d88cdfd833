"""In: a place, a period, a position. Out: the metering points inside it, by the days. I/O: reads.

A point that moved, or a place that did, counts where it was: each span has its own points.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import psycopg

from energy.base.period import Period
from energy.metering.places import inside_of
from energy.views.places import place_changes, point_places, read_places

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
        edges = [period.start, *place_changes(connection, schema, period, as_of), period.end]
    book = read_places(connection, schema, as_of=as_of)
    found = []
    for start, end in pairwise(edges):
        inside = inside_of({key: each.parent for key, each in book.at(start).items()}, {place})
        places = point_places(connection, schema, start, as_of=as_of)
        points = frozenset(point for point, own in places.items() if own in inside)
        found.append(PointsInside(start=start, end=end, points=points))
    return found
