"""In: a document as billed, one as it would be drafted now. Out: the adjustments between. Pure.

Every difference is one of two rounded amounts, never a rounded difference: an invoice and the
adjustments after it always add up to what would have been billed had all been known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from billing.corrections.causes import new_inspections
from billing.money import exact_text, plain
from energy.base.text import t

Document = Mapping[str, Any]
_RATE: Final = ("mode", "rate", "rounding")
LANGUAGES: Final = ("en", "zh")


def own_rows(document: Document) -> dict[tuple[str, ...], dict[str, Decimal]]:
    """Return net, tax and gross of an invoice's own charges by rate, without its adjustments."""
    rows = {
        tuple(row[key] for key in _RATE): {k: Decimal(row[k]) for k in ("net", "tax", "gross")}
        for row in document["tax"]
    }
    for entry in document.get("adjustments", ()):
        row = rows[entry["mode"], entry["tax_rate"], entry["rounding"]]
        for key in row:
            row[key] -= Decimal(entry[key])
    return rows


def own_total(document: Document) -> Decimal:
    """Return the total of an invoice's own charges. [currency]."""
    return sum((row["gross"] for row in own_rows(document).values()), Decimal(0))


def charges_of(document: Document) -> dict[str, dict[str, Any]]:
    """Return an invoice's own charge lines with their points, by charge id.

    Ids that stand more than once (blocks of one price) are told apart by their order.
    """
    found: dict[str, dict[str, Any]] = {}
    for block in document["supplies"]:
        for charge in block["charges"]:
            key, n = charge["charge"], 1
            while key in found:
                n += 1
                key = f"{charge['charge']}#{n}"
            found[key] = {**charge, "point": block["point"]}
    return found


def rates_of(document: Document) -> dict[str, tuple[str, ...]]:
    """Return mode, rate and rounding of each charge line's tax, by charge id."""
    rows = [tuple(row[key] for key in _RATE) for row in document["tax"]]
    found: dict[str, tuple[str, ...]] = {}
    for key, charge in charges_of(document).items():
        fitting = [row for row in rows if row[1] == charge["tax_rate"]]
        told = (charge.get("tax_mode"), charge.get("tax_rounding"))
        exact = [row for row in fitting if (row[0], row[2]) == told]
        found[key] = (exact or fitting)[0]
    return found


def same_charges(one: Document, other: Document) -> bool:
    """Return whether two documents charge the same, whatever else they say."""
    return charges_of(one) == charges_of(other) and own_rows(one) == own_rows(other)


def adjustments_between(
    was: Document, now: Document, *, number: str, dated: str, correction: str
) -> list[dict[str, object]]:
    """Return the entries that bring what was billed to what is known now; none where equal.

    Args:
        was: What stands billed: the invoice's document, or the last one accepted.
        now: The document as it would be drafted now.
        number: Of the invoice corrected.
        dated: Its date.
        correction: Name of the proposal.
    """
    old, new = charges_of(was), charges_of(now)
    rates = {**rates_of(was), **rates_of(now)}
    grouped: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for key in [*old, *(each for each in new if each not in old)]:
        before, after = old.get(key), new.get(key)
        if before is None or after is None or _differ(before, after):
            grouped.setdefault(rates[key], []).append(_difference(key, before, after))
    old_rows, new_rows = own_rows(was), own_rows(now)
    entries: list[dict[str, object]] = []
    found = new_inspections(was["supplies"], now["supplies"])
    inspected = {"inspections": found} if found else {}
    for rate in sorted({*grouped, *old_rows, *new_rows}):
        sums = {
            key: new_rows.get(rate, {}).get(key, Decimal(0))
            - old_rows.get(rate, {}).get(key, Decimal(0))
            for key in ("net", "tax", "gross")
        }
        if rate not in grouped and not any(sums.values()):
            continue
        entries.append(
            {
                "corrects": {"number": number, "dated": dated},
                "correction": correction,
                "name": _named(number, was["period"]),
                "period": {key: was["period"][key] for key in ("first_day", "last_day")},
                "charges": grouped.get(rate, []),
                **inspected,
                "mode": rate[0],
                "tax_rate": rate[1],
                "rounding": rate[2],
                **{key: plain(value) for key, value in sums.items()},
            }
        )
    return entries


def document_of(text: str) -> dict[str, Any]:
    """Return a canonical JSON text as values."""
    found = json.loads(text)
    assert isinstance(found, dict), "a document is an object"
    return found


def _differ(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(before.get(key) != after.get(key) for key in ("quantity", "price", "amount", "net"))


def _named(number: str, period: Mapping[str, str]) -> dict[str, str]:
    return {
        language: t(
            language,
            "bill.adjustment_name",
            number=number,
            first_day=period["first_day"],
            last_day=period["last_day"],
        )
        for language in LANGUAGES
    }


def _difference(
    key: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, object]:
    told = after or before
    assert told is not None, "one of both is there"
    return {
        "charge": key,
        **{
            each: told.get(each)
            for each in (
                *("clause", "period", "point", "name", "unit", "price", "first_day", "last_day"),
                "tax_rate",
            )
        },
        "was": _side(before),
        "now": _side(after),
        "quantity": exact_text(_number(after, "quantity") - _number(before, "quantity")),
        "amount": plain(_money(after, "amount") - _money(before, "amount")),
        "net": plain(_money(after, "net") - _money(before, "net")),
    }


def _side(charge: Mapping[str, Any] | None) -> dict[str, object] | None:
    if charge is None:
        return None
    return {key: charge.get(key) for key in ("quantity", "price", "amount")}


def _number(charge: Mapping[str, Any] | None, key: str) -> Fraction:
    told = None if charge is None else charge.get(key)
    return Fraction(0) if told is None else Fraction(told)


def _money(charge: Mapping[str, Any] | None, key: str) -> Decimal:
    return Decimal(0) if charge is None else Decimal(charge[key])


def summed(entries: Sequence[Mapping[str, Any]], key: str) -> Decimal:
    """Return the sum of net, tax or gross of some adjustments. [currency]."""
    return sum((Decimal(entry[key]) for entry in entries), Decimal(0))
