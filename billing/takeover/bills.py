"""In: documents of our drafts. Out: bills of an account and utility, as old ones are. Pure.

An old bill says less than ours: a quantity, a net sum, a tax and a total, sometimes its charges.
Ours are brought to that form, so that both can stand side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.money import exponent_of, spread

ZERO = Decimal(0)
DAY_UNIT = "day"
"""Unit of charges for the days that pass."""
TIME_UNITS = frozenset({DAY_UNIT, "month", ""})
"""Units of charges that no quantity moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillCharge:
    """One charge line of a bill."""

    names: tuple[str, ...]
    """All that it may be called, folded: clause and names."""
    quantity: Fraction
    unit: str
    price: Fraction | None
    """[currency / unit]; None where it is not told or not one."""
    net: Decimal
    """[currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What an account is billed for one utility."""

    account: str
    utility: str
    first_day: date
    last_day: date
    quantity: Fraction
    unit: str
    """"" where it is not told."""
    net: Decimal
    tax: Decimal
    total: Decimal
    charges: tuple[BillCharge, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes two bills a pair."""
        return self.account, self.utility

    @property
    def days(self) -> int:
        """Return how many local days it is for. [d]."""
        return (self.last_day - self.first_day).days + 1


def folded(name: str) -> str:
    """Return a name by which charges are matched: no case, no double spaces."""
    return " ".join(name.casefold().split())


def bills_of(document: Mapping[str, Any]) -> list[Bill]:
    """Return the bills of a draft's document, one a utility; their totals add up to the draft's.

    A supply that a finding keeps from being billed has no charges: it is no bill.

    Args:
        document: As `draft_invoice` writes it.
    """
    by_utility: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for supply in document["supplies"]:
        if supply["charges"]:
            by_utility[supply["utility"]].append(supply)
    taxes = _taxes(document)
    return [
        _bill(document["account"]["key"], utility, supplies, taxes.get(utility, ZERO))
        for utility, supplies in sorted(by_utility.items())
    ]


def _taxes(document: Mapping[str, Any]) -> dict[str, Decimal]:
    """Divide the tax of each rate among the utilities it was made of."""
    digits = exponent_of(document["currency"])
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for rate in document["tax"]:
        bases: dict[str, Fraction] = defaultdict(Fraction)
        for supply in document["supplies"]:
            for charge in supply["charges"]:
                if Decimal(charge["tax_rate"]) == Decimal(rate["rate"]):
                    bases[supply["utility"]] += Fraction(charge["net"])
        whole, tax = sum(bases.values(), Fraction(0)), Decimal(rate["tax"])
        if not bases:
            continue
        weights = bases if whole else dict.fromkeys(bases, Fraction(1))
        base = whole or Fraction(len(bases))
        exact = [Fraction(tax) * weight / base for weight in weights.values()]
        for utility, part in zip(weights, spread(tax, exact, digits), strict=True):
            found[utility] += part
    return dict(found)


def _bill(account: str, utility: str, supplies: Sequence[Mapping[str, Any]], tax: Decimal) -> Bill:
    charges = [charge for supply in supplies for charge in supply["charges"]]
    net = sum((Decimal(charge["net"]) for charge in charges), ZERO)
    told = [supply["usage"] for supply in supplies if supply.get("usage")]
    usages = [usage for usage in told if usage["total"] is not None]
    units = {usage["unit"] for usage in usages}
    return Bill(
        account=account,
        utility=utility,
        first_day=min(date.fromisoformat(supply["first_day"]) for supply in supplies),
        last_day=max(date.fromisoformat(supply["last_day"]) for supply in supplies),
        quantity=sum((Fraction(usage["total"]) for usage in usages), Fraction(0)),
        unit=units.pop() if len(units) == 1 else "",
        net=net,
        tax=tax,
        total=net + tax,
        charges=tuple(_charges(charges)),
    )


def _charges(charges: Iterable[Mapping[str, Any]]) -> Iterable[BillCharge]:
    """Yield the charges of one clause as one: a month may be cut in several."""
    by_clause: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for charge in charges:
        by_clause[charge["clause"]].append(charge)
    for clause, mine in by_clause.items():
        prices = {charge["price"] for charge in mine}
        price = prices.pop() if len(prices) == 1 else None
        names = {folded(clause), *(folded(name) for name in mine[0]["name"].values())}
        yield BillCharge(
            names=tuple(sorted(names)),
            quantity=sum((Fraction(charge["quantity"] or 0) for charge in mine), Fraction(0)),
            unit=mine[0]["unit"] or "",
            price=None if not price else Fraction(price),
            net=sum((Decimal(charge["net"]) for charge in mine), ZERO),
        )
