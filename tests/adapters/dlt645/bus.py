"""In: simulated DL/T 645 meters. Out: a client on a real socket to them. I/O."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.dlt645.client import Dlt645Client
from adapters.dlt645.profile import PROFILES
from adapters.octets import OctetLink
from simulator.dlt645_meter import Dlt645Meter, Dlt645Slaves, freeze_day, freeze_month, three_phase
from simulator.meter_bus import BusFaults, MeterBus

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
ADDRESS = "000012345678"
PROFILE = PROFILES.load("dlt645_three_phase")
DRAWN = (1_000_000, 100_000, 300_000, 350_000, 250_000)

Story = Callable[[Dlt645Client, MeterBus], Awaitable[None]]


def on_a_bus(
    meters: list[Dlt645Meter],
    story: Story,
    *,
    faults: BusFaults | None = None,
    timeout_s: float = 0.3,
) -> None:
    async def run() -> None:
        bus = MeterBus(Dlt645Slaves(meters), faults)
        link = OctetLink.open("127.0.0.1", await bus.listen(), settle_s=0.002)
        try:
            await story(Dlt645Client(link, timeout_s=timeout_s), bus)
        finally:
            link.close()
            await bus.close()

    asyncio.run(run())


def kept() -> Dlt645Meter:
    meter = three_phase(ADDRESS, drawn=DRAWN, power=10_000)
    for back in (1, 2, 3):
        drawn = [count - back * 10_000 for count in DRAWN]
        freeze_month(meter, back, drawn, (50_000 + back, f"26{11 - back:02d}151830"))
        freeze_day(meter, back, f"2611{23 - back:02d}0000", [count - back * 100 for count in DRAWN])
    return meter
