"""In: events of purchase invoices. Out: their rows; what was bought and billed. I/O: PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from billing.errors import UnknownBillingObjectError
from billing.suppliers.purchase import PurchaseInvoice
from billing.views.receivable_rows import Cursor, insert

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRow:
    """A purchase invoice as it stands."""

    purchase: UUID
    supplier: str
    number: str
    utility: str
    point: str
    tariff: str
    dated: date
    due_on: date
    first_day: date
    last_day: date
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    state: str
    paid: Decimal
    checked: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """An amount of a utility over some days."""

    utility: str
    first_day: date
    last_day: date
    """Included."""
    net: Decimal


class SuppliersView:
    """Folds the supplier side."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether the room knows it."""
        match event:
            case PurchaseInvoice.Created():
                _entered(cursor, schema, position, event)
            case PurchaseInvoice.Checked():
                _checked(cursor, schema, event)
            case PurchaseInvoice.Paid():
                cursor.execute(
                    f"UPDATE {schema}.purchase_invoice SET paid = paid + %s WHERE purchase = %s",
                    (event.amount, event.originator_id),
                )
            case PurchaseInvoice.Withdrawn():
                cursor.execute(
                    f"UPDATE {schema}.purchase_invoice SET state = 'withdrawn' WHERE purchase = %s",
                    (event.originator_id,),
                )
            case _:
                return False
        return True


def _entered(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    insert(
        cursor,
        schema,
        "purchase_invoice",
        purchase=event.originator_id,
        supplier=event.supplier,
        number=event.number,
        utility=event.utility,
        point=event.point,
        tariff=event.tariff,
        dated=event.dated,
        due_on=event.due_on,
        first_day=event.first_day,
        last_day=event.last_day,
        currency=event.currency,
        net=event.net,
        tax=event.tax,
        total=event.total,
        charges=Jsonb(event.charges),
        state="entered",
        paid=0,
        position=position,
    )


def _checked(cursor: Cursor, schema: str, event: Any) -> None:
    own = None if event.own_net is None else format(event.own_net, "f")
    told = {"differences": event.differences, "own_net": own}
    cursor.execute(
        f"UPDATE {schema}.purchase_invoice SET state = 'checked', checked = %s "
        "WHERE purchase = %s AND state <> 'withdrawn'",
        (Jsonb(told), event.originator_id),
    )


_PURCHASE = ", ".join(PurchaseRow.__dataclass_fields__)


def read_purchases(
    connection: Connection, schema: str, *, utility: str | None = None
) -> list[PurchaseRow]:
    """Return purchase invoices in the order of their days, withdrawn ones too.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        utility: Only of this utility.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_PURCHASE} FROM {schema}.purchase_invoice WHERE (%(utility)s::text IS NULL "
        "OR utility = %(utility)s) ORDER BY first_day, supplier, number",
        {"utility": utility},
    ).fetchall()
    names = tuple(PurchaseRow.__dataclass_fields__)
    return [PurchaseRow(**dict(zip(names, row, strict=True))) for row in rows]


def purchase_named(connection: Connection, schema: str, name: str) -> PurchaseRow:
    """Return a purchase invoice by its number, "supplier/number" or the beginning of its id.

    Raises:
        UnknownBillingObjectError: None is called so, or several are.
    """
    found = [
        row
        for row in read_purchases(connection, schema)
        if name in (row.number, f"{row.supplier}/{row.number}")
        or (len(name) >= 6 and str(row.purchase).startswith(name.lower()))
    ]
    if len(found) != 1:
        raise UnknownBillingObjectError("purchase invoice", name)
    return found[0]


def read_billed(connection: Connection, schema: str, first: date, last: date) -> list[Spread]:
    """Return what documents bill of each utility on days within some days."""
    return _spreads(connection, f"{schema}.billed_part", "true", first, last)


def read_purchased(connection: Connection, schema: str, first: date, last: date) -> list[Spread]:
    """Return what suppliers bill of each utility on days within some days."""
    valid = "state <> 'withdrawn'"
    return _spreads(connection, f"{schema}.purchase_invoice", valid, first, last)


def read_input_tax(
    connection: Connection, schema: str, first: date, last: date
) -> list[tuple[str, Decimal]]:
    """Return utility and tax of the purchase invoices dated on some days."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT utility, sum(tax) FROM {schema}.purchase_invoice "
        "WHERE state <> 'withdrawn' AND dated BETWEEN %s AND %s GROUP BY 1 ORDER BY 1",
        (first, last),
    ).fetchall()
    return [(utility, tax) for utility, tax in rows]


def _spreads(
    connection: Connection, table: str, condition: str, first: date, last: date
) -> list[Spread]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT utility, first_day, last_day, sum(net) FROM {table} WHERE {condition} "
        "AND first_day <= %s AND last_day >= %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        (last, first),
    ).fetchall()
    return [Spread(utility=u, first_day=a, last_day=b, net=net) for u, a, b, net in rows]
