"""A calendar has each day once in its week and row; what is unknown has no colour."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.usage_calendar import usage_calendar
from dashboards.theme import Theme
from energy.base.units import Utility

MONDAY = date(2025, 7, 14)
DAYS = st.lists(st.none() | st.integers(0, 10**9), max_size=400).map(tuple)


@given(DAYS)
def test_each_day_stands_once_in_its_row_and_week(days: tuple[int | None, ...]) -> None:
    drawn = usage_calendar(MONDAY, days, utility=Utility.WATER, language="zh", theme=Theme.DARK)
    go.Figure(drawn)
    (trace,) = drawn["data"]
    weeks = len(trace["x"])
    read = [trace["z"][n % 7][n // 7] for n in range(weeks * 7)]
    assert read[: len(days)] == [None if d is None else d / 1000 for d in days]
    assert set(read[len(days) :]) <= {None}


def test_hover_names_the_day_and_the_amount_and_a_gap_is_a_dash() -> None:
    drawn = usage_calendar(
        MONDAY, (1_000, None), utility=Utility.ELECTRICITY, language="en", theme=Theme.LIGHT
    )
    (trace,) = drawn["data"]
    assert trace["text"][0][0] == "14 Jul 2025, 1.000 kWh"
    assert trace["text"][1][0] == "15 Jul 2025, –"


def test_a_calendar_begins_on_a_monday() -> None:
    with pytest.raises(AssertionError, match="Mondays"):
        usage_calendar(date(2025, 7, 15), (), utility=Utility.GAS, language="en", theme=Theme.LIGHT)
