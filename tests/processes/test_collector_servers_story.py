"""Meters behind OPC UA and BACnet on their whole way: site file, plan, server, spool, journal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
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
key = "plant"
kind = "{kind}"
host = "{host}"
port = {port}
interval_s = 900
[[meter]]
point = "t2-north"
name = "North"
place = "t2"
utility = "electricity"
serial = "N1"
profile = "{kind}_energy_kwh"
source = "plant"
address = {{meter = "{first}"}}
quantities = ["active_energy_import", "active_power"]
[[meter]]
point = "t2-south"
name = "South"
place = "t2"
utility = "electricity"
serial = "S1"
profile = "{kind}_energy_kwh"
source = "plant"
address = {{meter = "{second}"}}
quantities = ["active_energy_import"]
"""
Say = Callable[[int, datetime], Awaitable[None]]


@pytest.fixture
def place(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Place]:
    """An installation with a database of its own."""
    clock = ManualClock(BEGIN)
    use_clock(clock)
    name = sql.Identifier("servers_story")
    with database_server.superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    dsn = make_conninfo(database_server.dsn(SUPERUSER), dbname="servers_story")
    with psycopg.connect(dsn, autocommit=True) as connection:
        ensure_roles(connection)
    config = Config(data_dir=tmp_path / "data")
    made = Place(server=database_server, database="servers_story", config=config, clock=clock)
    with made.owner.connection() as owner:
        migrate_directory(owner, at=BEGIN)
    yield made
    use_clock(SystemClock())
    made.close()
    with database_server.superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


async def collected(place: Place, folder: Path, site: str, say: Say) -> Spool:
    """Found the site, and poll its server at five slots while the meters count."""
    path = folder / "site.toml"
    path.write_text(site, "utf-8")
    init_site(check_site_file(path), place.owner, place.writer, place.clock, place.vault)
    plan = plan_from_registry(place.writer, place.site)
    spool = Spool(folder / "spool.sqlite", place.clock)
    sources = Sources(plan, spool, place.clock)
    try:
        for step in range(5):
            at = BEGIN + timedelta(seconds=STEP_S * step)
            place.clock.move_to(at)
            await say(step, at)
            ((key, result),) = await sources.poll(at, None)
            assert (result.failures, result.findings) == ((), ())
            sources.commit([SpoolPart(source=key, columns=result.columns)], [])
            sources.note(sources.polled[0], result)
        (bus,) = sources.communication.buses()
        assert (bus["devices"], bus["failing"], bus["connects"], bus["answers"]) == (2, 0, 1, 10)
    finally:
        sources.close()
    spool.seal()
    return spool


def journaled(place: Place, spool: Spool) -> None:
    """Take the spool into the journal and look at the views."""
    Ingest(place.writer, place.site.schema, place.clock).accept(spool.pending(limit=10))
    spool.close()
    catch_up(place.writer, place.site, place.clock)
    rows = place.rows(f"SELECT channel, at, count FROM {place.site.schema}.latest ORDER BY channel")
    last = BEGIN + timedelta(seconds=4 * STEP_S)
    assert [tuple(row) for row in rows] == [
        (1, last, 1_004_000), (2, last, 12_500), (3, last, 2_000_008),
    ]  # fmt: skip
    hours = place.rows(
        f"SELECT channel, sum(usage) FROM {place.site.schema}.usage_hour "
        "GROUP BY channel ORDER BY channel"
    )
    assert [(channel, int(usage)) for channel, usage in hours] == [(1, 4_000), (3, 8)]  # Wh


def test_meters_behind_an_opc_ua_server_reach_the_journal(place: Place, tmp_path: Path) -> None:
    pytest.importorskip(
        "asyncua", reason="the extra opcua is not installed (pip install 'meterline[opcua]')"
    )
    from tests.adapters.opcua.opcua_server import MeterServer

    async def story() -> Spool:
        server = await MeterServer().start()

        async def say(step: int, at: datetime) -> None:
            await server.say("MeterN.Energy", 1000.0 + step, dated=at)
            await server.say("MeterN.Power", 12.5, dated=at)
            await server.say("MeterS.Energy", 2000 + step * 0.002, dated=at)

        site = SITE.format(
            kind="opcua", host="127.0.0.1", port=server.port, first="N", second="S"
        ).replace("interval_s = 900", 'interval_s = 900\npath = "/meters"')
        try:
            return await collected(place, tmp_path, site, say)
        finally:
            await server.stop()

    journaled(place, asyncio.run(story()))


def test_meters_behind_a_bacnet_device_reach_the_journal(place: Place, tmp_path: Path) -> None:
    pytest.importorskip(
        "bacpypes3", reason="the extra bacnet is not installed (pip install 'meterline[bacnet]')"
    )
    from tests.adapters.bacnet.bacnet_device import MeterDevice

    async def story() -> Spool:
        device = await MeterDevice().listening()

        async def say(step: int, at: datetime) -> None:
            device.say("accumulator", 1, 1_000_000 + 1_000 * step)
            device.say("analog-input", 1, 12.5)
            device.say("accumulator", 21, 2_000_000 + 2 * step)

        site = SITE.format(
            kind="bacnet", host=device.host, port=device.port, first="1001", second="1001+20"
        )
        try:
            return await collected(place, tmp_path, site, say)
        finally:
            device.close()
            assert device.writes == 0

    journaled(place, asyncio.run(story()))
