"""In: a node of either structure, a year. Out: its usage month by month, as known then. I/O: reads.

The usage of a place is that of the points inside it, each for the days that it was there; a node
of a supply graph has those of the graph that held. What was known of both structures at a
position counts with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from energy.base.period import Period, month_period
from energy.base.quality import Quality, worst_of
from energy.base.units import Utility
from energy.metering.node_points import FeedGraph, points_of_place, points_of_supply
from energy.metering.plans.plan import MONTHS, NodeKind, PlanNode
from energy.metering.supply.graph import Graph
from energy.metering.usage import UsageSpan, worst_in
from energy.views.barred import Barring, Bars, barring, read_bars
from energy.views.computed import channel_usage
from energy.views.formula.places import points_inside
from energy.views.plant_rows import read_supply
from energy.views.usage_channels import entering_channels

Connection = psycopg.Connection[tuple[object, ...]]
Row = tuple[Any, ...]
Each = TypeVar("Each")


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
    """The worst of what is known; MISSING where nothing is, SUSPECT where findings bar it."""
    barred: int = 0
    """Open findings that keep it off a bill: its sum is not to be relied on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpan:
    """A time in which the sum of some channels is what a node uses."""

    start: datetime
    end: datetime
    channels: tuple[int, ...]


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
        as_of: Metering position: usage and structure as known there; None for now.

    Raises:
        NotFoldedError: The views have not come that far.
    """
    months = [month_period(year, month, zone) for month in range(1, MONTHS + 1)]
    whole = Period(start=months[0].start, end=months[-1].end)
    spans = node_spans(connection, schema, node, utility, whole, as_of)
    channels = sorted({number for span in spans for number in span.channels})
    usage = channel_usage(connection, schema, zone, channels, whole, as_of) if channels else {}
    bars = read_bars(connection, schema, zone, channels, whole, as_of)
    return [month_sum(usage, spans, n, month, bars) for n, month in enumerate(months, start=1)]


def month_sum(
    usage: Mapping[int, UsageSpan],
    spans: Sequence[NodeSpan],
    month: int,
    period: Period,
    bars: Bars | None = None,
) -> MonthUsage:
    """Return what a node used in a month. Pure.

    Args:
        usage: Of every channel, over a span that holds the month.
        spans: Which channels count when.
        month: 1 to 12.
        period: Span of the month.
        bars: The open findings that bar channels.
    """
    barred: set[Barring] = set()
    total = known = expected = 0
    qualities: list[Quality] = []
    for held in spans:
        start, end = max(held.start, period.start), min(held.end, period.end)
        barred |= barring(bars or {}, held.channels, start, end)
        for own in [usage[number] for number in held.channels] if start < end else ():
            step = timedelta(seconds=own.step_s)
            first, after = (start - own.start) // step, (end - own.start) // step
            quality = own.quality[first:after]
            good = quality < Quality.SUSPECT
            total += int(own.usage[first:after][good].sum(dtype=np.int64))
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
        quality=Quality.SUSPECT if barred and known else worst_of(qualities),
        barred=len(barred),
    )


def node_spans(
    connection: Connection,
    schema: str,
    node: PlanNode,
    utility: Utility,
    period: Period,
    as_of: int | None = None,
) -> list[NodeSpan]:
    """Return the channels whose sum is what a node uses of a utility, in order of their times.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        node: The node.
        utility: The utility.
        period: Span asked for.
        as_of: Metering position: the structures as known there; None for now.
    """
    graphs = feed_graphs(connection, schema, utility, period, as_of)
    inside: list[tuple[datetime, frozenset[str]]] = [(period.start, frozenset())]
    if node.kind is NodeKind.PLACE:
        there = points_inside(connection, schema, node.key, period, as_of)
        inside = [(each.start, each.points) for each in there]
    every = sorted({point for _, points in inside for point in points})
    metered = set(entering_channels(connection, schema, utility, every, computed=False))
    edges = sorted({start for start, _ in graphs} | {start for start, _ in inside})
    found: list[tuple[datetime, datetime, list[str]]] = []
    for start, end in pairwise([*edges, period.end]):
        graph, points = _held(graphs, start), _held(inside, start)
        if node.kind is NodeKind.SUPPLY:
            found.append((start, end, points_of_supply(graph, node.key)))
        else:
            found.append((start, end, points_of_place(graph, points & metered)))
    wanted = sorted({point for _, _, points in found for point in points})
    channels = entering_channels(connection, schema, utility, wanted)
    return [
        NodeSpan(start=start, end=end, channels=tuple(channels[p] for p in points if p in channels))
        for start, end, points in found
    ]


def _held(dated: Sequence[tuple[datetime, Each]], at: datetime) -> Each:
    """Return the last of some things that had begun at an instant."""
    return max((each for each in dated if each[0] <= at), key=lambda each: each[0])[1]


def feed_graphs(
    connection: Connection, schema: str, utility: Utility, period: Period, as_of: int | None = None
) -> list[tuple[datetime, FeedGraph]]:
    """Return the supply graphs of a period with their begins; the first one before it began.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        utility: The utility.
        period: The period.
        as_of: Metering position: as known there; None for now.
    """
    book = read_supply(connection, schema, utility, as_of=as_of)
    told = [(at, _fed(graph)) for at, _, graph in book.versions()]
    if not told:
        return [(period.start, FeedGraph(point_of={}, below={}))]
    begun = [graph for at, graph in told if at <= period.start]
    first = begun[-1] if begun else told[0][1]
    later = [each for each in told if period.start < each[0] < period.end]
    return [(period.start, first), *later]


def _fed(graph: Graph) -> FeedGraph:
    below: dict[str, list[str]] = {}
    for source, target in sorted(graph.live_edges()):
        below.setdefault(source, []).append(target)
    points = {key: node.point for key, node in graph.nodes.items() if node.point is not None}
    return FeedGraph(point_of=points, below=below)


def plan_nodes(connection: Connection, schema: str) -> list[tuple[PlanNode, str, list[Utility]]]:
    """Return every node of the site that can be planned: with its name and its utilities.

    A place has those of every point that ever was in it.

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
        f"LEFT JOIN (SELECT point, place FROM {schema}.meter "
        f"UNION SELECT point, place FROM {schema}.point_place) AS m ON m.place = i.key "
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
