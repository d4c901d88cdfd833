"""A site whose tables were used before: empty, under a new name, and only if nothing altered it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from energy.store.migrate import migrate_site
from energy.system import OWNER
from tests.fixtures.postgres import NOON, DatabaseServer
from tests.fixtures.used_sites import UsedSites

pytestmark = pytest.mark.servers
MADE = NOON + timedelta(days=400)
"""Nobody else's sites are of that day."""


def _oid(connection: psycopg.Connection[Any], schema: str) -> int:
    query = "SELECT %s::regclass::oid::bigint"
    return int(connection.execute(query, (f"{schema}.finding",)).fetchall()[0][0])


def _new(server: DatabaseServer, used: UsedSites, key: str) -> None:
    with psycopg.connect(server.dsn(OWNER), autocommit=True) as owner:
        migrate_site(owner, key, at=MADE)
    with server.superuser() as connection:
        used.remember(connection, f"site_{key}", MADE)


def test_tables_are_used_again_empty_and_as_they_were_made(
    database_server: DatabaseServer,
) -> None:
    used = UsedSites()
    _new(database_server, used, "again1")
    with database_server.superuser() as connection:
        was = _oid(connection, "site_again1")
        connection.execute(
            "INSERT INTO site_again1.finding (code, severity, start_at, end_at, position) "
            "VALUES ('a', 'warn', now(), now(), 1)"
        )
        connection.execute("UPDATE site_again1.journal_head SET position = 7")
        used.leave(connection, "site_again1")
        assert connection.execute("SELECT to_regclass('site_again1.journal_head')").fetchall() == [
            (None,)
        ]
        assert used.take(connection, "site_again2", MADE)
        assert _oid(connection, "site_again2") == was
        rows = "SELECT (SELECT count(*) FROM site_again2.finding), sum(position), count(*)"
        assert connection.execute(f"{rows} FROM site_again2.journal_head".encode()).fetchall() == [
            (0, 0, 3)
        ]
        with psycopg.connect(database_server.dsn(OWNER), autocommit=True) as owner:
            assert migrate_site(owner, "again2", at=MADE) == []
        used.leave(connection, "site_again2")


@pytest.mark.parametrize(
    "deed",
    [
        "ALTER TABLE {s}.finding ADD COLUMN more int",
        "DROP TABLE {s}.latest",
        "GRANT UPDATE ON {s}.metering_events TO meterline_web",
        "CREATE TABLE {s}.shadow (n int)",
        "DROP INDEX {s}.metering_events_position",
        "REVOKE USAGE ON SCHEMA {s} FROM meterline_web",
    ],
)
def test_tables_that_anything_altered_are_left(database_server: DatabaseServer, deed: str) -> None:
    used = UsedSites()
    key = f"deed{len(deed)}"
    _new(database_server, used, key)
    with database_server.superuser() as connection:
        connection.execute(deed.format(s=f"site_{key}").encode())
        used.leave(connection, f"site_{key}")
        assert not used.take(connection, "site_none", MADE)


def test_further_months_of_readings_are_gone(database_server: DatabaseServer) -> None:
    used = UsedSites()
    _new(database_server, used, "months1")
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = %s::regclass"
    with database_server.superuser() as connection:
        made = connection.execute(months, ("site_months1.reading",)).fetchall()
        connection.execute(
            "CREATE TABLE site_months1.reading_2040_01 PARTITION OF site_months1.reading "
            "FOR VALUES FROM ('2040-01-01Z') TO ('2040-02-01Z')"
        )
        assert connection.execute(months, ("site_months1.reading",)).fetchall() != made
        used.leave(connection, "site_months1")
        assert used.take(connection, "site_months2", MADE)
        assert connection.execute(months, ("site_months2.reading",)).fetchall() == made
        used.leave(connection, "site_months2")
