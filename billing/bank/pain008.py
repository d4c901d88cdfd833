"""In: what is collected by mandates. Out: a pain.008 file for the bank, checked. Pure.

One batch a due day and sequence type. The same collection gives the same octets: identifiers and
the instant come from us, not from the library that writes the file.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from lxml import etree
from sepaxml import SepaDD
from sepaxml.validation import ValidationError, try_valid_xml

from billing.money import to_units
from billing.receivables.errors import PaymentError

SCHEMA = "pain.008.001.08"
_LONGEST_ID = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class Creditor:
    """Who collects."""

    name: str
    iban: str
    bic: str
    creditor_id: str
    """Of the scheme, such as DE98ZZZ09999999999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debit:
    """One amount collected."""

    item: str
    """Number of the document; it comes back as the end-to-end reference."""
    amount: Decimal
    """[EUR]"""
    name: str
    iban: str
    bic: str
    mandate: str
    signed_on: date
    sequence: str
    due_on: date


def direct_debit_file(
    creditor: Creditor, debits: Sequence[Debit], collection: UUID, at: datetime
) -> bytes:
    """Return the pain.008 file of a collection.

    Args:
        creditor: Who collects.
        debits: What is collected; at least one.
        collection: Its id: the message identification is made of it.
        at: When it was made.

    Raises:
        PaymentError: What it says is not allowed in such a file.
    """
    facts = {
        "name": creditor.name,
        "IBAN": creditor.iban,
        "BIC": creditor.bic,
        "batch": True,
        "creditor_id": creditor.creditor_id,
        "currency": "EUR",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library asks an element whether it is true
        file = SepaDD({k: v for k, v in facts.items() if v != ""}, schema=SCHEMA, clean=True)
        for debit in debits:
            file.add_payment(_payment(debit))
        octets: bytes = file.export(validate=False)
    told = _named(octets, collection, at)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try_valid_xml(told, SCHEMA)
    except ValidationError as error:
        raise PaymentError.of("pain", cause=str(error.__cause__)[:300]) from error
    return told


def _payment(debit: Debit) -> dict[str, object]:
    facts: dict[str, object] = {
        "name": debit.name,
        "IBAN": debit.iban,
        "amount": to_units(debit.amount, 2),
        "type": debit.sequence,
        "collection_date": debit.due_on,
        "mandate_id": debit.mandate,
        "mandate_date": debit.signed_on,
        "description": debit.item,
        "endtoend_id": debit.item[:_LONGEST_ID],
    }
    return facts | ({"BIC": debit.bic} if debit.bic else {})


def _named(octets: bytes, collection: UUID, at: datetime) -> bytes:
    """Return the file with identifiers and instant of our own."""
    root = etree.fromstring(octets)
    for number, element in enumerate(root.iterfind(".//{*}PmtInfId"), 1):
        element.text = f"{collection.hex[:30]}-{number}"
    for path, text in (
        ("MsgId", collection.hex),
        ("CreDtTm", at.replace(tzinfo=None).isoformat(timespec="seconds")),
    ):
        element = root.find(f".//{{*}}GrpHdr/{{*}}{path}")
        assert element is not None, "the library writes a head"
        element.text = text
    told: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return told
