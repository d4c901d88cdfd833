"""In: what happened in a shift at a cash desk. Out: its events, and what each changes. Pure.

`CashTaken` is what other rooms live on: money of an account, by what means, for which purpose, on
which receipt; with an invoice's number where it pays one. `CashVoided` says the same of what was
never taken, so that nobody needs to look the taking up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from energy.base.aggregate import JournalAggregate


class Means(StrEnum):
    """How a customer pays."""

    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"


class Purpose(StrEnum):
    """What money is taken for."""

    TOP_UP = "top_up"
    """Onto a server-prepaid account."""
    CARD_UNITS = "card_units"
    """Units for a prepaid card; revenue at once."""
    INVOICE = "invoice"
    """An invoice, or on account where none is named."""


class ShiftState(StrEnum):
    """How far a shift has come."""

    OPEN = "open"
    COUNTED = "counted"
    """The money was counted and is not what it should be; somebody must sign."""
    CLOSED = "closed"


def entry_key(topic: str, shift: UUID, version: int) -> str:
    """Return the key of the ledger entry of a shift's event."""
    return f"{topic}/{shift}/{version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Money taken in a shift."""

    taking: UUID
    account: str
    amount: Decimal
    """[currency]"""
    means: Means
    purpose: Purpose
    invoice: str | None
    sale: UUID | None
    receipt: str
    net: Decimal
    """Of card units; zero else. [currency]"""
    tax: Decimal
    utility: str
    point: str
    taken_at: datetime
    command_id: UUID
    given: Decimal | None = None
    """Cash handed over. [currency]"""
    void: bool = False

    def facts(self) -> dict[str, Any]:
        """Return what both events of a taking say."""
        return {
            "taking": self.taking,
            "account": self.account,
            "amount": self.amount,
            "means": self.means.value,
            "purpose": self.purpose.value,
            "invoice": self.invoice,
            "sale": self.sale,
            "receipt": self.receipt,
            "net": self.net,
            "tax": self.tax,
            "utility": self.utility,
            "point": self.point,
        }


class CashTaken(JournalAggregate.Event):
    """Money was taken."""

    TOPIC = "shift.cash_taken"
    taking: UUID
    account: str
    amount: Decimal
    currency: str
    means: str
    purpose: str
    invoice: str | None
    sale: UUID | None
    receipt: str
    net: Decimal
    tax: Decimal
    utility: str
    point: str
    given: Decimal | None
    at: datetime
    on: date
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Keep it."""
        aggregate.takings[self.taking] = Taking(
            taking=self.taking,
            account=self.account,
            amount=self.amount,
            means=Means(self.means),
            purpose=Purpose(self.purpose),
            invoice=self.invoice,
            sale=self.sale,
            receipt=self.receipt,
            net=self.net,
            tax=self.tax,
            utility=self.utility,
            point=self.point,
            taken_at=self.at,
            command_id=self.command_id,
            given=self.given,
        )
        aggregate.versions[self.taking] = self.originator_version


class CashVoided(JournalAggregate.Event):
    """Money was given back in the same shift: it counts as never taken."""

    TOPIC = "shift.cash_voided"
    taking: UUID
    account: str
    amount: Decimal
    currency: str
    means: str
    purpose: str
    invoice: str | None
    sale: UUID | None
    receipt: str
    net: Decimal
    tax: Decimal
    utility: str
    point: str
    reason: str
    at: datetime
    on: date
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Count it no more."""
        aggregate.takings[self.taking] = replace(aggregate.takings[self.taking], void=True)


class Counted(JournalAggregate.Event):
    """What is there was counted, by means of payment; cash by its coins and notes."""

    TOPIC = "shift.counted"
    desk: str
    denominations: dict[str, int]
    counted: dict[str, Decimal]
    expected: dict[str, Decimal]
    at: datetime
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Stop selling until it is signed, or gone on with."""
        aggregate.state = ShiftState.COUNTED
        aggregate.counted, aggregate.expected = self.counted, self.expected
        aggregate.denominations = self.denominations


class Resumed(JournalAggregate.Event):
    """The count was wrong or early: the shift goes on."""

    TOPIC = "shift.resumed"
    desk: str
    reason: str
    at: datetime
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Sell again."""
        aggregate.state = ShiftState.OPEN


class Closed(JournalAggregate.Event):
    """The shift is over; a difference was signed by a second person."""

    TOPIC = "shift.closed"
    desk: str
    number: int
    currency: str
    differences: dict[str, Decimal]
    """By means, counted less expected; only those that are not zero. [currency]"""
    reason: str
    signed_by: UUID | None
    at: datetime
    on: date

    def apply(self, aggregate: Any) -> None:
        """Be over."""
        aggregate.state = ShiftState.CLOSED
        aggregate.closed_at, aggregate.signed_by = self.at, self.signed_by
        aggregate.reason = self.reason
