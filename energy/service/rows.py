"""In: a table, names and values. Out: a row written or changed. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

Cursor = psycopg.Cursor[tuple[object, ...]]


def insert(cursor: Cursor, table: str, **values: object) -> None:
    """Write a row of a table, its schema before the name."""
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(values)}) "
        f"VALUES ({', '.join(['%s'] * len(values))})".encode(),
        tuple(values.values()),
    )


def update(
    cursor: Cursor,
    table: str,
    keys: Mapping[str, object],
    position: int,
    values: Mapping[str, object],
) -> None:
    """Change the rows of a table that have some keys; they bear the position of the change."""
    told = {**values, "position": position}
    cursor.execute(
        f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in told)} "
        f"WHERE {' AND '.join(f'{name} = %s' for name in keys)}".encode(),
        (*told.values(), *keys.values()),
    )
