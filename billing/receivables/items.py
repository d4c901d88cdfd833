"""In: open items and money of an account. Out: what settles what. Pure.

An item is a document with an amount: above zero the account owes it (an invoice, a fee), below
zero it is in the account's favour (a credit note, an invoice of adjustments). Money is used for
the item that was due first, unless items are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from billing.receivables.book_events import Applying

ZERO = Decimal(0)


class ItemKind(StrEnum):
    """What an open item is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    FEE = "fee"
    OPENING = "opening"
    """Taken over from the system before."""
    OTHER = "other"
    """What another room's event adds to what is owed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """A document with what is still open of it."""

    number: str
    kind: ItemKind
    account: str
    currency: str
    dated: date
    due_on: date
    amount: Decimal
    """Above zero: owed; below: in the account's favour. [currency]"""
    settled: Decimal
    """Applied, paid out or given up; of the amount's sign. [currency]"""
    corrects: str | None = None
    """Number of the invoice that a credit note takes back."""
    disputed: Decimal = ZERO
    """Part of it that is in dispute. [currency]"""

    @property
    def open(self) -> Decimal:
        """Return what is still open, of the amount's sign. [currency]."""
        return self.amount - self.settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """A payment, or a document in the account's favour, with what is left of it."""

    source: str
    amount: Decimal
    """Of the whole source. [currency]"""
    left: Decimal
    on: date
    corrects: str | None = None


def money_in(items: Iterable[OpenItem]) -> list[Money]:
    """Return the documents in the account's favour as money, the oldest first."""
    found = [
        Money(
            source=item.number,
            amount=-item.amount,
            left=-item.open,
            on=item.dated,
            corrects=item.corrects,
        )
        for item in items
        if item.open < 0
    ]
    return sorted(found, key=lambda each: (each.on, each.source))


def applications(
    money: Sequence[Money],
    items: Iterable[OpenItem],
    numbers: Sequence[str] = (),
    *,
    own_only: bool = False,
) -> list[Applying]:
    """Return what settles what: a credit its own invoice first, then whatever was due first.

    Args:
        money: Payments and credits, in the order in which they are used.
        items: The account's items.
        numbers: Settle these, in this order, and nothing else; all when empty.
        own_only: Use money for the document that it names only.
    """
    owed = {item.number: item for item in items if item.open > 0}
    if numbers:
        order = [owed[number] for number in numbers if number in owed]
    else:
        order = sorted(owed.values(), key=lambda item: (item.due_on, item.dated, item.number))
    left = {item.number: item.open for item in order}
    found: list[Applying] = []
    for source in money:
        rest = source.left
        own = [item for item in order if item.number == source.corrects]
        others = [] if own_only else [item for item in order if item not in own]
        for item in [*own, *others]:
            amount = min(rest, left[item.number])
            if amount <= 0:
                continue
            rest -= amount
            left[item.number] -= amount
            found.append(
                Applying(
                    source=source.source,
                    source_amount=source.amount,
                    item=item.number,
                    item_amount=item.amount,
                    amount=amount,
                    on=max(source.on, item.dated),
                )
            )
    return found


def balance(items: Iterable[OpenItem], money: Iterable[Money] = ()) -> Decimal:
    """Return what the account owes: open items less payments not used. [currency]."""
    owed = sum((item.open for item in items), ZERO)
    return owed - sum((each.left for each in money), ZERO)
