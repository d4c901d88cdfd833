"""Only whole months are compared, and never a missing one as a zero."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from energy.base.quality import Quality
from energy.metering.plans.compare import MonthFigures, year_figures


def month(number: int, actual: int | None, plan: int | None = 100) -> MonthFigures:
    return MonthFigures(
        month=number,
        actual=actual,
        known_usage=actual or 40,
        known=2976 if actual is not None else 1000,
        expected=2976,
        quality=Quality.MEASURED,
        plan=None if plan is None else Fraction(plan),
        money=Decimal("10.50"),
        last_year=90,
    )


def test_a_month_of_which_something_is_missing_has_no_difference() -> None:
    assert month(1, 120).difference == 20
    assert month(2, None).difference is None
    assert month(2, None).completeness == Fraction(1000, 2976)


def test_the_year_sums_the_whole_months_beside_the_same_months_of_the_plan() -> None:
    months = [month(1, 120), month(2, 90), *(month(n, None) for n in range(3, 13))]
    total = year_figures(months)
    assert (total.months, total.actual, total.plan, total.difference) == (2, 210, 200, 10)
    assert (total.last_year, total.plan_year, total.money_year) == (180, 1200, Decimal("126.00"))


def test_a_sum_with_an_unplanned_month_is_none() -> None:
    total = year_figures([month(1, 120), month(2, 90, plan=None)])
    assert total.plan is None
    assert total.difference is None
