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


def read_money_between(
    connection: Connection, site: Site, period: Period, *, received: bool = True
) -> list[MoneyBetween]:
    """Return what was issued in a span and received on its local days, as at its end.

    Args:
        connection: Any connection that may read.
        site: The site.
        period: The span.
        received: Whether payments are told: they know days only, so it is whole local days.
    """
    schema = site.schema
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT currency, count(*), sum(net), sum(total) "
        f"FROM {schema}.invoice WHERE issued_at >= %s AND issued_at < %s "
        "GROUP BY currency ORDER BY currency",
        (period.start, period.end),
    ).fetchall()
    found = [
        MoneyBetween(what="issued", currency=currency, count=int(count), net=net, total=total)
        for currency, count, net, total in rows
    ]
    return [*found, *_received(connection, site, period)] if received else found


def _received(connection: Connection, site: Site, period: Period) -> list[MoneyBetween]:
    """Return what was received; what was taken back behind the span was there in it."""
    first = local_day(period.start, site.zone)
    last = local_day(period.end - timedelta(microseconds=1), site.zone)
    paid: tuple[Any, ...] | None = connection.execute(
        f"SELECT count(*), coalesce(sum(amount), 0) FROM {site.schema}.payment "
        "WHERE received_on BETWEEN %(first)s AND %(last)s "
        "AND (reversed_on IS NULL OR reversed_on > %(last)s)".encode(),
        {"first": first, "last": last},
    ).fetchone()
    if paid is None or not paid[0]:
        return []
    total = {"currency": site.currency, "count": int(paid[0]), "net": None, "total": paid[1]}
    return [MoneyBetween(what="received", **total)]
