"""In: the tenants a person is bound to. Out: what their papers say. I/O: PostgreSQL.

Whose a paper is, is asked in a transaction that sees the tenant's own rows alone; what it says
comes from the events of the books, as it said when it was handed over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from billing.books import Books
from billing.cash_desk.shift import Shift
from billing.documents.contents import Receipt
from billing.receivables.collecting import Collecting
from billing.views.collection import read_letters
from dashboards.queries.sql_site import Row, SqlSite
from dashboards.queries.sql_till import SqlTill
from dashboards.security.scope import Scope


class SqlOwnPapers:
    """Questions of tenants about their papers in SQL."""

    def __init__(self, at: SqlSite, till: SqlTill) -> None:
        """Read one site's tables; what a receipt says comes from the cash desk's queries."""
        self._at = at
        self._till = till

    def own_receipt(self, scope: Scope, receipt: str) -> Receipt | None:
        """Return what one of one's own receipts says; None when it is not one's own."""
        at = self._at
        with at.read_as_tenant(scope) as (connection, own):
            row: Row | None = connection.execute(
                f"SELECT t.shift, t.account, a.opened_on FROM {at.schema}.cash_taking AS t "
                f"JOIN {at.schema}.account AS a USING (account) WHERE t.receipt = %s",
                (receipt,),
            ).fetchone()
            if row is None:
                return None
            shift: Shift | None = Books(at.database, at.site, at.clock).find(row[0])
            assert shift is not None, "money is taken in shifts"
            told = self._till.receipt_of_shift(connection, shift, receipt)
        if told is None or any(first <= row[2] for first, _ in own.accounts[row[1]]):
            return told
        return replace(told, balance=None)  # a part of it was moved before the tenant's days

    def own_letter(self, scope: Scope, account: str, on: date, level: int) -> dict[str, Any] | None:
        """Return what one of one's own dunning letters said; None when it is not one's own."""
        at = self._at
        with at.read_as_tenant(scope) as (connection, _own):
            found = any(
                (each.on, each.level) == (on, level)
                for each in read_letters(connection, at.schema, account)
            )
        if not found:
            return None
        books = Books(at.database, at.site, at.clock)
        return Collecting(books, at.vault).sent_letter(account, on, level)
