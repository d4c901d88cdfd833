"""Databases as every released schema left them, brought to the newest: nothing is lost or changed.

`tests/fixtures/schemas/NNN.sql.gz` was dumped by the program of that time, with rows in every
table and every kind of event it had. A release adds one; none is ever made anew.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import billing.office
import energy.journal.directory_events
from energy.base.clock import ManualClock
from energy.journal.application import EventDecoder, JournalApplication
from energy.journal.entry import BATCH_TOPIC, MARK_TOPIC, decode_batch, decode_mark
from energy.journal.imported import IMPORTED_TOPIC, decode_imported
from energy.journal.noted import NOTED_TOPIC, decode_noted
from energy.journal.recorder import entries_of
from energy.journal.refused import REFUSED_TOPIC, decode_refused
from energy.journal.verify import verify
from energy.metering.codec import decode
from energy.store import migrate
from energy.store.errors import MigrationError
from energy.store.migrate import ensure_roles, migrate_directory, migrate_site, schema_files
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from energy.store.sites import list_sites
from energy.system import OWNER, WRITER
from energy.views.replay_check import Compared
from processes.project import catch_up
from processes.view_rebuild import ALL, rebuild_views, verify_views
from tests.contract.told_of_past import SCHEMA, SITE, TOLD, Told
from tests.fixtures.postgres import NOON, DatabaseServer

pytestmark = pytest.mark.servers

FOLDER = Path(__file__).parents[1] / "fixtures" / "schemas"
PAST = sorted(path.name.removesuffix(".sql.gz") for path in FOLDER.glob("*.sql.gz"))
JOURNALS = (
    ("directory", "directory"),
    *((SCHEMA, app) for app in ("metering", "operations", "books")),
)
NEVER_ALONE = {7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27}
"""Files that no release ended with: the next one came with them."""
GROWING = {"directory.migration", "directory.setting", f"{SCHEMA}.usage_dirty"}
"""Tables that a migration adds rows to: what was done, and what is to be derived anew."""


KNOWN_BY_TOPIC = (billing.office, energy.journal.directory_events)
"""Imported for their events: a decoder finds those that were imported."""
NO_AGGREGATES = frozenset((BATCH_TOPIC, IMPORTED_TOPIC, MARK_TOPIC, NOTED_TOPIC, REFUSED_TOPIC))
"""Entries that are no event of an aggregate."""
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Past:
    """A database of an old schema."""

    server: DatabaseServer
    number: str
    name: str

    @property
    def told(self) -> Told:
        return TOLD[self.number]

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

    def columns(self) -> dict[str, str]:
        """Return the columns of every table there is now."""
        with self.owner() as connection:
            found = connection.execute(
                "SELECT c.oid::regclass::text, string_agg(quote_ident(attname), ', ' "
                "ORDER BY attnum) "
                "FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 "
                "AND NOT attisdropped WHERE relnamespace IN ('directory'::regnamespace, "
                "%s::regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition "
                "GROUP BY 1 ORDER BY 1",
                (SCHEMA,),
            ).fetchall()
        return dict(found)

    def content(self, columns: dict[str, str]) -> Rows:
        """Return the rows of some columns, by table."""
        with self.owner() as connection:
            return {
                table: connection.execute(
                    f"SELECT ROW({names})::text FROM {table} ORDER BY 1".encode()
                ).fetchall()
                for table, names in columns.items()
            }


@pytest.fixture(scope="module")
def kept(database_server: DatabaseServer) -> Iterator[Callable[[str], str]]:
    """Databases as they were dumped, each read in once: the tests work on copies."""
    names: list[str] = []

    def read_in(number: str) -> str:
        name = f"past_{number}_kept"
        if name not in names:
            _make(database_server, name)
            names.append(name)
            dsn = make_conninfo(database_server.dsn(SUPERUSER), dbname=name)
            with psycopg.connect(dsn, autocommit=True) as connection:
                dump = (FOLDER / f"{number}.sql.gz").read_bytes()
                connection.execute(gzip.decompress(dump))
        return name

    yield read_in
    for name in names:
        _drop(database_server, name)


@pytest.fixture(params=PAST)
def past(
    request: pytest.FixtureRequest,
    database_server: DatabaseServer,
    kept: Callable[[str], str],
) -> Iterator[Past]:
    """The database of one past schema, beside the others on the test server."""
    found = _copy(database_server, kept, request.param)
    yield found
    _drop(database_server, found.name)


@pytest.fixture(scope="module", params=PAST)
def migrated(
    request: pytest.FixtureRequest,
    database_server: DatabaseServer,
    kept: Callable[[str], str],
) -> Iterator[Past]:
    """One that was brought to the newest schema, for the tests that look at it together."""
    found = _copy(database_server, kept, request.param, name="migrated")
    found.migrate()
    yield found
    _drop(database_server, found.name)


def _copy(
    server: DatabaseServer, kept: Callable[[str], str], number: str, name: str = "past"
) -> Past:
    found = Past(server, number, f"{name}_{number}")
    _make(server, found.name, template=kept(number))
    with psycopg.connect(found.dsn(SUPERUSER), autocommit=True) as connection:
        ensure_roles(connection)  # what a role may do with a database is no part of a copy
    return found


def _assert_kept(before: Rows, after: Rows) -> None:
    """Find every row as it was, and more of them only where a migration adds some."""
    for table in GROWING & before.keys():
        assert set(before[table]) <= set(after[table]), table
    still = {table: rows for table, rows in after.items() if table not in GROWING}
    assert still == {table: rows for table, rows in before.items() if table not in GROWING}


def _make(server: DatabaseServer, name: str, template: str = "template1") -> None:
    with server.superuser() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())


def _drop(server: DatabaseServer, name: str) -> None:
    with server.superuser() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_every_released_schema_but_the_newest_has_its_fixture() -> None:
    numbers = {file.number for file in schema_files("site")}
    assert {int(name) for name in PAST} >= numbers - {max(numbers)} - NEVER_ALONE


def test_a_past_database_has_rows_in_every_table(past: Past) -> None:
    content = past.content(past.columns())
    assert {table for table, rows in content.items() if not rows} == past.told.empty
    with past.owner() as connection:
        waiting = {
            (str(row[0]), int(row[1]))
            for schema in ("directory", SCHEMA)
            for row in connection.execute(
                f"SELECT follower, position FROM {schema}.parked AS p "
                "WHERE to_jsonb(p)->'resolved_position' IS NULL "
                "OR to_jsonb(p)->'resolved_position' = 'null'".encode()
            ).fetchall()
        }
    assert waiting == past.told.parked


def test_a_past_database_migrates_to_the_newest_and_keeps_every_row(past: Past) -> None:
    columns = past.columns()
    before = past.content(columns)
    applied = past.migrate()
    expected = [f.number for f in schema_files("site") if f.number > int(past.number)]
    assert [int(row.split()[1]) for row in applied if row.startswith("site_")] == expected
    told = [row for row in applied if row.startswith("next, once: ")]
    assert len(told) == bool(past.told.delivering)
    assert all(f"--site {SITE} view rebuild usage " in row for row in told)
    _assert_kept(before, past.content(columns))
    assert past.migrate() == []


def test_a_migrated_database_has_the_tables_and_grants_of_a_fresh_one(migrated: Past) -> None:
    with migrated.owner() as connection:
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


def test_every_past_event_decodes(migrated: Past) -> None:
    decoder, topics = EventDecoder(), set()
    with migrated.owner() as connection:
        for schema, application in JOURNALS:
            for entry in entries_of(connection, schema, application):
                if (application, entry.position) in migrated.told.spoilt:
                    continue
                topics.add(entry.topic)
                if entry.topic == BATCH_TOPIC:
                    assert len(decode(decode_batch(entry.state).payload)) > 0
                elif entry.topic == REFUSED_TOPIC:
                    assert decode_refused(entry.state).count > 0
                elif entry.topic == MARK_TOPIC:
                    assert decode_mark(entry.state).reason
                elif entry.topic == NOTED_TOPIC:
                    assert decode_noted(entry.state).note.code
                elif entry.topic == IMPORTED_TOPIC:
                    assert decode_imported(entry.state).file
                else:
                    assert decoder.decode(entry) is not None
    assert len(topics) == migrated.told.topics


def test_every_past_aggregate_loads(migrated: Past) -> None:
    database = Database(migrated.dsn(WRITER), max_size=2)
    try:
        for schema, application in JOURNALS:
            journal = JournalApplication(database, schema, application, ManualClock(NOON))
            streams, spoilt = set(), set()
            with migrated.owner() as connection:
                for entry in entries_of(connection, schema, application):
                    if (application, entry.position) in migrated.told.spoilt:
                        spoilt.add(entry.stream)
                    elif entry.topic not in NO_AGGREGATES:
                        streams.add(entry.stream)
            assert streams - spoilt
            for stream in streams - spoilt:
                assert journal.find(stream).__dict__, (application, stream)
    finally:
        database.close()


def test_the_seal_of_a_past_journal_holds_and_shows_what_was_spoilt_alone(migrated: Past) -> None:
    with migrated.owner() as connection:
        found = {app: verify(connection, schema, app) for schema, app in JOURNALS}
    broken = {app: each.broken_at for app, each in found.items() if not each.chain_ok}
    assert broken == {"metering": min(p for app, p in migrated.told.spoilt if app == "metering")}


def test_views_of_a_past_database_go_on_and_equal_a_rebuild(migrated: Past) -> None:
    clock = ManualClock(NOON)
    with ExitStack() as after:
        writer, owner = (Database(migrated.dsn(role), max_size=4) for role in (WRITER, OWNER))
        after.callback(writer.close)
        after.callback(owner.close)
        (site,) = list_sites(writer)
        catch_up(writer, site, clock)
        found = verify_views(owner, site, ALL, clock, tell=lambda _: None)
        assert sum(table.live_rows for verified in found for table in verified.tables) > 1000
        different = {
            f"{SCHEMA}.{table.table}": table
            for verified in found
            for table in verified.tables
            if not table.equal
        }
        assert bool(different) == bool(migrated.told.delivering), different
        if different:
            columns = migrated.columns()
            columns = {table: columns[table] for table in different}
            before = migrated.content(columns)
            rebuild_views(owner, site, "usage", clock, wait_s=10, tell=lambda _: None)
            _assert_usage_added(migrated.told, different, before, migrated.content(columns))


def _assert_usage_added(
    told: Told, different: dict[str, Compared], before: Rows, after: Rows
) -> None:
    """Find usage of the delivering channels, which that program never derived; no other."""
    theirs = tuple(f"({channel}," for channel in told.delivering)
    for table, rows in before.items():
        assert len(after[table]) == different[table].replayed_rows > len(rows), table
        assert [row for row in after[table] if not row[0].startswith(theirs)] == rows, table


@pytest.mark.parametrize("past", ["001"], indirect=True)
def test_a_table_in_use_is_named_and_nothing_is_half_migrated(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_PAUSES_S", (0.01, 0.01))
    columns = past.columns()
    before = past.content(columns)
    with psycopg.connect(past.dsn(WRITER)) as report:
        report.execute(f"SELECT count(*) FROM {SCHEMA}.finding".encode())
        with pytest.raises(MigrationError, match=r"in use .* meterline_writer \(process \d+\)"):
            past.migrate()
        report.execute("SELECT 1")
    _assert_kept(before, past.content(columns))
    assert past.migrate()
