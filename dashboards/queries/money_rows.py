"""In: nothing. Out: the frozen rows of payments and receivables that queries answer with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.bank.match import Proposal
from billing.receivables.ageing import AgedAccount
from billing.receivables.dunning_rules import DueLetter
from billing.views.owed import DisputeRow, PaymentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEntry:
    """A bank entry that waits for a person, in clear."""

    entry: UUID
    seen_at: int
    """Position of the last decision about it: the same press on it again is one command."""
    booked_on: date
    amount: Decimal
    """Below zero: money went out. [currency]"""
    payer: str
    told: str
    proposals: tuple[Proposal, ...]
    """The likeliest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyPage:
    """What is owed and paid at a site."""

    day: date
    currency: str
    aged: tuple[AgedAccount, ...]
    """Accounts that owe or have credit, the most overdue first."""
    waiting: tuple[WaitingEntry, ...]
    """The oldest first; at most as many as a page shows."""
    waiting_in_all: int
    payments: tuple[PaymentRow, ...]
    """The newest first; at most as many as a page shows."""
    letters: tuple[DueLetter, ...]
    """Dunning letters due today."""
    disputes: tuple[DisputeRow, ...]
    """Open ones."""
    names: Mapping[str, str]
    """Names of accounts, opened, by key."""
