"""In: supply graphs, usage by day, where meters stand and who is billed. Out: one flow. Pure.

Supply, conversion, distribution, use, tenants: what enters a graph's first meters comes from its
sources, what its last meters count goes to the place in which they stand. A place with the meter of
a generator of one utility that also uses another one converts: what it uses goes into it, what the
generator makes comes out of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dashboards.queries.site_flow_rows import (
    OWN,
    TENANTS,
    UNACCOUNTED,
    SiteFlow,
    SiteNode,
    SitePart,
    Stage,
)
from dashboards.queries.supply import Supply, nearest_points, top_points
from energy.base.units import Utility

GENERATOR = "generator"
Days = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """What is known of a metering point."""

    days: Days
    """What is known of each day. [base unit]"""
    whole: bool
    """Whether all of it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the meters of a site stand."""

    home: Mapping[str, str]
    """The place in which a point stands."""
    shown: Mapping[str, tuple[str, str]]
    """Key and name of the place under which the flow shows what stands in a place."""
    names: Mapping[str, str]
    """Names of all places."""
    billed: Collection[str]
    """Points that a tenant pays for."""


@dataclass(slots=True)
class _Book:
    nodes: dict[str, SiteNode] = field(default_factory=dict)
    parts: dict[tuple[str, str, Utility], Days] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def node(self, key: str, name: str, stage: Stage) -> str:
        self.nodes.setdefault(key, SiteNode(key=key, name=name, stage=stage))
        return key

    def add(self, source: str, target: str, utility: Utility, days: Days) -> None:
        if not any(days):
            return
        key = (source, target, utility)
        held = self.parts.get(key)
        self.parts[key] = days if held is None else _sum([held, days], len(days))


def site_flow_of(
    graphs: Mapping[Utility, Supply],
    usage: Mapping[Utility, Mapping[str, Metered]],
    standing: Standing,
    *,
    first: date,
    last: date,
    place: str,
) -> SiteFlow:
    """Return the flow of several utilities.

    Args:
        graphs: Of each utility.
        usage: Of each metering point of a utility that has a meter.
        standing: Where the meters stand.
        first: First local day of the usage.
        last: Last local day of it.
        place: Name of the place asked for; "" for the whole site.
    """
    book = _Book()
    width = (last - first).days + 1
    plants = _plants(graphs, standing)
    for utility, supply in graphs.items():
        known = usage.get(utility, {})
        grid = book.node(f"grid {utility}", "", Stage.DISTRIBUTION)
        into = _sources(book, supply, known, standing, (utility, plants, width))
        ends = _ends(supply)
        out = [
            _end(book, grid, utility, point, known, standing, plants)
            for point in ends
            if point in known
        ]
        rest = tuple(a - b for a, b in zip(into, _sum(out, width), strict=True))
        if sum(rest) > 0:
            book.node(UNACCOUNTED, "", Stage.END)
            book.add(grid, UNACCOUNTED, utility, rest)
        names = {node.point: node.name for node in supply.nodes if node.point is not None}
        counted = {*ends, *top_points(supply)}
        book.unknown += [
            name
            for point, name in names.items()
            if point in counted and not (point in known and known[point].whole)
        ]
    used = {key for source, target, _ in book.parts for key in (source, target)}
    return SiteFlow(
        first=first,
        last=last,
        place=place,
        nodes=tuple(node for key, node in book.nodes.items() if key in used),
        parts=tuple(
            SitePart(source=source, target=target, utility=utility, days=days)
            for (source, target, utility), days in book.parts.items()
        ),
        unknown=tuple(book.unknown),
    )


def _plants(graphs: Mapping[Utility, Supply], standing: Standing) -> dict[str, set[Utility]]:
    """Return the places that use one utility and make another: what each makes."""
    makes: dict[str, set[Utility]] = {}
    for utility, supply in graphs.items():
        for node in supply.nodes:
            home = standing.home.get(node.point or "")
            if node.kind == GENERATOR and home is not None:
                makes.setdefault(home, set()).add(utility)
    uses: dict[str, set[Utility]] = {}
    for utility, supply in graphs.items():
        for point in _ends(supply):
            if point in standing.home:
                uses.setdefault(standing.home[point], set()).add(utility)
    return {key: made for key, made in makes.items() if uses.get(key, set()) - made}


def _sources(
    book: _Book,
    supply: Supply,
    known: Mapping[str, Metered],
    standing: Standing,
    asked: tuple[Utility, Mapping[str, set[Utility]], int],
) -> Days:
    """Enter what comes into a graph, source by source; return it all."""
    utility, plants, width = asked
    grid, total, seen = f"grid {utility}", (0,) * width, set[str]()
    nodes = {node.key: node for node in supply.nodes}
    for root in supply.roots():
        points = [p for p in nearest_points(supply, [root]) if p in known and p not in seen]
        seen |= set(points)
        days = _sum([known[point].days for point in points], width)
        node = nodes[root]
        home = standing.home.get(node.point or "")
        if node.kind == GENERATOR and home is not None and utility in plants.get(home, set()):
            source = book.node(f"plant {home}", standing.names.get(home, home), Stage.CONVERSION)
        else:
            source = book.node(f"source {utility} {root}", node.name, Stage.SUPPLY)
        book.add(source, grid, utility, days)
        total = _sum([total, days], width)
    return total


def _ends(supply: Supply) -> list[str]:
    """Return the points behind which no other is metered."""
    found = []
    for node in supply.nodes:
        if node.point is None:
            continue
        if not nearest_points(supply, supply.children(node.key)):
            found.append(node.point)
    return found


def _end(
    book: _Book,
    grid: str,
    utility: Utility,
    point: str,
    known: Mapping[str, Metered],
    standing: Standing,
    plants: Mapping[str, set[Utility]],
) -> Days:
    """Enter what a last meter counted; return it."""
    days, home = known[point].days, standing.home.get(point, "")
    if home in plants and utility not in plants[home]:
        plant = book.node(f"plant {home}", standing.names.get(home, home), Stage.CONVERSION)
        book.add(grid, plant, utility, days)
        return days
    key, name = standing.shown.get(home, (home, standing.names.get(home, home or "?")))
    use = book.node(f"use {key}", name, Stage.USE)
    end = book.node(TENANTS if point in standing.billed else OWN, "", Stage.END)
    book.add(grid, use, utility, days)
    book.add(use, end, utility, days)
    return days


def _sum(rows: Sequence[Days], width: int) -> Days:
    return tuple(sum(column) for column in zip(*rows, strict=True)) if rows else (0,) * width
