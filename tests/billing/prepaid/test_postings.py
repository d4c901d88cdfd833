"""What prepaid accounts move in the ledger: a liability until an invoice takes it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from billing.ledger.entry import Entry, LedgerAccount, balance_of
from billing.prepaid.postings import POSTINGS
from billing.prepaid.server_account import Act, PrepaidAccount, TopUpMeans

DAY = date(2019, 2, 1)


def act() -> Act:
    return Act(at=datetime(2019, 2, 1, 9, tzinfo=UTC), on=DAY, by=uuid4(), command_id=uuid4())


def opened() -> PrepaidAccount:
    return PrepaidAccount(
        site="s", account="A", first_day=date(2019, 1, 1), cycle_day=1, every="day",
        currency="GBP", by=None, command_id=uuid4(),
    )  # fmt: skip


def entries_of(account: PrepaidAccount) -> list[Entry]:
    return [
        entry
        for event in account.pending_events
        for entry in POSTINGS.get(getattr(event, "TOPIC", ""), lambda _: [])(event)
    ]


def put(account: PrepaidAccount, amount: str, means: TopUpMeans, receipt: str) -> None:
    account.top_up(Decimal(amount), means=means, receipt=receipt, reference="", act=act())


def test_the_liability_is_what_is_booked_and_what_a_desk_took_is_booked_by_its_shift() -> None:
    account = opened()
    put(account, "100", TopUpMeans.BANK, "T1")
    put(account, "-5", TopUpMeans.OPENING, "T2")
    put(account, "50", TopUpMeans.DESK, "R1")
    put(account, "30", TopUpMeans.BANK, "T3")
    account.reverse("T3", means=TopUpMeans.BANK, reason="bounced", act=act())
    account.open_month(date(2019, 1, 1), date(2019, 1, 31), command_id=uuid4())
    account.close_months([date(2019, 1, 1)], "N1", Decimal(40), Decimal("39.99"), act())
    account.correct("CN1", "credit_note", Decimal(-40), act())
    account.correct("N2", "invoice", Decimal(38), act())
    entries = entries_of(account)
    assert balance_of(entries, LedgerAccount.PREPAID) == -(account.booked - 50)
    assert balance_of(entries, LedgerAccount.BANK) == 100
    assert balance_of(entries, LedgerAccount.OPENING) == -5
    assert balance_of(entries, LedgerAccount.RECEIVABLE, "A") == -38
    assert len({entry.key for entry in entries}) == len(entries)
    documents = [entry.document for entry in entries]
    assert documents == ["T1", "T2", "T3", "T3", "N1", "CN1/prepaid", "N2/prepaid"]


def test_a_refund_leaves_no_liability_and_what_is_lacking_becomes_a_debt() -> None:
    for amount, bank, debt in (("12.50", "-12.50", "0"), ("-3", "0", "3"), ("0", "0", "0")):
        account = opened()
        if Decimal(amount):
            put(account, amount, TopUpMeans.OPENING, "T1")
        account.end(DAY, "left", by=uuid4(), command_id=uuid4())
        assert account.refund(means="transfer", reference="X", act=act()) == Decimal(amount)
        entries = entries_of(account)
        assert balance_of(entries, LedgerAccount.PREPAID) == 0
        assert balance_of(entries, LedgerAccount.BANK) == Decimal(bank)
        assert balance_of(entries, LedgerAccount.RECEIVABLE) == Decimal(debt)


def test_an_invoice_of_nothing_moves_nothing() -> None:
    account = opened()
    account.open_month(date(2019, 1, 1), date(2019, 1, 31), command_id=uuid4())
    account.close_months([date(2019, 1, 1)], "N1", Decimal(0), Decimal(0), act())
    assert entries_of(account) == []
