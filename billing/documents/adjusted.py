"""In: adjustments of earlier periods on a bill. Out: the rows of their table. Pure.

The shape is decided in docs/decisions/0059: name, days, the invoice they correct, the net
difference and its tax rate, and the charges that differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.documents.words import Words, grouped, signed, unit_text
from billing.money import exact_text

Json = Mapping[str, Any]


def adjusted_rows(words: Words, adjustments: Sequence[Json]) -> dict[str, Any]:
    """Return adjustments as a titled table; no rows where there is none.

    Args:
        words: Of the part "invoice_page".
        adjustments: `document["adjustments"]`.
    """
    sums = [
        sum((Decimal(each[key]) for each in adjustments), Decimal(0))
        for key in ("net", "tax", "gross")
    ]
    rows = [_row(words, each) for each in adjustments]
    return {
        "title": words.word("adjustments"),
        "head": [words.word(key) for key in ("adjusted", "tax_rate", "net", "tax", "gross")],
        "rows": rows,
        "total": [words.word("adjusted_sum"), "", *(signed(each) for each in sums)] if rows else [],
    }


def percent(rate: str) -> str:
    """Return a rate as a percentage: 0.20 becomes 20 %."""
    return f"{exact_text(Fraction(rate) * 100)} %"


def _row(words: Words, each: Json) -> list[str]:
    days = words.days(each["period"]["first_day"], each["period"]["last_day"])
    under = words.word("corrects_bill", number=each["corrects"]["number"])
    charges = [f"{words.named(c['name'])}: {_moved(c)}" for c in each.get("charges", ())]
    amounts = [signed(each[key]) for key in ("net", "tax", "gross")]
    why = [words.word("inspected", orders=", ".join(e)) for e in [each.get("inspections")] if e]
    name = "\n".join([words.named(each["name"]), f"{days}, {under}", *why, *charges])
    return [name, percent(each["tax_rate"]), *amounts]


def _moved(charge: Json) -> str:
    """Return what a charge was and is: 100.00 × 0.21 → 110.00 × 0.21 kWh = +2.10."""
    unit = unit_text(charge["unit"])
    sides = [_side(charge.get(key)) for key in ("was", "now")]
    return f"{' → '.join(sides)} {unit} = {signed(charge['amount'])}"


def _side(side: Json | None) -> str:
    if side is None:
        return "–"
    quantity = side["quantity"]
    return f"{quantity if '/' in quantity else grouped(quantity)} × {side['price']}"
