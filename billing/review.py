"""In: a rated bill run. Out: its drafts and findings, as the office sees them. I/O: PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.bill_run import RunState
from billing.books import Books
from billing.invoice import InvoiceState
from billing.invoice_facts import finding_of
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
    rows = []
    for identity in opened.drafts:
        invoice = books.invoice(identity)
        rows.append(
            ReviewedDraft(
                invoice=identity,
                account=invoice.account,
                state=invoice.state,
                total=invoice.total,
                document=invoice.document,
                findings=tuple(finding_of(stored) for stored in invoice.findings),
            )
        )
    return Review(run=run, state=opened.state, drafts=tuple(rows), total=Decimal(opened.total))
