"""What every engine of time series promises, on the plain one and on TimescaleDB."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest

from energy.metering.reading import Reading
from energy.store.pool import Database
from energy.store.series import PlainSeries, TimescaleSeries, TimeSeries, by_name, probe
from energy.system import OWNER
from energy.views.usage import read_spans
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.meters import plan_counter
from tests.fixtures.postgres import DatabaseServer, TestSite

pytestmark = pytest.mark.servers


def extension_of(server: DatabaseServer) -> bool:
    with server.superuser() as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'"
        ).fetchone()
        preloaded = connection.execute("SHOW shared_preload_libraries").fetchone()
    return found is not None and preloaded is not None and "timescaledb" in preloaded[0]


@pytest.fixture(
    params=[PlainSeries(), pytest.param(TimescaleSeries(), marks=pytest.mark.timescale)],
    ids=lambda e: e.name,
)
def engine(request: pytest.FixtureRequest, database_server: DatabaseServer) -> TimeSeries:
    chosen: TimeSeries = request.param
    if chosen.name == "timescale" and not extension_of(database_server):
        pytest.skip("timescale: the extension is not on this server")
    return chosen


@pytest.fixture
def site(engine: TimeSeries, database_server: DatabaseServer, new_site: Any) -> Iterator[TestSite]:
    """A site whose schema was made for the engine."""
    with database_server.superuser() as connection:
        if engine.name == "timescale":
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        connection.execute(
            "UPDATE directory.setting SET value = %s WHERE name = 'series'", (engine.name,)
        )
    yield new_site()
    with database_server.superuser() as connection:
        connection.execute("UPDATE directory.setting SET value = 'plain' WHERE name = 'series'")


def owner(site: TestSite) -> psycopg.Connection[Any]:
    return psycopg.connect(site.server.dsn(OWNER), autocommit=True)


def test_engine_is_found_by_the_name_it_is_recorded_under(engine: TimeSeries) -> None:
    assert type(by_name(engine.name)) is type(engine)


def test_probe_finds_the_engine_of_the_server(site: TestSite, engine: TimeSeries) -> None:
    with owner(site) as connection:
        assert probe(connection).name == engine.name


def test_readings_of_any_time_are_taken(site: TestSite) -> None:
    channel = site.counter()
    instants = [
        datetime(1970, 1, 1, tzinfo=UTC),
        MIDNIGHT,
        datetime(2019, 2, 1, tzinfo=UTC) - timedelta(microseconds=1),
        datetime(2019, 2, 1, tzinfo=UTC),
        datetime(2100, 1, 1, tzinfo=UTC),
    ]
    for n, at in enumerate(instants):
        site.accept(Reading(channel=channel, at=at, count=n))
    with site.writer.connection() as connection:
        connection.execute(
            f"INSERT INTO {site.schema}.reading "
            "SELECT 7, unnest(%s::timestamptz[]), 1, 0, 1".encode(),
            (instants,),
        )
    rows = site.rows("SELECT at FROM {s}.reading ORDER BY at")
    assert rows == [(at,) for at in instants]


def test_one_reading_per_channel_and_instant(site: TestSite) -> None:
    insert = f"INSERT INTO {site.schema}.reading VALUES (1, %s, 1, 0, 1)".encode()
    with site.writer.connection() as connection:
        connection.execute(insert, (MIDNIGHT,))
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(insert, (MIDNIGHT,))


def test_partitions_ahead_may_be_made_again_and_again(site: TestSite, engine: TimeSeries) -> None:
    last = MIDNIGHT + timedelta(days=400)
    for _ in range(2):
        with owner(site) as connection, connection.transaction():
            engine.ensure_partitions(connection, site.schema, MIDNIGHT, last)
    site.rows("SELECT 1 FROM {s}.reading")


def test_partition_may_be_made_after_its_readings_came(site: TestSite, engine: TimeSeries) -> None:
    far = datetime(2030, 5, 17, tzinfo=UTC)
    with site.writer.connection() as connection:
        connection.execute(
            f"INSERT INTO {site.schema}.reading VALUES (1, %s, 1, 0, 1)".encode(), (far,)
        )
    with owner(site) as connection, connection.transaction():
        engine.ensure_partitions(connection, site.schema, far, far)
    assert site.rows("SELECT at, count FROM {s}.reading") == [(far, 1)]


def test_month_of_readings_gives_the_same_usage_on_every_engine(site: TestSite) -> None:
    channel = plan_counter(site.application("metering"), site.site.key, "whole")
    counts = np.cumsum(np.random.default_rng(7).integers(0, 99, 40 * 24)).tolist()
    site.accept(
        *(
            Reading(channel=channel, at=MIDNIGHT + timedelta(hours=n), count=count)
            for n, count in enumerate(counts)
        )
    )
    site.project(rollups=True)
    from energy.base.period import Period

    period = Period(start=MIDNIGHT, end=MIDNIGHT + timedelta(hours=40 * 24 - 1))
    with site.writer.connection() as connection:
        span = read_spans(connection, site.schema, [channel], period)[channel]
    assert int(span.usage.sum()) == (counts[-1] - counts[0]) * 10
    assert site.rows("SELECT sum(usage) FROM {s}.usage_month") == [(int(span.usage.sum()),)]


def test_writer_role_works_on_the_series(site: TestSite) -> None:
    database: Database = site.writer
    with database.transaction() as connection:
        connection.execute(
            f"INSERT INTO {site.schema}.reading VALUES (1, %s, 5, 0, 1) ON CONFLICT (channel, at) "
            "DO UPDATE SET count = excluded.count".encode(),
            (MIDNIGHT,),
        )
    assert site.rows("SELECT count FROM {s}.reading") == [(5,)]
