"""In: supply graphs that are planned, a site. Out: what they would do to divided nodes. I/O: reads.

Two apportionments of one balance node divide the same difference: somebody would bear it twice.
Whoever defines a second one is refused (checks.py); here, whoever joins two divided nodes to one.
A meter on a wider grid than the shares leaves them unknown: that is warned of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from energy.base.period import midnight
from energy.base.text import Told, tell
from energy.base.units import Utility
from energy.metering.formula.circle import circle_in
from energy.metering.supply.book import SupplyBook
from energy.metering.supply.graph import BalanceNode
from energy.store.sites import Site
from energy.views.balance import point_channels
from energy.views.formula.graph import computed_graph
from energy.views.plant_rows import read_supply
from energy.views.registry import load_channels
from energy.views.shares.rows import ShareRow, read_shares
from energy.views.shares.whole import node_balances, points_around
from energy.views.told import Connection


def circles(connection: Connection, site: Site, books: Mapping[Utility, SupplyBook]) -> list[Told]:
    """Return the circles of shares that would rest on themselves by way of a graph.

    One that stands already is no reason to refuse what may be on the way out of it.

    Args:
        connection: Any connection that may read.
        site: The site.
        books: The graphs as they would be.
    """
    before = computed_graph(connection, site.schema)
    graph = computed_graph(connection, site.schema, supplies=books)
    points = {n: c.point for n, c in load_channels(connection, site.schema).items()}
    told: dict[frozenset[int], Told] = {}
    for number in sorted(graph):
        circle = circle_in(graph, number)
        if circle and frozenset(circle) not in told and not circle_in(before, number):
            named = " -> ".join(points[each] for each in circle)
            told[frozenset(circle)] = tell("why.supply.circle", circle=named)
    return list(told.values())


def divided_twice(
    connection: Connection, site: Site, books: Mapping[Utility, SupplyBook]
) -> list[Told]:
    """Return which apportionments would divide the same with other supply graphs.

    Those that do so already are no reason to refuse what may be on the way out of it.

    Args:
        connection: Any connection that may read.
        site: The site.
        books: The graphs as they would be.
    """
    shares = read_shares(connection, site.schema)
    found = []
    for utility, book in books.items():
        before = read_supply(connection, site.schema, utility)
        mine = [share for share in shares if share.whole.get("utility") == utility.value]
        for one, other in combinations(mine, 2):
            if _meet(book, one, other, site) and not _meet(before, one, other, site):
                found.append(
                    tell(
                        "why.supply.divided_twice",
                        first=one.key,
                        second=other.key,
                        node=one.whole["node"],
                        other=other.whole["node"],
                    )
                )
    return found


def wide_meters(
    connection: Connection, site: Site, utility: Utility, book: SupplyBook
) -> list[Told]:
    """Return the meters at divided nodes that count on a wider grid than the shares.

    Args:
        connection: Any connection that may read.
        site: The site.
        utility: Of the graph.
        book: The graph as it would be.
    """
    found = []
    for share in read_shares(connection, site.schema):
        if share.whole.get("utility") != utility.value:
            continue
        around = points_around(_balances(book, [share], site))
        found += [
            tell(
                "why.supply.wide_meter",
                point=meter.point,
                grid_s=meter.grid_s,
                node=share.whole["node"],
                share=share.key,
                step_s=share.grid_s,
            )
            for meter in point_channels(connection, site.schema, utility, around)
            if share.grid_s % meter.grid_s
        ]
    return found


def _meet(book: SupplyBook, one: ShareRow, other: ShareRow, site: Site) -> bool:
    """Return whether two apportionments divide one balance node at any time."""
    return any(other.whole["node"] in each.nodes for each in _balances(book, [one, other], site))


def _balances(book: SupplyBook, shares: Sequence[ShareRow], site: Site) -> set[BalanceNode]:
    """Return what the node of the first apportionment balances with while all of them divide."""
    since = midnight(max(share.first_day for share in shares), site.zone)
    ends = [midnight(share.valid_to, site.zone) for share in shares if share.valid_to is not None]
    instants = [at for at in book.instants(since) if all(at < end for end in ends)]
    return node_balances(map(book.at, instants), shares[0].whole["node"])
