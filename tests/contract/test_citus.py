"""Schema-based sharding of Citus: every site on one node, the same program. Needs a cluster.

`METERLINE_TEST_CITUS_DSN` names the coordinator, as a superuser, of a database with the extension
and at least one worker. Everything made here is dropped again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from energy.base.aggregate import use_clock
from energy.base.clock import ManualClock, SystemClock
from energy.journal.application import JournalApplication
from energy.journal.ingest import Ingest
from energy.journal.marks import Marks
from energy.store.migrate import ensure_roles, migrate_directory, migrate_site
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.group import read_group
from energy.views.rollup import roll_up
from energy.views.worker import metering_follower
from tests.fixtures.batches import Spooler, at, reading
from tests.fixtures.meters import plan_counter

pytestmark = [pytest.mark.servers, pytest.mark.citus]

VARIABLE = "METERLINE_TEST_CITUS_DSN"
KEYS = ("citus_a", "citus_b", "citus_c")


@dataclass
class Cluster:
    """A coordinator with the directory and some sites, each in a sharded schema."""

    dsn: str
    writer: Database
    sites: list[Site]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()


def dropped(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for schema in (*(f"site_{key}" for key in KEYS), "directory"):
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    plain = os.environ.get(VARIABLE)
    if not plain:
        pytest.skip(f"citus: no cluster; name its coordinator in {VARIABLE}")
    sharded = make_conninfo(plain, options="-c citus.enable_schema_based_sharding=on")
    clock = ManualClock(at(0))
    use_clock(clock)
    dropped(plain)
    with psycopg.connect(plain, autocommit=True) as connection:
        ensure_roles(connection)
    owner = "SET ROLE meterline_owner"
    with psycopg.connect(plain, autocommit=True) as connection:  # the directory is not sharded
        connection.execute(owner)
        migrate_directory(connection, at=clock.now())
    for key in KEYS:
        with psycopg.connect(sharded, autocommit=True) as connection:
            connection.execute(owner)
            migrate_site(connection, key, at=clock.now())
    writer = Database(plain, role="meterline_writer", max_size=8)
    zone = ZoneInfo("Europe/London")
    sites = [Site(key=k, name=k, zone=zone, currency="GBP", language="en") for k in KEYS]
    yield Cluster(plain, writer, sites)
    writer.close()
    dropped(plain)
    use_clock(SystemClock())


@pytest.fixture(scope="module")
def served(cluster: Cluster) -> Cluster:
    """Every site has a day of readings, folded, marked and rolled up."""
    clock = ManualClock(at(24 * 60))
    for number, site in enumerate(cluster.sites, start=1):
        metering = JournalApplication(cluster.writer, site.schema, "metering", clock)
        channel = plan_counter(metering, site.key)
        spooler = Spooler(site.key)
        ingest = Ingest(cluster.writer, site.schema, clock)
        for first in range(0, 97, 32):
            minutes = range(15 * first, 15 * min(first + 32, 97), 15)
            ingest.accept([spooler.batch([reading(channel, m, number * m) for m in minutes])])
        Marks(cluster.writer, site.schema, clock).append(reason="midnight 2019-01-02", at=at(1440))
        follower = metering_follower(cluster.writer, site.schema, site.zone, clock)
        while follower.step():
            pass
        with cluster.writer.connection() as connection:
            while roll_up(connection, site.schema):
                pass
    return cluster


def test_each_site_lies_whole_on_one_node(served: Cluster) -> None:
    rows = served.rows(
        "SELECT schema_name::text FROM citus_schemas WHERE schema_name::text LIKE 'site_citus_%' "
        "ORDER BY 1"
    )
    assert [name for (name,) in rows] == [site.schema for site in served.sites]


def test_positions_have_no_gap_and_every_reading_is_folded(served: Cluster) -> None:
    for site in served.sites:
        ((entries, last, readings, parked),) = served.rows(
            f"SELECT (SELECT count(*) FROM {site.schema}.metering_events), "
            f"(SELECT max(notification_id) FROM {site.schema}.metering_events), "
            f"(SELECT count(*) FROM {site.schema}.reading), "
            f"(SELECT count(*) FROM {site.schema}.parked)"
        )
        assert (entries, readings, parked) == (last, 97, 0)


def test_a_group_read_sums_all_sites(served: Cluster) -> None:
    day = date(2019, 1, 1)
    group = read_group(served.writer, served.sites, day, day, timeout_s=30)
    assert group.silent == ()
    (total,) = group.totals
    assert total.usage == sum(number * 1440 * 10 for number in (1, 2, 3))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM {s}.reading WHERE channel = 1 ORDER BY at",
        (
            "SELECT d.day, sum(d.usage) FROM {s}.usage_day AS d "
            "JOIN {s}.channel AS c ON c.number = d.channel GROUP BY 1"
        ),
        (
            "SELECT f.name, h.position - f.position FROM {s}.follower AS f "
            "JOIN {s}.journal_head AS h ON h.application = f.name"
        ),
    ],
)
def test_a_site_is_asked_with_one_task(served: Cluster, statement: str) -> None:
    for site in served.sites:
        plan = "\n".join(
            row for (row,) in served.rows(f"EXPLAIN {statement.format(s=site.schema)}")
        )
        assert "Task Count: 1" in plan, plan
