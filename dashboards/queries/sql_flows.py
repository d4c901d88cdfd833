"""In: the supply graph and usage of its meters. Out: flow and balance over days. I/O: PostgreSQL.

Up to MOST_BLOCKS channel-days both come from the very intervals; beyond that the flow is summed
from the daily rollup and nothing is balanced: a balance needs every meter at the same instants.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from fractions import Fraction

from dashboards.queries.flow_rows import BalanceRow, BalanceState, FlowPage
from dashboards.queries.rows import GRACE, Answer, EnergyFlow, FlowNode
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.queries.supply import Supply, below, flow_rows, trail, within
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.period import Period, local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.supply.balance import NodeBalance, NodeSeries, grouped, measured_loss
from energy.views.balance import Balanced, balanced
from energy.views.completeness import placed_points

MOST_BLOCKS = 20_000
"""Most days of channels that are read interval by interval."""
Known = dict[str, tuple[int | None, Fraction]]
"""Usage of each metering point as far as known, and the known part. [base unit], [1]"""


class SqlFlows:
    """Questions about the energy flow in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def flow_page(
        self, scope: Scope, utility: Utility, selection: Selection
    ) -> Answer[FlowPage] | None:
        """Return flow and balance of the selected days; None without such a place or node."""
        zone, now = self._at.site.zone, self._at.clock.now()
        last = max(selection.first, min(selection.last, local_day(now, zone)))
        period = span_of_days(selection.first, last, zone)
        instant = max(period.start, min(period.end, now) - timedelta(seconds=1))
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            place = self._at.place(connection, selection.place)
            supply = self._at.supply(connection, utility, instant)
            if selection.place and place is not None:
                points = placed_points(connection, self._at.schema, instant)
                supply = within(supply, points.get(selection.place, set()))
            names = {node.key: node for node in supply.nodes}
            if place is None or (selection.node and selection.node not in names):
                return None
            led = trail(supply, selection.node) if selection.node else []
            if selection.node:
                supply = below(supply, selection.node)
            channels = self._at.usage_channels(connection).get(utility, {})
            known, balances = self._amounts(connection, utility, supply, channels, period)
            used = {point: amount for point, (amount, _) in known.items()}
            nodes, edges = flow_rows(supply, used)
            rows = FlowPage(
                utility=utility,
                last=selection.last,
                place=place[1] if selection.place else "",
                trail=tuple(FlowNode(key=n.key, name=n.name, kind=n.kind) for n in led),
                flow=EnergyFlow(utility=utility, day=selection.first, nodes=nodes, edges=edges),
                partly=tuple(
                    (node.name, known[node.point][1])
                    for node in supply.nodes
                    if node.point in known and 0 < known[node.point][1] < 1
                ),
                balances=balances,
            )
            return self._at.answer(connection, rows, channels=list(channels.values()))

    def _amounts(
        self,
        connection: Connection,
        utility: Utility,
        supply: Supply,
        channels: Mapping[str, int],
        period: Period,
    ) -> tuple[Known, tuple[BalanceRow, ...] | None]:
        """Return what the meters of a graph counted, and the balance of its nodes."""
        at, zone = self._at, self._at.site.zone
        many = sum(node.point is not None for node in supply.nodes)
        if many * ((period.end - period.start).days + 1) > MOST_BLOCKS:
            return self._daily(connection, channels, period), None
        found = balanced(connection, at.schema, zone, utility, period)
        step = timedelta(seconds=found.step_s)
        due = max(0, min((at.clock.now() - GRACE - period.start) // step, _width(found)))
        own = {node.key for node in supply.nodes}
        points = {node.point for node in supply.nodes if node.point is not None}
        rows = [
            _balance(series, grouped(series, period, zone)[0], due)
            for series in found.series
            if _concerns(series, own, points)
        ]
        return _counted(found, due), tuple(sorted(rows, key=lambda row: row.name))

    def _daily(self, connection: Connection, channels: Mapping[str, int], period: Period) -> Known:
        zone = self._at.site.zone
        first = local_day(period.start, zone)
        after = local_day(min(period.end, self._at.clock.now()), zone)
        days = max((after - first).days, 1)
        rows: list[Row] = connection.execute(
            f"SELECT channel, sum(usage)::bigint, count(*) FROM {self._at.schema}.usage_day "
            "WHERE channel = ANY(%s) AND day >= %s AND day < %s AND quality < %s GROUP BY channel",
            (list(channels.values()), first, after, int(Quality.SUSPECT)),
        ).fetchall()
        told = {number: (usage, Fraction(count, days)) for number, usage, count in rows}
        nothing = None, Fraction(0)
        return {point: told.get(number, nothing) for point, number in channels.items()}


def _width(found: Balanced) -> int:
    return (found.period.end - found.period.start) // timedelta(seconds=found.step_s)


def _counted(found: Balanced, due: int) -> Known:
    """Return what each meter counted as far as known."""
    counted: Known = {}
    for point, flow in found.flows.items():
        there = flow.quality[:due] < Quality.SUSPECT
        known = int(there.sum())
        share = Fraction(known, due) if due else Fraction(0)
        counted[point] = int(flow.into[:due][there].sum()) if known else None, share
    return counted


def _concerns(series: NodeSeries, own: Collection[str], points: Collection[str]) -> bool:
    """Return whether a balance node is among some nodes and measured by some points."""
    node = series.node
    meters = {meter.point for meter in (*node.entries, *node.children)}
    return bool(node.nodes & set(own)) and bool(meters & set(points)) and bool(node.children)


def _balance(series: NodeSeries, told: NodeBalance, due: int) -> BalanceRow:
    node = told.node
    expected = int(series.there[:due].sum())
    known, measured = told.known > 0, measured_loss(node)
    if node.unmetered_sources:
        state = BalanceState.UNMETERED
    elif not known or told.share is None:
        state = BalanceState.UNKNOWN
    elif told.over_limit is None:
        state = BalanceState.NO_LIMIT
    else:
        state = BalanceState.OVER if told.over_limit else BalanceState.WITHIN
    return BalanceRow(
        node=node.key,
        name=node.name,
        children=len(node.children),
        into=told.known_in if known else None,
        out=told.known_out if known else None,
        loss=told.known_loss if known and not measured else None,
        measured=measured,
        share=told.share if known else None,
        limit=node.limit_percent,
        state=state,
        known=min(Fraction(told.known, expected), Fraction(1)) if expected else None,
    )
