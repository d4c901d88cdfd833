"""When rounds are due and which are missed, against a walk along every minute of the clock."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from energy.base.period import day_period
from energy.service.rounds.items import PatrolPlan, RoundSpec
from energy.service.rounds.plan_file import parse_patrol_plan
from energy.service.rounds.plans import Asked, Edition, asked_on, open_at
from energy.service.rounds.schedule import DueTimes, How, Standing, standing
from tests.energy.service.rounds.walks import FILE

LONDON = ZoneInfo("Europe/London")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""Puts its clock forward by half an hour."""
CAIRO = ZoneInfo("Africa/Cairo")
"""Puts its clock forward at midnight."""
FORWARD, BACK = date(2019, 3, 31), date(2019, 10, 27)
MINUTE = timedelta(minutes=1)
DAYS = st.sampled_from(
    [
        *((LONDON, day) for day in (FORWARD, BACK, date(2019, 6, 1))),
        *((LORD_HOWE, day) for day in (date(2019, 10, 6), date(2019, 4, 7))),
        *((CAIRO, day) for day in (date(2023, 4, 28), date(2023, 10, 26))),
    ]
)


def by_the_minute(due: DueTimes, day: date, zone: ZoneInfo) -> list[datetime]:
    """Return when it is due: every minute of the day, looked at on the wall."""
    period = day_period(day, zone)
    seen: set[int] = set()
    gap = range(0)  # minutes that the clock jumped over
    found = []
    at = period.start
    while at < period.end:
        wall = at.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        offsets = wall.utcoffset(), (at - MINUTE).astimezone(zone).utcoffset()
        assert offsets[0] is not None
        assert offsets[1] is not None
        jumped = (offsets[0] - offsets[1]) // MINUTE
        gap = range(minute - jumped, minute) if jumped > 0 else gap
        lost = minute - len(gap)
        again = lost in gap and lost in due.times
        if again or (minute in due.times and (due.hourly or minute not in seen)):
            found.append(at)
        seen.add(minute)
        at += MINUTE
    return found


@given(
    DAYS,
    st.lists(st.integers(0, 1439) | st.sampled_from(range(0, 1440, 30)), min_size=1, max_size=30),
    st.booleans(),
)
def test_due_times_are_those_of_the_clock_on_the_wall(
    where: tuple[ZoneInfo, date], times: list[int], hourly: bool
) -> None:
    zone, day = where
    due = DueTimes(how=How.HOURS, times=tuple(sorted(set(times))), hourly=hourly)
    assert due.on(day, zone) == by_the_minute(due, day, zone)


def test_an_hourly_round_has_23_24_and_25_hours() -> None:
    hourly = DueTimes(how=How.HOURS, times=tuple(range(0, 1440, 60)), hourly=True)
    for day, hours in ((FORWARD, 23), (date(2019, 6, 1), 24), (BACK, 25)):
        due = hourly.on(day, LONDON)
        assert len(due) == hours
        assert {b - a for a, b in itertools.pairwise(due)} == {timedelta(hours=1)}


def test_another_round_is_due_once_in_an_hour_that_comes_twice_and_not_lost_in_one_skipped() -> (
    None
):
    due = DueTimes(how=How.TIMES, times=(90,))
    assert due.on(BACK, LONDON) == [datetime(2019, 10, 27, 0, 30, tzinfo=UTC)]
    assert due.on(FORWARD, LONDON) == [datetime(2019, 3, 31, 1, 30, tzinfo=UTC)], (
        "02:30 on the wall"
    )


def plan(times: tuple[int, ...], key: str = "east") -> PatrolPlan:
    """Return a plan of one round at some times."""
    spec = parse_patrol_plan(FILE)[1].rounds[0]
    told = {**spec.to_json(), "key": key}
    told["due"] = DueTimes(how=How.TIMES, times=times).to_json()
    return PatrolPlan(rounds=(RoundSpec.from_json(told),))


PLANS = st.lists(
    st.tuples(
        st.integers(-2, 4),  # first day
        st.integers(0, 5 * 24 * 60),  # minutes at which it was published
        st.sets(st.sampled_from(range(0, 1440, 60)), min_size=1, max_size=6),
    ),
    max_size=5,
)


@given(PLANS, st.sampled_from([FORWARD, BACK]))
def test_a_round_is_asked_for_by_the_version_that_was_known_and_held_then(
    told: list[tuple[int, int, set[int]]], middle: date
) -> None:
    """Second model: at each due instant of any version, look which one held by what was known."""
    first = middle - timedelta(days=2)
    begin = datetime(first.year, first.month, first.day, tzinfo=LONDON).astimezone(UTC)
    editions = [
        Edition(
            version=number,
            valid_from=first + timedelta(days=day),
            published_at=begin + timedelta(minutes=minutes),
            plan=plan(tuple(sorted(times))),
        )
        for number, (day, minutes, times) in enumerate(sorted(told, key=lambda row: row[1]), 1)
    ]
    expected = set()
    for number in range(5):
        day = first + timedelta(days=number)
        for each in editions:
            for at in each.plan.rounds[0].due.on(day, LONDON):
                known = [e for e in editions if e.published_at <= at and e.valid_from <= day]
                newest = max((e.valid_from, e.version) for e in known) if known else None
                if newest == (each.valid_from, each.version):
                    expected.add((at, each.version))
    asked = asked_on(editions, first, first + timedelta(days=4), LONDON)
    assert [(each.due_at, each.version) for each in asked] == sorted(expected)


@given(st.integers(-120, 1600), st.sampled_from([None, 110, 1430]))
def test_how_a_round_stands_that_nobody_began(minutes: int, opens: int | None) -> None:
    due = datetime(2019, 6, 1, 6, tzinfo=UTC)
    stands = standing(
        due,
        due + minutes * MINUTE,
        early=10 * MINUTE,
        within=40 * MINUTE,
        next_opens=None if opens is None else due + opens * MINUTE,
    )
    if minutes < -10:
        assert stands is Standing.COMING
    elif minutes <= 40:
        assert stands is Standing.DUE
    elif opens is None or minutes >= opens:
        assert stands is Standing.MISSED
    else:
        assert stands is Standing.OVERDUE


def test_what_was_due_before_the_publishing_may_be_walked_and_is_not_asked_for() -> None:
    at = datetime(2019, 6, 1, 9, 30, tzinfo=UTC)
    edition = Edition(
        version=1, valid_from=date(2019, 6, 1), published_at=at, plan=plan((600, 720))
    )
    asked = asked_on([edition], date(2019, 6, 1), date(2019, 6, 1), LONDON)
    assert [each.due_at.hour for each in asked] == [11], "12:00 in London"
    found: Asked = open_at([edition], "east", at, LONDON)
    assert found.due_at.hour == 9
