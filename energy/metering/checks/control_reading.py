"""In: counts that people took from displays, the counter about that time. Out: drift. Pure.

The counter stood somewhere between its readings before and after; the display must have shown one
of those counts. A display shows fewer digits than a register tells: a count that ends in zeros
speaks for all that begin like it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.span import Span

CODE: Final = "register.control_reading"
SEVERITY: Final = Severity.DO_NOT_BILL
ABOUT_US: Final = 300_000_000
"""A person's watch and notes are so exact. [us]"""
MOST_DIGITS: Final = 3
"""Most digits that a display leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A count taken from a display, and the register about that time."""

    place: int
    """Place of the counter among those looked at."""
    at_us: int
    count: int
    """Taken from the display. [count]"""
    before: int
    """Of the last reading ABOUT_US or more before it. [count]"""
    after: int
    """Of the first reading ABOUT_US or more behind it. [count]"""

    @property
    def drift(self) -> int:
        """Return how far the display is ahead of the counter; 0 when they can agree. [count]."""
        most = self.count + _unit(self.count) - 1
        if most < self.before - 1:
            return most - self.before
        return max(0, self.count - self.after - 1)


def found(controls: Iterable[Control]) -> list[Span]:
    """Return the control readings that the counter cannot have shown.

    Args:
        controls: Between two readings that rise, by time.
    """
    return [
        Span(
            place=each.place,
            start_us=each.at_us,
            end_us=each.at_us,
            lasts=False,
            proof={
                "display": each.count,
                "before": each.before,
                "after": each.after,
                "drift": each.drift,
            },
        )
        for each in controls
        if each.before <= each.after and each.drift
    ]


def _unit(count: int) -> int:
    """Return the step of a display that shows a count. [count]."""
    unit = 1
    while unit < 10**MOST_DIGITS and count % (10 * unit) == 0:
        unit *= 10
    return unit
