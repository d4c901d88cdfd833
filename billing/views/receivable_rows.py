"""In: what an event does to items and accounts. Out: rows of both. I/O: PostgreSQL, in a fold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from billing.receivables.items import ItemKind

Cursor = psycopg.Cursor[tuple[object, ...]]


def insert(cursor: Cursor, schema: str, table: str, **row: object) -> None:
    """Write a row, its columns by name."""
    marks = ", ".join(["%s"] * len(row))
    cursor.execute(
        f"INSERT INTO {schema}.{table} ({', '.join(row)}) VALUES ({marks})", list(row.values())
    )


def moved(
    cursor: Cursor,
    schema: str,
    position: int,
    account: str,
    on: date,
    kind: str,
    document: str,
    amount: Decimal,
    told: str = "",
    *,
    n: int = 0,
) -> None:
    """Note what changed the balance of an account."""
    insert(
        cursor,
        schema,
        "account_movement",
        position=position,
        n=n,
        account=account,
        on_day=on,
        kind=kind,
        document=document,
        amount=amount,
        told=told,
    )


def add_item(
    cursor: Cursor,
    schema: str,
    position: int,
    *,
    number: str,
    kind: ItemKind,
    account: str,
    currency: str,
    dated: date,
    due_on: date,
    amount: Decimal,
    corrects: str | None = None,
    invoice: object = None,
) -> None:
    """Note a document that is owed, or is in the account's favour."""
    insert(
        cursor,
        schema,
        "open_item",
        number=number,
        kind=kind,
        account=account,
        currency=currency,
        dated=dated,
        due_on=due_on,
        amount=amount,
        settled=0,
        corrects=corrects,
        cleared_on=None if amount else dated,
        invoice=invoice,
        position=position,
    )


def add_money(
    cursor: Cursor,
    schema: str,
    position: int,
    *,
    payment: str,
    account: str,
    amount: Decimal,
    on: date,
    means: str,
    reference: str,
    bank_entry: object = None,
) -> None:
    """Note money of an account that settles nothing yet."""
    insert(
        cursor,
        schema,
        "payment",
        payment=payment,
        account=account,
        amount=amount,
        received_on=on,
        means=means,
        reference=reference,
        bank_entry=bank_entry,
        applied=0,
        refunded=0,
        position=position,
    )


def settled(
    cursor: Cursor,
    schema: str,
    position: int,
    item: str,
    *,
    account: str,
    source: str,
    kind: str,
    amount: Decimal,
    on: date,
    n: int = 0,
) -> None:
    """Take an amount, of the item's sign, away from an item; backwards with the other sign."""
    insert(
        cursor,
        schema,
        "item_movement",
        position=position,
        n=n,
        account=account,
        item=item,
        source=source,
        kind=kind,
        on_day=on,
        amount=amount,
    )
    cursor.execute(
        f"UPDATE {schema}.open_item SET settled = settled + %(amount)s, cleared_on = "
        "CASE WHEN settled + %(amount)s = amount THEN %(on)s::date END WHERE number = %(item)s",
        {"amount": amount, "on": on, "item": item},
    )


def spent(
    cursor: Cursor, schema: str, position: int, event: Any, amount: Decimal, kind: str
) -> None:
    """Take an amount away from a source: a payment, or a document in the account's favour."""
    column = "refunded" if kind == "refund" else "applied"
    cursor.execute(
        f"UPDATE {schema}.payment SET {column} = {column} + %s WHERE payment = %s",
        (amount, event.source),
    )
    if cursor.rowcount == 0:
        settled(
            cursor,
            schema,
            position,
            event.source,
            account=event.account,
            source=event.item if kind != "refund" else event.reference,
            kind=kind,
            amount=-amount,
            on=event.on,
            n=1,
        )
