"""In: usage of two years and a plan, by month. Out: actual beside plan beside last year. Pure.

Only whole months are compared: a month of which something is missing has no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from energy.base.quality import Quality, worst_of
from energy.metering.plans.plan import MONTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """One month: what was used, what was planned, what was used a year before."""

    month: int
    actual: int | None
    """None unless all of it is known. [base unit]"""
    known_usage: int
    """Sum of what is known. [base unit]"""
    known: int
    """Known intervals."""
    expected: int
    """Intervals of the month."""
    quality: Quality
    plan: Fraction | None
    """[base unit]"""
    money: Decimal | None
    """Planned. [currency]"""
    last_year: int | None
    """[base unit]"""
    barred: int = 0
    """Open findings that keep what was used off a bill."""
    last_year_barred: int = 0
    """The same of last year's."""

    @property
    def difference(self) -> Fraction | None:
        """Return actual less plan, None unless both are known. [base unit]."""
        if self.actual is None or self.plan is None:
            return None
        return self.actual - self.plan

    @property
    def completeness(self) -> Fraction | None:
        """Return the share of known intervals; None where nothing is metered."""
        return Fraction(self.known, self.expected) if self.expected else None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFigures:
    """The sums of the months that can be compared."""

    months: int
    """Whole months."""
    actual: int
    """Of the whole months. [base unit]"""
    plan: Fraction | None
    """Of the same months; None where one of them is not planned. [base unit]"""
    last_year: int | None
    """Of the same months; None where one of them is unknown. [base unit]"""
    plan_year: Fraction | None
    """Of all twelve months. [base unit]"""
    money_year: Decimal | None
    """Planned for all twelve months. [currency]"""
    quality: Quality
    barred: int = 0
    """Whole months that findings bar."""

    @property
    def difference(self) -> Fraction | None:
        """Return actual less plan of the same months. [base unit]."""
        return None if self.plan is None else self.actual - self.plan


def months_begun(year: int, today: date) -> int:
    """Return how many months of a year have begun: what is to come is not missing.

    Args:
        year: Calendar year.
        today: Local day.
    """
    return today.month if today.year == year else MONTHS if today.year > year else 0


def year_figures(months: Sequence[MonthFigures]) -> YearFigures:
    """Return the sums over a year.

    Args:
        months: The twelve months.
    """
    whole = [month for month in months if month.actual is not None]
    plans = [month.plan for month in whole if month.plan is not None]
    before = [month.last_year for month in whole if month.last_year is not None]
    all_plans = [month.plan for month in months if month.plan is not None]
    money = [month.money for month in months if month.money is not None]
    return YearFigures(
        months=len(whole),
        actual=sum(month.actual or 0 for month in whole),
        plan=sum(plans, Fraction(0)) if whole and len(plans) == len(whole) else None,
        last_year=sum(before) if whole and len(before) == len(whole) else None,
        plan_year=sum(all_plans, Fraction(0)) if len(all_plans) == len(months) else None,
        money_year=sum(money, Decimal(0)) if len(money) == len(months) else None,
        quality=worst_of(month.quality for month in whole),
        barred=sum(month.barred > 0 for month in whole),
    )
