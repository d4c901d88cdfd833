"""Sums over meters tell a whole from a part, and a missing value is no zero."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from dashboards.queries.day_usage import summed, total_of
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan

START = datetime(2026, 7, 1, tzinfo=UTC)


def span(usage: list[int], quality: list[Quality], step_s: int = 900) -> UsageSpan:
    return UsageSpan(
        channel=1,
        start=START,
        step_s=step_s,
        usage=np.array(usage, dtype=np.int64),
        quality=np.array(quality, dtype=np.uint8),
    )


M, X, E, INTER, S = (
    Quality.MEASURED,
    Quality.MISSING,
    Quality.ESTIMATED,
    Quality.INTERPOLATED,
    Quality.SUSPECT,
)


def test_what_is_missing_or_suspect_is_unknown() -> None:
    total = summed([span([5, 0, 7, 9], [M, X, S, M]), span([1, 0, 2, 3], [M, X, M, E])])
    assert total.values() == (6, None, 2, 12)
    assert total.known.tolist() == [2, 0, 1, 2]
    assert total.qualities() == (M, X, M, E)
    assert total.total(2) is None


def test_an_estimate_is_worse_than_an_interpolated_value() -> None:
    total = summed([span([1], [INTER]), span([1], [E])])
    assert total.qualities() == (E,)


def test_finer_intervals_are_added_up_to_the_coarsest_grid() -> None:
    fine = span([1, 2, 3, 4], [M, M, M, X], step_s=450)
    total = summed([fine, span([10, 20], [M, M])])
    assert total.step_s == 900
    assert total.values() == (13, 20)
    assert total.known.tolist() == [2, 1]


def test_a_total_needs_every_interval() -> None:
    assert total_of(span([1, 2], [M, M])) == 3
    assert total_of(span([1, 0], [M, X])) is None
    assert total_of(span([], [])) is None
