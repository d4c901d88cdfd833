"""In: accounts, days, a books position. Out: what they were billed for before. I/O: reads."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import psycopg

from billing.accounts.account import PointDays
from billing.runs.exceptions import PastSupply

Connection = psycopg.Connection[tuple[object, ...]]
BILLS = 3
"""How many bills back usage is compared. [bills]"""
_NEAR_DAYS = 20
"""How far a bill of last year may lie beside the same days. [d]"""


def previous_documents(
    connection: Connection,
    schema: str,
    first_day: date,
    books_position: int,
    accounts: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Return the document of each account's last standing invoice before some days.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first_day: First local day of the days.
        books_position: What was issued behind it is not known.
        accounts: Only of these; all when empty.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT DISTINCT ON (account) account, document "
        f"FROM {schema}.invoice WHERE state = 'issued' AND kind = 'invoice' "
        "AND credited_by IS NULL AND last_day < %(first)s AND position <= %(known)s "
        "AND (%(accounts)s::text[] = '{}' OR account = ANY(%(accounts)s)) "
        "ORDER BY account, last_day DESC, position DESC",
        {"first": first_day, "known": books_position, "accounts": list(accounts)},
    ).fetchall()
    return {account: json.loads(document) for account, document in rows}


def past_supplies(
    connection: Connection,
    schema: str,
    first_day: date,
    last_day: date,
    books_position: int,
    accounts: Collection[str],
) -> dict[tuple[str, str], PastSupply]:
    """Return what accounts were billed for at their points before some days.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first_day: First local day of the days.
        last_day: Their last local day, included.
        books_position: What was issued behind it is not known.
        accounts: The accounts.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"""
        SELECT i.account, s ->> 'point', s -> 'usage' ->> 'total',
            (s ->> 'last_day')::date - (s ->> 'first_day')::date + 1,
            abs((s ->> 'last_day')::date + 365 - %(last)s::date) <= {_NEAR_DAYS},
            coalesce((SELECT sum((c ->> 'amount')::numeric)
                FROM jsonb_array_elements(s -> 'charges') AS c), 0)::text
        FROM {schema}.invoice AS i CROSS JOIN LATERAL
            jsonb_array_elements(i.document::jsonb -> 'supplies') AS s
        WHERE i.state = 'issued' AND i.kind = 'invoice' AND i.credited_by IS NULL
        AND i.last_day < %(first)s AND i.last_day >= %(first)s::date - 420
        AND i.position <= %(known)s AND i.account = ANY(%(accounts)s)
        ORDER BY i.last_day DESC, i.position DESC
        """.encode(),
        {
            "first": first_day,
            "last": last_day,
            "known": books_position,
            "accounts": list(accounts),
        },
    ).fetchall()
    gathered: dict[tuple[str, str], list[tuple[Fraction | None, bool, Fraction]]] = {}
    for account, point, total, days, near, money in rows:
        per_day = None if total is None else Fraction(total) / days
        row = (per_day, bool(near), Fraction(money) / days)
        gathered.setdefault((account, point), []).append(row)
    return {key: _past(found) for key, found in gathered.items()}


def _past(rows: list[tuple[Fraction | None, bool, Fraction]]) -> PastSupply:
    known = [per_day for per_day, _, _ in rows if per_day is not None]
    year = [per_day for per_day, near, _ in rows if near and per_day is not None]
    return PastSupply(
        per_day=tuple(known[:BILLS]),
        last_year=year[0] if year else None,
        money_per_day=rows[0][2],
    )


def run_before(connection: Connection, schema: str, run: UUID) -> UUID | None:
    """Return the last run issued over earlier days than a run's; None where there is none."""
    row = connection.execute(
        f"SELECT b.run FROM {schema}.bill_run AS r JOIN {schema}.bill_run AS b "
        "ON b.last_day < r.first_day AND b.state = 'issued' WHERE r.run = %s "
        "ORDER BY b.last_day DESC, b.accounts DESC, b.position DESC LIMIT 1",
        (run,),
    ).fetchone()
    return None if row is None else UUID(str(row[0]))


def channel_points(connection: Connection, schema: str) -> dict[int, str]:
    """Return the metering point of each channel, by its number."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT number, point FROM {schema}.channel"
    ).fetchall()
    return dict(rows)


def last_invoices_of_tariff(
    connection: Connection, schema: str, tariff: str, periods: int
) -> list[tuple[UUID, date, int, int]]:
    """Return the last standing invoices of each account with a supply under a tariff.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        tariff: The tariff.
        periods: How many of each account.

    Returns:
        Invoice, first day, and its positions in metering and books, by number.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"""
        SELECT invoice, first_day, (told ->> 'metering_position')::bigint,
            (told ->> 'books_position')::bigint
        FROM (SELECT i.*, i.provenance::jsonb AS told, row_number() OVER (
                PARTITION BY account ORDER BY last_day DESC, position DESC) AS place
            FROM {schema}.invoice AS i
            WHERE state = 'issued' AND kind = 'invoice' AND credited_by IS NULL
            AND EXISTS (SELECT FROM jsonb_array_elements(i.provenance::jsonb -> 'supplies') AS s
                WHERE s ->> 'tariff' = %s)) AS known
        WHERE place <= %s ORDER BY number
        """.encode(),
        (tariff, periods),
    ).fetchall()
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def billed_days(
    connection: Connection, schema: str, first_day: date, last_day: date
) -> dict[str, list[PointDays]]:
    """Return the days of points on issued invoices that stand, by account, as known now.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first_day: First local day asked for.
        last_day: Last local day asked for, included.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT account, point, first_day, last_day FROM {schema}.billed_days "
        "WHERE until_position IS NULL AND first_day <= %s AND last_day >= %s",
        (last_day, first_day),
    ).fetchall()
    found: dict[str, list[PointDays]] = {}
    for account, point, first, last in rows:
        found.setdefault(account, []).append(PointDays(point=point, first_day=first, last_day=last))
    return found


def any_issued(connection: Connection, schema: str) -> bool:
    """Return whether an invoice was ever issued."""
    row = connection.execute(
        f"SELECT EXISTS (SELECT FROM {schema}.invoice WHERE state = 'issued')"
    ).fetchone()
    return row is not None and bool(row[0])
