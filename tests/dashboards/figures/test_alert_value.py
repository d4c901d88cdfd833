"""The value of an alert stands against its limit, exact at its peaks, with its gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest

from dashboards.figures.alert_value import alert_value
from dashboards.queries.alert_rows import AlertStory
from dashboards.security.scope import Role
from dashboards.theme import Theme
from energy.base.clock import ManualClock
from tests.dashboards.fake_alerts import ALERT, FakeAlerts
from tests.dashboards.fakes import NOW
from tests.dashboards.test_pages import viewer

WORDS = {word: word for word in ("value", "limit", "raised", "cleared", "unit")}


@pytest.fixture
def story() -> AlertStory:
    answer = FakeAlerts(clock=ManualClock(NOW)).alert(viewer(Role.VIEWER).scope, ALERT)
    assert answer is not None
    return answer.rows


def drawn(story: AlertStory, theme: Theme = Theme.LIGHT) -> Any:
    figure = alert_value(
        story,
        zone=ZoneInfo("Europe/London"),
        theme=theme,
        texts=WORDS,
        scale=Decimal(1000),
    )
    go.Figure(figure)
    return figure


@pytest.mark.parametrize("theme", list(Theme))
def test_limit_and_value_are_drawn_in_the_same_unit(story: AlertStory, theme: Theme) -> None:
    limit, value = drawn(story, theme)["data"]
    assert set(limit["y"]) == {120.0}
    assert max(y for y in value["y"] if y is not None) == float(
        max(reading.greatest for reading in story.readings) / 1000
    )
    assert min(y for y in value["y"] if y is not None) == float(
        min(reading.least for reading in story.readings) / 1000
    )


def test_an_hour_without_readings_is_a_gap(story: AlertStory) -> None:
    value = drawn(story)["data"][1]
    assert value["y"].count(None) == 1
    assert drawn(replace(story, readings=()))["data"][0]["name"] == "limit"


def test_a_cleared_alert_says_where_and_one_cleared_later_does_not(story: AlertStory) -> None:
    soon = replace(story.row, cleared_at=story.row.raised_at + timedelta(minutes=30))
    late = replace(story.row, cleared_at=story.last + timedelta(hours=9))
    labels = [
        [label["text"] for label in drawn(replace(story, row=row))["layout"]["annotations"]]
        for row in (story.row, soon, late)
    ]
    assert labels == [["raised"], ["raised", "cleared"], ["raised"]]


def test_the_ticks_tell_wall_time_where_the_clocks_go_back(story: AlertStory) -> None:
    night = replace(story.row, raised_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    ticks = drawn(replace(story, row=night, readings=()))["layout"]["xaxis"]["ticktext"]
    assert ticks == ["19:30", "21:30", "23:30", "01:30", "02:30", "04:30", "06:30"]
