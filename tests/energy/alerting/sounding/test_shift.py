"""A shift holds the instant it is asked for, and shifts follow each other without a gap."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.sounding.shift import begins_within, even_begins, shift_at

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def test_a_night_shift_begins_on_the_evening_before() -> None:
    at = datetime(2026, 7, 1, 3, tzinfo=SHANGHAI)
    shift = shift_at(at, SHANGHAI, even_begins(12, 8))
    assert shift.start == datetime(2026, 6, 30, 20, tzinfo=SHANGHAI)
    assert shift.end == datetime(2026, 7, 1, 8, tzinfo=SHANGHAI)


def test_the_last_shift_of_a_day_is_cut_where_the_first_begins() -> None:
    at = datetime(2026, 7, 1, 7, tzinfo=SHANGHAI)
    shift = shift_at(at, SHANGHAI, even_begins(10, 8))
    assert shift.end - shift.start == timedelta(hours=4)


def test_shifts_begin_by_the_sites_clock_when_it_is_put_forward() -> None:
    first = datetime(2019, 3, 30, 8, tzinfo=UTC)
    begins = [time(7), time(12), time(19)]
    found = begins_within(begins, LONDON, first, first + timedelta(days=1))
    assert [at.hour for at in found] == [12, 19, 6]


def test_a_begin_belongs_to_the_shift_before_it_no_more() -> None:
    begin = datetime(2026, 7, 1, 8, tzinfo=SHANGHAI).astimezone(UTC)
    day = timedelta(days=1)
    assert begins_within([time(8)], SHANGHAI, begin, begin + day) == [begin + day]
    assert begins_within([time(8)], SHANGHAI, begin - day, begin) == [begin]


@given(
    st.integers(0, 2 * 365 * 24 * 60).map(lambda m: BEGIN + timedelta(minutes=m)),
    st.integers(1, 24),
    st.integers(0, 23),
)
def test_shifts_follow_each_other_on_days_of_23_and_25_hours(
    at: datetime, length_h: int, first_h: int
) -> None:
    shift = shift_at(at, LONDON, even_begins(length_h, first_h))
    assert shift.start <= at < shift.end
    assert shift.end - shift.start <= timedelta(hours=length_h + 1)
    after = shift_at(shift.end, LONDON, even_begins(length_h, first_h))
    assert after.start == shift.end
