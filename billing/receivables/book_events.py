"""In: what happened to the money of an account. Out: its events, each applied to the book. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from energy.base.aggregate import JournalAggregate

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A payment with what is left of it."""

    payment: str
    amount: Decimal
    left: Decimal
    means: str
    reversed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """Money of a source that settles an item."""

    source: str
    """Key of a payment, or number of a document in the account's favour."""
    source_amount: Decimal
    """Of the whole source. [currency]"""
    item: str
    item_amount: Decimal
    """Of the whole item. [currency]"""
    amount: Decimal
    """Above zero. [currency]"""
    on: date
    """Local day from which on it counts: both were there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedWriteOff:
    """A write-off that waits for its second person."""

    item: str
    item_amount: Decimal
    amount: Decimal
    kind: str
    """Kind of the item: a fee is taken back from fees, anything else is a loss."""
    by: UUID


class ItemTakenOver(JournalAggregate.Event):
    """A document of the system before is open here, whole or in part."""

    TOPIC = "receivable.taken_over"
    account: str
    currency: str
    number: str
    amount: Decimal
    """What is open of it; below zero in the account's favour. [currency]"""
    dated: date
    due_on: date
    on: date
    """Local day of the take-over."""
    by: UUID | None

    def apply(self, aggregate: Any) -> None:
        """Remember it."""
        aggregate.taken_over[self.number] = self.amount


class PaymentReceived(JournalAggregate.Event):
    """Money came in for the account."""

    TOPIC = "payment.received"
    account: str
    currency: str
    payment: str
    amount: Decimal
    on: date
    means: str
    reference: str
    bank_entry: UUID | None
    by: UUID | None

    def apply(self, aggregate: Any) -> None:
        """Remember it, all of it left."""
        aggregate.payments[self.payment] = Received(
            payment=self.payment, amount=self.amount, left=self.amount, means=self.means
        )


class Applied(JournalAggregate.Event):
    """A payment or a credit settles an item, whole or in part."""

    TOPIC = "payment.applied"
    account: str
    source: str
    source_amount: Decimal
    item: str
    item_amount: Decimal
    amount: Decimal
    on: date

    def apply(self, aggregate: Any) -> None:
        """Count it as settled and as spent."""
        key = self.source, self.item
        aggregate.applied[key] = aggregate.applied.get(key, ZERO) + self.amount
        _spend(aggregate, self.source, self.amount)


class Unapplied(JournalAggregate.Event):
    """What was settled is open again; the money is the account's credit."""

    TOPIC = "payment.unapplied"
    account: str
    source: str
    item: str
    amount: Decimal
    on: date
    reason: str

    def apply(self, aggregate: Any) -> None:
        """Forget what was settled."""
        del aggregate.applied[self.source, self.item]
        _spend(aggregate, self.source, -self.amount)


class PaymentReversed(JournalAggregate.Event):
    """A payment bounced or was not the account's; all it settled is open again."""

    TOPIC = "payment.reversed"
    account: str
    currency: str
    payment: str
    amount: Decimal
    on: date
    means: str
    reason: str
    bank_entry: UUID | None
    """The entry that took it back; None where the bank still has the money."""
    by: UUID | None

    def apply(self, aggregate: Any) -> None:
        """Leave nothing of it."""
        known = aggregate.payments[self.payment]
        aggregate.payments[self.payment] = replace(known, left=ZERO, reversed=True)


class Refunded(JournalAggregate.Event):
    """Credit was paid out."""

    TOPIC = "payment.refunded"
    account: str
    currency: str
    source: str
    source_amount: Decimal
    amount: Decimal
    on: date
    means: str
    reference: str
    bank_entry: UUID | None
    by: UUID | None

    def apply(self, aggregate: Any) -> None:
        """Count it as spent."""
        paid = aggregate.refunds.get(self.source, ZERO)
        aggregate.refunds[self.source] = paid + self.amount
        _spend(aggregate, self.source, self.amount)


class WriteOffProposed(JournalAggregate.Event):
    """Somebody proposed to give an amount up."""

    TOPIC = "write_off.proposed"
    account: str
    write_off: UUID
    item: str
    item_amount: Decimal
    amount: Decimal
    kind: str
    reason: str
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Let it wait."""
        aggregate.proposed[self.write_off] = ProposedWriteOff(
            item=self.item,
            item_amount=self.item_amount,
            amount=self.amount,
            kind=self.kind,
            by=self.by,
        )


class WrittenOff(JournalAggregate.Event):
    """A second person agreed: the amount is lost."""

    TOPIC = "write_off.approved"
    account: str
    currency: str
    write_off: UUID
    item: str
    amount: Decimal
    kind: str
    on: date
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Count it as settled."""
        del aggregate.proposed[self.write_off]
        lost = aggregate.written_off.get(self.item, ZERO)
        aggregate.written_off[self.item] = lost + self.amount


class WriteOffRefused(JournalAggregate.Event):
    """A second person did not agree."""

    TOPIC = "write_off.refused"
    account: str
    write_off: UUID
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Forget it."""
        del aggregate.proposed[self.write_off]


def _spend(aggregate: Any, source: str, amount: Decimal) -> None:
    """Take an amount of what is left of a source, where that is a payment."""
    known = aggregate.payments.get(source)
    if known is not None:
        aggregate.payments[source] = replace(known, left=known.left - amount)
