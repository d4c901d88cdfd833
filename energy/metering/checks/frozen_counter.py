"""In: hours of a counter and of the power beside it. Out: where it stands while power flows. Pure.

An hour speaks for a frozen counter when its usage is zero and the *least* power of all its
readings would have moved it by LEAST_STEPS steps at least: no hour is doubted for a load that came
and went, nor for what a meter shows and does not count (below its starting current).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.span import Span

CODE: Final = "register.frozen"
SEVERITY: Final = Severity.DO_NOT_BILL
LEAST_STEPS: Final = 10
"""Steps of the counter that the power would have been in an hour. [count]"""
LEAST_READINGS: Final = 2
"""Readings of the power that an hour needs. [reading]"""
OF_RATED: Final = Fraction(1, 100)
"""Part of the greatest rate below which a meter may show power and count nothing."""
HOUR_US: Final = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of a counter and of its power."""

    start_us: int
    """[us]"""
    usage: int
    """What the counter counted. [base unit]"""
    least: Fraction
    """What it would have counted at the least power of the hour. [base unit]"""
    readings: int
    """Readings of the power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterFacts:
    """What a counter is."""

    step: Fraction
    """One count. [base unit / count]"""
    max_per_hour: int | None = None
    """Most it can honestly count in an hour. [count]"""

    @property
    def threshold(self) -> Fraction:
        """Return the usage of an hour that no such counter misses. [base unit]."""
        rated = OF_RATED * (self.max_per_hour or 0)
        return self.step * max(Fraction(LEAST_STEPS), rated)


def found(hours: Iterable[Hour], counter: CounterFacts) -> list[Span]:
    """Return where the counter stands still; an hour in which nothing was counted says nothing.

    A run goes on over hours of little power: only an hour in which it counts ends it.

    Args:
        hours: By time; an hour of which nothing is known is left out.
        counter: What it is.
    """
    spans: list[Span] = []
    run: list[Hour] = []
    for hour in hours:
        if hour.usage != 0:
            spans += _span(run, lasts=False)
            run = []
        elif hour.readings >= LEAST_READINGS and hour.least >= counter.threshold:
            run.append(hour)
    return spans + _span(run, lasts=True)


def _span(run: Sequence[Hour], *, lasts: bool) -> list[Span]:
    if not run:
        return []
    missed = sum((hour.least for hour in run), Fraction(0))
    return [
        Span(
            start_us=run[0].start_us,
            end_us=run[-1].start_us + HOUR_US,
            lasts=lasts,
            proof={"hours": len(run), "not_counted_at_least": int(missed)},
        )
    ]
