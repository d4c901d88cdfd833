"""Deposits in the ledger: every entry balances, and what is left is what is held."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from billing.accounts.postings import POSTINGS
from billing.ledger.entry import Entry, LedgerAccount, balance_of
from tests.billing.accounts.test_deposit import DAY, TWO, apply, asked, pay, refund
from tests.examples import tried

CENTS = st.integers(1, 10_000).map(lambda cents: Decimal(cents) / 100)


@given(CENTS, CENTS, CENTS, st.sampled_from(["bank", "cash", "card"]))
@tried(50)
def test_the_ledger_owes_what_the_deposit_holds(
    applied: Decimal, refunded: Decimal, left: Decimal, means: str
) -> None:
    deposit = asked(str(applied + refunded + left))
    pay(deposit, str(applied + refunded + left))
    apply(deposit, str(applied))
    refund(deposit, str(refunded))
    deposit.pay_refund(means=means, on=DAY, by=TWO, command_id=uuid4())
    entries: list[Entry] = []
    told: list[Any] = list(deposit.collect_events())
    for event in told:
        posting = POSTINGS.get(event.TOPIC)
        entries += [] if posting is None else posting(event)
    assert balance_of(entries, LedgerAccount.DEPOSIT) == -deposit.held == -left
    assert balance_of(entries, LedgerAccount.RECEIVABLE, "A") == -applied
    money = balance_of(entries, LedgerAccount.BANK) + balance_of(entries, LedgerAccount.CASH)
    assert money == applied + left
    assert len({each.key for each in entries}) == len(entries) == 3
    (one,) = (each for each in entries if each.document is not None)
    assert (one.document, one.what, one.party) == ("INV-1", "deposit.applied", "A")
    in_box = balance_of(entries, LedgerAccount.CASH)
    assert in_box == (-refunded if means == "cash" else 0)


def test_a_deposit_that_the_old_system_held_stands_against_the_opening_balance() -> None:
    deposit = asked()
    deposit.pay(
        Decimal("500.00"), means="opening", reference="", on=DAY, by=TWO, command_id=uuid4()
    )
    told: list[Any] = list(deposit.collect_events())
    (entry,) = POSTINGS["deposit.paid"](told[-1])
    assert balance_of([entry], LedgerAccount.OPENING) == Decimal("500.00")
    assert balance_of([entry], LedgerAccount.BANK) == 0
