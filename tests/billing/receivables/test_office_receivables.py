"""Open items and payments of a real town, on a real PostgreSQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.receivables.errors import PaymentError, SecondSignError
from billing.receivables.office import Incoming
from billing.views.ledger import receivable_balances
from billing.views.owed import read_day_items, read_items, read_payments
from tests.billing.till import Till
from tests.billing.town import APPROVER, CLERK

pytestmark = pytest.mark.servers
PAID_ON = date(2019, 2, 10)


def incoming(amount: str, *, key: str = "", on: date = PAID_ON) -> Incoming:
    return Incoming(
        payment=key or f"P-{uuid4().hex[:8]}",
        amount=Decimal(amount),
        on=on,
        means="cash",
        reference="counter",
    )


def two_invoices(till: Till) -> list[str]:
    """Issue an invoice for each account, due on 15 February."""
    dated = date(2019, 2, 1)
    return [till.issue(f"A-b{n}", f"{n}00.00", dated=dated, tax="20.00") for n in (1, 2)]


def test_an_issued_invoice_is_an_open_item_and_a_payment_settles_it(till: Till) -> None:
    numbers = two_invoices(till)
    with till.town.database.connection() as connection:
        items = read_items(connection, till.town.site.schema)
    assert [item.number for item in items] == numbers
    assert all(item.open == item.amount > 0 for item in items)
    money = till.money
    first = items[0]
    paid = incoming(str(first.amount + 5))
    book = money.receive(first.account, paid, by=CLERK, command_id=uuid4())
    assert book.left_of(paid.payment) == 5
    till.catch_up()
    with till.town.database.connection() as connection:
        (left,) = read_items(connection, till.town.site.schema)
        owed = receivable_balances(connection, till.town.site.schema)
        before = read_day_items(connection, till.town.site.schema, date(2019, 2, 9))
    assert left.number == numbers[1]
    assert owed == {first.account: Decimal(-5), left.account: left.amount}
    assert {item.number: item.open for item in before} == {i.number: i.amount for i in items}


def test_the_same_payment_again_changes_nothing(till: Till) -> None:
    two_invoices(till)
    money, paid = till.money, incoming("10")
    for _ in range(2):
        money.receive("A-b1", paid, by=CLERK, command_id=uuid4())
    till.catch_up()
    with till.town.database.connection() as connection:
        (row,) = read_payments(connection, till.town.site.schema)
    assert (row.amount, row.applied, row.left) == (10, 10, 0)
    other = incoming("11", key=paid.payment)
    with pytest.raises(PaymentError, match="another payment"):
        money.receive("A-b1", other, by=CLERK, command_id=uuid4())


def test_a_write_off_needs_a_second_person_and_is_lost_in_the_ledger(till: Till) -> None:
    numbers = two_invoices(till)
    money = till.money
    identity = money.propose_write_off(
        numbers[0], None, reason="gone", by=CLERK, command_id=uuid4()
    )
    till.catch_up()
    with pytest.raises(SecondSignError):
        money.decide_write_off(str(identity), agreed=True, on=PAID_ON, by=CLERK, command_id=uuid4())
    money.decide_write_off(str(identity), agreed=True, on=PAID_ON, by=APPROVER, command_id=uuid4())
    till.catch_up()
    with till.town.database.connection() as connection:
        items = read_items(connection, till.town.site.schema)
        owed = receivable_balances(connection, till.town.site.schema)
    assert [item.number for item in items] == numbers[1:]
    assert owed == {items[0].account: items[0].amount}
