"""Step 5a. From: the usage of days. To: a plotly dictionary of bars. Pure.

A day with nothing known has no bar but a mark on the axis; an estimated one is hatched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboards.figures.note_marks import NoteMark, note_labels, note_shapes
from dashboards.formats import day_text, percent_text, unit_for
from dashboards.queries.plan_rows import NoteRow
from dashboards.queries.rows import UsageDay
from dashboards.theme import PALETTES, Palette, Theme, figure_layout
from energy.base.quality import Quality
from energy.base.units import Utility

DAY_TICKS = {"en": "%-d %b\n%Y", "zh": "%-m月%-d日\n%Y年"}
"""A day as `formats.day_text` has it; plotly writes the year below where it changes."""
HATCHED = (Quality.INTERPOLATED, Quality.ESTIMATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarTexts:
    """The words of the chart."""

    usage: str
    missing: str
    quality: dict[Quality, str]


def daily_bars(
    days: Sequence[UsageDay],
    *,
    utility: Utility,
    language: str,
    theme: Theme,
    texts: BarTexts,
    notes: Sequence[NoteMark] = (),
    most: int | None = None,
) -> dict[str, object]:
    """Return the figure of usage day by day, with the marks of notes.

    Args:
        days: In order.
        utility: Their utility.
        language: Of the reader.
        theme: Light or dark.
        texts: Words of the bars.
        notes: Where they stand.
        most: The largest amount that is drawn with them, which the unit follows; None: theirs.
            [base unit]
    """
    palette = PALETTES[theme]
    known = [day.usage for day in days if day.usage is not None]
    unit = unit_for(utility, max(known, default=None) if most is None else most)
    layout = figure_layout(theme, height=260)
    layout["yaxis"] = {**_axis(layout["yaxis"]), "title": {"text": unit.name}}
    layout["xaxis"] = {
        **_axis(layout["xaxis"]),
        "type": "date",
        "showgrid": False,
        "tickformat": DAY_TICKS[language],
    }
    bars = {
        "type": "bar",
        "name": texts.usage,
        "x": [day.day.isoformat() for day in days],
        "y": [None if day.usage is None else day.usage / unit.per_unit for day in days],
        "marker": {
            "color": palette.utilities[utility],
            "pattern": {
                "shape": ["/" if day.quality in HATCHED else "" for day in days],
                "fillmode": "overlay",
                "fgcolor": palette.paper,
                "solidity": 0.35,
            },
        },
        "text": [_said(day, language, texts) for day in days],
        "textposition": "none",
        "hovertemplate": f"%{{text}}<br>%{{y:.4~g}} {unit.name}<extra></extra>",
    }
    gaps = _gaps(days, palette, texts)
    layout["hovermode"] = "closest"
    layout["shapes"] = note_shapes(notes, palette)
    layout["annotations"] = note_labels(notes, palette)
    return {"data": [bars, *gaps], "layout": {**layout, "bargap": 0.2}}


def _gaps(days: Sequence[UsageDay], palette: Palette, texts: BarTexts) -> list[dict[str, object]]:
    """Return marks on the axis of the days of which nothing is known, if there are any."""
    gaps = [day.day.isoformat() for day in days if day.usage is None]
    if not gaps:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": texts.missing,
            "x": gaps,
            "y": [0] * len(gaps),
            "cliponaxis": False,
            "marker": {"symbol": "x-thin", "size": 9, "line": {"width": 2, "color": palette.warn}},
            "hovertemplate": f"{texts.missing}<extra></extra>",
        }
    ]


def _said(day: UsageDay, language: str, texts: BarTexts) -> str:
    """Return the day with its quality and the part of it that readings tell of."""
    said = f"{day_text(language, day.day)}, {texts.quality[day.quality]}"
    score = day.complete.score if day.complete is not None else None
    return said if score is None else f"{said}, {percent_text(score)}"


def day_marks(notes: Sequence[NoteRow], days: Sequence[UsageDay], zone: ZoneInfo) -> list[NoteMark]:
    """Return where notes stand on an axis of local days; a day's bar stands around its midnight.

    What lies beside the days shown stands at their edge.
    """
    if not days:
        return []
    least, most = _noon(days[0]) - timedelta(days=1), _noon(days[-1])

    def placed(at: datetime) -> str:
        wall = at.astimezone(zone).replace(tzinfo=None) - timedelta(hours=12)
        return min(max(wall, least), most).isoformat()

    return [
        NoteMark(number=number, first=placed(note.first), last=placed(note.last))
        for number, note in enumerate(notes, start=1)
    ]


def _noon(day: UsageDay) -> datetime:
    return datetime(day.day.year, day.day.month, day.day.day, 12)  # noqa: DTZ001 - of the axis


def _axis(axis: object) -> dict[str, object]:
    assert isinstance(axis, dict), "an axis is a dictionary"
    return axis
