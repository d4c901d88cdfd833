"""In: an issued document. Out: the same, made again as known then, and whether it is. I/O: reads.

Usage, registers and tariff versions are read again at the positions in the provenance. Issuer,
names and dates are the issued document's own: they are not computed. Adjustments follow from the
corrections accepted, a credit note from the invoice that it takes back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.corrections.anew import Known, facts_again
from billing.corrections.bearing import adjustments_of
from billing.corrections.credit import credit_document
from billing.errors import WrongStateError
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice import Invoice, InvoiceState, addressee_on, issued_document
from billing.invoices.invoice_facts import SupplyFacts
from billing.views.adjusted import with_adjusted
from billing.views.find import invoice_named
from billing.views.supply import SupplyReader


@dataclass(frozen=True, slots=True, kw_only=True)
class ReRated:
    """An issued document beside the one that follows from the journal."""

    issued: str
    computed: str

    @property
    def same(self) -> bool:
        """Return whether both are the same bytes."""
        return self.issued.encode() == self.computed.encode()


def re_rate(books: Books, invoice: UUID) -> ReRated:
    """Make an issued document again and compare byte for byte.

    Args:
        books: The site's books.
        invoice: The invoice or credit note.

    Raises:
        UnknownBillingObjectError: There is no such invoice.
        WrongStateError: It is a draft.
    """
    found = books.invoice(invoice)
    if found.state is not InvoiceState.ISSUED:
        raise WrongStateError(f"Invoice {invoice}", found.state, InvoiceState.ISSUED)
    document = json.loads(found.document)
    if document["kind"] == "credit_note":
        draft = _credited_again(books, document)
    else:
        draft = _drafted_again(books, found, document)
    computed = issued_document(draft, number=document["number"], addressee=addressee_on(document))
    return ReRated(issued=found.document, computed=computed)


def _credited_again(books: Books, document: Mapping[str, Any]) -> str:
    corrected = _numbered(books, document["corrects"]["number"])
    return credit_document(
        corrected.document,
        dated=date.fromisoformat(document["dated"]),
        reason=document["corrects"]["reason"],
    )


def _drafted_again(books: Books, found: Invoice, document: Mapping[str, Any]) -> str:
    provenance = json.loads(found.provenance)
    known = Known(metering=provenance["metering_position"], books=provenance["books_position"])
    with books.database.connection() as connection:
        reader = SupplyReader(connection, books.site, known.metering, known.books)
        supplies = [
            _supply(reader, asked, block, found.account)
            for asked, block in zip(provenance["supplies"], document["supplies"], strict=True)
        ]
    facts = facts_again(document, provenance, supplies, known)
    corrections = [(UUID(invoice), n) for invoice, n in provenance.get("corrections", ())]
    facts = replace(
        facts,
        adjustments=[
            {**entry, "name": told["name"]}
            for entry, told in zip(
                adjustments_of(books, corrections), document.get("adjustments", ()), strict=True
            )
        ],
        corrections=corrections,
        previous=_previous(books, provenance),
        replaces=document.get("replaces"),
    )
    return draft_invoice(facts).document


def _previous(books: Books, provenance: Mapping[str, Any]) -> dict[str, Any] | None:
    number = provenance.get("previous")
    if number is None:
        return None
    found: dict[str, Any] = json.loads(_numbered(books, number).document)
    return found


def _numbered(books: Books, number: str) -> Invoice:
    with books.database.connection() as connection:
        return books.invoice(invoice_named(connection, books.schema, number))


def _supply(
    reader: SupplyReader, asked: Mapping[str, Any], block: Mapping[str, Any], account: str
) -> SupplyFacts:
    facts = reader.facts(
        asked["point"],
        asked["tariff"],
        date.fromisoformat(asked["first_day"]),
        date.fromisoformat(asked["last_day"]),
        account=account,
    )
    if "adjusted" in block:  # older bills held none
        facts = with_adjusted(reader.connection, reader.site, facts, reader.metering_position)
    computed = facts.computed if "computed" in block else None  # older bills say nothing of it
    return replace(facts, name=block["name"], findings=(), computed=computed)
