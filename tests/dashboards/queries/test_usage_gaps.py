"""Gaps are the runs of due intervals that no reading tells of; with the rest they add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboards.queries.usage_gaps import TOLD, completeness_of, expected_of, gaps_of
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan

START = datetime(2026, 3, 29, tzinfo=UTC)
STEP = timedelta(minutes=15)
KINDS = st.lists(st.sampled_from(list(Quality)), max_size=60)


def span(kinds: list[Quality], *, shape_s: int = 0) -> UsageSpan:
    return UsageSpan(
        channel=1,
        start=START,
        step_s=900,
        usage=np.ones(len(kinds), dtype=np.int64),
        quality=np.array([int(kind) for kind in kinds], dtype=np.uint8),
        shape_s=shape_s,
    )


@given(KINDS)
def test_gaps_and_what_is_told_are_all_that_is_due(kinds: list[Quality]) -> None:
    usage = span(kinds)
    expected = expected_of(usage, None, START + timedelta(days=9))
    gaps = gaps_of(usage, expected)
    assert sum(gap.intervals for gap in gaps) + sum(k in TOLD for k in kinds) == len(kinds)
    for gap in gaps:
        first = (gap.start - START) // STEP
        assert set(kinds[first : first + gap.intervals]) == {gap.quality}
        assert gap.end - gap.start == gap.intervals * STEP
    for one, other in pairwise(gaps):
        assert one.end < other.start or one.quality is not other.quality
    assert completeness_of(usage, expected).expected == len(kinds)


def test_nothing_is_due_before_a_meter_served_nor_before_it_is_over() -> None:
    usage = span([Quality.MISSING] * 12)
    served = [
        (to_us(START + 2 * STEP), to_us(START + 5 * STEP)),
        (to_us(START + 5 * STEP), to_us(START + 100 * STEP)),
    ]
    expected = expected_of(usage, served, START + 8.5 * STEP)
    assert np.flatnonzero(expected).tolist() == [2, 3, 4, 5, 6, 7]
    (gap,) = gaps_of(usage, expected)
    assert (gap.start, gap.end, gap.quality) == (
        START + 2 * STEP,
        START + 8 * STEP,
        Quality.MISSING,
    )


def test_a_device_that_delivers_hours_has_no_gap_for_its_estimated_shape() -> None:
    kinds = [Quality.INTERPOLATED] * 4
    for shape_s, many in ((3600, 0), (0, 1)):
        usage = span(kinds, shape_s=shape_s)
        assert len(gaps_of(usage, expected_of(usage, None, START + 9 * STEP))) == many
