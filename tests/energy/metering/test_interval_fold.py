"""Interval channels: the sum of what was delivered, exact, whatever the grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from energy.base.quality import Quality
from energy.metering.interval_fold import FoldedIntervals, IntervalWindows, fold_intervals
from energy.metering.usage import CounterSegment
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import SeriesColumns

MINUTE = 60_000_000
M, C, H, E, SPREAD, MISSING = (
    Quality.MEASURED,
    Quality.CORRECTED,
    Quality.MANUAL,
    Quality.ESTIMATED,
    Quality.INTERPOLATED,
    Quality.MISSING,
)
Told = tuple[int, int] | tuple[int, int, Quality]


def segment(
    factor: Fraction = Fraction(10),
    *,
    begin: int = 0,
    end: int | None = None,
    rate: int | None = None,
) -> CounterSegment:
    return CounterSegment(
        start_us=begin * MINUTE,
        end_us=None if end is None else end * MINUTE,
        base_per_count=factor,
        modulus=None,
        max_per_hour=rate,
        position=3,
        end_position=0 if end is None else 8,
    )


def folded(
    told: Sequence[Told],
    *,
    segments: Sequence[CounterSegment] = (segment(),),
    length: int = 15,
    step: int = 15,
    low: int = 0,
    high: int = 120,
) -> FoldedIntervals:
    """Fold (minute, count, quality) of one channel in one window of minutes."""
    rows = sorted((row[0], row[1], row[2] if len(row) == 3 else M) for row in told)
    return fold_intervals(
        SeriesColumns(
            offsets=np.array([0, len(rows)]),
            at_us=np.array([row[0] * MINUTE for row in rows], dtype=np.int64),
            count=np.array([row[1] for row in rows], dtype=np.int64),
            quality=np.array([row[2] for row in rows], dtype=np.uint8),
            position=np.arange(5, 5 + len(rows), dtype=np.int64),
        ),
        IntervalWindows(
            place=np.zeros(1, dtype=np.int64),
            day_us=np.zeros(1, dtype=np.int64),
            low_us=np.array([low * MINUTE]),
            high_us=np.array([high * MINUTE]),
            step_us=np.array([step * MINUTE]),
            length_us=np.array([length * MINUTE]),
        ),
        SegmentColumns.of([segments]),
    )


def said(result: FoldedIntervals) -> list[tuple[int, int]]:
    return list(zip(result.usage.tolist(), result.quality.tolist(), strict=True))


def test_a_reading_tells_the_interval_that_ends_at_its_instant() -> None:
    result = folded([(15, 7), (45, 9)], high=60)
    assert said(result) == [(70, M), (0, MISSING), (90, M), (0, MISSING)]
    assert result.position.tolist() == [5, 0, 6, 0]


def test_an_interval_of_zero_is_known_and_a_missing_one_is_no_zero() -> None:
    assert said(folded([(15, 0)], high=30)) == [(0, M), (0, MISSING)]


def test_short_intervals_make_a_block_only_when_all_of_them_are_there() -> None:
    told = [(5, 1), (10, 2), (15, 3, H), (20, 4), (30, 5)]
    assert said(folded(told, length=5, high=30)) == [(60, H), (0, MISSING)]


@pytest.mark.parametrize(("length", "each"), [(30, 50), (60, 25)])
def test_a_longer_interval_is_spread_and_says_so(length: int, each: int) -> None:
    result = folded([(length, 10)], length=length, high=60)
    known = length // 15
    assert said(result) == [(each, SPREAD)] * known + [(0, MISSING)] * (4 - known)


def test_what_is_spread_adds_up_to_what_was_delivered() -> None:
    usage = folded([(60, 7)], length=60, segments=[segment(Fraction(1))], high=60).usage
    assert usage.tolist() == [2, 2, 1, 2]  # 1.75, 3.5, 5.25, 7 rounded half up


def test_an_estimate_that_is_spread_stays_an_estimate() -> None:
    assert said(folded([(30, 2, E)], length=30, high=30)) == [(10, E), (10, E)]


def test_intervals_that_do_not_divide_the_grid_are_split_at_its_boundaries() -> None:
    result = folded([(20, 4), (40, 4), (60, 4)], length=20, high=60)
    assert said(result) == [(30, SPREAD), (30, SPREAD), (30, SPREAD), (30, SPREAD)]


def test_a_local_day_is_one_interval_however_long() -> None:
    for hours in (23, 24, 25):
        result = folded([(hours * 60, hours * 4)], length=hours * 60, high=hours * 60)
        assert said(result) == [(10, SPREAD)] * (hours * 4)


def test_part_counts_add_up_over_the_day_and_not_to_rounded_intervals() -> None:
    told = [(15 * n, 1) for n in range(1, 9)]
    usage = folded(told, segments=[segment(Fraction(1, 3))]).usage
    assert usage.tolist() == [0, 1, 0, 0, 1, 0, 0, 1]
    assert usage.sum() == math.floor(Fraction(8, 3) + Fraction(1, 2))


def test_another_multiplier_counts_from_its_instant_on() -> None:
    segments = [segment(Fraction(10), end=30), segment(Fraction(20), begin=30)]
    result = folded([(15, 1), (30, 1), (45, 1), (60, 1)], segments=segments, high=60)
    assert result.usage.tolist() == [10, 10, 20, 20]
    assert result.odd == []


def test_an_interval_across_a_meters_change_is_missing_until_somebody_states_it() -> None:
    segments = [segment(Fraction(10), end=37), segment(Fraction(20), begin=37)]
    result = folded([(30, 1), (45, 1), (60, 1)], segments=segments, high=60)
    assert said(result)[1:] == [(10, M), (0, MISSING), (20, M)]
    (cut,) = result.odd
    assert (cut.code, cut.start_us, cut.end_us) == ("interval.cut", 30 * MINUTE, 45 * MINUTE)
    stated = folded([(30, 1), (45, 1, C), (60, 1)], segments=segments, high=60)
    assert said(stated)[1:] == [(10, M), (20, C), (20, M)]
    assert stated.odd == []


def test_nothing_counts_where_no_meter_served() -> None:
    segments = [segment(end=30), segment(begin=90)]
    told = [(15, 1), (45, 1), (60, 1), (105, 1)]
    result = folded(told, segments=segments)
    assert result.usage.tolist() == [10, 0, 0, 0, 0, 0, 10, 0]
    assert result.odd == []
    assert set(said(folded(told, segments=[]))) == {(0, MISSING)}


def test_an_interval_that_begins_beside_the_grid_is_told_and_not_folded() -> None:
    result = folded([(15, 1), (22, 1), (30, 1)], high=30)
    assert said(result) == [(10, M), (10, M)]
    assert [(each.code, each.end_us) for each in result.odd] == [("interval.off_grid", 22 * MINUTE)]


def test_more_than_the_device_can_count_is_told_and_a_correction_is_not() -> None:
    told: list[Told] = [(15, 26), (30, 27), (45, 1000, C)]
    result = folded(told, segments=[segment(rate=84)], high=45)
    assert [(each.code, each.count) for each in result.odd] == [("interval.jump", 27)]
    assert result.usage.tolist() == [260, 270, 10000]


def test_counts_beyond_a_word_are_exact() -> None:
    factor = Fraction(2**70, 3)
    usage = folded([(15, 1), (30, 2)], segments=[segment(factor)], high=30).usage
    first = math.floor(factor + Fraction(1, 2))
    exact = [first, math.floor(3 * factor + Fraction(1, 2)) - first]
    assert [value % 2**64 for value in usage.tolist()] == [value % 2**64 for value in exact]


def model(
    told: dict[int, tuple[int, Quality]], factor: Fraction, length: int, step: int, high: int
) -> list[tuple[int, int]]:
    """Say the same minute by minute in exact fractions."""
    total = [Fraction(0)]
    for minute in range(high):
        end = minute // length * length + length
        count, _ = told.get(end, (0, M))
        total.append(total[-1] + Fraction(count, length))
    rows = []
    for low in range(0, high, step):
        ends = {minute // length * length + length for minute in range(low, low + step)}
        if not all(end in told for end in ends):
            rows.append((0, int(MISSING)))
            continue
        value = [math.floor(total[at] * factor + Fraction(1, 2)) for at in (low, low + step)]
        order = [M, C, H, SPREAD, E]
        inside = all(low <= end - length and end <= low + step for end in ends)
        worst = max([told[end][1] for end in ends] + ([] if inside else [SPREAD]), key=order.index)
        rows.append((value[1] - value[0], int(worst)))
    return rows


@pytest.mark.parametrize("seed", range(40))
def test_every_width_and_gap_agrees_with_the_exact_model(seed: int) -> None:
    rng = np.random.default_rng(seed)
    length, step = (int(rng.choice([5, 10, 15, 20, 30, 60])) for _ in range(2))
    factor = Fraction(int(rng.integers(1, 50)), int(rng.integers(1, 9)))
    told = {
        end: (int(rng.integers(0, 1000)), Quality(int(rng.choice([0, 0, 0, 1, 2, 3]))))
        for end in range(length, 361, length)
        if rng.random() < 0.9
    }
    rows: list[Told] = [(end, count, quality) for end, (count, quality) in told.items()]
    result = folded(rows, segments=[segment(factor)], length=length, step=step, high=360)
    assert said(result) == model(told, factor, length, step, 360)
