"""Billing months: calendar months, or from reading day to reading day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating.months import cycle_of, months, years
from tests.examples import tried

DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@tried(100)
@given(DAYS, st.integers(0, 400), st.none() | st.integers(1, 31))
def test_months_tile_the_days_and_their_parts_add_up(
    first: date, more: int, cycle: int | None
) -> None:
    last = first + timedelta(days=more)
    parts = months(first, last, cycle)
    assert sum(part.days for part in parts) == more + 1
    for part in parts:
        assert part.whole_first <= part.first_day <= part.last_day <= part.whole_last
    for part in parts[1:-1]:
        assert part.share == part.commercial_share == 1


@pytest.mark.parametrize(
    ("first", "last", "cycle"),
    [
        (date(2025, 5, 25), date(2025, 6, 24), 25),
        (date(2025, 12, 25), date(2026, 1, 24), 25),
        (date(2025, 1, 31), date(2025, 2, 27), 31),
        (date(2025, 6, 1), date(2025, 6, 30), None),
        (date(2025, 6, 1), date(2025, 6, 29), None),
        (date(2025, 6, 10), date(2025, 6, 30), None),
    ],
)
def test_days_from_reading_to_reading_have_a_cycle(
    first: date, last: date, cycle: int | None
) -> None:
    assert cycle_of(first, last) == cycle
    if cycle is not None:
        assert [part.share for part in months(first, last, cycle)] == [Fraction(1)]


def test_a_year_is_cut_at_new_year() -> None:
    assert [part.share for part in years(date(2023, 12, 31), date(2024, 1, 1))] == [
        Fraction(1, 365),
        Fraction(1, 366),
    ]
