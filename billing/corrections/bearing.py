"""In: corrections accepted. Out: the adjustments that a bill bears for them. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from billing.books import Books
from billing.corrections.correction import Corrections, corrections_id
from billing.corrections.difference import adjustments_between, document_of
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


def adjustments_of(books: Books, corrections: Sequence[CorrectionKey]) -> list[dict[str, object]]:
    """Return the entries of some corrections, each against what stood billed before it.

    Args:
        books: The site's books.
        corrections: In the order of their entries.

    Raises:
        UnknownBillingObjectError: There is no such correction.
    """
    entries: list[dict[str, object]] = []
    for invoice, number in corrections:
        found = corrections_of(books, invoice)
        proposal = None if found is None else found.proposal(number)
        if found is None or proposal is None:
            raise UnknownBillingObjectError("correction", f"{invoice}/{number}")
        issued = document_of(books.invoice(invoice).document)
        base = document_of(found.base_of(number, books.invoice(invoice).document))
        entries += adjustments_between(
            base,
            document_of(proposal.document),
            number=found.number,
            dated=issued["dated"],
            correction=found.name(number),
        )
    return entries
