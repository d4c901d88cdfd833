"""In: what a person calls a bill run or an invoice. Out: its id. I/O: reads."""

from __future__ import annotations

from uuid import UUID

import psycopg

from billing.errors import UnknownBillingObjectError

Connection = psycopg.Connection[tuple[object, ...]]


def run_named(connection: Connection, schema: str, name: str) -> UUID:
    """Return the id of a bill run by its key, its id or the beginning of its id.

    Raises:
        UnknownBillingObjectError: None is called so, or several are.
    """
    rows = connection.execute(
        f"SELECT run FROM {schema}.bill_run WHERE key = %s OR starts_with(run::text, %s)",
        (name, name.lower()),
    ).fetchall()
    return _only(rows, "bill run", name)


def invoice_named(connection: Connection, schema: str, name: str) -> UUID:
    """Return the id of an invoice by its number, its id or the beginning of its id.

    Raises:
        UnknownBillingObjectError: None is called so, or several are.
    """
    rows = connection.execute(
        f"SELECT invoice FROM {schema}.invoice WHERE number = %s OR starts_with(invoice::text, %s)",
        (name, name.lower()),
    ).fetchall()
    return _only(rows, "invoice", name)


def _only(rows: list[tuple[object, ...]], kind: str, name: str) -> UUID:
    if len(rows) != 1 or not name:
        raise UnknownBillingObjectError(kind, name)
    identity = rows[0][0]
    assert isinstance(identity, UUID), "ids are uuids"
    return identity
