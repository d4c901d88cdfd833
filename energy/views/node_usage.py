"""In: a node of either structure, a year. Out: its usage month by month, as known then. I/O: reads.

The usage of a place is that of its points as they stood at the beginning of each month: who moved
counts from the month after the move on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from energy.base.period import Period, month_period
from energy.base.quality import Quality, worst_of
from energy.base.units import Utility
from energy.metering.node_points import FeedGraph, points_of_place, points_of_supply
from energy.metering.plans.plan import MONTHS, NodeKind, PlanNode
from energy.metering.usage import UsageSpan, worst_in
from energy.views.computed import channel_usage

Connection = psycopg.Connection[tuple[object, ...]]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUsage:
    """What a node used in a month."""

    month: int
    usage: int | None
    """None unless every interval of every point is known. [base unit]"""
    known_usage: int
    """Sum of the known intervals. [base unit]"""
    known: int
    """Known intervals of all points."""
    expected: int
    """Intervals of all points."""
    quality: Quality
    """The worst of what is known; MISSING where nothing is."""


def node_months(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    node: PlanNode,
    utility: Utility,
    year: int,
    as_of: int | None = None,
) -> list[MonthUsage]:
    """Return the usage of a node in the twelve months of a year.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        node: The node.
        utility: The utility.
        year: Calendar year of the zone.
        as_of: Metering position: usage as known there; None for now.

    Raises:
        NotFoldedError: The views have not come that far.
    """
    periods = [month_period(year, month, zone) for month in range(1, MONTHS + 1)]
    asked = [
        (channels_of_node(connection, schema, node, utility, period.start), month, period)
        for month, period in enumerate(periods, start=1)
    ]
    found: list[MonthUsage] = []
    for channels, run in groupby(asked, key=lambda each: each[0]):
        months = list(run)
        whole = Period(start=months[0][2].start, end=months[-1][2].end)
        spans = channel_usage(connection, schema, zone, channels, whole, as_of) if channels else {}
        found += [month_sum(list(spans.values()), month, period) for _, month, period in months]
    return found


def month_sum(spans: Sequence[UsageSpan], month: int, period: Period) -> MonthUsage:
    """Return the sum of some channels over a month.

    Args:
        spans: Their usage over a span that holds the month.
        month: 1 to 12.
        period: Span of the month.
    """
    total = known = expected = 0
    qualities: list[Quality] = []
    for span in spans:
        step = timedelta(seconds=span.step_s)
        first, after = (period.start - span.start) // step, (period.end - span.start) // step
        usage, quality = span.usage[first:after], span.quality[first:after]
        good = quality < Quality.SUSPECT
        total += int(usage[good].sum(dtype=np.int64))
        known += int(good.sum())
        expected += after - first
        if good.any():
            qualities.append(Quality(worst_in(quality[good])))
    return MonthUsage(
        month=month,
        usage=total if expected and known == expected else None,
        known_usage=total,
        known=known,
        expected=expected,
        quality=worst_of(qualities),
    )


def channels_of_node(
    connection: Connection, schema: str, node: PlanNode, utility: Utility, at: datetime
) -> tuple[int, ...]:
    """Return the channels whose sum is what a node uses of a utility.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        node: The node.
        utility: The utility.
        at: Instant of the supply graph.
    """
    graph = feed_graph(connection, schema, utility, at)
    if node.kind is NodeKind.SUPPLY:
        points = points_of_supply(graph, node.key)
    else:
        points = points_of_place(graph, _points_inside(connection, schema, node.key, utility))
    rows: list[Row] = connection.execute(
        f"SELECT DISTINCT ON (point) number FROM {schema}.channel WHERE point = ANY(%s) "
        "AND utility = %s AND kind IN ('counter', 'interval', 'computed') "
        "AND direction <> 'export' ORDER BY point, billing DESC, number",
        (points, utility.value),
    ).fetchall()
    return tuple(number for (number,) in rows)


def feed_graph(connection: Connection, schema: str, utility: Utility, at: datetime) -> FeedGraph:
    """Return the supply graph of a utility at an instant; the first one before it began.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        utility: The utility.
        at: The instant.
    """
    held = (
        "utility = %(utility)s AND (valid_to IS NULL OR valid_to > %(at)s) AND valid_from <= "
        f"greatest(%(at)s, (SELECT min(valid_from) FROM {schema}.supply_node "
        "WHERE utility = %(utility)s))"
    )
    values = {"utility": utility.value, "at": at}
    nodes: list[Row] = connection.execute(
        f"SELECT key, point FROM {schema}.supply_node WHERE {held} AND point IS NOT NULL", values
    ).fetchall()
    edges: list[Row] = connection.execute(
        f"SELECT from_key, to_key FROM {schema}.supply_edge WHERE {held}", values
    ).fetchall()
    below: dict[str, list[str]] = {}
    for source, target in edges:
        below.setdefault(source, []).append(target)
    return FeedGraph(point_of=dict(nodes), below=below)


def _points_inside(connection: Connection, schema: str, place: str, utility: Utility) -> list[str]:
    """Return the points of a utility in a place or below it that have a meter of their own."""
    rows: list[Row] = connection.execute(
        "WITH RECURSIVE inside (key) AS (SELECT %(place)s::text "
        f"UNION SELECT p.key FROM {schema}.place AS p JOIN inside AS i ON p.parent = i.key) "
        f"SELECT DISTINCT m.point FROM {schema}.meter AS m JOIN inside AS i ON i.key = m.place "
        f"JOIN {schema}.channel AS c ON c.point = m.point AND c.utility = %(utility)s "
        "AND c.kind IN ('counter', 'interval') AND c.direction <> 'export'",
        {"place": place, "utility": utility.value},
    ).fetchall()
    return [point for (point,) in rows]


def plan_nodes(connection: Connection, schema: str) -> list[tuple[PlanNode, str, list[Utility]]]:
    """Return every node of the site that can be planned: with its name and its utilities.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
    """
    places: list[Row] = connection.execute(
        "WITH RECURSIVE inside (top, key) AS "
        f"(SELECT key, key FROM {schema}.place UNION SELECT i.top, p.key FROM {schema}.place AS p "
        "JOIN inside AS i ON p.parent = i.key) "
        "SELECT t.key, t.name, coalesce(array_agg(DISTINCT c.utility) "
        f"FILTER (WHERE c.utility IS NOT NULL), '{{}}') FROM {schema}.place AS t "
        "JOIN inside AS i ON i.top = t.key "
        f"LEFT JOIN {schema}.meter AS m ON m.place = i.key "
        f"LEFT JOIN {schema}.channel AS c ON c.point = m.point AND c.direction <> 'export' "
        "AND c.kind IN ('counter', 'interval') GROUP BY t.key, t.name ORDER BY t.key"
    ).fetchall()
    supply: list[Row] = connection.execute(
        f"SELECT key, min(name), array_agg(DISTINCT utility) FROM {schema}.supply_node "
        "WHERE valid_to IS NULL GROUP BY key ORDER BY key"
    ).fetchall()
    return [
        (PlanNode(kind=kind, key=key), name, [u for u in Utility if u in utilities])
        for kind, rows in ((NodeKind.PLACE, places), (NodeKind.SUPPLY, supply))
        for key, name, utilities in rows
    ]
