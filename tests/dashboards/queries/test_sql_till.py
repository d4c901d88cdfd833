"""Cash desks as the web's role reads and writes them in a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from billing.cash_desk.desk import Payment
from billing.cash_desk.shift_events import Means, ShiftState
from billing.office import BillingOffice
from billing.prepaid.errors import DeskRefusedError
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.queries.till_rows import ShiftPage
from dashboards.security.scope import Right, Role, Scope
from dashboards.till_commands import Counted, SeenShift, TillCommands
from energy.base.clock import ManualClock
from energy.base.errors import EnergyError, NotPermittedError
from energy.base.ids import id_of
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from processes.web import till_of
from tests.billing.prepaid.purse import Purse
from tests.billing.till import Till
from tests.billing.tills import till
from tests.dashboards.fake_till import no_card_writer

__all__ = ["till"]
pytestmark = pytest.mark.servers
NONE = SeenShift(desk="MAIN", number=0, version=0)
NOTHING = Counted(denominations={}, card=Decimal(0), transfer=Decimal(0))


def cash(amount: str, given: str | None = None, *, again: bool = False) -> Payment:
    handed = None if given is None else Decimal(given)
    return Payment(amount=Decimal(amount), means=Means.CASH, given=handed, again=again)


@dataclass
class Counter:
    """A town's cash desks, and the web process that shows and moves them."""

    till: Till
    queries: SqlQueries
    commands: TillCommands

    def scope(self, role: Role = Role.BILLING_CLERK, name: str = "x") -> Scope:
        return Scope(
            person=id_of("person", name),
            name=name,
            roles=frozenset({role}),
            sites=frozenset({self.till.town.site.key}),
        )

    def page(self, desk: str = "MAIN") -> ShiftPage:
        self.till.catch_up()
        found = self.queries.shift(self.scope(), desk)
        assert found is not None
        return found.rows

    def seen(self, desk: str = "MAIN") -> SeenShift:
        shift = self.page(desk).shift
        return SeenShift(desk=desk, number=shift.number, version=shift.version)

    def balance(self) -> Decimal:
        self.till.catch_up()
        found = self.queries.customer(self.scope(), "A-b1")
        assert found is not None
        assert found.rows.standing.prepaid is not None
        return found.rows.standing.prepaid.balance


@pytest.fixture
def counter(server: EmbeddedPostgres, till: Till) -> Iterator[Counter]:
    """A-b1 pays first, A-b2 after use; the web's own role reads and writes."""
    town = till.town
    Purse(town).open("A-b1", first=date(2019, 2, 1))
    database = Database(server.dsn(user="meterline_web"), scope=STAFF)
    walled = Database(server.dsn(user="meterline_web"))
    clock = ManualClock(datetime(2019, 3, 4, 9, tzinfo=UTC))
    at = SqlSite(database=database, site=town.site, clock=clock, vault=town.vault, walled=walled)
    office = BillingOffice(database, town.site, clock, town.vault)
    commands = till_of(office, clock, no_card_writer)
    yield Counter(till=till, queries=SqlQueries(at), commands=commands)
    database.close()
    walled.close()


def test_a_shift_with_its_receipts_papers_and_count(counter: Counter) -> None:
    clerk, number = counter.scope(), counter.till.issue("A-b2", "100.00", dated=date(2019, 1, 2))
    for _ in range(2):  # each button is pressed twice
        counter.commands.open(clerk, NONE, Decimal(100))
    seen = counter.seen()
    for _ in range(2):
        taken = counter.commands.top_up(clerk, seen, "A-b1", cash("20.50", "50"))
    counter.commands.pay(clerk, seen, "A-b2", number, cash("40"), advance=False)
    page = counter.page()
    assert [(t.account, t.amount, t.given) for t in page.takings] == [
        ("A-b2", Decimal(40), None),
        ("A-b1", Decimal("20.50"), Decimal(50)),
    ]
    assert page.names == {"A-b1": "Tenant of b1", "A-b2": "Tenant of b2"}
    cash_sum = page.sums[0]
    assert (cash_sum.means, cash_sum.count, cash_sum.taken, cash_sum.expected) == (
        "cash",
        2,
        Decimal("60.50"),
        Decimal("160.50"),
    )
    assert counter.balance() == Decimal("20.50")
    other = counter.queries.customer(clerk, "A-b2")
    assert other is not None
    assert [(i.number, i.open, i.payable) for i in other.rows.items] == [(number, 60, True)]
    paper = counter.queries.receipt(clerk, "MAIN", 1, taken.receipt)
    assert paper is not None
    assert (paper.total, paper.change, paper.balance) == (
        Decimal("20.50"),
        Decimal("29.50"),
        Decimal("20.50"),
    )
    for _ in range(2):
        counter.commands.void(clerk, "MAIN", taken.receipt, "his brother's", below_zero=False)
    assert counter.balance() == 0
    assert counter.page().reasons == {taken.receipt: "his brother's"}
    back = counter.queries.receipt(clerk, "MAIN", 1, taken.receipt)
    assert back is not None
    assert (back.voids, back.total) == (taken.receipt, Decimal("-20.50"))
    assert counter.queries.cash_up_sheet(clerk, "MAIN", 1) is None
    counted, seen = replace(NOTHING, denominations={"50": 2, "20": 2}), counter.seen()
    for _ in range(2):
        assert counter.commands.cash_up(clerk, seen, counted).state is ShiftState.CLOSED
    sheet = counter.queries.cash_up_sheet(clerk, "MAIN", 1)
    assert sheet is not None
    assert (sheet.receipts, sheet.voids) == (2, 1)
    counter.till.check_books()


def test_no_amount_coin_or_desk_that_there_is_not_is_taken(counter: Counter) -> None:
    clerk = counter.scope()
    for desk in ("", "MAIN-1", "<b>", "MAIN ", "名" * 21):
        with pytest.raises(DeskRefusedError, match="letters and digits"):
            counter.commands.open(clerk, replace(NONE, desk=desk), Decimal(0))
    with pytest.raises(EnergyError):
        counter.commands.open(clerk, NONE, Decimal("0.001"))
    counter.commands.open(clerk, NONE, Decimal(0))
    seen = counter.seen()
    for amount in ("0.001", "12.345", "-5", "0"):
        with pytest.raises(EnergyError):
            counter.commands.top_up(clerk, seen, "A-b1", cash(amount))
        with pytest.raises(EnergyError):
            counter.commands.pay(clerk, seen, "A-b2", None, cash(amount), advance=True)
    for value in ("0.001", "1e9", "NaN", "-1", "fifty"):
        with pytest.raises(EnergyError):
            counter.commands.cash_up(clerk, seen, replace(NOTHING, denominations={value: 1}))
    page = counter.page()
    assert (page.takings, page.shift.state) == ((), ShiftState.OPEN)


def test_a_shift_is_its_persons_alone_and_a_difference_two_peoples(counter: Counter) -> None:
    clerk, colleague = counter.scope(), counter.scope(name="y")
    counter.commands.open(clerk, NONE, Decimal(10))
    seen = counter.seen()
    with pytest.raises(DeskRefusedError, match="another person's"):
        counter.commands.top_up(colleague, seen, "A-b1", cash("5"))
    with pytest.raises(DeskRefusedError, match="is open"):
        counter.commands.open(colleague, seen, Decimal(0))
    with pytest.raises(DeskRefusedError, match="another person's"):
        counter.commands.cash_up(colleague, seen, NOTHING)
    with pytest.raises(EnergyError, match="not prepaid"):
        counter.commands.top_up(clerk, seen, "A-b2", cash("5"))
    with pytest.raises(EnergyError):
        counter.commands.pay(clerk, seen, "A-none", None, cash("5"), advance=False)
    assert counter.queries.customer(clerk, "A-none") is None
    assert counter.queries.customers(clerk, "nobody at all") == ()
    counter.commands.cash_up(clerk, seen, NOTHING)
    seen = counter.seen()
    both = replace(clerk, roles=frozenset({Role.BILLING_CLERK, Role.BILLING_APPROVER}))
    with pytest.raises(DeskRefusedError, match="second person"):
        counter.commands.sign(both, seen, "lost")
    with pytest.raises(NotPermittedError):
        counter.commands.sign(colleague, seen, "lost")
    approver = counter.scope(Role.BILLING_APPROVER, "z")
    assert counter.commands.sign(approver, seen, "lost").state is ShiftState.CLOSED
    counter.till.catch_up()
    assert counter.queries.desks(clerk).rows.shifts[0].state == ShiftState.CLOSED


def test_an_equal_payment_a_moment_later_is_meant_or_refused(counter: Counter) -> None:
    clerk = counter.scope()
    counter.commands.open(clerk, NONE, Decimal(0))
    counter.commands.top_up(clerk, counter.seen(), "A-b1", cash("5"))
    with pytest.raises(DeskRefusedError, match="R-MAIN-2019-000001"):
        counter.commands.top_up(clerk, counter.seen(), "A-b1", cash("5"))
    counter.commands.top_up(clerk, counter.seen(), "A-b1", cash("5", again=True))
    assert counter.balance() == 10


def test_only_clerks_take_money_and_only_readers_of_bills_see_it(counter: Counter) -> None:
    for role in set(Role) - {Role.BILLING_CLERK}:
        with pytest.raises(NotPermittedError):
            counter.commands.open(counter.scope(role), NONE, Decimal(0))
        with pytest.raises(NotPermittedError):
            counter.commands.top_up(counter.scope(role), NONE, "A-b1", cash("5"))
    counter.commands.open(counter.scope(), NONE, Decimal(0))
    for role in (Role.VIEWER, Role.TECHNICIAN, Role.TENANT, Role.DESK, Role.KIOSK):
        scope = counter.scope(role)
        assert not scope.may(Right.SELL)
        for ask in (
            counter.queries.desks,
            lambda who: counter.queries.shift(who, "MAIN"),
            lambda who: counter.queries.customers(who, "b1"),
            lambda who: counter.queries.customer(who, "A-b1"),
            lambda who: counter.queries.receipt(who, "MAIN", 1, "R"),
            lambda who: counter.queries.cash_up_sheet(who, "MAIN", 1),
        ):
            with pytest.raises(NotPermittedError):
                ask(scope)
