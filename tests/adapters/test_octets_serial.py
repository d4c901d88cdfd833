from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest

from adapters.dlt645.client import Dlt645Client
from adapters.link_fault import AskFailedError, LinkFault
from adapters.octets import AnswerLostError, LinkDownError, OctetLink
from simulator.dlt645_meter import Dlt645Slaves, three_phase
from simulator.meter_bus import BusFaults, MeterBus

pytestmark = pytest.mark.servers

ADDRESS = "202611210001"
DRAWN = (1_234_567, 100_000, 400_000, 434_567, 300_000)


def bus_of(faults: BusFaults | None = None) -> MeterBus:
    return MeterBus(Dlt645Slaves([three_phase(ADDRESS, drawn=DRAWN, power=45_000)]), faults)


def test_a_meter_answers_over_a_serial_line() -> None:
    async def story() -> None:
        bus = bus_of()
        link = OctetLink.open_serial(bus.attach_pty(), baud=2400, parity="E")
        client = Dlt645Client(link, timeout_s=1.0)
        assert link.where.endswith(" 2400 8E1")
        assert await client.address() == ADDRESS
        block = await client.read(ADDRESS, "0001FF00")
        assert [int(block[at : at + 4][::-1].hex()) for at in range(0, 20, 4)] == list(DRAWN)
        link.close()
        await bus.close()

    asyncio.run(story())


def test_a_late_answer_on_a_serial_line_is_flushed_before_the_next_question() -> None:
    async def story() -> None:
        bus = bus_of(BusFaults(late=1000, late_s=0.15))
        link = OctetLink.open_serial(bus.attach_pty(), parity="N", settle_s=0.2)
        client = Dlt645Client(link, timeout_s=0.05)
        with pytest.raises(AskFailedError) as caught:
            await client.read(ADDRESS, "00010000", size=4)
        assert caught.value.fault is LinkFault.NO_ANSWER
        bus.faults = BusFaults()
        assert (await client.read(ADDRESS, "00010100", size=4))[::-1].hex() == "00100000"
        assert link.connects == 2
        link.close()
        await bus.close()

    asyncio.run(story())


@pytest.mark.parametrize("device", ["/dev/ttyNOSUCH7", os.devnull])
def test_a_device_that_is_none_is_no_connection(device: str) -> None:
    async def story() -> None:
        link = OctetLink.open_serial(device)
        with pytest.raises(LinkDownError, match="no connection"):
            await link.exchange(b"q", bool, 0.1)
        with pytest.raises(LinkDownError, match="still not connected"):
            await link.exchange(b"q", bool, 0.1)

    asyncio.run(story())


def test_a_second_program_cannot_take_the_device() -> None:
    async def story() -> None:
        bus = bus_of()
        device = bus.attach_pty()
        first, second = (OctetLink.open_serial(device, parity="N") for _ in range(2))
        await Dlt645Client(first).address()
        with pytest.raises(LinkDownError):
            await second.exchange(b"q", bool, 0.1)
        first.close()
        await bus.close()

    asyncio.run(story())


@pytest.mark.parametrize("complete", [bool, lambda received: len(received) > 3])
def test_a_silent_line_ends_at_its_time(complete: Callable[[bytes], bool]) -> None:
    async def story() -> None:
        bus = bus_of(BusFaults(silent=1000))
        link = OctetLink.open_serial(bus.attach_pty(), parity="N", settle_s=0.01)
        with pytest.raises(AnswerLostError) as caught:
            await link.exchange(b"\xfe\xfe", complete, 0.12)
        assert caught.value.received == b""
        link.close()
        await bus.close()

    asyncio.run(story())


def test_a_device_that_is_pulled_out_is_named_and_found_again() -> None:
    async def story() -> None:
        bus = bus_of()
        link = OctetLink.open_serial(bus.attach_pty(), parity="N", settle_s=0.01)
        client = Dlt645Client(link, timeout_s=0.2)
        assert await client.address() == ADDRESS
        await bus.close()
        faults = []
        for _ in range(2):
            with pytest.raises(AskFailedError) as caught:
                await client.address()
            faults.append(caught.value.fault)
        assert faults == [LinkFault.CLOSED, LinkFault.NO_CONNECTION]
        link.close()

    asyncio.run(story())
