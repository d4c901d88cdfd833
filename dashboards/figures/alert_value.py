"""Step 5a. From: the minutes around an alert. To: a plotly dictionary of value and limit. Pure.

The axis counts hours from when the alert was raised, so that no day of a clock change bends it;
its ticks tell the site's wall time. A minute without a reading is a gap.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast
from zoneinfo import ZoneInfo

from dashboards.queries.alert_rows import AlertStory, MinuteReading
from dashboards.theme import PALETTES, Palette, Theme, figure_layout

GAP = timedelta(minutes=30)
"""Readings further apart than this are not joined."""
HOURS = 6


def alert_value(
    story: AlertStory, *, zone: ZoneInfo, theme: Theme, texts: dict[str, str], scale: Decimal
) -> dict[str, object]:
    """Return the figure of a value against its limit.

    Args:
        story: The alert; its readings and limit. [unit]
        zone: The site's.
        theme: Light or dark.
        texts: Words for "value", "limit", "raised", "cleared", "unit".
        scale: What a value is divided by to be in the unit of the texts.
    """
    palette, row = PALETTES[theme], story.row
    layout = figure_layout(theme, height=320)
    axes = {name: cast("dict[str, object]", layout[name]) for name in ("xaxis", "yaxis")}
    hours = range(-HOURS, HOURS + 1, 2)
    layout["xaxis"] = axes["xaxis"] | {
        "range": [-HOURS, HOURS],
        "tickvals": [*hours],
        "ticktext": [f"{_local(row.raised_at + timedelta(hours=h), zone):%H:%M}" for h in hours],
        "showgrid": False,
    }
    layout["yaxis"] = axes["yaxis"] | {
        "title": {"text": texts["unit"]},
        "rangemode": "normal",
        "separatethousands": True,
    }
    ends = [(0.0, texts["raised"])]
    if row.cleared_at is not None and row.cleared_at <= story.last:
        ends.append((_hours(story, row.cleared_at), texts["cleared"]))
    layout["shapes"] = [_upright(at, palette) for at, _ in ends]
    layout["annotations"] = [_label(at, text, palette) for at, text in ends]
    limit = float(row.limit / scale)
    data: list[dict[str, object]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": texts["limit"],
            "x": [-HOURS, HOURS],
            "y": [limit, limit],
            "line": {"color": palette.warn, "width": 2, "dash": "dash"},
            "hovertemplate": "%{y:.4~g}",
        }
    ]
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.14, "font": {"size": 12}}
    if story.readings:
        data.append(_curve(story, zone, palette, texts, scale))
    return {"data": data, "layout": layout}


def _curve(
    story: AlertStory, zone: ZoneInfo, palette: Palette, texts: dict[str, str], scale: Decimal
) -> dict[str, object]:
    xs: list[float] = []
    ys: list[float | None] = []
    said: list[str] = []
    before: MinuteReading | None = None
    for reading in story.readings:
        if before is not None and reading.at - before.at > GAP:
            xs.append(_hours(story, before.at + GAP))
            ys.append(None)
            said.append("")
        # Of a minute with several readings both ends are drawn: a peak is never smoothed away.
        for value in dict.fromkeys((reading.least, reading.greatest)):
            xs.append(_hours(story, reading.at))
            ys.append(float(value / scale))
            said.append(f"{_local(reading.at, zone):%H:%M}")
        before = reading
    return {
        "type": "scatter",
        "mode": "lines",
        "name": texts["value"],
        "x": xs,
        "y": ys,
        "text": said,
        "connectgaps": False,
        "line": {"color": palette.bands[0], "width": 2},
        "hovertemplate": "%{text}  %{y:.4~g}",
    }


def _hours(story: AlertStory, at: datetime) -> float:
    return (at - story.row.raised_at) / timedelta(hours=1)


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone)


def _upright(at: float, palette: Palette) -> dict[str, object]:
    line = {"width": 1, "dash": "dot", "color": palette.faint}
    return {"type": "line", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": line}


def _label(at: float, text: str, palette: Palette) -> dict[str, object]:
    return {
        "x": at,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "text": text,
        "font": {"size": 11, "color": palette.faint},
    }
