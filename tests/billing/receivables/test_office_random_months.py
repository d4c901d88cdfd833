"""Random months of an office: the ledger balances and agrees with what is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - seeded
from uuid import uuid4

import pytest

from billing.receivables.errors import PaymentError
from billing.receivables.office import Incoming
from billing.views.owed import read_items, read_payments
from tests.billing.conftest import new_town
from tests.billing.till import Till, bank_file, statement
from tests.billing.town import APPROVER, CLERK

pytestmark = pytest.mark.servers
START = date(2019, 2, 1)
ACCOUNTS = ("A-b1", "A-b2")


class Months:
    """One office, one seed."""

    def __init__(self, till: Till, seed: int) -> None:
        self.till = till
        self.random = Random(seed)
        self.day = START
        self.refused = 0
        self.did: list[str] = []

    def amount(self) -> str:
        return f"{self.random.randint(1, 30_000) / Decimal(100):.2f}"

    def account(self) -> str:
        return self.random.choice(ACCOUNTS)

    def numbers(self) -> list[str]:
        with self.till.town.database.connection() as connection:
            return [i.number for i in read_items(connection, self.till.town.site.schema)]

    def payments(self) -> list[str]:
        with self.till.town.database.connection() as connection:
            return [p.payment for p in read_payments(connection, self.till.town.site.schema)]

    def issue(self) -> None:
        self.till.issue(self.account(), self.amount(), dated=self.day, tax=self.amount())

    def credit(self) -> None:
        with self.till.town.database.connection() as connection:
            items = read_items(connection, self.till.town.site.schema, open_only=False)
        invoices = [i for i in items if i.kind == "invoice"]
        if invoices:
            meant = self.random.choice(invoices)
            self.till.issue(
                meant.account,
                f"{meant.amount}",
                dated=self.day,
                kind="credit_note",
                corrects=meant.number,
            )

    def pay(self) -> None:
        paid = Incoming(
            payment=f"P-{uuid4().hex[:8]}",
            amount=Decimal(self.amount()),
            on=self.day,
            means=self.random.choice(("cash", "bank")),
            reference="",
        )
        account, command = self.account(), uuid4()
        for _ in range(self.random.randint(1, 2)):  # a replay brings nothing
            self.till.money.receive(account, paid, by=CLERK, command_id=command)

    def bank(self) -> None:
        told = self.random.choice([*self.numbers(), "rent", ""])
        entries = [
            statement(
                self.amount(), told=told, on=self.day, payer="Mill Ltd", reference=uuid4().hex
            )
            for _ in range(self.random.randint(1, 3))
        ]
        for _ in range(self.random.randint(1, 2)):
            self.till.bringing.bring(bank_file(*entries), by=CLERK, command_id=uuid4())

    def match(self) -> None:
        queue = self.till.bank.queue()
        if queue:
            entry = str(self.random.choice(queue).row.entry)
            self.till.bank.match(
                entry, self.account(), remember=False, by=CLERK, command_id=uuid4()
            )

    def apply(self) -> None:
        self.till.money.apply(self.account(), command_id=uuid4())

    def reverse(self) -> None:
        if payments := self.payments():
            self.till.bank.reverse(
                self.random.choice(payments),
                on=self.day,
                reason="bounced",
                entry=None,
                by=CLERK,
                command_id=uuid4(),
            )

    def refund(self) -> None:
        self.till.money.refund(
            self.account(),
            Decimal(self.amount()),
            on=self.day,
            means="bank",
            reference="credit",
            by=CLERK,
            command_id=uuid4(),
        )

    def write_off(self) -> None:
        if numbers := self.numbers():
            identity = self.till.money.propose_write_off(
                self.random.choice(numbers), None, reason="gone", by=CLERK, command_id=uuid4()
            )
            self.till.catch_up()
            self.till.money.decide_write_off(
                str(identity),
                agreed=self.random.random() < 0.7,
                on=self.day,
                by=APPROVER,
                command_id=uuid4(),
            )

    def step(self) -> None:
        acts: list[Callable[[], None]] = [
            self.issue, self.issue, self.credit, self.pay, self.pay, self.bank, self.match,
            self.apply, self.reverse, self.refund, self.write_off,
        ]  # fmt: skip
        act = self.random.choice(acts)
        self.did.append(act.__name__)
        try:
            act()
        except PaymentError:
            self.refused += 1
        self.till.catch_up()
        self.day += timedelta(days=self.random.randint(0, 3))


def run(till: Till, seed: int, steps: int) -> None:
    months = Months(till, seed)
    for _ in range(steps):
        months.step()
    till.check_books()
    assert months.refused < steps / 2, "most of what was tried was done"


def test_random_months_leave_books_that_balance_and_agree_with_what_is_open(till: Till) -> None:
    run(till, 1, 40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 32))
def test_random_years_leave_books_that_balance(server: object, seed: int) -> None:
    with new_town(server) as town:  # type: ignore[arg-type]
        till = Till(town)
        till.open("b1", "b2")
        run(till, seed, 150)
