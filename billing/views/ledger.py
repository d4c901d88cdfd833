"""In: events of the books. Out: the ledger, entry by entry, and its closed months. I/O: PostgreSQL.

The order of the journal decides what a closed month holds: what was known at the position that its
close names. Whatever concerns a closed day and came later stands in the first open month, with
the day it concerns. Folding again gives the same ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from billing.ledger.entry import Entry, LedgerAccount, Posting
from billing.ledger.periods import LedgerMonths, month_after
from billing.ledger.postings import entries_of
from billing.views.receivable_rows import Cursor, insert

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedEntry:
    """An entry as it stands in the ledger."""

    entry: Entry
    """With the day of the books as its own."""
    concerns_on: date
    """Day that it concerns; another one where that month was closed."""
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedMonth:
    """A month that is closed, or proposed to be."""

    month: date
    state: str
    known_position: int
    sha256: str


class LedgerView:
    """Folds what events move into the ledger."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether it is the ledger's own."""
        for entry in entries_of(event):
            _book(cursor, schema, position, entry)
        match event:
            case LedgerMonths.Created():
                return True
            case LedgerMonths.CloseProposed():
                _proposed(cursor, schema, position, event)
                return True
            case LedgerMonths.Closed():
                _closed(cursor, schema, position, event)
                return True
        return False


def _first_open(cursor: Cursor, schema: str) -> date | None:
    """Return the first day that is open; None while no month is closed."""
    row = cursor.execute(
        f"SELECT max(month) FROM {schema}.ledger_close WHERE state = 'closed'"
    ).fetchone()
    month = row[0] if row else None
    return month_after(month) if isinstance(month, date) else None


def _book(cursor: Cursor, schema: str, position: int, entry: Entry) -> None:
    open_day = _first_open(cursor, schema)
    booked_on = entry.booked_on if open_day is None else max(entry.booked_on, open_day)
    insert(
        cursor,
        schema,
        "ledger_entry",
        key=entry.key,
        position=position,
        booked_on=booked_on,
        concerns_on=entry.booked_on,
        what=entry.what,
        party=entry.party,
        document=entry.document,
        currency=entry.currency,
    )
    for n, posting in enumerate(entry.postings):
        insert(
            cursor,
            schema,
            "ledger_posting",
            key=entry.key,
            n=n,
            account=posting.account,
            detail=posting.detail,
            amount=posting.amount,
        )


def _proposed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"DELETE FROM {schema}.ledger_close WHERE month = %s AND state = 'proposed'",
        (event.month,),
    )
    insert(
        cursor,
        schema,
        "ledger_close",
        month=event.month,
        state="proposed",
        known_position=event.known_position,
        sha256=event.sha256,
        proposed_by=event.by,
        position=position,
    )


def _closed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Close a month; what came behind its position goes on to the next one."""
    cursor.execute(
        f"UPDATE {schema}.ledger_close SET state = 'closed', closed_by = %s, closed_at = %s, "
        "position = %s WHERE month = %s",
        (event.by, event.timestamp, position, event.month),
    )
    following = month_after(event.month)
    cursor.execute(
        f"UPDATE {schema}.ledger_entry SET booked_on = %s WHERE booked_on < %s AND position > %s",
        (following, following, event.known_position),
    )


def read_entries(
    connection: Connection,
    schema: str,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    up_to_position: int | None = None,
) -> list[BookedEntry]:
    """Return the entries of some days of the books, in the order of day and journal.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first_day: First day of the books; from the beginning when None.
        last_day: Last one, included; to the end when None.
        up_to_position: Only what the books knew there.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT e.key, e.booked_on, e.concerns_on, e.what, e.party, e.document, e.currency, "
        "e.position, array_agg(p.account ORDER BY p.n), array_agg(p.detail ORDER BY p.n), "
        f"array_agg(p.amount ORDER BY p.n) FROM {schema}.ledger_entry AS e "
        f"JOIN {schema}.ledger_posting AS p USING (key) "
        "WHERE (%(first)s::date IS NULL OR e.booked_on >= %(first)s) "
        "AND (%(last)s::date IS NULL OR e.booked_on <= %(last)s) "
        "AND (%(known)s::bigint IS NULL OR e.position <= %(known)s) "
        "GROUP BY e.key ORDER BY e.booked_on, e.position, e.key",
        {"first": first_day, "last": last_day, "known": up_to_position},
    ).fetchall()
    return [_entry_of(row) for row in rows]


def _entry_of(row: Sequence[Any]) -> BookedEntry:
    key, booked_on, concerns_on, what, party, document, currency, position, *sides = row
    postings = tuple(
        Posting(account=LedgerAccount(account), detail=detail, amount=amount)
        for account, detail, amount in zip(*sides, strict=True)
    )
    entry = Entry(
        key=key,
        booked_on=booked_on,
        what=what,
        party=party,
        document=document,
        currency=currency,
        postings=postings,
    )
    return BookedEntry(entry=entry, concerns_on=concerns_on, position=position)


def read_balances(
    connection: Connection,
    schema: str,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    up_to_position: int | None = None,
) -> list[tuple[str, str, Decimal]]:
    """Return account, detail and what was moved on it in some days, in order. [currency].

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first_day: First day of the books; from the beginning when None.
        last_day: Last one, included; to the end when None.
        up_to_position: Only what the books knew there.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT p.account, p.detail, sum(p.amount) FROM {schema}.ledger_entry AS e "
        f"JOIN {schema}.ledger_posting AS p USING (key) "
        "WHERE (%(first)s::date IS NULL OR e.booked_on >= %(first)s) "
        "AND (%(last)s::date IS NULL OR e.booked_on <= %(last)s) "
        "AND (%(known)s::bigint IS NULL OR e.position <= %(known)s) "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        {"first": first_day, "last": last_day, "known": up_to_position},
    ).fetchall()
    return [(account, detail, amount) for account, detail, amount in rows]


def folded_position(connection: Connection, schema: str) -> int:
    """Return the position of the books up to which the ledger holds everything."""
    row = connection.execute(
        f"SELECT position FROM {schema}.follower WHERE name = 'books'"
    ).fetchone()
    return 0 if row is None else int(str(row[0]))


def read_months(connection: Connection, schema: str) -> list[ClosedMonth]:
    """Return the months that are closed or proposed, in order."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT month, state, known_position, sha256 FROM {schema}.ledger_close ORDER BY month"
    ).fetchall()
    return [
        ClosedMonth(month=month, state=state, known_position=known, sha256=sha256)
        for month, state, known, sha256 in rows
    ]


def receivable_balances(connection: Connection, schema: str) -> dict[str, Decimal]:
    """Return what the ledger says that each account owes; accounts with nothing left out."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT e.party, sum(p.amount) FROM {schema}.ledger_entry AS e "
        f"JOIN {schema}.ledger_posting AS p USING (key) WHERE p.account = %s "
        "GROUP BY 1 HAVING sum(p.amount) <> 0 ORDER BY 1",
        (LedgerAccount.RECEIVABLE,),
    ).fetchall()
    return dict(rows)
