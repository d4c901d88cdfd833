"""In: sums of own charges, adjustments. Out: the sums of the document that holds both. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from billing.money import plain

_SUMS: Final = ("gross", "net", "tax")


def tax_with_adjustments(
    rows: Sequence[Mapping[str, object]], adjustments: Sequence[Mapping[str, Any]]
) -> list[dict[str, object]]:
    """Return the tax rows of a document, adjustments included; a rate of theirs alone comes last.

    Args:
        rows: Of the document's own charges.
        adjustments: Their entries on the document.
    """
    found = {(row["mode"], row["rate"], row["rounding"]): dict(row) for row in rows}
    for entry in adjustments:
        key = (entry["mode"], entry["tax_rate"], entry["rounding"])
        row = found.setdefault(
            key,
            {"mode": key[0], "rate": key[1], "rounding": key[2], **dict.fromkeys(_SUMS, "0")},
        )
        for each in _SUMS:
            row[each] = plain(Decimal(str(row[each])) + Decimal(entry[each]))
    return list(found.values())


def totals_with_adjustments(
    totals: Mapping[str, object], adjustments: Sequence[Mapping[str, Any]]
) -> dict[str, object]:
    """Return the totals of a document, adjustments included.

    Args:
        totals: Of the document's own charges: net, tax and total.
        adjustments: Their entries on the document.
    """
    sums = {key: Decimal(str(value)) for key, value in totals.items()}
    for entry in adjustments:
        sums["net"] += Decimal(entry["net"])
        sums["tax"] += Decimal(entry["tax"])
        sums["total"] += Decimal(entry["gross"])
    return {key: plain(value) for key, value in sums.items()}


def sum_of(adjustments: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return what some adjustments add to a total. [currency]."""
    return sum((Decimal(entry["gross"]) for entry in adjustments), Decimal(0))
