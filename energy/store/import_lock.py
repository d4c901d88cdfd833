"""In: a site. Out: the right to be the only one who imports a file there. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]
IMPORT_LOCK = 0x494D_504F
"""First part of the advisory lock's key; the second is the schema's."""


@contextmanager
def only_one_import(connection: Connection, schema: str, *, wait_s: float) -> Iterator[bool]:
    """Give whether this session alone may import at a site, until the end.

    Args:
        connection: A session of one's own, in no transaction; who is killed lets go with it.
        schema: The site's schema.
        wait_s: How long another import is waited for. [s]
    """
    key, alone = (IMPORT_LOCK, schema), True
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{round(wait_s * 1000)}ms'")
            connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", key)
    except psycopg.errors.LockNotAvailable:
        alone = False
    try:
        yield alone
    finally:
        if alone and not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)
