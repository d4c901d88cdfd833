"""In: usage by clock hour, weekdays, temperature. Out: what it should be, deviations. Pure.

The expected usage of an hour is the median of the same hour of the same weekday in the eight weeks
before, corrected by what the days of the same kind before were off it at that hour and, where the
temperature is known, by what a degree was worth. Weekdays are busy or idle by what the meter used
on them, not by their names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from energy.alerting.baseline.rolling import HOURS, Flags, Floats, later, trailing_sum

WEEKS = 8
WINDOW_DAYS = 7 * WEEKS
LEAST_WEEKS = 3
"""Of the same weekday, before anything is expected."""
RECENT_DAYS = 7
"""Over which the correction by days of the same kind runs. [days]"""
RECENT_SHARE = 0.8
RECENT_WEIGHT = 2.0
"""Days without correction beside the recent ones: few days correct little. [days]"""
CLIP = 0.3
"""One day cannot correct by more. [ln]"""
FLOOR = 0.02
"""Of the day's mean expected usage, added to both sides of a ratio: near nothing is nothing."""
IDLE_SPREAD = 0.1
"""Weekdays closer together than this are all busy. [share of the largest]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviations:
    """How far each hour lies off what was expected; shape (meters, days, 24)."""

    expected: Floats
    """[as the usage]"""
    off: Floats
    """Logarithm of usage over expected, each with the floor; NaN where one is not known. [ln]"""
    idle: Flags
    """Whether the day's weekday is an idle one, shape (meters, days)."""


def deviations(grid: Floats, temperature: Floats | None = None) -> Deviations:
    """Return what was expected of each hour by the hours before it, and how far off it was.

    Args:
        grid: Usage, NaN where missing, shape (meters, days, 24). [any unit]
        temperature: Outdoors, shape (days, 24), NaN where unknown. [degC]
    """
    by_week = _lagged(grid)
    weekly = _median(by_week)
    idle = _idle(by_week)
    with np.errstate(invalid="ignore"):
        floor = FLOOR * _mean_of_day(weekly)[:, :, None]
        base = np.where(weekly + floor > 0, weekly + floor, np.nan)
        off = np.log(np.where(grid + floor > 0, grid + floor, np.nan) / base)
    correction = RECENT_SHARE * _recent(np.clip(off, -CLIP, CLIP), idle)
    if temperature is not None:
        correction = correction + _by_degree(off - correction, temperature)
    return Deviations(
        expected=np.maximum(base * np.exp(correction) - floor, 0.0),
        off=off - correction,
        idle=idle,
    )


def _lagged(grid: Floats) -> Floats:
    return np.stack([later(grid, 7 * week) for week in range(1, WEEKS + 1)], axis=-1)


def _median(by_week: Floats) -> Floats:
    """Return the median of the known weeks; sorting puts NaN last."""
    ordered = np.sort(by_week, axis=-1)
    known = (~np.isnan(by_week)).sum(axis=-1)
    low = np.maximum(known - 1, 0) // 2
    high = np.minimum(known // 2, WEEKS - 1)
    middle = (
        np.take_along_axis(ordered, low[..., None], axis=-1)
        + np.take_along_axis(ordered, high[..., None], axis=-1)
    )[..., 0] / 2
    return np.where(known >= LEAST_WEEKS, middle, np.nan)


def _mean_of_day(weekly: Floats) -> Floats:
    known = (~np.isnan(weekly)).sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known > 0, np.nansum(weekly, axis=2) / known, np.nan)


def _idle(by_week: Floats) -> Flags:
    """Return whether each day's weekday used less than half way from the least to the largest."""
    own = _median(by_week).sum(axis=2)
    week = np.stack([later(own, day) for day in range(7)], axis=-1)
    known = ~np.isnan(week).any(axis=-1)
    least, largest = week.min(axis=-1), week.max(axis=-1)
    with np.errstate(invalid="ignore"):
        apart = largest - least > IDLE_SPREAD * largest
        return np.asarray(known & apart & (own < (least + largest) / 2), dtype=np.bool_)


def _recent(off: Floats, idle: Flags) -> Floats:
    """Return the mean deviation at each hour of the recent days of the same kind, shrunk."""
    kinds = []
    for mine in (~idle, idle):
        values = np.where(mine[:, :, None], off, np.nan)
        known = trailing_sum((~np.isnan(values)).astype(np.float64), RECENT_DAYS)
        kinds.append(later(trailing_sum(values, RECENT_DAYS) / (known + RECENT_WEIGHT), 1))
    return np.nan_to_num(np.where(idle[:, :, None], kinds[1], kinds[0]))


def _by_degree(off: Floats, temperature: Floats) -> Floats:
    """Return what the deviation of the temperature from that of the weeks before was worth."""
    degrees = temperature[None, :, :] - _median(_lagged(temperature[None, :, :]))
    pairs = np.where(np.isnan(off), np.nan, degrees * np.clip(off, -CLIP, CLIP)).sum(axis=2)
    squares = np.broadcast_to((degrees**2).sum(axis=2), pairs.shape)
    slope = trailing_sum(pairs, WINDOW_DAYS) / (trailing_sum(squares, WINDOW_DAYS) + 10.0 * HOURS)
    return np.nan_to_num(later(slope, 1)[:, :, None] * degrees)
