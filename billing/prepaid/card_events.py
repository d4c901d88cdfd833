"""In: what happened at a point with a card meter. Out: its events, and what each changes. Pure.

The aggregate (card_point.py) decides; here stands what its events say and how they change it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from energy.base.aggregate import JournalAggregate


class SaleState(StrEnum):
    """How far a sale has come."""

    SOLD = "sold"
    WRITING = "writing"
    WRITTEN = "written"
    FAILED = "failed"
    VOID = "void"


class SaleKind(StrEnum):
    """Why units go onto the card."""

    SALE = "sale"
    CARRIED = "carried"
    """Left in a meter that was taken out; costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSale:
    """Units for a card."""

    sale: UUID
    number: int
    """Of the point, from 1: the card's side counts with it."""
    kind: SaleKind
    card: str
    units: Decimal
    unit: str
    parts: tuple[tuple[Decimal, Decimal], ...]
    """Units and price of each block, as it was sold. [unit], [currency / unit]"""
    amount: Decimal
    """With tax. [currency]"""
    month: str
    """YYYY-MM of the sale: blocks and ceiling count by it."""
    receipt: str
    state: SaleState
    attempts: int = 0


class CardIssued(JournalAggregate.Event):
    """A card was made for the meter; the one before, if there was one, is blocked."""

    TOPIC = "card_point.card_issued"
    point: str
    card: str
    blocked: str | None
    reason: str
    at: datetime
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Sell on this one from now on."""
        if aggregate.card is not None:
            aggregate.blocked.append(aggregate.card)
        aggregate.card = self.card
        aggregate.sales = {
            sale: replace(each, card=self.card)
            if each.state in (SaleState.SOLD, SaleState.FAILED)
            else each
            for sale, each in aggregate.sales.items()
        }


class CeilingSet(JournalAggregate.Event):
    """Another purchase ceiling holds from now on."""

    TOPIC = "card_point.ceiling_set"
    point: str
    ceiling: Decimal | None
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Hold it."""
        aggregate.ceiling = self.ceiling


class Sold(JournalAggregate.Event):
    """Units were sold; they are to be written to the card."""

    TOPIC = "card_point.sold"
    account: str
    point: str
    sale: UUID
    number: int
    kind: str
    card: str
    units: Decimal
    unit: str
    parts: list[dict[str, str]]
    amount: Decimal
    net: Decimal
    tax: Decimal
    tax_rate: Decimal
    currency: str
    utility: str
    tariff_sha256: str
    receipt: str
    at: datetime
    on: date
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Keep it."""
        aggregate.sales[self.sale] = CardSale(
            sale=self.sale,
            number=self.number,
            kind=SaleKind(self.kind),
            card=self.card,
            units=self.units,
            unit=self.unit,
            parts=tuple((Decimal(each["units"]), Decimal(each["price"])) for each in self.parts),
            amount=self.amount,
            month=f"{self.on:%Y-%m}",
            receipt=self.receipt,
            state=SaleState.SOLD,
        )


class WriteBegun(JournalAggregate.Event):
    """The card's side is asked to write a sale."""

    TOPIC = "card_point.write_begun"
    point: str
    sale: UUID
    card: str
    attempt: int
    writer: str
    at: datetime

    def apply(self, aggregate: Any) -> None:
        """Wait for the answer."""
        known = aggregate.sales[self.sale]
        aggregate.sales[self.sale] = replace(known, state=SaleState.WRITING, attempts=self.attempt)


class WriteEnded(JournalAggregate.Event):
    """The card's side, or a person who looked at the card, said how it ended."""

    TOPIC = "card_point.write_ended"
    point: str
    sale: UUID
    written: bool
    proof: str
    at: datetime
    by: UUID | None

    def apply(self, aggregate: Any) -> None:
        """Be done, or let it be tried again."""
        state = SaleState.WRITTEN if self.written else SaleState.FAILED
        aggregate.sales[self.sale] = replace(aggregate.sales[self.sale], state=state)


class SaleVoided(JournalAggregate.Event):
    """A sale that never reached the card was taken back."""

    TOPIC = "card_point.sale_voided"
    point: str
    sale: UUID
    reason: str
    at: datetime
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Count it no more."""
        known = aggregate.sales[self.sale]
        aggregate.sales[self.sale] = replace(known, state=SaleState.VOID)


class MeterSwapped(JournalAggregate.Event):
    """Another meter stands there; what the old one had left is carried over."""

    TOPIC = "card_point.meter_swapped"
    point: str
    old_serial: str
    serial: str
    left: Decimal
    at: datetime
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Serve the new one."""
        aggregate.serial = self.serial


class Closed(JournalAggregate.Event):
    """The point is paid by card no longer."""

    TOPIC = "card_point.closed"
    point: str
    on: date
    reason: str
    by: UUID

    def apply(self, aggregate: Any) -> None:
        """Sell no more."""
        aggregate.closed_on = self.on
