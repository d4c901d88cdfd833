"""A view is folded anew into a shadow and swapped in; the site sees nothing but the result."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from energy.store.pool import Database
from energy.system import OWNER
from energy.views.rebuild import Rebuilt, metering_group, rebuild
from energy.views.replay_check import Verified, verify
from energy.views.rollup import roll_up
from energy.views.worker import metering_follower
from tests.fixtures.batches import reading
from tests.fixtures.meters import interval_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, view_rows
from tests.properties.test_rebuild_equals_live import Plant

pytestmark = pytest.mark.servers


@pytest.fixture
def owner(database_server: Any) -> Any:
    database = Database(database_server.dsn(OWNER), max_size=4)
    yield database
    database.close()


def rebuilt(owner: Database, site: TestSite, view: str = "metering", **how: Any) -> Rebuilt:
    group = metering_group(site.site.zone)
    return rebuild(owner, site.schema, group, view, site.clock, **how)


def verified(owner: Database, site: TestSite) -> Verified:
    return verify(owner, site.schema, metering_group(site.site.zone), site.clock)


def schemas(site: TestSite) -> list[str]:
    rows = site.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%%{s}' ORDER BY 1")
    return [row[0] for row in rows]


def test_a_rebuild_puts_the_same_rows_back(owner: Database, new_site: Any) -> None:
    site: TestSite = new_site()
    plant = Plant(site, 3)
    hourly = site.counter("hourly", facts=interval_facts(interval_s=3600))
    for n in range(20):
        plant.go_on()
        site.accept(reading(hourly, 60 * (20 - n), n), reading(hourly, 60 * n + 7, n))
    site.project(rollups=True)
    before = view_rows(site)
    assert before["interval_channel"] == [(f"({hourly},3600)",)]
    done = rebuilt(owner, site)
    assert view_rows(site) == before
    assert schemas(site) == [site.schema]
    assert done.position == site.rows("SELECT max(notification_id) FROM {s}.metering_events")[0][0]
    assert verified(owner, site).equal


def test_a_wrong_row_is_found_and_mended(owner: Database, site_schema: TestSite) -> None:
    site = site_schema
    channel = site.counter()
    site.accept(*(reading(channel, 15 * n, 10 * n) for n in range(10)))
    site.project(rollups=True)
    right = view_rows(site)
    site.rows("UPDATE {s}.reading SET count = count + 1 WHERE count = 30 RETURNING 1")
    site.rows("DELETE FROM {s}.usage_block RETURNING 1")
    found = verified(owner, site)
    assert [each.table for each in found.tables if not each.equal] == ["reading", "usage_block"]
    keys = {each.table: each.first_keys for each in found.tables if not each.equal}
    assert keys["reading"] == (f"channel={channel} at=2019-01-01 00:45:00+00:00",)
    assert keys["usage_block"][0].endswith("(missing)")
    rebuilt(owner, site)
    assert view_rows(site) == right
    assert verified(owner, site).equal


def living(site: TestSite, stop: threading.Event) -> list[threading.Thread]:
    """Let a writer, marks, meter events and the live follower go on until told to stop."""
    plant = Plant(site, 5)

    def write() -> None:
        for _ in range(80):
            if stop.wait(0.02):
                return
            plant.go_on()

    def follow() -> None:
        live = metering_follower(site.writer, site.schema, site.site.zone, site.clock)
        live.run(stop, idle=roll)

    def roll() -> None:
        with site.writer.connection() as connection:
            roll_up(connection, site.schema)

    threads = [threading.Thread(target=loop) for loop in (write, follow)]
    for thread in threads:
        thread.start()
    return threads


def test_a_rebuild_during_ingest_equals_the_live_view(owner: Database, new_site: Any) -> None:
    site: TestSite = new_site()
    stop = threading.Event()
    threads = living(site, stop)
    try:
        for _ in range(2):
            before = site.rows("SELECT max(notification_id) FROM {s}.metering_events")[0][0]
            done = rebuilt(owner, site)
            assert done.position >= (before or 0)
            assert verified(owner, site).equal
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    site.project(rollups=True)
    found = view_rows(site)
    again: TestSite = new_site()
    copied_journal(site, again)
    again.project(rollups=True)
    assert found == view_rows(again)
    assert found["usage_block"]


def test_what_was_parked_is_parked_again(owner: Database, site_schema: TestSite) -> None:
    site = site_schema
    channel = site.counter()
    site.accept(reading(channel, 0, 10))
    with site.server.superuser() as connection:  # no code of ours writes such an entry
        connection.execute(
            f"INSERT INTO {site.schema}.metering_events SELECT gen_random_uuid(), 1, "
            f"'readings.recorded', 'torn', position + 1 FROM {site.schema}.journal_head "
            "WHERE application = 'metering'"
        )
        connection.execute(
            f"UPDATE {site.schema}.journal_head SET position = position + 1 "
            "WHERE application = 'metering'"
        )
    site.accept(reading(channel, 30, 40))
    site.tick(60)
    site.project(rollups=True)
    before = view_rows(site)
    assert len(before["parked"]) == 1
    site.tick(3600)
    for view in ("reading", "metering"):
        rebuilt(owner, site, view)
        assert view_rows(site) == before
    assert verified(owner, site).equal


def test_a_month_beside_one_that_waits_to_be_summed_is_no_wrong_row(
    owner: Database, site_schema: TestSite
) -> None:
    site = site_schema
    channel = site.counter(facts=interval_facts(grid_s=3600, interval_s=86_400))
    site.accept(*(reading(channel, 1440 * n, 5) for n in range(1, 41)))
    site.project(rollups=True)
    site.accept(reading(channel, 1440 * 70, 5))
    site.project()
    found = verified(owner, site)
    assert found.equal, [each for each in found.tables if not each.equal]
    site.rows("UPDATE {s}.usage_month SET usage = 1 WHERE month = '2019-01-01' RETURNING 1")
    wrong = {each.table: each.first_keys for each in verified(owner, site).tables if not each.equal}
    assert wrong == {"usage_month": (f"channel={channel} month=2019-01-01",)}
