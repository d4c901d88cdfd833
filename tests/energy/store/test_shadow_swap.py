"""Tables are exchanged under the eyes of readers: nobody loses a row, a right or a query."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from energy.store.pool import Database
from energy.store.series import PlainSeries
from energy.store.shadow import RebuildRunningError, Shadow, make_shadow, only_one
from energy.store.shadow_catalog import DependentsError, ShapeError
from energy.store.shadow_swap import SwapBlockedError
from energy.store.wall import SCOPE, STAFF
from energy.system import OWNER, WEB, WRITER
from energy.views.rebuild import METERING_TABLES, Rebuilt, metering_group, rebuild
from tests.fixtures.batches import reading
from tests.fixtures.postgres import NOON, TestSite

pytestmark = pytest.mark.servers
USAGE = METERING_TABLES["usage"][0]


@pytest.fixture
def owner(database_server: Any) -> Iterator[Database]:
    database = Database(database_server.dsn(OWNER), max_size=4)
    yield database
    database.close()


@pytest.fixture
def site(site_schema: TestSite) -> TestSite:
    """A site with a day of readings, folded and rolled up."""
    channel = site_schema.counter()
    site_schema.accept(*(reading(channel, 15 * n, 10 * n) for n in range(20)))
    site_schema.project(rollups=True)
    return site_schema


def rebuilt(owner: Database, site: TestSite, view: str = "metering", **how: Any) -> Rebuilt:
    group = metering_group(site.site.zone)
    return rebuild(owner, site.schema, group, view, site.clock, **how)


@contextmanager
def session(site: TestSite, role: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(site.server.dsn(role), autocommit=True) as connection:
        connection.execute("SELECT set_config(%s, %s, false)", (SCOPE, STAFF))
        yield connection


def untouched(site: TestSite) -> tuple[object, ...]:
    """Return what tells the live tables from others of the same rows, and who is beside them."""
    tables = site.rows(
        "SELECT relname, oid::bigint FROM pg_class WHERE relnamespace = '{s}'::regnamespace "
        "AND relkind IN ('r', 'p') ORDER BY 1"
    )
    beside = site.rows("SELECT count(*) FROM pg_namespace WHERE nspname = 'rebuild_{s}'")
    return (*tables, *beside)


def rights(site: TestSite) -> list[tuple[Any, ...]]:
    """Return every grant, policy, index and constraint of the site, as the catalogs have them."""
    return site.rows(
        "SELECT c.relname, 'grant', g.grantee::regrole::text || ' ' || g.privilege_type "
        "FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS g "
        "WHERE c.relnamespace = '{s}'::regnamespace "
        "UNION ALL SELECT tablename, 'index', indexdef FROM pg_indexes WHERE schemaname = '{s}' "
        "UNION ALL SELECT tablename, 'policy', policyname || coalesce(qual, '') "
        "FROM pg_policies WHERE schemaname = '{s}' "
        "UNION ALL SELECT conrelid::regclass::text, 'constraint', conname "
        "FROM pg_constraint WHERE connamespace = '{s}'::regnamespace "
        "UNION ALL SELECT relname, 'row security', relrowsecurity::text || relforcerowsecurity "
        "FROM pg_class WHERE relnamespace = '{s}'::regnamespace AND relkind IN ('r', 'p') "
        "UNION ALL SELECT proname, 'function', pg_get_functiondef(oid) "
        "FROM pg_proc WHERE pronamespace = '{s}'::regnamespace ORDER BY 1, 2, 3"
    )


def test_grants_policies_indexes_and_functions_stand_after_a_rebuild(
    owner: Database, site: TestSite
) -> None:
    with session(site, OWNER) as own:
        own.execute(f"GRANT SELECT ON {site.schema}.reading TO meterline_sealer")
        own.execute(f"GRANT SELECT (channel, day) ON {site.schema}.usage_block TO PUBLIC")
        own.execute(f"REVOKE SELECT ON {site.schema}.usage_day FROM meterline_web")
    before, tables = rights(site), untouched(site)
    rebuilt(owner, site)
    assert rights(site) == before
    assert untouched(site) != tables, "the tables are others"
    with session(site, WEB) as web:
        assert web.execute(f"SELECT count(*) FROM {site.schema}.reading").fetchone() == (20,)
        unpacked = web.execute(
            f"SELECT u.* FROM {site.schema}.usage_block AS b, {site.schema}.usage_unpack(b) AS u"
        )
        assert unpacked.fetchone() is not None
        for statement in ("DELETE FROM {s}.reading", "SELECT FROM {s}.usage_day"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(statement.format(s=site.schema).encode())
    with session(site, "meterline_sealer") as sealer:
        assert sealer.execute(f"SELECT count(day) FROM {site.schema}.usage_block").fetchone()
    site.accept(reading(1, 300, 3000))
    site.project(rollups=True)  # the writer may still write
    assert site.rows("SELECT count(*) FROM {s}.reading") == [(21,)]


def test_row_security_of_the_live_tables_is_asked_for(owner: Database, site: TestSite) -> None:
    with session(site, OWNER) as own:
        own.execute(f"ALTER TABLE {site.schema}.reading ENABLE ROW LEVEL SECURITY")
        own.execute(f"CREATE POLICY mine ON {site.schema}.reading USING (channel < 9)")
    before = untouched(site)
    with pytest.raises(ShapeError, match="policy mine"):
        rebuilt(owner, site)
    assert untouched(site) == before


def test_a_view_of_ones_own_on_usage_is_named_before_any_work(
    owner: Database, site: TestSite
) -> None:
    with session(site, OWNER) as own:
        own.execute(
            f"CREATE VIEW {site.schema}.bi AS SELECT channel, day FROM {site.schema}.usage_block; "
            f"CREATE FUNCTION {site.schema}.mine(b {site.schema}.usage_block) RETURNS int "
            "LANGUAGE sql AS 'SELECT 1'; "
            f"CREATE TABLE {site.schema}.kept (b {site.schema}.usage_block); "
            f"ALTER TABLE {site.schema}.kept ADD CONSTRAINT no_check CHECK (true)"
        )
    before, told = untouched(site), []
    with pytest.raises(DependentsError) as refused:
        rebuilt(owner, site, tell=told.append)
    for name in ("view {s}.bi", "function {s}.mine", "table {s}.kept"):
        assert name.format(s=site.schema) in str(refused.value)
    assert [stage.name for stage in told] == ["make"], "nothing was folded"
    assert untouched(site) == before
    rebuilt(owner, site, "reading")  # nothing of theirs depends on it


def test_an_index_added_by_hand_is_named(owner: Database, site: TestSite) -> None:
    with session(site, OWNER) as own:
        own.execute(f"CREATE INDEX by_hand ON {site.schema}.usage_day (usage)")
    before = untouched(site)
    with pytest.raises(ShapeError, match="by_hand"):
        rebuilt(owner, site)
    assert untouched(site) == before


def test_a_reader_is_waited_for(owner: Database, site: TestSite) -> None:
    over, waited = threading.Event(), list[int]()
    with session(site, WEB) as web, session(site, OWNER) as watch:
        web.execute("BEGIN")
        web.execute(f"SELECT FROM {site.schema}.usage_block")

        def let_go() -> None:
            while not waited and not over.wait(0.01):
                rows = watch.execute("SELECT pid FROM pg_locks WHERE NOT granted").fetchall()
                waited.extend(row[0] for row in rows)
            web.execute("COMMIT")

        letting_go = threading.Thread(target=let_go)
        letting_go.start()
        try:
            rebuilt(owner, site)
        finally:
            over.set()
            letting_go.join()
    assert waited, "the swap stood in nobody's way and waited for nobody"


def test_a_reader_that_stays_is_named_and_the_live_views_stand(
    owner: Database, site: TestSite
) -> None:
    with session(site, WEB) as web:
        web.execute("BEGIN")
        web.execute(f"SELECT FROM {site.schema}.latest")
        before = untouched(site)
        with pytest.raises(SwapBlockedError, match=r"latest .*meterline_web, process \d+"):
            rebuilt(owner, site, wait_s=0.5)
        assert untouched(site) == before
        assert web.execute(f"SELECT count(*) FROM {site.schema}.latest").fetchone() == (1,)
        web.execute("COMMIT")
    rebuilt(owner, site)


def test_queries_across_the_swap_neither_fail_nor_see_an_empty_table(
    owner: Database, site: TestSite
) -> None:
    stop, seen, failed = threading.Event(), set[int](), list[BaseException]()

    def look() -> None:
        try:
            with session(site, WEB) as web:
                while not stop.is_set():
                    row = web.execute(f"SELECT count(*) FROM {site.schema}.reading").fetchone()
                    seen.add(row[0] if row else -1)
                    web.execute(
                        f"SELECT d.day FROM {site.schema}.usage_day AS d "
                        f"JOIN {site.schema}.channel ON number = d.channel"
                    ).fetchall()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            rebuilt(owner, site)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []
    assert seen == {20}


def test_a_second_rebuild_at_once_is_refused(owner: Database, site: TestSite) -> None:
    with (
        session(site, OWNER) as other,
        only_one(other, site.schema),
        pytest.raises(RebuildRunningError, match=site.schema),
    ):
        rebuilt(owner, site)
    rebuilt(owner, site)


def test_what_a_killed_rebuild_left_is_dropped(owner: Database, site: TestSite) -> None:
    with session(site, OWNER) as own:
        make_shadow(own, Shadow(live=site.schema))
    assert untouched(site)[-1] == (1,)
    assert rebuilt(owner, site).dropped_leftover
    assert untouched(site)[-1] == (0,)


def test_partitions_made_meanwhile_are_made_in_the_shadow_too(
    owner: Database, site: TestSite
) -> None:
    parts = (
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '{s}.reading'"
        "::regclass ORDER BY 1"
    )

    def make_more(stage: Any) -> None:
        if stage.name == "swap":
            with owner.transaction() as own:
                PlainSeries().ensure_partitions(own, site.schema, NOON, NOON + timedelta(days=150))

    before = site.rows(parts)
    rebuilt(owner, site, tell=make_more)
    assert len(site.rows(parts)) > len(before)
    assert site.rows("SELECT count(*) FROM {s}.reading") == [(20,)]


def test_the_writer_may_not_rebuild(site: TestSite) -> None:
    database = Database(site.server.dsn(WRITER), max_size=4)
    try:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rebuilt(database, site)
    finally:
        database.close()
