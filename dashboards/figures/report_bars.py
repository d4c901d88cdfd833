"""Step 5a. From: the steps of a report. To: a plotly dictionary of bars. Pure.

A step of which a part is unknown is hatched and shows the known part; of which nothing is known, a
mark on the axis. What it is compared with stands behind it, narrow and grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.figures.daily_bars import DAY_TICKS
from dashboards.figures.report_steps import ReportStep, Step
from dashboards.formats import UNITS, amount_in, unit_for
from dashboards.theme import PALETTES, Palette, Theme, faded, figure_layout
from energy.base.units import Utility

HEIGHT = 300
MONTH_TICKS = {"en": "%b\n%Y", "zh": "%-m月\n%Y年"}
MOST_HOURS = 8
"""Names of hours that a phone has room for."""
TWICE = "\u200a"
"""Behind the name of an hour that the clocks show twice: a category has one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTexts:
    """The words of the chart."""

    usage: str
    partial: str
    before: str
    missing: str


def report_bars(
    steps: Sequence[ReportStep],
    names: Sequence[str],
    *,
    step: Step,
    utility: Utility,
    language: str,
    theme: Theme,
    texts: ReportTexts,
) -> dict[str, Any]:
    """Return the figure.

    Args:
        steps: In order.
        names: How each step is called.
        step: How long they are.
        utility: Of the amounts.
        language: Of hover texts.
        theme: Light or dark.
        texts: The words.
    """
    palette = PALETTES[theme]
    every = [v for step in steps for v in (step.usage, step.before) if v is not None]
    unit = unit_for(utility, max(every)) if every else UNITS[utility][0]
    places = _apart(names) if step is Step.HOUR else [each.day.isoformat() for each in steps]

    def drawn(value: int | None) -> float | None:
        return None if value is None else value / unit.per_unit

    said = [
        ""
        if each.usage is None
        else f"{name}: {amount_in(language, unit, each.usage)}"
        + ("" if each.whole else f", {texts.partial}")
        for each, name in zip(steps, names, strict=True)
    ]
    bars = _own(places, [drawn(each.usage) for each in steps], said, palette, texts)
    bars["marker"]["color"] = palette.utilities[utility]
    bars["marker"]["pattern"]["shape"] = ["" if each.whole else "/" for each in steps]
    traces: list[dict[str, Any]] = [bars]
    if any(step.before is not None for step in steps):
        grey = faded(palette.faint, 0.45)
        values = [drawn(step.before) for step in steps]
        traces.insert(0, _beside(places, values, grey, texts, unit.name))
    gaps = [n for n, step in enumerate(steps) if step.usage is None and step.begun]
    if gaps:
        traces.append(_gaps([places[n] for n in gaps], palette.warn, texts))
    layout: dict[str, Any] = figure_layout(theme, height=HEIGHT)
    layout["margin"] = {"l": 64, "r": 12, "t": 12, "b": 64 if len(traces) > 1 else 36}
    layout["hovermode"] = "closest"
    layout["xaxis"] |= {
        "showgrid": False,
        "tickangle": 0,
        **_axis(step, places, language),
    }
    layout["yaxis"] |= {"title": {"text": unit.name}, "separatethousands": True}
    layout |= {"barmode": "group", "bargap": 0.25, "bargroupgap": 0.05}
    layout |= {"showlegend": len(traces) > 1}
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.14, "font": {"size": 12}}
    return {"data": traces, "layout": layout}


def _own(
    places: Sequence[str],
    values: Sequence[float | None],
    said: Sequence[str],
    palette: Palette,
    texts: ReportTexts,
) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": texts.usage,
        "x": list(places),
        "y": list(values),
        "marker": {
            "pattern": {"fillmode": "overlay", "fgcolor": palette.paper, "solidity": 0.4},
        },
        "text": list(said),
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _beside(
    places: Sequence[str],
    values: Sequence[float | None],
    colour: str,
    texts: ReportTexts,
    unit: str,
) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": texts.before,
        "x": list(places),
        "y": list(values),
        "marker": {"color": colour},
        "hovertemplate": f"{texts.before}: %{{y:.4~g}} {unit}<extra></extra>",
    }


def _axis(step: Step, places: Sequence[str], language: str) -> dict[str, object]:
    """Return what tells the steps: hours by name, days and months as dates that the width thins."""
    match step:
        case Step.HOUR:
            named = {"categoryorder": "array", "categoryarray": list(places)}
            return {"type": "category", "nticks": MOST_HOURS, **named}
        case Step.DAY:
            return {"type": "date", "tickformat": DAY_TICKS[language]}
        case Step.MONTH:
            return {"type": "date", "tickformat": MONTH_TICKS[language]}


def _apart(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        found.append(f"{name}{TWICE}" if name in found else name)
    return found


def _gaps(places: Sequence[str], colour: str, texts: ReportTexts) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": texts.missing,
        "x": list(places),
        "y": [0] * len(places),
        "cliponaxis": False,
        "marker": {"symbol": "x-thin", "size": 8, "line": {"width": 2, "color": colour}},
        "hovertemplate": f"{texts.missing}<extra></extra>",
    }
