"""In: days of a channel of intervals and of the register beside it. Out: where they differ. Pure.

A meter that tells both its load profile and its register must tell the same energy with both, but
for the rounding of every interval and of the register's two ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.span import Span

CODE: Final = "interval.register_mismatch"
SEVERITY: Final = Severity.DO_NOT_BILL


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A whole day of which both are known."""

    place: int
    start_us: int
    end_us: int
    intervals: int
    """Sum of the intervals. [base unit]"""
    register: int
    """What the register counted. [base unit]"""
    allowed: Fraction
    """What rounding explains. [base unit]"""


def allowed(intervals: int, interval_step: Fraction, register_step: Fraction) -> Fraction:
    """Return how far rounding alone can make both differ. [base unit].

    Args:
        intervals: Intervals of the day.
        interval_step: One count of an interval. [base unit]
        register_step: One count of the register. [base unit]
    """
    return intervals * interval_step + 2 * register_step


def found(days: Iterable[Day]) -> list[Span]:
    """Return the days on which the intervals and the register tell different energy."""
    return [
        Span(
            place=day.place,
            start_us=day.start_us,
            end_us=day.end_us,
            lasts=False,
            proof={
                "intervals": day.intervals,
                "register": day.register,
                "difference": day.intervals - day.register,
                "allowed": int(day.allowed),
            },
        )
        for day in days
        if abs(day.intervals - day.register) > day.allowed
    ]
