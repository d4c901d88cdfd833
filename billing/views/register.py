"""In: some days. Out: the documents issued on them. I/O: one read."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg

from billing.ledger.register import IssuedDocument

Connection = psycopg.Connection[tuple[object, ...]]


def read_issued(
    connection: Connection, schema: str, first_day: date, last_day: date
) -> list[IssuedDocument]:
    """Return the documents dated on some local days, in the order of their numbers.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first_day: First day.
        last_day: Last one, included.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT i.number, i.account, v.document, i.amount - i.settled "
        f"FROM {schema}.open_item AS i JOIN {schema}.invoice AS v ON v.invoice = i.invoice "
        "WHERE i.dated BETWEEN %s AND %s ORDER BY i.number",
        (first_day, last_day),
    ).fetchall()
    return [
        IssuedDocument(number=number, account=account, document=document, open=left)
        for number, account, document, left in rows
    ]
