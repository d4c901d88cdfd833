"""Step 5a. From: the hours of a plant. To: its efficiency beside what the past expects. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.queries.plant_rows import PlantHour
from dashboards.theme import PALETTES, Theme, figure_layout
from energy.base.period import local_day
from energy.base.units import Utility

HEIGHT = 300
MOST_HOURS = 31 * 24 + 1
"""Beyond these a point stands for a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EfficiencyPoint:
    """An hour or a day; None where it is not known."""

    at: datetime
    """Local time without zone: what the axis shows."""
    value: float | None
    expected: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EfficiencyTexts:
    """Words of the figure."""

    value: str
    expected: str
    axis: str


def points_of(hours: Sequence[PlantHour], zone: ZoneInfo) -> list[EfficiencyPoint]:
    """Return what is drawn: efficiency, or what is given where nothing is taken.

    Args:
        hours: Of the selected days.
        zone: The site's zone.
    """
    takes = any(hour.taken is not None for hour in hours)
    if len(hours) <= MOST_HOURS:
        return [_point(hour.start.astimezone(zone), [hour], takes=takes) for hour in hours]
    days: dict[datetime, list[PlantHour]] = {}
    for hour in hours:
        day = local_day(hour.start, zone)
        days.setdefault(datetime(day.year, day.month, day.day, tzinfo=zone), []).append(hour)
    return [_point(day, inside, takes=takes) for day, inside in days.items()]


def _point(at: datetime, hours: Sequence[PlantHour], *, takes: bool) -> EfficiencyPoint:
    known = [h for h in hours if h.given is not None and (h.taken if takes else True)]
    alike = [h for h in known if h.expected is not None]
    whole = sum(h.taken or 0.0 for h in known) if takes else float(bool(known))
    weight = sum(h.taken or 0.0 for h in alike) if takes else float(bool(alike))
    would = sum((h.expected or 0.0) * ((h.taken or 0.0) if takes else 1.0) for h in alike)
    return EfficiencyPoint(
        at=at.replace(tzinfo=None),
        value=sum(h.given or 0.0 for h in known) / whole if whole else None,
        expected=would / weight if weight else None,
    )


def plant_efficiency(
    points: Sequence[EfficiencyPoint],
    *,
    utility: Utility,
    theme: Theme,
    texts: EfficiencyTexts,
    scale: float = 1.0,
) -> dict[str, Any]:
    """Return the figure.

    Args:
        points: Hours or days in order.
        utility: What the plant gives: the colour.
        theme: Light or dark.
        texts: Its words.
        scale: 100 for a per cent.
    """
    palette = PALETTES[theme]
    layout: dict[str, Any] = figure_layout(theme, height=HEIGHT)
    layout["yaxis"]["title"] |= {"text": texts.axis}
    layout |= {"showlegend": True, "legend": {"orientation": "h", "y": 1.12, "x": 0}}
    at = [point.at.isoformat(timespec="minutes") for point in points]

    def trace(name: str, values: Sequence[float | None], line: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "scatter",
            "mode": "lines+markers" if len(values) < 60 else "lines",
            "name": name,
            "x": at,
            "y": [None if value is None else value * scale for value in values],
            "line": line,
            "marker": {"size": 4},
            "connectgaps": False,
            "hovertemplate": "%{y:.4~g}<extra>" + name.replace("<", "&lt;") + "</extra>",
        }

    solid = {"width": 2, "color": palette.utilities[utility]}
    dashed = {"width": 1.5, "color": palette.faint, "dash": "dash"}
    return {
        "data": [
            trace(texts.expected, [point.expected for point in points], dashed),
            trace(texts.value, [point.value for point in points], solid),
        ],
        "layout": layout,
    }
