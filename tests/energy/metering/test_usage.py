"""Usage folds: rollover, replacement, gap, late readings, against an independent exact model."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import Quality
from energy.metering.usage import JUMP, NEGATIVE_STEP, CounterSegment, Folded
from energy.metering.usage_fold import fold

MINUTE = 60_000_000
QUARTER = 15 * MINUTE
GRID = np.arange(9, dtype=np.int64) * QUARTER


def folded(
    readings: list[tuple[int, int]], *segments: CounterSegment, grid: np.ndarray = GRID
) -> Folded:
    """Fold (minute, count) pairs."""
    at = np.array([minute * MINUTE for minute, _ in readings], dtype=np.int64)
    count = np.array([count for _, count in readings], dtype=np.int64)
    quality = np.zeros(len(readings), dtype=np.uint8)
    return fold(at, count, quality, segments or (segment(),), grid, gap_us=QUARTER)


def segment(
    *,
    factor: Fraction = Fraction(10),
    modulus: int | None = 1000,
    start: int = -(10**9),
    end: int | None = None,
    start_count: int | None = None,
    end_count: int | None = None,
    max_per_hour: int | None = None,
) -> CounterSegment:
    """Return a segment from minute `start` to minute `end`."""
    return CounterSegment(
        start_us=start * MINUTE,
        end_us=None if end is None else end * MINUTE,
        base_per_count=factor,
        modulus=modulus,
        max_per_hour=max_per_hour,
        start_count=start_count,
        end_count=end_count,
    )


def test_readings_on_the_boundaries_give_their_differences() -> None:
    result = folded([(0, 5), (15, 7), (30, 7), (45, 12)])
    assert result.usage[:3].tolist() == [20, 0, 50]
    assert result.quality[:3].tolist() == [Quality.MEASURED] * 3
    assert result.quality[3:].tolist() == [Quality.MISSING] * 5


def test_register_that_passes_zero_counts_on() -> None:
    result = folded([(0, 995), (15, 999), (30, 4), (45, 9)])
    assert result.usage[:3].tolist() == [40, 50, 50]
    assert result.breaks == []


def test_day_folded_alone_after_a_rollover_equals_the_whole() -> None:
    readings = [(0, 995), (15, 999), (30, 4), (45, 9), (60, 20)]
    whole = folded(readings, segment(factor=Fraction(1, 8)))
    part = folded(readings[2:], segment(factor=Fraction(1, 8)), grid=GRID[2:])
    assert whole.usage[2:4].tolist() == part.usage[:2].tolist()


def test_reset_is_a_break_and_its_usage_is_missing_not_zero() -> None:
    result = folded([(0, 300), (15, 310), (30, 2), (45, 12)], segment(modulus=10**6))
    assert result.usage.tolist()[:3] == [100, 0, 100]
    assert result.quality[:3].tolist() == [
        Quality.MEASURED,
        Quality.MISSING,
        Quality.MEASURED,
    ]
    assert [(b.code, b.before, b.after) for b in result.breaks] == [
        ("register.negative_step", 310, 2)
    ]


def test_outage_keeps_its_measured_total_and_marks_its_shape() -> None:
    result = folded([(0, 0), (120, 80)])
    assert result.usage.sum() == 800
    assert set(result.quality.tolist()) == {int(Quality.INTERPOLATED)}


def test_meter_replaced_mid_interval_adds_both_parts() -> None:
    old = segment(end=20, end_count=50)
    new = segment(factor=Fraction(100), start=20, start_count=3)
    result = folded([(0, 10), (15, 30), (30, 8), (45, 9)], old, new)
    assert result.usage[:3].tolist() == [200, 200 + 500, 100]


def test_replacement_without_final_count_is_missing() -> None:
    old = segment(end=20)
    new = segment(start=20, start_count=3)
    result = folded([(0, 10), (15, 30), (30, 8)], old, new)
    assert result.quality[1] == Quality.MISSING


def test_jump_above_the_greatest_rate_is_reported_and_counted() -> None:
    result = folded([(0, 0), (15, 900)], segment(modulus=10**6, max_per_hour=100))
    assert result.usage[0] == 9000
    assert [b.code for b in result.breaks] == ["register.jump"]


def test_very_large_counts_stay_exact() -> None:
    big = 2**62
    result = folded([(0, big), (20, big + 7)], segment(modulus=None, factor=Fraction(1, 3)))
    expected = (Fraction(big) + Fraction(7 * 15, 20)) / 3 + Fraction(1, 2)
    before = Fraction(big, 3) + Fraction(1, 2)
    assert result.usage[0] == expected // 1 - before // 1


def model(
    readings: list[tuple[int, int]], factor: Fraction, modulus: int, boundary: int
) -> int | None:
    """Return the exact rounded value at a boundary, the slow plain way."""
    total = readings[0][1]
    unwrapped = [(readings[0][0], total)]
    for (_, a), (t, b) in itertools.pairwise(readings):
        total += (b - a) % modulus
        unwrapped.append((t, total))
    for (t0, c0), (t1, c1) in itertools.pairwise(unwrapped):
        if t0 <= boundary <= t1:
            count = Fraction(c0) + Fraction((c1 - c0) * (boundary - t0), t1 - t0)
            return int((count * factor + Fraction(1, 2)) // 1)
    return None


steps = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 499)), min_size=1, max_size=12)


@given(steps, st.integers(0, 999), st.sampled_from([Fraction(10), Fraction(1, 8), Fraction(3, 40)]))
def test_fold_equals_the_exact_model(
    increments: list[tuple[int, int]], start: int, factor: Fraction
) -> None:
    readings = [(0, start)]
    for minutes, counts in increments:
        at, count = readings[-1]
        readings.append((at + minutes, (count + counts) % 1000))
    result = folded(readings, segment(factor=factor, max_per_hour=60_000))
    values = [model(readings, factor, 1000, 15 * n) for n in range(9)]
    for n, (low, high) in enumerate(itertools.pairwise(values)):
        if low is None or high is None:
            assert result.quality[n] == Quality.MISSING
        else:
            assert result.quality[n] != Quality.MISSING
            assert result.usage[n] == high - low


@given(steps, st.integers(0, 11), st.integers(0, 999))
def test_late_reading_changes_only_intervals_between_its_neighbours(
    increments: list[tuple[int, int]], index: int, start: int
) -> None:
    readings = [(0, start)]
    for minutes, counts in increments:
        at, count = readings[-1]
        readings.append((at + minutes, count + counts))
    late = index % len(readings)
    without = readings[:late] + readings[late + 1 :]
    if len(without) < 1:
        return
    one = folded(without, segment(modulus=None))
    two = folded(readings, segment(modulus=None))
    low = readings[late - 1][0] if late else -1
    high = readings[late + 1][0] if late + 1 < len(readings) else 10**6
    for n in range(8):
        if (n + 1) * 15 <= low or n * 15 >= high:
            assert one.usage[n] == two.usage[n]
            assert one.quality[n] == two.quality[n]


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        (999_900, 40, []),
        (900_000, 99_999, []),
        (600_000, 0, [NEGATIVE_STEP]),
        (899_999, 0, [NEGATIVE_STEP]),
        (999_900, 100_000, [NEGATIVE_STEP]),
        (500, 10_500, []),
        (500, 10_501, [JUMP]),
    ],
)
def test_register_of_unknown_rate_turns_at_its_end_only_and_rises_by_a_hundredth_an_hour(
    before: int, after: int, codes: list[str]
) -> None:
    result = folded([(0, before), (15, after)], segment(modulus=10**6))
    assert [each.code for each in result.breaks] == codes


def test_fold_of_the_largest_counts_never_overflows() -> None:
    readings = [(0, -(2**53)), (15, 2**53), (30, 5)]
    result = folded(readings, segment(modulus=None, factor=Fraction(10**9)))
    assert [each.code for each in result.breaks] == [NEGATIVE_STEP, JUMP]


@pytest.mark.parametrize("odd_s", [0, 7])
def test_a_year_between_two_readings_is_spread_exactly(odd_s: int) -> None:
    year_s, rise, factor = 365 * 86_400 + odd_s, 12_345_678, Fraction(36_000)
    at = np.array([0, year_s], dtype=np.int64) * 1_000_000
    result = fold(
        at,
        np.array([99_000_000, 99_000_000 + rise], dtype=np.int64),
        np.zeros(2, dtype=np.uint8),
        (segment(factor=factor, modulus=None),),
        np.arange(0, 365 * 96 + 1, 97, dtype=np.int64) * QUARTER,
        gap_us=QUARTER,
    )
    spread = [Fraction(rise * 900 * quarter, year_s) for quarter in range(0, 365 * 96 + 1, 97)]
    values = [int((factor * (99_000_000 + counts) + Fraction(1, 2)) // 1) for counts in spread]
    assert result.usage.tolist() == np.diff(values).tolist()
