"""Step 5a. From: daily usage. To: a plotly dictionary of a curve without axes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.formats import UNITS
from dashboards.theme import PALETTES, Theme, faded, figure_layout
from energy.base.units import Utility


def sparkline(trend: Sequence[int | None], *, utility: Utility, theme: Theme) -> dict[str, object]:
    """Return the figure of the last days of one utility; an unknown day is a gap.

    Args:
        trend: Usage of each day, oldest first. [base unit]
        utility: Its utility.
        theme: Light or dark.
    """
    palette = PALETTES[theme]
    colour = palette.utilities[utility]
    per_unit = UNITS[utility][0].per_unit
    values = [None if usage is None else usage / per_unit for usage in trend]
    known = [value for value in values if value is not None]
    layout = figure_layout(theme, height=44)
    layout["margin"] = {"l": 0, "r": 0, "t": 2, "b": 2}
    layout["hovermode"] = False
    top = max(known, default=0.0)
    hidden = {"visible": False, "fixedrange": True}
    layout["xaxis"] = {**hidden, "range": [-0.5, max(len(values), 1) - 0.5]}
    layout["yaxis"] = {**hidden, "range": [0, top * 1.08 or 1]}
    return {
        "data": [
            {
                "type": "bar",
                "x": list(range(len(values))),
                "y": values,
                "marker": {"color": [faded(colour, 0.65)] * len(values)},
                "hoverinfo": "skip",
            }
        ],
        "layout": {**layout, "bargap": 0.25},
    }
