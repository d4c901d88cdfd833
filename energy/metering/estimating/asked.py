"""What every method of estimating takes and gives: intervals asked for, values told. Pure values.

A method is a function from `Asked` to `Told`, alone in its file. It states one value an interval;
whether their sum is the total, or a total known from the register is spread in their proportion,
is decided behind it (counts.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from energy.base.errors import RefusedError

SATURDAY, SUNDAY = 5, 6
Ends = tuple[tuple[datetime, Fraction], tuple[datetime, Fraction]]
"""Instant and count on either side of a span."""


class EstimateError(RefusedError):
    """There is nothing to estimate, or the method lacks what it needs."""

    code = "estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Intervals of one channel, and what may be used to estimate them."""

    starts: Sequence[datetime]
    """Starts of the intervals asked for, aware UTC, ascending."""
    step_s: int
    """Width of an interval. [s]"""
    zone: ZoneInfo
    history: Mapping[datetime, Fraction]
    """What was measured around, by start of the interval. [base unit; counts of a gauge]"""
    parent: Mapping[datetime, Fraction] = field(default_factory=dict)
    """What was measured at the parent meter, by start of the interval. [base unit]"""
    temperatures: Mapping[date, Fraction] = field(default_factory=dict)
    """Mean outdoor temperature of local days, where it is known."""
    holidays: frozenset[date] = frozenset()
    """Local days that are like Sundays."""
    per_unit: Fraction = Fraction(1)
    """[base unit / unit of the channel]"""
    level: bool = False
    """Whether a value is a level (of a gauge), not a quantity."""
    total_known: bool = False
    """Whether a shape will do: the total is measured or stated."""
    ends: Ends | None = None
    """Of a gauge, what was read before and behind the span, where both were."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What the method was told, by name."""

    def weeks(self, default: int) -> int:
        """Return how many weeks of history may be used.

        Args:
            default: Where nothing is said.

        Raises:
            EstimateError: What is said is no number from 1 to 104.
        """
        return self.number("weeks", default, 104)

    def number(self, name: str, default: int, most: int) -> int:
        """Return an option that is a number.

        Raises:
            EstimateError: It is none from 1 to `most`.
        """
        text = self.options.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
            raise EstimateError.of("estimate.number", name=name, text=text, most=most)
        return int(text)

    def within(self, weeks: int) -> dict[datetime, Fraction]:
        """Return the history of some weeks before the first interval asked for."""
        first = self.starts[0]
        low = first - timedelta(weeks=weeks)
        return {at: value for at, value in self.history.items() if low <= at < first}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One value for each interval asked for, and what the method used."""

    values: tuple[Fraction, ...]
    """[base unit; counts of a gauge]"""
    inputs: Mapping[str, str]
    """By name, as the journal keeps them."""


Method = Callable[[Asked], Told]


def slot_of(at: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """Return local day and minute of the day of an instant."""
    local = at.astimezone(zone)
    return local.date(), local.hour * 60 + local.minute


def day_class(day: date, holidays: frozenset[date]) -> str:
    """Return whether a local day is a working day, a Saturday, or a Sunday or holiday."""
    if day in holidays or day.weekday() == SUNDAY:
        return "sunday"
    return "saturday" if day.weekday() == SATURDAY else "working day"


def mean(values: Sequence[Fraction]) -> Fraction:
    """Return the mean of one value or more."""
    return sum(values, Fraction(0)) / len(values)
