"""A place's load: whole on long and short days, exact peaks at any length, gaps stay gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.load_days import days_of, duration, peak_of, week_hours
from dashboards.figures.load_range import RangeTexts, load_range
from dashboards.figures.load_shapes import duration_curve, night_trend, week_heatmap
from dashboards.formats import rate_of, weekday_names
from dashboards.queries.load_rows import LoadRange
from dashboards.theme import Theme
from energy.base.units import Utility
from tests.dashboards.fake_load import curve

LONDON = ZoneInfo("Europe/London")
TEXTS = RangeTexts(measured="M", shaped="S", partial="P", beside="B", band="Band", mean="Mean")


def rows(first: date, last: date, *, known: int | None = None, **more: Any) -> LoadRange:
    made = LoadRange(
        utility=Utility.ELECTRICITY,
        place="",
        last=last,
        now=datetime(2030, 1, 1, tzinfo=UTC),
        curve=curve(first, last, LONDON, known=known),
        beside=None,
        beside_place="",
        bands=(),
        tariff=None,
    )
    return replace(made, **more)


def figure(of: LoadRange) -> dict[str, Any]:
    drawn = load_range(of, zone=LONDON, language="en", theme=Theme.DARK, texts=TEXTS)
    go.Figure(drawn)
    return drawn


@pytest.mark.parametrize(
    ("day", "steps"),
    [(date(2026, 3, 29), 92), (date(2026, 6, 1), 96), (date(2026, 10, 25), 100)],
)
def test_a_day_is_drawn_whole_however_long_it_is(day: date, steps: int) -> None:
    drawn = figure(rows(day, day))
    (trace,) = drawn["data"]
    assert len(trace["y"]) == steps
    assert drawn["layout"]["xaxis"]["range"] == [0, steps / 4]
    assert drawn["layout"]["xaxis"]["ticktext"][-1] == "24:00"


def test_nothing_known_is_drawn_as_nothing_and_shaded() -> None:
    day = date(2026, 6, 1)
    drawn = figure(rows(day, day, known=0))
    (trace,) = drawn["data"]
    assert set(trace["y"]) == {None}
    assert [(s["x0"], s["x1"]) for s in drawn["layout"]["shapes"]] == [(0, 24)]


def test_what_is_still_to_come_is_no_gap() -> None:
    day = date(2026, 6, 1)
    noon = datetime(2026, 6, 1, 11, tzinfo=UTC)
    drawn = figure(rows(day, day, known=48, now=noon))
    assert drawn["layout"]["shapes"] == []


def test_a_part_of_the_meters_is_a_trace_of_its_own() -> None:
    day = date(2026, 6, 1)
    made = rows(day, day)
    made.curve.known[10:20] = 1
    made.curve.shaped[30:40] = True
    names = {t["name"]: sum(v is not None for v in t["y"]) for t in figure(made)["data"]}
    assert names == {"M": 76, "S": 10, "P": 10}


@given(st.integers(0, 364), st.integers(0, 95))
def test_the_peak_of_a_year_is_exact_wherever_it_is(day: int, step: int) -> None:
    made = rows(date(2026, 1, 1), date(2026, 12, 31))
    made.curve.usage[day * 96 + step] = 987_654
    peak = peak_of(made.curve)
    assert peak == (987_654, made.curve.start + timedelta(minutes=15 * (day * 96 + step)))
    highest = rate_of(Utility.ELECTRICITY, 987_654, 900)
    assert max(figure(made)["data"][1]["y"]) == highest
    shares, values = duration(made, made.curve)
    assert (shares[0], values[0]) == (0, highest)


def test_a_year_is_drawn_day_by_day_with_the_days_beside() -> None:
    beside = curve(date(2025, 1, 1), date(2025, 12, 31), LONDON)
    drawn = figure(rows(date(2026, 1, 1), date(2026, 12, 31), beside=beside))
    assert [len(trace["y"]) for trace in drawn["data"]] == [365] * 4


def test_days_add_up_to_the_whole() -> None:
    made = rows(date(2026, 10, 20), date(2026, 10, 31))
    days = days_of(made, made.curve, LONDON)
    assert len(days) == 12
    assert sum(day.usage or 0 for day in days) == made.curve.total()
    made.curve.known[0] = 0
    assert days_of(made, made.curve, LONDON)[0].usage is None
    assert made.curve.total() is None


@pytest.mark.parametrize(
    ("first", "zone"),
    [
        (date(2026, 3, 23), LONDON),
        (date(2026, 10, 19), LONDON),
        (date(2026, 3, 29), LONDON),
        (date(2026, 3, 30), ZoneInfo("Australia/Lord_Howe")),
        (date(2026, 6, 1), ZoneInfo("Asia/Kathmandu")),
    ],
)
def test_hours_of_the_week_are_those_of_the_clock_when_it_changes_too(
    first: date, zone: ZoneInfo
) -> None:
    made = rows(first, first + timedelta(days=7))
    made = replace(made, curve=curve(first, first + timedelta(days=7), zone))
    sums, counts = np.zeros((7, 24)), np.zeros((7, 24))
    for n, usage in enumerate(made.curve.usage):
        local = made.start_of(n).astimezone(zone)
        sums[local.weekday(), local.hour] += rate_of(Utility.ELECTRICITY, int(usage), 900)
        counts[local.weekday(), local.hour] += 1
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)  # an hour may be left out
    assert np.allclose(week_hours(made, zone), means, equal_nan=True)


def test_hours_of_the_week_are_local_and_leave_out_what_is_not_whole() -> None:
    made = rows(date(2026, 6, 1), date(2026, 6, 7))  # Monday to Sunday, UTC+1
    made.curve.known[:4] = 0
    means = week_hours(made, LONDON)
    assert np.isnan(means[0, 0])
    assert means[1, 5] == rate_of(Utility.ELECTRICITY, 25_000, 900)
    names = weekday_names("en")
    heat = week_heatmap(means, utility=Utility.GAS, theme=Theme.LIGHT, weekdays=names)
    go.Figure(heat)
    assert heat["data"][0]["z"][0][0] is None
    assert names[0] == "Mon"


def test_small_figures_stand_without_data() -> None:
    made = rows(date(2026, 6, 1), date(2026, 6, 7), known=0)
    assert duration(made, made.curve) == ([], [])
    go.Figure(duration_curve([], [], utility=Utility.WATER, theme=Theme.LIGHT, axis="x"))
    days = days_of(made, made.curve, LONDON)
    go.Figure(night_trend(days, utility=Utility.WATER, language="zh", theme=Theme.DARK))
    assert {day.night for day in days} == {None}
