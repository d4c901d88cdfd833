"""In: an issued invoice. Out: the same, rated again as known then, and whether it is. I/O: reads.

Usage, registers and tariff versions are read again at the positions in the invoice's
provenance. Issuer, names and dates are the issued document's own: they are not computed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.drafting import draft_invoice
from billing.errors import WrongStateError
from billing.invoice import Addressee, InvoiceState, issued_document
from billing.invoice_facts import InvoiceFacts, Issuer, SupplyFacts
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
    """Rate an issued invoice again and compare byte for byte.

    Args:
        books: The site's books.
        invoice: The invoice.

    Raises:
        UnknownBillingObjectError: There is no such invoice.
        WrongStateError: It is a draft.
    """
    found = books.invoice(invoice)
    if found.state is not InvoiceState.ISSUED:
        raise WrongStateError(f"Invoice {invoice}", found.state, InvoiceState.ISSUED)
    document, provenance = json.loads(found.document), json.loads(found.provenance)
    with books.database.connection() as connection:
        reader = SupplyReader(
            connection,
            books.site,
            provenance["metering_position"],
            provenance["books_position"],
        )
        supplies = [
            _supply(reader, asked, block)
            for asked, block in zip(provenance["supplies"], document["supplies"], strict=True)
        ]
    draft = draft_invoice(_facts(document, provenance, supplies))
    addressee = Addressee(name=document["account"]["name"], address=document["account"]["address"])
    computed = issued_document(draft.document, number=document["number"], addressee=addressee)
    return ReRated(issued=found.document, computed=computed)


def _supply(
    reader: SupplyReader, asked: Mapping[str, Any], block: Mapping[str, Any]
) -> SupplyFacts:
    facts = reader.facts(
        asked["point"],
        asked["tariff"],
        date.fromisoformat(asked["first_day"]),
        date.fromisoformat(asked["last_day"]),
    )
    computed = facts.computed if "computed" in block else None  # older bills say nothing of it
    return replace(facts, name=block["name"], findings=(), computed=computed)


def _facts(
    document: Mapping[str, Any], provenance: Mapping[str, Any], supplies: list[SupplyFacts]
) -> InvoiceFacts:
    dated, due_on = (date.fromisoformat(document[key]) for key in ("dated", "due_on"))
    return InvoiceFacts(
        issuer=Issuer(**document["issuer"], prefix="", payment_days=(due_on - dated).days),
        account=document["account"]["key"],
        language=document["account"]["language"],
        currency=document["currency"],
        zone=document["period"]["zone"],
        first_day=date.fromisoformat(document["period"]["first_day"]),
        last_day=date.fromisoformat(document["period"]["last_day"]),
        dated=dated,
        supplies=supplies,
        findings=(),
        run=provenance["run"],
        metering_position=provenance["metering_position"],
        books_position=provenance["books_position"],
    )
