"""One tenant meter on its whole way: site file, registry, plan, bus, spool, journal, view."""

from __future__ import annotations

import asyncio
import shutil
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
from simulator.dlt645_meter import Dlt645Slaves, bcd, three_phase
from simulator.meter_bus import MeterBus
from tests.fixtures.places import Place
from tests.fixtures.postgres import DatabaseServer
from tests.fixtures.yard import DEMO, YARD

pytestmark = pytest.mark.servers

BEGIN = datetime(2026, 11, 21, 6, tzinfo=UTC)
DRAWN = (1000, 100, 400, 300, 200)


@pytest.fixture
def place(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Place]:
    """An installation with a database of its own."""
    clock = ManualClock(BEGIN)
    use_clock(clock)
    name = sql.Identifier("tenant_story")
    with database_server.superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    dsn = make_conninfo(database_server.dsn(SUPERUSER), dbname="tenant_story")
    with psycopg.connect(dsn, autocommit=True) as connection:
        ensure_roles(connection)
    config = Config(data_dir=tmp_path / "data")
    made = Place(server=database_server, database="tenant_story", config=config, clock=clock)
    with made.owner.connection() as owner:
        migrate_directory(owner, at=BEGIN)
    yield made
    use_clock(SystemClock())
    made.close()
    with database_server.superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def site_file(folder: Path, port: int) -> Path:
    """Return a site file with one three-phase tenant meter behind a gateway."""
    text = YARD.format(key="yard")
    for before, after in (
        ('kind = "modbus_tcp"', 'kind = "dlt645"'),
        ("port = 15020", f"port = {port}"),
        ('profile = "abb_b23_b24"', 'profile = "dlt645_three_phase"'),
        ("{unit = 2}", '{meter = "12345678"}'),
        ('["active_energy_import"]', '["active_energy_import", "active_energy_import_peak"]'),
    ):
        assert before in text
        text = text.replace(before, after)
    shutil.copytree(DEMO / "tariffs", folder / "tariffs")
    path = folder / "site.toml"
    path.write_text(text, "utf-8")
    return path


async def collected(place: Place, folder: Path) -> Spool:
    """Found the site, and poll its meter three times while it counts."""
    meter = three_phase("000012345678", drawn=DRAWN, power=9_000)
    bus = MeterBus(Dlt645Slaves([meter]))
    checked = check_site_file(site_file(folder, await bus.listen()))
    init_site(checked, place.owner, place.writer, place.clock, place.vault)
    plan = plan_from_registry(place.writer, place.site)
    spool = Spool(folder / "spool.sqlite", place.clock)
    sources = Sources(plan, spool, place.clock)
    try:
        for step in range(3):
            counts = [count + 10 * step for count in DRAWN]
            meter.values["0001FF00"] = b"".join(bcd(count, 4) for count in counts)
            place.clock.move_to(BEGIN + timedelta(minutes=15 * step))
            ((key, result),) = await sources.poll(place.clock.now(), None)
            assert result.failures == ()
            sources.commit([SpoolPart(source=key, columns=result.columns)], [])
    finally:
        sources.close()
        await bus.close()
    spool.seal()
    return spool


def test_a_tenant_meter_goes_from_the_site_file_to_the_journal(
    place: Place, tmp_path: Path
) -> None:
    spool = asyncio.run(collected(place, tmp_path))
    Ingest(place.writer, place.site.schema, place.clock).accept(spool.pending(limit=10))
    spool.close()
    catch_up(place.writer, place.site, place.clock)
    rows = place.rows(f"SELECT channel, at, count FROM {place.site.schema}.latest ORDER BY channel")
    last = BEGIN + timedelta(minutes=30)
    assert [tuple(row) for row in rows] == [(1, last, 1020), (2, last, 420)]
