"""Databases as every released schema left them, brought to the newest: nothing is lost or changed.

`tests/fixtures/schemas/NNN.sql.gz` was dumped by the program of that time, with rows in every
table and every kind of event it had. A release adds one; none is ever made anew.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import billing.office
import energy.journal.directory_events
from energy.base.clock import ManualClock
from energy.journal.application import EventDecoder
from energy.journal.entry import BATCH_TOPIC, MARK_TOPIC, Entry, decode_batch
from energy.metering.codec import decode
from energy.store import migrate
from energy.store.errors import MigrationError
from energy.store.migrate import ensure_roles, migrate_directory, migrate_site, schema_files
from energy.store.pool import Database
from energy.store.sites import list_sites
from energy.system import OWNER, WRITER
from processes.project import catch_up
from processes.view_rebuild import ALL, verify_views
from tests.fixtures.postgres import NOON, DatabaseServer

pytestmark = pytest.mark.servers

FOLDER = Path(__file__).parents[1] / "fixtures" / "schemas"
PAST = sorted(path.name.removesuffix(".sql.gz") for path in FOLDER.glob("*.sql.gz"))
SITE = "cambridge"
SCHEMA = f"site_{SITE}"
POISONED = 115
"""Position of an entry in 001 that was damaged on purpose, and parked."""
NEVER_DECODED = {BATCH_TOPIC, MARK_TOPIC}


@dataclass
class Past:
    """A database of an old schema."""

    server: DatabaseServer
    name: str

    def dsn(self, role: str) -> str:
        return make_conninfo(self.server.dsn(role), dbname=self.name)

    def owner(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.dsn(OWNER), autocommit=True)

    def migrate(self) -> list[str]:
        with self.owner() as connection:
            return [
                *migrate_directory(connection, at=NOON),
                *migrate_site(connection, SITE, at=NOON),
            ]

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of the events and of the views as 001 has them, by table."""
        with self.owner() as connection:
            return {
                table: connection.execute(
                    f"SELECT t::text FROM {table} AS t ORDER BY 1".encode()
                ).fetchall()
                for table in (
                    "directory.directory_events",
                    "directory.person",
                    *(f"{SCHEMA}.{app}_events" for app in ("metering", "operations", "books")),
                    *(f"{SCHEMA}.{view}" for view in ("usage_block", "reading", "invoice")),
                )
            }


@pytest.fixture(params=PAST)
def past(request: pytest.FixtureRequest, database_server: DatabaseServer) -> Iterator[Past]:
    """The database of one past schema, beside the others on the test server."""
    name = f"past_{request.param}"
    with database_server.superuser() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    found = Past(database_server, name)
    with psycopg.connect(
        make_conninfo(database_server.dsn("meterline_super"), dbname=name), autocommit=True
    ) as connection:
        ensure_roles(connection)
        connection.execute(gzip.decompress((FOLDER / f"{request.param}.sql.gz").read_bytes()))
    yield found
    with database_server.superuser() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_every_released_schema_but_the_newest_has_its_fixture() -> None:
    numbers = {file.number for file in schema_files("site")}
    assert {int(name) for name in PAST} >= numbers - {max(numbers)}


def test_a_past_database_migrates_to_the_newest_and_keeps_every_row(past: Past) -> None:
    before = past.content()
    assert all(before.values()), "the fixture has rows in every table looked at"
    applied = past.migrate()
    first = int(past.name.removeprefix("past_")) + 1
    expected = [f.number for f in schema_files("site") if f.number >= first]
    assert [int(row.split()[1]) for row in applied if row.startswith("site_")] == expected
    assert past.content() == before
    assert past.migrate() == []


def test_a_migrated_database_has_the_tables_and_grants_of_a_fresh_one(past: Past) -> None:
    past.migrate()
    with past.owner() as connection:
        migrate_site(connection, "fresh", at=NOON)
        shapes = [
            connection.execute(
                "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
                "replace(coalesce(c.relacl::text, ''), %(s)s, 'site') FROM pg_class AS c "
                "JOIN pg_namespace AS n ON n.oid = c.relnamespace "
                "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 "
                "WHERE n.nspname = %(s)s AND c.relname !~ '^reading_[0-9]' "
                "AND NOT a.attisdropped ORDER BY 1, 2",
                {"s": schema},
            ).fetchall()
            for schema in (SCHEMA, "site_fresh")
        ]
    assert shapes[0] == shapes[1]


def test_every_past_event_decodes(past: Past) -> None:
    assert billing.office
    assert energy.journal.directory_events
    past.migrate()
    decoder, kinds = EventDecoder(), set()
    with past.owner() as connection:
        for schema, application in (
            ("directory", "directory"),
            *((SCHEMA, name) for name in ("metering", "operations", "books")),
        ):
            rows = connection.execute(
                "SELECT notification_id, originator_id, originator_version, topic, state "
                f"FROM {schema}.{application}_events ORDER BY 1".encode()
            ).fetchall()
            for position, stream, version, topic, state in rows:
                if (application, position) == ("metering", POISONED):
                    continue
                kinds.add(topic)
                if topic == BATCH_TOPIC:
                    assert len(decode(decode_batch(bytes(state)).payload)) > 0
                elif topic != MARK_TOPIC:
                    entry = Entry(
                        position=position,
                        stream=stream,
                        version=version,
                        topic=topic,
                        state=bytes(state),
                    )
                    assert decoder.decode(entry) is not None
    assert len(kinds) >= 38


def test_views_of_a_past_database_go_on_and_equal_a_rebuild(past: Past) -> None:
    past.migrate()
    clock = ManualClock(NOON)
    writer, owner = Database(past.dsn(WRITER), max_size=4), Database(past.dsn(OWNER), max_size=4)
    try:
        (site,) = list_sites(writer)
        catch_up(writer, site, clock)
        found = verify_views(owner, site, ALL, clock, tell=lambda _: None)
        different = [
            (table.table, table.live_rows, table.replayed_rows, table.first_keys)
            for verified in found
            for table in verified.tables
            if not table.equal
        ]
        assert different == []
        assert sum(table.live_rows for verified in found for table in verified.tables) > 1000
    finally:
        writer.close()
        owner.close()


def test_a_table_in_use_is_named_and_nothing_is_half_migrated(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_PAUSES_S", (0.01, 0.01))
    before = past.content()
    with psycopg.connect(past.dsn(WRITER)) as report:
        report.execute(f"SELECT count(*) FROM {SCHEMA}.finding".encode())
        with pytest.raises(MigrationError, match=r"in use .* meterline_writer \(process \d+\)"):
            past.migrate()
        report.execute("SELECT 1")
    assert past.content() == before
    assert past.migrate()
