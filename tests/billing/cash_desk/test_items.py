"""Documents paid at a desk: settled at once, never more than is open, open again by a void."""

from __future__ import annotations

import random  # noqa: TID251 - seeded in the test
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.cash_desk.desk import Desk, Payment
from billing.cash_desk.shift_events import Means
from billing.ledger.entry import LedgerAccount
from billing.prepaid.errors import DeskRefusedError
from billing.receivables.errors import PaymentError
from billing.views.owed import read_items
from energy.base.errors import EnergyError
from tests.billing.prepaid.purse import Purse
from tests.billing.till import CLERK_ID as CLERK
from tests.billing.till import Till

pytestmark = pytest.mark.servers
DATED = date(2019, 2, 1)


def money(amount: str, *, again: bool = False) -> Payment:
    return Payment(amount=Decimal(amount), means=Means.CASH, again=again)


@pytest.fixture
def purse(till: Till) -> Purse:
    found = Purse(till.town)
    for name in ("MAIN", "EAST"):
        found.desk(name).open(Decimal(0), found.act())
    return found


def open_of(till: Till, number: str) -> Decimal:
    till.catch_up()
    with till.town.database.connection() as connection:
        (row,) = read_items(connection, till.town.site.schema, numbers=[number], open_only=False)
    return row.open


def test_a_paid_invoice_is_not_paid_again(till: Till, purse: Purse) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)
    desk = purse.desk()
    with pytest.raises(DeskRefusedError, match=r"100\.00 is open.*--advance") as refused:
        desk.pay("A-b1", number, money("100.01"), purse.act())
    assert refused.value.code == "desk.more_than_open"
    desk.pay("A-b1", number, money("40"), purse.act())  # the tables know nothing of it yet
    with pytest.raises(DeskRefusedError, match=r"60\.00 is open"):
        desk.pay("A-b1", number, money("100.00"), purse.act())
    desk.pay("A-b1", number, money("60"), purse.act())
    assert open_of(till, number) == 0
    with pytest.raises(DeskRefusedError, match="Nothing is open") as refused:
        desk.pay("A-b1", number, money("60", again=True), purse.act())
    assert refused.value.code == "desk.paid_already"
    assert desk.shift().should_hold()["cash"] == 100
    desk.pay("A-b1", number, money("60", again=True), purse.act(), advance=True)
    till.catch_up()
    assert till.on_ledger(LedgerAccount.RECEIVABLE) == -60
    till.check_books()


def test_more_than_is_open_is_credit_where_it_is_meant(till: Till, purse: Purse) -> None:
    number = till.issue("A-b1", "30.00", dated=DATED)
    other = till.issue("A-b1", "15.00", dated=DATED)
    purse.desk().pay("A-b1", number, money("50"), purse.act(), advance=True)
    assert open_of(till, number) == 0
    till.money.apply("A-b1", command_id=uuid4())
    assert open_of(till, other) == 0
    till.check_books()


def test_what_a_credit_note_took_back_is_not_open(till: Till, purse: Purse) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)
    till.issue("A-b1", "100.00", dated=DATED, kind="credit_note", corrects=number)
    with pytest.raises(DeskRefusedError, match="Nothing is open"):
        purse.desk().pay("A-b1", number, money("100"), purse.act())
    assert open_of(till, number) == 100


def test_an_invoice_of_a_balance_is_paid_by_a_top_up(till: Till, purse: Purse) -> None:
    purse.open(first=date(2019, 1, 1))
    number = till.issue("A-b1", "20.00", dated=DATED)
    with pytest.raises(DeskRefusedError, match="desk topup A-b1"):
        purse.desk().pay("A-b1", number, money("20"), purse.act())
    till.check_books()


def test_a_void_opens_the_invoice_again(till: Till, purse: Purse) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)
    desk, act = purse.desk(), purse.act()
    taken = desk.pay("A-b1", number, money("100"), act)
    assert desk.pay("A-b1", number, money("100"), act) == taken  # its answer was lost
    assert open_of(till, number) == 0
    act = purse.act()
    for _ in range(2):
        desk.void(purse.cards, taken.receipt, "wrong", act)
    assert open_of(till, number) == 100
    desk.pay("A-b1", number, money("100"), purse.act())
    assert open_of(till, number) == 0
    assert till.money.apply_named(uuid4()) == []
    assert till.on_ledger(LedgerAccount.RECEIVABLE) == 0
    till.check_books()


def test_money_that_was_paid_out_is_not_given_back_once_more(till: Till, purse: Purse) -> None:
    desk = purse.desk()
    taken = desk.pay("A-b1", None, money("100"), purse.act())
    till.catch_up()
    till.money.refund(
        "A-b1", Decimal(30), on=DATED, means="bank", reference="", by=CLERK, command_id=uuid4()
    )
    with pytest.raises(DeskRefusedError, match=r"30 of receipt .* was paid out"):
        desk.void(purse.cards, taken.receipt, "wrong", purse.act())
    till.catch_up()
    till.check_books()


def test_two_desks_take_the_payment_of_one_invoice_once(till: Till, purse: Purse) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)

    def pay(name: str) -> str:
        try:
            return purse.desk(name).pay("A-b1", number, money("100"), purse.act()).receipt
        except EnergyError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(pay, ("MAIN", "EAST")))
    assert (told[0][:2], told[1]) == ("R-", "desk.paid_already")
    assert open_of(till, number) == 0
    till.check_books()


SEEDS = [*range(2), *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 16))]


@pytest.mark.parametrize("seed", SEEDS)
def test_desks_voids_jobs_and_refunds_in_any_order_keep_the_books(
    till: Till, purse: Purse, seed: int
) -> None:
    """A simple account of what was issued, taken, given back and paid out predicts the ledger."""
    chance = random.Random(seed)
    issued = [till.issue("A-b1", f"{chance.randint(100, 9999) / 100:.2f}", dated=DATED)
              for _ in range(3)]  # fmt: skip
    owed = till.on_ledger(LedgerAccount.RECEIVABLE)
    drawer: dict[str, tuple[Desk, Decimal]] = {}
    paid_out = Decimal(0)
    for _ in range(25):
        step = chance.choice(("pay", "pay", "advance", "account", "void", "job", "refund", "wait"))
        act = purse.act()
        desk = purse.desk(chance.choice(("MAIN", "EAST")))
        amount = Decimal(chance.randint(1, 6000)) / 100
        try:
            if step in ("pay", "advance", "account"):
                number = None if step == "account" else chance.choice(issued)
                paid = Payment(amount=amount, means=Means.CASH, again=True)
                taken = desk.pay("A-b1", number, paid, act, advance=step == "advance")
                assert desk.pay("A-b1", number, paid, act).receipt == taken.receipt
                drawer[taken.receipt] = (desk, amount)
                owed -= amount
            elif step == "void" and drawer:
                receipt = chance.choice(sorted(drawer))
                desk, given = drawer[receipt]
                desk.void(purse.cards, receipt, "wrong", act)
                del drawer[receipt]
                owed += given
            elif step == "job":
                till.catch_up()
                till.money.apply_named(uuid4())
                till.money.apply("A-b1", command_id=uuid4())
            elif step == "refund":
                till.catch_up()
                till.money.refund("A-b1", amount, on=DATED, means="bank", reference="", by=CLERK,
                                  command_id=uuid4())  # fmt: skip
                owed, paid_out = owed + amount, paid_out + amount
        except (DeskRefusedError, PaymentError):
            pass  # nothing was written: the account above says so at the end
        if step == "wait":
            till.catch_up()
            purse.town.clock.move_to(purse.town.clock.now() + timedelta(minutes=5))
    till.catch_up()
    till.check_books()
    assert till.on_ledger(LedgerAccount.RECEIVABLE) == owed
    assert till.on_ledger(LedgerAccount.CASH) == sum(a for _, a in drawer.values())
    held = sum(purse.desk(name).shift().should_hold()["cash"] for name in ("MAIN", "EAST"))
    assert held == sum(amount for _, amount in drawer.values())
