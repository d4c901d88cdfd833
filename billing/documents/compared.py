"""In: usage and money beside another period. Out: the rows of their comparison. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.documents.contents import Compared
from billing.documents.words import InWords, Words, grouped, signed, unit_text
from billing.money import round_half_up

Json = Mapping[str, Any]
_DASH = "–"


def compared_part(words: Words, bill: Json) -> dict[str, Any]:
    """Return the comparison as a titled table; no rows where there is none.

    Args:
        words: Of the part "invoice_page".
        bill: JSON of `contents.Bill`.
    """
    period = InWords(bill.get("compared_with", {}))
    keys = ("usage", "before", "change", "net", "before", "change")
    return {
        "title": words.word("compared", period=period).strip(),
        "head": ["", *(words.word(key) for key in keys)],
        "rows": [_row(each) for each in bill.get("compared", ())],
        "total": [],
    }


def _row(each: Json) -> list[str]:
    unit = unit_text(each["unit"])
    usage, before = Decimal(each["usage"]), each["usage_before"]
    amount, amount_before = Decimal(each["amount"]), each["amount_before"]
    return [
        each["name"] or each["point"],
        f"{grouped(usage)} {unit}",
        _DASH if before is None else f"{grouped(before)} {unit}",
        change(usage, before),
        grouped(amount),
        _DASH if amount_before is None else grouped(amount_before),
        change(amount, amount_before),
    ]


def change(now: Decimal, before: str | None) -> str:
    """Return by how many per cent something changed; a dash where that cannot be told."""
    if before is None or Decimal(before) <= 0:
        return _DASH
    share = (Fraction(now) / Fraction(Decimal(before)) - 1) * 100
    return f"{signed(round_half_up(share, 1))} %"


def compared_with(document: Json, earlier: Json | None) -> tuple[Compared, ...]:
    """Return usage and net money of a bill's points beside those of an earlier bill.

    Args:
        document: Canonical document of the bill.
        earlier: That of the bill of the same days a year before; None where there is none.
    """
    if earlier is None or earlier["currency"] != document["currency"]:
        return ()
    before = {supply["point"]: supply for supply in earlier["supplies"]}
    return tuple(
        _compared(supply, before[supply["point"]])
        for supply in document["supplies"]
        if supply["point"] in before and _total(supply) is not None
    )


def _compared(supply: Json, before: Json) -> Compared:
    total, was = _total(supply), _total(before)
    assert total is not None, "looked at before"
    alike = was is not None and supply["usage"]["unit"] == before["usage"]["unit"]
    return Compared(
        point=supply["point"],
        name=supply["name"],
        unit=supply["usage"]["unit"],
        usage=total,
        usage_before=was if alike else None,
        amount=_net(supply),
        amount_before=_net(before),
    )


def _total(supply: Json) -> Decimal | None:
    usage = supply["usage"]
    return Decimal(usage["total"]) if usage and usage["total"] is not None else None


def _net(supply: Json) -> Decimal:
    return sum((Decimal(charge["net"]) for charge in supply["charges"]), Decimal(0))
