from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.dlt645 import identifiers
from adapters.spool import Spool
from energy.base.clock import ManualClock
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan
from processes.collector_sources import Sources
from processes.meter_clocks import meter_clocks
from simulator.dlt645_meter import Dlt645Slaves, three_phase
from simulator.meter_bus import MeterBus
from tests.processes.test_collector_plan import TENANTS

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
DRAWN = (1000, 100, 400, 300, 200)


def plan_of(port: int) -> CollectPlan:
    meters = tuple(
        MeterPlan(
            point=point,
            source="tenants",
            profile="dlt645_three_phase",
            address={"meter": number},
            channels=(ChannelPlan(number=channel, quantity="active_energy_import"),),
        )
        for channel, (point, number) in enumerate((("t1", "1"), ("t2", "2"), ("t3", "3")), start=1)
    )
    source = replace(TENANTS, host="127.0.0.1", port=port, timeout_ms=200)
    return CollectPlan(site="yard", sources=(source,), meters=meters)


async def asked(folder: Path) -> list[tuple[str, int | None]]:
    """Ask two meters for their clocks, and one that is not there."""
    right, wrong = (three_phase(f"{n:012d}", drawn=DRAWN, power=0) for n in (1, 2))
    for meter, ahead in ((right, timedelta(seconds=1)), (wrong, timedelta(hours=-1))):
        local = (NOW + ahead).astimezone(ZONE)
        date = f"{local:%y%m%d}{local.isoweekday() % 7:02d}"
        meter.values[identifiers.DATE] = bytes.fromhex(date)[::-1]
        meter.values[identifiers.TIME] = bytes.fromhex(f"{local:%H%M%S}")[::-1]
    bus = MeterBus(Dlt645Slaves([right, wrong]))
    clock = ManualClock(NOW)
    spool = Spool(folder / "spool.sqlite", clock)
    sources = Sources(plan_of(await bus.listen()), spool, clock)
    loop = asyncio.get_running_loop()
    try:
        return await asyncio.to_thread(lambda: list(meter_clocks(sources, clock, ZONE, loop)))
    finally:
        sources.close()
        await bus.close()
        spool.close()


@pytest.mark.servers
def test_each_meter_tells_its_clock_and_a_silent_one_nothing(tmp_path: Path) -> None:
    assert asyncio.run(asked(tmp_path)) == [
        ("t1", 1_000_000),
        ("t2", -3_600_000_000),
        ("t3", None),
    ]
