"""Step 5a. From: a point's register and usage over days. To: plotly's dictionary. Pure.

Above the register, below it what was used: each interval up to MOST_BARS, each day beyond. What no
reading tells of is hatched where it is estimated, a line on the axis where nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.figures.daily_bars import DAY_TICKS, HATCHED
from dashboards.formats import UNITS, Unit, unit_for
from dashboards.queries.life_rows import MeterLife, RegisterPoint
from dashboards.theme import PALETTES, Theme, figure_layout
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage import UsageSpan
from energy.metering.usage_groups import Every, group_usage

HEIGHT = 380
MOST_BARS = 800
"""Intervals that are drawn one by one: eight days of quarter-hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanTexts:
    """The words of the chart."""

    register: str
    usage: str
    missing: str
    quality: dict[Quality, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """What was used in a time."""

    start: datetime
    end: datetime
    usage: int | None
    """None where nothing is known. [base unit]"""
    quality: Quality


def meter_span(
    life: MeterLife, *, zone: ZoneInfo, language: str, theme: Theme, texts: SpanTexts
) -> dict[str, Any]:
    """Return the figure of a point's selected days.

    Args:
        life: The point; its usage and utility are told.
        zone: The site's zone: the axis is local time.
        language: Of the days on the axis.
        theme: Light or dark.
        texts: Its words.
    """
    assert life.usage is not None, "a point whose usage is counted"
    assert life.utility is not None, "what counts usage has a utility"
    palette = PALETTES[theme]
    bars = _bars(life.usage, life.due, zone)
    largest = max((bar.usage for bar in bars if bar.usage is not None), default=None)
    unit = unit_for(life.utility, largest) if bars else UNITS[life.utility][0]
    layout: dict[str, Any] = figure_layout(theme, height=HEIGHT)
    layout["hovermode"] = "closest"
    layout["margin"] = {"l": 72, "r": 12, "t": 12, "b": 32}
    layout["xaxis"] |= {"type": "date", "showgrid": False, "anchor": "y"}
    if len(life.usage.usage) > MOST_BARS:
        layout["xaxis"]["tickformat"] = DAY_TICKS[language]
    layout["yaxis"] |= {"domain": [0.0, 0.5 if life.register else 1.0], "automargin": True}
    layout["yaxis"]["title"] = {**layout["yaxis"]["title"], "text": unit.name}
    layout["bargap"] = 0
    data = [_usage(bars, unit, life.utility, theme, texts, zone)]
    gaps = [bar for bar in bars if bar.usage is None]
    if gaps:
        data.append(_gaps(gaps, palette.warn, texts, zone))
    if life.register:
        axis = {**layout["yaxis"], "domain": [0.58, 1.0], "rangemode": "normal"}
        axis["title"] = {**axis["title"], "text": life.unit}
        layout["yaxis2"] = {**axis, "tickformat": ",~f"}
        data.append(_register(life.register, life.unit, theme, texts, zone))
    return {"data": data, "layout": layout}


def _bars(usage: UsageSpan, due: int, zone: ZoneInfo) -> list[_Bar]:
    """Return what is drawn, up to what is due; what is known beyond that too."""
    known = np.flatnonzero(usage.quality != Quality.MISSING)
    last = max(due, int(known[-1]) + 1 if len(known) else 0)
    if len(usage.usage) > MOST_BARS:
        days = group_usage(usage, zone, Every.DAY)
        end = usage.start + last * timedelta(seconds=usage.step_s)
        return [
            _Bar(start=day.start, end=day.end, usage=day.usage, quality=day.quality)
            for day in days
            if day.start < end
        ]
    step = timedelta(seconds=usage.step_s)
    return [
        _Bar(
            start=usage.start + n * step,
            end=usage.start + (n + 1) * step,
            usage=int(usage.usage[n]) if usage.quality[n] < Quality.SUSPECT else None,
            quality=Quality(int(usage.quality[n])),
        )
        for n in range(last)
    ]


def _usage(
    bars: Sequence[_Bar],
    unit: Unit,
    utility: Utility,
    theme: Theme,
    texts: SpanTexts,
    zone: ZoneInfo,
) -> dict[str, Any]:
    palette = PALETTES[theme]
    return {
        "type": "bar",
        "name": texts.usage,
        "x": [_wall(bar.start, zone) for bar in bars],
        "y": [None if bar.usage is None else bar.usage / unit.per_unit for bar in bars],
        "width": [(bar.end - bar.start) / timedelta(milliseconds=1) for bar in bars],
        "offset": 0,
        "marker": {
            "color": palette.utilities[utility],
            "pattern": {
                "shape": ["/" if bar.quality in HATCHED else "" for bar in bars],
                "fillmode": "overlay",
                "fgcolor": palette.paper,
                "solidity": 0.35,
            },
        },
        "text": [texts.quality[bar.quality] for bar in bars],
        "textposition": "none",
        "hovertemplate": f"%{{x}}<br>%{{y:.4~g}} {unit.name}, %{{text}}<extra></extra>",
    }


def _gaps(gaps: Sequence[_Bar], colour: str, texts: SpanTexts, zone: ZoneInfo) -> dict[str, Any]:
    """Return a thick line on the axis for each time of which nothing is known."""
    ends = [(_wall(bar.start, zone), _wall(bar.end, zone), None) for bar in gaps]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": texts.missing,
        "x": [at for bar in ends for at in bar],
        "y": [0, 0, None] * len(gaps),
        "cliponaxis": False,
        "line": {"width": 6, "color": colour},
        "hovertemplate": f"%{{x}}<br>{texts.missing}<extra></extra>",
    }


def _register(
    points: Sequence[RegisterPoint], unit: str, theme: Theme, texts: SpanTexts, zone: ZoneInfo
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(points) <= 62 else "lines",
        "name": texts.register,
        "x": [_wall(point.at, zone) for point in points],
        "y": [point.value for point in points],
        "yaxis": "y2",
        "line": {"color": PALETTES[theme].text, "width": 1.5},
        "marker": {"size": 4},
        "hovertemplate": f"%{{x}}<br>%{{y:,.2~f}} {unit}<extra></extra>",
    }


def _wall(at: datetime, zone: ZoneInfo) -> str:
    """Return the local wall time of an instant, as the axis takes it."""
    return at.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")
