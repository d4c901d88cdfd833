"""Partitions made and dropped beside work; TimescaleDB that vanishes or loses its licence."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

from energy.base.clock import monotonic_s, wait
from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.migrate import make_roles, migrate_directory, migrate_site
from energy.store.pool import Database
from energy.store.series import PlainSeries, SeriesError, TimescaleSeries, check_series, probe
from energy.store.series_locks import SeriesBusyError, patiently
from energy.store.series_plain import PlainSeries as Plain
from energy.store.server_settings import SUPERUSER

pytestmark = pytest.mark.servers

NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)
OWNER, WRITER = "meterline_owner", "meterline_writer"
LONGEST_STALL_S = 5.0
"""Far more than the tenth of a second that a try may hold others up; a busy machine takes some."""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server with roles and directory."""
    server = EmbeddedPostgres(EmbeddedSettings(data_dir=tmp_path_factory.mktemp("series")))
    server.start()
    make_roles(server.dsn(user=SUPERUSER))
    with psycopg.connect(server.dsn(user=OWNER), autocommit=True) as connection:
        migrate_directory(connection, at=NOON)
    yield server
    server.stop()


@pytest.fixture
def schema(migrated: EmbeddedPostgres, request: pytest.FixtureRequest) -> str:
    """A fresh site's schema."""
    key = f"s{abs(hash(request.node.name)) % 10**9}"
    with psycopg.connect(migrated.dsn(user=OWNER), autocommit=True) as connection:
        migrate_site(connection, key, at=NOON)
    return f"site_{key}"


class Writer:
    """Commits a row after the other as the follower does; notes the longest wait."""

    def __init__(self, dsn: str, schema: str) -> None:
        self.committed = 0
        self.longest_s = 0.0
        self.error: Exception | None = None
        self._stop = threading.Event()
        self._dsn, self._schema = dsn, schema
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with psycopg.connect(self._dsn, autocommit=True) as connection:
                while not self._stop.is_set():
                    began_s = monotonic_s()
                    self._commit(connection)
                    self.longest_s = max(self.longest_s, monotonic_s() - began_s)
                    self.committed += 1
        except Exception as error:  # noqa: BLE001 - shown by the test
            self.error = error

    def _commit(self, connection: psycopg.Connection[Any]) -> None:
        """One row of the present month and one of a month without a partition."""
        at = NOON + timedelta(seconds=self.committed)
        with connection.transaction():
            connection.execute(
                f"INSERT INTO {self._schema}.reading VALUES (1, %s, 1, 0, 1), (1, %s, 1, 0, 1)",
                (at, at - timedelta(days=400)),
            )
            connection.execute(
                f"SELECT count FROM {self._schema}.reading WHERE channel = 1 AND at < %s "
                "ORDER BY at DESC LIMIT 1",
                (at,),
            )

    def wait_for(self, more: int) -> None:
        goal, give_up_s = self.committed + more, monotonic_s() + 30
        while self.committed < goal and self.error is None:
            assert monotonic_s() < give_up_s, "the writer stands still"
            wait(0.01)


def test_partitions_come_and_go_while_readings_are_written(
    migrated: EmbeddedPostgres, schema: str
) -> None:
    engine = PlainSeries()
    with (
        psycopg.connect(migrated.dsn(user=OWNER), autocommit=True) as owner,
        Writer(migrated.dsn(user=WRITER), schema) as writer,
    ):
        writer.wait_for(50)
        engine.ensure_partitions(owner, schema, NOON, NOON + timedelta(days=720))
        made = engine.settle(owner, schema, None)
        writer.wait_for(50)
        dropped = engine.drop_before(owner, schema, datetime(2018, 1, 1, tzinfo=UTC))
        writer.wait_for(50)
    assert writer.error is None
    assert writer.longest_s < LONGEST_STALL_S
    assert made == ["reading_201711"]
    assert dropped.parts == ("reading_201711",)
    with psycopg.connect(migrated.dsn(user=OWNER), autocommit=True) as owner:
        kept: Any = owner.execute(
            f"SELECT count(*) FROM {schema}.reading WHERE at >= %s", (NOON,)
        ).fetchone()
    assert kept[0] == writer.committed


def test_a_long_report_delays_a_partition_and_never_the_writer(
    migrated: EmbeddedPostgres, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = datetime(2021, 5, 1, tzinfo=UTC)
    with (
        psycopg.connect(migrated.dsn(user=OWNER), autocommit=True) as owner,
        psycopg.connect(migrated.dsn(user=WRITER)) as report,
        Writer(migrated.dsn(user=WRITER), schema) as writer,
    ):
        report.execute(f"SELECT count(*) FROM {schema}.reading")
        with pytest.raises(SeriesBusyError, match="Nothing was changed"):
            patiently(
                owner,
                lambda: owner.execute(f"LOCK TABLE {schema}.reading_default"),
                patience_s=1.0,
            )
        writer.wait_for(20)
        ended = threading.Timer(0.7, report.rollback)
        ended.start()
        Plain().ensure_partitions(owner, schema, month, month)
        ended.join()
        there = owner.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{schema}.reading_202105",))
        assert there.fetchone() == (True,)
    assert writer.error is None
    assert writer.longest_s < LONGEST_STALL_S


@pytest.fixture
def on_timescale(place: Path) -> Iterator[Callable[..., EmbeddedPostgres]]:
    """Start a data directory with TimescaleDB, without it, or with its Apache edition."""
    folder = os.environ.get("METERLINE_EXTENSION_DIR")
    if not folder:
        pytest.skip("timescale: METERLINE_EXTENSION_DIR names no folder with the extension")
    started: list[EmbeddedPostgres] = []

    def start(*, extension: bool = True, **extra: str) -> EmbeddedPostgres:
        for server in started:
            server.stop()
        server = EmbeddedPostgres(
            EmbeddedSettings(
                data_dir=place / "db",
                extension_dir=Path(folder) if extension else None,
                extra={name.replace("__", "."): value for name, value in extra.items()},
            )
        )
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.mark.timescale
def test_a_database_whose_extension_vanished_or_lost_its_licence_is_refused_not_read_empty(
    on_timescale: Callable[..., EmbeddedPostgres],
) -> None:
    server = on_timescale()
    make_roles(server.dsn(user=SUPERUSER))
    with psycopg.connect(server.dsn(user=OWNER), autocommit=True) as connection:
        migrate_directory(connection, at=NOON)
        migrate_site(connection, "x", at=NOON)
        assert probe(connection).edition == "timescale"
        connection.execute("INSERT INTO site_x.reading VALUES (1, %s, 1, 0, 1)", (NOON,))

    apache = on_timescale(timescaledb__license="apache")
    with psycopg.connect(apache.dsn(user=OWNER), autocommit=True) as connection:
        (warning,) = check_series(connection)
        assert "Apache edition" in warning
        assert TimescaleSeries().compact(connection, "site_x", NOON + timedelta(days=50)) == ()

    licensed = on_timescale()
    with psycopg.connect(licensed.dsn(user=OWNER), autocommit=True) as connection:
        packed = TimescaleSeries().compact(connection, "site_x", NOON + timedelta(days=50))
        assert len(packed) == 1

    apache = on_timescale(timescaledb__license="apache")
    with (
        psycopg.connect(apache.dsn(user=OWNER), autocommit=True) as connection,
        pytest.raises(SeriesError, match="columnstore, which the Apache edition cannot read"),
    ):
        migrate_directory(connection, at=NOON)

    without = on_timescale(extension=False)
    with (
        psycopg.connect(without.dsn(user=OWNER), autocommit=True) as connection,
        pytest.raises(SeriesError, match=r"TimescaleDB 2\.\S+, which the server has not loaded"),
    ):
        migrate_directory(connection, at=NOON)

    again = on_timescale()
    database = Database(again.dsn(user=WRITER), max_size=1)
    try:
        with database.connection() as connection:
            assert connection.execute("SELECT count FROM site_x.reading").fetchall() == [(1,)]
    finally:
        database.close()


def test_a_time_that_only_a_wrong_clock_tells_makes_no_partition_and_stops_nothing(
    migrated: EmbeddedPostgres, schema: str
) -> None:
    with psycopg.connect(migrated.dsn(user=OWNER), autocommit=True) as owner:
        for at in ("9999-12-31Z", "0001-01-01Z", "2011-05-05Z"):
            owner.execute(f"INSERT INTO {schema}.reading VALUES (1, %s, 1, 0, 1)", (at,))
        assert PlainSeries().settle(owner, schema, None) == ["reading_201105"]
