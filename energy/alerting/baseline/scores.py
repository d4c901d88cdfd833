"""In: deviations from the baseline. Out: how unusual the last hours are, by detector. Pure.

A score is how many usual deviations the mean of the last hours lies off the mean of the day before
them: what stays off all day is level, what changes within hours is news.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.alerting.baseline.expected import WINDOW_DAYS, Deviations
from energy.alerting.baseline.rolling import (
    HOURS,
    Floats,
    by_day,
    by_hour,
    later,
    trailing_mean,
    trailing_sum,
)
from energy.alerting.baseline.usual import LEAST_DEVIATION, usual_deviation, usual_share

LEVEL_H = 24
LEVEL_CLIP = 0.3
"""An hour of the level before counts for no more. [ln]"""
NIGHT_H = 8
LEVEL_NIGHTS = 7
LEAST_NIGHTS = 14
"""Nights known before nights are judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How unusual each hour is; shape (meters, days * 24)."""

    score: Floats
    """Above zero is more than expected. [usual deviations; ln of the odds of a run]"""
    off: Floats
    """Least of the ratios to the expected usage and to that with the level before. [ln]"""
    hours: NDArray[np.int64]
    """How many hours the score speaks of. [h]"""


def of_block(dev: Deviations, hours: int) -> Scores:
    """Return how unusual the last hours are together.

    Args:
        dev: Deviations.
        hours: Of the block. [h]
    """
    off = by_hour(dev.off)
    mean = trailing_mean(off, hours, least=max(hours - 1, 1))
    mean = np.where(np.isnan(off), np.nan, mean)
    level = trailing_mean(np.clip(off, -LEVEL_CLIP, LEVEL_CLIP), LEVEL_H, least=LEVEL_H // 2)
    changed = mean - np.nan_to_num(later(level, hours))
    score = by_hour(by_day(changed) / usual_deviation(by_day(changed), dev.idle))
    nearer = np.where(mean > 0, np.maximum(np.minimum(mean, changed), 0.0), 0.0)
    nearer += np.where(mean < 0, np.minimum(np.maximum(mean, changed), 0.0), 0.0)
    return Scores(score=score, off=nearer, hours=np.full(score.shape, hours))


def of_runs(grid: Floats, dev: Deviations) -> Scores:
    """Return how unlikely it is that the usage stood still for so long.

    An hour that repeats the one before is likely at night on a small meter, and unlikely by day.
    """
    usage = by_hour(grid)
    before = later(usage, 1)
    unknown = np.isnan(usage) | np.isnan(before)
    same = np.where(unknown, np.nan, (usage == before).astype(np.float64))
    share = by_hour(usual_share(by_day(same), dev.idle))
    repeats = same == 1.0
    odds = np.cumsum(np.where(repeats, -np.log(share), 0.0), axis=1)
    count = np.cumsum(repeats, axis=1)
    score = odds - np.maximum.accumulate(np.where(repeats, 0.0, odds), axis=1)
    hours = count - np.maximum.accumulate(np.where(repeats, 0, count), axis=1)
    return Scores(score=score, off=np.zeros_like(score), hours=hours)


def of_nights(dev: Deviations) -> Scores:
    """Return how unusual two nights in a row are, at the end of the second.

    A meter's night is the eight hours of the day in which least is expected of it.
    """
    off = by_hour(dev.off)
    last = _last_hours_of_night(dev.expected)
    of_hours = by_day(trailing_mean(off, NIGHT_H, least=NIGHT_H - 2))
    night = np.take_along_axis(of_hours, last[:, :, None], axis=2)[:, :, 0]
    pair = np.minimum(night, later(night, 1))
    level = trailing_mean(np.clip(night, -LEVEL_CLIP, LEVEL_CLIP), LEVEL_NIGHTS, least=4)
    level = np.nan_to_num(later(level, 2))
    roots = np.sqrt(np.minimum(np.abs(night - level), 0.8))
    usual = later(trailing_mean(roots, WINDOW_DAYS, least=LEAST_NIGHTS), 1) ** 2
    score = (pair - level) / np.maximum(usual, LEAST_DEVIATION)
    shape = (*night.shape, HOURS)
    at = np.arange(HOURS) == last[:, :, None]
    return Scores(
        score=by_hour(np.where(at, np.broadcast_to(score[:, :, None], shape), np.nan)),
        off=by_hour(np.broadcast_to(pair[:, :, None], shape)),
        hours=np.full((len(off), off.shape[1]), HOURS + NIGHT_H),
    )


def _last_hours_of_night(expected: Floats) -> NDArray[np.int64]:
    """Return the clock hour with which each day's night ends; shape (meters, days)."""
    profile = trailing_sum(expected, WINDOW_DAYS)
    of_hours = sum(np.roll(profile, hour, axis=2) for hour in range(NIGHT_H))
    return np.asarray(np.argmin(np.asarray(of_hours), axis=2), dtype=np.int64)
