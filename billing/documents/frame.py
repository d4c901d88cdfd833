"""In: who writes to whom, when and what it is called. Out: the frame of every paper. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from billing.documents.field_paper import qr_svg
from billing.documents.letterhead import Letterhead
from billing.documents.typesetting import Extra
from billing.documents.words import Words, joined

Rows = Sequence[Sequence[str]]
_LARGE, _SMALLER, _SMALLEST = 24, 20, 16
_LONG_TITLE, _LONGEST_TITLE = 14, 24
_MASK = 3
"""Of the tenant's QR code: mostly the clearest for such addresses; trying all takes 2.5 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """What stands around the content of a paper."""

    title: str
    number: str
    dated: str
    """ISO day."""
    subtitle: str = ""
    draft: str = ""
    addressee: Sequence[str] = ()
    facts: Rows = ()
    amount_due: str = ""
    currency: str = ""
    total: str = ""
    tenant_url: str = ""
    pays: bool = False
    """Whether it says where to pay."""
    reference: str = ""
    """What to name with the payment; the number where it is empty."""
    sealed: bool = False
    issuer: Mapping[str, str] | None = None
    """As an issued document has it; the letterhead's without."""


def frame(words: Words, size: str, letterhead: Letterhead | None, told: Framed) -> dict[str, Any]:
    """Return the frame as the templates read it.

    Args:
        words: Of the part "paper".
        size: "a4" or "80mm".
        letterhead: Of the billing entity.
        told: What stands around the content.
    """
    head = letterhead or Letterhead(name="")
    seal = head.seal if told.sealed else None
    return {
        "language": words.language,
        "size": size,
        "title": told.title,
        "title_size": _title_size(told.title),
        "subtitle": told.subtitle,
        "number": told.number,
        "date": told.dated,
        "draft": told.draft,
        "issuer": _issuer(words, head, told.issuer),
        "foot": head.foot,
        "logo": f"logo.{head.logo.suffix}" if head.logo else "",
        "seal": f"seal.{seal.suffix}" if seal else "",
        "sealed": joined([head.name, words.word("sealed")]),
        "billed_to": words.word("to"),
        "addressee": list(told.addressee),
        "facts": [list(row) for row in told.facts],
        "amount_due": told.amount_due,
        "currency": told.currency,
        "total": told.total,
        "pay_to": words.word("pay_to"),
        "banks": _banks(words, head, told) if told.pays else [],
        "qr": qr_svg(told.tenant_url, mask=_MASK) if told.tenant_url else "",
        "qr_label": words.word("qr"),
        "page": words.word("page", page="{page}", pages="{pages}"),
    }


def extras_of(letterhead: Letterhead | None) -> tuple[Extra, ...]:
    """Return the pictures of a letterhead as files that a template reads."""
    if letterhead is None:
        return ()
    pictures = {"logo": letterhead.logo, "seal": letterhead.seal}
    return tuple(
        Extra(f"{name}.{picture.suffix}", picture.content)
        for name, picture in pictures.items()
        if picture is not None
    )


def midnight_of(day: str) -> datetime:
    """Return the instant that a paper of a day bears."""
    return datetime.combine(date.fromisoformat(day[:10]), datetime.min.time(), UTC)


def _issuer(words: Words, head: Letterhead, stated: Mapping[str, str] | None) -> dict[str, Any]:
    """Return name and rows below it: what was issued counts, contact is the letterhead's."""
    name = (stated or {}).get("name") or head.name
    address = (stated or {}).get("address") or head.address
    tax_number = (stated or {}).get("tax_number") or head.tax_number
    contact = [each for each in (head.phone, head.mail, head.website) if each]
    rows = [*address.split("\n"), f"{words.word('tax_number')} {tax_number}" if tax_number else ""]
    return {"name": name, "rows": [row for row in [*rows, " · ".join(contact)] if row]}


def _banks(words: Words, head: Letterhead, told: Framed) -> list[list[str]]:
    rows: list[list[str]] = []
    for bank in head.banks:
        rows += [
            [words.word("bank.holder"), bank.holder or head.name],
            [words.word("bank.name"), bank.bank],
            [words.word("bank.number"), bank.number],
        ]
        rows += [[words.word("bank.code"), bank.code]] if bank.code else []
    if rows and told.number:
        rows.append([words.word("bank.reference"), told.reference or told.number])
    return rows


def _title_size(title: str) -> int:
    """Return a size at which a title fits its place; a Chinese sign is as wide as two. [pt]."""
    width = sum(2 if ord(sign) > 0x2E80 else 1 for sign in title)
    if width > _LONGEST_TITLE:
        return _SMALLEST
    return _SMALLER if width > _LONG_TITLE else _LARGE
