"""Hours in which a rule is watched: by the wall clock, over midnight, on holidays, on DST days."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.rules.calendar import CalendarError, calendar_of
from tests.examples import tried

LONDON = ZoneInfo("Europe/London")


def watched(hours: dict[str, list[str]], at: str) -> bool:
    return calendar_of(hours, LONDON).watched(datetime.fromisoformat(at).replace(tzinfo=LONDON))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-05T08:00", True),
        ("2026-01-05T17:59", True),
        ("2026-01-05T18:00", False),
        ("2026-01-10T12:00", False),
        ("2026-01-10T22:00", True),
        ("2026-01-11T01:59", True),
        ("2026-01-11T02:00", False),
    ],
)
def test_hours_begin_are_half_open_and_go_over_midnight(at: str, *, expected: bool) -> None:
    assert watched({"hours": ["mon-fri 08:00-18:00", "sat 22:00-02:00"]}, at) is expected


def test_a_span_of_days_may_go_over_the_weekend() -> None:
    hours = {"hours": ["sat-mon 00:00-24:00"]}
    days = [watched(hours, f"2026-01-{day:02}T12:00") for day in range(5, 12)]
    assert days == [True, False, False, False, False, True, True]


def test_holiday_has_its_own_hours() -> None:
    hours = {"hours": ["mon-fri 08:00-18:00"], "holidays": ["2026-01-05"]}
    assert not watched(hours, "2026-01-05T12:00")
    assert watched(hours | {"holiday_hours": ["10:00-14:00"]}, "2026-01-05T12:00")
    assert not watched(hours | {"holiday_hours": ["10:00-14:00"]}, "2026-01-05T08:30")


def test_on_days_of_23_and_25_hours_the_wall_clock_decides() -> None:
    calendar = calendar_of({"hours": ["sun 01:00-03:00"]}, LONDON)

    def hours_of(day: int, month: int) -> int:
        return sum(
            calendar.watched(datetime(2026, month, day, hour, minute, tzinfo=UTC))
            for hour in range(6)
            for minute in (0, 30)
        )

    assert hours_of(29, 3) == 2, "01:00 to 02:00 is not on the clock"
    assert hours_of(25, 10) == 6, "01:00 to 02:00 is on the clock twice"
    assert hours_of(4, 1) == 4


@pytest.mark.parametrize(
    "stored",
    [
        {"hours": ["monday 08:00-18:00"]},
        {"hours": ["mon 8-18"]},
        {"hours": ["mon 08:00-25:00"]},
        {"hours": ["mon 08:60-09:00"]},
        {"hours": "mon 08:00-18:00"},
        {"holidays": ["1.1.2026"]},
        {"days": []},
    ],
)
def test_what_cannot_be_read_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(CalendarError):
        calendar_of(stored, LONDON)


@tried(40)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001 - UTC is given it
def test_whole_weeks_are_always_watched(at: datetime) -> None:
    assert calendar_of({"hours": ["mon-sun 00:00-24:00"]}, LONDON).watched(at.replace(tzinfo=UTC))
