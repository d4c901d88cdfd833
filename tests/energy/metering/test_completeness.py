"""What is expected, and how much of it readings tell of."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from energy.metering.completeness import (
    FOR_EVER_US,
    Completeness,
    expected_intervals,
    together,
)

STEP = 900


def test_the_score_is_what_readings_tell_of_and_never_more_than_all() -> None:
    told = Completeness(expected=96, measured=80, shaped=4, estimated=8)
    assert told.missing == 4
    assert told.score == Fraction(84, 96)
    assert together([told, told]).score == told.score
    assert Completeness().score is None
    assert Completeness(expected=3, measured=5).score == 1
    assert Completeness(expected=3, measured=5).missing == 0


def test_an_interval_is_expected_where_a_device_served_all_of_it() -> None:
    assert expected_intervals([(0, FOR_EVER_US)], 0, 4 * STEP, STEP) == 4
    assert expected_intervals([(1, FOR_EVER_US)], 0, 4 * STEP, STEP) == 3
    assert expected_intervals([(0, 4 * STEP - 1)], 0, 4 * STEP, STEP) == 3
    # A meter that was exchanged within an interval leaves none out.
    assert expected_intervals([(0, 1000), (1000, FOR_EVER_US)], 0, 4 * STEP, STEP) == 4
    assert expected_intervals([(0, 1000), (1001, FOR_EVER_US)], 0, 4 * STEP, STEP) == 3
    assert expected_intervals([], 0, 4 * STEP, STEP) == 0
    assert expected_intervals([(5 * STEP, FOR_EVER_US)], 0, 4 * STEP, STEP) == 0


@given(st.lists(st.integers(0, 40 * STEP), min_size=2, max_size=8), st.integers(0, 40))
def test_days_apart_expect_what_they_expect_together(cuts: list[int], middle: int) -> None:
    ends = sorted(cuts)[: len(cuts) // 2 * 2]
    served = list(zip(ends[::2], ends[1::2], strict=True))
    whole = expected_intervals(served, 0, 40 * STEP, STEP)
    split = middle * STEP
    parts = (
        expected_intervals(served, 0, split, STEP),
        expected_intervals(served, split, 40 * STEP, STEP),
    )
    assert sum(parts) == whole
