"""Week hours on the wall clock: shifts, opening hours, days on which clocks change."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.period import Period, day_period, midnight, span_of_days
from energy.metering.shares.week_hours import (
    OUTSIDE,
    DatedHours,
    Stretch,
    WeekHours,
    boundaries_off_grid,
    hours_from_json,
    hours_to_json,
    overlapping,
    wall_instant,
    weekdays_of,
)
from tests.examples import tried

LONDON = ZoneInfo("Europe/London")
BERLIN = ZoneInfo("Europe/Berlin")
EARLY = Stretch(name="early", start_min=360, end_min=840)
LATE = Stretch(name="late", start_min=840, end_min=1320)
NIGHT = Stretch(name="night", start_min=1320, end_min=360)
ROUND_THE_CLOCK = WeekHours(week=((EARLY, LATE, NIGHT),) * 7)
SPRING, AUTUMN = date(2019, 3, 31), date(2019, 10, 27)


def dated(hours: WeekHours) -> DatedHours:
    return DatedHours(versions=((date(2019, 1, 1), hours),))


def test_a_shift_through_midnight_belongs_to_the_weekday_on_which_it_begins() -> None:
    only_friday = WeekHours(week=((), (), (), (), (NIGHT,), (), ()))
    saturday = day_period(date(2019, 6, 8), BERLIN)
    (span,) = only_friday.spans(saturday, BERLIN)
    assert span.day == date(2019, 6, 7)
    assert (span.end.astimezone(BERLIN).hour, span.end) == (6, datetime(2019, 6, 8, 4, tzinfo=UTC))


def test_the_night_shift_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    lengths = []
    for day in (SPRING, AUTUMN):
        noon = day_period(day - timedelta(days=1), BERLIN).start + timedelta(hours=12)
        night = next(
            span
            for span in ROUND_THE_CLOCK.spans(
                Period(start=noon, end=noon + timedelta(days=1)), BERLIN
            )
            if span.name == "night"
        )
        lengths.append(night.end - night.start)
    assert lengths == [timedelta(hours=7), timedelta(hours=9)]


def test_a_wall_time_that_does_not_exist_is_the_instant_of_the_jump() -> None:
    jump = datetime(2019, 3, 31, 1, tzinfo=UTC)
    assert wall_instant(SPRING, 120, BERLIN) == jump
    assert wall_instant(SPRING, 150, BERLIN) == jump
    assert wall_instant(SPRING, 180, BERLIN) == jump


def test_a_wall_time_that_exists_twice_is_the_first() -> None:
    assert wall_instant(AUTUMN, 150, BERLIN) == datetime(2019, 10, 27, 0, 30, tzinfo=UTC)


def test_an_exception_closes_a_day_or_gives_it_other_hours() -> None:
    short = Stretch(name="early", start_min=360, end_min=600)
    hours = WeekHours(
        week=((EARLY,),) * 7,
        exceptions={date(2019, 12, 25): (), date(2019, 12, 24): (short,)},
    )
    spans = hours.spans(span_of_days(date(2019, 12, 24), date(2019, 12, 26), LONDON), LONDON)
    assert [(span.day.day, span.end.hour) for span in spans] == [(24, 10), (26, 14)]
    assert not hours.is_open(datetime(2019, 12, 25, 12, tzinfo=UTC), LONDON)


def test_hours_that_change_cut_the_shift_that_runs_into_them() -> None:
    other = WeekHours(week=((Stretch(name="day", start_min=0, end_min=1440),),) * 7)
    both = DatedHours(versions=((date(2019, 1, 1), ROUND_THE_CLOCK), (date(2019, 6, 5), other)))
    spans = both.spans(span_of_days(date(2019, 6, 4), date(2019, 6, 5), BERLIN), BERLIN)
    assert [span.name for span in spans] == ["night", "early", "late", "night", "day"]
    assert spans[3].end == spans[4].start == midnight(date(2019, 6, 5), BERLIN)


def test_overlaps_are_named_through_midnight_too() -> None:
    long_night = Stretch(name="night", start_min=1320, end_min=420)
    problems = overlapping(WeekHours(week=((EARLY, long_night),) * 7))
    assert ("mon", "night", "early") in problems
    assert overlapping(ROUND_THE_CLOCK) == []


def test_a_boundary_inside_an_interval_is_named() -> None:
    odd = WeekHours(week=((Stretch(name="x", start_min=370, end_min=840),),) * 7)
    assert boundaries_off_grid(odd, 900) == [370]
    assert boundaries_off_grid(ROUND_THE_CLOCK, 3600) == []


def test_hours_come_back_from_json_as_they_were() -> None:
    hours = WeekHours(week=((EARLY, LATE),) * 7, exceptions={date(2019, 5, 1): ()})
    assert hours_from_json(hours_to_json(hours)) == hours


@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2019, 6, 5)])
def test_round_the_clock_leaves_no_interval_outside(day: date) -> None:
    period = day_period(day, BERLIN)
    found = dated(ROUND_THE_CLOCK).belongs(period, 900, BERLIN)
    assert len(found) == (period.end - period.start) // timedelta(seconds=900)
    assert OUTSIDE not in found


@given(
    cuts=st.lists(st.integers(0, 95), min_size=1, max_size=6, unique=True),
    day=st.sampled_from([SPRING, AUTUMN, date(2019, 6, 5)]),
    zone=st.sampled_from([BERLIN, LONDON, ZoneInfo("Australia/Lord_Howe")]),
)
@tried(60)
def test_shifts_that_fill_the_week_hold_every_interval_once(
    cuts: list[int], day: date, zone: ZoneInfo
) -> None:
    cuts = sorted(cuts)
    stretches = tuple(
        Stretch(name=f"s{n}", start_min=15 * cut, end_min=15 * cuts[(n + 1) % len(cuts)] or 1440)
        for n, cut in enumerate(cuts)
    )
    hours = WeekHours(week=(stretches,) * 7)
    period = day_period(day, zone)
    spans = hours.spans(period, zone)
    assert all(before.end == after.start for before, after in itertools.pairwise(spans))
    found = dated(hours).belongs(period, 900, zone)
    assert OUTSIDE not in np.unique(found)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("wed", [2]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("fri-mon", [4, 5, 6, 0]),
        ("mon-", [0]),
        ("", []),
        ("mon-x", []),
        ("Mon", []),
    ],
)
def test_weekdays_are_named_alone_or_from_one_to_another(text: str, days: list[int]) -> None:
    assert weekdays_of(text) == days
