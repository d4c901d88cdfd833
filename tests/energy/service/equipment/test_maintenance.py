"""When a plan is due: against a second way to count, by calendar, run hours and alerts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.service.equipment.maintenance import (
    Due,
    DueState,
    Every,
    PlanKind,
    PlanSpec,
    TestResult,
    due,
    ran,
)
from energy.service.equipment.words import EquipmentError

LONDON = ZoneInfo("Europe/London")
FIRST = date(2019, 1, 31)
NOON = datetime(2019, 6, 1, 12, tzinfo=UTC)


def spec(**changed: Any) -> PlanSpec:
    said = {"kind": PlanKind.MAINTENANCE, "name": "Oil", "equipment": "E-2019-00001"}
    by = {"every": Every.MONTHS, "number": 1, "first_on": FIRST}
    return PlanSpec(**{**said, **by, **changed})


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


def stands(plan: PlanSpec, done: date | None, day: date, since: date = FIRST, **more: Any) -> Due:
    last = None if done is None else at(done)
    return due(plan, last, at(day), since=since, zone=LONDON, **more)


@given(
    st.integers(1, 40),
    st.sampled_from([Every.DAYS, Every.WEEKS]),
    st.none() | st.integers(-100, 400),
    st.integers(-100, 400),
    st.integers(0, 500),
)
def test_the_calendar_as_counted_day_by_day(
    number: int, every: Every, done: int | None, since: int, today: int
) -> None:
    step = number * (7 if every is Every.WEEKS else 1)
    planned = [n for n in range(0, 2000, step) if n >= since]
    if done is not None:
        free = [n for n in planned if n > done and (n == 0 or 4 * (n - done) > step)]
        planned = free
    found = stands(
        spec(every=every, number=number),
        None if done is None else FIRST + timedelta(days=done),
        FIRST + timedelta(days=today),
        FIRST + timedelta(days=since),
    )
    assert found.on == FIRST + timedelta(days=planned[0])
    assert (found.state is DueState.DUE) == (planned[0] <= today)


def test_months_keep_their_day_where_the_month_has_it() -> None:
    assert stands(spec(), FIRST, FIRST).on == date(2019, 2, 28)
    assert stands(spec(), date(2019, 2, 28), FIRST).on == date(2019, 3, 31)
    assert stands(spec(number=13), FIRST, FIRST).on == date(2020, 2, 29)
    assert stands(spec(), date(2019, 3, 24), FIRST).on == date(2019, 4, 30), "a week early"
    assert stands(spec(), date(2019, 3, 20), FIRST).on == date(2019, 3, 31), "too early"


def test_the_longest_plan_by_months_has_its_day() -> None:
    plan = spec(number=1200).checked()
    assert stands(plan, FIRST, FIRST).on == date(2119, 1, 31)


def test_a_day_begins_at_local_midnight() -> None:
    plan = spec(first_on=date(2019, 7, 1))
    for hour, state in ((22, DueState.NOT_YET), (23, DueState.DUE)):
        instant = datetime(2019, 6, 30, hour, tzinfo=UTC)
        assert due(plan, None, instant, since=FIRST, zone=LONDON).state is state


def shown(*hours: int) -> list[tuple[datetime, Fraction]]:
    return [(NOON + timedelta(days=n), Fraction(each)) for n, each in enumerate(hours)]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20), st.integers(-2, 20))
def test_run_hours_are_the_steps_up(steps: list[int], done: int) -> None:
    total, every = 0, []
    for step in steps:
        total += step
        every.append(total)
    since, now = NOON + timedelta(days=done, hours=1), NOON + timedelta(days=30)
    expected = sum(step for n, step in enumerate(steps) if n > max(done, 0))
    assert ran(shown(*every), since, now) == expected


def test_run_hours_say_what_is_left_and_an_exchanged_counter_takes_none_away() -> None:
    plan = spec(every=Every.HOURS, number=500, first_on=None)
    now = NOON + timedelta(days=9)
    for hours, expected in (
        (shown(100, 400, 599), Due(state=DueState.NOT_YET, left_h=Fraction(1))),
        (shown(100, 400, 600), Due(state=DueState.DUE, left_h=Fraction(0))),
        (shown(100, 400, 0, 200), Due(state=DueState.DUE, left_h=Fraction(0))),
        ([], Due(state=DueState.UNKNOWN)),
    ):
        assert due(plan, None, now, since=FIRST, zone=LONDON, hours=hours) == expected
    later = NOON + timedelta(days=1, hours=1)
    found = due(plan, later, now, since=FIRST, zone=LONDON, hours=shown(100, 400, 600))
    assert found.left_h == 300


def test_an_alert_after_the_last_time_makes_it_due() -> None:
    plan = spec(every=Every.ALERT, first_on=None, rule="hot")
    raised = [NOON, NOON + timedelta(days=3)]
    for done, now, state in (
        (None, NOON - timedelta(hours=1), DueState.NOT_YET),
        (None, NOON, DueState.DUE),
        (NOON, NOON + timedelta(days=2), DueState.NOT_YET),
        (NOON, NOON + timedelta(days=4), DueState.DUE),
    ):
        found = due(plan, done, now, since=FIRST, zone=LONDON, raised=raised)
        assert found.state is state


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"equipment": ""}, "Name one piece"),
        ({"of_class": "pump"}, "Name one piece"),
        ({"number": 0}, "1 to"),
        ({"first_on": None}, "first day"),
        ({"every": Every.HOURS}, "first day"),
        ({"rule": "hot"}, "rule"),
        ({"every": Every.ALERT, "first_on": None}, "rule"),
        (
            {
                "every": Every.ALERT,
                "first_on": None,
                "rule": "hot",
                "equipment": "",
                "of_class": "pump",
            },
            "for one piece",
        ),
        ({"number": 1201}, "1 to 1200"),
        ({"name": " "}, "called"),
    ],
)
def test_a_plan_whose_parts_do_not_fit_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(EquipmentError, match=said):
        spec(**changed).checked()


def test_a_standby_piece_passes_by_what_it_is_there_for() -> None:
    started = TestResult(started=True, took_load=False, minutes=10)
    assert started.passed(PlanKind.STANDBY_TEST)
    assert not started.passed(PlanKind.CHANGE_OVER)
    assert TestResult(started=True, took_load=True, minutes=10).passed(PlanKind.CHANGE_OVER)
    dead = TestResult(started=False, took_load=False, minutes=0)
    assert not dead.passed(PlanKind.STANDBY_TEST)
