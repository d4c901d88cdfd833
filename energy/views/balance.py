"""In: a utility, a period, a position. Out: the balance of its supply nodes. I/O: reads.

The graphs that held, the states of ties, and the usage of every meter come from the views as known
at the position; what they balance to is pure (energy/metering/supply). Nothing is stored: a
month of 300 meters is read from usage blocks in well under a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import lcm
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.period import (
    Period,
    day_starts,
    grid_of,
    local_day,
    month_spans,
    span_of_days,
)
from energy.base.units import Utility
from energy.metering.supply.balance import (
    Codes,
    Flow,
    Ints,
    NodeBalance,
    NodeSeries,
    TieSpan,
    arrangements,
    grouped,
    node_series,
)
from energy.metering.supply.book import SupplyBook
from energy.metering.supply.graph import Graph, Tie
from energy.metering.usage import BADNESS, BY_BADNESS, UsageSpan, worst
from energy.metering.usage_groups import Every
from energy.views.computed import channel_usage
from energy.views.gauge_hours import STALE_US
from energy.views.old_readings import readings_known
from energy.views.plant_rows import read_supply
from energy.views.usage_channels import UsageChannel, every_usage_channel

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointChannels:
    """What counts at a metering point of a supply graph."""

    point: str
    into: int | None
    """Channel that counts what enters the node."""
    back: int | None
    """Channel that counts what comes out of it again."""
    grid_s: int
    quantities: tuple[str, ...] = ()
    """What they count, of those that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balanced:
    """The balance of every node of a utility per interval of a period."""

    period: Period
    step_s: int
    series: tuple[NodeSeries, ...]
    flows: Mapping[str, Flow]
    """By metering point."""
    days: tuple[int, ...]
    """The first interval of each local day."""
    ties: Mapping[str, tuple[str, str]]
    """The busbars that each tie joins."""


def balances(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    utility: Utility,
    period: Period,
    as_of: int | None = None,
    *,
    every: Every | None = None,
) -> list[NodeBalance]:
    """Return the balance of every supply node of a utility, by node and time.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        utility: The utility.
        period: Whole local days.
        as_of: Metering position: graphs and usage as known there; None for now.
        every: One balance an hour, local day or month; None for the whole period.

    Raises:
        NotFoldedError: The views have not come that far.
    """
    found: list[NodeBalance] = []
    for part in _months(period, zone) if every is not None else [period]:
        whole = balanced(connection, schema, zone, utility, part, as_of)
        for series in whole.series:
            found += grouped(series, part, zone, every)
    return sorted(found, key=lambda each: (each.node.key, each.start, len(each.node.nodes)))


def balanced(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    utility: Utility,
    period: Period,
    as_of: int | None = None,
) -> Balanced:
    """Return the balance of every supply node per interval; see `balances`."""
    book = read_supply(connection, schema, utility, as_of=as_of)
    graphs = book.spans(period)
    points = {
        node.point
        for span in graphs
        for node in span.graph.nodes.values()
        if node.point is not None
    }
    channels = point_channels(connection, schema, utility, sorted(points))
    step_s = lcm(900, *(each.grid_s for each in channels))
    ties = tie_spans(connection, schema, book, period, as_of)
    flows = read_flows(connection, schema, zone, channels, period, step_s, as_of)
    many = grid_of(period, step_s)
    arranged = arrangements(graphs, ties, period, step_s)
    days = tuple(day_starts(period, step_s, zone))
    series = node_series(arranged, flows, utility, step_s, many, days)
    return Balanced(
        period=period,
        step_s=step_s,
        series=tuple(series),
        flows=flows,
        days=days,
        ties={tie.key: tie.between for span in graphs for tie in span.graph.ties.values()},
    )


def point_channels(
    connection: Connection, schema: str, utility: Utility, points: Sequence[str]
) -> list[PointChannels]:
    """Return what counts at some points: the billed channel, and the one of the other direction.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        utility: The utility.
        points: Metering points; those without such a channel are left out.
    """
    every = every_usage_channel(connection, schema, points=points, utility=utility)
    return [_point_channels(point, channels) for point, channels in every.items()]


def _point_channels(point: str, channels: Sequence[UsageChannel]) -> PointChannels:
    into = next((each for each in channels if not each.export), None)
    exports = [each for each in channels if each.export]
    if into is not None:  # the other direction of the same quantity, not of another register
        mirror = into.quantity.replace("import", "export")
        exports = [each for each in exports if each.quantity == mirror]
    back = exports[0] if exports else None
    return PointChannels(
        point=point,
        into=None if into is None else into.number,
        back=None if back is None else back.number,
        grid_s=lcm(*(each.grid_s for each in (into, back) if each is not None)),
        quantities=tuple(each.quantity for each in (into, back) if each is not None),
    )


def read_flows(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[PointChannels],
    period: Period,
    step_s: int,
    as_of: int | None = None,
) -> dict[str, Flow]:
    """Return what the meters of some points counted, by point.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channels: Of the points.
        period: Whole local days.
        step_s: Width of an interval; that of every channel's grid goes into it. [s]
        as_of: Metering position; None for now.
    """
    numbers = sorted({n for each in channels for n in (each.into, each.back) if n is not None})
    spans = channel_usage(connection, schema, zone, numbers, period, as_of)
    many = grid_of(period, step_s)
    return {each.point: _flow(each, spans, step_s, many) for each in channels}


def _flow(point: PointChannels, spans: Mapping[int, UsageSpan], step_s: int, many: int) -> Flow:
    told = [
        None if number is None else coarser(spans[number], step_s)
        for number in (point.into, point.back)
    ]
    into, back = told
    if into is None:
        assert back is not None, "a point counts one way at least"
        return Flow(into=np.zeros(many, dtype=np.int64), back=back[0], quality=back[1])
    if back is None:
        return Flow(into=into[0], back=None, quality=into[1])
    ways = tuple(zip(point.quantities, (into[1], back[1]), strict=False))
    return Flow(into=into[0], back=back[0], quality=worst(into[1], back[1]), ways=ways)


def coarser(span: UsageSpan, step_s: int) -> tuple[Ints, Codes]:
    """Return usage and worst quality of a span on a wider grid; unknown when a part is.

    Args:
        span: Usage of a channel; its grid goes into the wider one.
        step_s: Width of an interval of that. [s]
    """
    parts = step_s // span.step_s
    if parts == 1:
        return span.usage, span.quality
    usage, quality = span.usage.reshape(-1, parts), span.quality.reshape(-1, parts)
    bad: Codes = BY_BADNESS[BADNESS[quality].max(axis=1)]
    return usage.sum(axis=1), bad


def tie_spans(
    connection: Connection, schema: str, book: SupplyBook, period: Period, as_of: int | None
) -> list[TieSpan]:
    """Return the measured states of ties over a period; a state that is stale is not known.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        book: Of the supply graph.
        period: The period.
        as_of: Metering position; None for now.
    """
    ties: dict[str, Tie] = {}
    for span in book.spans(period):
        ties |= _measured(span.graph)
    found: list[TieSpan] = []
    for tie in ties.values():
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT number FROM {schema}.channel WHERE point = %s AND kind = 'state' "
            "AND (%s::text IS NULL OR quantity = %s) ORDER BY number LIMIT 1",
            (tie.state_point, tie.state_quantity, tie.state_quantity),
        ).fetchall()
        if not rows:
            found.append(TieSpan(tie=tie.key, start=period.start, end=period.end, closed=None))
            continue
        number = rows[0][0]
        window = (to_us(period.start) - STALE_US, to_us(period.end) - 1)
        known = readings_known(connection, schema, {number: window}, as_of=as_of).get(number)
        states = (
            [] if known is None else zip(known.at_us.tolist(), known.count.tolist(), strict=True)
        )
        found += _states(tie, list(states), period)
    return found


def _measured(graph: Graph) -> dict[str, Tie]:
    return {key: tie for key, tie in graph.ties.items() if tie.state_point is not None}


def _states(tie: Tie, states: Sequence[tuple[int, int]], period: Period) -> Iterator[TieSpan]:
    """Yield what readings of a state say; before, between and behind them nobody knows."""
    low_us, high_us = to_us(period.start), to_us(period.end)
    at_us = low_us
    ends = [*(instant for instant, _ in states[1:]), *([high_us + STALE_US] if states else [])]
    for (begun_us, count), next_us in zip(states, ends, strict=True):
        start_us, end_us = max(begun_us, at_us), min(next_us, begun_us + STALE_US, high_us)
        if start_us >= end_us:
            continue
        if start_us > at_us:
            yield TieSpan(tie=tie.key, start=from_us(at_us), end=from_us(start_us), closed=None)
        shut = count == tie.closed_count
        yield TieSpan(tie=tie.key, start=from_us(start_us), end=from_us(end_us), closed=shut)
        at_us = end_us
    if at_us < high_us:
        yield TieSpan(tie=tie.key, start=from_us(at_us), end=from_us(high_us), closed=None)


def _months(period: Period, zone: ZoneInfo) -> list[Period]:
    """Return the local months of whole local days: what is in memory at a time."""
    last = local_day(period.end - timedelta(microseconds=1), zone)
    months = month_spans(local_day(period.start, zone), last)
    return [span_of_days(first, end, zone) for first, end in months]
