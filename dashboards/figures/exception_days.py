"""Step 5a. From: the usage of billed days and of days before. To: a plotly dictionary. Pure.

Bars are the billed days: estimated ones hatched, missing ones a mark on the axis. The days before
and those a year before stand over the billed ones of the same place as lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from dashboards.figures.daily_bars import BarTexts, daily_bars
from dashboards.formats import UNITS, Unit, unit_for
from dashboards.queries.rows import UsageDay
from dashboards.theme import PALETTES, Theme
from energy.base.units import Utility


def exception_days(
    days: Sequence[UsageDay],
    beside: dict[str, Sequence[UsageDay]],
    *,
    utility: Utility,
    language: str,
    theme: Theme,
    texts: BarTexts,
) -> dict[str, object]:
    """Return the figure of billed days beside earlier ones.

    Args:
        days: The billed ones.
        beside: Earlier ones by what they are called, each as many days.
        utility: Their utility.
        language: Of the reader.
        theme: Light or dark.
        texts: Words of the bars.
    """
    palette = PALETTES[theme]
    figure = daily_bars(days, utility=utility, language=language, theme=theme, texts=texts)
    data = cast("list[dict[str, object]]", figure["data"])
    layout = cast("dict[str, object]", figure["layout"])
    known = [day.usage for day in days if day.usage is not None]
    unit: Unit = unit_for(utility, max(known, default=None)) if known else UNITS[utility][0]
    styles = (("solid", palette.text), ("dot", palette.faint))
    for (name, earlier), (dash, colour) in zip(beside.items(), styles, strict=False):
        if any(day.usage is not None for day in earlier):
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": name,
                    "x": [day.day.isoformat() for day in days][: len(earlier)],
                    "y": [
                        None if day.usage is None else day.usage / unit.per_unit for day in earlier
                    ][: len(days)],
                    "line": {"color": colour, "width": 1.6, "dash": dash},
                    "connectgaps": False,
                    "hovertemplate": f"{name}<br>%{{y:.4~g}} {unit.name}<extra></extra>",
                }
            )
    layout["showlegend"] = len(data) > 1
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.2, "font": {"size": 12}}
    return figure
