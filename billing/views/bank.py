"""In: events of bank entries, payers, mandates. Out: their rows, and reads. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from billing.bank.entry import BankEntry, EntryState, PayerAlias
from billing.bank.mandate import Mandate
from billing.errors import UnknownBillingObjectError
from billing.views.receivable_rows import Cursor, insert

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """A bank entry, its payer still sealed."""

    entry: UUID
    key: str
    bank_account: str
    booked_on: date
    amount: Decimal
    currency: str
    person: UUID
    payer_sealed: str
    payer_digests: tuple[str, ...]
    told_sealed: str
    state: str
    account: str | None
    payment: str | None
    file: str
    file_row: int
    position: int
    """Of the last decision about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateRow:
    """A mandate, its name and IBAN still sealed."""

    mandate: str
    account: str
    person: UUID
    name_sealed: str
    iban_sealed: str
    bic: str
    signed_on: date
    collected: int
    ended_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitRow:
    """An item of a collection."""

    item: str
    collection: UUID
    mandate: str
    sequence: str
    due_on: date
    amount: Decimal


class BankView:
    """Folds what banks say, and what was decided about it."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether the room knows it."""
        match event:
            case BankEntry.Created():
                _received(cursor, schema, position, event)
            case BankEntry.Event():
                _decided(cursor, schema, position, event)
            case PayerAlias.Event() | PayerAlias.Created():
                _learned(cursor, schema, position, event)
            case Mandate.Created():
                _signed(cursor, schema, position, event)
            case Mandate.Collected():
                _collected(cursor, schema, position, event)
            case Mandate.Ended():
                cursor.execute(
                    f"UPDATE {schema}.mandate SET ended_on = %s WHERE mandate = %s",
                    (event.on, event.mandate),
                )
            case _:
                return False
        return True


def _received(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    insert(
        cursor,
        schema,
        "bank_entry",
        entry=event.originator_id,
        key=event.key,
        bank_account=event.bank_account,
        booked_on=event.booked_on,
        amount=event.amount,
        currency=event.currency,
        person=event.person,
        payer_sealed=event.payer_sealed,
        payer_digests=event.payer_digests,
        told_sealed=event.told_sealed,
        state=EntryState.UNMATCHED,
        file=event.file,
        file_row=event.file_row,
        position=position,
    )


def _decided(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    state, account, payment = EntryState.UNMATCHED, None, None
    if isinstance(event, BankEntry.Matched):
        state, account, payment = EntryState.MATCHED, event.account, event.payment
    elif isinstance(event, BankEntry.SetAside):
        state = EntryState.SET_ASIDE
    cursor.execute(
        f"UPDATE {schema}.bank_entry SET state = %s, account = %s, payment = %s, "
        "decided_by = %s, position = %s WHERE entry = %s",
        (state, account, payment, event.by, position, event.originator_id),
    )


def _learned(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.payer_alias (digest, account, position) VALUES (%s, %s, %s) "
        "ON CONFLICT (digest) DO UPDATE SET account = excluded.account, "
        "position = excluded.position",
        (event.digest, event.account, position),
    )


def _signed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    insert(
        cursor,
        schema,
        "mandate",
        mandate=event.mandate,
        account=event.account,
        person=event.person,
        name_sealed=event.name_sealed,
        iban_sealed=event.iban_sealed,
        bic=event.bic,
        signed_on=event.signed_on,
        collected=0,
        position=position,
    )


def _collected(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.mandate SET collected = collected + 1 WHERE mandate = %s",
        (event.mandate,),
    )
    for each in event.items:
        insert(
            cursor,
            schema,
            "debit_item",
            item=each["item"],
            collection=event.collection,
            mandate=event.mandate,
            sequence=event.sequence,
            due_on=event.due_on,
            amount=each["amount"],
            position=position,
        )


_ENTRY = (
    "entry, key, bank_account, booked_on, amount, currency, person, payer_sealed, payer_digests, "
    "told_sealed, state, account, payment, file, file_row, position"
)


def read_bank_entries(
    connection: Connection, schema: str, *, state: str | None = None
) -> list[EntryRow]:
    """Return bank entries, the oldest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        state: Only these: unmatched, matched, set_aside.
    """
    rows = connection.execute(
        f"SELECT {_ENTRY} FROM {schema}.bank_entry WHERE (%(state)s::text IS NULL OR "
        "state = %(state)s) ORDER BY booked_on, position",
        {"state": state},
    ).fetchall()
    return [_entry_row(row) for row in rows]


def entry_named(connection: Connection, schema: str, name: str) -> EntryRow:
    """Return a bank entry by its key, its id or the beginning of its id.

    Raises:
        UnknownBillingObjectError: None is called so, or several are.
    """
    rows = connection.execute(
        f"SELECT {_ENTRY} FROM {schema}.bank_entry WHERE key = %s OR starts_with(entry::text, %s)",
        (name, name.lower()),
    ).fetchall()
    if len(rows) != 1 or not name:
        raise UnknownBillingObjectError("bank entry", name)
    return _entry_row(rows[0])


def known_entries(
    connection: Connection, schema: str, keys: Collection[str]
) -> dict[str, tuple[date, Decimal, str]]:
    """Return day, amount and currency of the entries that are known already, by key."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT key, booked_on, amount, currency FROM {schema}.bank_entry WHERE key = ANY(%s)",
        (list(keys),),
    ).fetchall()
    return {key: (booked_on, amount, currency) for key, booked_on, amount, currency in rows}


def stored_entries(connection: Connection, schema: str, entries: Collection[UUID]) -> set[UUID]:
    """Return which bank entries the journal holds, whether the tables know them yet or not."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT originator_id FROM {schema}.books_events "
        "WHERE originator_id = ANY(%s) AND originator_version = 1",
        (list(entries),),
    ).fetchall()
    return {entry for (entry,) in rows}


def read_aliases(connection: Connection, schema: str) -> dict[str, str]:
    """Return the accounts of payers that pay for one account only, by digest."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT digest, account FROM {schema}.payer_alias WHERE account IS NOT NULL"
    ).fetchall()
    return dict(rows)


def read_mandates(connection: Connection, schema: str) -> list[MandateRow]:
    """Return the mandates by reference."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT mandate, account, person, name_sealed, iban_sealed, bic, signed_on, collected, "
        f"ended_on FROM {schema}.mandate ORDER BY mandate"
    ).fetchall()
    names = tuple(MandateRow.__dataclass_fields__)
    return [MandateRow(**dict(zip(names, row, strict=True))) for row in rows]


def collected_items(connection: Connection, schema: str) -> set[str]:
    """Return the numbers of documents that were put into a collection."""
    rows = connection.execute(f"SELECT DISTINCT item FROM {schema}.debit_item").fetchall()
    return {str(row[0]) for row in rows}


def last_collection(connection: Connection, schema: str, day: date) -> list[DebitRow]:
    """Return the items of the last collection, where its first day is not before a day."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT item, collection, mandate, sequence, due_on, amount "
        f"FROM {schema}.debit_item WHERE collection = (SELECT collection FROM {schema}.debit_item "
        "ORDER BY position DESC LIMIT 1) ORDER BY mandate, due_on, item"
    ).fetchall()
    names = tuple(DebitRow.__dataclass_fields__)
    found = [DebitRow(**dict(zip(names, row, strict=True))) for row in rows]
    return found if found and min(row.due_on for row in found) >= day else []


def _entry_row(row: tuple[Any, ...]) -> EntryRow:
    names = tuple(EntryRow.__dataclass_fields__)
    told = dict(zip(names, row, strict=True))
    return EntryRow(**{**told, "payer_digests": tuple(told["payer_digests"])})
