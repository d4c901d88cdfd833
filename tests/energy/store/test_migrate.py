"""Migration: once each, refused when a released file was edited, roles that cannot rewrite."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from energy.store import migrate
from energy.store.errors import MigrationError
from energy.store.migrate import migrate_directory, migrate_site, schema_files
from energy.store.pool import ROLES, Database
from energy.system import OWNER, SEALER, WEB, WRITER
from tests.fixtures.postgres import NOON, DatabaseServer, TestSite

pytestmark = pytest.mark.servers

JOURNALS = ("metering_events", "operations_events", "books_events")


def owner(server: DatabaseServer) -> psycopg.Connection[Any]:
    return psycopg.connect(server.dsn(OWNER), autocommit=True)


def test_migrating_again_applies_nothing(site_schema: TestSite) -> None:
    with owner(site_schema.server) as connection:
        assert migrate_site(connection, site_schema.site.key, at=NOON) == []
        assert migrate_directory(connection, at=NOON) == []


def test_every_file_is_recorded_with_its_hash(site_schema: TestSite) -> None:
    rows = site_schema.rows(
        "SELECT number, name, sha256 FROM directory.migration WHERE scope = %s ORDER BY number",
        site_schema.schema,
    )
    assert rows == [(file.number, file.name, file.sha256) for file in schema_files("site")]


def test_edited_schema_file_is_refused(
    site_schema: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = schema_files("site")
    edited = [*real[:-1], _edited(real[-1])]
    monkeypatch.setattr(migrate, "schema_files", lambda _: edited)
    with (
        owner(site_schema.server) as connection,
        pytest.raises(MigrationError, match="was edited after it was applied"),
    ):
        migrate_site(connection, site_schema.site.key, at=NOON)


def _edited(file: migrate.SchemaFile) -> migrate.SchemaFile:
    return migrate.SchemaFile(
        scope=file.scope, number=file.number, name=file.name, text=file.text + "-- edited\n"
    )


def test_newer_database_is_refused(site_schema: TestSite) -> None:
    with owner(site_schema.server) as connection:
        connection.execute(
            "INSERT INTO directory.migration VALUES (%s, 999, 'future', '', now())",
            (site_schema.schema,),
        )
        with pytest.raises(MigrationError, match="newer than this program"):
            migrate_site(connection, site_schema.site.key, at=NOON)


@pytest.mark.parametrize("key", ["", "Big", "1a", "a-b", "a" * 41, 'x"; DROP SCHEMA directory'])
def test_key_that_is_no_schema_name_is_refused(database_server: DatabaseServer, key: str) -> None:
    with owner(database_server) as connection, pytest.raises(MigrationError, match="schema name"):
        migrate_site(connection, key, at=NOON)


def test_two_processes_migrating_at_once_both_succeed(new_site: Any) -> None:
    site: TestSite = new_site()
    with site.server.superuser() as connection:
        connection.execute(f"DROP SCHEMA {site.schema} CASCADE".encode())
        connection.execute("DELETE FROM directory.migration WHERE scope = %s", (site.schema,))
    applied: list[list[str]] = []

    def run() -> None:
        with owner(site.server) as connection:
            applied.append(migrate_site(connection, site.site.key, at=NOON))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, applied)) == [0, 0, 0, len(schema_files("site"))]


def test_half_applied_migration_leaves_nothing(
    database_server: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = migrate.SchemaFile(scope="site", number=998, name="broken", text="SELECT 1/0")
    real = schema_files("site")
    monkeypatch.setattr(migrate, "schema_files", lambda _: [*real, broken])
    with owner(database_server) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate_site(connection, "half", at=NOON)
        (found,) = connection.execute("SELECT to_regnamespace('site_half') IS NULL").fetchone()  # type: ignore[misc]
    assert found


@pytest.mark.parametrize("role", [WRITER, WEB, SEALER])
@pytest.mark.parametrize("table", JOURNALS)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET state = ''",
        "UPDATE {table} SET notification_id = notification_id + 1",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "ALTER TABLE {table} ADD COLUMN more int",
        "DROP TABLE {table}",
        (
            "CREATE TRIGGER quiet BEFORE UPDATE ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
    ],
)
def test_no_role_below_the_owner_can_change_an_entry(
    standing_site: TestSite, role: str, table: str, statement: str
) -> None:
    with (
        psycopg.connect(standing_site.server.dsn(role), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(table=f"{standing_site.schema}.{table}").encode())


@pytest.mark.parametrize("role", [WRITER, WEB, SEALER])
@pytest.mark.parametrize(
    "statement", ["UPDATE {t} SET state = ''", "DELETE FROM {t}", "TRUNCATE {t}"]
)
def test_no_role_below_the_owner_can_change_the_directory(
    database_server: DatabaseServer, role: str, statement: str
) -> None:
    with (
        psycopg.connect(database_server.dsn(role), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(t="directory.directory_events").encode())


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (SEALER, "INSERT INTO {s}.books_events VALUES (gen_random_uuid(), 1, '', '', 1)"),
        (SEALER, "UPDATE {s}.journal_head SET position = 0"),
        (SEALER, "SELECT * FROM directory.person_key"),
        (SEALER, "SELECT * FROM directory.session"),
        (SEALER, "SELECT * FROM {s}.reading"),
        (WEB, "INSERT INTO {s}.reading VALUES (1, now(), 1, 0, 1)"),
        (WEB, "UPDATE {s}.usage_block SET total = 0"),
        (WEB, "DELETE FROM {s}.invoice"),
        (WEB, "UPDATE {s}.segment SET multiplier = '2'"),
        (WEB, "CREATE TABLE {s}.mine (a int)"),
        (WEB, "INSERT INTO directory.site SELECT"),
        (WRITER, "DELETE FROM {s}.attachment"),
        (WRITER, "UPDATE directory.setting SET value = 'x'"),
        (WRITER, "CREATE SCHEMA another"),
        (WRITER, "DELETE FROM directory.migration"),
    ],
)
def test_role_has_no_more_than_it_needs(standing_site: TestSite, role: str, statement: str) -> None:
    with (
        psycopg.connect(standing_site.server.dsn(role), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(s=standing_site.schema).encode())


def test_no_role_is_a_superuser_or_passes_row_security(database_server: DatabaseServer) -> None:
    with database_server.superuser() as connection:
        rows = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) "
            "AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)",
            (list(ROLES),),
        ).fetchall()
    assert {name for (name,) in rows} == set(ROLES)


def test_head_cannot_be_deleted_by_an_appender(standing_site: TestSite) -> None:
    for role in (WRITER, WEB):
        database = Database(standing_site.server.dsn(role), max_size=1)
        with (
            database.connection() as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(f"DELETE FROM {standing_site.schema}.journal_head".encode())
        database.close()
