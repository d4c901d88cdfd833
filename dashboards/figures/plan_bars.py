"""Step 5a. From: actual, plan and last year by month. To: a plotly dictionary. Pure.

Last year stands behind in grey, the actual before it, the plan as a bar across. A month of which
something is missing shows what is known of it in a paler colour, and says so when pointed at.
What open findings bar is crossed out and says how many they are; it may stand out of the figure, it
never sets the scale of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.dates import format_date

from dashboards.figures.note_marks import NoteMark, note_labels, note_shapes
from dashboards.formats import LOCALES, UNITS, Unit, amount_in, unit_for
from dashboards.queries.plan_rows import NoteRow
from dashboards.theme import PALETTES, Palette, Theme, faded, figure_layout
from energy.base.quality import Quality
from energy.metering.plans.compare import MonthFigures
from energy.views.plan_figures import PlanFigures

BESIDE = 0.19
"""How far right of its month's middle the bar of the actual stands. [months]"""
CUT_FROM = Fraction(3, 2)
"""How many times the largest amount that nothing bars is still in the figure."""
HATCHED = (Quality.INTERPOLATED, Quality.ESTIMATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTexts:
    """The words of the chart."""

    actual: str
    partial: str
    plan: str
    last_year: str
    barred: str
    """Of what findings bar, in the legend."""
    findings: Mapping[int, str]
    """How a bar says by how many, for each number that occurs."""


def plan_bars(
    figures: PlanFigures,
    notes: Sequence[NoteRow],
    *,
    zone: ZoneInfo,
    language: str,
    theme: Theme,
    texts: PlanTexts,
) -> dict[str, object]:
    """Return the figure of a year: actual beside plan beside last year."""
    palette = PALETTES[theme]
    unit = plan_unit(figures)
    layout = figure_layout(theme, height=300)
    layout["margin"] = {"l": 64, "r": 12, "t": 16, "b": 56}
    names = [
        format_date(date(figures.year, month, 1), "LLL", locale=LOCALES[language])
        for month in range(1, 13)
    ]
    layout["xaxis"] = {
        **_axis(layout["xaxis"]),
        "range": [0.5, 12.5],
        "tickmode": "array",
        "tickvals": list(range(1, 13)),
        "ticktext": names,
        "showgrid": False,
    }
    edge = _cut_at(figures)
    layout["yaxis"] = {
        **_axis(layout["yaxis"]),
        "title": {"text": unit.name},
        "separatethousands": True,
        **({} if edge is None else {"range": [0, _drawn(edge, unit)]}),
    }
    marks = month_marks(notes, figures.year, zone)
    layout["shapes"] = note_shapes(marks, palette)
    labels = _barred_labels(figures, unit, palette, texts, language)
    layout["annotations"] = [*note_labels(marks, palette), *labels]
    layout |= {"barmode": "group", "bargap": 0.25, "bargroupgap": 0.04, "showlegend": True}
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.12, "font": {"size": 12}}
    return {"data": _traces(figures, unit, palette, texts), "layout": layout}


def plan_unit(figures: PlanFigures) -> Unit:
    """Return the unit in which a year is drawn."""
    every = _sure(figures) or [month.known_usage for month in figures.months if month.known]
    return unit_for(figures.utility, int(max(every))) if every else UNITS[figures.utility][0]


def _sure(figures: PlanFigures) -> list[int | Fraction]:
    """Return every amount of a year that no finding bars."""
    found: list[int | Fraction | None] = []
    for month in figures.months:
        found += [
            month.plan,
            None if month.barred else month.known_usage or None,
            None if month.last_year_barred else month.last_year,
        ]
    return [value for value in found if value is not None]


def _cut_at(figures: PlanFigures) -> Fraction | None:
    """Return where the figure ends, if a barred amount would flatten all others. [base unit]."""
    barred = [_barred(month) or 0 for month in figures.months]
    barred += [month.last_year or 0 for month in figures.months if month.last_year_barred]
    edge = CUT_FROM * max(_sure(figures), default=0)
    return edge if edge and max(barred, default=0) > edge else None


def _barred(month: MonthFigures) -> int | None:
    """Return what is known of a month that findings bar. [base unit]."""
    return month.known_usage if month.barred and month.known else None


def month_marks(notes: Sequence[NoteRow], year: int, zone: ZoneInfo) -> list[NoteMark]:
    """Return where notes stand on an axis of months, January at 1."""
    marks = []
    for number, note in enumerate(notes, start=1):
        first, last = (_on_axis(at, year, zone) for at in (note.first, note.last))
        marks.append(NoteMark(number=number, first=first, last=max(last, first + 0.02)))
    return marks


def _on_axis(at: datetime, year: int, zone: ZoneInfo) -> float:
    local = at.astimezone(UTC).astimezone(zone)
    if local.year != year:
        return 0.5 if local.year < year else 12.5
    return local.month - 0.5 + (local.day - 1) / 31


def _axis(axis: object) -> dict[str, object]:
    assert isinstance(axis, dict), "an axis is a dictionary"
    return axis


def _traces(
    figures: PlanFigures, unit: Unit, palette: Palette, texts: PlanTexts
) -> list[dict[str, object]]:
    months = figures.months
    colour = palette.utilities[figures.utility]
    whole = [None if month.barred else _drawn(month.actual, unit) for month in months]
    partial = [
        _drawn(month.known_usage, unit)
        if month.actual is None and month.known and not month.barred
        else None
        for month in months
    ]
    barred = [_drawn(_barred(month), unit) for month in months]
    crossed = {
        "shape": ["x" if month.last_year_barred else "" for month in months],
        "fillmode": "overlay",
        "fgcolor": palette.warn,
        "solidity": 0.25,
    }
    hatched = {
        "shape": ["/" if month.quality in HATCHED else "" for month in months],
        "fillmode": "overlay",
        "fgcolor": palette.paper,
        "solidity": 0.35,
    }
    traces = [
        _bars(texts.last_year, [_drawn(m.last_year, unit) for m in months], unit, 1)
        | {"marker": {"color": faded(palette.edge, 0.55), "pattern": crossed}},
        _bars(texts.actual, whole, unit, 2) | {"marker": {"color": colour, "pattern": hatched}},
    ]
    if any(value is not None for value in partial):
        traces.append(
            _bars(texts.partial, partial, unit, 2)
            | {
                "marker": {"color": faded(colour, 0.4), "line": {"width": 1, "color": colour}},
                "text": [_known(month) for month in months],
                "textposition": "none",
                "hovertemplate": f"%{{y:,.5~r}} {unit.name} (%{{text}})",
            }
        )
    if any(value is not None for value in barred):
        traces.append(_crossed(figures, barred, unit, palette, texts))
    if any(month.plan is not None for month in months):
        traces.append(_plan(figures, unit, palette, texts))
    return traces


def _crossed(
    figures: PlanFigures,
    values: Sequence[float | None],
    unit: Unit,
    palette: Palette,
    texts: PlanTexts,
) -> dict[str, object]:
    """Return the bars of what findings bar."""
    return _bars(texts.barred, values, unit, 2) | {
        "marker": {
            "color": faded(palette.warn, 0.25),
            "line": {"width": 1, "color": palette.warn},
            "pattern": {
                "shape": "x",
                "fillmode": "overlay",
                "fgcolor": palette.warn,
                "solidity": 0.25,
            },
        },
        "text": [texts.findings.get(month.barred, "") for month in figures.months],
        "textposition": "none",
        "hovertemplate": f"%{{y:,.5~r}} {unit.name} (%{{text}})",
    }


def _barred_labels(
    figures: PlanFigures, unit: Unit, palette: Palette, texts: PlanTexts, language: str
) -> list[dict[str, object]]:
    """Return what each barred bar says, upright on it; with its size where it is cut."""
    edge = _cut_at(figures)
    labels: list[dict[str, object]] = []
    for month in figures.months:
        for place, count, value in (
            (-BESIDE, month.last_year_barred, month.last_year),
            (BESIDE, month.barred, _barred(month)),
        ):
            if not count or value is None:
                continue
            cut = edge is not None and value > edge
            size = f" ({amount_in(language, unit, value)})" if cut else ""
            labels.append(_label(month.month + place, texts.findings[count] + size, palette))
    return labels


def _label(x: float, text: str, palette: Palette) -> dict[str, object]:
    return {
        "x": x,
        "y": 0.03,
        "xref": "x",
        "yref": "paper",
        "yanchor": "bottom",
        "textangle": -90,
        "showarrow": False,
        "text": text,
        "font": {"size": 11, "color": palette.warn},
        "bgcolor": palette.paper,
        "borderpad": 1,
    }


def _bars(name: str, values: Sequence[float | None], unit: Unit, group: int) -> dict[str, object]:
    return {
        "type": "bar",
        "name": name,
        "x": list(range(1, 13)),
        "y": list(values),
        "offsetgroup": str(group),
        "hovertemplate": f"%{{y:,.5~r}} {unit.name}",
    }


def _plan(
    figures: PlanFigures, unit: Unit, palette: Palette, texts: PlanTexts
) -> dict[str, object]:
    """Return a bar across each month: its ends, then a gap."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for month in figures.months:
        value = _drawn(month.plan, unit)
        xs += [month.month - 0.4, month.month, month.month + 0.4, None]
        ys += [value, value, value, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": texts.plan,
        "x": xs,
        "y": ys,
        "connectgaps": False,
        "line": {"width": 3, "color": palette.text},
        "hovertemplate": f"%{{y:,.5~r}} {unit.name}",
    }


def _drawn(value: int | Fraction | None, unit: Unit) -> float | None:
    return None if value is None else float(Fraction(value) / unit.per_unit)


def _known(month: MonthFigures) -> str:
    share = month.completeness or Fraction(0)
    return f"{int(share * 100)} %"
