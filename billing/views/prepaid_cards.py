"""In: events of points with card meters. Out: tables of points and sales, and reads. I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from billing.prepaid.card_events import SaleState
from billing.prepaid.card_point import CardPoint
from billing.prepaid.errors import PrepaidRefusedError

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]


class CardsView:
    """Folds card points and their sales."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether it is of a card point."""
        match event:
            case CardPoint.Created():
                cursor.execute(
                    f"INSERT INTO {schema}.card_point VALUES "
                    "(%s, %s, %s, %s, %s, %s, NULL, %s, 'open', %s)",
                    (event.point, event.account, event.tariff, event.utility, event.unit,
                     event.serial, event.ceiling, position),
                )  # fmt: skip
            case CardPoint.CardIssued():
                _point(cursor, schema, position, event, card=event.card)
                cursor.execute(
                    f"UPDATE {schema}.card_sale SET card = %s WHERE point = %s AND state = ANY(%s)",
                    (event.card, event.point, [SaleState.SOLD.value, SaleState.FAILED.value]),
                )
            case CardPoint.CeilingSet():
                _point(cursor, schema, position, event, ceiling=event.ceiling)
            case CardPoint.MeterSwapped():
                _point(cursor, schema, position, event, serial=event.serial)
            case CardPoint.Closed():
                _point(cursor, schema, position, event, state="closed")
            case CardPoint.Sold():
                _sold(cursor, schema, position, event)
            case CardPoint.WriteBegun():
                _sale(cursor, schema, position, event, state=SaleState.WRITING,
                      attempts=event.attempt)  # fmt: skip
            case CardPoint.WriteEnded():
                state = SaleState.WRITTEN if event.written else SaleState.FAILED
                _sale(cursor, schema, position, event, state=state, proof=event.proof)
            case CardPoint.SaleVoided():
                _sale(cursor, schema, position, event, state=SaleState.VOID, proof=event.reason)
            case _:
                return False
        return True


def _point(cursor: Cursor, schema: str, position: int, event: Any, **changes: object) -> None:
    columns = ", ".join(f"{column} = %s" for column in changes)
    cursor.execute(
        f"UPDATE {schema}.card_point SET {columns}, position = %s WHERE point = %s",
        (*changes.values(), position, event.point),
    )


def _sale(cursor: Cursor, schema: str, position: int, event: Any, **changes: object) -> None:
    columns = ", ".join(f"{column} = %s" for column in changes)
    cursor.execute(
        f"UPDATE {schema}.card_sale SET {columns}, changed_at = %s, position = %s WHERE sale = %s",
        (*changes.values(), event.at, position, event.sale),
    )


def _sold(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.card_sale VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, "
        "0, '', %s, %s, %s, %s)",
        (event.sale, event.point, event.account, event.card, event.number, event.kind,
         event.units, event.unit, event.amount, event.currency, event.receipt, SaleState.SOLD,
         event.on, event.at, event.at, position),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPointRow:
    """A point with a card meter."""

    point: str
    account: str
    tariff: str
    utility: str
    unit: str
    serial: str
    card: str | None
    ceiling: Decimal | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSaleRow:
    """A sale and what became of it."""

    sale: UUID
    point: str
    account: str
    card: str
    number: int
    kind: str
    units: Decimal
    unit: str
    amount: Decimal
    currency: str
    receipt: str
    state: str
    attempts: int
    proof: str
    sold_on: date
    sold_at: datetime


def read_card_points(connection: Connection, schema: str) -> list[CardPointRow]:
    """Return the points with card meters, by key."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT point, account, tariff, utility, unit, serial, card, ceiling, state "
        f"FROM {schema}.card_point ORDER BY point"
    ).fetchall()
    return [CardPointRow(**dict(zip(CardPointRow.__slots__, row, strict=True))) for row in rows]


def read_sales(
    connection: Connection, schema: str, *, point: str | None = None, waiting: bool = False
) -> list[CardSaleRow]:
    """Return sales, the newest first; only those not on their card yet if asked."""
    done = [SaleState.WRITTEN.value, SaleState.VOID.value]
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT sale, point, account, card, number, kind, units, unit, amount, currency, receipt, "
        f"state, attempts, proof, sold_on, sold_at FROM {schema}.card_sale "
        "WHERE (%(point)s::text IS NULL OR point = %(point)s) "
        "AND (NOT %(waiting)s OR state <> ALL(%(done)s)) ORDER BY sold_at DESC, point, number DESC",
        {"point": point, "waiting": waiting, "done": done},
    ).fetchall()
    return [CardSaleRow(**dict(zip(CardSaleRow.__slots__, row, strict=True))) for row in rows]


def sale_named(connection: Connection, schema: str, name: str) -> tuple[str, UUID]:
    """Return point and id of a sale by "POINT/NUMBER", its receipt, or the beginning of its id.

    Raises:
        PrepaidRefusedError: None is called so, or several are.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT point, sale FROM {schema}.card_sale WHERE point || '/' || number = %(name)s "
        "OR (receipt = %(name)s AND receipt <> '') OR starts_with(sale::text, lower(%(name)s))",
        {"name": name},
    ).fetchall()
    if len(rows) != 1 or not name:
        raise PrepaidRefusedError.of("no_sale", sale=name)
    return rows[0][0], rows[0][1]
