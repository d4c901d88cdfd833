"""In: an issued invoice, a charge line, an amount. Out: what takes the line back. Pure.

A credit is an entry of `adjustments` like that of any correction (docs/decisions/0059), with
`credit` beside: which line, and why. Its tax is the difference of two rounded taxes, so that a line
taken back in parts leaves the tax that a bill without it would bear, to the cent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.canonical import canonical_json
from billing.corrections.difference import LANGUAGES, charges_of, own_rows, rates_of
from billing.corrections.errors import LineCreditError
from billing.invoices.invoice import ONLY_KNOWN
from billing.invoices.invoice_facts import Issuer
from billing.invoices.sums import tax_with_adjustments, totals_with_adjustments
from billing.money import exact_text, exponent_of, plain, round_half_up
from energy.base.text import t

Document = Mapping[str, Any]
Entry = Mapping[str, Any]
LONGEST_REASON = 500
"""[char]"""
_OWN_OF_THE_INVOICE = ("change", "replaces")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An issued invoice, and what became of its charge lines."""

    issued: Document
    """The invoice: it says which line stands where."""
    billed: Document
    """What stands billed: the invoice itself, or the last correction accepted."""
    taken: Sequence[Entry]
    """The credits of its lines that were accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLeft:
    """A charge line of an issued invoice, and what is left of it."""

    place: int
    """On the bill, from 1."""
    charge: Mapping[str, Any]
    """As it stands billed."""
    amount: Decimal
    """As it stands billed: net, or gross where prices hold the tax. [currency]"""
    left: Decimal
    """Of the amount, behind the credits. [currency]"""


def credits_on(document: Document) -> list[Entry]:
    """Return the credits of its own charge lines that an invoice bears, in order."""
    own = charges_of(document)
    entries = (each for each in document.get("adjustments", ()) if "credit" in each)
    return [each for each in entries if each["credit"]["line"] in own]


def lines_left(standing: Standing) -> list[LineLeft]:
    """Return the charge lines of an invoice in the order of the bill, with what is left of each.

    Args:
        standing: The invoice.
    """
    billed = charges_of(standing.billed)
    found: list[LineLeft] = []
    for place, (key, own) in enumerate(charges_of(standing.issued).items(), start=1):
        charge = billed.get(key)
        amount = Decimal(0) if charge is None else Decimal(charge["amount"])
        mine = (each for each in standing.taken if each["credit"]["line"] == key)
        taken = sum((Decimal(c["amount"]) for each in mine for c in each["charges"]), Decimal(0))
        found.append(
            LineLeft(
                place=place,
                charge={**(charge or own), "charge": key},
                amount=amount,
                left=amount + taken,
            )
        )
    return found


def line_at(lines: Sequence[LineLeft], place: int, number: str) -> LineLeft:
    """Return the charge line at a place of the bill.

    Args:
        lines: Of the invoice.
        place: From 1.
        number: Of the invoice.

    Raises:
        LineCreditError: There is no such line.
    """
    if not 1 <= place <= len(lines):
        raise LineCreditError.of("no_line", number=number, line=place, count=len(lines))
    return lines[place - 1]


def amount_of(line: LineLeft, asked: Decimal | None, *, number: str, currency: str) -> Decimal:
    """Return what a credit takes from a line, with the line's own sign. [currency].

    Args:
        line: The line.
        asked: How much of it, above zero; all that is left when None. [currency]
        number: Of the invoice.
        currency: Of the invoice.

    Raises:
        LineCreditError: Nothing is left, less is left than is asked, or it is no amount of money.
    """
    digits = exponent_of(currency)
    facts = {"number": number, "line": line.place, "currency": currency}
    if not line.left or (line.left < 0) is not (line.amount < 0):
        raise LineCreditError.of("nothing_left", **facts)
    if asked is None:
        return line.left
    if asked <= 0 or round_half_up(asked, digits) != asked:
        raise LineCreditError.of("no_amount", digits=digits, **facts)
    if asked > abs(line.left):
        raise LineCreditError.of("more_than_left", left=plain(abs(line.left)), **facts)
    return round_half_up(asked if line.left > 0 else -asked, digits)


def credit_entry(
    standing: Standing, line: LineLeft, amount: Decimal, *, name: str, reason: str
) -> dict[str, Any]:
    """Return the entry of `adjustments` that takes an amount of a line back.

    Args:
        standing: The invoice.
        line: Of `lines_left` of it.
        amount: With the line's sign, not beyond what is left. [currency]
        name: Of the proposal.
        reason: Why, as the person typed it.
    """
    issued, key = standing.issued, line.charge["charge"]
    rate = rates_of(standing.billed)[key]
    digits = exponent_of(issued["currency"])
    net, tax = _RowSums.of(standing, rate).taken(line.left, amount, rate, digits)
    after = line.left - amount
    whole = line.left == line.amount and not after
    return {
        "corrects": {"number": issued["number"], "dated": issued["dated"]},
        "correction": name,
        "credit": {"line": key, "place": line.place, "reason": reason},
        "name": {
            language: t(
                language, "bill.credit_name", number=issued["number"], line=line.place, why=reason
            )
            for language in LANGUAGES
        },
        "period": {each: line.charge[each] for each in ("first_day", "last_day")},
        "charges": [
            {
                **_told(line.charge),
                "was": _side(line.charge, line.left),
                "now": _side(line.charge, after) if after else None,
                "quantity": _minus(line.charge["quantity"]) if whole else "0",
                "amount": plain(-amount),
                "net": plain(net),
            }
        ],
        "mode": rate[0],
        "tax_rate": rate[1],
        "rounding": rate[2],
        "net": plain(net),
        "tax": plain(tax),
        "gross": plain(net + tax),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowSums:
    """Net and gross of the charge lines of a tax rate, behind some credits. [currency]."""

    net: Decimal
    gross: Decimal

    @staticmethod
    def of(standing: Standing, rate: tuple[str, ...]) -> _RowSums:
        own = own_rows(standing.billed)[rate]
        mine = [e for e in standing.taken if (e["mode"], e["tax_rate"], e["rounding"]) == rate]
        net, gross = (own[k] + sum(Decimal(e[k]) for e in mine) for k in ("net", "gross"))
        return _RowSums(net=net, gross=gross)

    def taken(
        self, left: Decimal, amount: Decimal, rate: tuple[str, ...], digits: int
    ) -> tuple[Decimal, Decimal]:
        """Return net and tax of what takes an amount from a line: the sums behind less before."""
        mode, factor, rounding = rate[0], Fraction(rate[1]), rate[2]
        alone = rounding == "per_line"
        if mode == "exclusive":
            base = left if alone else self.net
            return -amount, _moved(base, amount, factor, digits)
        base = left if alone else self.gross
        net = _moved(base, amount, 1 / (1 + factor), digits)
        return net, -amount - net


def _moved(base: Decimal, amount: Decimal, factor: Fraction, digits: int) -> Decimal:
    """Return the difference of two rounded parts: of the base less an amount, and of the base."""
    after, before = (Fraction(each) * factor for each in (base - amount, base))
    return round_half_up(after, digits) - round_half_up(before, digits)


def _told(charge: Mapping[str, Any]) -> dict[str, Any]:
    keys = (
        *("charge", "clause", "period", "point", "name", "unit", "price"),
        *("first_day", "last_day", "tax_rate"),
    )
    return {key: charge.get(key) for key in keys}


def _side(charge: Mapping[str, Any], amount: Decimal) -> dict[str, Any]:
    return {key: charge.get(key) for key in ("quantity", "price")} | {"amount": plain(amount)}


def _minus(quantity: str | None) -> str:
    return "0" if quantity is None else exact_text(-Fraction(quantity))


def credited_document(
    issued: str, entry: Entry, *, issuer: Issuer, dated: date, credit_note: str
) -> str:
    """Return the canonical JSON of the invoice that follows, without number and names.

    It charges what the invoice charged and bears the credit; nothing is drafted anew.

    Args:
        issued: The invoice that is taken back.
        entry: The credit.
        issuer: Who issues it.
        dated: Its date.
        credit_note: Number of the credit note that takes the invoice back.
    """
    document = json.loads(issued)
    for key in _OWN_OF_THE_INVOICE:
        document.pop(key, None)
    account = {key: each for key, each in document["account"].items() if key not in ONLY_KNOWN}
    document |= {
        "number": None,
        "dated": dated.isoformat(),
        "due_on": (dated + timedelta(days=issuer.payment_days)).isoformat(),
        "issuer": {key: getattr(issuer, key) for key in ("name", "address", "tax_number")},
        "account": account | {"name": None, "address": None},
        "replaces": {
            "number": json.loads(issued)["number"],
            "dated": json.loads(issued)["dated"],
            "credit_note": credit_note,
        },
        "adjustments": [*document.get("adjustments", ()), dict(entry)],
        "tax": tax_with_adjustments(document["tax"], [entry]),
        "totals": totals_with_adjustments(document["totals"], [entry]),
    }
    return canonical_json(document)


def credited_provenance(issued: str, correction: tuple[str, int]) -> str:
    """Return the provenance of the invoice that follows: that of the invoice, and the credit.

    Args:
        issued: Provenance of the invoice that is taken back.
        correction: Id of the invoice, and number of the proposal about it.
    """
    provenance = json.loads(issued)
    provenance.pop("previous", None)
    provenance["corrections"] = [*provenance.get("corrections", ()), list(correction)]
    return canonical_json(provenance)
