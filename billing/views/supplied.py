"""In: metering points, a local day. Out: the accounts that pay for them then. I/O: one read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]


def read_paying(
    connection: Connection, schema: str, points: Collection[str], day: date
) -> dict[str, str]:
    """Return the account that pays for each of some points on a local day; others are left out."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT point, account FROM {schema}.account_channel WHERE point = ANY(%(points)s) "
        "AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s) "
        "ORDER BY point, position",
        {"points": list(points), "day": day},
    ).fetchall()
    return dict(rows)
