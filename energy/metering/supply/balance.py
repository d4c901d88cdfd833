"""In: supply graphs, tie states and the usage of meters. Out: the balance of each node. Pure.

Per balance node and interval: what came in, what went out, what is unaccounted, what loss was
expected, all in integers of the base unit. What is missing stays missing: an interval counts when
every meter of its node is known. While a tie is closed, or nobody knows, both sides are one node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.base.period import Period, day_period, days_between, grid_of, local_day
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.supply.book import GraphSpan
from energy.metering.supply.graph import BalanceNode, Graph, Metered, balance_nodes
from energy.metering.supply.losses import LossModel, expected_loss
from energy.metering.usage import worst
from energy.metering.usage_groups import Every

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """What the meter of one point counted, per interval; arrays of shape (n,)."""

    into: Ints
    """[base unit]"""
    back: Ints | None
    """What came out of the node again; None where no channel counts that. [base unit]"""
    quality: Codes
    ways: tuple[tuple[str, Codes], ...] = ()
    """Quantity and quality of each channel, where two count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TieSpan:
    """A time in which a tie was closed or open; None where nobody knows."""

    tie: str
    start: datetime
    end: datetime
    closed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """The balance nodes of some neighbouring intervals of a period."""

    first: int
    last: int
    """Behind the last interval."""
    nodes: tuple[BalanceNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NodeSeries:
    """The balance of one node per interval of a period; arrays of shape (n,)."""

    node: BalanceNode
    there: Flags
    """Intervals in which the node was so: the others are none of it."""
    into: Ints
    """What came in, 0 where it is not known. [base unit]"""
    out: Ints
    """What went out, 0 where it is not known. [base unit]"""
    expected: Ints
    """Loss expected. [base unit]"""
    quality: Codes
    """The worst of its meters; MISSING where one is not known."""

    @property
    def known(self) -> Flags:
        """Return the intervals in which every meter is known."""
        flags: Flags = self.there & (self.quality != Quality.MISSING)
        return flags

    @property
    def residual(self) -> Ints:
        """Return what is unaccounted beside the expected loss. [base unit]."""
        return self.into - self.out - self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeBalance:
    """The balance of one node over a day, a month or a whole period."""

    node: BalanceNode
    start: datetime
    """Aware UTC."""
    end: datetime
    known_in: int
    """What came in, in the intervals in which every meter is known. [base unit]"""
    known_out: int
    known_loss: int
    """Expected. [base unit]"""
    known: int
    """Intervals in which every meter is known."""
    expected: int
    """Intervals in which the node was so."""
    quality: Quality
    """The worst of all intervals."""

    @property
    def whole(self) -> bool:
        """Return whether every interval is known."""
        return self.known == self.expected

    @property
    def into(self) -> int | None:
        """Return what came in; None unless every interval is known. [base unit]."""
        return self.known_in if self.whole else None

    @property
    def out(self) -> int | None:
        """Return what went out; None unless every interval is known. [base unit]."""
        return self.known_out if self.whole else None

    @property
    def unaccounted(self) -> int | None:
        """Return what came in and went nowhere; None unless all is known. [base unit]."""
        return self.known_in - self.known_out if self.whole else None

    @property
    def residual(self) -> int:
        """Return what is unaccounted beside the expected loss, as far as known. [base unit]."""
        return self.known_in - self.known_out - self.known_loss

    @property
    def share(self) -> Fraction | None:
        """Return the residual as a share of what came in; None where nothing did. [%]."""
        return Fraction(100 * self.residual, self.known_in) if self.known_in > 0 else None

    @property
    def over_limit(self) -> bool | None:
        """Return whether the residual is beyond the limit; None where there is none or no share."""
        if self.node.limit_percent is None or self.share is None:
            return None
        return abs(self.share) > self.node.limit_percent


def arrangements(
    graphs: Sequence[GraphSpan], ties: Sequence[TieSpan], period: Period, step_s: int
) -> list[Arrangement]:
    """Return which balance nodes there were when.

    A graph counts from the first interval that begins in it. A tie counts as closed in an interval
    when it was so at any instant of it, or when nobody knows: both sides together still balance.

    Args:
        graphs: That held in the period, in order.
        ties: Measured states; they go before what is declared.
        period: A whole number of steps long.
        step_s: Width of an interval. [s]
    """
    many = grid_of(period, step_s)
    step = timedelta(seconds=step_s)
    version = np.full(many, -1, dtype=np.int64)
    shapes: list[Graph] = []
    for span in graphs:
        shape = _shape(span.graph)
        if not shapes or shapes[-1] != shape:
            shapes.append(shape)
        first = -(-(span.start - period.start) // step)
        version[max(0, first) :] = len(shapes) - 1
    closed = _closed(graphs, ties, period, step, many)
    names = sorted(closed)
    columns = [version, *(closed[name].astype(np.int64) for name in names)]
    state = np.stack(columns)
    if many == 0:
        return []
    cuts = np.flatnonzero((state[:, 1:] != state[:, :-1]).any(axis=0)) + 1
    made: dict[tuple[int, ...], tuple[BalanceNode, ...]] = {}
    found = []
    for first, last in zip([0, *cuts.tolist()], [*cuts.tolist(), many], strict=True):
        key = tuple(state[:, first].tolist())
        if key[0] < 0:
            continue
        if key not in made:
            shut = {name for name, flag in zip(names, key[1:], strict=True) if flag}
            shape = shapes[key[0]]
            made[key] = tuple(balance_nodes(shape, shut & set(shape.ties)))
        found.append(Arrangement(first=first, last=last, nodes=made[key]))
    return found


def _shape(graph: Graph) -> Graph:
    """Return a graph without what is declared of its ties."""
    ties = {key: replace(tie, closed=False) for key, tie in graph.ties.items()}
    return replace(graph, ties=ties)


def _closed(
    graphs: Sequence[GraphSpan],
    ties: Sequence[TieSpan],
    period: Period,
    step: timedelta,
    many: int,
) -> dict[str, Flags]:
    """Return for each tie in which intervals it was closed, if only for a while."""
    measured = {tie.tie for tie in ties}
    spans = list(ties)
    for graph in graphs:
        spans += [
            TieSpan(tie=key, start=graph.start, end=graph.end, closed=tie.closed)
            for key, tie in graph.graph.ties.items()
            if key not in measured
        ]
    closed: dict[str, Flags] = {}
    for span in spans:
        flags = closed.setdefault(span.tie, np.zeros(many, dtype=np.bool_))
        if span.closed is False or span.start >= span.end:
            continue
        first = max(0, (span.start - period.start) // step)
        last = -(-(span.end - period.start) // step)
        flags[first : max(0, last)] = True
    return closed


def node_series(
    arranged: Sequence[Arrangement],
    flows: Mapping[str, Flow],
    utility: Utility,
    step_s: int,
    many: int,
    days: Sequence[int] = (0,),
) -> list[NodeSeries]:
    """Return the balance of every node per interval, by key.

    Args:
        arranged: Which nodes there were when.
        flows: By metering point; a point that is left out is missing.
        utility: Of the graph.
        step_s: Width of an interval. [s]
        many: Intervals of the period.
        days: The first interval of each local day, from 0 on.
    """
    there: dict[BalanceNode, Flags] = {}
    for each in arranged:
        for node in each.nodes:
            flags = there.setdefault(node, np.zeros(many, dtype=np.bool_))
            flags[each.first : each.last] = True
    nothing = Flow(
        into=np.zeros(many, dtype=np.int64),
        back=None,
        quality=np.full(many, Quality.MISSING, dtype=np.uint8),
    )
    series = [
        _series(node, flags, flows, nothing, utility, step_s, days) for node, flags in there.items()
    ]
    return sorted(series, key=lambda each: (each.node.key, int(each.there.argmax())))


def _series(
    node: BalanceNode,
    there: Flags,
    flows: Mapping[str, Flow],
    nothing: Flow,
    utility: Utility,
    step_s: int,
    days: Sequence[int],
) -> NodeSeries:
    many = len(there)
    into, out = np.zeros(many, dtype=np.int64), np.zeros(many, dtype=np.int64)
    quality = np.full(many, Quality.MEASURED, dtype=np.uint8)
    if node.unmetered_sources:
        quality[:] = Quality.MISSING
    for meters, enters in ((node.entries, True), (node.children, False)):
        for meter in meters:
            flow = flows.get(meter.point, nothing)
            forward, back = passed(meter, flow, source=enters)
            into += forward if enters else back
            out += back if enters else forward
            quality = worst(quality, flow.quality)
    quality[quality == Quality.SUSPECT] = Quality.MISSING
    gone = quality == Quality.MISSING
    into[gone], out[gone] = 0, 0
    expected = np.zeros(many, dtype=np.int64)
    for element in node.elements:
        load = np.zeros(many, dtype=np.int64)
        for meter in element.carried:
            forward, back = passed(meter, flows.get(meter.point, nothing), source=False)
            load += forward - back
        expected += expected_loss(element.loss, utility, load, step_s, days)
    expected[gone] = 0
    return NodeSeries(
        node=node, there=there, into=into, out=out, expected=expected, quality=quality
    )


def passed(meter: Metered, flow: Flow, *, source: bool) -> tuple[Ints, Ints]:
    """Return what went through a meter into a balance node's side, and what came back.

    Args:
        meter: The meter.
        flow: What it counted.
        source: Whether it stands where something comes in; else below. [-]

    Returns:
        For a source: into the balance node, and out of it there. For a meter below: into the node
        below, and back from it. What a generator makes comes in, wherever it stands.
    """
    zero = np.zeros(len(flow.into), dtype=np.int64)
    if not meter.generator:
        return flow.into, zero if flow.back is None else flow.back
    made, used = (flow.into, zero) if flow.back is None else (flow.back, flow.into)
    return (made, used) if source else (used, made)


def measured_loss(node: BalanceNode) -> bool:
    """Return whether what is unaccounted at a node is its loss, measured on both sides."""
    return any(element.loss.model is LossModel.DIFFERENCE for element in node.elements)


def grouped(
    series: NodeSeries, period: Period, zone: ZoneInfo, every: Every | None = None
) -> list[NodeBalance]:
    """Return the balance of a node by hour, local day or month, or over the whole period.

    Args:
        series: Per interval of the period.
        period: The period.
        zone: Days and months are local.
        every: Width of a group; None for one group.

    Returns:
        Only groups in which the node was there.
    """
    many = len(series.there)
    step = (period.end - period.start) / max(many, 1)
    starts = [period.start] if every is None else list(_starts(period, zone, every, step))
    cuts = [round((start - period.start) / step) for start in starts]
    found = []
    for first, last in zip(cuts, [*cuts[1:], many], strict=True):
        there = series.there[first:last]
        if there.any():
            part = slice(first, last)
            found.append(
                _balance(series, part, period.start + first * step, period.start + last * step)
            )
    return found


def _balance(series: NodeSeries, part: slice, start: datetime, end: datetime) -> NodeBalance:
    known, there = series.known[part], series.there[part]
    return NodeBalance(
        node=series.node,
        start=start,
        end=end,
        known_in=int(series.into[part][known].sum()),
        known_out=int(series.out[part][known].sum()),
        known_loss=int(series.expected[part][known].sum()),
        known=int(known.sum()),
        expected=int(there.sum()),
        quality=_worst_of(series.quality[part][there]),
    )


def _worst_of(codes: Codes) -> Quality:
    whole = np.uint8(Quality.MEASURED)
    for code in np.unique(codes):
        whole = worst(np.array([whole], dtype=np.uint8), np.array([code], dtype=np.uint8))[0]
    return Quality(int(whole))


def _starts(period: Period, zone: ZoneInfo, every: Every, step: timedelta) -> Iterator[datetime]:
    """Yield the first instant of each group that begins in a period, and the period's own."""
    last = local_day(period.end - step, zone)
    yield period.start
    for day in days_between(local_day(period.start, zone), last):
        span = day_period(day, zone)
        if every is Every.MONTH and day.day != 1:
            continue
        width = {Every.QUARTER: timedelta(minutes=15), Every.HOUR: timedelta(hours=1)}.get(every)
        at = span.start
        while at < min(span.end, period.end):
            if at > period.start:
                yield at
            if width is None:
                break
            at += width
