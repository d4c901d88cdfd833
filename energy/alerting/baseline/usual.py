"""In: deviations or ties by clock hour. Out: how large they usually are at such an hour. Pure.

Learnt apart for busy and for idle days and for each hour of the day with its neighbours, so that a
quiet night is watched closely and a lively noon loosely.
"""

from __future__ import annotations

import numpy as np

from energy.alerting.baseline.expected import WINDOW_DAYS
from energy.alerting.baseline.rolling import Flags, Floats, later, trailing_sum

LARGE = 0.8
"""A deviation counts for no more when the usual ones are learnt. [ln]"""
LEAST_DEVIATION = 0.05
"""No meter is watched closer than this. [ln]"""
LEAST_HOURS = 12
"""Known hours below which nothing is usual: four days of three hours. [h]"""


def usual_deviation(score: Floats, idle: Flags) -> Floats:
    """Return the usual size of a score at each hour, by the eight weeks before.

    The square of the mean root: one wild day weighs little.

    Args:
        score: Shape (meters, days, 24). [ln]
        idle: Shape (meters, days).
    """
    sums, known = _of_such_hours(np.sqrt(np.minimum(np.abs(score), LARGE)), idle)
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = np.where(known >= LEAST_HOURS, (sums / known) ** 2, np.nan)
    return np.maximum(usual, LEAST_DEVIATION)


def usual_share(flags: Floats, idle: Flags) -> Floats:
    """Return how often something usually is so at each hour: 1, 0 or NaN. Never 0 nor 1 itself.

    Args:
        flags: Shape (meters, days, 24).
        idle: Shape (meters, days).
    """
    sums, known = _of_such_hours(flags, idle)
    return (sums + 1.0) / (known + 2.0)


def _of_such_hours(values: Floats, idle: Flags) -> tuple[Floats, Floats]:
    """Return sum and number of known values of the same kind of day and hour, neighbours too."""
    sums = np.zeros_like(values)
    known = np.zeros_like(values)
    for mine in (~idle, idle):
        chosen = np.where(mine[:, :, None], values, np.nan)
        count = _beside(trailing_sum((~np.isnan(chosen)).astype(np.float64), WINDOW_DAYS))
        total = _beside(trailing_sum(chosen, WINDOW_DAYS))
        here = mine[:, :, None]
        sums += np.where(here, np.nan_to_num(later(total, 1)), 0.0)
        known += np.where(here, np.nan_to_num(later(count, 1)), 0.0)
    return sums, known


def _beside(grid: Floats) -> Floats:
    return np.asarray(np.roll(grid, 1, axis=2) + grid + np.roll(grid, -1, axis=2))
