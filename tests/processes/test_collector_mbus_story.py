"""A heat meter on its whole way: site file, registry, plan, gateway, spool, journal, view."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
from energy.base.aggregate import use_clock
from energy.base.clock import ManualClock, SystemClock
from energy.base.config import Config
from energy.journal.ingest import Ingest
from energy.store.migrate import ensure_roles, migrate_directory
from energy.store.server_settings import SUPERUSER
from processes.collect_plan_file import plan_from_registry
from processes.collector_sources import Sources
from processes.project import catch_up
from processes.site_init import check_site_file, init_site
from simulator.mbus_meter import MbusSlaves, heat_meter, water_meter
from simulator.meter_bus import MeterBus
from tests.fixtures.places import Place
from tests.fixtures.postgres import DatabaseServer

pytestmark = pytest.mark.servers

BEGIN = datetime(2026, 11, 21, 6, tzinfo=UTC)
STEP_S = 900
SITE = """
[site]
key = "campus"
name = "Campus"
zone = "Asia/Shanghai"
currency = "CNY"
language = "zh"
[[place]]
key = "t2"
kind = "building"
name = "Terminal 2"
[[source]]
key = "heat-east"
kind = "mbus"
host = "127.0.0.1"
port = {port}
interval_s = 900
[[meter]]
point = "shop-12-heat"
name = "Shop 12 heating"
place = "t2"
utility = "heating"
serial = "12345678"
profile = "mbus_heat_kwh"
source = "heat-east"
address = {{meter = "12345678"}}
quantities = ["heat_energy", "temp_flow", "battery_low"]
[[meter]]
point = "shop-12-water"
name = "Shop 12 cold water"
place = "t2"
utility = "water"
serial = "12340001"
profile = "mbus_water"
source = "heat-east"
address = {{meter = "2"}}
quantities = ["volume"]
"""


@pytest.fixture
def place(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Place]:
    """An installation with a database of its own."""
    clock = ManualClock(BEGIN)
    use_clock(clock)
    name = sql.Identifier("mbus_story")
    with database_server.superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    dsn = make_conninfo(database_server.dsn(SUPERUSER), dbname="mbus_story")
    with psycopg.connect(dsn, autocommit=True) as connection:
        ensure_roles(connection)
    config = Config(data_dir=tmp_path / "data")
    made = Place(server=database_server, database="mbus_story", config=config, clock=clock)
    with made.owner.connection() as owner:
        migrate_directory(owner, at=BEGIN)
    yield made
    use_clock(SystemClock())
    made.close()
    with database_server.superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


async def collected(place: Place, folder: Path) -> Spool:
    """Found the site, and poll its bus at five slots while the meters count."""
    slaves = MbusSlaves([])
    bus = MeterBus(slaves, wakes=False)
    path = folder / "site.toml"
    path.write_text(SITE.format(port=await bus.listen()), "utf-8")
    init_site(check_site_file(path), place.owner, place.writer, place.clock, place.vault)
    plan = plan_from_registry(place.writer, place.site)
    spool = Spool(folder / "spool.sqlite", place.clock)
    sources = Sources(plan, spool, place.clock)
    try:
        for step in range(5):
            slaves.meters = [
                heat_meter(1, "12345678", energy=1000 + step),
                water_meter(2, "12340001", volume=5000 + 10 * step),
            ]
            place.clock.move_to(BEGIN + timedelta(seconds=STEP_S * step))
            ((key, result),) = await sources.poll(place.clock.now(), None)
            assert (result.failures, result.findings) == ((), ())
            sources.commit([SpoolPart(source=key, columns=result.columns)], [])
    finally:
        sources.close()
        await bus.close()
    assert slaves.writes == 0
    spool.seal()
    return spool


def test_a_heat_meter_goes_from_the_site_file_to_the_journal(place: Place, tmp_path: Path) -> None:
    spool = asyncio.run(collected(place, tmp_path))
    Ingest(place.writer, place.site.schema, place.clock).accept(spool.pending(limit=10))
    spool.close()
    catch_up(place.writer, place.site, place.clock)
    rows = place.rows(f"SELECT channel, at, count FROM {place.site.schema}.latest ORDER BY channel")
    last = BEGIN + timedelta(seconds=4 * STEP_S)
    assert [tuple(row) for row in rows] == [
        (1, last, 1_004_000), (2, last, 9030), (3, last, 0), (4, last, 50_400),
    ]  # fmt: skip
    hours = place.rows(
        f"SELECT channel, sum(usage) FROM {place.site.schema}.usage_hour "
        "GROUP BY channel ORDER BY channel"
    )
    # 4 kWh are 144,000 times 100 J, 40 litres are 40 litres: exact, through every view
    assert [(channel, int(usage)) for channel, usage in hours] == [(1, 144_000), (4, 40)]
