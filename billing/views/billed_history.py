"""In: an account, a point, a books position. Out: what its bills before say. I/O: reads.

Ratchets look back at the demand of earlier months, blocks of the year go on where the last bill
left them. Both are of the account at the point: a new tenant begins anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg

from billing.rating.quantities import EarlierMaximum, History, OpeningPosition
from billing.tariffs.clauses import DemandClause, EnergyClause, TierKind, TierSpan
from billing.tariffs.tariff import TariffVersion

Connection = psycopg.Connection[tuple[object, ...]]
LONGEST_MONTH = timedelta(days=31)


def read_billed_history(
    connection: Connection,
    schema: str,
    *,
    account: str,
    point: str,
    versions: Sequence[TariffVersion],
    first_day: date,
    books_position: int,
) -> History:
    """Return what the account's standing invoices before some days say of a point.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        account: Who pays.
        point: The metering point.
        versions: Of its tariff: only what one of them looks back at is read.
        first_day: First local day of the days.
        books_position: What was issued or credited behind it is not known.
    """
    clauses = [clause for version in versions for clause in version.clauses]
    ratchets = {
        each.key: each.ratchet
        for each in clauses
        if isinstance(each, DemandClause) and each.ratchet is not None
    }
    yearly = {
        each.key
        for each in clauses
        if isinstance(each, EnergyClause)
        and len(each.tiers) > 1
        and each.tier_span is TierSpan.YEAR
        and each.tier_kind is not TierKind.PACKAGE  # its lines count blocks, not what was used
    }
    if not ratchets and not yearly:
        return History()
    back = max((each.months for each in ratchets.values()), default=0)
    since = min(first_day - (back + 1) * LONGEST_MONTH, date(first_day.year, 1, 1))
    rows = _billed(
        connection,
        schema,
        {
            "account": account,
            "point": point,
            "clauses": [*ratchets, *yearly],
            "since": since,
            "first": first_day,
            "known": books_position,
        },
    )
    return _history(rows, yearly)


def _billed(
    connection: Connection, schema: str, asked: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """Return charges of standing invoices: clause, tariff period, first day, quantity, demand."""
    return connection.execute(
        f"""
        SELECT c ->> 'clause', c ->> 'period', (c ->> 'first_day')::date, c ->> 'quantity',
            c -> 'proof' ->> 'actual'
        FROM {schema}.invoice AS i
        CROSS JOIN LATERAL jsonb_array_elements(i.document::jsonb -> 'supplies') AS s
        CROSS JOIN LATERAL jsonb_array_elements(s -> 'charges') AS c
        WHERE i.account = %(account)s AND i.state = 'issued' AND i.kind = 'invoice'
        AND i.position <= %(known)s AND s ->> 'point' = %(point)s
        AND c ->> 'clause' = ANY(%(clauses)s)
        AND (c ->> 'first_day')::date >= %(since)s AND (c ->> 'first_day')::date < %(first)s
        AND NOT EXISTS (SELECT FROM {schema}.invoice AS credit WHERE credit.corrects = i.number
            AND credit.state = 'issued' AND credit.position <= %(known)s)
        ORDER BY 3, 1
        """.encode(),
        asked,
    ).fetchall()


def _history(rows: Sequence[tuple[Any, ...]], yearly: Collection[str]) -> History:
    """Return demands of earlier months, and what clauses of the year have used of each year."""
    used: dict[tuple[str, int], Decimal] = {}
    maxima: list[EarlierMaximum] = []
    for clause, period, day, quantity, actual in rows:
        if clause in yearly:
            used[clause, day.year] = used.get((clause, day.year), Decimal(0)) + Decimal(quantity)
        elif actual is not None:
            month = f"{day:%Y-%m}"
            maxima.append(EarlierMaximum(month=month, value=Decimal(actual), period=period))
    return History(
        maxima=tuple(maxima),
        openings=tuple(
            OpeningPosition(charge=clause, quantity=quantity, year=year)
            for (clause, year), quantity in used.items()
        ),
    )
