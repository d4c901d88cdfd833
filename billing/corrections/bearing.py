"""In: corrections accepted. Out: the adjustments that a bill bears for them. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.corrections.correction import Corrections, corrections_id
from billing.corrections.difference import adjustments_between, document_of
from billing.corrections.proposal import Proposal
from billing.errors import UnknownBillingObjectError

CorrectionKey = tuple[UUID, int]
"""The invoice corrected, and the number of the proposal."""


def corrections_of(books: Books, invoice: UUID) -> Corrections | None:
    """Return what was learned of an invoice; None where nothing was."""
    found: Corrections | None = books.find(corrections_id(books.site.key, invoice))
    return found


def waiting_corrections(books: Books, invoices: Sequence[UUID]) -> list[CorrectionKey]:
    """Return the accepted corrections of some invoices that no document bears, in order."""
    return [
        (invoice, each.number)
        for invoice in invoices
        if (found := corrections_of(books, invoice)) is not None
        for each in found.waiting
    ]


def adjustments_of(books: Books, corrections: Sequence[CorrectionKey]) -> list[dict[str, Any]]:
    """Return the entries of some corrections, each against what stood billed before it.

    Args:
        books: The site's books.
        corrections: In the order of their entries.

    Raises:
        UnknownBillingObjectError: There is no such correction.
    """
    entries: list[dict[str, Any]] = []
    for invoice, number in corrections:
        found = corrections_of(books, invoice)
        proposal = None if found is None else found.proposal(number)
        if found is None or proposal is None:
            raise UnknownBillingObjectError("correction", f"{invoice}/{number}")
        entries += entries_of(found, proposal, books.invoice(invoice).document)
    return entries


def entries_of(found: Corrections, proposal: Proposal, issued: str) -> list[dict[str, Any]]:
    """Return the entries of `adjustments` that a proposal stands for.

    Args:
        found: What was learned of the invoice.
        proposal: One of it.
        issued: Document of the invoice.
    """
    if proposal.credit is not None:
        return [dict(proposal.credit)]
    return adjustments_between(
        document_of(found.base_of(proposal.number, issued)),
        document_of(proposal.document),
        number=found.number,
        dated=document_of(issued)["dated"],
        correction=found.name(proposal.number),
    )
