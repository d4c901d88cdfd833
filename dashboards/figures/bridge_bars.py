"""Step 5a. From: the causes between two runs' totals. To: a plotly dictionary, a waterfall. Pure.

Plain lying bars that begin where the one above ended, so that names fit on a phone; up and down
differ in colour and in the sign of their text. Where the causes are small beside the totals, the
axis is cut, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dashboards.theme import PALETTES, Theme, figure_layout

BAR, AROUND = 34, 70
"""Height of one bar with its gap, and of what stands above and below them all. [px]"""
SMALL = Decimal("0.5")
"""The axis is cut where all levels lie within this part of the greatest. [1]"""
BEYOND = Decimal("0.35")
"""Room beside the least and the greatest level, as part of what lies between. [1]"""


def bridge_bars(
    before: tuple[str, Decimal],
    causes: Sequence[tuple[str, Decimal]],
    after: tuple[str, Decimal],
    *,
    said: Sequence[str],
    theme: Theme,
    axis: tuple[str, str],
) -> dict[str, Any]:
    """Return the way from one total to the next.

    Args:
        before: Name and total of the earlier run. [currency]
        causes: Name of each cause and what it adds, in their order. [currency]
        after: Name and total of the later run. [currency]
        said: The money of every bar as text, totals included.
        theme: Light or dark.
        axis: Title of the axis whole, and cut.
    """
    palette = PALETTES[theme]
    levels = [before[1]]
    for _, money in causes:
        levels.append(levels[-1] + money)
    up, down = palette.bands[3], palette.bands[0]
    colours = [up if money > 0 else down for _, money in causes]
    low = _cut(levels)
    top = max(*levels, Decimal(0))
    room = (top - (low or min(*levels, Decimal(0)))) * BEYOND
    layout: dict[str, Any] = figure_layout(theme, height=AROUND + BAR * (len(causes) + 2))
    layout["margin"] = {"l": 12, "r": 12, "t": 8, "b": 44}
    layout["xaxis"] |= {"range": [float(_floor(levels) if low is None else low), float(top + room)]}
    layout["xaxis"]["title"] |= {"text": axis[0] if low is None else axis[1]}
    layout["yaxis"] |= {
        "type": "category", "autorange": "reversed", "automargin": True, "showgrid": False,
    }  # fmt: skip
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [before[0], *(name for name, _ in causes), after[0]],
        "x": [float(each) for each in (before[1], *(money for _, money in causes), after[1])],
        "base": [0.0, *(float(each) for each in levels[:-1]), 0.0],
        "marker": {"color": [palette.edge, *colours, palette.edge]},
        "text": list(said),
        "textposition": "outside",
        "textfont": {"size": 12},
        "cliponaxis": True,
        "constraintext": "none",
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
    return {"data": [bars], "layout": {**layout, "hovermode": "closest", "bargap": 0.35}}


def _floor(levels: Sequence[Decimal]) -> Decimal:
    return min(*levels, Decimal(0))


def _cut(levels: Sequence[Decimal]) -> Decimal | None:
    """Return where the axis begins when it is cut; None where it holds zero."""
    low, high = min(levels), max(levels)
    if low <= 0 or high - low > SMALL * high or low == high:
        return None
    return max(low - (high - low) * BEYOND, Decimal(0))
