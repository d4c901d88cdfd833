"""A point's selected days: whole on long and short days, nothing known has a mark and no bar."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboards.figures.meter_span import MOST_BARS, SpanTexts, meter_span
from dashboards.queries.life_rows import MeterLife
from dashboards.security.scope import Role, Scope
from dashboards.selection import selection_of
from dashboards.theme import Theme
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.base.quality import Quality
from tests.dashboards.fake_energy import NOW, SITE, ZONE
from tests.dashboards.fakes import FakeSite

SCOPE = Scope(
    person=id_of("person", "x"),
    name="X",
    roles=frozenset({Role.VIEWER}),
    sites=frozenset({SITE}),
)
TEXTS = SpanTexts(
    register="Register",
    usage="Usage",
    missing="nothing known",
    quality={quality: quality.name for quality in Quality},
)


def asked(search: str) -> MeterLife:
    selection = selection_of(search, date(2026, 7, 15))
    answer = FakeSite(clock=ManualClock(NOW)).meter_life(SCOPE, "cam-b2-elec", selection)
    assert answer is not None
    return answer.rows


def drawn(search: str) -> dict[str, Any]:
    figure = meter_span(asked(search), zone=ZONE, language="en", theme=Theme.LIGHT, texts=TEXTS)
    go.Figure(figure)
    return figure


@pytest.mark.parametrize(("day", "bars"), [("2026-03-29", 92), ("2025-10-26", 100)])
def test_long_and_short_days_have_all_their_intervals(day: str, bars: int) -> None:
    usage, gaps, register = drawn(f"?at={day}")["data"]
    assert len(usage["x"]) == bars
    assert sum(value is None for value in usage["y"]) == len(gaps["x"]) / 3 == 6
    assert usage["marker"]["pattern"]["shape"].count("/") == 12
    assert register["yaxis"] == "y2"


def test_a_month_is_drawn_day_by_day() -> None:
    month = drawn("?span=month&at=2026-06-01")
    assert len(month["data"][0]["x"]) == 30
    assert len(asked("?span=month&at=2026-06-01").gaps) > 31
    assert MOST_BARS < 30 * 96


def test_days_ahead_are_empty() -> None:
    figure = drawn("?at=2026-08-01")
    assert figure["data"][0]["x"] == []
    assert len(figure["data"]) == 1
