"""Overdue by 30, 60, 90 days at the end of a day, and statements whose balances add up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.receivables.ageing import DayItem, Movement, aged, bucket_of, statement

DAY = date(2024, 3, 31)


@pytest.mark.parametrize(
    ("overdue", "bucket"),
    [(-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (4000, 4)],
)
def test_a_day_more_is_the_next_span(overdue: int, bucket: int) -> None:
    assert bucket_of(DAY - timedelta(days=overdue), DAY) == bucket


def test_credit_stands_apart_and_the_balance_is_the_sum() -> None:
    items = [
        DayItem(number=str(days), account="A", due_on=DAY - timedelta(days=days), open=Decimal(n))
        for n, days in enumerate((0, 1, 31, 61, 91), 1)
    ]
    items.append(DayItem(number="P", account="A", due_on=DAY, open=Decimal(-7)))
    (row,) = aged(items, DAY)
    assert (row.not_due, row.to_30, row.to_60, row.to_90, row.over_90) == (1, 2, 3, 4, 5)
    assert (row.credit, row.overdue, row.balance) == (-7, 14, 8)


def test_a_statement_begins_with_what_was_owed_and_ends_with_what_is() -> None:
    def moved(day: int, amount: int) -> Movement:
        on = date(2024, 3, day)
        return Movement(on_day=on, kind="invoice", document="I", amount=Decimal(amount), told="")

    found = statement(
        "A", "EUR", [moved(1, 100), moved(5, -30), moved(9, 20)], date(2024, 3, 5), DAY, []
    )
    assert (found.opening, found.closing) == (100, 90)
    assert [row.balance for row in found.rows] == [70, 90]
