"""Step 6, shown. From: proposals about issued bills. To: the corrections' rows. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.corrections.bearing import entries_of
from billing.corrections.desk import CorrectionDesk
from billing.corrections.difference import document_of
from billing.corrections.line_desk import LineDesk
from billing.errors import UnknownBillingObjectError
from billing.invoices.invoice import Invoice, InvoiceState
from billing.invoices.issuer import CorrectionMode
from billing.views.corrections import CorrectionRow, read_corrections
from dashboards.queries.correction_rows import (
    BillCredits,
    CorrectionList,
    CorrectionPage,
    LinkedBill,
)
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import BOOKS, Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.journal.marks import Marks

MOST_CORRECTIONS = 200
"""Corrections of one page; `bill corrections` lists all."""

RELATIONS = ("corrects", "replaces", "credit_note", "credited_by", "replaced_by")
"""In the order in which a page tells them."""
CREDITED = CorrectionMode.CREDIT_REBILL.value
"""Of a correction that another bill followed."""


class SqlCorrections:
    """Questions about corrections of issued bills in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def corrections(self, scope: Scope) -> Answer[CorrectionList]:
        """Return the corrections, those that wait first, then by money."""
        at = self._at
        with at.read(scope, Right.READ_BILLS) as connection:
            found = read_corrections(connection, at.schema)
            found.sort(key=lambda row: row.state != "proposed")  # stable: by money within
            rows = tuple(found[:MOST_CORRECTIONS])
            page = CorrectionList(
                rows=rows,
                currency=at.site.currency,
                people=at.person_names(connection, _people(rows)),
            )
            return at.answer(connection, page, follower=BOOKS)

    def correction(self, scope: Scope, name: str) -> Answer[CorrectionPage] | None:
        """Return one correction, None when none is called so."""
        at = self._at
        with at.read(scope, Right.READ_BILLS) as connection:
            rows = [each for each in read_corrections(connection, at.schema) if each.name == name]
            if not rows:
                return None
            page = CorrectionPage(
                row=rows[0],
                currency=at.site.currency,
                charges=self._charges(rows[0]),
                people=at.person_names(connection, _people(rows)),
            )
            return at.answer(connection, page, follower=BOOKS)

    def bill_credits(self, scope: Scope, invoice: UUID) -> BillCredits | None:
        """Return what corrects an issued document; None of a draft and of what is unknown."""
        at = self._at
        at.demand(scope, Right.READ_BILLS)
        books = Books(at.database, at.site, at.clock)
        try:
            found = books.invoice(invoice)
        except UnknownBillingObjectError:
            return None
        if found.state is not InvoiceState.ISSUED:
            return None
        document = document_of(found.document)
        with at.read(scope, Right.READ_BILLS) as connection:
            every = read_corrections(connection, at.schema, account=found.account)
            corrects = document.get("corrects", {}).get("number")
            mine = sorted(
                (row for row in every if row.number in {found.number, corrects}),
                key=lambda row: row.proposal,
            )
            links = _links(connection, at.schema, found, document, mine)
        return BillCredits(
            rows=tuple(row for row in mine if row.invoice == invoice),
            links=links,
            state=None if corrects else LineDesk(books).state(invoice),
            currency=found.currency,
        )

    def _charges(self, row: CorrectionRow) -> tuple[dict[str, Any], ...]:
        """Return the charges that differ between what stood billed and the proposal."""
        at = self._at
        books = Books(at.database, at.site, at.clock)
        desk = CorrectionDesk(books, at.vault, Marks(at.database, at.schema, at.clock))
        found, proposal = desk.proposal(row.name)
        entries = entries_of(found, proposal, books.invoice(found.invoice).document)
        return tuple(charge for entry in entries for charge in entry["charges"])


def _links(
    connection: Connection,
    schema: str,
    found: Invoice,
    document: Mapping[str, Any],
    mine: Sequence[CorrectionRow],
) -> tuple[LinkedBill, ...]:
    """Return the documents that an issued one is linked with, both ways."""
    replaces = document.get("replaces", {})
    told = {
        "corrects": document.get("corrects", {}).get("number"),
        "replaces": replaces.get("number"),
        "credit_note": replaces.get("credit_note"),
    }
    follower = next((row.applied_to for row in mine if row.mode == CREDITED), None)
    rows: list[Row] = connection.execute(
        f"SELECT number, invoice, corrects FROM {schema}.invoice "
        "WHERE number = ANY(%s) OR invoice = %s OR (corrects = %s AND state = 'issued')",
        ([each for each in told.values() if each], follower, found.number),
    ).fetchall()
    links: list[LinkedBill] = []
    for number, identity, corrects in rows:
        relations = [key for key, each in told.items() if each == number]
        relations += ["credited_by"] if corrects is not None and corrects == found.number else []
        relations += ["replaced_by"] if identity == follower else []
        links += [LinkedBill(relation=r, number=number, invoice=identity) for r in relations]
    return tuple(sorted(links, key=lambda each: RELATIONS.index(each.relation)))


def _people(rows: Sequence[CorrectionRow]) -> list[UUID]:
    both = [person for row in rows for person in (row.raised_by, row.decided_by)]
    return [person for person in both if person is not None]
