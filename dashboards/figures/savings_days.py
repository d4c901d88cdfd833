"""In: the curves of a baseline and of the time reported. Out: the savings by local day. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from dashboards.queries.load_expected import HOUR_S, hours_of
from dashboards.queries.load_rows import LoadRange
from energy.metering.savings import (
    DaySaving,
    Uncertainty,
    cumulated,
    day_savings,
    uncertainty_of,
    week_model,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """What a time used beside what its baseline lets expect."""

    first: date
    days: tuple[DaySaving, ...]
    cusum: tuple[Fraction, ...]
    """Avoided up to and with each day. [base unit]"""
    expected: Fraction
    """Of the hours that count. [base unit]"""
    actual: int
    """Of the same hours. [base unit]"""
    counted: int
    """Hours that count."""
    due: int
    """Hours that are over."""
    baseline_known: int
    """Hours of the baseline that are wholly known."""
    baseline_hours: int
    uncertainty: Uncertainty | None
    """None where the baseline is too short to tell."""

    @property
    def avoided(self) -> Fraction:
        """Return what was not used; negative where more was. [base unit]."""
        return self.expected - self.actual

    @property
    def share(self) -> Fraction | None:
        """Return the avoided part of what was expected; None where nothing was. [1]."""
        return self.avoided / self.expected if self.expected else None

    def day(self, number: int) -> date:
        """Return the local day of a number."""
        return self.first + timedelta(days=number)


def savings_of(reported: LoadRange, baseline: LoadRange, zone: ZoneInfo) -> Savings:
    """Return the savings of a time against a baseline of the same place and utility."""
    base = hours_of(baseline.curve, baseline.last, zone)
    hours = hours_of(reported.curve, reported.last, zone)
    model = week_model(base)
    days = day_savings(model, hours)
    return Savings(
        first=reported.curve.first,
        days=tuple(days),
        cusum=tuple(cumulated(days)),
        expected=sum((day.expected for day in days), Fraction(0)),
        actual=sum(day.actual for day in days),
        counted=sum(day.counted for day in days),
        due=reported.due() * reported.curve.step_s // HOUR_S,
        baseline_known=int(base.known.sum()),
        baseline_hours=len(base.known),
        uncertainty=uncertainty_of(model, base, days),
    )
