"""In: an asked capacity, a supply graph, what was used. Out: whether its feeder can bear it. Pure.

The nearest node above (or the node itself) that states a load for which it is built is asked.
What its meter showed at most in a quarter of an hour within a year, and what is asked on top,
must not be more. Without such a node, or without its meter, nothing is known: that is said.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Final

import psycopg

from energy.base.period import local_day
from energy.metering.supply.graph import Graph, Node
from energy.service.cases.kinds import Capacity
from energy.store.sites import Site
from energy.views.plant_rows import read_supply

Connection = psycopg.Connection[tuple[object, ...]]
_WINDOW_S: Final = 900
_YEAR: Final = timedelta(days=365)
_JOULE: Final = {"electricity": 3600, "heating": 100, "cooling": 100}
"""Of a base unit; other utilities have no capacity in watts. [J]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of the capacity where a supply would be."""

    verdict: Capacity
    node: str = ""
    """Key of the node that was asked; "" of none."""
    rated_w: Fraction | None = None
    """Load for which it is built. [W]"""
    load_w: Fraction | None = None
    """What its meter showed at most. [W]"""

    def to_json(self) -> dict[str, str]:
        """Return it as an event holds it: whole watts."""
        told = {"capacity": str(self.verdict)}
        if self.node:
            told["feeder"] = self.node
        for name, value in (("rated_w", self.rated_w), ("load_w", self.load_w)):
            if value is not None:
                told[name] = str(round(value))
        return told


def verdict_of(asked_w: int, own_w: Fraction, rated_w: Fraction, load_w: Fraction) -> Capacity:
    """Return whether a node bears what is asked beyond what the point uses already.

    Args:
        asked_w: Asked capacity. [W]
        own_w: Most that the point itself used; 0 of a new one. [W]
        rated_w: Load for which the node is built. [W]
        load_w: Most that its meter showed. [W]
    """
    more = max(Fraction(asked_w) - own_w, Fraction(0))
    return Capacity.BEYOND if load_w + more > rated_w else Capacity.WITHIN


def rated_above(graph: Graph, key: str) -> Node | None:
    """Return the nearest node that states its load, the node itself first; None of none."""
    above: dict[str, list[str]] = {}
    for feeding, fed in sorted(graph.live_edges()):
        above.setdefault(fed, []).append(feeding)
    seen, waiting = {key}, deque([key])
    while waiting:
        at = waiting.popleft()
        node = graph.nodes.get(at)
        if node is not None and node.full_w is not None:
            return node
        coming = [each for each in above.get(at, ()) if each not in seen]
        seen.update(coming)
        waiting.extend(coming)
    return None


def read_capacity(
    connection: Connection, site: Site, asked: dict[str, Any], point: str, now: datetime
) -> Found:
    """Return what is known of the capacity of a case. I/O: reads.

    Args:
        connection: Any connection that may read.
        site: The site.
        asked: As `Application.to_json` says it.
        point: The metering point; "" where there is none yet.
        now: The instant.
    """
    utility, key = str(asked["utility"]), str(asked["node"]).partition("/")[2]
    graph = read_supply(connection, site.schema, utility).at(now)
    if graph is None or not asked["capacity_w"] or utility not in _JOULE:
        return Found(verdict=Capacity.UNKNOWN)
    if not key:
        key = next((n.key for n in graph.nodes.values() if point and n.point == point), "")
    node = rated_above(graph, key)
    if node is None or node.full_w is None:
        return Found(verdict=Capacity.UNKNOWN)
    today = local_day(now, site.zone)
    load = _most(connection, site.schema, utility, node.point or "", today)
    if load is None:
        return Found(verdict=Capacity.UNKNOWN, node=node.key, rated_w=node.full_w)
    own = _most(connection, site.schema, utility, point, today) or Fraction(0)
    return Found(
        verdict=verdict_of(int(asked["capacity_w"]), own, node.full_w, load),
        node=node.key,
        rated_w=node.full_w,
        load_w=load,
    )


def _most(
    connection: Connection, schema: str, utility: str, point: str, today: date
) -> Fraction | None:
    """Return the most that a point used in a quarter of an hour within a year; None: unknown."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT max(d.usage) FROM {schema}.demand_day AS d JOIN {schema}.channel AS c "
        "ON c.number = d.channel WHERE c.point = %s AND c.billing AND d.window_s = %s "
        "AND d.kind = 'block' AND d.day > %s",
        (point, _WINDOW_S, today - _YEAR),
    ).fetchone()
    if row is None or row[0] is None:
        return None
    return Fraction(int(row[0]) * _JOULE[utility], _WINDOW_S)
