"""Step 5a. From: a place's curve over days. To: plotly dictionaries of it. Pure.

Up to MOST_STEPS intervals every one is drawn; beyond that each local day is a band from its least
to its greatest interval with its mean, so that a peak is exact at any length. The horizontal axis
counts hours since the first midnight: days of 23 and 25 hours are drawn whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dashboards.figures.backdrop import band_shapes, gap_shape, hours_after, label
from dashboards.figures.load_days import days_of
from dashboards.formats import MOST_KEPT, RATE_NAMES, rate_of, short_day
from dashboards.queries.load_rows import LoadCurve, LoadRange
from dashboards.theme import PALETTES, Palette, Theme, faded, figure_layout

MOST_STEPS = 3_200
"""Most intervals drawn one by one; a month of quarter-hours."""
HEIGHT = 380
_LABEL_HOURS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTexts:
    """The words of the chart."""

    measured: str
    shaped: str
    partial: str
    beside: str
    band: str
    mean: str


def load_range(
    rows: LoadRange, *, zone: ZoneInfo, language: str, theme: Theme, texts: RangeTexts
) -> dict[str, Any]:
    """Return the figure of the load of a place."""
    palette = PALETTES[theme]
    layout: dict[str, Any] = figure_layout(theme, height=HEIGHT)
    layout["margin"] = {"l": 60, "r": 28, "t": 28, "b": 56}
    hours = len(rows.curve.usage) * rows.curve.step_s / 3600
    layout["xaxis"] |= {
        "range": [0, hours],
        "tickmode": "array",
        **_ticks(rows.curve, zone, language),
        "showgrid": False,
        "hoverformat": "",
    }
    layout["yaxis"]["separatethousands"] = True
    layout["yaxis"]["title"] |= {"text": RATE_NAMES[rows.utility]}
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.14, "font": {"size": 12}}
    layout["shapes"] = [*band_shapes(rows.bands, rows.curve.start, palette), *_gaps(rows, palette)]
    layout["annotations"] = _band_names(rows, palette, language)
    long = len(rows.curve.usage) > MOST_STEPS
    traces = _by_day if long else _by_step
    return {"data": traces(rows, zone, language, palette, texts), "layout": layout}


def rates(rows: LoadRange, curve: LoadCurve) -> NDArray[np.float64]:
    """Return the mean rate of each interval in the unit of RATE_NAMES, NaN where none is known."""
    rate = rate_of(rows.utility, 1, curve.step_s)
    found: NDArray[np.float64] = np.where(curve.known > 0, curve.usage * rate, np.nan)
    return found


def _ticks(curve: LoadCurve, zone: ZoneInfo, language: str) -> dict[str, Any]:
    """Return ticks at local midnights, or every few hours of a short time."""
    end = curve.start + timedelta(seconds=curve.step_s) * len(curve.usage)
    days = (end.astimezone(zone).date() - curve.first).days
    values, names = [], []
    if days <= 2:
        at = curve.start
        while at <= end:
            local = at.astimezone(zone)
            if local.hour % 4 == 0 and local.minute == 0 and local.fold == 0:
                values.append(_hours(curve, at))
                names.append("24:00" if at == end else f"{local:%H:%M}")
            at += timedelta(minutes=30)
        return {"tickvals": values, "ticktext": names}
    for n in range(0, days, max(days // 10, 1)):
        day = curve.first + timedelta(days=n)
        midnight = datetime.combine(day, datetime.min.time(), tzinfo=zone).astimezone(UTC)
        values.append(_hours(curve, midnight))
        names.append(short_day(language, day))
    return {"tickvals": values, "ticktext": names}


def _hours(curve: LoadCurve, at: datetime) -> float:
    return hours_after(curve.start, at)


def _by_step(
    rows: LoadRange, zone: ZoneInfo, language: str, palette: Palette, texts: RangeTexts
) -> list[dict[str, Any]]:
    curve, colour = rows.curve, palette.utilities[rows.utility]
    known, whole = curve.known > 0, curve.whole
    traces = []
    if rows.beside is not None:
        beside = rates(rows, rows.beside)[: len(curve.usage)]
        style = {"color": palette.faint, "width": 1.3}
        traces.append(_steps(rows, rows.beside, beside, zone, language, texts.beside, style))
    values = rates(rows, curve)
    for name, chosen, dash in (
        (texts.measured, whole & ~curve.shaped, "solid"),
        (texts.shaped, whole & curve.shaped, "dash"),
        (texts.partial, known & ~whole, "dot"),
    ):
        if chosen.any() or dash == "solid":
            style = {"color": colour, "width": 2, "dash": dash}
            shown = np.where(chosen, values, np.nan)
            traces.append(_steps(rows, curve, shown, zone, language, name, style))
    return traces


def _steps(
    rows: LoadRange,
    curve: LoadCurve,
    values: NDArray[np.float64],
    zone: ZoneInfo,
    language: str,
    name: str,
    style: dict[str, Any],
) -> dict[str, Any]:
    step = timedelta(seconds=curve.step_s)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x0": 0,
        "dx": curve.step_s / 3600,
        "y": [None if np.isnan(value) else float(value) for value in values],
        "text": [
            _interval(curve.start + n * step, step, zone, language) for n in range(len(values))
        ],
        "connectgaps": False,
        "line": {**style, "shape": "hv"},
        "hovertemplate": f"%{{text}}  %{{y:.4~g}} {RATE_NAMES[rows.utility]}",
    }


@lru_cache(maxsize=2 * MOST_KEPT)
def _interval(at: datetime, step: timedelta, zone: ZoneInfo, language: str) -> str:
    local, until = at.astimezone(zone), (at + step).astimezone(zone)
    return f"{short_day(language, local.date())} {local:%H:%M}–{until:%H:%M}"  # a span of time


def _by_day(
    rows: LoadRange, zone: ZoneInfo, language: str, palette: Palette, texts: RangeTexts
) -> list[dict[str, Any]]:
    colour = palette.utilities[rows.utility]
    days = [day for day in days_of(rows, rows.curve, zone) if day.greatest is not None]
    middle = [_noon(rows.curve, day.day, zone) for day in days]
    names = [short_day(language, day.day) for day in days]
    unit = RATE_NAMES[rows.utility]

    def line(name: str, values: list[float | None], **more: Any) -> dict[str, Any]:
        return {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": middle,
            "y": values,
            "text": names,
            "hovertemplate": f"%{{text}}  %{{y:.4~g}} {unit}",
            **more,
        }

    traces = [
        line(texts.band, [d.least for d in days], line={"width": 0}, showlegend=False),
        line(
            texts.band,
            [d.greatest for d in days],
            line={"width": 1, "color": colour},
            fill="tonexty",
            fillcolor=faded(colour, 0.25),
        ),
        line(texts.mean, [d.mean for d in days], line={"width": 2, "color": colour}),
    ]
    if rows.beside is not None:
        other = days_of(rows, rows.beside, zone)[: len(middle)]
        style = {"width": 1.3, "color": palette.faint, "dash": "dash"}
        traces.append(
            line(texts.beside, [d.mean for d in other], line=style)
            | {"text": [short_day(language, d.day) for d in other]}
        )
    return traces


def _noon(curve: LoadCurve, day: date, zone: ZoneInfo) -> float:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
    return _hours(curve, noon.astimezone(UTC))


def _band_names(rows: LoadRange, palette: Palette, language: str) -> list[dict[str, Any]]:
    """Return the names of bands, on a single day alone: on more they would run into each other."""
    if len(rows.curve.usage) * rows.curve.step_s > 26 * 3600:
        return []
    return [
        label(
            (_hours(rows.curve, band.start) + _hours(rows.curve, band.end)) / 2,
            1.0,
            band.names.get(language) or band.names["en"],
            palette,
        )
        for band in rows.bands
        if band.end - band.start >= timedelta(hours=_LABEL_HOURS)
    ]


def _gaps(rows: LoadRange, palette: Palette) -> list[dict[str, Any]]:
    """Return the spans before now in which no meter is known, shaded."""
    curve = rows.curve
    due = max((rows.now - curve.start) // timedelta(seconds=curve.step_s), 0)
    silent = np.zeros(len(curve.usage) + 2, dtype=np.int8)
    silent[1:-1] = (curve.known == 0) & (np.arange(len(curve.usage)) < due)
    edges = np.flatnonzero(np.diff(silent))
    step_h = curve.step_s / 3600
    return [
        gap_shape(float(a * step_h), float(b * step_h), palette)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]
