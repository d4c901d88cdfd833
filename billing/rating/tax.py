"""In: charge lines. Out: net, tax and total, by tax rate. Pure.

Prices may hold the tax (inclusive) or not; tax is rounded on each charge line or on the sum of
a rate's charge lines, as the tariff says. Net + tax = total always, to the last cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from billing.money import exponent_of, plain, round_half_up, spread
from billing.rating.charge import ChargeLine
from billing.tariffs.clauses import Tax, TaxMode, TaxRounding


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """Sums of the charge lines of one rate."""

    tax: Tax
    net: Decimal
    amount: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Charge lines with their net amounts, and the sums of a bill. [currency]."""

    charges: tuple[ChargeLine, ...]
    nets: tuple[Decimal, ...]
    """Net amount of each charge line."""
    rows: tuple[TaxRow, ...]
    net: Decimal
    tax: Decimal
    total: Decimal

    def charge_documents(self) -> list[dict[str, object]]:
        """Return the charge lines with their nets as JSON values."""
        return [
            {**charge.document(), "net": plain(net)}
            for charge, net in zip(self.charges, self.nets, strict=True)
        ]

    def tax_documents(self) -> list[dict[str, object]]:
        """Return the tax rows as JSON values."""
        return [
            {
                "gross": plain(row.gross),
                "mode": row.tax.mode.value,
                "net": plain(row.net),
                "rate": plain(row.tax.rate),
                "rounding": row.tax.rounding.value,
                "tax": plain(row.amount),
            }
            for row in self.rows
        ]

    def totals_document(self) -> dict[str, object]:
        """Return the sums as JSON values."""
        return {"net": plain(self.net), "tax": plain(self.tax), "total": plain(self.total)}


def settle(charges: Sequence[ChargeLine], currency: str) -> Settlement:
    """Return the sums of some charge lines.

    Args:
        charges: All in one currency.
        currency: Their currency.

    Raises:
        MoneyError: The currency is unknown.
    """
    assert all(charge.currency == currency for charge in charges), "one bill, one currency"
    digits = exponent_of(currency)
    nets: dict[int, Decimal] = {}
    rows: list[TaxRow] = []
    groups: dict[Tax, list[int]] = {}
    for n, charge in enumerate(charges):
        groups.setdefault(charge.tax, []).append(n)
    for tax, members in groups.items():
        row, parts = _row(tax, [charges[n].amount for n in members], digits)
        rows.append(row)
        nets.update(zip(members, parts, strict=True))
    zero = round_half_up(0, digits)
    return Settlement(
        charges=tuple(charges),
        nets=tuple(nets[n] for n in range(len(charges))),
        rows=tuple(rows),
        net=sum((row.net for row in rows), zero),
        tax=sum((row.amount for row in rows), zero),
        total=sum((row.gross for row in rows), zero),
    )


def _row(tax: Tax, amounts: Sequence[Decimal], digits: int) -> tuple[TaxRow, list[Decimal]]:
    whole = sum(amounts, round_half_up(0, digits))
    rate = Fraction(tax.rate)
    if tax.mode is TaxMode.EXCLUSIVE:
        if tax.rounding is TaxRounding.PER_LINE:
            each = [round_half_up(Fraction(amount) * rate, digits) for amount in amounts]
            due = sum(each, round_half_up(0, digits))
        else:
            due = round_half_up(Fraction(whole) * rate, digits)
        return TaxRow(tax=tax, net=whole, amount=due, gross=whole + due), list(amounts)
    if tax.rounding is TaxRounding.PER_LINE:
        nets = [round_half_up(Fraction(amount) / (1 + rate), digits) for amount in amounts]
        net = sum(nets, round_half_up(0, digits))
    else:
        net = round_half_up(Fraction(whole) / (1 + rate), digits)
        nets = spread(net, [Fraction(amount) / (1 + rate) for amount in amounts], digits)
    return TaxRow(tax=tax, net=net, amount=whole - net, gross=whole), nets
