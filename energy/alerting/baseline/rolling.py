"""In: series by hour or by day with NaN where nothing is known. Out: trailing statistics. Pure.

Everything looks back only, over a fixed length: what is said of an hour depends on a bounded
history, so that live evaluation over kept rollups says what a back-test over years says.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
HOURS = 24
Number = TypeVar("Number", np.float64, np.bool_)


def later(values: Floats, steps: int) -> Floats:
    """Return a series `steps` later along its second axis, NaN before.

    Args:
        values: Shape (meters, steps, ...).
        steps: At least 0. [steps]
    """
    moved = np.full_like(values, np.nan)
    moved[:, steps:] = values[:, : values.shape[1] - steps]
    return moved


def trailing_sum(values: Floats, length: int) -> Floats:
    """Return the sum of the last `length` steps, the present one included; NaN counts as nothing.

    Args:
        values: Shape (meters, steps, ...).
        length: Of the window. [steps]
    """
    sums = np.cumsum(np.nan_to_num(values), axis=1)
    sums[:, length:] -= sums[:, :-length].copy()
    return sums


def trailing_mean(values: Floats, length: int, *, least: int) -> Floats:
    """Return the mean of the known ones of the last `length` steps; NaN under `least` known ones.

    Args:
        values: Shape (meters, steps, ...).
        length: Of the window. [steps]
        least: Known steps below which there is no mean, at least 1. [steps]
    """
    known = trailing_sum((~np.isnan(values)).astype(np.float64), length)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known >= least, trailing_sum(values, length) / known, np.nan)


def kth_largest_before(daily: Floats, days: int, place: int, *, least: int) -> Floats:
    """Return the `place`-th largest of the days before each day; NaN while too few are known.

    Args:
        daily: Shape (meters, days).
        days: How far it looks back. [days]
        place: 1 is the largest.
        least: Known days below which there is none. [days]
    """
    before = np.concatenate(
        [np.full((len(daily), days), -np.inf), np.where(np.isnan(daily), -np.inf, daily)], axis=1
    )[:, :-1]
    windows = sliding_window_view(before, days, axis=1)
    largest = -np.partition(-windows, place - 1, axis=2)[:, :, place - 1]
    known = np.isfinite(windows).sum(axis=2)
    return np.where((known >= least) & np.isfinite(largest), largest, np.nan)


def by_hour(grid: NDArray[Number]) -> NDArray[Number]:
    """Return a grid (meters, days, 24) as hours after each other (meters, days * 24)."""
    return grid.reshape(len(grid), -1)


def by_day(hours: Floats) -> Floats:
    """Return hours (meters, days * 24) as a grid (meters, days, 24)."""
    return hours.reshape(len(hours), -1, HOURS)
