"""In: events of prepaid accounts. Out: their tables, and the reads of them. I/O: PostgreSQL.

The balance at an instant as known on another is one sum over `prepaid_entry`: each row says when
it is effective and when it was recorded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg

from billing.prepaid.month import PrepaidMonth
from billing.prepaid.server_account import AccountState, PrepaidAccount
from billing.prepaid.watch import PrepaidWatch

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
ZERO = Decimal(0)


class PrepaidView:
    """Folds prepaid accounts, their settlement months and warnings."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether it is of a prepaid account."""
        match event:
            case PrepaidAccount.Created():
                cursor.execute(
                    f"INSERT INTO {schema}.prepaid_account (account, first_day, every, currency, "
                    "state, connected, credit, position) VALUES (%s, %s, %s, %s, %s, true, 0, %s)",
                    (event.account, event.first_day, event.every, event.currency,
                     AccountState.OPEN, position),
                )  # fmt: skip
            case PrepaidAccount.Event():
                _account_changed(cursor, schema, position, event)
            case PrepaidMonth.Created():
                cursor.execute(
                    f"INSERT INTO {schema}.prepaid_month (account, first_day, last_day, settled, "
                    "quantities, position) VALUES (%s, %s, %s, 0, '{}', %s)",
                    (event.account, event.first_day, event.last_day, position),
                )
            case PrepaidMonth.Event():
                _month_changed(cursor, schema, position, event)
            case PrepaidWatch.Event():
                _watched(cursor, schema, position, event)
            case _:
                return False
        return True


def _entry(
    cursor: Cursor,
    schema: str,
    position: int,
    event: Any,
    kind: str,
    at: datetime,
    amount: Decimal,
    *,
    item: int = 0,
    document: str = "",
    told: str = "",
) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.prepaid_entry VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (position, item, event.account, kind, at, event.timestamp, amount, document, told),
    )


def _account_changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    where = (cursor, schema, position, event)
    match event:
        case PrepaidAccount.ToppedUp():
            kind = "opening" if event.means == "opening" else "top_up"
            _entry(*where, kind, event.at, event.amount, document=event.receipt,
                   told=event.reference)  # fmt: skip
        case PrepaidAccount.TopUpReversed():
            _entry(*where, "reversal", event.at, -event.amount, document=event.receipt,
                   told=event.reason)  # fmt: skip
        case PrepaidAccount.MonthsClosed():
            _entry(*where, "true_up", event.at, -event.difference, document=event.invoice)
        case PrepaidAccount.Corrected():
            _entry(*where, event.kind, event.at, -event.amount, document=event.document)
        case PrepaidAccount.Refunded():
            kind = "refund" if event.amount >= 0 else "debt"
            _entry(*where, kind, event.at, -event.amount, told=event.reference)
            _change(cursor, schema, event.account, position, state=AccountState.SETTLED)
        case PrepaidAccount.Ended():
            _change(
                cursor, schema, event.account, position, state=AccountState.ENDED,
                ended_on=event.on,
            )  # fmt: skip


def _change(cursor: Cursor, schema: str, account: str, position: int, **changes: object) -> None:
    columns = ", ".join(f"{column} = %s" for column in changes)
    cursor.execute(
        f"UPDATE {schema}.prepaid_account SET {columns}, position = %s WHERE account = %s",
        (*changes.values(), position, account),
    )


def _month_changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    where = (cursor, schema, position, event)
    changes: dict[str, object] = {}
    match event:
        case PrepaidMonth.Settled():
            _entry(*where, "settlement", event.until, -event.amount,
                   told=json.dumps(event.quantities, ensure_ascii=False))  # fmt: skip
            changes = {
                "settled": event.total,
                "settled_to": event.until,
                "quantities": json.dumps(event.quantities, ensure_ascii=False),
            }
            _change(cursor, schema, event.account, position, settled_to=event.until)
        case PrepaidMonth.TruedUp():
            for item, step in enumerate(event.steps):
                _entry(*where, "true_up", step["until"], -step["amount"], item=item)
            changes = {"settled": event.total}
        case PrepaidMonth.Closed():
            changes = {"invoice": event.invoice, "difference": event.difference}
    columns = ", ".join(f"{column} = %s" for column in changes)
    cursor.execute(
        f"UPDATE {schema}.prepaid_month SET {columns}, position = %s "
        "WHERE account = %s AND first_day = %s",
        (*changes.values(), position, event.account, event.first_day),
    )


def _watched(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case PrepaidWatch.Warned():
            levels = [("money", level) for level in event.money]
            levels += [("days", Decimal(level)) for level in event.days]
            for item, (kind, level) in enumerate(levels):
                cursor.execute(
                    f"INSERT INTO {schema}.prepaid_warning VALUES "
                    "(%s, %s, %s, %s, %s, %s, %s, %s, NULL)",
                    (position, item, event.account, kind, level, event.balance,
                     event.days_left, event.at),
                )  # fmt: skip
        case PrepaidWatch.Recovered():
            for kind, levels_back in (("money", event.money), ("days", event.days)):
                cursor.execute(
                    f"UPDATE {schema}.prepaid_warning SET recovered_at = %s WHERE account = %s "
                    "AND kind = %s AND level = ANY(%s::numeric[]) AND recovered_at IS NULL",
                    (event.at, event.account, kind, list(levels_back)),
                )
        case PrepaidWatch.CreditGranted():
            _change(
                cursor, schema, event.account, position, credit=event.amount,
                credit_until=event.until,
            )  # fmt: skip
        case PrepaidWatch.CreditEnded():
            _change(cursor, schema, event.account, position, credit=ZERO, credit_until=None)
        case PrepaidWatch.OrderOver():
            _change(cursor, schema, event.account, position, connected=event.connected)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaidRow:
    """A prepaid account as a list shows it."""

    account: str
    state: str
    every: str
    balance: Decimal
    """[currency]"""
    currency: str
    credit: Decimal
    credit_until: datetime | None
    settled_to: datetime | None
    connected: bool
    first_day: date
    ended_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One movement of a balance."""

    effective_at: datetime
    recorded_at: datetime
    kind: str
    amount: Decimal
    """Above zero it raises the balance. [currency]"""
    document: str
    told: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """A settlement month."""

    first_day: date
    last_day: date
    settled: Decimal
    settled_to: datetime | None
    quantities: dict[str, str]
    invoice: str | None
    difference: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRow:
    """A level that a balance came down to."""

    account: str
    kind: str
    level: Decimal
    balance: Decimal
    days_left: int | None
    warned_at: datetime
    recovered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedDocument:
    """An issued invoice or credit note of an account."""

    number: str
    kind: str
    first_day: date
    last_day: date
    total: Decimal

    @property
    def credit(self) -> bool:
        """Return whether it gives money back; its total is positive all the same."""
        return self.kind == "credit_note"


def prepaid_accounts(connection: Connection, schema: str) -> list[str]:
    """Return the keys of the prepaid accounts that are not over."""
    rows = connection.execute(
        f"SELECT account FROM {schema}.prepaid_account WHERE state <> %s ORDER BY account",
        (AccountState.SETTLED,),
    ).fetchall()
    return [str(row[0]) for row in rows]


def documents_of_balances(connection: Connection, schema: str) -> dict[str, set[str]]:
    """Return the prepaid accounts that are not over, each with the documents its balance pays."""
    rows = connection.execute(
        f"SELECT a.account, i.number FROM {schema}.prepaid_account AS a "
        f"LEFT JOIN {schema}.invoice AS i ON i.account = a.account AND i.number IS NOT NULL "
        "AND i.first_day >= a.first_day WHERE a.state <> %s",
        (AccountState.SETTLED,),
    ).fetchall()
    found: dict[str, set[str]] = {}
    for account, number in rows:
        numbers = found.setdefault(str(account), set())
        if number is not None:
            numbers.add(str(number))
    return found


def read_prepaid(
    connection: Connection, schema: str, account: str | None = None
) -> list[PrepaidRow]:
    """Return prepaid accounts with their balances now, by key."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT a.account, state, every, coalesce((SELECT sum(amount) FROM {schema}.prepaid_entry "
        "AS e WHERE e.account = a.account), 0), currency, credit, credit_until, settled_to, "
        f"connected, first_day, ended_on FROM {schema}.prepaid_account AS a "
        "WHERE (%(one)s::text IS NULL OR account = %(one)s) ORDER BY account",
        {"one": account},
    ).fetchall()
    names = PrepaidRow.__slots__
    return [PrepaidRow(**dict(zip(names, row, strict=True))) for row in rows]


def balance_at(
    connection: Connection,
    schema: str,
    account: str,
    *,
    at: datetime | None = None,
    known: datetime | None = None,
) -> Decimal:
    """Return a balance at an instant, as known on another. [currency].

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        account: Key of the account.
        at: What is effective behind it does not count; all counts when None.
        known: What was recorded behind it does not count; all counts when None.
    """
    row = connection.execute(
        f"SELECT coalesce(sum(amount), 0) FROM {schema}.prepaid_entry WHERE account = %(account)s "
        "AND (%(at)s::timestamptz IS NULL OR effective_at <= %(at)s) "
        "AND (%(known)s::timestamptz IS NULL OR recorded_at <= %(known)s)",
        {"account": account, "at": at, "known": known},
    ).fetchone()
    assert row is not None, "an aggregate function gives a row"
    return Decimal(str(row[0]))


def balance_after(
    connection: Connection, schema: str, account: str, receipt: str
) -> Decimal | None:
    """Return the balance that a top-up left, as its receipt says; None of no top-up. [currency].

    What was recorded after it does not count, so a receipt printed again is the same one.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        account: Key of the account.
        receipt: Number of the top-up.
    """
    row = connection.execute(
        f"SELECT sum(e.amount) FROM {schema}.prepaid_entry AS e JOIN {schema}.prepaid_entry AS t "
        "ON t.account = e.account AND (e.position, e.item) <= (t.position, t.item) "
        "WHERE t.account = %s AND t.document = %s AND t.kind = 'top_up'",
        (account, receipt),
    ).fetchone()
    assert row is not None, "an aggregate function gives a row"
    return None if row[0] is None else Decimal(str(row[0]))


def read_entries(
    connection: Connection,
    schema: str,
    account: str,
    start: datetime,
    end: datetime,
    *,
    known: datetime | None = None,
) -> list[EntryRow]:
    """Return the movements of a balance that are effective in (start, end], in their order."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT effective_at, recorded_at, kind, amount, document, told, position "
        f"FROM {schema}.prepaid_entry WHERE account = %(account)s "
        "AND effective_at > %(start)s AND effective_at <= %(end)s "
        "AND (%(known)s::timestamptz IS NULL OR recorded_at <= %(known)s) "
        "ORDER BY effective_at, position, item",
        {"account": account, "start": start, "end": end, "known": known},
    ).fetchall()
    return [EntryRow(**dict(zip(EntryRow.__slots__, row, strict=True))) for row in rows]


def read_months(connection: Connection, schema: str, account: str) -> list[MonthRow]:
    """Return the settlement months of an account, in order."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT first_day, last_day, settled, settled_to, quantities, invoice, difference "
        f"FROM {schema}.prepaid_month WHERE account = %s ORDER BY first_day",
        (account,),
    ).fetchall()
    return [MonthRow(**dict(zip(MonthRow.__slots__, row, strict=True))) for row in rows]


def read_warnings(
    connection: Connection, schema: str, *, account: str | None = None, every: bool = False
) -> list[WarningRow]:
    """Return the levels that balances are below, the newest first; recovered ones if asked."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT account, kind, level, balance, days_left, warned_at, recovered_at "
        f"FROM {schema}.prepaid_warning WHERE (%(one)s::text IS NULL OR account = %(one)s) "
        "AND (%(every)s OR recovered_at IS NULL) ORDER BY warned_at DESC, account, kind, level",
        {"one": account, "every": every},
    ).fetchall()
    return [WarningRow(**dict(zip(WarningRow.__slots__, row, strict=True))) for row in rows]


def issued_documents(
    connection: Connection, schema: str, account: str, first_day: date
) -> list[IssuedDocument]:
    """Return the numbered documents of an account from a day on, in the order of their issue."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT number, coalesce(document::jsonb ->> 'kind', 'invoice'), first_day, last_day, "
        f"total FROM {schema}.invoice WHERE account = %s AND last_day >= %s AND number IS NOT NULL "
        "ORDER BY issued_at, number",
        (account, first_day),
    ).fetchall()
    return [IssuedDocument(**dict(zip(IssuedDocument.__slots__, row, strict=True))) for row in rows]
