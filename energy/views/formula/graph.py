"""In: every formula and share of a site. Out: what each computed channel rests on. I/O: reads.

Every version counts, whenever it held: a circle may not stand in any day.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from energy.base.units import Utility
from energy.metering.formula.parser import parse
from energy.metering.supply.book import SupplyBook
from energy.views.balance import point_channels
from energy.views.formula.catalogue import SiteCatalogue, named_inputs
from energy.views.formula.rows import formula_versions
from energy.views.plant_rows import read_supply
from energy.views.shares.rows import channel_of_whole, read_shares
from energy.views.usage_channels import usage_channels

Connection = psycopg.Connection[tuple[object, ...]]


def computed_graph(
    connection: Connection, schema: str, *, supplies: Mapping[Utility, SupplyBook] | None = None
) -> dict[int, set[int]]:
    """Return the channels that each computed channel rests on, by number.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        supplies: Supply graphs that are about to hold, instead of those that do.
    """
    graph: dict[int, set[int]] = {}
    versions = [each for own in formula_versions(connection, schema).values() for each in own]
    trees = {each.text: parse(each.text) for each in versions if each.text is not None}
    catalogue = SiteCatalogue(connection, schema, trees.values())
    for each in versions:
        if each.text is not None:
            named = named_inputs(trees[each.text], catalogue)
            graph.setdefault(each.channel, set()).update(i.channel.number for i in named)
    of_graphs: dict[Utility, set[int]] = {}
    for share in read_shares(connection, schema, only=None, as_of=None):
        whole = channel_of_whole(connection, schema, share.whole)
        points = {p for key in share.keys for part in key.version.parts for p in part.points}
        behind = {
            each.number for each in usage_channels(connection, schema, sorted(points)).values()
        }
        if whole is None:  # what a node lacks is balanced with all that is metered in its graph
            utility = Utility(share.whole["utility"])
            if utility not in of_graphs:
                book = (supplies or {}).get(utility)
                of_graphs[utility] = _supply_channels(connection, schema, utility, book)
            behind |= of_graphs[utility]
        else:
            behind.add(whole)
        for part in share.channels.values():
            graph.setdefault(part, set()).update(behind)
    return graph


def _supply_channels(
    connection: Connection, schema: str, utility: Utility, book: SupplyBook | None
) -> set[int]:
    """Return what counts at the meters of a supply graph, whenever they stood in it."""
    told = read_supply(connection, schema, utility) if book is None else book
    points = {
        node.point
        for _, _, graph in told.versions()
        for node in graph.nodes.values()
        if node.point is not None
    }
    counted = point_channels(connection, schema, utility, sorted(points))
    return {n for each in counted for n in (each.into, each.back) if n is not None}
