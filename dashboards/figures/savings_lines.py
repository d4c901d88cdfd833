"""Step 5a. From: savings by local day. To: plotly dictionaries of lines. Pure.

A day of which no hour counts is a gap in the first figure; in the second the sum stands still.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dashboards.figures.daily_bars import DAY_TICKS
from dashboards.figures.savings_days import Savings
from dashboards.formats import Unit, unit_for
from dashboards.theme import PALETTES, Theme, faded, figure_layout
from energy.base.units import Utility

HEIGHT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsTexts:
    """The words of the charts."""

    expected: str
    actual: str
    cusum: str


def expected_lines(
    savings: Savings, *, utility: Utility, language: str, theme: Theme, texts: SavingsTexts
) -> dict[str, Any]:
    """Return what was used beside what was expected, by day, of the hours that count."""
    palette = PALETTES[theme]
    counted = [day if day.counted else None for day in savings.days]
    largest = max((max(int(d.expected), d.actual) for d in savings.days), default=0)
    unit = unit_for(utility, largest or None)
    layout = _layout(unit, language, theme)
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.2, "font": {"size": 12}}
    layout["margin"] |= {"b": 70}
    expected = [None if d is None else _drawn(d.expected, unit) for d in counted]
    actual = [None if d is None else _drawn(d.actual, unit) for d in counted]
    grey, colour = palette.faint, palette.utilities[utility]
    traces = (
        {"name": texts.expected, "y": expected, "line": {"color": grey, "dash": "dot"}},
        {"name": texts.actual, "y": actual, "line": {"color": colour}},
    )
    return {"data": [_line(savings, trace, unit) for trace in traces], "layout": layout}


def cusum_line(
    savings: Savings, *, utility: Utility, language: str, theme: Theme, texts: SavingsTexts
) -> dict[str, Any]:
    """Return the avoided amount summed up day by day: what rises saves, what falls loses."""
    palette = PALETTES[theme]
    largest = max((abs(int(total)) for total in savings.cusum), default=0)
    unit = unit_for(utility, largest or None)
    layout = _layout(unit, language, theme)
    layout["yaxis"] |= {"rangemode": "normal", "zeroline": True, "zerolinecolor": palette.edge}
    colour = palette.utilities[utility]
    trace = {
        "name": texts.cusum,
        "y": [_drawn(total, unit) for total in savings.cusum],
        "line": {"color": colour},
        "fill": "tozeroy",
        "fillcolor": faded(colour, palette.band_opacity),
    }
    return {"data": [_line(savings, trace, unit)], "layout": layout}


def _layout(unit: Unit, language: str, theme: Theme) -> dict[str, Any]:
    layout: dict[str, Any] = figure_layout(theme, height=HEIGHT)
    layout["margin"] = {"l": 64, "r": 12, "t": 12, "b": 40}
    layout["xaxis"] |= {"type": "date", "tickformat": DAY_TICKS[language], "showgrid": False}
    layout["yaxis"] |= {"title": {"text": unit.name}, "separatethousands": True}
    return layout


def _line(savings: Savings, trace: dict[str, Any], unit: Unit) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines" if len(savings.days) > 1 else "markers",
        "connectgaps": False,
        "x": [savings.day(n).isoformat() for n in range(len(savings.days))],
        "hovertemplate": f"%{{y:.4~g}} {unit.name}",
        **trace,
    }


def _drawn(value: Fraction | int, unit: Unit) -> float:
    return float(Fraction(value) / unit.per_unit)
