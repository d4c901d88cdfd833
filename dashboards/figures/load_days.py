"""In: a place's curve. Out: its days, its hours of the week, its duration. Pure.

Rates are for drawing, in the unit of RATE_NAMES; what is not wholly known is left out, for a part
of the meters would look like a lower load.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dashboards.formats import rate_of
from dashboards.queries.load_rows import LoadCurve, LoadRange
from energy.base.period import day_period

NIGHT_HOURS = 5
"""The night base is the least load before this hour. [h]"""
DURATION_POINTS = 400
WEEK_HOURS = 7 * 24
_THURSDAY = 3
"""Weekday of the epoch's first day, from Monday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadDay:
    """A local day of a curve."""

    day: date
    usage: int | None
    """None unless the whole day is known. [base unit]"""
    least: float | None
    greatest: float | None
    mean: float | None
    night: float | None
    """The least of the night."""


def days_of(rows: LoadRange, curve: LoadCurve, zone: ZoneInfo) -> list[LoadDay]:
    """Return the local days of a curve."""
    found = []
    rate, every = rate_of(rows.utility, 1, curve.step_s), curve.whole
    step = timedelta(seconds=curve.step_s)
    day, end = curve.first, curve.start + step * len(curve.usage)
    while (period := day_period(day, zone)).start < end:
        low, high = (period.start - curve.start) // step, (period.end - curve.start) // step
        usage, whole = curve.usage[low:high], every[low:high]
        values = usage[whole] * rate
        night = NIGHT_HOURS * 3600 // curve.step_s
        dark = usage[:night][whole[:night]] * rate
        found.append(
            LoadDay(
                day=day,
                usage=int(usage.sum()) if len(whole) and whole.all() else None,
                least=float(values.min()) if len(values) else None,
                greatest=float(values.max()) if len(values) else None,
                mean=float(values.mean()) if len(values) else None,
                night=float(dark.min()) if len(dark) else None,
            )
        )
        day += timedelta(days=1)
    return found


def peak_of(curve: LoadCurve) -> tuple[int, datetime] | None:
    """Return the greatest whole interval and its start; None where none is whole. [base unit]."""
    whole = np.flatnonzero(curve.whole)
    if not len(whole):
        return None
    best = int(whole[curve.usage[whole].argmax()])
    return int(curve.usage[best]), curve.start + timedelta(seconds=curve.step_s) * best


def week_hours(rows: LoadRange, zone: ZoneInfo) -> NDArray[np.float64]:
    """Return the mean rate of each local hour of the week, NaN where unknown. [7 days x 24 h]."""
    curve = rows.curve
    whole = np.flatnonzero(curve.whole)
    rate = rate_of(rows.utility, 1, curve.step_s)
    hour = _hours_of_week(curve, zone)[whole]
    counts = np.bincount(hour, minlength=WEEK_HOURS)
    sums = np.bincount(hour, weights=curve.usage[whole] * rate, minlength=WEEK_HOURS)
    means: NDArray[np.float64] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means.reshape(7, 24)


def _hours_of_week(curve: LoadCurve, zone: ZoneInfo) -> NDArray[np.int64]:
    """Return in which local hour of the week each interval begins; Monday's first is 0."""
    step, many = timedelta(seconds=curve.step_s), len(curve.usage)
    starts_s = int(curve.start.timestamp()) + np.arange(many, dtype=np.int64) * curve.step_s
    offset_s, a_day = np.zeros(many, dtype=np.int64), max(timedelta(days=1) // step, 1)
    for low in range(0, many, a_day):
        high = min(low + a_day, many)
        first, last = (_offset_s(curve.start + n * step, zone) for n in (low, high - 1))
        changes = first != last  # clocks change within this day: each interval is asked
        offset_s[low:high] = (
            [_offset_s(curve.start + n * step, zone) for n in range(low, high)]
            if changes
            else first
        )
    hours = (starts_s + offset_s) // 3600 + _THURSDAY * 24
    found: NDArray[np.int64] = hours % WEEK_HOURS
    return found


def _offset_s(at: datetime, zone: ZoneInfo) -> int:
    """Return how far local time is ahead. [s]."""
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a zone has an offset"
    return int(offset.total_seconds())


def duration(rows: LoadRange, curve: LoadCurve) -> tuple[list[float], list[float]]:
    """Return shares of the known time and the load reached or passed in them; the peak is exact.

    Returns:
        Shares [%] and rates, at most DURATION_POINTS of each.
    """
    values = np.sort(curve.usage[curve.whole])[::-1] * rate_of(rows.utility, 1, curve.step_s)
    if not len(values):
        return [], []
    chosen = np.unique(np.linspace(0, len(values) - 1, DURATION_POINTS).round().astype(int))
    shares = chosen * 100 / max(len(values) - 1, 1)
    return [float(s) for s in shares], [float(v) for v in values[chosen]]
