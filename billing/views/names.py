"""In: accounts. Out: their sealed names. I/O: one read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]


def read_account_names(connection: Connection, schema: str) -> list[tuple[str, UUID, str]]:
    """Return account, person and sealed name of every account, in order."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT account, person, name_sealed FROM {schema}.account ORDER BY account"
    ).fetchall()
    return [(account, person, name) for account, person, name in rows]
