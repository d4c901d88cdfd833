"""In: a supplier's charge lines and our own. Out: what differs, line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.money import round_half_up
from billing.suppliers.purchase import PurchasedCharge
from billing.views.suppliers import Spread

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one side says of a charge."""

    quantity: Decimal
    amount: Decimal
    """Before tax. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A charge as the supplier bills it and as we rate it."""

    charge: str
    theirs: Side | None
    """None where the supplier does not bill it."""
    ours: Side | None
    """None where our tariff does not know it."""

    @property
    def amount(self) -> Decimal:
        """Return what the supplier bills too much. [currency]."""
        theirs = self.theirs.amount if self.theirs else ZERO
        return theirs - (self.ours.amount if self.ours else ZERO)

    @property
    def quantity(self) -> Decimal:
        """Return the quantity that the supplier bills too much."""
        theirs = self.theirs.quantity if self.theirs else ZERO
        return theirs - (self.ours.quantity if self.ours else ZERO)

    def document(self) -> dict[str, Any]:
        """Return the difference as JSON values."""
        return {
            "charge": self.charge,
            "theirs": _side(self.theirs),
            "ours": _side(self.ours),
            "difference": format(self.amount, "f"),
        }


def _side(side: Side | None) -> dict[str, str] | None:
    if side is None:
        return None
    return {"quantity": format(side.quantity, "f"), "amount": format(side.amount, "f")}


def differences(
    theirs: Iterable[PurchasedCharge], ours: Iterable[Mapping[str, Any]]
) -> list[Difference]:
    """Return every charge of either side with what both say of it, in the order of their names.

    A charge that stands in several lines (a price that changed within the days) counts as one.

    Args:
        theirs: Charge lines of the supplier's invoice.
        ours: Charge lines of our own draft, as a document has them.
    """
    billed: dict[str, Side] = {}
    for line in theirs:
        _add(billed, line.charge, line.quantity, line.amount)
    rated: dict[str, Side] = {}
    for told in ours:
        net = Decimal(told["net"] if "net" in told else told["amount"])
        _add(rated, str(told["clause"]), Decimal(told["quantity"]), net)
    return [
        Difference(charge=charge, theirs=billed.get(charge), ours=rated.get(charge))
        for charge in sorted({*billed, *rated})
    ]


def _add(sides: dict[str, Side], charge: str, quantity: Decimal, amount: Decimal) -> None:
    known = sides.get(charge, Side(quantity=ZERO, amount=ZERO))
    sides[charge] = Side(quantity=known.quantity + quantity, amount=known.amount + amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What of the purchase of a utility was billed on."""

    utility: str
    first_day: date
    last_day: date
    purchased: Decimal
    """Net, of these days. [currency]"""
    billed: Decimal
    """Net, of these days. [currency]"""

    @property
    def ratio(self) -> Fraction | None:
        """Return billed / purchased; None where nothing was purchased. [1]."""
        return Fraction(self.billed) / Fraction(self.purchased) if self.purchased else None


def recovery(
    purchased: Sequence[Spread],
    billed: Sequence[Spread],
    first_day: date,
    last_day: date,
    *,
    digits: int,
) -> list[Recovery]:
    """Return what of each utility's purchase was billed on, of some days.

    An amount over more days than asked for counts by its days within.

    Args:
        purchased: Net amounts of suppliers.
        billed: Net amounts of our own documents.
        first_day: First local day.
        last_day: Last one, included.
        digits: Digits of the amounts.
    """
    utilities = sorted({each.utility for each in (*purchased, *billed) if each.utility})
    return [
        Recovery(
            utility=utility,
            first_day=first_day,
            last_day=last_day,
            purchased=_within(purchased, utility, first_day, last_day, digits),
            billed=_within(billed, utility, first_day, last_day, digits),
        )
        for utility in utilities
    ]


def _within(
    spreads: Sequence[Spread], utility: str, first: date, last: date, digits: int
) -> Decimal:
    total = Fraction(0)
    for each in spreads:
        if each.utility == utility:
            days = (each.last_day - each.first_day).days + 1
            inside = (min(last, each.last_day) - max(first, each.first_day)).days + 1
            total += Fraction(each.net) * Fraction(max(inside, 0), days)
    return round_half_up(total, digits)
