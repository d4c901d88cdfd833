"""In: a DSN and a role. Out: database connections, one pool a process for all sites. I/O."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool, PoolTimeout

from energy.store.errors import StoreUnavailableError
from energy.store.wall import SCOPE

ROLES = ("meterline_owner", "meterline_writer", "meterline_web", "meterline_sealer")


class Database:
    """One connection pool; every statement names its schema."""

    def __init__(
        self,
        dsn: str,
        *,
        role: str | None = None,
        max_size: int = 8,
        lock_timeout_s: float = 0.0,
        scope: str = "",
    ) -> None:
        """Open no connection yet.

        Args:
            dsn: PostgreSQL conninfo.
            role: Role taken after connecting (SET ROLE); None keeps the account's own.
            max_size: Most connections.
            lock_timeout_s: Longest wait for a lock, for processes that serve many sites: a site
                that is locked must not keep a thread from the others; 0 waits for ever. [s]
            scope: What the role of the web process sees where a transaction does not say it
                (energy/store/wall.py): "staff" is all, "" nothing.
        """
        assert role is None or role in ROLES, "roles are the four of the first migration"
        self.dsn = dsn
        self.role = role
        self.max_size = max_size
        self._lock_timeout_ms = round(lock_timeout_s * 1000)
        self._scope = scope
        self._pool: ConnectionPool[psycopg.Connection[tuple[object, ...]]] = ConnectionPool(
            dsn,
            min_size=0,
            max_size=max_size,
            open=False,
            timeout=10.0,
            # A server that comes back is met by the next caller, not by a pause that has grown.
            reconnect_timeout=5.0,
            configure=self._configure,
            check=ConnectionPool.check_connection,
            kwargs={"autocommit": True},
            name="meterline",
        )

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """Give a connection in autocommit mode.

        Raises:
            StoreUnavailableError: No connection could be had in 10 s.
        """
        if self._pool.closed:
            self._pool.open()
        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise StoreUnavailableError(self.dsn, str(error)) from error

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """Give a connection inside a transaction that commits at the end.

        Raises:
            StoreUnavailableError: No connection could be had in 10 s.
        """
        with self.connection() as connection, connection.transaction():
            yield connection

    def direct(self) -> psycopg.Connection[tuple[object, ...]]:
        """Open a connection outside the pool: LISTEN and long-lived followers.

        Raises:
            StoreUnavailableError: The server does not answer.
        """
        try:
            connection = psycopg.connect(self.dsn, autocommit=True, connect_timeout=10)
        except psycopg.OperationalError as error:
            raise StoreUnavailableError(self.dsn, str(error)) from error
        self._configure(connection)
        return connection

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def _configure(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        if self.role is not None:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self.role)))
        connection.execute("SET timezone = 'UTC'")
        if self._scope:
            connection.execute("SELECT set_config(%s, %s, false)", (SCOPE, self._scope))
        if self._lock_timeout_ms:
            connection.execute(f"SET lock_timeout = {self._lock_timeout_ms}")
