"""In: issued bills. Out: the lines of a fapiao, tax on each of them. Pure.

The tax platform computes by line: amount without tax, rate, tax. A bill may tax the sum of a rate;
then its tax is divided over its lines by largest remainder, so that the fapiao adds up to the bill.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.fapiao.errors import FapiaoError
from billing.money import exponent_of, from_units, plain

Json = Mapping[str, Any]
UTILITIES = {
    "electricity": "电费",
    "water": "水费",
    "gas": "燃气费",
    "heating": "供热费",
    "cooling": "供冷费",
    "steam": "蒸汽费",
}
_UNITS = {"m3": "立方米", "t": "吨", "day": "天", "month": "月", "kWh": "千瓦时", "GJ": "吉焦"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FapiaoLine:
    """One line of a request."""

    bill: str
    """Number of the bill it is from."""
    charge: str
    """Id of the charge line of the bill."""
    utility: str
    item: str
    model: str
    """Specification: meter or clause."""
    unit: str
    quantity: Decimal | None
    price: Decimal | None
    """Without tax. [currency / unit]"""
    amount: Decimal
    """Without tax. [currency]"""
    rate: Decimal
    tax: Decimal

    def document(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "bill": self.bill,
            "charge": self.charge,
            "utility": self.utility,
            "item": self.item,
            "model": self.model,
            "unit": self.unit,
            "quantity": None if self.quantity is None else plain(self.quantity),
            "price": None if self.price is None else plain(self.price),
            "amount": plain(self.amount),
            "rate": plain(self.rate),
            "tax": plain(self.tax),
        }


def line_of(stored: Json) -> FapiaoLine:
    """Return the line that `document` stored."""
    return FapiaoLine(
        bill=stored["bill"],
        charge=stored["charge"],
        utility=stored["utility"],
        item=stored["item"],
        model=stored["model"],
        unit=stored["unit"],
        quantity=None if stored["quantity"] is None else Decimal(stored["quantity"]),
        price=None if stored["price"] is None else Decimal(stored["price"]),
        amount=Decimal(stored["amount"]),
        rate=Decimal(stored["rate"]),
        tax=Decimal(stored["tax"]),
    )


def lines_of_bill(document: Json) -> list[FapiaoLine]:
    """Return the lines of a bill; their taxes add up to its tax, rate by rate.

    Args:
        document: Canonical document of an issued bill.

    Raises:
        FapiaoError: The taxes of the bill do not belong to its lines.
    """
    charges = list(_charges(document))
    digits = exponent_of(document["currency"])
    taxes: dict[int, Decimal] = {}
    for rate, tax in _taxes(document).items():
        members = [n for n, (_, charge) in enumerate(charges) if charge["tax_rate"] == rate]
        exact = [Fraction(charges[n][1]["net"]) * Fraction(rate) for n in members]
        parts = _divided(tax, exact, digits)
        if parts is None:
            raise FapiaoError.of("tax", bill=document["number"], rate=rate, tax=f"{tax:f}")
        taxes.update(zip(members, parts, strict=True))
    number = document["number"]
    return [_line(number, *each, taxes[n]) for n, each in enumerate(charges)]


def _charges(document: Json) -> Iterator[tuple[str, Json]]:
    """Return utility and charge of every line, adjustments too."""
    for supply in document["supplies"]:
        for charge in supply["charges"]:
            yield supply["utility"], charge
    utilities = {supply["point"]: supply["utility"] for supply in document["supplies"]}
    for entry in document.get("adjustments", ()):
        for charge in entry["charges"]:
            yield utilities.get(charge["point"], "electricity"), _named_apart(entry, charge)


def _named_apart(entry: Json, charge: Json) -> dict[str, Any]:
    """Return a charge of an adjustment under an id that no charge of the bill has."""
    key = f"{entry['corrects']['number']}:{charge['charge']}"
    return {**charge, "charge": key, "price": None, "quantity": None}


def _taxes(document: Json) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in document["tax"]:
        sums[row["rate"]] = sums.get(row["rate"], Decimal(0)) + Decimal(row["tax"])
    return sums


def _divided(tax: Decimal, exact: Sequence[Fraction], digits: int) -> list[Decimal] | None:
    """Return rounded parts that add up to a tax; None where it is off by more than rounding."""
    scaled = [value * 10**digits for value in exact]
    floors = [value.__floor__() for value in scaled]
    left = Fraction(tax) * 10**digits - sum(floors)
    if left.denominator != 1 or not 0 <= left <= len(exact):
        return None
    order = sorted(range(len(exact)), key=lambda n: (floors[n] - scaled[n], n))
    lifted = set(order[: int(left)])
    return [from_units(floor + (n in lifted), digits) for n, floor in enumerate(floors)]


def _line(number: str, utility: str, charge: Json, tax: Decimal) -> FapiaoLine:
    net = Decimal(charge["net"])
    quantity, price = _priced(charge, net)
    names = charge["name"]
    return FapiaoLine(
        bill=number,
        charge=charge["charge"],
        utility=utility,
        item=f"*{UTILITIES.get(utility, utility)}*{names.get('zh') or names['en']}",
        model=charge["clause"],
        unit=_UNITS.get(charge["unit"], str(charge["unit"])) if quantity is not None else "",
        quantity=quantity,
        price=price,
        amount=net,
        rate=Decimal(charge["tax_rate"]),
        tax=tax,
    )


def _priced(charge: Json, net: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """Return quantity and price without tax; neither where the quantity is no finite decimal."""
    stated = charge["quantity"]
    if stated is None or "/" in stated or not Decimal(stated) or charge["price"] is None:
        return None, None
    quantity = Decimal(stated)
    if charge["net"] == charge["amount"]:
        return quantity, Decimal(charge["price"])
    exact = Fraction(net) / Fraction(quantity)
    return quantity, Decimal(round(exact * 10**13)).scaleb(-13)
