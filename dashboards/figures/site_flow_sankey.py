"""Step 5a. From: the flow of all utilities. To: its amounts in one unit, and a plotly Sankey. Pure.

A utility without a factor for the unit has no amount in it, and is named: what is drawn is never
silently less than the site.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dashboards.formats import number, significant
from dashboards.queries.site_flow_rows import SiteFlow, Stage
from dashboards.theme import PALETTES, Theme, faded, figure_layout
from energy.base.units import Utility
from energy.metering.conversion import ConversionFactors, Factor, Measure

MOST_USES = 10
"""Places drawn by name, the largest."""
OTHERS = "use others"
ROW_PX = 34
LEAST_PX = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonBranch:
    """What goes from one node to the next in the common unit."""

    source: str
    target: str
    utility: Utility
    value: Fraction
    """[tce, GJ or t CO2]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonFlow:
    """A site's flow in one unit."""

    branches: tuple[CommonBranch, ...]
    lacking: tuple[Utility, ...]
    """Utilities that flow and have no factor."""
    factors: tuple[Factor, ...]
    """Those it rests on."""


def in_common(flow: SiteFlow, factors: ConversionFactors, measure: Measure) -> CommonFlow:
    """Return a flow in one unit, each day by the factor that held on it."""
    branches, lacking, used = list[CommonBranch](), list[Utility](), list[Factor]()
    for part in flow.parts:
        told = factors.converted(part.utility, measure, flow.first, part.days)
        used += [each for each in told.factors if each not in used]
        if told.value is None:
            lacking += [part.utility] if part.utility not in lacking else []
        elif told.value > 0:
            branches.append(
                CommonBranch(
                    source=part.source,
                    target=part.target,
                    utility=part.utility,
                    value=told.value,
                )
            )
    kept = tuple(branch for branch in branches if branch.utility not in lacking)
    return CommonFlow(branches=kept, lacking=tuple(lacking), factors=tuple(used))


def gathered(flow: SiteFlow, common: CommonFlow) -> CommonFlow:
    """Return a flow with its smaller places of use as one, so that the chart has room."""
    uses = {node.key for node in flow.nodes if node.stage is Stage.USE}
    sizes = {key: Fraction(0) for key in uses}
    for branch in common.branches:
        if branch.target in sizes:
            sizes[branch.target] += branch.value
    largest = sorted(sizes, key=lambda key: (-sizes[key], key))
    small = set(largest[MOST_USES:]) if len(largest) > MOST_USES + 1 else set()
    sums: dict[tuple[str, str, Utility], Fraction] = {}
    for branch in common.branches:
        key = (
            OTHERS if branch.source in small else branch.source,
            OTHERS if branch.target in small else branch.target,
            branch.utility,
        )
        sums[key] = sums.get(key, Fraction(0)) + branch.value
    return CommonFlow(
        branches=tuple(
            CommonBranch(source=source, target=target, utility=utility, value=value)
            for (source, target, utility), value in sums.items()
        ),
        lacking=common.lacking,
        factors=common.factors,
    )


def amount_of(language: str, value: Fraction, unit: str) -> str:
    """Return an amount in the common unit with four figures."""
    exact = Decimal(value.numerator) / value.denominator
    return f"{number(language, significant(exact))} {unit}"


def site_sankey(
    common: CommonFlow, names: dict[str, str], *, unit: str, language: str, theme: Theme
) -> dict[str, Any]:
    """Return the figure.

    Args:
        common: The branches.
        names: Of every node.
        unit: Of the amounts.
        language: Of the numbers.
        theme: Light or dark.
    """
    palette = PALETTES[theme]
    keys = list(dict.fromkeys(key for b in common.branches for key in (b.source, b.target)))
    into = {key: sum(b.value for b in common.branches if b.target == key) for key in keys}
    out = {key: sum(b.value for b in common.branches if b.source == key) for key in keys}
    place = {key: n for n, key in enumerate(keys)}
    widest = max((sum(1 for b in common.branches if b.source == key) for key in keys), default=0)
    layout: dict[str, Any] = figure_layout(theme, height=max(LEAST_PX, ROW_PX * (widest + 6)))
    layout["margin"] = {"l": 8, "r": 8, "t": 12, "b": 12}
    layout["hovermode"] = "closest"
    for axis in ("xaxis", "yaxis"):
        layout.pop(axis)
    colours = [palette.utilities[branch.utility] for branch in common.branches]
    trace = {
        "type": "sankey",
        "arrangement": "snap",
        "valueformat": ".4~g",
        "valuesuffix": f" {unit}",
        "node": {
            "label": [
                f"{names[key]}<br>{amount_of(language, Fraction(max(into[key], out[key])), unit)}"
                for key in keys
            ],
            "customdata": keys,
            "color": [palette.edge] * len(keys),
            "line": {"color": palette.edge, "width": 0.5},
            "pad": 22,
            "thickness": 12,
        },
        "link": {
            "source": [place[branch.source] for branch in common.branches],
            "target": [place[branch.target] for branch in common.branches],
            "value": [float(branch.value) for branch in common.branches],
            "color": [faded(colour, palette.flow_opacity) for colour in colours],
        },
        "textfont": {"size": 12, "color": palette.text, "shadow": "none"},
    }
    return {"data": [trace] if common.branches else [], "layout": layout}
