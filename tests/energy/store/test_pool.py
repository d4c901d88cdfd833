"""The pool: one role, UTC, transactions that end, and a clear word when the server is away."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from energy.store.errors import StoreUnavailableError
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from energy.system import WEB, WRITER
from tests.fixtures.postgres import DatabaseServer, TestSite

pytestmark = pytest.mark.servers


def test_connections_speak_utc_in_their_role(database_server: DatabaseServer) -> None:
    database = Database(database_server.dsn(SUPERUSER), role=WEB)
    with database.direct() as connection:
        row = connection.execute("SELECT current_user, current_setting('timezone')").fetchone()
    assert row == (WEB, str(UTC))
    with database.connection() as pooled:
        row = pooled.execute("SELECT current_user, current_setting('timezone')").fetchone()
    assert row == (WEB, str(UTC))
    database.close()


def test_transaction_that_fails_leaves_nothing(site_schema: TestSite) -> None:
    insert = f"INSERT INTO {site_schema.schema}.source VALUES ('s', 'mqtt', '{{}}')".encode()

    def interrupted() -> None:
        with site_schema.writer.transaction() as connection:
            connection.execute(insert)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert site_schema.rows("SELECT * FROM {s}.source") == []
    with site_schema.writer.transaction() as connection:
        connection.execute(insert)
    assert site_schema.rows("SELECT key FROM {s}.source") == [("s",)]


def test_connection_that_died_is_replaced(site_schema: TestSite) -> None:
    database = Database(site_schema.server.dsn(WRITER), max_size=1)
    with database.connection() as connection:
        pid = connection.info.backend_pid
    with site_schema.server.superuser() as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    with database.connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.info.backend_pid != pid
    database.close()


def test_server_that_is_away_is_named(tmp_path: Path) -> None:
    database = Database(make_conninfo(host=str(tmp_path), user="nobody", dbname="none"))
    database._pool.timeout = 0.2
    with pytest.raises(StoreUnavailableError), database.connection():
        pass
    with pytest.raises(StoreUnavailableError):
        database.direct()
    database.close()


def test_unknown_role_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Database("", role="postgres")


def test_pool_of_one_serves_many_in_turn(site_schema: TestSite) -> None:
    database = Database(site_schema.server.dsn(WRITER), max_size=1)
    for _ in range(20):
        with database.transaction() as connection:
            connection.execute("SELECT 1")
    assert database._pool.get_stats()["connections_num"] == 1
    database.close()


def test_failed_statement_does_not_poison_the_pool(site_schema: TestSite) -> None:
    database = Database(site_schema.server.dsn(WRITER), max_size=1)
    with pytest.raises(psycopg.errors.UndefinedTable), database.connection() as connection:
        connection.execute("SELECT * FROM no_such_table")
    with database.connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    database.close()
