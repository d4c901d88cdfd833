"""Step 5a. From: a back-test. To: a plotly dictionary of the cases over the values. Pure.

Where the rule looks at a gauge, its values are drawn with the limit, and each case of it is a band
from where it would have been raised to where it would have cleared. Otherwise each subject has a
row, and each case a bar in it. The axis counts hours from the first midnight; ticks tell days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from dashboards.queries.rule_rows import RuleTrial, TrialCurve
from dashboards.theme import PALETTES, Palette, Theme, faded, figure_layout
from energy.alerting.trial import CaseRow
from energy.base.period import days_between, midnight

MOST_TICKS = 8
TICK_H = 3
"""Between the ticks of a single day. [h]"""
MOST_ROWS = 20
"""Subjects drawn where there is no curve."""
GAP_STEPS = 3
"""So many steps without a value are a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTexts:
    """The words of the chart."""

    value: str
    limit: str
    case: str
    unit: str = ""
    """Of the curve."""


def rule_cases(
    trial: RuleTrial, *, zone: ZoneInfo, theme: Theme, texts: CaseTexts
) -> dict[str, object]:
    """Return the figure of a back-test."""
    palette = PALETTES[theme]
    if trial.curve is None:
        return _rows(trial, zone, theme, palette, texts)
    layout = figure_layout(theme, height=340)
    layout["xaxis"] = _days(layout, trial, zone)
    layout["yaxis"] = cast("dict[str, object]", layout["yaxis"]) | {
        "title": {"text": texts.unit},
        "rangemode": "normal",
        "separatethousands": True,
    }
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.14, "font": {"size": 12}}
    mine = [case for case in trial.cases if case.about == trial.curve.about]
    layout["shapes"] = [
        {
            "type": "rect",
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "x0": _hours(trial, case.raised_at),
            "x1": _hours(trial, case.cleared_at or trial.end),
            "fillcolor": faded(palette.warn, 0.16),
            "line": {"width": 0},
            "layer": "below",
        }
        for case in mine
    ]
    data = [_curve(trial, trial.curve, zone, palette, texts)]
    data += [_limit(trial, limit, palette, texts) for limit in trial.curve.limits]
    if mine:
        data.append(_raised(trial, mine, zone, palette, texts))
    return {"data": data, "layout": layout}


def _days(layout: dict[str, object], trial: RuleTrial, zone: ZoneInfo) -> dict[str, object]:
    every = days_between(trial.first, trial.last)
    shown = every[:: max(-(-len(every) // MOST_TICKS), 1)]
    ticks = {_hours(trial, midnight(day, zone)): f"{day:%m-%d}" for day in shown}
    if len(every) == 1:  # one date says nothing of where in the day a case is
        ticks |= {
            hour: f"{(trial.start + timedelta(hours=hour)).astimezone(zone):%H:%M}"
            for hour in range(TICK_H, int(_hours(trial, trial.end)), TICK_H)
        }
    return cast("dict[str, object]", layout["xaxis"]) | {
        "range": [0, _hours(trial, trial.end)],
        "tickmode": "array",
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
    }


def _curve(
    trial: RuleTrial, curve: TrialCurve, zone: ZoneInfo, palette: Palette, texts: CaseTexts
) -> dict[str, object]:
    step = (trial.end - trial.start) / 600
    xs: list[float] = []
    ys: list[float | None] = []
    said: list[str] = []
    before: datetime | None = None
    for value in curve.values:
        if before is not None and value.at - before > max(GAP_STEPS * step, timedelta(hours=1)):
            xs.append(_hours(trial, before))
            ys.append(None)
            said.append("")
        # Both ends are drawn: a peak that raised an alert is never smoothed away.
        for end in dict.fromkeys((value.least, value.greatest)):
            xs.append(_hours(trial, value.at))
            ys.append(end)
            said.append(f"{value.at.astimezone(zone):%m-%d %H:%M}")
        before = value.at
    return {
        "type": "scatter",
        "mode": "lines",
        "name": texts.value,
        "x": xs,
        "y": ys,
        "text": said,
        "connectgaps": False,
        "line": {"color": palette.bands[0], "width": 1.5},
        "hovertemplate": f"%{{text}}  %{{y:.5~g}} {texts.unit}",
    }


def _limit(trial: RuleTrial, limit: float, palette: Palette, texts: CaseTexts) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": texts.limit,
        "x": [0, _hours(trial, trial.end)],
        "y": [limit, limit],
        "line": {"color": palette.warn, "width": 2, "dash": "dash"},
        "hovertemplate": "%{y:.5~g}",
    }


def _raised(
    trial: RuleTrial,
    cases: Sequence[CaseRow],
    zone: ZoneInfo,
    palette: Palette,
    texts: CaseTexts,
) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": texts.case,
        "x": [_hours(trial, case.raised_at) for case in cases],
        "y": [float(case.value) for case in cases],
        "text": [f"{case.raised_at.astimezone(zone):%m-%d %H:%M}" for case in cases],
        "marker": {"symbol": "triangle-down", "size": 10, "color": palette.warn},
        "hovertemplate": "%{text}",
    }


def _rows(
    trial: RuleTrial, zone: ZoneInfo, theme: Theme, palette: Palette, texts: CaseTexts
) -> dict[str, object]:
    """Return a bar for each case in the row of its subject."""
    subjects = list(dict.fromkeys(case.about for case in trial.cases))[:MOST_ROWS]
    layout = figure_layout(theme, height=110 + 28 * max(len(subjects), 1))
    layout["hovermode"] = "closest"
    layout["xaxis"] = _days(layout, trial, zone)
    layout["yaxis"] = cast("dict[str, object]", layout["yaxis"]) | {
        "automargin": True,
        "autorange": "reversed",
        "type": "category",
    }
    shown = [case for case in trial.cases if case.about in subjects]
    begins = [_hours(trial, case.raised_at) for case in shown]
    ends = [_hours(trial, case.cleared_at or trial.end) for case in shown]
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": texts.case,
        "y": [case.about for case in shown],
        "base": begins,
        "x": [max(end - begin, 0.1) for begin, end in zip(begins, ends, strict=True)],
        "text": [f"{case.raised_at.astimezone(zone):%m-%d %H:%M}" for case in shown],
        "textposition": "none",
        "marker": {"color": palette.warn},
        "hovertemplate": "%{y}: %{text}",
    }
    layout["barmode"] = "overlay"
    return {"data": [bars] if shown else [], "layout": layout}


def _hours(trial: RuleTrial, at: datetime) -> float:
    return (at - trial.start) / timedelta(hours=1)
