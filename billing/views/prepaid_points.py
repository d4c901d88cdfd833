"""In: how points are paid, what is protected, work orders. Out: their tables, and reads. I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from billing.prepaid.errors import PrepaidRefusedError
from billing.prepaid.payment_kind import PaymentKind, PointPayment
from billing.prepaid.protected import ProtectedPoint
from billing.prepaid.rules import PrepaidRules
from billing.prepaid.supply_order import OrderState, SupplyOrder

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]


class PrepaidPointsView:
    """Folds claims on points, protections and work orders; the rules leave no row."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether it is one of these."""
        match event:
            case PointPayment.Claimed():
                cursor.execute(
                    f"INSERT INTO {schema}.point_payment VALUES (%s, %s, %s, %s, NULL, %s)",
                    (event.point, event.kind, event.account, event.valid_from, position),
                )
            case PointPayment.Released():
                cursor.execute(
                    f"UPDATE {schema}.point_payment SET valid_to = %s "
                    "WHERE point = %s AND account = %s AND valid_from = %s",
                    (event.valid_to, event.point, event.account, event.valid_from),
                )
            case ProtectedPoint.Guarded():
                cursor.execute(
                    f"INSERT INTO {schema}.protected_point VALUES (%s, %s, %s, %s, %s, %s)",
                    (event.point, event.kind, event.valid_from, event.valid_to, event.note,
                     position),
                )  # fmt: skip
            case ProtectedPoint.Ended():
                cursor.execute(
                    f"UPDATE {schema}.protected_point SET valid_to = %s "
                    "WHERE point = %s AND kind = %s AND valid_from = %s",
                    (event.valid_to, event.point, event.kind, event.valid_from),
                )
            case SupplyOrder.Created():
                _requested(cursor, schema, position, event)
            case SupplyOrder.Event():
                _order_changed(cursor, schema, position, event)
            case PointPayment.Event() | ProtectedPoint.Event() | PrepaidRules.Event():
                pass  # no row
            case _:
                return False
        return True


def _requested(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.supply_order (supply_order, account, number, kind, points, state, "
        "balance, reason, bars, handed_to, readings, requested_by, requested_at, changed_at, "
        "position) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '{}', '', '[]', %s, %s, %s, %s)",
        (event.originator_id, event.account, event.number, event.kind, event.points,
         OrderState.REQUESTED, event.balance, event.reason, event.by, event.at, event.at,
         position),
    )  # fmt: skip


def _order_changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    changes: dict[str, object] = {}
    match event:
        case SupplyOrder.Approved():
            changes = {"state": OrderState.APPROVED, "approved_by": event.by}
        case SupplyOrder.HandedOut():
            changes = {
                "state": OrderState.HANDED_OUT,
                "handed_to": event.to,
                "valid_until": event.valid_until,
            }
        case SupplyOrder.Returned():
            changes = {"state": OrderState.APPROVED, "reason": event.reason}
        case SupplyOrder.Recalled():
            changes = {"state": OrderState.RECALLED, "reason": event.reason}
        case SupplyOrder.Refused():
            changes = {"state": OrderState.REFUSED, "bars": event.bars}
        case SupplyOrder.Withdrawn():
            changes = {"state": OrderState.WITHDRAWN, "reason": event.reason}
        case SupplyOrder.Confirmed():
            changes = {
                "state": OrderState.CONFIRMED,
                "bars": event.against,
                "readings": json.dumps(event.readings, default=str),
            }
    changes |= {"changed_at": event.at, "position": position}
    columns = ", ".join(f"{column} = %s" for column in changes)
    cursor.execute(
        f"UPDATE {schema}.supply_order SET {columns} WHERE supply_order = %s",
        (*changes.values(), event.originator_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A work order on a supply."""

    order: UUID
    account: str
    number: int
    kind: str
    points: list[str]
    state: str
    balance: Decimal
    """When it was requested. [currency]"""
    reason: str
    bars: list[str]
    handed_to: str
    valid_until: datetime | None
    requested_by: UUID | None
    approved_by: UUID | None
    requested_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedRow:
    """A protected point."""

    point: str
    kind: str
    valid_from: date
    valid_to: date | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenReading:
    """The newest reading of a point behind an instant."""

    point: str
    channel: int
    at: datetime
    count: int
    position: int


def card_days(connection: Connection, schema: str, first: date, last: date) -> frozenset[str]:
    """Return the points that are paid by card on some of the days: no bill may hold them."""
    return frozenset(card_spans(connection, schema, first, last))


def card_spans(
    connection: Connection, schema: str, first: date, last: date
) -> dict[str, list[tuple[date, date | None]]]:
    """Return from when until before when points are paid by card that are so on some of the days.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first: First local day.
        last: Last local day, included.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT point, valid_from, valid_to FROM {schema}.point_payment WHERE kind = %s "
        "AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s) ORDER BY point, valid_from",
        (PaymentKind.CARD, last, first),
    ).fetchall()
    spans: dict[str, list[tuple[date, date | None]]] = {}
    for point, valid_from, valid_to in rows:
        spans.setdefault(point, []).append((valid_from, valid_to))
    return spans


def read_orders(
    connection: Connection, schema: str, *, account: str | None = None, over: bool = False
) -> list[OrderRow]:
    """Return work orders, the newest first; those that are over only if asked."""
    done = [OrderState.CONFIRMED, OrderState.REFUSED, OrderState.WITHDRAWN]
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT supply_order, account, number, kind, points, state, balance, reason, bars, "
        "handed_to, valid_until, requested_by, approved_by, requested_at, changed_at "
        f"FROM {schema}.supply_order WHERE (%(one)s::text IS NULL OR account = %(one)s) "
        "AND (%(over)s OR state <> ALL(%(done)s)) ORDER BY requested_at DESC, account, number DESC",
        {"one": account, "over": over, "done": [str(each) for each in done]},
    ).fetchall()
    return [OrderRow(**dict(zip(OrderRow.__slots__, row, strict=True))) for row in rows]


def order_named(connection: Connection, schema: str, name: str) -> UUID:
    """Return the id of a work order by "ACCOUNT/NUMBER", its id or the beginning of its id.

    Raises:
        PrepaidRefusedError: None is called so, or several are.
    """
    rows = connection.execute(
        f"SELECT supply_order FROM {schema}.supply_order "
        "WHERE account || '/' || number = %s OR starts_with(supply_order::text, %s)",
        (name, name.lower()),
    ).fetchall()
    if len(rows) != 1 or not name:
        raise PrepaidRefusedError.of("no_order", name=name)
    found = rows[0][0]
    assert isinstance(found, UUID), "ids are uuids"
    return found


def read_protected(connection: Connection, schema: str, day: date | None) -> list[ProtectedRow]:
    """Return what is protected on a day, or ever was when None."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT point, kind, valid_from, valid_to, note FROM {schema}.protected_point "
        "WHERE %(day)s::date IS NULL OR (valid_from <= %(day)s "
        "AND (valid_to IS NULL OR valid_to > %(day)s)) ORDER BY point, valid_from, kind",
        {"day": day},
    ).fetchall()
    return [ProtectedRow(**dict(zip(ProtectedRow.__slots__, row, strict=True))) for row in rows]


def readings_behind(
    connection: Connection, schema: str, points: list[str], since: datetime
) -> list[ProvenReading]:
    """Return the newest reading of each point behind an instant."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT p.point, r.channel, r.at, r.count, r.position "
        "FROM unnest(%(points)s::text[]) AS p (point) CROSS JOIN LATERAL ("
        f"SELECT r.channel, r.at, r.count, r.position FROM {schema}.reading AS r "
        f"JOIN {schema}.channel AS c ON c.number = r.channel WHERE c.point = p.point "
        "AND r.at > %(since)s ORDER BY r.at DESC, r.position DESC LIMIT 1) AS r ORDER BY p.point",
        {"points": points, "since": since},
    ).fetchall()
    return [ProvenReading(**dict(zip(ProvenReading.__slots__, row, strict=True))) for row in rows]
