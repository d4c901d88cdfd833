"""Trailing statistics look back over a fixed length and never count what is not known."""

from __future__ import annotations

import numpy as np

from energy.alerting.baseline.rolling import (
    by_day,
    by_hour,
    kth_largest_before,
    later,
    trailing_mean,
    trailing_sum,
)

NAN = np.nan


def test_a_sum_forgets_what_lies_further_back() -> None:
    assert trailing_sum(np.array([[1.0, 2.0, NAN, 4.0]]), 2).tolist() == [[1.0, 3.0, 2.0, 4.0]]


def test_a_window_longer_than_the_series_takes_all_of_it() -> None:
    assert trailing_sum(np.array([[1.0, 2.0]]), 5).tolist() == [[1.0, 3.0]]


def test_a_mean_is_of_the_known_ones_and_none_under_the_least() -> None:
    mean = trailing_mean(np.array([[2.0, NAN, 4.0, NAN, NAN]]), 3, least=2)
    assert np.array_equal(mean, [[NAN, NAN, 3.0, NAN, NAN]], equal_nan=True)


def test_the_largest_before_a_day_leaves_the_day_out() -> None:
    daily = np.array([[5.0, 1.0, 9.0, NAN, 2.0, 0.0]])
    first = kth_largest_before(daily, 3, 1, least=2)
    second = kth_largest_before(daily, 3, 2, least=2)
    assert np.array_equal(first, [[NAN, NAN, 5.0, 9.0, 9.0, 9.0]], equal_nan=True)
    assert np.array_equal(second, [[NAN, NAN, 1.0, 5.0, 1.0, 2.0]], equal_nan=True)


def test_later_leaves_nothing_known_before() -> None:
    assert np.array_equal(later(np.array([[1.0, 2.0]]), 1), [[NAN, 1.0]], equal_nan=True)


def test_days_and_hours_are_two_views_of_the_same() -> None:
    grid = np.arange(96.0).reshape(2, 2, 24)
    assert by_hour(grid)[1, 25] == 73.0
    assert np.array_equal(by_day(by_hour(grid)), grid)
