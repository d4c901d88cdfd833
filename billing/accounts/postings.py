"""In: events of deposits. Out: the ledger entries that follow from them. Pure.

What was asked for and did not come is nobody's money: it is posted when it is paid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from billing.accounts.deposit import Deposit
from billing.ledger.entry import Entry, LedgerAccount, posted

CASH_MEANS, OPENING_MEANS = "cash", "opening"
"""Means of payment that go into the cash box, or came with the take-over; others go by the bank."""


def deposit_paid(event: Deposit.Paid) -> list[Entry]:
    """Return the entry of money that came: bank or cash against what is owed back."""
    amount = Decimal(event.amount)
    sides = [(_money(event.means), event.means, amount), (LedgerAccount.DEPOSIT, "", -amount)]
    return [_entry(event, event.on_day, None, sides)]


def deposit_applied(event: Deposit.Applied) -> list[Entry]:
    """Return the entry of a deposit that pays an invoice."""
    amount = Decimal(event.amount)
    sides = [(LedgerAccount.DEPOSIT, "", amount), (LedgerAccount.RECEIVABLE, "", -amount)]
    return [_entry(event, event.on_day, event.invoice, sides)]


def deposit_refunded(event: Deposit.Refunded) -> list[Entry]:
    """Return the entry of a deposit that was paid back."""
    amount = Decimal(event.amount)
    sides = [(LedgerAccount.DEPOSIT, "", amount), (_money(event.means), event.means, -amount)]
    return [_entry(event, event.on_day, None, sides)]


POSTINGS: Mapping[str, Callable[[Any], list[Entry]]] = {
    "deposit.paid": deposit_paid,
    "deposit.applied": deposit_applied,
    "deposit.refunded": deposit_refunded,
}
"""Topic -> what it moves."""


def _money(means: str) -> LedgerAccount:
    if means == OPENING_MEANS:
        return LedgerAccount.OPENING
    return LedgerAccount.CASH if means == CASH_MEANS else LedgerAccount.BANK


def _entry(
    event: Any, on: date, document: str | None, sides: list[tuple[LedgerAccount, str, Decimal]]
) -> Entry:
    return Entry(
        key=f"{event.TOPIC}/{event.originator_id}/{event.originator_version}",
        booked_on=on,
        what=event.TOPIC,
        party=event.account,
        document=document,
        currency=event.currency,
        postings=posted(*sides),
    )
