"""The journal of a simulated year loads in beancount without an error, to the same balances."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - seeded
from uuid import UUID, uuid4

import pytest

from billing.accounts.deposit import Deposit
from billing.cash_desk.shift import Shift
from billing.cash_desk.shift_events import Means, Purpose, Taking
from billing.ledger.beancount_text import account_name, beancount_text
from billing.ledger.entry import Entry, LedgerAccount, posted
from billing.prepaid.points import prepaid_of
from billing.prepaid.server_account import Act, PrepaidAccount, TopUpMeans
from billing.receivables.office import Incoming
from billing.suppliers.office import SupplierOffice
from billing.suppliers.purchase import Purchase, PurchasedCharge
from billing.views.ledger import BookedEntry, read_balances, read_entries
from tests.billing.till import Till, bank_file, statement
from tests.billing.town import APPROVER, CLERK

ZERO = Decimal(0)
ACCOUNTS = ("A-b1", "A-b2")


def loaded(text: str) -> tuple[dict[str, Decimal], list[object]]:
    """Return the balances that beancount finds, and its errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from beancount import loader
        from beancount.core.data import Transaction

        entries, errors, _ = loader.load_string(text)
    sums: dict[str, Decimal] = {}
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                assert posting.units is not None
                known = sums.get(posting.account, ZERO)
                sums[posting.account] = known + Decimal(str(posting.units.number))
    return {name: total for name, total in sums.items() if total}, list(errors)


def booked(*sides: tuple[LedgerAccount, str, Decimal], key: str = "k") -> BookedEntry:
    entry = Entry(
        key=key,
        booked_on=date(2019, 2, 1),
        what="test",
        party='A-1 "x"\\',
        document="R\n1",
        currency="GBP",
        postings=posted(*sides),
    )
    return BookedEntry(entry=entry, concerns_on=date(2019, 1, 31), position=1)


def test_names_and_texts_are_spelled_as_beancount_wants_them() -> None:
    one = Decimal("1.00")
    rows = [
        booked(
            (account, detail, one), (LedgerAccount.ROUNDING, "", -one), key=f"{account}/{detail}"
        )
        for account in LedgerAccount
        for detail in ("", "heating", "GB33 BUKB", "direct_debit")
        if (account, detail) != (LedgerAccount.ROUNDING, "")
    ]
    balances, errors = loaded(beancount_text(rows, 'Town "A"'))
    assert errors == []
    assert balances[account_name(LedgerAccount.BANK, "GB33 BUKB")] == 1


def test_one_cent_off_is_an_error_that_beancount_finds() -> None:
    text = beancount_text(
        [booked((LedgerAccount.CASH, "", Decimal(1)), (LedgerAccount.BANK, "", Decimal(-1)))], "T"
    )
    assert loaded(text)[1] == []
    assert len(loaded(text.replace("Bank  -1 ", "Bank  -1.01 "))[1]) == 1


class Year:
    """A year: bills, credits, payments, bounces, prepaid, desk, deposits, purchases."""

    def __init__(self, till: Till, seed: int) -> None:
        self.till = till
        self.random = Random(seed)
        self.site = till.town.site.key
        self.books = till.town.office.books
        self.books.store(*(self._prepaid(account) for account in ACCOUNTS))
        self.receipt = 0

    def amount(self, most: int = 20_000) -> Decimal:
        return Decimal(self.random.randint(1, most)) / 100

    def _prepaid(self, account: str) -> PrepaidAccount:
        return PrepaidAccount(
            site=self.site,
            account=account,
            first_day=date(2019, 1, 1),
            cycle_day=1,
            every="day",
            currency="GBP",
            by=CLERK,
            command_id=uuid4(),
        )

    def act(self, on: date) -> Act:
        at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        return Act(at=at, on=on, by=CLERK, command_id=uuid4())

    def month(self, dated: date) -> None:
        till, day = self.till, dated + timedelta(days=9)
        for account in ACCOUNTS:
            utility = self.random.choice(["electricity", "water", "heating"])
            number = till.issue(
                account, f"{self.amount()}", dated=dated, utility=utility, tax=f"{self.amount()}"
            )
            if self.random.random() < 0.3:
                till.issue(
                    account, "9.99", dated=day, utility=utility, kind="credit_note", corrects=number
                )
            self._top_up_and_close(account, dated)
            self._bank(account, number, day)
            self._desk(account, number, day)
        if self.random.random() < 0.5:
            self._deposit(day)
        self._purchase(dated)
        till.catch_up()

    def _top_up_and_close(self, account: str, dated: date) -> None:
        prepaid = prepaid_of(self.books, account)
        self.receipt += 1
        prepaid.top_up(
            Decimal(300),
            means=TopUpMeans.BANK,
            receipt=f"T-{self.receipt}",
            reference="",
            act=self.act(dated),
        )
        paid = self.amount(10_000)
        number = self.till.issue(account, f"{paid}", dated=dated, utility="cooling")
        prepaid.open_month(dated, dated + timedelta(days=27), command_id=uuid4())
        prepaid.close_months([dated], number, paid, paid, self.act(dated))
        self.books.store(prepaid)

    def _bank(self, account: str, number: str, day: date) -> None:
        entry = statement(f"{self.amount()}", told=number, on=day, reference=uuid4().hex)
        self.till.bringing.bring(bank_file(entry), by=CLERK, command_id=uuid4())
        self.till.catch_up()
        payments = self.till.money.book(account, uuid4()).payments.values()
        payment = next((p for p in payments if not p.reversed), None)
        if payment is not None and self.random.random() < 0.2:
            self.till.bank.reverse(
                payment.payment, on=day, reason="b", entry=None, by=CLERK, command_id=uuid4()
            )

    def _desk(self, account: str, number: str, day: date) -> None:
        self.receipt += 1
        at = self.act(day).at
        shift = Shift(
            site=self.site,
            desk="main",
            number=self.receipt,
            person=CLERK,
            change=ZERO,
            currency="GBP",
            at=at,
            command_id=uuid4(),
        )
        for purpose in (Purpose.INVOICE, Purpose.CARD_UNITS):
            amount = self.amount(5_000)
            tax = amount - amount.quantize(Decimal(1)) if purpose is Purpose.CARD_UNITS else ZERO
            taking = Taking(
                taking=uuid4(),
                account=account,
                amount=amount,
                means=Means.CASH,
                purpose=purpose,
                invoice=number if purpose is Purpose.INVOICE else None,
                sale=None,
                receipt=f"D-{self.receipt}-{purpose}",
                net=amount - tax if purpose is Purpose.CARD_UNITS else ZERO,
                tax=tax,
                utility="electricity",
                point="",
                taken_at=at,
                command_id=uuid4(),
            )
            shift.take(taking, on=day, by=CLERK)
        if self.random.random() < 0.3:
            receipt = f"D-{self.receipt}-{Purpose.INVOICE}"
            shift.void(receipt, "wrong", at=at, on=day, by=CLERK, command_id=uuid4())
        self.books.store(shift)

    def _deposit(self, day: date) -> None:
        deposit = Deposit(
            site=self.site,
            account=ACCOUNTS[0],
            deposit=uuid4().hex,
            currency="GBP",
            amount="50.00",
            asked_on=day,
            due_on=day,
            reason="new",
            by=CLERK,
            command_id=uuid4(),
        )
        deposit.pay(Decimal(50), means="bank", reference="", on=day, by=CLERK, command_id=uuid4())
        number = self.till.issue(ACCOUNTS[0], "20.00", dated=day, utility="gas")
        deposit.apply_to(number, Decimal(20), on=day, by=CLERK, command_id=uuid4())
        self.books.store(deposit)

    def _purchase(self, dated: date) -> None:
        amount = self.amount()
        charge = PurchasedCharge(
            charge="unit", quantity=Decimal(1), unit="m3", price=amount, amount=amount
        )
        purchase = Purchase(
            supplier="Works",
            number=f"W-{dated}",
            utility="water",
            point="main",
            tariff="",
            dated=dated,
            due_on=dated,
            first_day=dated,
            last_day=dated + timedelta(days=27),
            currency="GBP",
            charges=(charge,),
            net=amount,
            tax=ZERO,
            total=amount,
        )
        office = SupplierOffice(self.books)
        office.enter([purchase], file="f", by=CLERK, command_id=uuid4())
        self.till.catch_up()
        if self.random.random() < 0.7:
            office.pay(
                purchase.number, None, on=dated, means="bank", by=APPROVER, command_id=uuid4()
            )


@pytest.mark.servers
def test_a_simulated_year_loads_without_an_error_and_agrees_with_what_is_open(till: Till) -> None:
    year = Year(till, 7)
    for month in range(1, 13):
        year.month(date(2019, month, 1))
    cash = Incoming(
        payment="P-1", amount=Decimal(3), on=date(2019, 12, 30), means="cash", reference=""
    )
    till.money.receive(ACCOUNTS[1], cash, by=UUID(int=1), command_id=uuid4())
    till.catch_up()
    till.check_books()
    used = till.money.apply_named(uuid4())
    assert used, "what a desk took for a document is used for it"
    till.catch_up()
    till.check_books()
    with till.town.database.connection() as connection:
        rows = read_entries(connection, till.town.site.schema)
        ours = read_balances(connection, till.town.site.schema)
    balances, errors = loaded(beancount_text(rows, "Town"))
    assert errors == []
    assert len(rows) > 150
    assert balances == {account_name(LedgerAccount(a), d): n for a, d, n in ours if n}
    assert sum(balances.values()) == 0
    seen = {posting.account for each in rows for posting in each.entry.postings}
    assert seen >= {
        LedgerAccount.PREPAID,
        LedgerAccount.DEPOSIT,
        LedgerAccount.CARD_SALES,
        LedgerAccount.CASH,
        LedgerAccount.TAX,
        LedgerAccount.PAYABLE,
        LedgerAccount.REVENUE,
    }
