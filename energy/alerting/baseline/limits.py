"""In: scores. Out: in which hours they pass the meter's own limits. Pure.

A limit is what the meter's worst days of the twelve weeks before reached: of a score without a
trend a new record is rare, however restless the meter, and no distribution is assumed.
"""

from __future__ import annotations

import numpy as np

from energy.alerting.baseline.rolling import HOURS, Flags, Floats, by_day, kth_largest_before
from energy.alerting.baseline.spec import Limit

LIMIT_DAYS = 84
LEAST_DAYS = 21
"""Days with a score before a limit is known. [days]"""
DIGITS = 6
"""Scores are compared rounded: sums of other histories differ in their last bits."""


def passes(score: Floats, limit: Limit) -> Flags:
    """Return the hours whose score exceeds the limit; none while too little is learnt.

    Args:
        score: Shape (meters, days * 24).
        limit: What it must exceed.
    """
    rounded = np.round(score, DIGITS)
    largest = by_day(np.where(np.isnan(rounded), -np.inf, rounded)).max(axis=2)
    worst = kth_largest_before(
        np.where(np.isfinite(largest), largest, np.nan),
        LIMIT_DAYS,
        limit.place,
        least=LEAST_DAYS,
    )
    least = np.round(np.maximum(worst * limit.factor, limit.least), DIGITS)
    with np.errstate(invalid="ignore"):
        return np.asarray(rounded > np.repeat(least, HOURS, axis=1), dtype=np.bool_)
