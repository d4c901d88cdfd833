"""In: usage by clock hour. Out: alarms of the simpler methods of the yardstick's table. Pure.

Written anew from their descriptions (reliability yardstick 3.4), to be judged on the same planted
anomalies by the same rule; the table's own figures were taken on other places of planting. Their
residuals are those of the median of the hour of the week; the table's four detectors used a
regression on time of week and temperature.
"""

from __future__ import annotations

import numpy as np

from bench.baselines.counting import Raised
from energy.alerting.baseline.expected import WEEKS, WINDOW_DAYS
from energy.alerting.baseline.rolling import (
    HOURS,
    Flags,
    Floats,
    by_hour,
    kth_largest_before,
    later,
)

BLOCK_H = 6
QUIET_H = 6
"""Hours that fire no further apart are one alarm. [h]"""
LEAST_DAYS = 21
SIGMA = 1.4826
"""Standard deviations in a median absolute deviation of a normal distribution."""
NIGHT_ENDS = 6


def fixed_limit(usage: Floats, first_day: int) -> list[Raised]:
    """Return the hours above the largest of all hours before the days judged."""
    hours = by_hour(usage)
    largest = np.nanmax(hours[:, : first_day * HOURS], axis=1, keepdims=True)
    return _alarms([(hours > largest, 1)], first_day)


def rolling_median(usage: Floats, first_day: int, times: float) -> list[Raised]:
    """Return the hours so many MAD off the median of the hour of the week of eight weeks."""
    residual, spread = _residuals(usage)
    with np.errstate(invalid="ignore"):
        return _alarms([(by_hour(np.abs(residual) > times * spread), 1)], first_day)


def four_detectors(usage: Floats, first_day: int, blocks: float, nights: float) -> list[Raised]:
    """Return what blocks of six hours, two nights, identical runs and new maxima show.

    Args:
        usage: Shape (meters, days, 24).
        first_day: First of the days judged.
        blocks: MAD a block must be off.
        nights: MAD each of two nights must be off.
    """
    residual, _ = _residuals(usage)
    shape = (len(usage), -1, HOURS // BLOCK_H, BLOCK_H)
    block = residual.reshape(shape).mean(axis=3)
    with np.errstate(invalid="ignore"):
        off = np.abs(block) > blocks * _mad_before(block)
        night = residual[:, :, :NIGHT_ENDS].mean(axis=2, keepdims=True)
        long = np.abs(night) > nights * _mad_before(night)
    ends = np.zeros(usage.shape, dtype=bool)
    ends[:, :, BLOCK_H - 1 :: BLOCK_H] = off
    mornings = np.zeros(usage.shape, dtype=bool)
    mornings[:, 1:, NIGHT_ENDS - 1] = (long[:, 1:] & long[:, :-1])[:, :, 0]
    run, longest = _runs(usage)
    largest = kth_largest_before(np.max(usage, axis=2), WINDOW_DAYS, 1, least=LEAST_DAYS)
    with np.errstate(invalid="ignore"):
        spikes = usage > 1.5 * largest[:, :, None]
    return _alarms(
        [
            (by_hour(spikes), 1),
            (by_hour(ends), BLOCK_H),
            (run > longest, BLOCK_H),
            (by_hour(mornings), HOURS + NIGHT_ENDS),
        ],
        first_day,
    )


def _residuals(usage: Floats) -> tuple[Floats, Floats]:
    """Return residual and median absolute deviation of the same hour of eight weeks."""
    weeks = np.stack([later(usage, 7 * week) for week in range(1, WEEKS + 1)], axis=-1)
    middle = np.median(weeks, axis=-1)
    spread = np.median(np.abs(weeks - middle[..., None]), axis=-1)
    return usage - middle, SIGMA * np.maximum(spread, 0.05)


def _mad_before(block: Floats) -> Floats:
    """Return the median absolute deviation of eight weeks of blocks of the same place."""
    spread = np.full_like(block, np.nan)
    for day in range(WINDOW_DAYS, block.shape[1]):
        window = block[:, day - WINDOW_DAYS : day]
        known = ~np.isnan(window)
        middle = _nan_median(window, known)
        spread[:, day] = SIGMA * _nan_median(np.abs(window - middle[:, None]), known)
    return spread


def _nan_median(window: Floats, known: Flags) -> Floats:
    ordered = np.sort(window, axis=1)
    place = np.maximum(known.sum(axis=1) // 2, 0)[:, None]
    return np.take_along_axis(ordered, np.minimum(place, window.shape[1] - 1), axis=1)[:, 0]


def _runs(usage: Floats) -> tuple[Floats, Floats]:
    """Return the length of the identical run at each hour, and the longest ever before its day."""
    hours = by_hour(usage)
    same = hours == later(hours, 1)
    count = np.cumsum(same, axis=1)
    run = count - np.maximum.accumulate(np.where(same, 0, count), axis=1)
    daily = run.reshape(usage.shape).max(axis=2)
    ever = np.maximum.accumulate(daily, axis=1)
    # A run that began the day before is not its own record.
    longest = np.repeat(later(ever.astype(np.float64), 2), HOURS, axis=1)
    return run.astype(np.float64), np.where(np.isnan(longest), np.inf, np.maximum(longest, 3.0))


def _alarms(fired: list[tuple[Flags, int]], first_day: int) -> list[Raised]:
    """Return the first hour of each row of hours that fire no further apart than QUIET_H."""
    alarms = []
    for meter in range(len(fired[0][0])):
        last = -HOURS * WINDOW_DAYS
        hours = sorted(
            (int(hour), length)
            for fires, length in fired
            for hour in np.flatnonzero(fires[meter])
            if hour >= first_day * HOURS
        )
        for hour, length in hours:
            if hour - last > QUIET_H:
                alarms.append(Raised(meter=meter, begin=hour - length + 1, hour=hour))
            last = hour
    return alarms
