"""In: a site's tables. Out: the alerts that stand, and what feeds what. I/O: PostgreSQL.

What raising and keeping must know of a site beside what they are told: see flood.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from energy.alerting.alert import Alert
from energy.alerting.feeding import fed_by
from energy.alerting.flood import GATEWAY, GROUPS, NODE, POINT, SOURCE, Fed, Standing
from energy.alerting.suppression import Expected, Why
from energy.views.plant_rows import read_supply

BACKLOG: Final = timedelta(days=1)
"""So much earlier what is found in old readings may belong to what is found now."""
Connection = psycopg.Connection[tuple[object, ...]]


def read_standing(connection: Connection, schema: str, *, since: datetime) -> list[Standing]:
    """Return the alerts that stand and were raised since an instant, cut something, or are groups.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        since: In data time.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT a.alert, a.rule, a.severity, a.raised_at, a.key, a.channel, a.about, a.cuts, "
        "a.historic, coalesce(f.code, ''), a.parent, a.suppressed <> '{}' "
        f"FROM {schema}.alert AS a LEFT JOIN {schema}.alert_finding AS f USING (alert) "
        "WHERE a.cleared_at IS NULL AND (a.raised_at >= %s OR a.cuts OR f.code = ANY(%s) "
        "OR a.historic AND a.parent IS NULL AND a.raised_at >= %s)",
        (since, list(GROUPS), since - BACKLOG),
    ).fetchall()
    return [
        Standing(
            alert=alert,
            rule=rule,
            severity=severity,
            at=at,
            key=key,
            channel=channel,
            about=about_of(about, code, channel),
            cuts=cuts,
            historic=old,
            group=code in GROUPS,
            parent=up,
            expected=held,
        )
        for alert, rule, severity, at, key, channel, about, cuts, old, code, up, held in rows
    ]


def standing_of(alert: Alert) -> Standing:
    """Return an alert as raising looks at it."""
    return Standing(
        alert=alert.id,
        rule=alert.rule,
        severity=alert.severity,
        at=alert.at,
        key=alert.key,
        channel=alert.channel,
        about=about_of(alert.about, alert.code, alert.channel),
        cuts=alert.cuts,
        historic=alert.historic,
        group=alert.code in GROUPS,
        parent=alert.parent,
        cleared=alert.cleared,
        expected=bool(alert.suppressed),
    )


def about_of(about: str, code: str, channel: int) -> str:
    """Return the name of what an alert is about; a finding tells a bare source or point.

    Args:
        about: As its event tells it.
        code: Of the finding; empty where a rule was crossed.
        channel: 0 where it is about none.
    """
    if not about or not code or code in GROUPS or ":" in about:
        return about
    return f"{POINT if channel else SOURCE}{about}"


def read_fed(connection: Connection, schema: str, things: Iterable[Standing], at: datetime) -> Fed:
    """Return what some alerts hang on.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        things: The alerts.
        at: Instant of the supply graphs.
    """
    every = list(things)
    channels = {one.channel for one in every if one.channel}
    points = {one.about.removeprefix(POINT) for one in every if one.about.startswith(POINT)}
    graphs = _graphs(connection, schema, at)
    nodes: dict[str, set[str]] = defaultdict(set)
    edges: set[tuple[str, str]] = set()
    roots: set[str] = set()
    for utility, graph in graphs:
        named = {key: f"{NODE}{utility}/{key}" for key in graph.nodes}
        for key, node in graph.nodes.items():
            for point in (*node.sensors, *((node.point,) if node.point else ())):
                nodes[point].add(named[key])
        feeding, entered = fed_by(graph, named.__getitem__)
        edges |= feeding
        roots |= entered
    found: dict[str, frozenset[str]] = {}
    for number, point, source, gateway in _readers(connection, schema, channels, points):
        names = {f"{POINT}{point}", *nodes.get(point, ())}
        names |= {f"{SOURCE}{source}"} if source else set()
        names |= {f"{GATEWAY}{gateway}"} if gateway else set()
        found[f"channel:{number}"] = found[f"{POINT}{point}"] = frozenset(names)
    return Fed(at=found, edges=frozenset(edges), roots=frozenset(roots))


def _graphs(connection: Connection, schema: str, at: datetime) -> list[tuple[str, Any]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT utility FROM {schema}.supply_history ORDER BY utility"
    ).fetchall()
    told = [(utility, read_supply(connection, schema, utility).at(at)) for (utility,) in rows]
    return [(utility, graph) for utility, graph in told if graph is not None]


def _readers(
    connection: Connection, schema: str, channels: Collection[int], points: Collection[str]
) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT c.number, c.point, m.source, w.gateway "
        f"FROM {schema}.channel AS c LEFT JOIN {schema}.meter AS m USING (point) "
        f"LEFT JOIN {schema}.communication AS w USING (point) "
        "WHERE c.number = ANY(%s) OR c.point = ANY(%s)",
        (list(channels), list(points)),
    ).fetchall()


def read_expected(connection: Connection, schema: str) -> list[Expected]:
    """Return the spans of maintenance and planned outages that were not ended."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT suppression, why, about, begins_at, ends_at FROM {schema}.suppression "
        "WHERE ended_at IS NULL ORDER BY begins_at, suppression"
    ).fetchall()
    return [
        Expected(suppression=suppression, why=Why(why), about=about, begins_at=first, ends_at=end)
        for suppression, why, about, first, end in rows
    ]
