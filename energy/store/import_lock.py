"""In: a site. Out: the right to be the only one who imports a file there. I/O: PostgreSQL.

A session holds the right from the first look to the last row; a transaction that writes asks
whether it still does. The right may be lost in between, when the session is cut: then the next one
has it, once such a transaction is through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]
IMPORT_LOCK, WRITE_LOCK = 0x494D_504F, 0x494D_5057
"""First parts of the advisory locks' keys; the second is the schema's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRight:
    """Who holds the right to import at a site."""

    schema: str
    session: int
    """Number of the server's process that serves the session."""


@contextmanager
def only_one_import(
    connection: Connection, schema: str, *, wait_s: float
) -> Iterator[ImportRight | None]:
    """Give the right to import at a site, until the end; None where another has it.

    Args:
        connection: A session of one's own, in no transaction; who is killed lets go with it.
        schema: The site's schema.
        wait_s: How long another import is waited for. [s]
    """
    right: ImportRight | None = None
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{round(wait_s * 1000)}ms'")
            connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (IMPORT_LOCK, schema))
            # One that lost the right while it wrote may be on its way still.
            _wait_for_writing(connection, schema)
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
            assert row is not None, "a SELECT without FROM has one row"
        right = ImportRight(schema=schema, session=int(str(row[0])))
    except psycopg.errors.LockNotAvailable:
        pass  # another import holds it all the time: the caller is given None and says so
    try:
        yield right
    finally:
        with suppress(psycopg.OperationalError):  # a session that is cut has let go
            connection.execute("SELECT pg_advisory_unlock_all()")


def still_held(connection: Connection, right: ImportRight) -> bool:
    """Return whether a right stands; if so it stands until the transaction's end.

    Args:
        connection: In the transaction that writes.
        right: The right.
    """
    _wait_for_writing(connection, right.schema)
    row = connection.execute(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = %s "
        "AND classid = %s AND objid = hashtext(%s)::oid AND objsubid = 2 AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())",
        (right.session, IMPORT_LOCK, right.schema),
    ).fetchone()
    return row is not None


def _wait_for_writing(connection: Connection, schema: str) -> None:
    """Be the only one who writes an import at a site, until the transaction's end."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (WRITE_LOCK, schema))
