"""In: an issued document and a letterhead. Out: it as EN 16931 sees it, or why not. Pure.

Every amount is the document's own. What EN 16931 cannot say truly is refused, and the paper goes
without XML: tax rounded on each line that is not the tax of the sum, a currency without two
digits, a unit without a code. See docs/decisions/0062.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.documents.letterhead import Letterhead
from billing.einvoice.errors import EInvoiceError
from billing.einvoice.model import (
    CENTS,
    BankAccount,
    DocumentType,
    EInvoice,
    InvoiceLine,
    Preceding,
    TaxCategory,
    TaxTotal,
    Trader,
)
from billing.money import exponent_of, from_units, round_half_up

Json = Mapping[str, Any]
PIECE = "C62"
UNIT_CODES = {
    "kWh": "KWH",
    "Wh": "WHR",
    "MWh": "MWH",
    "GJ": "GV",
    "MJ": "3B",
    "m3": "MTQ",
    "L": "LTR",
    "t": "TNE",
    "kg": "KGM",
    "kW": "KWT",
    "MW": "MAW",
    "kVA": "KVA",
    "kvar": "KVR",
    "kvarh": "KVH",
    "m2": "MTK",
    "day": "DAY",
    "month": "MON",
    "year": "ANN",
    "hour": "HUR",
    "1": PIECE,
    "": PIECE,
}
"""Codes of UN/ECE recommendation 20 (BT-130)."""
_MOST_PRICE_DIGITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoiceTerms:
    """What a billing entity states once for its e-invoices."""

    language: str = "en"
    zero_rated: TaxCategory = TaxCategory.ZERO
    """What a rate of 0 % means where a charge does not say it."""
    reason: str = ""
    """Why there is no tax; EN 16931 wants it for E and AE."""
    buyer_country: str = ""
    """Where the document names none; the seller's without."""


def einvoice_of(document: Json, letterhead: Letterhead, terms: EInvoiceTerms) -> EInvoice:
    """Return an issued document as EN 16931 sees it, checked.

    Args:
        document: Canonical document of an issued invoice or credit note.
        letterhead: Of the billing entity: address and bank.
        terms: What it states once.

    Raises:
        EInvoiceError: EN 16931 cannot say it truly.
    """
    if document["number"] is None:
        raise EInvoiceError.of("draft")
    if exponent_of(document["currency"]) != CENTS:
        raise EInvoiceError.of("currency", currency=document["currency"])
    kind = DocumentType.CREDIT_NOTE if document["kind"] == "credit_note" else DocumentType.INVOICE
    corrects, period, totals = document.get("corrects"), document["period"], document["totals"]
    found = EInvoice(
        number=document["number"],
        type=kind,
        issued_on=date.fromisoformat(document["dated"]),
        due_on=date.fromisoformat(document["due_on"]) if document.get("due_on") else None,
        currency=document["currency"],
        seller=_seller(document["issuer"], letterhead),
        buyer=_buyer(document["account"], letterhead, terms),
        first_day=date.fromisoformat(period["first_day"]),
        last_day=date.fromisoformat(period["last_day"]),
        lines=list(_lines(document, terms)),
        taxes=_taxes(document, terms),
        net=Decimal(totals["net"]),
        tax=Decimal(totals["tax"]),
        total=Decimal(totals["total"]),
        preceding=_preceding(corrects) if corrects else None,
        banks=[
            BankAccount(number=bank.number, holder=bank.holder or letterhead.name, code=bank.code)
            for bank in letterhead.banks
        ],
        note=(corrects or {}).get("reason", {}).get(terms.language, ""),
    )
    found.require_sound()
    return found


def _preceding(corrects: Json) -> Preceding:
    return Preceding(number=corrects["number"], dated=date.fromisoformat(corrects["dated"]))


def _seller(issuer: Json, letterhead: Letterhead) -> Trader:
    number = _compact(issuer["tax_number"] or letterhead.tax_number)
    if not number:
        raise EInvoiceError.of("seller_tax_number")
    if not letterhead.country:
        raise EInvoiceError.of("seller_country")
    return Trader(
        name=issuer["name"],
        rows=_rows(issuer["address"] or letterhead.address),
        city=letterhead.city,
        postcode=letterhead.postcode,
        country=letterhead.country,
        tax_number=number,
        mail=letterhead.mail,
    )


def _buyer(account: Json, letterhead: Letterhead, terms: EInvoiceTerms) -> Trader:
    number = _compact(account.get("tax_number") or "")
    return Trader(
        name=account["name"] or account["key"],
        rows=_rows(account["address"] or ""),
        city=account.get("city") or "",
        postcode=account.get("postcode") or "",
        country=account.get("country") or terms.buyer_country or letterhead.country,
        tax_number=number,
        key=account["key"],
    )


def _rows(address: str) -> list[str]:
    rows = [row for row in address.split("\n") if row.strip()]
    return rows if len(rows) <= 3 else [*rows[:2], ", ".join(rows[2:])]


def _compact(number: str) -> str:
    return "".join(sign for sign in number if sign.isalnum())


def _lines(document: Json, terms: EInvoiceTerms) -> Iterator[InvoiceLine]:
    inclusive = {row["rate"] for row in document["tax"] if row["mode"] == "inclusive"}
    number = 0
    for supply in document["supplies"]:
        for charge in supply["charges"]:
            number += 1
            title = f"{_name(charge['name'], terms)}, {supply['name']}"
            gross = charge["tax_rate"] in inclusive and charge["net"] != charge["amount"]
            yield _line(number, charge, title, supply["point"], terms, held=gross)
    for entry in document.get("adjustments", ()):
        for charge in entry["charges"]:
            number += 1
            corrects = entry["corrects"]["number"]
            title = f"{_name(charge['name'], terms)} ({corrects})"
            yield _line(number, charge, title, charge["point"], terms, held=True)


def _line(
    number: int, charge: Json, title: str, point: str, terms: EInvoiceTerms, *, held: bool
) -> InvoiceLine:
    """Return a charge as a line.

    Args:
        number: From 1.
        charge: Of the document.
        title: What it is called.
        point: Metering point.
        terms: Of the entity.
        held: Whether the price holds tax or is not the quantity's own: then it follows from net.
    """
    net, unit = Decimal(charge["net"]), charge["unit"]
    quantity, price, note = _priced(charge, net, held=held)
    if quantity is None:
        quantity, price, unit = Decimal(-1 if net < 0 else 1), abs(net), "1"
        note = f"{charge['quantity']} {charge['unit']} x {charge['price']}"
    elif unit not in UNIT_CODES:
        raise EInvoiceError.of("unit", unit=unit, clause=charge["clause"])
    if price < 0:
        quantity, price = -quantity, -price
    rate = Decimal(charge["tax_rate"]) * 100
    return InvoiceLine(
        number=str(number),
        name=title,
        note=", ".join(each for each in (point, charge["clause"], note) if each),
        quantity=quantity,
        unit=UNIT_CODES[unit],
        price=price,
        amount=net,
        category=_category(charge.get("tax_category"), rate, terms),
        rate=rate.normalize() + 0,
        first_day=date.fromisoformat(charge["first_day"]),
        last_day=date.fromisoformat(charge["last_day"]),
    )


def _priced(charge: Json, net: Decimal, *, held: bool) -> tuple[Decimal | None, Decimal, str]:
    """Return quantity and price without tax; no quantity where only the sum can be said.

    A part of a month (15/31) has no finite decimal, and a difference of two prices has no price.
    """
    stated = charge["quantity"]
    if stated is None or "/" in stated or charge["price"] is None:
        return None, Decimal(0), ""
    quantity, price = Decimal(stated), Decimal(charge["price"])
    if not held:
        return quantity, price, ""
    if quantity * price == 0 or round_half_up(quantity * price, CENTS) == net:
        return (quantity, price, "") if quantity * price or not net else (None, price, "")
    derived = _derived_price(quantity, net)
    return (None, price, "") if derived is None else (quantity, derived, f"{price:f} with tax")


def _derived_price(quantity: Decimal, net: Decimal) -> Decimal | None:
    """Return the shortest price that gives the net amount; None where none of either sign does."""
    exact = Fraction(net) / Fraction(quantity)
    if exact < 0:
        return None
    for digits in range(4, _MOST_PRICE_DIGITS):
        price = from_units(round(exact * 10**digits), digits)
        if round_half_up(quantity * price, CENTS) == net:
            return price
    return None


def _category(stated: str | None, rate: Decimal, terms: EInvoiceTerms) -> TaxCategory:
    if stated:
        return TaxCategory(stated)
    return TaxCategory.STANDARD if rate else terms.zero_rated


def _taxes(document: Json, terms: EInvoiceTerms) -> list[TaxTotal]:
    """Return the tax of each rate, refused where it is not that of the sum."""
    rows: dict[tuple[TaxCategory, Decimal], list[Json]] = {}
    for row in document["tax"]:
        rate = (Decimal(row["rate"]) * 100).normalize() + 0
        rows.setdefault((_category(row.get("tax_category"), rate, terms), rate), []).append(row)
    return [_tax_total(category, rate, each, terms) for (category, rate), each in rows.items()]


def _tax_total(
    category: TaxCategory, rate: Decimal, rows: Sequence[Json], terms: EInvoiceTerms
) -> TaxTotal:
    base = sum((Decimal(row["net"]) for row in rows), Decimal(0))
    amount = sum((Decimal(row["tax"]) for row in rows), Decimal(0))
    of_sum = round_half_up(Fraction(base) * Fraction(rate) / 100, CENTS)
    slack = Decimal("0.01") if all(_is_of_gross_sum(row) for row in rows) else Decimal(0)
    if abs(amount - of_sum) > slack:
        raise EInvoiceError.of(
            "tax", rate=f"{rate:f}", base=f"{base:f}", tax=f"{amount:f}", of_sum=f"{of_sum:f}"
        )
    free = category in {TaxCategory.EXEMPT, TaxCategory.REVERSE_CHARGE}
    if free and not terms.reason:
        raise EInvoiceError.of("reason", category=category.value)
    reason = terms.reason if free else ""
    return TaxTotal(category=category, rate=rate, base=base, amount=amount, reason=reason)


def _is_of_gross_sum(row: Json) -> bool:
    """Return whether the tax is what a sum that holds it leaves over its net: a cent may differ."""
    return bool(row["mode"] == "inclusive" and row["rounding"] == "per_rate")


def _name(names: Json, terms: EInvoiceTerms) -> str:
    return str(names.get(terms.language) or names["en"])
