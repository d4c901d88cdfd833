"""In: supply graphs, latest readings, alerts. Out: substations and their diagrams. I/O: PostgreSQL.

A diagram shows the graph as it holds now. Where a meter has no gauge of its power, its newest
interval says the rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from billing.views.account_terms import read_accounts
from dashboards.queries.alerts_found import found_alerts
from dashboards.queries.live_values import LiveValues, live_values
from dashboards.queries.one_line import Drawn, Wiring, drawn, metered_for, stations
from dashboards.queries.one_line_rows import (
    BelowRow,
    Downstream,
    LineNode,
    LineTie,
    OneLine,
    Position,
    Rate,
    RateFrom,
    StationRow,
    SuppliedTenant,
)
from dashboards.queries.positions import tie_position
from dashboards.queries.rows import AlertRow, Answer, FlowNode
from dashboards.queries.sql_plans import note_rows
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.units import Utility
from energy.metering.supply.graph import Graph, Node, Tie
from energy.views.pinned_notes import notes_at
from energy.views.plant_rows import read_supply, supplied_utilities

EVENT_DAYS = timedelta(days=7)
MOST_EVENTS = 8
MOST_BELOW = 12
_POWERED = (Utility.ELECTRICITY,)
"""Utilities whose rate is told in kW, as ratings are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _At:
    """What the nodes of a diagram are made of."""

    utility: Utility
    graph: Graph
    wiring: Wiring
    live: LiveValues
    alerts: Mapping[str, int]
    """Standing alerts by point."""
    now: datetime


class SqlOneLine:
    """Questions about substations in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def stations(self, scope: Scope) -> Answer[tuple[StationRow, ...]]:
        """Return the substations of every utility, in the order of utilities."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            alerts = self._standing(connection)
            rows: list[StationRow] = []
            for utility, graph in self._graphs(connection):
                for station in stations(graph):
                    points = _points(graph.nodes[key] for key in station.nodes)
                    meters = {graph.nodes[key].point for key in station.nodes} - {None}
                    rows.append(
                        StationRow(
                            utility=utility,
                            key=station.key,
                            name=station.name,
                            nodes=len(station.nodes),
                            meters=len(meters),
                            alerts=sum(alerts.get(point, 0) for point in points),
                        )
                    )
            return self._at.answer(connection, tuple(rows))

    def one_line(
        self, scope: Scope, utility: Utility | None, key: str, node: str
    ) -> Answer[OneLine] | None:
        """Return the diagram from a node on, with what a selected node feeds; None without it."""
        now = self._at.clock.now()
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = next(
                (
                    (each, graph, part)
                    for each, graph in self._graphs(connection, utility)
                    if (part := drawn(graph, key)) is not None
                ),
                None,
            )
            if found is None:
                return None
            told, graph, part = found
            wiring = Wiring(graph)
            chosen = node if node in graph.nodes else ""
            below = [] if not chosen else _metered(graph, wiring.under(chosen))
            at = _At(
                utility=told,
                graph=graph,
                wiring=wiring,
                live=self._live(connection, told, wiring, part, below),
                alerts=self._standing(connection),
                now=now,
            )
            watched = sorted(_points(graph.nodes[each] for each in part.nodes))
            rows = OneLine(
                utility=told,
                root=key,
                name=" + ".join(graph.nodes[n].name for n in part.nodes if not wiring.parents(n))
                or graph.nodes[key].name,
                whole=not wiring.parents(key),
                trail=tuple(_flow_node(graph.nodes[each]) for each in part.trail),
                nodes=tuple(_line_node(at, graph.nodes[n], part.below) for n in part.nodes),
                edges=part.edges,
                ties=tuple(_line_tie(at, tie) for tie in part.ties),
                alerts=self._happened(connection, watched, now),
                notes=note_rows(
                    self._at,
                    connection,
                    notes_at(connection, self._at.schema, watched, [], now - EVENT_DAYS, now),
                ),
                downstream=self._downstream(connection, scope, at, chosen, below),
                now=now,
            )
            return self._at.answer(connection, rows, channels=at.live.channels)

    def _graphs(
        self, connection: Connection, only: Utility | None = None
    ) -> Iterable[tuple[Utility, Graph]]:
        supplied = set(supplied_utilities(connection, self._at.schema))
        for utility in Utility:
            if utility in supplied and only in {None, utility}:
                book = read_supply(connection, self._at.schema, utility)
                graph = book.at(self._at.clock.now())
                if graph is not None and graph.nodes:
                    yield utility, graph

    def _live(
        self,
        connection: Connection,
        utility: Utility,
        wiring: Wiring,
        part: Drawn,
        below: Sequence[Node],
    ) -> LiveValues:
        nodes = wiring.graph.nodes
        counted = {k for each in part.nodes for k in metered_for(wiring, each)} | {
            each.key for each in below[:MOST_BELOW]
        }
        points = _points(nodes[each] for each in part.nodes) | _points(
            nodes[each] for each in counted
        )
        points |= {tie.state_point for tie in part.ties if tie.state_point is not None}
        return live_values(self._at, connection, utility, sorted(points))

    def _standing(self, connection: Connection) -> dict[str, int]:
        rows: list[Row] = connection.execute(
            f"SELECT c.point, count(*) FROM {self._at.schema}.alert AS a "
            f"JOIN {self._at.schema}.channel AS c ON c.number = a.channel "
            "WHERE a.cleared_at IS NULL GROUP BY c.point"
        ).fetchall()
        return {point: int(many) for point, many in rows}

    def _happened(
        self, connection: Connection, points: list[str], now: datetime
    ) -> tuple[AlertRow, ...]:
        """Return the alerts of points that stand, or were raised or cleared in the last days."""
        found = found_alerts(
            self._at,
            connection,
            "c.point = ANY(%(points)s) "
            "AND (a.cleared_at IS NULL OR a.cleared_at >= %(since)s OR a.raised_at >= %(since)s)",
            {"points": points, "since": now - EVENT_DAYS},
            MOST_EVENTS,
        )
        return tuple(each.row for each in found)

    def _downstream(
        self, connection: Connection, scope: Scope, at: _At, node: str, below: Sequence[Node]
    ) -> Downstream | None:
        if not node:
            return None
        points = [each.point for each in below if each.point is not None]
        tenants = None
        if scope.may(Right.READ_BILLS):
            tenants = self._tenants(connection, points)
        return Downstream(
            node=node,
            meters=tuple(
                BelowRow(point=each.point, name=each.name, rate=at.live.rates.get(each.point))
                for each in below[:MOST_BELOW]
                if each.point is not None
            ),
            more=max(len(below) - MOST_BELOW, 0),
            tenants=tenants,
        )

    def _tenants(self, connection: Connection, points: list[str]) -> tuple[SuppliedTenant, ...]:
        schema, today = self._at.schema, self._at.clock.now().astimezone(self._at.site.zone).date()
        rows: list[Row] = connection.execute(
            f"SELECT account, count(DISTINCT point) FROM {schema}.account_channel "
            "WHERE point = ANY(%(points)s) AND valid_from <= %(day)s "
            "AND (valid_to IS NULL OR valid_to > %(day)s) GROUP BY account ORDER BY account",
            {"points": points, "day": today},
        ).fetchall()
        if not rows:
            return ()
        names = {
            each.account: each.name for each in read_accounts(connection, schema, self._at.vault)
        }
        return tuple(
            SuppliedTenant(account=account, name=names.get(account, ""), meters=int(many))
            for account, many in rows
        )


def _points(nodes: Iterable[Node]) -> set[str]:
    """Return the points of some nodes: their meters and sensors."""
    every = [point for node in nodes for point in (node.point, *node.sensors)]
    return {point for point in every if point is not None}


def _metered(graph: Graph, keys: Iterable[str]) -> list[Node]:
    return [graph.nodes[key] for key in keys if graph.nodes[key].point is not None]


def _flow_node(node: Node) -> FlowNode:
    return FlowNode(key=node.key, name=node.name, kind=node.kind)


def _line_node(at: _At, node: Node, below: Mapping[str, int]) -> LineNode:
    own = [point for point in (node.point, *node.sensors) if point is not None]
    rate = _rate(at, node.key)
    full = node.full_w
    load = None
    if full is not None and rate is not None and at.utility in _POWERED:
        load = abs(Fraction(rate.value)) * 1000 / full
    return LineNode(
        key=node.key,
        name=node.name,
        kind=node.kind,
        point=node.point,
        rate=rate,
        full_w=full,
        load=load,
        values=tuple(v for point in own for v in at.live.values.get(point, ())),
        states=tuple(s for point in own for s in at.live.states.get(point, ())),
        alerts=sum(at.alerts.get(point, 0) for point in own),
        below=below.get(node.key, 0),
    )


def _rate(at: _At, key: str) -> Rate | None:
    """Return what goes through a node; None where any of the meters that say so is unknown."""
    nodes = at.graph.nodes
    meters = metered_for(at.wiring, key)
    found = [at.live.rates.get(nodes[each].point or "") for each in meters]
    told = [rate for rate in found if rate is not None]
    if not told or len(told) < len(found):
        return None
    if meters == (key,):
        return told[0]
    above = meters[0] in at.wiring.parents(key)
    oldest = min(told, key=lambda rate: rate.at)
    return Rate(
        value=sum((rate.value for rate in told), start=told[0].value * 0),
        known=RateFrom.ABOVE if above else RateFrom.SUM,
        meters=len(told),
        at=oldest.at,
        fresh_s=oldest.fresh_s,
        stale=any(rate.stale for rate in told),
    )


def _line_tie(at: _At, tie: Tie) -> LineTie:
    if tie.state_point is None:
        position = Position.CLOSED if tie.closed else Position.OPEN
        return LineTie(
            key=tie.key, name=tie.name, between=tie.between, state=None, position=position
        )
    states = at.live.states.get(tie.state_point, ())
    wanted = tie.state_quantity
    state = next((each for each in states if wanted in {None, each.quantity}), None)
    stale = state is None or at.live.is_stale(state, at.now)
    return LineTie(
        key=tie.key,
        name=tie.name,
        between=tie.between,
        state=state,
        position=tie_position(
            None if state is None else state.count, closed_count=tie.closed_count, stale=stale
        ),
    )
