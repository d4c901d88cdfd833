"""In: usage spans of channels and when each counts. Out: the curve of a place. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from dashboards.queries.load_rows import LoadCurve
from dashboards.queries.rows import SHAPED
from energy.base.period import Period
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan
from energy.views.node_usage import NodeSpan

HOUR_S = 3600


def curve_of(
    usage: Mapping[int, UsageSpan],
    spans: Sequence[NodeSpan],
    first: date,
    period: Period,
    step_s: int = 0,
) -> LoadCurve:
    """Return the sum of channels, each while it counts, on the coarsest of their grids.

    Args:
        usage: Of every channel of the spans, over the period.
        spans: Which channels count when.
        first: Local day on whose midnight the period begins.
        period: The time of the curve.
        step_s: Width of the grid where it is coarser than the channels' own. [s]
    """
    step_s = max([span.step_s for span in usage.values()] + [step_s or 900])
    width = (period.end - period.start) // timedelta(seconds=step_s)
    total, known, meters = (np.zeros(width, dtype=np.int64) for _ in range(3))
    shaped = np.zeros(width, dtype=np.bool_)
    for held in spans:
        low = number_of(max(held.start, period.start), period.start, step_s)
        high = number_of(min(held.end, period.end), period.start, step_s)
        for number in held.channels:
            own = usage[number]
            fold = step_s // own.step_s
            quality = own.quality[: width * fold].reshape(width, fold)[low:high]
            here = (quality < Quality.SUSPECT).all(axis=1)
            parts = own.usage[: width * fold].reshape(width, fold)[low:high].sum(axis=1)
            total[low:high] += np.where(here, parts, 0)
            known[low:high] += here
            meters[low:high] += 1
            shaped[low:high] |= here & np.isin(quality, SHAPED).any(axis=1)
    return LoadCurve(
        first=first,
        start=period.start,
        step_s=step_s,
        usage=total,
        known=known,
        meters=meters,
        shaped=shaped,
    )


def mean_of(curves: Sequence[LoadCurve]) -> LoadCurve | None:
    """Return the mean of curves of the same width, interval by interval, of those whole."""
    width = min((len(curve.usage) for curve in curves), default=0)
    counts = sum((curve.whole[:width].astype(np.int64) for curve in curves), np.zeros(width, int))
    if not counts.any():
        return None
    sums = sum(
        (np.where(curve.whole[:width], curve.usage[:width], 0) for curve in curves),
        np.zeros(width, dtype=np.int64),
    )
    newest = curves[0]
    return LoadCurve(
        first=newest.first,
        start=newest.start,
        step_s=newest.step_s,
        usage=sums // np.maximum(counts, 1),
        known=(counts > 0).astype(np.int64),
        meters=np.ones(width, dtype=np.int64),
        shaped=np.zeros(width, dtype=np.bool_),
    )


def number_of(at: datetime, start: datetime, step_s: int = HOUR_S) -> int:
    """Return the interval in which an instant is, counted from a start."""
    return max((at - start) // timedelta(seconds=step_s), 0)
