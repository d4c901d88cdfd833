"""Step 6, shown. From: proposals about issued bills. To: the corrections' rows. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from billing.books import Books
from billing.corrections.desk import CorrectionDesk
from billing.corrections.difference import adjustments_between, document_of
from billing.views.corrections import CorrectionRow, read_corrections
from dashboards.queries.correction_rows import CorrectionList, CorrectionPage
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import BOOKS, SqlSite
from dashboards.security.scope import Right, Scope
from energy.journal.marks import Marks

MOST_CORRECTIONS = 200
"""Corrections of one page; `bill corrections` lists all."""


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

    def _charges(self, row: CorrectionRow) -> tuple[dict[str, object], ...]:
        """Return the charges that differ between what stood billed and the proposal."""
        at = self._at
        books = Books(at.database, at.site, at.clock)
        desk = CorrectionDesk(books, at.vault, Marks(at.database, at.schema, at.clock))
        found, proposal = desk.proposal(row.name)
        issued = books.invoice(found.invoice).document
        entries = adjustments_between(
            document_of(found.base_of(proposal.number, issued)),
            document_of(proposal.document),
            number=found.number,
            dated=document_of(issued)["dated"],
            correction=row.name,
        )
        charges: list[dict[str, object]] = []
        for entry in entries:
            told = entry["charges"]
            assert isinstance(told, list), "an adjustment lists its charges"
            charges += told
        return tuple(charges)


def _people(rows: Sequence[CorrectionRow]) -> list[UUID]:
    both = [person for row in rows for person in (row.raised_by, row.decided_by)]
    return [person for person in both if person is not None]
