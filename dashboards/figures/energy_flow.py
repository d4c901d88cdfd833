"""Step 5a. From: a supply graph with amounts of days. To: a plotly Sankey, and its rows. Pure.

There are no more branches than the chart has room for (flow_open). A node whose measured intake is
more than its branches' sum gets a branch "unaccounted"; the small ones of all nodes end in one
place.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dashboards.figures.flow_open import opened
from dashboards.figures.flow_places import Branch, places_of
from dashboards.formats import amount_in, unit_for
from dashboards.queries.rows import EnergyFlow
from dashboards.theme import PALETTES, Theme, faded, figure_layout

ROW_PX = 28
"""Height that a branch's label needs. [px]"""
LEAST_PX = 220
PAD_PX = 14
"""Least room between two nodes of a column. [px]"""
OF_ITS_OWN = 100
"""An unaccounted branch smaller than this part of all that comes in has no end of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTexts:
    """The words of the chart."""

    others: str
    """With the placeholder {count}."""
    unaccounted: str


def branches_of(flow: EnergyFlow, texts: FlowTexts) -> tuple[list[Branch], dict[str, str]]:
    """Return the branches to draw, largest first, and every node's name.

    Unknown and zero amounts are not drawn; they stand in the table beside the chart.
    """
    names = {node.key: node.name for node in flow.nodes}
    known = [
        Branch(source=edge.source, target=edge.target, amount=edge.amount)
        for edge in flow.edges
        if edge.amount is not None and edge.amount > 0
    ]
    shown = opened(known)
    for key, count in shown.others.items():
        names[key] = texts.others.format(count=count)
    lost = [each for each in _unaccounted(flow, known) if each.source in shown.nodes]
    for branch in lost:
        names[branch.target] = texts.unaccounted
    return [*shown.branches, *lost], names


def _unaccounted(flow: EnergyFlow, branches: list[Branch]) -> list[Branch]:
    """Return what went into inner nodes and did not come out; nothing while a branch is unknown."""
    unsure = {edge.source for edge in flow.edges if edge.amount is None}
    into: dict[str, int] = {}
    out_of: dict[str, int] = {}
    for branch in branches:
        into[branch.target] = into.get(branch.target, 0) + branch.amount
        out_of[branch.source] = out_of.get(branch.source, 0) + branch.amount
    lost = {
        key: amount - out_of[key]
        for key, amount in into.items()
        if key in out_of and key not in unsure and amount > out_of[key]
    }
    whole = sum(branch.amount for branch in branches if branch.source not in into)
    return [
        Branch(
            source=key,
            target=f"unaccounted of {key}" if amount * OF_ITS_OWN >= whole else "unaccounted",
            amount=amount,
        )
        for key, amount in lost.items()
    ]


def energy_flow(
    flow: EnergyFlow, *, language: str, theme: Theme, texts: FlowTexts
) -> dict[str, object]:
    """Return the Sankey of a utility's supply graph; a node carries its key for a click."""
    palette = PALETTES[theme]
    colour = palette.utilities[flow.utility]
    branches, names = branches_of(flow, texts)
    ends = {b.target for b in branches} - {b.source for b in branches}
    height = max(LEAST_PX, ROW_PX * len(ends) + 40)
    places = places_of(branches, PAD_PX / (height - 24))
    # Branches leave a node in the order of the nodes they lead to.
    keys = sorted(places, key=lambda key: places[key][1])
    place = {key: n for n, key in enumerate(keys)}
    through = {
        key: max(
            sum(b.amount for b in branches if b.target == key),
            sum(b.amount for b in branches if b.source == key),
        )
        for key in keys
    }
    unit = unit_for(flow.utility, max(through.values(), default=None))
    layout = figure_layout(theme, height=height)
    layout["margin"] = {"l": 8, "r": 8, "t": 12, "b": 12}
    layout["hovermode"] = "closest"
    for axis in ("xaxis", "yaxis"):
        layout.pop(axis)
    trace = {
        "type": "sankey",
        "arrangement": "fixed",
        "valueformat": ".4~g",
        "valuesuffix": f" {unit.name}",
        "node": {
            "label": [
                f"{names[key]}{'  ' if key in ends else '<br>'}"
                f"{amount_in(language, unit, through[key])}"
                for key in keys
            ],
            "customdata": keys,
            "x": [places[key][0] for key in keys],
            "y": [places[key][1] for key in keys],
            "color": [colour] * len(keys),
            "line": {"color": palette.edge, "width": 0.5},
            "pad": PAD_PX,
            "thickness": 14,
        },
        "link": {
            "source": [place[b.source] for b in branches],
            "target": [place[b.target] for b in branches],
            "value": [float(Decimal(b.amount) / unit.per_unit) for b in branches],
            "color": [faded(colour, palette.flow_opacity)] * len(branches),
        },
        "textfont": {"size": 12, "color": palette.text, "shadow": "none"},
    }
    return {"data": [trace] if branches else [], "layout": layout}
