"""A bank file goes in whole and once, however often and by however many at once it is brought."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.bank.bringing import Bringing
from billing.bank.statement import StatementEntry
from billing.cash_desk.desk import Payment
from billing.cash_desk.shift_events import Means
from billing.errors import MoneyError
from billing.ledger.entry import LedgerAccount
from billing.prepaid.errors import PrepaidRefusedError
from billing.prepaid.server_account import TopUpMeans
from billing.receivables.errors import PaymentError
from billing.receivables.office import Incoming, Receivables
from billing.views.owed import read_items, read_payments
from tests.billing.prepaid.purse import Purse
from tests.billing.till import OURS, Till, bank_file, statement
from tests.billing.town import CLERK

pytestmark = pytest.mark.servers
DATED = date(2019, 2, 1)


def payments(till: Till) -> list[tuple[str, Decimal]]:
    with till.town.database.connection() as connection:
        rows = read_payments(connection, till.town.site.schema)
    return [(row.account, row.amount) for row in rows]


def test_a_file_brought_again_or_overlapping_brings_nothing_twice(till: Till) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)
    sure = statement("60.00", told=number, payer="Mill", reference="R-1")
    plain = statement("10.00", payer="Who")
    first = till.bringing.bring(bank_file(sure, plain), by=CLERK, command_id=uuid4())
    assert (len(first.new), first.known) == (2, 0)
    # nothing folded yet: the journal knows them all the same
    again = till.bringing.bring(bank_file(sure, plain), by=CLERK, command_id=uuid4())
    assert (len(again.new), again.known) == (0, 2)
    till.catch_up()
    more = till.bringing.bring(bank_file(plain, plain, sure), by=CLERK, command_id=uuid4())
    assert (len(more.new), more.known) == (1, 2)  # the second equal row is another payment
    till.catch_up()
    assert payments(till) == [("A-b1", Decimal("60.00"))]
    assert till.on_ledger(LedgerAccount.BANK, OURS) == 80
    assert till.on_ledger(LedgerAccount.BANK, "unallocated") == -20
    till.check_books()


def test_one_file_with_several_payments_of_one_account_settles_what_was_due_first(
    till: Till,
) -> None:
    numbers = [till.issue("A-b1", "100.00", dated=DATED) for _ in range(2)]
    file = bank_file(*(statement("70.00", told=numbers[1], reference=f"R-{n}") for n in range(2)))
    till.bringing.bring(file, by=CLERK, command_id=uuid4())
    till.catch_up()
    with till.town.database.connection() as connection:
        (left,) = read_items(connection, till.town.site.schema)
    assert (left.number, left.open) == (numbers[0], 60)
    till.check_books()


def test_two_who_bring_one_file_at_once_bring_it_once(till: Till) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)
    entries = [statement(f"{n}.00", told=number, reference=f"R-{n}") for n in range(1, 9)]
    offices = [Bringing(till.town.new_office().books, till.town.vault) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        brought = list(
            pool.map(lambda o: o.bring(bank_file(*entries), by=CLERK, command_id=uuid4()), offices)
        )
    assert sorted(len(each.new) for each in brought) == [0, 0, 0, 8]
    till.catch_up()
    assert sorted(amount for _, amount in payments(till)) == list(range(1, 9))
    till.check_books()


def test_two_payments_of_one_invoice_at_once_never_settle_it_twice(till: Till) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)
    desks = [Receivables(till.town.new_office().books) for _ in range(4)]
    paid = [
        Incoming(payment=f"P-{n}", amount=Decimal(40), on=DATED, means="cash", reference="")
        for n in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda each: each[0].receive("A-b1", each[1], by=CLERK, command_id=uuid4()),
                zip(desks, paid, strict=True),
            )
        )
    till.catch_up()
    with till.town.database.connection() as connection:
        (item,) = read_items(connection, till.town.site.schema, open_only=False)
        rows = read_payments(connection, till.town.site.schema)
    assert (item.number, item.open) == (number, 0)
    assert sum(row.left for row in rows) == 60
    till.check_books()


def test_of_a_file_with_one_wrong_entry_nothing_is_taken(till: Till) -> None:
    good = statement("1.00", reference="R-1")
    wrong: list[tuple[dict[str, object], str]] = [
        ({"currency": "EUR"}, "row 3: the entry is in EUR"),
        ({"amount": Decimal("1.005")}, "more than 2 digits"),
        ({"reference": "R-1", "amount": Decimal(2)}, "another day or amount"),
    ]
    for facts, cause in wrong:
        bad = replace(statement("1.00", reference="R-2", row=3), **facts)  # type: ignore[arg-type]
        with pytest.raises((PaymentError, MoneyError), match=cause):
            till.bringing.bring(bank_file(good, bad), by=CLERK, command_id=uuid4())
    till.catch_up()
    assert till.bank.queue() == []


def test_a_payer_matched_by_hand_is_known_from_then_on_and_doubtful_for_two(till: Till) -> None:
    till.issue("A-b1", "100.00", dated=DATED)

    def brought(reference: str) -> bool:
        entry = statement("5.00", payer="Mill Ltd", iban="GB29", reference=reference)
        looked = till.bringing.bring(bank_file(entry), by=CLERK, command_id=uuid4())
        till.catch_up()
        return looked.new[0].certain is not None

    def matched(account: str) -> None:
        (waiting,) = till.bank.queue()
        entry = str(waiting.row.entry)
        till.bank.match(entry, account, remember=True, by=CLERK, command_id=uuid4())
        till.catch_up()

    assert not brought("R-1")
    matched("A-b1")
    assert brought("R-2")
    with till.town.database.connection() as connection:
        stored = connection.execute(
            f"SELECT convert_from(state, 'UTF8') FROM {till.town.site.schema}.books_events".encode()
        ).fetchall()
    assert not any("Mill" in str(row[0]) for row in stored)  # names stand sealed only


def test_a_payment_that_was_anothers_waits_again_and_becomes_another_payment(till: Till) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)
    file = bank_file(statement("100.00", told=number, reference="R-1"))
    till.bringing.bring(file, by=CLERK, command_id=uuid4())
    till.catch_up()
    with till.town.database.connection() as connection:
        (row,) = read_payments(connection, till.town.site.schema)
    till.bank.reverse(
        row.payment, on=date(2019, 3, 1), reason="wrong", entry=None, by=CLERK, command_id=uuid4()
    )
    till.catch_up()
    (waiting,) = till.bank.queue()
    till.bank.match(str(waiting.row.entry), "A-b2", remember=False, by=CLERK, command_id=uuid4())
    till.catch_up()
    assert payments(till) == [("A-b1", 100), ("A-b2", 100)]
    assert till.on_ledger(LedgerAccount.BANK, "unallocated") == 0
    till.check_books()


def test_a_bounced_debit_is_taken_back_by_the_entry_that_takes_it_out(till: Till) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)
    till.bringing.bring(
        bank_file(
            statement("100.00", told=number, reference="R-1"),
            statement("-100.00", told="returned", reference="R-2"),
        ),
        by=CLERK,
        command_id=uuid4(),
    )
    till.catch_up()
    with till.town.database.connection() as connection:
        (row,) = read_payments(connection, till.town.site.schema)
    till.bank.reverse(
        row.payment,
        on=date(2019, 3, 1),
        reason="no funds",
        entry=f"{OURS}/R-2",
        by=CLERK,
        command_id=uuid4(),
    )
    till.catch_up()
    assert till.bank.queue() == []
    assert till.on_ledger(LedgerAccount.RECEIVABLE) == 100
    assert till.on_ledger(LedgerAccount.BANK) == 0
    till.check_books()


def test_an_entry_that_fills_a_prepaid_balance_waits_no_longer_and_is_no_payment(
    till: Till,
) -> None:
    purse = Purse(till.town)
    purse.open()
    till.bringing.bring(bank_file(statement("50.00", payer="Mill")), by=CLERK, command_id=uuid4())
    till.catch_up()
    (waiting,) = till.bank.queue()
    entry, act = waiting.row.entry, purse.act()
    for _ in range(2):  # the answer of the first one was lost
        purse.office.top_up(
            "A-b1", Decimal("50.00"), means=TopUpMeans.BANK, reference="R", act=act, entry=entry
        )
    till.catch_up()
    assert purse.office.balance("A-b1") == 50
    assert (till.bank.queue(), payments(till)) == ([], [])
    assert till.on_ledger(LedgerAccount.BANK, "unallocated") == 0
    with pytest.raises(PaymentError):
        till.bank.match(str(entry), "A-b2", remember=False, by=CLERK, command_id=uuid4())
    till.check_books()


def test_a_known_payer_of_an_account_that_pays_first_fills_its_balance(till: Till) -> None:
    before = till.issue("A-b1", "30.00", dated=date(2018, 12, 1))
    purse = Purse(till.town)
    purse.open(first=date(2019, 1, 1))
    file = bank_file(statement("50.00", payer="Mill", reference="R-0"), name="first.csv")
    till.bringing.bring(file, by=CLERK, command_id=uuid4())
    till.catch_up()
    (waiting,) = till.bank.queue()
    purse.office.top_up(
        "A-b1", Decimal("50.00"), means=TopUpMeans.BANK, reference="", act=purse.act(),
        entry=waiting.row.entry, remember=True,
    )  # fmt: skip
    own = till.issue("A-b1", "10.00", dated=date(2019, 2, 1))
    till.catch_up()
    file = bank_file(
        statement("20.00", payer="Mill", reference="R-1"),
        statement("7.00", payer="Mill", reference="R-2"),
        statement("10.00", payer="Mill", told=own, reference="R-3"),
        statement("30.00", payer="Mill", told=before, reference="R-4"),
    )
    for _ in range(2):
        till.bringing.bring(file, by=CLERK, command_id=uuid4())
    till.catch_up()
    assert till.bank.queue() == []
    assert purse.office.balance("A-b1") == 87
    assert payments(till) == [("A-b1", 30)]  # of the days before it paid first
    assert till.on_ledger(LedgerAccount.BANK, "unallocated") == 0
    assert till.on_ledger(LedgerAccount.PREPAID) == -87
    till.check_books()


def _topped_up(till: Till, purse: Purse, *more: StatementEntry) -> str:
    purse.open()
    file = bank_file(statement("50.00", payer="Mill", reference="R-1"), *more)
    till.bringing.bring(file, by=CLERK, command_id=uuid4())
    till.catch_up()
    entry = till.bank.entry(f"{OURS}/R-1").id
    return purse.office.top_up(
        "A-b1", Decimal("50.00"), means=TopUpMeans.BANK, reference="", act=purse.act(), entry=entry
    )


def test_the_entry_of_a_top_up_taken_back_waits_again(till: Till) -> None:
    purse = Purse(till.town)
    receipt = _topped_up(till, purse)
    act = purse.act()
    for _ in range(2):  # the answer of the first one was lost
        assert purse.office.reverse("A-b1", receipt, "wrong account", act) == 0
    till.catch_up()
    (waiting,) = till.bank.queue()
    assert waiting.row.key == f"{OURS}/R-1"
    till.bank.match(str(waiting.row.entry), "A-b2", remember=False, by=CLERK, command_id=uuid4())
    till.catch_up()
    assert payments(till) == [("A-b2", 50)]
    assert till.on_ledger(LedgerAccount.PREPAID) == 0
    assert till.on_ledger(LedgerAccount.BANK, "unallocated") == 0
    till.check_books()


def test_a_top_up_that_bounced_is_taken_back_by_the_entry_that_takes_it_out(till: Till) -> None:
    purse = Purse(till.town)
    back = statement("-50.00", payer="Mill", reference="R-2")
    receipt = _topped_up(till, purse, back, statement("-49.00", reference="R-3"))
    other = till.bank.entry(f"{OURS}/R-3").id
    with pytest.raises(PaymentError, match=r"does not take 50\.00 out"):
        purse.office.reverse("A-b1", receipt, "no funds", purse.act(), out=other)
    out = till.bank.entry(f"{OURS}/R-2").id
    assert purse.office.reverse("A-b1", receipt, "no funds", purse.act(), out=out) == 0
    till.catch_up()
    assert [row.row.key for row in till.bank.queue()] == [f"{OURS}/R-3"]
    assert till.on_ledger(LedgerAccount.PREPAID) == 0
    assert till.on_ledger(LedgerAccount.BANK, "unallocated") == 49
    till.check_books()


def test_a_reference_is_one_top_up_of_one_amount(till: Till) -> None:
    purse = Purse(till.town)
    purse.open()
    act = purse.act(command=uuid4())
    first = purse.office.top_up("A-b1", Decimal(5), means=TopUpMeans.BANK, reference="R", act=act)
    purse.top_up("7")
    again = purse.office.top_up("A-b1", Decimal(5), means=TopUpMeans.BANK, reference="R", act=act)
    assert again == first
    with pytest.raises(PrepaidRefusedError, match="of 5 has that reference"):
        purse.office.top_up("A-b1", Decimal(6), means=TopUpMeans.BANK, reference="R", act=act)
    assert purse.office.balance("A-b1") == 12


def test_money_that_a_desk_gave_back_settles_its_void_and_no_document(till: Till) -> None:
    number = till.issue("A-b1", "100.00", dated=DATED)
    purse = Purse(till.town)
    desk = purse.desk()
    desk.open(Decimal(0), purse.act())
    cash = Payment(amount=Decimal(100), means=Means.CASH)
    for invoice in (number, None):
        taking = desk.pay("A-b1", invoice, cash, purse.act())
        desk.void(purse.cards, taking.receipt, "wrong", purse.act())
    till.catch_up()
    till.money.apply_named(uuid4())
    till.catch_up()
    with till.town.database.connection() as connection:
        (left,) = read_items(connection, till.town.site.schema)
        held = read_payments(connection, till.town.site.schema)
    assert (left.number, left.open) == (number, 100)
    assert [row.left for row in held] == [0, 0]
    till.check_books()
