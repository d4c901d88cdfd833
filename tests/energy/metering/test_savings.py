"""Savings: a baseline avoids nothing of itself, parts add up, a gap is never a saving."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.metering.savings import (
    Hours,
    cumulated,
    day_savings,
    student_t,
    uncertainty_of,
    week_model,
)


def hours(days: int, *, seed: int = 1, level: int = 1000, noise: int = 50) -> Hours:
    """Return days from a Monday on, each hour of the week with its own level."""
    luck = np.random.default_rng(seed)
    count = 24 * days
    cell = np.arange(count) % 168
    usage = level + 10 * cell + luck.integers(-noise, noise + 1, count)
    return Hours(
        usage=usage.astype(np.int64),
        known=np.ones(count, dtype=np.bool_),
        cell=cell.astype(np.int64),
        day=(np.arange(count) // 24).astype(np.int64),
    )


def with_gaps(told: Hours, gaps: list[int]) -> Hours:
    known = told.known.copy()
    known[[gap % len(known) for gap in gaps]] = False
    return replace(told, known=known, usage=np.where(known, told.usage, 0))


GAPS = st.lists(st.integers(0, 10_000), max_size=60)


@given(st.integers(1, 40), GAPS, st.integers(0, 99))
def test_a_baseline_avoids_exactly_nothing_of_itself(days: int, gaps: list[int], seed: int) -> None:
    told = with_gaps(hours(days, seed=seed), gaps)
    assert sum((day.avoided for day in day_savings(week_model(told), told)), Fraction(0)) == 0


@given(st.integers(2, 20), st.integers(1, 19), GAPS)
def test_parts_of_a_time_add_up(days: int, cut: int, gaps: list[int]) -> None:
    model = week_model(hours(28))
    whole = with_gaps(hours(days, seed=2), gaps)
    cut = 24 * min(cut, days - 1)

    def part(first: int, after: int) -> Hours:
        sliced = slice(first, after)
        return Hours(
            usage=whole.usage[sliced],
            known=whole.known[sliced],
            cell=whole.cell[sliced],
            day=whole.day[sliced] - whole.day[first],
        )

    def avoided(told: Hours) -> Fraction:
        return sum((day.avoided for day in day_savings(model, told)), Fraction(0))

    assert avoided(whole) == avoided(part(0, cut)) + avoided(part(cut, len(whole.usage)))
    assert cumulated(day_savings(model, whole))[-1] == avoided(whole)


@given(GAPS)
def test_a_gap_is_counted_on_neither_side(gaps: list[int]) -> None:
    model = week_model(hours(28))
    reported = hours(14, seed=3)
    holed = with_gaps(reported, gaps)
    found = day_savings(model, holed)
    assert sum(day.counted for day in found) == int(holed.known.sum())
    assert sum(day.actual for day in found) == int(holed.usage.sum())
    expected = [model.mean(int(cell)) or 0 for cell in holed.cell[holed.known]]
    assert sum((day.expected for day in found), Fraction(0)) == sum(expected)


def test_nothing_known_saves_nothing() -> None:
    model = week_model(hours(28))
    silent = with_gaps(hours(7), list(range(168)))
    for day in day_savings(model, silent):
        assert (day.expected, day.actual, day.counted) == (0, 0, 0)
    assert uncertainty_of(model, hours(28), day_savings(model, silent)) is None


def test_an_hour_of_the_week_that_the_baseline_never_knew_does_not_count() -> None:
    model = week_model(hours(1))  # a Monday alone
    found = day_savings(model, hours(2))
    assert [day.counted for day in found] == [24, 0]


def test_a_tenth_less_is_a_tenth_avoided() -> None:
    baseline = hours(56, noise=0)
    reported = replace(baseline, usage=baseline.usage * 9 // 10)
    days = day_savings(week_model(baseline), reported)
    expected = sum((day.expected for day in days), Fraction(0))
    avoided = sum((day.avoided for day in days), Fraction(0))
    assert abs(avoided / expected - Fraction(1, 10)) < Fraction(1, 1000)


def test_the_uncertainty_is_that_of_the_formula_by_hand() -> None:
    baseline = hours(56, noise=300)
    model = week_model(baseline)
    days = day_savings(model, hours(28, seed=9))
    found = uncertainty_of(model, baseline, days)
    assert found is not None
    sums = baseline.usage.reshape(56, 24).sum(axis=1).astype(float)
    means = np.array([sums[day::7].mean() for day in range(7)])
    residuals = sums - np.tile(means, 8)
    error = np.sqrt((residuals**2).sum() / (56 - 7))
    rho = max((residuals[1:] * residuals[:-1]).sum() / (residuals**2).sum(), 0)
    effective = 56 * (1 - rho) / (1 + rho)
    expected = float(sum((day.expected for day in days), Fraction(0)))
    width = 1.26 * 1.6766 * error / sums.mean() * expected
    width *= np.sqrt(56 / effective * (1 + 2 / effective) / 28)
    assert (found.n, found.p, found.m) == (56, 7, 28)
    assert found.cv == pytest.approx(error / sums.mean())
    assert found.half_width == pytest.approx(width, rel=1e-4)


def test_a_baseline_without_a_second_week_says_nothing_of_its_error() -> None:
    week = hours(7)
    model = week_model(week)
    assert uncertainty_of(model, week, day_savings(model, hours(7, seed=4))) is None


@pytest.mark.parametrize(
    ("degrees", "t"),
    [(1, 6.3138), (2, 2.9200), (3, 2.3534), (4, 2.1318), (10, 1.8125), (49, 1.6766), (358, 1.6491)],
)
def test_student_s_t_is_that_of_the_tables(degrees: int, t: float) -> None:
    assert student_t(0.90, degrees) == pytest.approx(t, abs=1e-4)
