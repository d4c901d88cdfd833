"""Charges by the day and by the month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from billing.charge import Determinants, TariffSpan, UsageSum
from billing.prices.fixed import charge_lines, months_of
from billing.tariff import FixedClause, FixedPer
from tests.billing.samples import campus_tariff

NOTHING = Determinants(by_period={}, whole=UsageSum(base_units=0))


def span(first: date, last: date) -> TariffSpan:
    return TariffSpan(
        tariff=campus_tariff("gas"), point="p", channel=1, first_day=first, last_day=last
    )


def clause(per: FixedPer, price: str) -> FixedClause:
    return FixedClause(key="F", names={"en": "F"}, price=Decimal(price), per=per)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2019, 2, 1), date(2019, 2, 28), ["1"]),
        (date(2020, 2, 1), date(2020, 2, 28), ["28/29"]),
        (date(2018, 12, 31), date(2019, 1, 1), ["1/31", "1/31"]),
        (date(2019, 1, 31), date(2019, 4, 10), ["1/31", "1", "1", "1/3"]),
    ],
)
def test_a_month_charge_counts_days_of_each_calendar_month(
    first: date, last: date, months: list[str]
) -> None:
    found = charge_lines(NOTHING, clause(FixedPer.MONTH, "31.00"), span(first, last))
    assert [each.quantity for each in found] == [Fraction(month) for month in months]
    assert [each.first_day for each in found] == [part[0] for part in months_of(first, last)]


def test_a_day_charge_counts_calendar_days_also_when_the_clock_changes() -> None:
    march = span(date(2019, 3, 1), date(2019, 3, 31))
    (found,) = charge_lines(NOTHING, clause(FixedPer.DAY, "0.8650"), march)
    assert (found.quantity, found.amount) == (Decimal(31), Decimal("26.82"))


def test_a_month_charge_of_one_day_keeps_its_exact_amount() -> None:
    (found,) = charge_lines(
        NOTHING, clause(FixedPer.MONTH, "10"), span(date(2019, 1, 1), date(2019, 1, 1))
    )
    assert found.unrounded == Fraction(10, 31)
    assert found.amount == Decimal("0.32")
    assert found.document()["unrounded"] == "10/31"
    assert replace(found, amount=Decimal("0.33")).document()["amount"] == "0.33"
