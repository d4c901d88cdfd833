"""In: rows of hourly usage with their local days and clock hours. Out: the grid watched. Pure.

A clock hour that comes twice in autumn is the mean of both; one that spring skips is missing, like
any hour without a row. Missing is NaN here, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.alerting.baseline.rolling import HOURS, Floats

Ints = NDArray[np.int64]


def on_clock(
    meter: Ints, hour: Ints, usage: Ints | Floats, *, meters: int, first_day: int, days: int
) -> Floats:
    """Return usage by clock hour, NaN where there is none; shape (meters, days, 24).

    Args:
        meter: Row of the grid of each hour of usage.
        hour: Clock hour, as `clock_hours` says it. [h since year 1, local]
        usage: Known usage only: rows of quality missing or suspect are left out; or what a gauge
            showed on average. [base unit]
        meters: Number of rows.
        first_day: Ordinal of the grid's first local day.
        days: Number of local days; hours outside are left out.
    """
    place = hour - first_day * HOURS
    inside = (place >= 0) & (place < days * HOURS)
    flat = meter[inside] * (days * HOURS) + place[inside]
    size = meters * days * HOURS
    counts = np.bincount(flat, minlength=size)
    sums = np.bincount(flat, weights=usage[inside].astype(np.float64), minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        grid = np.where(counts > 0, sums / counts, np.nan)
    return grid.reshape(meters, days, HOURS)


def clock_hours(starts: Sequence[datetime], zone: ZoneInfo) -> Ints:
    """Return the clock hours in which hours of usage begin, as hours since the year 1, local.

    Args:
        starts: Beginnings of hours, aware.
        zone: The site's zone.
    """
    local = (start.astimezone(zone) for start in starts)
    return np.array([at.toordinal() * HOURS + at.hour for at in local], dtype=np.int64)


def end_of(hour: int, zone: ZoneInfo) -> datetime:
    """Return the instant at which a clock hour has passed, the second where it comes twice.

    Args:
        hour: As `clock_hours` says it. [h since year 1, local]
        zone: The site's zone.
    """
    day, clock = divmod(hour + 1, HOURS)
    return datetime.fromordinal(day).replace(hour=clock, tzinfo=zone).astimezone(UTC)
