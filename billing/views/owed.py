"""In: an account, a day. Out: what it owes, what it paid, who is late. I/O: reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from billing.errors import UnknownBillingObjectError
from billing.receivables.ageing import DayItem, Movement
from billing.receivables.collection import Instalment
from billing.receivables.dunning_rules import Balance
from billing.receivables.items import ItemKind, Money, OpenItem

Connection = psycopg.Connection[tuple[object, ...]]
_ITEM = (
    "i.number, i.kind, i.account, i.currency, i.dated, i.due_on, i.amount, i.settled, i.corrects, "
    "coalesce((SELECT sum(d.amount) FROM {schema}.dispute AS d "
    "WHERE d.item = i.number AND d.closed_on IS NULL), 0)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """A payment as it stands."""

    payment: str
    account: str
    amount: Decimal
    received_on: date
    means: str
    reference: str
    bank_entry: UUID | None
    applied: Decimal
    refunded: Decimal
    reversed_on: date | None

    @property
    def left(self) -> Decimal:
        """Return what settles nothing yet. [currency]."""
        return Decimal(0) if self.reversed_on else self.amount - self.applied - self.refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffRow:
    """A write-off, proposed or decided."""

    write_off: UUID
    account: str
    item: str
    amount: Decimal
    reason: str
    state: str
    proposed_by: UUID
    decided_by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    """A dispute about a part of a document."""

    dispute: UUID
    account: str
    item: str
    amount: Decimal
    opened_on: date
    reason: str
    closed_on: date | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan of payment that holds, with what was settled of its documents since."""

    plan: UUID
    account: str
    items: tuple[str, ...]
    instalments: tuple[Instalment, ...]
    agreed_on: date
    paid: Decimal


def read_items(
    connection: Connection,
    schema: str,
    *,
    account: str | None = None,
    open_only: bool = True,
    numbers: Collection[str] | None = None,
    settled_since: date | None = None,
) -> list[OpenItem]:
    """Return items in the order in which they are due.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        account: Only of this account.
        open_only: Leave out what is settled.
        numbers: Only these.
        settled_since: Of what is settled only what was settled on this day or later.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_ITEM.format(schema=schema)} FROM {schema}.open_item AS i "
        "WHERE (%(account)s::text IS NULL OR i.account = %(account)s) "
        "AND (NOT %(open)s OR i.settled <> i.amount) "
        "AND (%(numbers)s::text[] IS NULL OR i.number = ANY(%(numbers)s)) "
        "AND (%(since)s::date IS NULL OR i.cleared_on IS NULL OR i.cleared_on >= %(since)s) "
        "ORDER BY i.account, i.due_on, i.dated, i.number",
        {
            "account": account,
            "open": open_only,
            "numbers": None if numbers is None else list(numbers),
            "since": settled_since,
        },
    ).fetchall()
    return [_item(row) for row in rows]


def read_late_items(
    connection: Connection, schema: str, *, since: date, day: date
) -> list[OpenItem]:
    """Return what is overdue, or was when it was settled; fees are not among it.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        since: First due day.
        day: Local day; what is due on it or later is not late.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_ITEM.format(schema=schema)} FROM {schema}.open_item AS i "
        "WHERE i.amount > 0 AND i.kind <> %s AND i.due_on >= %s AND i.due_on < %s "
        "AND (i.settled <> i.amount OR i.cleared_on > i.due_on) ORDER BY i.account, i.number",
        (ItemKind.FEE, since, day),
    ).fetchall()
    return [_item(row) for row in rows]


def the_item(connection: Connection, schema: str, number: str) -> OpenItem:
    """Return an item by its number.

    Raises:
        UnknownBillingObjectError: There is none.
    """
    found = read_items(connection, schema, open_only=False, numbers=[number])
    if not found:
        raise UnknownBillingObjectError("open item", number)
    return found[0]


def read_payments(
    connection: Connection, schema: str, *, account: str | None = None, left_only: bool = False
) -> list[PaymentRow]:
    """Return payments, the oldest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        account: Only of this account.
        left_only: Only those of which something settles nothing yet.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(PaymentRow.__dataclass_fields__)} FROM {schema}.payment "
        "WHERE (%(account)s::text IS NULL OR account = %(account)s) AND (NOT %(left)s OR "
        "(reversed_on IS NULL AND amount > applied + refunded)) "
        "ORDER BY received_on, position",
        {"account": account, "left": left_only},
    ).fetchall()
    names = tuple(PaymentRow.__dataclass_fields__)
    return [PaymentRow(**dict(zip(names, row, strict=True))) for row in rows]


def accounts_to_settle(connection: Connection, schema: str) -> list[str]:
    """Return the accounts with money or a credit that names an open document."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT DISTINCT o.account FROM {s}.open_item AS o WHERE o.amount > o.settled AND ("
        "EXISTS (SELECT FROM {s}.payment AS p WHERE p.account = o.account "
        "AND p.reference = o.number AND p.reversed_on IS NULL "
        "AND p.amount > p.applied + p.refunded) "
        "OR EXISTS (SELECT FROM {s}.open_item AS c WHERE c.account = o.account "
        "AND c.corrects = o.number AND c.amount < c.settled)) ORDER BY 1".replace("{s}", schema)
    ).fetchall()
    return [str(account) for (account,) in rows]


def payment_named(connection: Connection, schema: str, name: str) -> PaymentRow:
    """Return a payment by its key or the beginning of it.

    Raises:
        UnknownBillingObjectError: None is called so, or several are.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(PaymentRow.__dataclass_fields__)} FROM {schema}.payment "
        "WHERE payment = %s OR starts_with(payment, %s) ORDER BY payment LIMIT 2",
        (name, name),
    ).fetchall()
    if not rows or not name or (len(rows) > 1 and rows[0][0] != name):
        raise UnknownBillingObjectError("payment", name)
    names = tuple(PaymentRow.__dataclass_fields__)
    return PaymentRow(**dict(zip(names, rows[0], strict=True)))


def unused_money(payments: Sequence[PaymentRow]) -> list[Money]:
    """Return what payments have left, in their order."""
    return [
        Money(
            source=each.payment,
            amount=each.amount,
            left=each.left,
            on=each.received_on,
            corrects=each.reference,  # a payment that names a document settles it first
        )
        for each in payments
        if each.left > 0
    ]


def read_movements(
    connection: Connection, schema: str, account: str, last_day: date
) -> list[Movement]:
    """Return what changed the balance of an account up to a day, included."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT on_day, kind, document, amount, told FROM {schema}.account_movement "
        "WHERE account = %s AND on_day <= %s ORDER BY on_day, position, n",
        (account, last_day),
    ).fetchall()
    return [
        Movement(on_day=day, kind=kind, document=document, amount=amount, told=told)
        for day, kind, document, amount, told in rows
    ]


def read_day_items(
    connection: Connection, schema: str, day: date, *, account: str | None = None
) -> list[DayItem]:
    """Return items and money not used as they stood at the end of a day.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        day: Local day.
        account: Only of this account.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"WITH settled AS (SELECT item, sum(amount) AS amount FROM {schema}.item_movement "
        "WHERE on_day <= %(day)s GROUP BY 1), "
        f"disputed AS (SELECT item, sum(amount) AS amount FROM {schema}.dispute "
        "WHERE opened_on <= %(day)s AND (closed_on IS NULL OR closed_on > %(day)s) GROUP BY 1), "
        f"spent AS (SELECT source, sum(amount) AS amount FROM {schema}.item_movement "
        "WHERE on_day <= %(day)s AND kind IN ('applied', 'unapplied') GROUP BY 1), "
        f"refunds AS (SELECT document, sum(amount) AS amount FROM {schema}.account_movement "
        "WHERE on_day <= %(day)s AND kind = 'refund' GROUP BY 1) "
        "SELECT i.number, i.account, i.due_on, i.amount - coalesce(m.amount, 0), "
        f"coalesce(d.amount, 0) FROM {schema}.open_item AS i "
        "LEFT JOIN settled AS m ON m.item = i.number "
        "LEFT JOIN disputed AS d ON d.item = i.number WHERE i.dated <= %(day)s "
        "AND (%(account)s::text IS NULL OR i.account = %(account)s) "
        "UNION ALL SELECT p.payment, p.account, p.received_on, "
        f"coalesce(u.amount, 0) + coalesce(r.amount, 0) - p.amount, 0 FROM {schema}.payment AS p "
        "LEFT JOIN spent AS u ON u.source = p.payment "
        "LEFT JOIN refunds AS r ON r.document = p.payment "
        "WHERE p.received_on <= %(day)s AND (p.reversed_on IS NULL OR p.reversed_on > %(day)s) "
        "AND (%(account)s::text IS NULL OR p.account = %(account)s) ORDER BY 2, 3, 1",
        {"day": day, "account": account},
    ).fetchall()
    return [
        DayItem(number=number, account=of, due_on=due_on, open=left, disputed=disputed)
        for number, of, due_on, left, disputed in rows
        if left
    ]


def reached_levels(connection: Connection, schema: str) -> dict[str, int]:
    """Return the level of the last letter about each item."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT item, max(level) FROM {schema}.dunning GROUP BY 1"
    ).fetchall()
    return dict(rows)


def late_fees(connection: Connection, schema: str) -> dict[str, Decimal]:
    """Return the late fees charged for each item so far. [currency]."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT item, sum(amount) FROM {schema}.late_fee GROUP BY 1"
    ).fetchall()
    return dict(rows)


def overdue_balances(
    connection: Connection, schema: str, item: OpenItem, day: date
) -> list[Balance]:
    """Return what was overdue of an item and not in dispute, from day to day.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        item: The item.
        day: Local day; changes behind it are left out.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT on_day, sum(amount) FROM ("
        f"SELECT on_day, -amount AS amount FROM {schema}.item_movement WHERE item = %(item)s "
        f"UNION ALL SELECT opened_on, -amount FROM {schema}.dispute WHERE item = %(item)s "
        f"UNION ALL SELECT closed_on, amount FROM {schema}.dispute WHERE item = %(item)s "
        "AND closed_on IS NOT NULL) AS change WHERE on_day <= %(day)s GROUP BY 1 ORDER BY 1",
        {"item": item.number, "day": day},
    ).fetchall()
    held = item.amount
    found = [Balance(from_day=item.dated, overdue=held)]
    for on_day, change in rows:
        held += change
        found.append(Balance(from_day=on_day, overdue=held))
    return found


def read_write_offs(
    connection: Connection, schema: str, *, state: str | None = None
) -> list[WriteOffRow]:
    """Return write-offs, the oldest first; only those of a state when one is given."""
    names = tuple(WriteOffRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.write_off "
        "WHERE (%(state)s::text IS NULL OR state = %(state)s) ORDER BY position",
        {"state": state},
    ).fetchall()
    return [WriteOffRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_disputes(connection: Connection, schema: str) -> list[DisputeRow]:
    """Return disputes, the oldest first."""
    names = tuple(DisputeRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.dispute ORDER BY position"
    ).fetchall()
    return [DisputeRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_plans(connection: Connection, schema: str) -> list[PlanRow]:
    """Return the plans of payment that hold."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT p.plan, p.account, p.items, p.instalments, p.agreed_on, "
        f"coalesce((SELECT sum(m.amount) FROM {schema}.item_movement AS m "
        "WHERE m.item = ANY(p.items) AND m.position > p.position), 0) "
        f"FROM {schema}.payment_plan AS p WHERE p.ended_on IS NULL ORDER BY p.position"
    ).fetchall()
    return [
        PlanRow(
            plan=plan,
            account=account,
            items=tuple(items),
            instalments=tuple(
                Instalment(due_on=date.fromisoformat(i["due_on"]), amount=Decimal(i["amount"]))
                for i in instalments
            ),
            agreed_on=agreed_on,
            paid=paid,
        )
        for plan, account, items, instalments, agreed_on, paid in rows
    ]


def _item(row: Sequence[Any]) -> OpenItem:
    number, kind, account, currency, dated, due_on, amount, settled, corrects, disputed = row
    return OpenItem(
        number=number,
        kind=ItemKind(kind),
        account=account,
        currency=currency,
        dated=dated,
        due_on=due_on,
        amount=amount,
        settled=settled,
        corrects=corrects,
        disputed=disputed,
    )
