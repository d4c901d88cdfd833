"""Step 6, shown. From: an issued bill, positions. To: the bill as known there. I/O: PostgreSQL."""

from __future__ import annotations

import json
from uuid import UUID

from billing.books import Books
from billing.corrections.anew import Known
from billing.corrections.as_known import bill_as_known, known_steps
from billing.errors import UnknownBillingObjectError
from billing.invoices.invoice import Invoice, InvoiceState
from billing.views.corrections import read_corrections
from dashboards.queries.known_rows import KnownBill, KnownSteps
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import BOOKS, SqlSite
from dashboards.security.scope import Right, Scope


class SqlKnown:
    """Questions about issued bills as known on other days in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables and books."""
        self._at = at

    def known_steps(self, scope: Scope, invoice: UUID) -> KnownSteps | None:
        """Return the states of knowledge of a bill; None unless it is an issued invoice."""
        self._at.demand(scope, Right.READ_BILLS)
        books = Books(self._at.database, self._at.site, self._at.clock)
        found = _issued(books, invoice)
        if found is None:
            return None
        return KnownSteps(invoice=invoice, steps=tuple(known_steps(books, found)))

    def bill_as_known(
        self, scope: Scope, invoice: UUID, metering: int, books: int
    ) -> Answer[KnownBill] | None:
        """Return an issued bill as known at two positions; None without such a bill.

        Raises:
            NotPermittedError: The person lacks the role or the site.
            NotFoldedError: The views have not come that far.
        """
        at = self._at
        at.demand(scope, Right.READ_BILLS)
        own = Books(at.database, at.site, at.clock)
        issued = _issued(own, invoice)
        if issued is None:
            return None
        found = bill_as_known(own, issued, Known(metering=metering, books=books))
        with at.read(scope, Right.READ_BILLS) as connection:
            corrections = read_corrections(connection, at.schema, account=issued.account)
            people = [each.by for each in found.arrived if each.by is not None]
            page = KnownBill(
                invoice=invoice,
                number=issued.number or "",
                found=found,
                currency=issued.currency,
                corrections=tuple(
                    sorted(
                        (each for each in corrections if each.invoice == invoice),
                        key=lambda each: each.proposal,
                    )
                ),
                people=at.person_names(connection, people),
            )
            return at.answer(connection, page, follower=BOOKS)


def _issued(books: Books, invoice: UUID) -> Invoice | None:
    """Return an invoice that is issued; None for drafts, credit notes and what is unknown."""
    try:
        found = books.invoice(invoice)
    except UnknownBillingObjectError:
        return None
    billed = json.loads(found.document)["kind"] == "invoice"
    return found if billed and found.state is InvoiceState.ISSUED else None
