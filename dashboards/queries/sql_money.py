"""Step 6, shown. From: open items, payments, bank entries. To: the money's rows. I/O: PostgreSQL.

What is due, whose an entry may be, and which letters are due is computed by the domain as the
commands do it; here it is only put on one page.
"""

from __future__ import annotations

from billing.bank.office import BankOffice
from billing.bank.payers import account_names
from billing.books import Books
from billing.receivables.ageing import AgedAccount, aged
from billing.receivables.collecting import Collecting
from billing.views.owed import read_day_items, read_disputes, read_payments
from dashboards.queries.money_rows import MoneyPage, WaitingEntry
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import BOOKS, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.journal.recorder import head_position

MOST_WAITING = 25
"""Bank entries of one page; `pay queue` lists all."""
MOST_PAYMENTS = 60
"""Payments of one page; `pay list` lists all."""


class SqlMoney:
    """Questions about payments and receivables in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def money(self, scope: Scope) -> Answer[MoneyPage]:
        """Return what is owed and paid, what waits for a person."""
        self._at.demand(scope, Right.READ_BILLS)
        at, schema = self._at, self._at.schema
        day = local_day(at.clock.now(), at.site.zone)
        books = Books(at.database, at.site, at.clock)
        queue = BankOffice(books, at.vault).queue()
        letters = Collecting(books, at.vault).due_letters(day)
        with at.read(scope, Right.READ_BILLS) as connection:
            rows = sorted(aged(read_day_items(connection, schema, day), day), key=_worst_first)
            page = MoneyPage(
                day=day,
                currency=at.site.currency,
                aged=tuple(rows),
                waiting=tuple(
                    WaitingEntry(
                        entry=each.row.entry,
                        seen_at=each.row.position,
                        booked_on=each.row.booked_on,
                        amount=each.row.amount,
                        payer=each.payer,
                        told=each.told,
                        proposals=each.proposals,
                    )
                    for each in queue[:MOST_WAITING]
                ),
                waiting_in_all=len(queue),
                payments=tuple(reversed(read_payments(connection, schema)[-MOST_PAYMENTS:])),
                letters=tuple(letters),
                disputes=tuple(
                    each for each in read_disputes(connection, schema) if each.closed_on is None
                ),
                names=account_names(books, at.vault),
            )
            return at.answer(connection, page, follower=BOOKS)

    def await_books(self, scope: Scope) -> None:
        """Wait until the views show what the books hold now, 2 s at most."""
        right = Right.READ_BILLS if scope.staff else Right.READ_OWN
        with self._at.read(scope, right) as connection:
            head = head_position(connection, self._at.schema, BOOKS)
        self._at.await_shown(scope, right, lambda each: self._at.position(each, BOOKS) >= head)


def _worst_first(row: AgedAccount) -> tuple[object, ...]:
    return (-row.overdue, -row.not_due, row.account)
