"""In: a rated bill run. Out: its drafts and findings, as the office sees them. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.books import Books
from billing.invoices.invoice import Invoice, InvoiceState
from billing.invoices.invoice_facts import finding_of
from billing.runs.bill_run import BillRun, RunState
from energy.base.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedDraft:
    """A draft as the office reviews it."""

    invoice: UUID
    account: str
    state: InvoiceState
    total: Decimal
    document: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A run with its drafts, by account."""

    run: UUID
    state: RunState
    drafts: tuple[ReviewedDraft, ...]
    total: Decimal

    @property
    def findings(self) -> list[Finding]:
        """Return the findings of all drafts."""
        return [finding for draft in self.drafts for finding in draft.findings]


def review_of(books: Books, run: UUID) -> Review:
    """Return a run's drafts and findings.

    Raises:
        UnknownBillingObjectError: There is no such run.
    """
    opened = books.run(run)
    invoices = [books.invoice(identity) for identity in opened.drafts]
    return review_with(opened, invoices, [invoice.total for invoice in invoices])


def review_with(opened: BillRun, invoices: Sequence[Invoice], totals: Sequence[Decimal]) -> Review:
    """Return a run's drafts and findings.

    Args:
        opened: The run.
        invoices: Its drafts, in its order.
        totals: What each comes to. [currency]
    """
    rows = [
        ReviewedDraft(
            invoice=invoice.id,
            account=invoice.account,
            state=invoice.state,
            total=total,
            document=invoice.document,
            findings=tuple(finding_of(stored) for stored in invoice.findings),
        )
        for invoice, total in zip(invoices, totals, strict=True)
    ]
    return Review(
        run=opened.id, state=opened.state, drafts=tuple(rows), total=Decimal(opened.total)
    )
