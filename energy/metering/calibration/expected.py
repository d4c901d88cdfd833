"""In: what a day should have used, what was counted. Out: what the days lack. Pure.

Where a meter's error is not known, what it missed follows from a day that is known otherwise: the
mean of other days, or connected load and hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from energy.base.period import days_between
from energy.metering.calibration.error_curve import Interval, whole_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What every local day of a span should have used."""

    per_day: Fraction
    """[base unit / local day]"""
    method: str
    figures: Mapping[str, str] = field(default_factory=dict)
    """Exact: what it rests on."""
    error: None = None
    """There is none, as of a curve (`Basis.error`)."""

    def to_json(self) -> dict[str, Any]:
        """Return it as an event holds it, exact."""
        return {"method": self.method, "per_day": str(self.per_day), **self.figures}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> Expected:
        """Return what `to_json` stored, without its figures."""
        return Expected(per_day=Fraction(stored["per_day"]), method=str(stored["method"]))

    def lacking(self, first: date, last: date, intervals: Iterable[Interval]) -> dict[date, int]:
        """Return what the usage of each local day lacks; a day that has more than that lacks none.

        Args:
            first: First local day.
            last: Last local day, included.
            intervals: All of the span: what one lacks counts as missed.

        Returns:
            Whole base units that add up to the total rounded half up.
        """
        return whole_parts(self.exactly_lacking(days_between(first, last), intervals))

    def exactly_lacking(
        self, days: Iterable[date], intervals: Iterable[Interval]
    ) -> dict[date, Fraction]:
        """Return what `lacking` returns, before it is rounded. [base unit].

        Args:
            days: Local days.
            intervals: All of these days.
        """
        exact = dict.fromkeys(days, self.per_day)
        for day, _, usage in intervals:
            exact[day] -= usage
        return {day: max(amount, Fraction(0)) for day, amount in exact.items()}
