"""In: hours of a baseline and of a time to report. Out: what was expected, avoided, how sure. Pure.

The expected usage of an hour is the mean of the same hour of the same weekday in the baseline. Sums
are exact fractions: a baseline compared with itself avoids exactly nothing, and parts of a time add
up. An hour that is not wholly known, in either time, counts on neither side: a gap is no saving.
Formulas and their sources: docs/savings.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

DAY_H, WEEK_H = 24, 168
CONFIDENCE = 0.90
"""Two-sided."""
COEFFICIENT = 1.26
"""Empirical, of ASHRAE Guideline 14-2014, Annex B (Reddy and Claridge 2000). [1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hours:
    """Usage hour by hour, arrays of shape (hours,)."""

    usage: NDArray[np.int64]
    """[base unit]"""
    known: NDArray[np.bool_]
    """Whether the whole hour is known."""
    cell: NDArray[np.int64]
    """Local hour of the week: 24 x weekday + hour."""
    day: NDArray[np.int64]
    """Number of the local day, from 0, never falling."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeekModel:
    """Means of the hours of the week."""

    sums: NDArray[np.int64]
    """Of the known hours of each cell, shape (168,). [base unit]"""
    counts: NDArray[np.int64]
    """Known hours of each cell."""

    def mean(self, cell: int) -> Fraction | None:
        """Return the mean of an hour of the week; None where the baseline has none."""
        many = int(self.counts[cell])
        return Fraction(int(self.sums[cell]), many) if many else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySaving:
    """A local day beside what was expected of it."""

    day: int
    """Its number, from 0."""
    expected: Fraction
    """Of the hours that count. [base unit]"""
    actual: int
    """Of the same hours. [base unit]"""
    counted: int
    """Hours that count."""
    hours: int
    """Hours of the day."""

    @property
    def avoided(self) -> Fraction:
        """Return what was not used; negative where more was. [base unit]."""
        return self.expected - self.actual


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """How sure an avoided amount is, with every term of the formula."""

    half_width: float
    """Of the interval around the avoided amount. [base unit]"""
    cv: float
    """Standard error of the baseline's days over their mean. [1]"""
    t: float
    """Student's, two-sided at CONFIDENCE with n - p degrees of freedom."""
    n: int
    """Whole days of the baseline."""
    p: int
    """Weekdays that the baseline has: the parameters of a day's sum."""
    rho: float
    """Correlation of each day's residual with the next day's, not below zero. [1]"""
    n_effective: float
    """Independent days that the baseline is worth."""
    m: float
    """Days that count in the time reported."""


def week_model(baseline: Hours) -> WeekModel:
    """Return the means of a baseline's known hours."""
    cells = baseline.cell[baseline.known]
    counts = np.bincount(cells, minlength=WEEK_H)
    sums = np.zeros(WEEK_H, dtype=np.int64)
    np.add.at(sums, cells, baseline.usage[baseline.known])
    return WeekModel(sums=sums, counts=counts.astype(np.int64))


def day_savings(model: WeekModel, reported: Hours) -> list[DaySaving]:
    """Return the days of a time beside what a model expects of the same hours."""
    means = [model.mean(cell) for cell in range(WEEK_H)]
    counts = reported.known & (model.counts[reported.cell] > 0)
    found = []
    for day in range(int(reported.day[-1]) + 1 if len(reported.day) else 0):
        mine = reported.day == day
        counted = np.flatnonzero(mine & counts)
        expected = sum((means[c] or Fraction(0) for c in reported.cell[counted]), Fraction(0))
        found.append(
            DaySaving(
                day=day,
                expected=expected,
                actual=int(reported.usage[counted].sum()),
                counted=len(counted),
                hours=int(mine.sum()),
            )
        )
    return found


def cumulated(days: Sequence[DaySaving]) -> list[Fraction]:
    """Return the sum of what was avoided up to and with each day (CUSUM). [base unit]."""
    total, found = Fraction(0), []
    for day in days:
        total += day.avoided
        found.append(total)
    return found


def uncertainty_of(
    model: WeekModel, baseline: Hours, reported: Sequence[DaySaving]
) -> Uncertainty | None:
    """Return how sure the avoided amount of some days is; None where the baseline is too short.

    half width = 1.26 t CV E sqrt(n/n' (1 + 2/n') / m), with E the expected amount: the fractional
    savings uncertainty of ASHRAE Guideline 14-2014, Annex B, times the savings.

    Args:
        model: Of the baseline.
        baseline: Its hours.
        reported: Days of the time reported.
    """
    whole = [day for day in day_savings(model, baseline) if day.counted == day.hours > 0]
    weekdays = {int(baseline.cell[baseline.day == day.day][0]) // DAY_H for day in whole}
    n, p = len(whole), len(weekdays)
    mean = sum(day.actual for day in whole) / n if n else 0.0
    m = sum(day.counted for day in reported) / DAY_H
    if n - p < 1 or mean <= 0 or not m:
        return None
    residuals = {day.day: float(-day.avoided) for day in whole}
    error = math.sqrt(sum(each * each for each in residuals.values()) / (n - p))
    rho = _next_day_correlation(residuals)
    effective = n * (1 - rho) / (1 + rho)
    t = student_t(CONFIDENCE, n - p)
    expected = float(sum((day.expected for day in reported), Fraction(0)))
    width = math.sqrt(n / effective * (1 + 2 / effective) / m)
    return Uncertainty(
        half_width=COEFFICIENT * t * error / mean * expected * width,
        cv=error / mean,
        t=t,
        n=n,
        p=p,
        rho=rho,
        n_effective=effective,
        m=m,
    )


def _next_day_correlation(residuals: dict[int, float]) -> float:
    """Return the lag-one autocorrelation, 0 to 0.99: days that follow each other alone count."""
    pairs = [(each, residuals[day + 1]) for day, each in residuals.items() if day + 1 in residuals]
    spread = sum(each * each for each in residuals.values())
    if not spread:
        return 0.0
    return min(max(sum(a * b for a, b in pairs) / spread, 0.0), 0.99)


def student_t(confidence: float, degrees: int) -> float:
    """Return Student's t within which a share of the distribution lies, two-sided.

    Args:
        confidence: The share, 0 to 1 exclusive.
        degrees: Degrees of freedom, at least 1.
    """
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, degrees) < confidence else (low, middle)
    return (low + high) / 2


def _within(t: float, degrees: int) -> float:
    """Return the share within -t to t (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    theta = math.atan(t / math.sqrt(degrees))
    cosine, sine = math.cos(theta), math.sin(theta)
    odd = degrees % 2 == 1
    term = cosine if odd else 1.0
    total = term if degrees > 1 else 0.0
    for k in range(3 if odd else 2, degrees - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return 2 / math.pi * (theta + sine * total) if odd else sine * total
