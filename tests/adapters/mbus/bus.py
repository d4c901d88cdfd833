"""In: simulated M-Bus meters. Out: a client on a real socket to them. I/O."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from adapters.mbus.client import MbusClient
from adapters.octets import OctetLink
from simulator.mbus_meter import MbusMeter, MbusSlaves
from simulator.meter_bus import BusFaults, MeterBus

Story = Callable[[MbusClient, MeterBus], Awaitable[None]]
FAST = 115_200
"""Makes the time on the wire short. [bit/s]"""


def on_a_bus(
    meters: Sequence[MbusMeter],
    story: Story,
    *,
    faults: BusFaults | None = None,
    timeout_s: float = 0.15,
) -> None:
    async def run() -> None:
        slaves = MbusSlaves(meters)
        bus = MeterBus(slaves, faults)
        link = OctetLink.open("127.0.0.1", await bus.listen(), settle_s=0.002)
        try:
            await story(MbusClient(link, timeout_s=timeout_s, baud=FAST), bus)
        finally:
            link.close()
            await bus.close()
        assert slaves.writes == 0, "nothing but reading was asked"

    asyncio.run(run())
