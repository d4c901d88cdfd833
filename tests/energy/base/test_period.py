"""Local days and months: 92, 96 or 100 quarter-hours, and zones with other habits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.period import (
    Period,
    day_period,
    day_starts,
    days_between,
    grid_floor,
    grid_of,
    local_day,
    midnight,
    month_period,
    month_spans,
    span_of_days,
)
from tests.examples import tried

LONDON = ZoneInfo("Europe/London")
ZONES = [
    "Europe/London",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Santiago",
    "Pacific/Auckland",
]


@pytest.mark.parametrize(
    ("zone", "day", "quarters"),
    [
        ("Europe/London", date(2019, 3, 31), 92),
        ("Europe/London", date(2019, 10, 27), 100),
        ("Europe/London", date(2019, 7, 1), 96),
        ("America/New_York", date(2019, 3, 10), 92),
        ("America/New_York", date(2019, 11, 3), 100),
        ("Asia/Shanghai", date(2019, 3, 31), 96),
        ("Asia/Shanghai", date(1991, 9, 15), 100),
        ("Australia/Lord_Howe", date(2019, 4, 7), 98),
        ("Australia/Lord_Howe", date(2019, 10, 6), 94),
        ("America/Santiago", date(2019, 9, 8), 92),
    ],
)
def test_day_has_as_many_quarter_hours_as_its_clocks_say(
    zone: str, day: date, quarters: int
) -> None:
    assert grid_of(day_period(day, ZoneInfo(zone)), 900) == quarters


def test_day_whose_midnight_does_not_exist_begins_when_the_clocks_jump() -> None:
    santiago = ZoneInfo("America/Santiago")
    begin = midnight(date(2019, 9, 8), santiago)
    assert begin == datetime(2019, 9, 8, 4, tzinfo=UTC)
    assert begin.astimezone(santiago).hour == 1


def test_grid_that_does_not_fit_a_day_is_refused() -> None:
    with pytest.raises(AssertionError, match="whole number of steps"):
        grid_of(day_period(date(2019, 4, 7), ZoneInfo("Australia/Lord_Howe")), 3600)


@pytest.mark.parametrize(("month", "hours"), [(1, 744), (2, 672), (3, 743), (10, 745), (12, 744)])
def test_month_has_the_hours_of_its_days(month: int, hours: int) -> None:
    period = month_period(2019, month, LONDON)
    assert (period.end - period.start) == timedelta(hours=hours)


def test_leap_day_belongs_to_february() -> None:
    assert grid_of(month_period(2020, 2, LONDON), 86400) == 29


def test_december_ends_in_the_next_year() -> None:
    assert month_period(2019, 12, LONDON).end == datetime(2020, 1, 1, tzinfo=UTC)


@tried(30)
@given(st.dates(date(2001, 1, 1), date(2037, 12, 30)), st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone_key: str) -> None:
    zone = ZoneInfo(zone_key)
    today, tomorrow = day_period(day, zone), day_period(day + timedelta(days=1), zone)
    assert today.start < today.end == tomorrow.start
    assert local_day(today.start, zone) == day
    assert local_day(today.end - timedelta(microseconds=1), zone) == day
    assert grid_of(today, 900) in {92, 94, 96, 98, 100}


@tried(30)
@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([60, 900, 1800, 3600]),
    st.sampled_from(ZONES),
)
def test_an_interval_of_the_grid_begins_a_whole_number_of_steps_behind_midnight(
    at: datetime, step_s: int, zone_key: str
) -> None:
    zone, step = ZoneInfo(zone_key), timedelta(seconds=step_s)
    start = grid_floor(at, step_s, zone)
    assert start <= at < start + step
    assert not (start - midnight(local_day(at, zone), zone)) % step


def test_days_of_a_period_begin_where_their_first_interval_does() -> None:
    clocks = span_of_days(date(2019, 3, 30), date(2019, 4, 1), LONDON)
    assert day_starts(clocks, 900, LONDON) == [0, 96, 188]
    within = Period(start=clocks.start + timedelta(hours=3), end=clocks.end)
    assert day_starts(within, 900, LONDON) == [0, 84, 176]
    assert day_starts(Period(start=clocks.start, end=clocks.start), 900, LONDON) == []


@tried(30)
@given(st.integers(2001, 2036), st.integers(1, 12), st.sampled_from(ZONES))
def test_month_is_its_days(year: int, month: int, zone_key: str) -> None:
    zone = ZoneInfo(zone_key)
    period = month_period(year, month, zone)
    first, last = local_day(period.start, zone), local_day(period.end, zone) - timedelta(days=1)
    assert (first.day, first.month) == (1, month)
    assert span_of_days(first, last, zone) == period
    days = days_between(first, last)
    assert sum(grid_of(day_period(day, zone), 900) for day in days) == grid_of(period, 900)


def test_period_is_aware_and_runs_forwards() -> None:
    start = datetime(2019, 1, 1, tzinfo=UTC)
    with pytest.raises(AssertionError, match="backwards"):
        Period(start=start, end=start - timedelta(seconds=1))
    with pytest.raises(AssertionError, match="aware"):
        Period(start=datetime(2019, 1, 1), end=datetime(2019, 1, 2))  # noqa: DTZ001 - naive on purpose
    assert grid_of(Period(start=start, end=start), 900) == 0


def test_instants_of_the_repeated_hour_belong_to_the_same_day() -> None:
    first = datetime(2019, 10, 27, 0, 30, tzinfo=UTC)
    assert local_day(first, LONDON) == local_day(first + timedelta(hours=1), LONDON)


def test_the_months_of_some_days_are_cut_at_both_ends() -> None:
    assert list(month_spans(date(2019, 12, 30), date(2020, 2, 2))) == [
        (date(2019, 12, 30), date(2019, 12, 31)),
        (date(2020, 1, 1), date(2020, 1, 31)),
        (date(2020, 2, 1), date(2020, 2, 2)),
    ]
