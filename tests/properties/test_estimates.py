"""An estimate shapes usage or fills what is missing; a measured total stays as it was."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import Quality
from energy.metering.usage import CounterSegment, Folded
from energy.metering.usage_fold import fold

QUARTER_US = 900_000_000
E, M = Quality.ESTIMATED, Quality.MEASURED


def segment(modulus: int | None, max_per_hour: int | None) -> CounterSegment:
    return CounterSegment(
        start_us=0,
        end_us=None,
        base_per_count=Fraction(3),
        modulus=modulus,
        max_per_hour=max_per_hour,
    )


@given(st.data())
def test_measured_totals_and_breaks_are_the_same_with_and_without_estimates(
    data: st.DataObject,
) -> None:
    own = segment(data.draw(st.sampled_from([1000, None])), data.draw(st.sampled_from([None, 60])))
    many = data.draw(st.integers(3, 14))
    counts = data.draw(st.lists(st.integers(0, 999), min_size=many, max_size=many))
    if data.draw(st.booleans()):
        counts = [(sum(counts[: n + 1]) // 60) % 1000 for n in range(many)]
    middle = data.draw(st.lists(st.sampled_from([E, E, M]), min_size=many - 2, max_size=many - 2))
    at_us = np.arange(1, many + 1, dtype=np.int64) * QUARTER_US
    count, quality = np.array(counts, dtype=np.int64), np.array([M, *middle, M], dtype=np.uint8)
    measured = quality == M
    grid = at_us[measured]
    alone = fold(
        at_us[measured], count[measured], quality[measured], [own], grid, gap_us=QUARTER_US
    )
    mixed = fold(at_us, count, quality, [own], grid, gap_us=QUARTER_US)
    assert mixed.usage.tolist() == alone.usage.tolist()
    assert mixed.value.tolist() == alone.value.tolist()
    assert mixed.breaks == alone.breaks
    unknown = alone.quality == Quality.MISSING
    assert ((mixed.quality == Quality.MISSING) == unknown).all()


@given(st.lists(st.integers(0, 8), min_size=3, max_size=3))
def test_an_estimate_fills_an_end_that_nobody_measured(steps: list[int]) -> None:
    counts = 100 + np.cumsum([0, *steps])
    at_us = np.arange(4, dtype=np.int64) * QUARTER_US + QUARTER_US
    folded = fold(
        at_us,
        counts.astype(np.int64),
        np.array([M, M, E, E], dtype=np.uint8),
        [segment(None, None)],
        at_us,
        gap_us=QUARTER_US,
    )
    assert (folded.usage // 3).tolist() == steps
    assert folded.quality.tolist() == [M, E, E]


@given(st.data())
def test_estimates_beyond_what_was_read_give_way_and_break_nothing(data: st.DataObject) -> None:
    own = segment(data.draw(st.sampled_from([1000, None])), data.draw(st.sampled_from([None, 60])))
    many = data.draw(st.integers(4, 14))
    qualities = data.draw(st.lists(st.sampled_from([E, M]), min_size=many, max_size=many))
    counts = data.draw(st.lists(st.integers(0, 999), min_size=many, max_size=many))
    if M not in qualities:
        qualities[many // 2] = M
    at_us = np.arange(1, many + 1, dtype=np.int64) * QUARTER_US
    count, quality = np.array(counts, dtype=np.int64), np.array(qualities, dtype=np.uint8)
    read = quality == M
    mixed = fold(at_us, count, quality, [own], at_us, gap_us=QUARTER_US)
    if read.sum() > 1:
        grid = at_us[read]
        alone = fold(at_us[read], count[read], quality[read], [own], grid, gap_us=QUARTER_US)
        again = fold(at_us, count, quality, [own], grid, gap_us=QUARTER_US)
        assert again.usage.tolist() == alone.usage.tolist()
        assert mixed.breaks == alone.breaks
    else:
        assert mixed.breaks == []
    assert (mixed.usage >= 0).all()


@given(st.lists(st.integers(0, 300), min_size=2, max_size=8), st.integers(0, 300))
def test_an_estimate_behind_a_reading_stands_only_as_far_as_the_register_rises(
    counts: list[int], read: int
) -> None:
    every = np.array([read, *counts], dtype=np.int64)
    at_us = np.arange(1, len(every) + 1, dtype=np.int64) * QUARTER_US
    quality = np.array([M] + [E] * len(counts), dtype=np.uint8)
    folded = fold(at_us, every, quality, [segment(None, None)], at_us, gap_us=QUARTER_US)
    top = read
    for each in counts:
        top = max(top, each)
    known = folded.quality != Quality.MISSING
    assert folded.usage[known].sum() == 3 * (top - read)
    assert folded.breaks == []


@given(st.data())
def test_no_estimate_moves_what_is_stated_of_two_devices_where_they_were_exchanged(
    data: st.DataObject,
) -> None:
    final, first = data.draw(st.integers(0, 999)), data.draw(st.integers(0, 999))
    devices = [
        replace(segment(1000, 60), end_us=6 * QUARTER_US, start_count=0, end_count=final),
        replace(segment(1000, 60), start_us=6 * QUARTER_US, start_count=first),
    ]
    grid = np.arange(13, dtype=np.int64) * QUARTER_US
    row = st.tuples(st.integers(0, 999), st.booleans())
    rows = data.draw(st.lists(row, min_size=12, max_size=12))
    at_us = np.arange(1, 13, dtype=np.int64) * QUARTER_US
    count = np.array([each for each, _ in rows], dtype=np.int64)
    quality = np.array([E if guessed else M for _, guessed in rows], dtype=np.uint8)
    quality[5] = E  # at the very exchange
    low = data.draw(st.integers(0, 11))
    apart = np.arange(12) != 5
    mixed = fold(at_us, count, quality, devices, grid[low:], gap_us=QUARTER_US)
    alone = fold(at_us[apart], count[apart], quality[apart], devices, grid[low:], gap_us=QUARTER_US)
    for one, other in zip(told(mixed), told(alone), strict=True):
        assert one == other
    exchanged = fold(at_us, count, quality, devices, grid[[0, 6]], gap_us=QUARTER_US)
    ends = fold(at_us[:0], count[:0], quality[:0], devices, grid[[0, 6]], gap_us=QUARTER_US)
    if not (quality[:5] == M).any():
        assert told(exchanged)[:4] == told(ends)[:4]


def told(folded: Folded) -> tuple[object, ...]:
    """Return everything that a fold says."""
    arrays = (folded.usage, folded.quality, folded.value, folded.known)
    return (*(each.tolist() for each in arrays), folded.breaks)
