"""Charges by the day, month, season and year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating.charge import ChargeLine
from billing.tariffs.clauses import FixedClause, FixedPer
from billing.tariffs.tariff import Season
from tests.billing.rating.tariffs import NAMES, rated, supply, tariff_of
from tests.examples import tried


def lines(clause: FixedClause, first: date, last: date, **more: object) -> list[ChargeLine]:
    known = supply({}, first, agreed={"area_m2": "100"})
    found = rated(tariff_of(clause, **more), known, first, last)
    assert found.findings == ()
    return list(found.charges)


def fixed(per: FixedPer, price: str, **more: object) -> FixedClause:
    return FixedClause(key="F", names=NAMES, price=Decimal(price), per=per, **more)  # type: ignore[arg-type]


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
    found = lines(fixed(FixedPer.MONTH, "31.00"), first, last)
    assert [each.quantity for each in found] == [Fraction(month) for month in months]
    assert found[0].first_day == first
    assert found[-1].last_day == last


def test_a_day_charge_counts_calendar_days_also_when_the_clock_changes() -> None:
    (found,) = lines(fixed(FixedPer.DAY, "0.8650"), date(2019, 3, 1), date(2019, 3, 31))
    assert (found.quantity, found.amount) == (Decimal(31), Decimal("26.82"))


def test_a_month_charge_of_one_day_keeps_its_exact_amount() -> None:
    (found,) = lines(fixed(FixedPer.MONTH, "10"), date(2019, 1, 1), date(2019, 1, 1))
    assert found.unrounded == Fraction(10, 31)
    assert found.amount == Decimal("0.32")
    assert found.document()["unrounded"] == "10/31"


@tried(30)
@given(st.dates(date(2023, 1, 1), date(2025, 12, 31)))
def test_the_days_of_a_month_pay_it_once_also_as_one_of_thirty(day: date) -> None:
    first = day.replace(day=1)
    last = (first.replace(day=28) + (date(2000, 1, 5) - date(2000, 1, 1))).replace(
        day=1
    ) - date.resolution
    clause = fixed(FixedPer.MONTH, "30", days_of_month=30)
    days = [first.replace(day=n) for n in range(1, last.day + 1)]
    parts = [lines(clause, each, each)[0].quantity for each in days]
    assert sum(Fraction(each) for each in parts) == 1


def test_a_price_by_area_is_charged_for_the_days_of_its_season() -> None:
    seasons = (
        Season(key="heating", start=(11, 15), end=(3, 15)),
        Season(key="rest", start=None, end=None),
    )
    clause = fixed(FixedPer.SEASON, "24.20", season="heating", agreed="area_m2", unit="m2")
    found = lines(clause, date(2025, 3, 1), date(2025, 4, 30), seasons=seasons)
    assert [(str(each.last_day), each.amount) for each in found] == [
        ("2025-03-15", Decimal("300.00"))
    ]


def test_what_is_not_agreed_is_a_finding_for_its_days() -> None:
    clause = fixed(FixedPer.MONTH, "1", agreed="installed_kva")
    first, last = date(2025, 6, 1), date(2025, 6, 30)
    found = rated(tariff_of(clause), supply({}, first), first, last)
    (finding,) = found.findings
    assert (finding.code, finding.proof) == ("bill.agreed_missing", {"agreed": "installed_kva"})
