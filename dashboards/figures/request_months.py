"""Step 5a. From: requests of months, kept and broken promises. To: a plotly dictionary. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.theme import PALETTES, Theme, faded, figure_layout


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBar:
    """A month as a bar."""

    name: str
    kept: int
    """Solved in time. [requests]"""
    broken: int
    """Solved too late, or late and not solved. [requests]"""
    under_way: int
    """Neither: still within their time. [requests]"""


def month_bars(
    months: Sequence[MonthBar], *, names: Mapping[str, str], theme: Theme
) -> dict[str, Any]:
    """Return the figure of requests by month: what was promised and kept, what was not.

    Args:
        months: In the order of time.
        names: Words for "kept", "broken" and "under_way".
        theme: Light or dark.
    """
    palette = PALETTES[theme]
    layout: dict[str, Any] = figure_layout(theme, height=240)
    layout["xaxis"] |= {"type": "category", "showgrid": False}
    layout["yaxis"] |= {"rangemode": "tozero", "tickformat": "d"}
    calm = palette.bands[1]
    colours = {"kept": calm, "broken": palette.warn, "under_way": faded(calm, 0.35)}
    shapes = {"kept": "", "broken": "/", "under_way": "."}
    bars = [
        {
            "type": "bar",
            "name": names[part],
            "x": [each.name for each in months],
            "y": [getattr(each, part) for each in months],
            "marker": {
                "color": colour,
                "pattern": {
                    "shape": shapes[part],
                    "fillmode": "overlay",
                    "fgcolor": palette.paper,
                    "solidity": 0.3,
                },
            },
            "hovertemplate": f"%{{x}}<br>{names[part]}: %{{y}}<extra></extra>",
        }
        for part, colour in colours.items()
    ]
    legend = {"orientation": "h", "y": 1.18, "x": 0}
    return {
        "data": bars,
        "layout": {
            **layout,
            "barmode": "stack",
            "bargap": 0.35,
            "showlegend": True,
            "legend": legend,
        },
    }
