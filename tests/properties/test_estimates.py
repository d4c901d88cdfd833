"""An estimate shapes usage or fills what is missing; a measured total stays as it was."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import Quality
from energy.metering.usage import CounterSegment
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
