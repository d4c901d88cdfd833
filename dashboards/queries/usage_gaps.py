"""In: usage interval by interval, when a meter served. Out: where readings are missing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from dashboards.queries.life_rows import GapRow
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.completeness import Completeness
from energy.metering.usage import UsageSpan

TOLD = (Quality.MEASURED, Quality.CORRECTED, Quality.MANUAL)


def expected_of(
    usage: UsageSpan, served: Sequence[tuple[int, int]] | None, until: datetime
) -> NDArray[np.bool_]:
    """Return which intervals lie wholly in what served, and are over, shape (n,).

    Args:
        usage: The intervals.
        served: Start and end of each meter's service [us]; None where that is no question.
        until: What ends later is not due yet, aware UTC.
    """
    step_us = usage.step_s * 1_000_000
    start = to_us(usage.start) + step_us * np.arange(len(usage.usage), dtype=np.int64)
    within = np.full(len(start), served is None, dtype=np.bool_)
    for first, last in _touching(served or ()):
        within |= (start >= first) & (start + step_us <= last)
    return within & (start + step_us <= to_us(until))


def gaps_of(usage: UsageSpan, expected: NDArray[np.bool_]) -> tuple[GapRow, ...]:
    """Return the runs of intervals that no reading tells of, by start.

    A shape that is always estimated, because the device delivers longer intervals, is no gap.
    """
    told = list(TOLD) + ([Quality.INTERPOLATED] if usage.shape_s else [])
    open_ = expected & ~np.isin(usage.quality, [int(each) for each in told])
    kind = np.where(open_, usage.quality.astype(np.int64), -1)
    begins = np.flatnonzero(np.append([True], kind[1:] != kind[:-1])[: len(kind)])
    ends = np.append(begins[1:], [len(kind)])[: len(begins)]
    step = timedelta(seconds=usage.step_s)
    return tuple(
        GapRow(
            start=usage.start + int(begin) * step,
            end=usage.start + int(end) * step,
            intervals=int(end - begin),
            quality=Quality(int(kind[begin])),
        )
        for begin, end in zip(begins, ends, strict=True)
        if kind[begin] >= 0
    )


def completeness_of(usage: UsageSpan, expected: NDArray[np.bool_]) -> Completeness:
    """Return how the expected intervals came to be."""
    quality = usage.quality[expected]

    def many(*kinds: Quality) -> int:
        return int(np.isin(quality, [int(kind) for kind in kinds]).sum())

    return Completeness(
        expected=int(expected.sum()),
        measured=many(*TOLD),
        shaped=many(Quality.INTERPOLATED),
        estimated=many(Quality.ESTIMATED),
    )


def _touching(served: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the service with what touches joined: a replacement leaves no hole."""
    joined: list[tuple[int, int]] = []
    for first, last in served:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
