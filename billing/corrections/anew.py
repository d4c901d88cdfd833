"""In: an issued invoice, two positions. Out: the same days drafted as known there. I/O: reads.

Supplies, days, tariffs and dates are those of the invoice; usage, meters, tariff versions and
whatever else is dated are read at the positions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.books import Books
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice import Invoice
from billing.invoices.invoice_facts import Draft, InvoiceFacts, Issuer, SupplyFacts
from billing.views.adjusted import with_adjusted
from billing.views.supply import SupplyReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known: a position of each journal."""

    metering: int
    books: int


def drafted_anew(
    books: Books,
    invoice: Invoice,
    known: Known,
    *,
    reader: SupplyReader | None = None,
) -> Draft:
    """Return an issued invoice's days drafted as known at some positions, without adjustments.

    Args:
        books: The site's books.
        invoice: The invoice.
        known: The positions.
        reader: Reads at the positions; a new one when None.
    """
    return draft_invoice(supplies_anew(books, invoice, known, reader=reader))


def supplies_anew(
    books: Books, invoice: Invoice, known: Known, *, reader: SupplyReader | None = None
) -> InvoiceFacts:
    """Return the facts of an issued invoice's days as known at some positions.

    Args:
        books: The site's books.
        invoice: The invoice.
        known: The positions.
        reader: Reads at the positions; a new one when None.
    """
    if reader is None:
        with books.database.connection() as connection:
            own = SupplyReader(connection, books.site, known.metering, known.books)
            return supplies_anew(books, invoice, known, reader=own)
    document, provenance = json.loads(invoice.document), json.loads(invoice.provenance)
    supplies = [
        with_adjusted(
            reader.connection, books.site, _supply(reader, asked, invoice.account), known.metering
        )
        for asked in provenance["supplies"]
    ]
    return facts_again(document, provenance, supplies, known)


def facts_again(
    document: Mapping[str, Any],
    provenance: Mapping[str, Any],
    supplies: Sequence[SupplyFacts],
    known: Known,
) -> InvoiceFacts:
    """Return the facts of an issued document around some supplies.

    Args:
        document: The document: issuer, names and dates are its own.
        provenance: What it was made of.
        supplies: Facts of its supplies.
        known: Positions at which they were read.
    """
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
        metering_position=known.metering,
        books_position=known.books,
    )


def _supply(reader: SupplyReader, asked: Mapping[str, Any], account: str) -> SupplyFacts:
    return reader.facts(
        asked["point"],
        asked["tariff"],
        date.fromisoformat(asked["first_day"]),
        date.fromisoformat(asked["last_day"]),
        account=account,
    )
