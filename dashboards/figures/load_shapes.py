"""Step 5a. From: a place's curve over days. To: duration curve, hours of the week, nights. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.figures.load_days import LoadDay
from dashboards.formats import RATE_NAMES, short_day
from dashboards.theme import PALETTES, Theme, figure_layout
from energy.base.units import Utility

HEIGHT = 280


def duration_curve(
    shares: Sequence[float],
    values: Sequence[float],
    *,
    utility: Utility,
    theme: Theme,
    axis: str,
) -> dict[str, Any]:
    """Return the load that is reached or passed in each share of the time.

    Args:
        shares: Share of the known time. [%]
        values: Load, falling, in the unit of RATE_NAMES.
        utility: Its utility.
        theme: Light or dark.
        axis: Title of the shares' axis.
    """
    layout: dict[str, Any] = figure_layout(theme, height=HEIGHT)
    layout["margin"] = {"l": 60, "r": 12, "t": 12, "b": 44}
    layout["xaxis"] |= {"range": [0, 100], "dtick": 25, "ticksuffix": " %"}
    layout["xaxis"]["title"] |= {"text": axis}
    layout["yaxis"]["title"] |= {"text": RATE_NAMES[utility]}
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": list(shares),
        "y": list(values),
        "line": {"width": 2, "color": PALETTES[theme].utilities[utility]},
        "fill": "tozeroy",
        "hovertemplate": f"%{{x:.1f}} %: %{{y:.4~g}} {RATE_NAMES[utility]}<extra></extra>",
    }
    return {"data": [trace], "layout": {**layout, "hovermode": "closest"}}


def week_heatmap(
    means: NDArray[np.float64],
    *,
    utility: Utility,
    theme: Theme,
    weekdays: Sequence[str],
) -> dict[str, Any]:
    """Return the mean load of each hour of the week as colours.

    Args:
        means: Mean rates, NaN where unknown. [7 days x 24 h]
        utility: Its utility.
        theme: Light or dark.
        weekdays: Names, Monday first.
    """
    layout: dict[str, Any] = figure_layout(theme, height=HEIGHT)
    layout["margin"] = {"l": 60, "r": 12, "t": 12, "b": 32}
    layout["yaxis"] |= {"autorange": "reversed", "type": "category", "showgrid": False}
    layout["yaxis"].pop("rangemode", None)
    layout["xaxis"] |= {"dtick": 6, "showgrid": False, "tickangle": 0}
    trace = {
        "type": "heatmap",
        "x": list(range(24)),
        "y": list(weekdays),
        "z": [[None if np.isnan(v) else float(v) for v in row] for row in means],
        "colorscale": "Cividis",
        "xgap": 1,
        "ygap": 1,
        "colorbar": {
            "thickness": 10,
            "outlinewidth": 0,
            "tickfont": {"color": PALETTES[theme].faint, "size": 12},
            "title": {"text": RATE_NAMES[utility], "font": {"size": 12}},
        },
        "hovertemplate": f"%{{y}} %{{x}}:00: %{{z:.4~g}} {RATE_NAMES[utility]}<extra></extra>",
    }
    return {"data": [trace], "layout": {**layout, "hovermode": "closest"}}


def night_trend(
    days: Sequence[LoadDay], *, utility: Utility, language: str, theme: Theme
) -> dict[str, Any]:
    """Return the least load of each night: what runs when nobody is there."""
    layout: dict[str, Any] = figure_layout(theme, height=HEIGHT)
    layout["margin"] = {"l": 60, "r": 12, "t": 12, "b": 32}
    names = [short_day(language, day.day) for day in days]
    every = max(-(-len(days) // 5), 1)
    layout["xaxis"] |= {
        "tickmode": "array",
        "tickvals": list(range(0, len(days), every)),
        "ticktext": names[::every],
        "tickangle": 0,
        "showgrid": False,
    }
    layout["yaxis"]["title"] |= {"text": RATE_NAMES[utility]}
    trace = {
        "type": "scatter",
        "mode": "lines+markers" if len(days) < 60 else "lines",
        "x": list(range(len(days))),
        "y": [day.night for day in days],
        "text": names,
        "connectgaps": False,
        "line": {"width": 2, "color": PALETTES[theme].utilities[utility]},
        "hovertemplate": f"%{{text}}: %{{y:.4~g}} {RATE_NAMES[utility]}<extra></extra>",
    }
    return {"data": [trace], "layout": {**layout, "hovermode": "closest"}}
