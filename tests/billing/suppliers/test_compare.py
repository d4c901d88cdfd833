"""A purchase invoice beside our own rating: what differs, line by line, and what is recovered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.suppliers.compare import differences, recovery
from billing.suppliers.purchase import PurchasedCharge
from billing.views.suppliers import Spread

JANUARY = date(2019, 1, 1), date(2019, 1, 31)


def theirs(charge: str, quantity: str, amount: str) -> PurchasedCharge:
    return PurchasedCharge(
        charge=charge,
        quantity=Decimal(quantity),
        unit="kWh",
        price=Decimal(1),
        amount=Decimal(amount),
    )


def ours(clause: str, quantity: str, net: str) -> dict[str, str]:
    return {"clause": clause, "quantity": quantity, "net": net}


def test_lines_of_one_charge_are_one_and_what_one_side_lacks_is_told() -> None:
    found = differences(
        [theirs("day", "10", "10.00"), theirs("day", "5", "6.00"), theirs("meter", "1", "9.00")],
        [ours("day", "15", "15.00"), ours("night", "2", "1.00")],
    )
    assert [(each.charge, each.quantity, each.amount) for each in found] == [
        ("day", 0, 1),
        ("meter", 1, 9),
        ("night", -2, -1),
    ]
    assert found[1].ours is None
    assert found[2].document()["theirs"] is None


@pytest.mark.parametrize(
    ("first", "last", "purchased", "billed"),
    [
        (*JANUARY, "310.00", "62.00"),
        (date(2019, 1, 1), date(2019, 1, 10), "100.00", "20.00"),
        (date(2019, 2, 1), date(2019, 2, 28), "0.00", "28.00"),
    ],
)
def test_amounts_count_by_their_days_within(
    first: date, last: date, purchased: str, billed: str
) -> None:
    bought = [Spread(utility="water", first_day=JANUARY[0], last_day=JANUARY[1], net=Decimal(310))]
    sold = [
        Spread(utility="water", first_day=JANUARY[0], last_day=JANUARY[1], net=Decimal(62)),
        Spread(
            utility="water", first_day=date(2019, 2, 1), last_day=date(2019, 2, 28), net=Decimal(28)
        ),
    ]
    (found,) = recovery(bought, sold, first, last, digits=2)
    assert (found.purchased, found.billed) == (Decimal(purchased), Decimal(billed))
    assert (found.ratio is None) == (found.purchased == 0)
