"""In: simulated M-Bus meters. Out: a client on a real socket to them. I/O."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from adapters.mbus.client import MbusClient
from adapters.octets import OctetLink, OctetPort
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
        bus = MeterBus(slaves, faults, wakes=False)
        link = OctetLink.open("127.0.0.1", await bus.listen(), settle_s=0.002)
        try:
            await story(MbusClient(link, timeout_s=timeout_s, baud=FAST), bus)
        finally:
            link.close()
            await bus.close()
        assert slaves.writes == 0, "nothing but reading was asked"

    asyncio.run(run())


class InstantPort:
    """Meters at the other end of no wire: silence costs the link's clock time, and nobody's."""

    def __init__(self, slaves: MbusSlaves) -> None:
        """Begin at no time."""
        self.now_s = 0.0
        self._slaves = slaves
        self._received = b""

    async def write(self, octets: bytes) -> None:
        question = self._slaves.take(bytearray(octets))
        assert question == octets, "one question at a time"
        self._received += self._slaves.answer(question)

    async def read(self, timeout_s: float) -> bytes:
        if not self._received:
            self.now_s += timeout_s
        received, self._received = self._received, b""
        return received

    def discard(self) -> int:
        unasked, self._received = len(self._received), b""
        return unasked

    def close(self) -> None:
        self._received = b""


def at_once(meters: Sequence[MbusMeter], story: Callable[[MbusClient], Awaitable[None]]) -> None:
    """Run a story in which nobody waits for silence."""

    async def run() -> None:
        slaves = MbusSlaves(meters)
        port = InstantPort(slaves)

        async def opener() -> OctetPort:
            return port

        link = OctetLink(opener, where="bus", settle_s=0.0, monotonic=lambda: port.now_s)
        await story(MbusClient(link, baud=FAST))
        assert slaves.writes == 0, "nothing but reading was asked"

    asyncio.run(run())
