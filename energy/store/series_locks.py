"""In: what needs a strong lock. Out: it is done without holding anybody up for long. I/O.

A statement that waits for a strong lock makes everybody behind it wait too. So each try waits a
moment only, gives way, and comes back after a pause.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import psycopg

from energy.base.clock import monotonic_s, wait
from energy.store.errors import StoreError

T = TypeVar("T")
Connection = psycopg.Connection[tuple[object, ...]]
SERIES_LOCK = 7_246_001
"""Advisory lock key under which partitions are made and dropped."""
LOCK_WAIT_MS = 100
"""Longest that others queue behind one try. [ms]"""
PATIENCE_S = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 2.0
_GIVEN_WAY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


class SeriesBusyError(StoreError):
    """A table was in use all the time."""

    code = "store.series_busy"


def patiently(connection: Connection, act: Callable[[], T], *, patience_s: float = PATIENCE_S) -> T:
    """Act in a transaction that waits for locks a moment only, again and again.

    Args:
        connection: Where `act` works; inside a transaction each try is a savepoint.
        act: Does everything again when called again.
        patience_s: When to give up. [s]

    Raises:
        SeriesBusyError: The lock could not be had in all that time; nothing was changed.
    """
    give_up_s = monotonic_s() + patience_s
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            with connection.transaction():
                return _with_short_waits(connection, act)
        except _GIVEN_WAY as error:
            if monotonic_s() + pause_s > give_up_s:
                raise SeriesBusyError(
                    f"The readings were in use for {patience_s:.0f} s ({error}). Nothing was "
                    "changed; it is tried again. Look for a long report in pg_stat_activity."
                ) from error
        wait(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _with_short_waits(connection: Connection, act: Callable[[], T]) -> T:
    before: Any = connection.execute("SHOW lock_timeout").fetchone()
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT_MS}ms'")
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (SERIES_LOCK,))
    done = act()
    connection.execute("SELECT set_config('lock_timeout', %s, true)", before)
    return done


def wait_for_older_transactions(
    connection: Connection, *, patience_s: float = PATIENCE_S, snapshots_only: bool = False
) -> bool:
    """Wait until every transaction that runs now has ended; return whether they all did.

    What they read before this call is of no use to them afterwards.

    Args:
        connection: In autocommit mode.
        patience_s: When to give up. [s]
        snapshots_only: Wait only for those whose next row would be one of before this call: a
            statement that runs, a transaction that repeats its reads. One that is idle and looks
            anew with each statement may be idle for hours.
    """
    older = _running(connection, snapshots_only=snapshots_only)
    give_up_s = monotonic_s() + patience_s
    pause_s = 0.01
    while older & _running(connection, snapshots_only=snapshots_only):
        if monotonic_s() > give_up_s:
            return False
        wait(pause_s)
        pause_s = min(2 * pause_s, 0.5)
    return True


def _running(connection: Connection, *, snapshots_only: bool) -> set[str]:
    """Return the transactions of this database: each holds a lock on its own number."""
    rows: Any = connection.execute(
        "SELECT l.virtualxid FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) "
        "WHERE l.locktype = 'virtualxid' AND l.granted AND l.pid <> pg_backend_pid() "
        "AND a.datname = current_database() AND a.usesysid IS NOT NULL "  # no autovacuum
        "AND (a.backend_xmin IS NOT NULL OR NOT %s)",
        (snapshots_only,),
    ).fetchall()
    return {str(number) for (number,) in rows}
