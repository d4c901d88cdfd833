"""Step 5a. From: counted days and what is missing of them. To: a plotly dictionary. Pure.

What is missing stands hatched above what was counted, so that a bar reaches to what is expected of
its day. Behind the days that are meant lies a band.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import cast

from dashboards.figures.daily_bars import BarTexts, daily_bars
from dashboards.formats import Unit, unit_for
from dashboards.queries.rows import UsageDay
from dashboards.theme import PALETTES, Palette, Theme, faded
from energy.base.units import Utility

_WIDTH_MS = 0.8 * 86_400_000
"""Of a bar: left to itself, the chart would draw a few bars far apart wider than their days."""
_HALF = timedelta(hours=12)
"""A day's bar stands around its midnight."""


def missing_days(
    days: Sequence[UsageDay],
    lacking: Mapping[date, int],
    *,
    meant: tuple[date, date],
    utility: Utility,
    language: str,
    theme: Theme,
    texts: BarTexts,
    lacks: str,
) -> dict[str, object]:
    """Return the figure of what was counted and what is missing of it.

    Args:
        days: What was counted, in order.
        lacking: What is missing of a day. [base unit]
        meant: First and last day that are meant.
        utility: Their utility.
        language: Of the reader.
        theme: Light or dark.
        texts: Words of the bars.
        lacks: What the missing part is called.
    """
    most = max(((day.usage or 0) + lacking.get(day.day, 0) for day in days), default=0)
    figure = daily_bars(
        days, utility=utility, language=language, theme=theme, texts=texts, most=most
    )
    data = cast("list[dict[str, object]]", figure["data"])
    layout = cast("dict[str, object]", figure["layout"])
    data[0]["width"] = _WIDTH_MS
    above = [day for day in days if lacking.get(day.day)]
    if above:
        unit = unit_for(utility, most)
        data.insert(1, _above(above, lacking, unit, PALETTES[theme], lacks))
    layout["barmode"] = "overlay"
    layout["shapes"] = [_band(meant, PALETTES[theme])]
    layout["showlegend"] = len(data) > 1
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.2, "font": {"size": 12}}
    return figure


def _above(
    days: Sequence[UsageDay], lacking: Mapping[date, int], unit: Unit, palette: Palette, lacks: str
) -> dict[str, object]:
    """Return what is missing of days, as bars that stand on those of what was counted."""
    amounts = [lacking[day.day] / unit.per_unit for day in days]
    return {
        "type": "bar",
        "name": lacks,
        "width": _WIDTH_MS,
        "x": [day.day.isoformat() for day in days],
        "y": amounts,
        "base": [(day.usage or 0) / unit.per_unit for day in days],
        "marker": {
            "color": faded(palette.warn, 0.25),
            "line": {"width": 1, "color": palette.warn},
            "pattern": {
                "shape": "/",
                "fillmode": "overlay",
                "fgcolor": palette.warn,
                "solidity": 0.25,
            },
        },
        "text": [f"{amount:.4g}" for amount in amounts],
        "textposition": "none",
        "hovertemplate": f"{lacks}: %{{text}} {unit.name}<extra></extra>",
    }


def _band(meant: tuple[date, date], palette: Palette) -> dict[str, object]:
    """Return grey behind the days that are meant."""
    return {
        "type": "rect",
        "layer": "below",
        "xref": "x",
        "yref": "paper",
        "x0": _edge(meant[0], before=True),
        "x1": _edge(meant[1], before=False),
        "y0": 0,
        "y1": 1,
        "line": {"width": 0},
        "fillcolor": faded(palette.edge, 0.15),
    }


def _edge(day: date, *, before: bool) -> str:
    midnight = datetime.combine(day, time())  # of the axis, which knows no zone
    return (midnight - _HALF if before else midnight + _HALF).isoformat()
