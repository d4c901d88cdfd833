"""Steps of days have no hole; weeks begin on Mondays and are cut at both ends."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.views.completeness_grid import day_steps

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@given(DAYS, st.integers(0, 800), st.sampled_from([1, 7]))
def test_every_day_stands_in_one_step(first: date, more: int, step_days: int) -> None:
    last = first + timedelta(days=more)
    origin, steps = day_steps(first, last, step_days)
    assert origin <= first
    assert (steps[0][0], steps[-1][1]) == (first, last)
    for (_, end), (begin, _) in pairwise(steps):
        assert begin == end + timedelta(days=1)
        assert (begin - origin).days % step_days == 0
    for n, (begin, end) in enumerate(steps):
        assert {(day - origin).days // step_days for day in (begin, end)} == {n}


@pytest.mark.parametrize(
    ("first", "last", "steps"),
    [
        (date(2026, 7, 15), date(2026, 7, 14), 0),
        (date(2026, 1, 1), date(2026, 12, 31), 53),
    ],
)
def test_a_year_has_53_weeks_and_no_days_have_none(first: date, last: date, steps: int) -> None:
    assert len(day_steps(first, last, 7)[1]) == steps
