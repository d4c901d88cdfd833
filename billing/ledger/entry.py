"""In: what a business event moved between accounts. Out: a balanced ledger entry. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class LedgerAccount(StrEnum):
    """The accounts of the ledger; utility or means of payment stand in a posting's detail."""

    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    TAX = "tax_payable"
    BANK = "bank"
    CASH = "cash"
    PREPAID = "prepaid_liability"
    CARD_SALES = "card_revenue"
    DEPOSIT = "deposit_liability"
    FEES = "fee_revenue"
    LOSS = "loss"
    CASH_DIFFERENCE = "cash_difference"
    PURCHASES = "purchases"
    INPUT_TAX = "input_tax"
    PAYABLE = "payable"
    OPENING = "opening_balance"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One side of an entry."""

    account: LedgerAccount
    detail: str
    """Utility or means of payment; "" where neither says anything."""
    amount: Decimal
    """Debit above zero, credit below. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one business event moved; its postings add up to zero."""

    key: str
    """Unique: "<topic>/<aggregate id>/<version>[/<n>]"; the same event has the same key."""
    booked_on: date
    """Local day the event concerns."""
    what: str
    """Topic of the event."""
    party: str | None
    """Key of the account or supplier."""
    document: str | None
    """Number of the invoice or receipt."""
    currency: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """Check that nothing appears or vanishes."""
        assert self.postings, f"{self.key}: an entry moves something"
        assert sum((each.amount for each in self.postings), Decimal(0)) == 0, f"{self.key}: sum"


def key_of(event: Any, n: int | None = None) -> str:
    """Return the key of an event's entry, or of its nth one."""
    key = f"{type(event).TOPIC}/{event.originator_id}/{event.originator_version}"
    return key if n is None else f"{key}/{n}"


def posted(*sides: tuple[LedgerAccount, str, Decimal]) -> tuple[Posting, ...]:
    """Return the postings of (account, detail, amount), those of amount zero left out."""
    return tuple(
        Posting(account=account, detail=detail, amount=amount)
        for account, detail, amount in sides
        if amount
    )


def balance_of(
    entries: Sequence[Entry], account: LedgerAccount, party: str | None = None
) -> Decimal:
    """Return what stands on a ledger account. [currency].

    Args:
        entries: Of one currency.
        account: The ledger account.
        party: Of this party alone; of all when None.
    """
    return sum(
        (
            posting.amount
            for entry in entries
            if party is None or entry.party == party
            for posting in entry.postings
            if posting.account is account
        ),
        Decimal(0),
    )
