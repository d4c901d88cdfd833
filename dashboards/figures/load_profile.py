"""Step 5a. From: a day's usage of a utility. To: a plotly dictionary of its curve. Pure.

The horizontal axis counts hours since local midnight, so a day of 23 or 25 hours is drawn whole
and the repeated hour stands beside itself; its ticks are wall times. A gap is a gap: what is not
known is not drawn, and what only some meters reported is dotted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from dashboards.figures.backdrop import band_shapes, gap_shape, hours_after, label
from dashboards.figures.note_marks import NoteMark, note_labels, note_shapes
from dashboards.formats import RATE_NAMES, rate_of
from dashboards.queries.rows import GRACE, SHAPED, LoadProfile
from dashboards.theme import PALETTES, Palette, Theme, figure_layout

LABEL_HOURS = 2
"""A band is named when it is at least this long. [h]"""
TICK_HOURS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTexts:
    """The words of the chart."""

    measured: str
    shaped: str
    partial: str
    before: str
    missing: str
    now: str


def load_profile(
    profile: LoadProfile, *, zone: ZoneInfo, language: str, theme: Theme, texts: LoadTexts
) -> dict[str, object]:
    """Return the figure of a day's curve with its tariff bands."""
    palette = PALETTES[theme]
    layout = figure_layout(theme, height=360)
    layout["margin"] = {"l": 56, "r": 24, "t": 28, "b": 56}
    end = _hours(profile, profile.start) + len(profile.usage) * profile.step_s / 3600
    layout["xaxis"] = {
        **_axis(layout["xaxis"]),
        "range": [0, end],
        "tickmode": "array",
        **_ticks(profile, zone),
        "tickangle": 0,
        "showgrid": False,
        "hoverformat": "",
    }
    layout["yaxis"] = {
        **_axis(layout["yaxis"]),
        "title": {"text": RATE_NAMES[profile.utility]},
        "separatethousands": True,
    }
    marks = hour_marks(profile)
    layout["shapes"] = [
        *band_shapes(profile.bands, profile.start, palette),
        *_gaps(profile, palette),
        _now(profile, palette),
        *note_shapes(marks, palette),
    ]
    layout["annotations"] = [
        *_labels(profile, palette, language, texts),
        *note_labels(marks, palette),
    ]
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.12, "font": {"size": 12}}
    return {"data": _traces(profile, zone, palette, texts), "layout": layout}


def hour_marks(profile: LoadProfile) -> list[NoteMark]:
    """Return where the notes of a day stand on its axis of hours."""
    end = _length(profile) / timedelta(hours=1)
    return [
        NoteMark(
            number=number,
            first=min(max(_hours(profile, note.first), 0.0), end),
            last=min(max(_hours(profile, note.last), 0.0), end),
        )
        for number, note in enumerate(profile.notes, start=1)
    ]


def _axis(axis: object) -> dict[str, object]:
    assert isinstance(axis, dict), "an axis is a dictionary"
    return axis


def _hours(profile: LoadProfile, at: datetime) -> float:
    return hours_after(profile.start, at)


def _starts(profile: LoadProfile) -> list[datetime]:
    step = timedelta(seconds=profile.step_s)
    return [profile.start + n * step for n in range(len(profile.usage))]


def _ticks(profile: LoadProfile, zone: ZoneInfo) -> dict[str, object]:
    values: list[float] = []
    names: list[str] = []
    for at in [*_starts(profile), profile.start + _length(profile)]:
        local = at.astimezone(zone)
        last = at == profile.start + _length(profile)
        if local.minute == 0 and local.hour % TICK_HOURS == 0 and local.fold == 0:
            values.append(_hours(profile, at))
            names.append("24:00" if last else f"{local:%H:%M}")
    return {"tickvals": values, "ticktext": names}


def _length(profile: LoadProfile) -> timedelta:
    return timedelta(seconds=profile.step_s) * len(profile.usage)


def _traces(
    profile: LoadProfile, zone: ZoneInfo, palette: Palette, texts: LoadTexts
) -> list[dict[str, object]]:
    colour = palette.utilities[profile.utility]
    whole = [count == profile.meters for count in profile.known]
    shaped = [quality in SHAPED for quality in profile.quality]
    measured = [w and not s for w, s in zip(whole, shaped, strict=True)]
    estimated = [w and s for w, s in zip(whole, shaped, strict=True)]
    partial = [bool(n) and not w for n, w in zip(profile.known, whole, strict=True)]
    before = [True] * len(profile.before)
    traces = []
    if any(value is not None for value in profile.before):
        style = {"color": palette.edge, "width": 1.2}
        traces.append(_trace(profile, profile.before, before, zone, texts.before, style))
    style = {"color": colour, "width": 2.4}
    for name, chosen, dash in (
        (texts.measured, measured, "solid"),
        (texts.shaped, estimated, "dash"),
        (texts.partial, partial, "dot"),
    ):
        if any(chosen) or dash == "solid":
            traces.append(
                _trace(profile, profile.usage, chosen, zone, name, {**style, "dash": dash})
            )
    return traces


def _trace(
    profile: LoadProfile,
    usage: tuple[int | None, ...],
    chosen: list[bool],
    zone: ZoneInfo,
    name: str,
    style: dict[str, object],
) -> dict[str, object]:
    xs: list[float] = []
    ys: list[float | None] = []
    hover: list[str] = []
    step_h = profile.step_s / 3600
    starts = _starts(profile)
    for n, value in enumerate(usage[: len(starts)]):
        shown = chosen[n] and value is not None
        y = rate_of(profile.utility, value, profile.step_s) if shown and value is not None else None
        xs.append(n * step_h)
        ys.append(y)
        hover.append(_interval_text(starts[n], profile.step_s, zone))
        following = n + 1 < len(starts) and chosen[n + 1] and usage[n + 1] is not None
        if y is not None and not following:  # the last step keeps its width
            xs.append((n + 1) * step_h)
            ys.append(y)
            hover.append(hover[-1])
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": xs,
        "y": ys,
        "text": hover,
        "connectgaps": False,
        "line": {**style, "shape": "hv"},
        "hovertemplate": f"%{{text}}  %{{y:.4~g}} {RATE_NAMES[profile.utility]}",
    }


def _interval_text(at: datetime, step_s: int, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    until = (at.astimezone(UTC) + timedelta(seconds=step_s)).astimezone(zone)
    return f"{local:%H:%M}–{until:%H:%M}"  # a span of time


def _gaps(profile: LoadProfile, palette: Palette) -> list[dict[str, object]]:
    return [gap_shape(first, after, palette) for first, after in _missing(profile)]


def _missing(profile: LoadProfile) -> list[tuple[float, float]]:
    """Return the spans before now in which no meter is known. [h since local midnight]."""
    step = timedelta(seconds=profile.step_s)
    due = [
        count == 0 and at + step <= profile.now - GRACE
        for at, count in zip(_starts(profile), profile.known, strict=True)
    ]
    spans: list[tuple[float, float]] = []
    for gap, run in groupby(range(len(due)), key=due.__getitem__):
        numbers = list(run)
        if gap:
            step_h = profile.step_s / 3600
            spans.append((numbers[0] * step_h, (numbers[-1] + 1) * step_h))
    return spans


def _now(profile: LoadProfile, palette: Palette) -> dict[str, object]:
    at = min(max(profile.now, profile.start), profile.start + _length(profile))
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": _hours(profile, at),
        "x1": _hours(profile, at),
        "y0": 0,
        "y1": 1,
        "line": {"width": 1, "dash": "dot", "color": palette.faint},
    }


def _labels(
    profile: LoadProfile, palette: Palette, language: str, texts: LoadTexts
) -> list[dict[str, object]]:
    named = [
        (
            (_hours(profile, band.start) + _hours(profile, band.end)) / 2,
            1.0,
            band.names.get(language) or band.names["en"],
        )
        for band in profile.bands
        if _hours(profile, band.end) - _hours(profile, band.start) >= LABEL_HOURS
    ]
    gaps = [((a + b) / 2, 0.5, texts.missing) for a, b in _missing(profile) if b - a >= LABEL_HOURS]
    return [label(x, y, text, palette) for x, y, text in [*named, *gaps]]
