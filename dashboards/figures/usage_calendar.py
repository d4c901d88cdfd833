"""Step 5a. From: usage day by day. To: plotly's dictionary of a calendar. Pure.

A column is a week, a row a day of the week: what is odd for a Tuesday stands out between other
Tuesdays. A day of which anything is unknown has no colour.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dashboards.formats import amount_text, day_text, month_short, unit_for, weekday_names
from dashboards.theme import PALETTES, Theme, figure_layout
from energy.base.units import Utility

HEIGHT = 210
DAYS = 7


def usage_calendar(
    first: date,
    days: tuple[int | None, ...],
    *,
    utility: Utility,
    language: str,
    theme: Theme,
) -> dict[str, Any]:
    """Return the figure of a calendar.

    Args:
        first: The first day, a Monday.
        days: Usage of each day from then on, None where unknown. [base unit]
        utility: Its utility.
        language: Of names and hover texts.
        theme: Light or dark.
    """
    assert first.weekday() == 0, "a calendar's columns begin on Mondays"
    weeks = -(-len(days) // DAYS)
    padded = [*days, *[None] * (weeks * DAYS - len(days))]
    unit = unit_for(utility, max((d for d in days if d is not None), default=None))
    layout: dict[str, Any] = figure_layout(theme, height=HEIGHT)
    layout["margin"] = {"l": 44, "r": 8, "t": 8, "b": 28}
    layout["hovermode"] = "closest"
    layout["xaxis"] |= {"showgrid": False, "tickangle": 0, **_months(first, weeks, language)}
    layout["yaxis"] |= {"autorange": "reversed", "type": "category", "showgrid": False}
    layout["yaxis"].pop("rangemode", None)
    rows = [padded[n::DAYS] for n in range(DAYS)]
    trace = {
        "type": "heatmap",
        "x": list(range(weeks)),
        "y": weekday_names(language),
        "z": [[None if use is None else use / unit.per_unit for use in row] for row in rows],
        "text": [
            [
                f"{day_text(language, first + timedelta(days=n + DAYS * week))}, "
                f"{amount_text(language, utility, use)}"
                for week, use in enumerate(row)
            ]
            for n, row in enumerate(rows)
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": False,
        "colorscale": "Cividis",
        "xgap": 2,
        "ygap": 2,
        "colorbar": {
            "thickness": 10,
            "outlinewidth": 0,
            "title": {"text": unit.name, "font": {"size": 12}},
            "tickfont": {"color": PALETTES[theme].faint, "size": 12},
        },
    }
    return {"data": [trace], "layout": layout}


def _months(first: date, weeks: int, language: str) -> dict[str, Any]:
    """Return a tick at each week that holds the first of a month."""
    values, names = [], []
    for week in range(weeks):
        sunday = first + timedelta(days=DAYS * week + DAYS - 1)
        if sunday.day <= DAYS:
            values.append(week)
            names.append(month_short(language, sunday))
    return {"tickmode": "array", "tickvals": values, "ticktext": names}
