"""Step 5a. From: the intervals of a charged day. To: a plotly dictionary of bars. Pure.

Intervals that the charge line prices bear the utility's colour, the others are faint; one of which
nothing is known has a mark on the axis. The axis counts intervals, so that no clock change bends
it; its ticks tell the wall time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from zoneinfo import ZoneInfo

from dashboards.formats import UNITS, clock_text
from dashboards.queries.line_rows import LineInterval
from dashboards.theme import PALETTES, Palette, Theme, figure_layout
from energy.base.units import Utility

TICKS = 6


def line_intervals(
    intervals: Sequence[LineInterval],
    *,
    utility: Utility,
    zone: ZoneInfo,
    language: str,
    theme: Theme,
    texts: dict[str, str],
) -> dict[str, object]:
    """Return the figure of a day's intervals.

    Args:
        intervals: Of the day, in order.
        utility: Their utility.
        zone: The site's.
        language: Of the reader.
        theme: Light or dark.
        texts: Words for "priced", "other" and "missing".
    """
    palette, unit = PALETTES[theme], UNITS[utility][0]
    layout = figure_layout(theme, height=260)
    axes = {name: cast("dict[str, object]", layout[name]) for name in ("xaxis", "yaxis")}
    step = max(1, len(intervals) // TICKS)
    clocks = [clock_text(language, each.start, zone) for each in intervals]
    layout["xaxis"] = axes["xaxis"] | {
        "tickvals": [*range(0, len(intervals), step)],
        "ticktext": clocks[::step],
        "tickangle": 0,
        "showgrid": False,
    }
    layout["yaxis"] = axes["yaxis"] | {"title": {"text": unit.name}}
    data = _bars(intervals, clocks, utility, palette, texts)
    gaps = [n for n, each in enumerate(intervals) if each.usage is None]
    if gaps:
        data.append(_marks(gaps, palette, texts["missing"]))
    layout["hovermode"] = "closest"
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.14, "font": {"size": 12}}
    return {"data": data, "layout": {**layout, "bargap": 0.1, "barmode": "overlay"}}


def _bars(
    intervals: Sequence[LineInterval],
    clocks: Sequence[str],
    utility: Utility,
    palette: Palette,
    texts: dict[str, str],
) -> list[dict[str, object]]:
    """Return the bars of what the line prices, and of what others do."""
    unit, found = UNITS[utility][0], list[dict[str, object]]()
    kinds = (("priced", True, palette.utilities[utility]), ("other", False, palette.edge))
    for name, charged, colour in kinds:
        mine = [n for n, each in enumerate(intervals) if _is(each, charged=charged)]
        if mine:
            hover = f"%{{text}}<br>%{{y:.6~g}} {unit.name}<extra>{texts[name]}</extra>"
            found.append(
                {
                    "type": "bar",
                    "name": texts[name],
                    "x": mine,
                    "y": [(intervals[n].usage or 0) / unit.per_unit for n in mine],
                    "text": [clocks[n] for n in mine],
                    "textposition": "none",
                    "marker": {"color": colour},
                    "hovertemplate": hover,
                }
            )
    return found


def _marks(gaps: Sequence[int], palette: Palette, said: str) -> dict[str, object]:
    """Return the marks of intervals of which nothing is known."""
    line = {"width": 2, "color": palette.warn}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": said,
        "x": list(gaps),
        "y": [0] * len(gaps),
        "cliponaxis": False,
        "marker": {"symbol": "x-thin", "size": 7, "line": line},
        "hovertemplate": f"{said}<extra></extra>",
    }


def _is(each: LineInterval, *, charged: bool) -> bool:
    return each.usage is not None and each.charged is charged
