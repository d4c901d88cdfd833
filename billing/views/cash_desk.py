"""In: events of shifts at cash desks. Out: tables of shifts and takings, and reads. I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from billing.cash_desk.shift import CashDesk, Shift
from billing.cash_desk.shift_events import ShiftState
from billing.money import plain

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]


class CashDeskView:
    """Folds shifts and what was taken in them; a desk leaves no row of its own."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether it is of a cash desk."""
        match event:
            case Shift.Created():
                cursor.execute(
                    f"INSERT INTO {schema}.desk_shift VALUES "
                    "(%s, %s, %s, %s, %s, %s, %s, %s, NULL, '{}', '', NULL, %s)",
                    (event.originator_id, event.desk, event.number, event.person,
                     ShiftState.OPEN, event.change, event.currency, event.at, position),
                )  # fmt: skip
            case Shift.CashTaken():
                _taken(cursor, schema, position, event)
            case Shift.CashVoided():
                cursor.execute(
                    f"UPDATE {schema}.cash_taking SET state = 'void', reason = %s, position = %s "
                    "WHERE taking = %s",
                    (event.reason, position, event.taking),
                )
            case Shift.Counted():
                count = {
                    "denominations": event.denominations,
                    "counted": {key: plain(value) for key, value in event.counted.items()},
                    "expected": {key: plain(value) for key, value in event.expected.items()},
                }
                _change(cursor, schema, position, event, state=ShiftState.COUNTED,
                        count=json.dumps(count))  # fmt: skip
            case Shift.Resumed():
                _change(cursor, schema, position, event, state=ShiftState.OPEN)
            case Shift.Closed():
                _change(cursor, schema, position, event, state=ShiftState.CLOSED,
                        closed_at=event.at, reason=event.reason,
                        signed_by=event.signed_by)  # fmt: skip
            case CashDesk.Event():
                pass  # no row
            case _:
                return False
        return True


def _change(cursor: Cursor, schema: str, position: int, event: Any, **changes: object) -> None:
    columns = ", ".join(f"{column} = %s" for column in changes)
    cursor.execute(
        f"UPDATE {schema}.desk_shift SET {columns}, position = %s WHERE shift = %s",
        (*changes.values(), position, event.originator_id),
    )


def _taken(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.cash_taking SELECT %s, shift, desk, %s, %s, %s, %s, %s, %s, %s, %s, "
        f"'taken', '', %s, %s, %s FROM {schema}.desk_shift WHERE shift = %s",
        (event.taking, event.receipt, event.account, event.purpose, event.means, event.amount,
         event.currency, event.invoice, event.sale, event.by, event.at, position,
         event.originator_id),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """A shift at a desk."""

    desk: str
    number: int
    person: UUID
    state: str
    change: Decimal
    currency: str
    opened_at: datetime
    closed_at: datetime | None
    count: dict[str, Any]
    reason: str
    signed_by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingRow:
    """Money taken, or given back."""

    receipt: str
    desk: str
    number: int
    """Of the shift at the desk."""
    account: str
    purpose: str
    means: str
    amount: Decimal
    currency: str
    invoice: str | None
    state: str
    reason: str
    taken_by: UUID
    taken_at: datetime


def read_shifts(connection: Connection, schema: str, *, desk: str | None = None) -> list[ShiftRow]:
    """Return shifts, the newest first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT desk, number, person, state, change, currency, opened_at, closed_at, count, "
        f"reason, signed_by FROM {schema}.desk_shift "
        "WHERE (%(desk)s::text IS NULL OR desk = %(desk)s) "
        "ORDER BY opened_at DESC, desk, number DESC",
        {"desk": desk},
    ).fetchall()
    return [ShiftRow(**dict(zip(ShiftRow.__slots__, row, strict=True))) for row in rows]


def read_takings(
    connection: Connection,
    schema: str,
    *,
    desk: str | None = None,
    number: int | None = None,
    account: str | None = None,
) -> list[TakingRow]:
    """Return what was taken, in the order of the receipts' time."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT t.receipt, t.desk, s.number, t.account, t.purpose, t.means, t.amount, t.currency, "
        f"t.invoice, t.state, t.reason, t.taken_by, t.taken_at FROM {schema}.cash_taking AS t "
        f"JOIN {schema}.desk_shift AS s USING (shift) "
        "WHERE (%(desk)s::text IS NULL OR t.desk = %(desk)s) "
        "AND (%(number)s::int IS NULL OR s.number = %(number)s) "
        "AND (%(account)s::text IS NULL OR t.account = %(account)s) "
        "ORDER BY t.taken_at, t.receipt",
        {"desk": desk, "number": number, "account": account},
    ).fetchall()
    return [TakingRow(**dict(zip(TakingRow.__slots__, row, strict=True))) for row in rows]


def void_reason(connection: Connection, schema: str, receipt: str) -> str:
    """Return why a desk gave the money of a receipt back; "" where it did not."""
    row = connection.execute(
        f"SELECT reason FROM {schema}.cash_taking WHERE receipt = %s", (receipt,)
    ).fetchone()
    return "" if row is None else str(row[0])
