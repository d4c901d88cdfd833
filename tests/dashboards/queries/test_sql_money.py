"""Payments and receivables as the web's role reads and writes them in a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.office import BillingOffice
from billing.receivables.account_book import Means
from billing.receivables.by_hand import TypedPayment
from billing.receivables.errors import PaymentError
from dashboards.money_commands import MoneyCommands
from dashboards.queries.money_rows import MoneyPage
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from processes.web import money_of
from tests.billing.till import Till, bank_file, statement
from tests.billing.tills import till
from tests.billing.town import CLERK

__all__ = ["till"]
pytestmark = pytest.mark.servers
DAY = date(2019, 1, 2)


@dataclass
class Office:
    """A town's money, and the web process that shows and moves it."""

    till: Till
    queries: SqlQueries
    commands: MoneyCommands

    def scope(self, role: Role, name: str = "x") -> Scope:
        """Return a person with one role at the town."""
        return Scope(
            person=id_of("person", name),
            name=name,
            roles=frozenset({role}),
            sites=frozenset({self.till.town.site.key}),
        )

    def page(self) -> MoneyPage:
        """Return the page once the views have come up."""
        self.till.catch_up()
        return self.queries.money(self.scope(Role.BILLING_CLERK)).rows


@pytest.fixture
def office(server: EmbeddedPostgres, till: Till) -> Iterator[Office]:
    """The web's own role reads and writes; the till is only what came before."""
    database = Database(server.dsn(user="meterline_web"), scope=STAFF)
    walled = Database(server.dsn(user="meterline_web"))
    town = till.town
    clock = ManualClock(datetime(2019, 3, 4, 9, tzinfo=UTC))
    at = SqlSite(database=database, site=town.site, clock=clock, vault=town.vault, walled=walled)
    billing = BillingOffice(database, town.site, clock, town.vault)
    yield Office(till=till, queries=SqlQueries(at), commands=money_of(billing, town.vault))
    database.close()
    walled.close()


def test_the_page_tells_ages_payments_and_letters(office: Office) -> None:
    number = office.till.issue("A-b1", "100.00", dated=DAY)
    typed = TypedPayment(
        account="A-b1", amount=Decimal("40.00"), means=Means.CASH, reference="till", on=DAY
    )
    clerk = office.scope(Role.BILLING_CLERK)
    for _ in range(2):  # pressed twice
        key = office.commands.record(clerk, typed, date(2019, 3, 4))
    page = office.page()
    (row,) = page.aged
    assert (row.account, row.balance, row.overdue) == ("A-b1", Decimal(60), Decimal(60))
    ((paid),) = page.payments
    assert (paid.payment, paid.account, paid.amount, paid.left) == (key, "A-b1", 40, 0)
    assert page.names == {"A-b1": "Tenant of b1", "A-b2": "Tenant of b2"}
    assert [letter.account for letter in page.letters] == ["A-b1"]
    assert page.letters[0].items[0].number == number
    office.till.check_books()


def test_a_waiting_entry_is_matched_by_hand_once_and_waits_no_longer(office: Office) -> None:
    office.till.issue("A-b1", "100.00", dated=DAY)
    office.till.bringing.bring(
        bank_file(statement("100.00", payer="Who"), statement("-3.00", payer="Bank")),
        by=CLERK,
        command_id=uuid4(),
    )
    page = office.page()
    assert [entry.amount for entry in page.waiting] == [Decimal("100.00"), Decimal("-3.00")]
    came, went = page.waiting
    assert (came.payer, came.proposals[0].account) == ("Who", "A-b1")
    clerk = office.scope(Role.BILLING_CLERK)
    for _ in range(2):
        office.commands.match(clerk, came.entry, came.seen_at, "A-b1", remember=True)
    with pytest.raises(PaymentError):
        office.commands.match(clerk, went.entry, went.seen_at, "A-b1", remember=False)
    page = office.page()
    assert [entry.entry for entry in page.waiting] == [went.entry]
    assert [(row.account, row.amount) for row in page.payments] == [("A-b1", Decimal(100))]
    assert page.aged == ()
    office.till.check_books()

    (payment,) = page.payments
    office.till.bank.reverse(
        payment.payment, on=date(2019, 3, 1), reason="b2's", entry=None, by=CLERK,
        command_id=uuid4(),
    )  # fmt: skip
    again = next(each for each in office.page().waiting if each.entry == came.entry)
    office.commands.match(clerk, again.entry, again.seen_at, "A-b1", remember=False)
    assert [entry.entry for entry in office.page().waiting] == [went.entry], "it is a new command"


def test_only_clerks_take_money_and_only_readers_of_bills_see_it(office: Office) -> None:
    typed = TypedPayment(account="A-b1", amount=Decimal(1), means=Means.CASH, reference="", on=DAY)
    for role in set(Role) - {Role.BILLING_CLERK}:
        with pytest.raises(NotPermittedError):
            office.commands.record(office.scope(role), typed, date(2019, 3, 4))
        with pytest.raises(NotPermittedError):
            office.commands.match(office.scope(role), uuid4(), 1, "A-b1", remember=False)
    for role in (Role.VIEWER, Role.TECHNICIAN, Role.TENANT, Role.DESK, Role.KIOSK):
        with pytest.raises(NotPermittedError):
            office.queries.money(office.scope(role))
    office.queries.await_books(office.scope(Role.BILLING_CLERK))
