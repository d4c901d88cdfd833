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
from energy.store.series import (
    PlainSeries,
    TimescaleSeries,
    TimeSeries,
    by_name,
    check_series,
    probe,
    record_offer,
)
from energy.store.series_locks import wait_for_older_transactions
from energy.store.series_upkeep import keep_series, kept_from, tend_series
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
    made = []
    for _ in range(2):
        with owner(site) as connection, connection.transaction():
            engine.ensure_partitions(connection, site.schema, MIDNIGHT, last)
        made.append(
            site.rows(
                "SELECT inhrelid::regclass::text FROM pg_inherits"
                " WHERE inhparent = '{s}.reading'::regclass ORDER BY 1"
            )
        )
    assert made[0] == made[1]


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


def put(site: TestSite, *instants: datetime, channel: int = 1) -> None:
    """Store rows as the follower does."""
    with site.writer.connection() as connection:
        connection.execute(
            f"INSERT INTO {site.schema}.reading SELECT %s, at, n, 0, 1 "
            "FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS r (at, n)".encode(),
            (channel, list(instants)),
        )


def days(*numbers: int) -> list[datetime]:
    return [MIDNIGHT + timedelta(days=n) for n in numbers]


def stored(site: TestSite) -> list[datetime]:
    return [at for (at,) in site.rows("SELECT at FROM {s}.reading ORDER BY at")]


@pytest.fixture
def pool(site: TestSite) -> Iterator[Database]:
    database = Database(site.server.dsn(OWNER), max_size=2)
    yield database
    database.close()


def test_probe_names_version_and_edition_and_the_server_passes_its_check(
    site: TestSite, engine: TimeSeries
) -> None:
    with owner(site) as connection:
        offer = probe(connection)
        assert bool(offer.version) == bool(offer.edition) == (offer.name == "timescale")
        assert engine.name in {offer.name, "plain"}
        record_offer(connection, offer)
        recorded = dict(connection.execute("SELECT name, value FROM directory.setting").fetchall())
        assert recorded["series_version"] == offer.version
        assert recorded["series_edition"] == offer.edition
        assert check_series(connection) == []


def test_whole_partitions_before_the_kept_days_are_dropped_and_nothing_after_them(
    site: TestSite, engine: TimeSeries, pool: Database
) -> None:
    with owner(site) as connection:
        engine.ensure_partitions(connection, site.schema, MIDNIGHT, days(120)[0])
    put(site, *days(*range(120)))
    kept = keep_series(pool, site.schema, days(120)[0], 50)
    assert kept.waits == ""
    assert kept.kept_from is not None
    assert MIDNIGHT < kept.kept_from <= days(70)[0]
    assert days(70)[0] - kept.kept_from < timedelta(days=31)
    assert stored(site) == [at for at in days(*range(120)) if at >= kept.kept_from]
    assert kept.dropped.parts
    with owner(site) as connection:
        assert kept_from(connection, site.schema) == kept.kept_from
    again = keep_series(pool, site.schema, days(120)[0], 50)
    assert (again.kept_from, again.dropped.parts) == (kept.kept_from, ())


def test_with_zero_days_everything_is_kept(site: TestSite, pool: Database) -> None:
    put(site, *days(0, 1000))
    kept = keep_series(pool, site.schema, days(4000)[0], 0)
    assert kept.kept_from is None
    assert len(stored(site)) == 2


def test_the_border_never_goes_back_and_rows_put_back_are_dropped_again(
    site: TestSite, pool: Database
) -> None:
    put(site, *days(*range(100)))
    first = keep_series(pool, site.schema, days(100)[0], 40)
    assert first.kept_from is not None
    put(site, *days(3, 4))
    assert days(3)[0] in stored(site)
    second = keep_series(pool, site.schema, days(100)[0], 90)
    assert second.kept_from == first.kept_from
    assert min(stored(site)) >= first.kept_from


def test_nothing_is_dropped_while_the_views_are_far_behind_or_gauges_are_to_be_computed(
    site: TestSite, pool: Database
) -> None:
    put(site, *days(*range(100)))
    change = "UPDATE {s}.journal_head SET position = %s WHERE application = 'metering'"
    with site.writer.connection() as connection:
        connection.execute(change.format(s=site.schema).encode(), (5000,))
    waiting = keep_series(pool, site.schema, days(100)[0], 40)
    assert "5000 entries behind" in waiting.waits
    assert waiting.kept_from is None
    with site.writer.connection() as connection:
        connection.execute(change.format(s=site.schema).encode(), (0,))
        connection.execute(
            f"INSERT INTO {site.schema}.gauge_dirty VALUES (1, %s, now(), now())".encode(),
            (MIDNIGHT,),
        )
    assert "gauges" in keep_series(pool, site.schema, days(100)[0], 40).waits
    assert len(stored(site)) == 100


def test_rows_stay_while_a_transaction_runs_that_may_have_read_the_old_border(
    site: TestSite, pool: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "energy.store.series_upkeep.wait_for_older_transactions",
        lambda connection: wait_for_older_transactions(connection, patience_s=0.3),
    )
    put(site, *days(*range(100)))
    with site.writer.transaction() as fold:
        fold.execute("SELECT 1")
        waiting = keep_series(pool, site.schema, days(100)[0], 40)
        assert "long transaction" in waiting.waits
        assert waiting.kept_from is not None, "the border moves before the rows go"
        assert len(stored(site)) == 100
    done = keep_series(pool, site.schema, days(100)[0], 40)
    assert done.waits == ""
    assert min(stored(site)) >= waiting.kept_from


def test_packed_readings_read_the_same_and_take_late_ones(
    site: TestSite, engine: TimeSeries
) -> None:
    steps = [MIDNIGHT + timedelta(minutes=15 * n) for n in range(96 * 28)]
    for channel in (1, 2):
        put(site, *steps, channel=channel)
    with owner(site) as connection:
        before = engine.size_report(connection, site.schema)
        packed = engine.compact(connection, site.schema, days(21)[0])
        after = engine.size_report(connection, site.schema)
        assert engine.compact(connection, site.schema, days(21)[0]) == ()
    total = "SELECT count(*), sum(count), min(at), max(at) FROM {s}.reading"
    assert site.rows(total) == [
        (2 * len(steps), len(steps) * (len(steps) + 1), steps[0], steps[-1])
    ]
    if engine.name == "timescale":
        assert len(packed) >= 2
        assert {part.name for part in after.parts if part.packed} == set(packed)
        assert after.octets < before.octets
    late = MIDNIGHT + timedelta(minutes=7)
    put(site, late)
    insert = f"INSERT INTO {site.schema}.reading VALUES (1, %s, 9, 0, 2) ON CONFLICT DO NOTHING"
    with site.writer.connection() as connection:
        assert connection.execute(insert.encode(), (late,)).rowcount == 0
        connection.execute(
            f"UPDATE {site.schema}.reading SET count = 77 WHERE channel = 2 AND at = %s".encode(),
            (steps[5],),
        )
    one = "SELECT count FROM {s}.reading WHERE channel = %s AND at = %s"
    assert site.rows(one, 2, steps[5]) == [(77,)]
    assert site.rows(one, 1, late) == [(1,)]


def test_size_report_names_every_partition(site: TestSite, engine: TimeSeries) -> None:
    with owner(site) as connection:
        engine.ensure_partitions(connection, site.schema, MIDNIGHT, days(40)[0])
        put(site, *days(*range(40)))
        report = engine.size_report(connection, site.schema)
    assert report.engine == engine.name
    assert len(report.parts) >= 3
    assert report.octets == sum(p.table_octets + p.index_octets for p in report.parts) > 0


def test_a_round_of_upkeep_leaves_every_kept_reading_readable(
    site: TestSite, pool: Database
) -> None:
    put(site, *days(*range(-400, 100, 5)))
    kept = tend_series(pool, site.schema, days(100)[0], 60)
    assert kept.kept_from is not None
    expected = [at for at in days(*range(-400, 100, 5)) if at >= kept.kept_from]
    assert stored(site) == expected
    assert tend_series(pool, site.schema, days(100)[0], 60).kept_from == kept.kept_from
    assert stored(site) == expected


def test_late_readings_of_dropped_months_give_the_usage_that_kept_ones_give(
    site: TestSite, engine: TimeSeries, pool: Database, new_site: Any
) -> None:
    whole: TestSite = new_site()
    late = [
        Reading(channel=1, at=MIDNIGHT + timedelta(days=3, minutes=20), count=290),
        Reading(channel=1, at=MIDNIGHT + timedelta(days=40, minutes=5), count=3841),
    ]
    for each in (site, whole):
        assert each.counter() == 1
        each.accept(
            *(
                Reading(channel=1, at=MIDNIGHT + timedelta(hours=6 * n), count=24 * n)
                for n in range(4 * 100)
            )
        )
        each.project(rollups=True)
    kept = tend_series(pool, site.schema, days(100)[0], 30)
    assert kept.kept_from is not None
    assert kept.kept_from > late[1].at
    assert min(stored(site)) >= kept.kept_from
    for each in (site, whole):
        each.accept(*late)
        each.project(rollups=True)
    for table in ("usage_block", "usage_hour", "usage_day", "usage_month", "latest", "finding"):
        rows = f"SELECT t::text FROM {{s}}.{table} AS t ORDER BY 1"
        assert site.rows(rows) == whole.rows(rows), table
    assert min(stored(site)) < kept.kept_from, "what was read again lies in the table for now"
    again = tend_series(pool, site.schema, days(100)[0], 30)
    assert again.kept_from == kept.kept_from
    assert min(stored(site)) >= kept.kept_from
