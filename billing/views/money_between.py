"""In: a span. Out: what was issued and received in it, by currency. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg

from energy.base.period import Period, local_day
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyBetween:
    """Money of a span in one currency."""

    what: str
    """"issued" or "received"."""
    currency: str
    count: int
    net: Decimal | None
    """Before tax; None of what was received. [currency]"""
    total: Decimal
    """[currency]"""


def read_money_between(connection: Connection, site: Site, period: Period) -> list[MoneyBetween]:
    """Return what was issued in a span and received on its local days.

    Args:
        connection: Any connection that may read.
        site: The site.
        period: The span; payments know days only, and count with each day it has a part of.
    """
    schema = site.schema
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT currency, count(*), sum(net), sum(total) "
        f"FROM {schema}.invoice WHERE issued_at >= %s AND issued_at < %s "
        "GROUP BY currency ORDER BY currency",
        (period.start, period.end),
    ).fetchall()
    first = local_day(period.start, site.zone)
    last = local_day(period.end - timedelta(microseconds=1), site.zone)
    paid: tuple[Any, ...] | None = connection.execute(
        f"SELECT count(*), coalesce(sum(amount), 0) FROM {schema}.payment "
        "WHERE received_on BETWEEN %s AND %s AND reversed_on IS NULL",
        (first, last),
    ).fetchone()
    found = [
        MoneyBetween(what="issued", currency=currency, count=int(count), net=net, total=total)
        for currency, count, net, total in rows
    ]
    if paid is not None and paid[0]:
        received = MoneyBetween(
            what="received",
            currency=site.currency,
            count=int(paid[0]),
            net=None,
            total=paid[1],
        )
        found.append(received)
    return found
