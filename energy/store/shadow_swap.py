"""In: a filled shadow. Out: its tables in the place of the live ones, in one transaction. I/O.

Nobody who reads or writes the live tables may become the victim of a deadlock: the first lock
is waited for while nothing is held; the others must come before anybody has waited as long as
the server's deadlock check takes. Otherwise all is let go and tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from energy.base.clock import monotonic_s, wait
from energy.store.errors import StoreError
from energy.store.series import SERIES_LOCK
from energy.store.shadow import (
    Connection,
    Shadow,
    match_partitions,
    partition_names,
)
from energy.store.shadow_catalog import (
    carry_grants,
    demand_no_dependents,
    demand_same_shape,
    dependents,
)

FIRST_WAIT_S = 3.0
"""Longest wait for the first lock: so long may new readers queue behind us. [s]"""
_PAUSE_S = 0.5


class SwapBlockedError(StoreError):
    """Somebody held one of the tables all the time."""

    code = "store.swap_blocked"

    def __init__(self, waited_s: float, table: str, holders: Sequence[str]) -> None:
        """Name the table and who holds it.

        Args:
            waited_s: How long was tried. [s]
            table: The table that could not be had.
            holders: Sessions that hold it, one text each.
        """
        held = "; ".join(holders) or "a session that ended meanwhile"
        super().__init__(
            f"The rebuilt tables could not be swapped in: {table} was in use for "
            f"{waited_s:.0f} s ({held}). The live views are as they were. End that session or "
            "repeat with a longer --wait."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """What is exchanged, and what else belongs into the same transaction."""

    shadow: Shadow
    tables: tuple[str, ...]
    catch_up: Callable[[Connection], None]
    """Takes what keeps the live position still, and folds the rest into the shadow; in the
    swap's transaction, before any table is locked."""
    carry_over: Callable[[Connection], None]
    """Copies rows that are no fold of the journal, and moves the position; tables are locked."""


def swap_in(connection: Connection, swap: Swap, *, wait_s: float) -> int:
    """Exchange the tables, trying again while somebody holds one; return how many tries.

    Args:
        connection: Role meterline_owner, outside a transaction.
        swap: What is exchanged.
        wait_s: How long to try. [s]

    Raises:
        SwapBlockedError: A table was held all the time; nothing was changed.
        ShapeError, DependentsError: The live tables were changed since the rebuild began.
    """
    began_s, tries, first = monotonic_s(), 0, ""
    while True:
        tries += 1
        held: _Held | None = None
        try:
            _attempt(connection, swap, first)
        except _HeldError as error:
            held = error.held
        if held is None:
            return tries
        first = held.table
        waited_s = monotonic_s() - began_s
        if waited_s >= wait_s:
            raise SwapBlockedError(waited_s, held.table, held.holders)
        wait(_PAUSE_S)


def _attempt(connection: Connection, swap: Swap, first: str) -> None:
    with connection.transaction():
        _set_lock_timeout(connection, FIRST_WAIT_S)
        try:
            swap.catch_up(connection)
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (SERIES_LOCK,))
        except psycopg.errors.LockNotAvailable as error:
            holders = _holders(connection, swap.shadow.live, "follower")
            raise _HeldError(_Held(table="follower", holders=holders)) from error
        match_partitions(connection, swap.shadow)
        carry_grants(connection, swap.shadow, swap.tables)
        for table in swap.tables:
            _lock(connection, swap.shadow.name, table)
        _lock_live(connection, swap, first)
        demand_no_dependents(connection, swap.shadow, swap.tables)
        demand_same_shape(connection, swap.shadow, swap.tables)
        swap.carry_over(connection)
        _exchange(connection, swap)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    table: str
    holders: tuple[str, ...]


class _HeldError(Exception):
    """A lock was not to be had in time."""

    def __init__(self, held: _Held) -> None:
        super().__init__(held.table)
        self.held = held


def _set_lock_timeout(connection: Connection, seconds: float) -> None:
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{seconds * 1000:.0f}ms",))


def _lock(connection: Connection, schema: str, table: str) -> None:
    connection.execute(
        sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(schema, table))
    )


def _lock_live(connection: Connection, swap: Swap, first: str) -> None:
    """Lock the live tables, the one that was held last time first."""
    ordered = sorted(swap.tables, key=lambda table: (table != first, table))
    patience_s = 0.8 * _deadlock_timeout_s(connection)
    until_s: float | None = None
    for table in ordered:
        if until_s is not None:
            _set_lock_timeout(connection, max(until_s - monotonic_s(), 0.001))
        try:
            with connection.transaction():
                _lock(connection, swap.shadow.live, table)
        except psycopg.errors.LockNotAvailable as error:
            holders = _holders(connection, swap.shadow.live, table)
            raise _HeldError(_Held(table=table, holders=holders)) from error
        if until_s is None:
            until_s = monotonic_s() + patience_s
    _set_lock_timeout(connection, FIRST_WAIT_S)


def _deadlock_timeout_s(connection: Connection) -> float:
    row = connection.execute(
        "SELECT setting::float / 1000 FROM pg_settings WHERE name = 'deadlock_timeout'"
    ).fetchone()
    assert row is not None, "the server has the setting"
    return float(str(row[0]))


def _holders(connection: Connection, schema: str, table: str) -> tuple[str, ...]:
    """Return who holds a table or one of its partitions."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT DISTINCT format('%%s, process %%s, since %%s', coalesce(a.usename, 'unknown'), "
        "l.pid, date_trunc('second', a.xact_start)) FROM pg_locks AS l "
        "LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid "
        "WHERE l.granted AND l.pid <> pg_backend_pid() AND l.locktype = 'relation' "
        "AND (l.relation = %(table)s::regclass OR l.relation IN "
        "(SELECT inhrelid FROM pg_inherits WHERE inhparent = %(table)s::regclass)) ORDER BY 1",
        {"table": f"{schema}.{table}"},
    ).fetchall()
    return tuple(str(row[0]) for row in rows)


def _exchange(connection: Connection, swap: Swap) -> None:
    """Drop the live tables, move the shadow's into their place, drop the rest of the shadow.

    Nothing is dropped that something depends on: such a statement fails and undoes all.
    """
    live, made = swap.shadow.live, swap.shadow.name
    new_functions = dependents(connection, made, swap.tables).functions
    for oid in dependents(connection, live, swap.tables).functions.values():
        connection.execute(f"DROP FUNCTION {_signature(connection, oid)}".encode())
    for table in swap.tables:  # one by one: a hypertable is dropped alone
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(live, table)))
    for table in swap.tables:
        for name in (table, *partition_names(connection, made, table)):
            connection.execute(
                sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(
                    sql.Identifier(made, name), sql.Identifier(live)
                )
            )
    for oid in new_functions.values():
        function = _signature(connection, oid)
        connection.execute(f"ALTER FUNCTION {function} SET SCHEMA {live}".encode())
    connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(made)))


def _signature(connection: Connection, oid: int) -> str:
    """Return a function with its arguments as a statement names it."""
    row = connection.execute("SELECT %s::oid::regprocedure::text", (oid,)).fetchone()
    assert row is not None, "a cast is a row"
    return str(row[0])
