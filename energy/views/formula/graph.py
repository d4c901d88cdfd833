"""In: every formula and share of a site. Out: what each computed channel rests on. I/O: reads.

Every version counts, whenever it held: a circle may not stand in any day.
"""

from __future__ import annotations

import psycopg

from energy.metering.formula.check import check
from energy.metering.formula.definition import inputs_of
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.parser import parse
from energy.views.formula.catalogue import SiteCatalogue
from energy.views.formula.rows import formula_versions
from energy.views.shares.rows import channel_of_whole, read_shares, usage_channels

Connection = psycopg.Connection[tuple[object, ...]]


def computed_graph(connection: Connection, schema: str) -> dict[int, set[int]]:
    """Return the channels that each computed channel rests on, by number.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
    """
    graph: dict[int, set[int]] = {}
    versions = [each for own in formula_versions(connection, schema).values() for each in own]
    trees = {each.text: parse(each.text) for each in versions if each.text is not None}
    catalogue = SiteCatalogue(connection, schema, trees.values())
    for each in versions:
        if each.text is None:
            continue
        constants = {constant.name: constant for constant in each.constants}
        try:
            checked = check(trees[each.text], each.text, catalogue, constants)
        except FormulaError:  # what cannot be told any more rests on nothing
            continue
        graph.setdefault(each.channel, set()).update(inputs_of(checked))
    for share in read_shares(connection, schema, only=None, as_of=None):
        whole = channel_of_whole(connection, schema, share.whole)
        points = {p for key in share.keys for part in key.version.parts for p in part.points}
        behind = {
            each.number for each in usage_channels(connection, schema, sorted(points)).values()
        }
        for part in share.channels.values():
            graph.setdefault(part, set()).update(behind, () if whole is None else (whole,))
    return graph
