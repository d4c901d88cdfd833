"""A supplier's invoice is checked by our own rating of the main meter, charge by charge."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.ledger.entry import LedgerAccount
from billing.receivables.errors import PaymentError
from billing.suppliers.office import CheckedPurchase, SupplierOffice
from billing.suppliers.purchase import Purchase, PurchasedCharge
from billing.views.suppliers import read_purchases
from tests.billing.till import Till
from tests.billing.town import CLERK, FIRST, LAST, Town

pytestmark = pytest.mark.servers


def purchase(charges: list[PurchasedCharge], **facts: object) -> Purchase:
    net = sum((each.amount for each in charges), Decimal(0))
    base = Purchase(
        supplier="Grid",
        number="G-1",
        utility="electricity",
        point="b1-elec",
        tariff="campus-electricity",
        dated=LAST,
        due_on=LAST,
        first_day=FIRST,
        last_day=LAST,
        currency="GBP",
        charges=tuple(charges),
        net=net,
        tax=Decimal("1.00"),
        total=net + 1,
    )
    return replace(base, **facts)  # type: ignore[arg-type]


def billed(town: Town) -> list[PurchasedCharge]:
    """Return the charges that the tenant of the same point was billed: a supplier that is right."""
    _, numbers = town.bill()
    town.catch_up()
    schema = town.site.schema
    document = json.loads(
        town.one(f"SELECT document FROM {schema}.invoice WHERE number = '{numbers[0]}'")
    )
    supply = next(each for each in document["supplies"] if each["point"] == "b1-elec")
    return [
        PurchasedCharge(
            charge=each["clause"],
            quantity=Decimal(each["quantity"]),
            unit=each["unit"],
            price=Decimal(each["price"]),
            amount=Decimal(each["net"]),
        )
        for each in supply["charges"]
    ]


def check(town: Town, name: str = "G-1") -> CheckedPurchase:
    office = SupplierOffice(town.office.books)
    position = town.one(
        f"SELECT position FROM {town.site.schema}.journal_head WHERE application = 'metering'"
    )
    return office.check(name, metering_position=position, by=CLERK, command_id=uuid4())


def test_a_right_invoice_has_no_difference_and_a_wrong_one_tells_the_charge(
    metered: Town,
) -> None:
    charges = billed(metered)
    wrong = [replace(charges[0], amount=charges[0].amount + 7), *charges[1:]]
    office = SupplierOffice(metered.office.books)
    both = [purchase(charges), purchase(wrong, number="G-2")]
    office.enter(both, file="f", by=CLERK, command_id=uuid4())
    metered.catch_up()
    right = check(metered)
    assert right.too_much == 0
    assert not any(each.amount or each.quantity for each in right.differences)
    told = check(metered, "G-2")
    assert told.too_much == 7
    differing = [each.charge for each in told.differences if each.amount]
    assert differing == [charges[0].charge]
    metered.catch_up()
    with metered.database.connection() as connection:
        rows = read_purchases(connection, metered.site.schema)
    assert [row.state for row in rows] == ["checked", "checked"]
    assert [each["difference"] for each in (rows[1].checked or {})["differences"]] == ["7.00"]


def test_an_invoice_without_tariff_or_usage_cannot_be_checked(metered: Town) -> None:
    charge = PurchasedCharge(
        charge="day", quantity=Decimal(1), unit="kWh", price=Decimal(1), amount=Decimal(1)
    )
    office = SupplierOffice(metered.office.books)
    plain = purchase([charge], tariff="")
    nowhere = purchase([charge], number="G-2", point="nowhere")
    office.enter([plain, nowhere], file="f", by=CLERK, command_id=uuid4())
    metered.catch_up()
    with pytest.raises(PaymentError, match="names no tariff"):
        check(metered)
    with pytest.raises(PaymentError, match="point_unknown"):
        check(metered, "G-2")


def test_an_invoice_that_was_withdrawn_leaves_nothing_in_the_ledger(till: Till) -> None:
    charge = PurchasedCharge(
        charge="day", quantity=Decimal(1), unit="kWh", price=Decimal(1), amount=Decimal(9)
    )
    office = SupplierOffice(till.town.office.books)
    office.enter([purchase([charge])], file="f", by=CLERK, command_id=uuid4())
    till.catch_up()
    assert till.on_ledger(LedgerAccount.PAYABLE) == -10
    assert till.on_ledger(LedgerAccount.PURCHASES, "electricity") == 9
    office.withdraw("G-1", on=LAST, reason="twice", by=CLERK, command_id=uuid4())
    till.catch_up()
    assert till.on_ledger(LedgerAccount.PAYABLE) == 0
    with pytest.raises(PaymentError, match="was withdrawn"):
        office.pay("G-1", None, on=LAST, means="bank", by=CLERK, command_id=uuid4())
    with pytest.raises(PaymentError, match="other content"):
        office.enter([purchase([charge])], file="f", by=CLERK, command_id=uuid4())
