"""In: the weeks before, or a plan's months. Out: the curve that days are expected to have. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dashboards.queries.load_rows import LoadCurve
from energy.base.period import Period, month_period

BASELINE_WEEKS = 4
"""Weeks behind a baseline."""
DAY_S = 86_400


def baseline_of(
    before: LoadCurve, first: date, period: Period, step_s: int, zone: ZoneInfo
) -> LoadCurve | None:
    """Return what the same hours of the same weekdays used before, their mean; None of none.

    Args:
        before: The weeks before; what is not wholly known of them does not count.
        first: Local day on whose midnight the period begins.
        period: The days that something is expected of.
        step_s: Width of their grid. [s]
        zone: The site's: hours and weekdays are those of its clock.
    """
    wide_s = max(before.step_s, step_s)
    slots = 7 * DAY_S // wide_s
    keys = _slots(before.start, len(before.usage), before.step_s, wide_s, zone)
    whole = before.whole
    counts = np.bincount(keys[whole], minlength=slots)
    sums = np.bincount(keys[whole], weights=before.usage[whole], minlength=slots)
    if not counts.any():
        return None
    width = (period.end - period.start) // timedelta(seconds=step_s)
    mine = _slots(period.start, width, step_s, wide_s, zone)
    means = sums / np.maximum(counts, 1) * (step_s / before.step_s)
    return _expected(first, period, step_s, np.rint(means)[mine], counts[mine] > 0)


def plan_of(
    months: Mapping[date, Fraction], first: date, period: Period, step_s: int, zone: ZoneInfo
) -> LoadCurve | None:
    """Return a plan as a curve: each month's quantity in equal parts; None where none is planned.

    The parts of a month add up to it.

    Args:
        months: First day of a month -> what is planned for it. [base unit]
        first: Local day on whose midnight the period begins.
        period: The days shown.
        step_s: Width of the grid. [s]
        zone: The site's: months are those of its calendar.
    """
    step = timedelta(seconds=step_s)
    width = (period.end - period.start) // step
    usage, known = np.zeros(width, dtype=np.int64), np.zeros(width, dtype=np.bool_)
    for month, quantity in months.items():
        whole = month_period(month.year, month.month, zone)
        parts = (whole.end - whole.start) // step
        low = max((period.start - whole.start) // step, 0)
        high = min((period.end - whole.start) // step, parts)
        if low >= high:
            continue
        sums = np.array([int(quantity * n / parts) for n in range(low, high + 1)], dtype=np.int64)
        at = (whole.start - period.start) // step + low
        usage[at : at + high - low] = np.diff(sums)
        known[at : at + high - low] = True
    return _expected(first, period, step_s, usage, known) if known.any() else None


def _slots(
    start: datetime, width: int, step_s: int, wide_s: int, zone: ZoneInfo
) -> NDArray[np.int64]:
    """Return of each interval which part of the local week it is in."""
    begun = start.astimezone(UTC)
    told = [
        (begun + timedelta(seconds=step_s * number)).astimezone(zone) for number in range(width)
    ]
    return np.array(
        [
            (at.weekday() * DAY_S + at.hour * 3600 + at.minute * 60 + at.second) // wide_s
            for at in told
        ],
        dtype=np.int64,
    )


def _expected(
    first: date,
    period: Period,
    step_s: int,
    usage: NDArray[np.float64] | NDArray[np.int64],
    known: NDArray[np.bool_],
) -> LoadCurve:
    width = len(known)
    return LoadCurve(
        first=first,
        start=period.start,
        step_s=step_s,
        usage=np.where(known, usage, 0).astype(np.int64),
        known=known.astype(np.int64),
        meters=np.ones(width, dtype=np.int64),
        shaped=np.zeros(width, dtype=np.bool_),
    )
