"""In: an energy flow. Out: a sorted list of bars: the Sankey's twin on a phone. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.formats import amount_in, unit_for
from dashboards.queries.rows import EnergyFlow
from dashboards.theme import PALETTES
from dashboards.viewer import Viewer

MOST_ROWS = 15
"""Branches that the list has; the table behind the diagram has all."""


def flow_list(viewer: Viewer, flow: EnergyFlow, *, most: int = MOST_ROWS) -> Component:
    """Return the branches that end at a meter, largest first, the unknown ones last."""
    names = {node.key: node.name for node in flow.nodes}
    inner = {edge.source for edge in flow.edges}
    leaves = [edge for edge in flow.edges if edge.target not in inner]
    leaves.sort(key=lambda edge: (edge.amount is None, -(edge.amount or 0)))
    largest = max((edge.amount or 0 for edge in leaves), default=0) or 1
    unit = unit_for(flow.utility, largest)
    colour = PALETTES[viewer.theme].utilities[flow.utility]
    rows = [
        html.Li(
            [
                html.Span(names.get(edge.target, edge.target), className="flow-name"),
                html.Span(
                    viewer.say("load.missing")
                    if edge.amount is None
                    else amount_in(viewer.language, unit, edge.amount),
                    className="flow-amount",
                ),
                html.Span(
                    className="flow-bar",
                    style={
                        "width": f"{100 * (edge.amount or 0) // largest}%",
                        "background": colour,
                    },
                ),
            ]
        )
        for edge in leaves[:most]
    ]
    more = len(leaves) - most
    if more > 0:
        said = viewer.say("flow.others", count=more)
        rows.append(html.Li(html.Span(said, className="flow-name")))
    return html.Ol(rows, className="flow-list")
