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
    rate = rate_of(rows.utility, 1, curve.step_s)
    step = timedelta(seconds=curve.step_s)
    day, end = curve.first, curve.start + step * len(curve.usage)
    while day_period(day, zone).start < end:
        period = day_period(day, zone)
        low, high = (period.start - curve.start) // step, (period.end - curve.start) // step
        whole = curve.whole[low:high]
        values = curve.usage[low:high][whole] * rate
        night = curve.usage[low:high][: NIGHT_HOURS * 3600 // curve.step_s]
        dark = night[whole[: len(night)]] * rate
        found.append(
            LoadDay(
                day=day,
                usage=int(curve.usage[low:high].sum()) if len(whole) and whole.all() else None,
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
    sums, counts = np.zeros((7, 24)), np.zeros((7, 24))
    rate = rate_of(rows.utility, 1, curve.step_s)
    step = timedelta(seconds=curve.step_s)
    for n in np.flatnonzero(curve.whole):
        local = (curve.start + int(n) * step).astimezone(zone)
        sums[local.weekday(), local.hour] += curve.usage[n] * rate
        counts[local.weekday(), local.hour] += 1
    means: NDArray[np.float64] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means


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
