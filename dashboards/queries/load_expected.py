"""In: the weeks before, or a plan's months. Out: the curve that days are expected to have. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dashboards.queries.load_rows import LoadCurve
from energy.base.period import Period, day_starts, local_day, month_period, span_of_days
from energy.metering.savings import DAY_H, WEEK_H, Hours, week_model

BASELINE_WEEKS = 4
"""Weeks behind a baseline."""
HOUR_S = 3600
SECOND = timedelta(seconds=1)


def baseline_of(
    before: LoadCurve, first: date, period: Period, step_s: int, zone: ZoneInfo
) -> LoadCurve | None:
    """Return what the same hours of the same weekdays used before, their mean; None of none.

    The same means as those of the savings (energy/metering/savings.py), an hour in equal parts.

    Args:
        before: The weeks before; an hour of them that is not wholly known does not count.
        first: Local day on whose midnight the period begins.
        period: The days that something is expected of.
        step_s: Width of their grid, a part of an hour. [s]
        zone: The site's: hours and weekdays are those of its clock.
    """
    if HOUR_S % step_s or HOUR_S % before.step_s:
        return None  # meters of days have no hours
    last = local_day(before.start + before.step_s * len(before.usage) * SECOND - SECOND, zone)
    model = week_model(hours_of(before, last, zone))
    if not model.counts.any():
        return None
    parts = HOUR_S // step_s
    sums = [
        [int(mean * n / parts) for n in range(parts + 1)]
        for mean in (model.mean(cell) or Fraction(0) for cell in range(WEEK_H))
    ]
    upto = np.array(sums, dtype=np.int64)
    each = upto[:, 1:] - upto[:, :-1]
    width = (period.end - period.start) // timedelta(seconds=step_s)
    cells = np.repeat(cells_of(period.start, -(-width // parts), zone), parts)[:width]
    usage = each[cells, np.arange(width) % parts]
    return _expected(first, period, step_s, usage, model.counts[cells] > 0)


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


def _expected(
    first: date,
    period: Period,
    step_s: int,
    usage: NDArray[np.int64],
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


def hours_of(curve: LoadCurve, last: date, zone: ZoneInfo) -> Hours:
    """Return a curve hour by hour; an hour is known where each of its intervals is.

    Args:
        curve: From its first day's midnight on, on a grid that divides the hour.
        last: Its last local day.
        zone: The site's zone.
    """
    assert HOUR_S % curve.step_s == 0, "hours are whole numbers of intervals"
    begins = np.arange(0, len(curve.usage), HOUR_S // curve.step_s)
    starts = np.array(day_starts(span_of_days(curve.first, last, zone), HOUR_S, zone))
    day = np.searchsorted(starts, np.arange(len(begins)), side="right") - 1
    return Hours(
        usage=np.add.reduceat(curve.usage, begins),
        known=np.logical_and.reduceat(curve.whole, begins),
        cell=cells_of(curve.start, len(begins), zone),
        day=day.astype(np.int64),
    )


def cells_of(start: datetime, hours: int, zone: ZoneInfo) -> NDArray[np.int64]:
    """Return of each hour from a start on which hour of the local week it is, 0 to 167."""
    local = [(start + timedelta(hours=n)).astimezone(zone) for n in range(hours)]
    return np.array([DAY_H * at.weekday() + at.hour for at in local], dtype=np.int64)
