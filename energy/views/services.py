"""In: points, a position. Out: which source served each of them when, as known there. I/O: reads.

The registry knows the present source of a point alone; what a source did wrong bars the days it
served, whoever serves the point today. So it is asked of the events of the meters themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from energy.metering.meter import Meter
from energy.views.positioned import or_last

ANY_SOURCE = frozenset({"", "unknown"})
"""What findings of a whole source name where nobody can tell which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The time in which one source delivered the readings of a point."""

    point: str
    source: str
    start: datetime
    end: datetime | None
    """None while it lasts."""

    def touches(self, start: datetime, end: datetime) -> bool:
        """Return whether it shares an instant with a span, ends included."""
        return self.start <= end and (self.end is None or self.end >= start)


def read_services(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    *,
    points: Collection[str] | None = None,
    as_of: int | None = None,
) -> list[Service]:
    """Return the services of some points, by point and start.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        points: Metering points; None for all.
        as_of: As known at this metering position; None for now.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT m.point, e.topic, e.told ->> 'source', "
        f"(e.told -> 'at' ->> '_data_')::timestamptz FROM {schema}.meter AS m "
        # each meter's own stream by its key: OFFSET 0 keeps the planner from reading them all
        "CROSS JOIN LATERAL (SELECT topic, originator_version AS version, "
        "convert_from(state, 'UTF8')::jsonb AS told "
        f"FROM {schema}.metering_events WHERE originator_id = m.meter "
        "AND topic = ANY(%s) AND notification_id <= %s OFFSET 0) AS e "
        "WHERE %s::text[] IS NULL OR m.point = ANY(%s) ORDER BY m.point, e.version",
        (
            [Meter.Commissioned.TOPIC, Meter.Replaced.TOPIC, Meter.Retired.TOPIC],
            or_last(as_of),
            *([None if points is None else list(points)] * 2),
        ),
    ).fetchall()
    services: list[Service] = []
    for point, topic, source, at in rows:
        last = services[-1] if services else None
        if last is not None and last.point == point and last.end is None:
            services[-1] = replace(last, end=at)
        if topic != Meter.Retired.TOPIC:
            services.append(Service(point=point, source=source or "", start=at, end=None))
    return services


def points_of_source(
    services: Iterable[Service], source: str, spans: Sequence[tuple[datetime, datetime]]
) -> set[str]:
    """Return the points that a source served at an instant that all of some spans share.

    Args:
        services: Of the points asked about.
        source: Its key; one of `ANY_SOURCE` where it is not told which.
        spans: First and last instants.
    """
    start, end = max(low for low, _ in spans), min(high for _, high in spans)
    return {
        each.point
        for each in services
        if (source in ANY_SOURCE or each.source == source)
        and start <= end
        and each.touches(start, end)
    }
