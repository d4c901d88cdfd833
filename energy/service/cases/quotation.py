"""In: what a supply would cost. Out: a quotation, summed up by billing, with its last day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from energy.service.cases.errors import CaseError, worded

_MOST_ITEMS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedItem:
    """One thing that costs something."""

    what: str
    amount: Decimal
    """Before tax. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What billing makes of the items."""

    net: Decimal
    tax: Decimal
    total: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """An offer to an applicant."""

    items: Sequence[QuotedItem]
    tax_percent: Decimal
    sums: Sums
    valid_until: date
    """Last local day on which it may be accepted."""
    lapses_at: datetime
    """End of that day."""

    def to_json(self) -> dict[str, Any]:
        """Return it as an event holds it: amounts exact, as text."""
        return {
            "items": [[each.what, format(each.amount, "f")] for each in self.items],
            "tax_percent": format(self.tax_percent, "f"),
            "net": format(self.sums.net, "f"),
            "tax": format(self.sums.tax, "f"),
            "total": format(self.sums.total, "f"),
            "currency": self.sums.currency,
        }


def checked_items(items: Sequence[QuotedItem]) -> list[QuotedItem]:
    """Return items with their words on one line.

    Raises:
        CaseError: There are none, too many, one costs less than nothing, or says nothing.
    """
    if not 1 <= len(items) <= _MOST_ITEMS:
        raise CaseError.of("items", most=_MOST_ITEMS)
    if any(each.amount < 0 for each in items):
        raise CaseError.of("below_zero")
    return [QuotedItem(what=worded(each.what), amount=each.amount) for each in items]
