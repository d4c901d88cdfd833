from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from adapters.link_fault import AskFailedError, LinkFault
from adapters.mbus.address import Address, parse
from adapters.mbus.client import MOST_TELEGRAMS, MbusClient
from adapters.mbus.numbers import number_of
from adapters.octets import OctetLink
from simulator.listening import Listening
from simulator.mbus_meter import MbusMeter, MbusSlaves, frame, heat_meter, record, water_meter
from simulator.meter_bus import BusFaults, MeterBus
from tests.adapters.mbus.bus import FAST, on_a_bus

pytestmark = pytest.mark.servers

HEAT, WATER = "12345678", "12340001"


async def fails(awaited: Awaitable[object]) -> LinkFault:
    with pytest.raises(AskFailedError) as met:
        await awaited
    return met.value.fault


def test_a_meter_answers_at_both_of_its_addresses() -> None:
    async def story(client: MbusClient, _: MeterBus) -> None:
        for address in ("7", HEAT, f"{HEAT}MTL0104"):
            readout = await client.read(parse(address))
            assert str(readout.head.who) == f"{HEAT}MTL0104"
            assert number_of(readout.records[0]) == 123_456

    on_a_bus([heat_meter(7, HEAT), water_meter(8, WATER)], story)


def test_every_telegram_of_a_meter_is_read_once_and_in_order() -> None:
    async def story(client: MbusClient, _: MeterBus) -> None:
        for _ in range(3):
            readout = await client.read(parse("5"))
            assert readout.telegrams == 5
            assert [number_of(each) for each in readout.records] == [0, 1, 2, 3, 4]

    telegrams = [record("13", number) for number in range(5)]
    on_a_bus([MbusMeter(primary=5, number=HEAT, telegrams=telegrams)], story)


def test_a_read_that_was_cut_off_in_the_middle_begins_anew() -> None:
    async def story(client: MbusClient, bus: MeterBus) -> None:
        reading = asyncio.create_task(client.read(parse("8")))
        while bus.questions < 2:  # noqa: ASYNC110  # reset and first telegram; a real socket
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        for address in ("8", WATER):
            readout = await client.read(parse(address))
            assert [number_of(r) for r in readout.records[:1]] == [1_234_567]
            assert readout.telegrams == 2

    on_a_bus([water_meter(8, WATER)], story)


def test_a_meter_that_repeats_its_telegram_is_not_believed() -> None:
    async def story(client: MbusClient, _: MeterBus) -> None:
        assert await fails(client.read(parse("8"))) is LinkFault.WRONG_SEQUENCE

    meter = water_meter(8, WATER)
    meter.obeys_count = False
    on_a_bus([meter], story)


def test_a_repeated_telegram_is_known_though_the_meter_counts_its_answers() -> None:
    class Repeating(MbusMeter):
        def values(self, *, count: bool) -> bytes:
            self.access = (self.access + 1) % 256
            return super().values(count=count)

    async def story(client: MbusClient, bus: MeterBus) -> None:
        assert await fails(client.read(parse("5"))) is LinkFault.WRONG_SEQUENCE
        assert bus.questions == 3, "the bus is not held any longer"

    telegrams = [record("13", 1), record("13", 2, storage=1)]
    meter = Repeating(primary=5, number=HEAT, telegrams=telegrams, obeys_count=False)
    on_a_bus([meter], story)


def test_a_meter_without_end_is_not_believed() -> None:
    async def story(client: MbusClient, _: MeterBus) -> None:
        assert await fails(client.read(parse("5"))) is LinkFault.WRONG_SEQUENCE

    telegrams = [record("13", number) for number in range(MOST_TELEGRAMS + 1)]
    on_a_bus([MbusMeter(primary=5, number=HEAT, telegrams=telegrams)], story)


def test_an_application_reset_is_acknowledged_before_the_meter_is_read() -> None:
    async def story(client: MbusClient, bus: MeterBus) -> None:
        readout = await client.read(parse("8"), reset=True)
        assert (readout.telegrams, bus.questions) == (2, 4)

    on_a_bus([water_meter(8, WATER)], story)


def test_two_meters_at_one_address_are_no_answer() -> None:
    async def story(client: MbusClient, _: MeterBus) -> None:
        fault = await fails(client.read(parse("7")))
        assert fault is LinkFault.WRONG_SUM
        assert await fails(client.read(Address(secondary=parse("99999999").secondary))) is (
            LinkFault.NO_ANSWER
        )

    on_a_bus([heat_meter(7, HEAT), heat_meter(7, "87654321", energy=99)], story)


def test_who_answers_a_selection_must_be_the_one_selected() -> None:
    other = frame(0x08, 7, b"\x72" + heat_meter(7, "87654321").address_octets() + bytes(4))

    class Impostor(MbusSlaves):
        def answer(self, question: bytes) -> bytes:
            return b"\xe5" if question[0] == 0x68 else other

    async def story() -> None:
        bus = MeterBus(Impostor([]), wakes=False)
        link = OctetLink.open("127.0.0.1", await bus.listen(), settle_s=0.002)
        client = MbusClient(link, timeout_s=0.1, baud=FAST)
        assert await fails(client.read(parse(HEAT))) is LinkFault.WRONG_METER
        link.close()
        await bus.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (BusFaults(silent=1000), LinkFault.NO_ANSWER),
        (BusFaults(wrong_sum=1000), None),
        (BusFaults(cut=1000), None),
    ],
)
def test_a_spoilt_bus_is_a_named_fault(faults: BusFaults, expected: LinkFault | None) -> None:
    async def story(client: MbusClient, _: MeterBus) -> None:
        fault = await fails(client.read(parse("7")))
        assert expected in {None, fault}

    on_a_bus([heat_meter(7, HEAT)], story, faults=faults)


def test_an_echo_and_noise_before_the_answer_are_passed_over() -> None:
    async def story(client: MbusClient, _: MeterBus) -> None:
        readout = await client.read(parse("8"))
        assert readout.telegrams == 2

    on_a_bus([water_meter(8, WATER)], story, faults=BusFaults(echo=True, noise=1000))


async def dripped(octets: bytes, *, pause_s: float) -> LinkFault:
    """Return what becomes of an answer whose bytes come one by one."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write(b"\xe5")
        await reader.read(64)
        for octet in octets:
            if writer.is_closing():
                break
            writer.write(bytes((octet,)))
            await asyncio.sleep(pause_s)

    async with await Listening.with_talk(serve) as listening:
        link = OctetLink.open("127.0.0.1", listening.port, settle_s=0.002)
        try:
            return await fails(MbusClient(link, timeout_s=0.1, baud=FAST).read(parse("7")))
        finally:
            link.close()


def test_bytes_that_drip_too_slowly_do_not_hold_the_bus() -> None:
    octets = frame(0x08, 7, b"\x72" + bytes(200))
    assert asyncio.run(dripped(octets, pause_s=0.01)) is LinkFault.UNFINISHED


def test_a_meter_is_read_over_a_serial_port() -> None:
    async def story() -> None:
        bus = MeterBus(MbusSlaves([water_meter(8, WATER)]), wakes=False)
        link = OctetLink.open_serial(bus.attach_pty(), baud=2400, parity="E", settle_s=0.01)
        try:
            for _ in range(2):
                readout = await MbusClient(link, timeout_s=0.5).read(parse(WATER))
                assert (readout.telegrams, link.connects) == (2, 1)
        finally:
            link.close()
            await asyncio.sleep(0.1)
            await bus.close()

    asyncio.run(story())
