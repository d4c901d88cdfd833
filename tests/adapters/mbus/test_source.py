from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from adapters.mbus.address import parse
from adapters.mbus.profile import PROFILES
from adapters.mbus.source import MbusMeter, MbusSource
from adapters.octets import OctetLink
from energy.base.clock import ManualClock
from energy.base.quality import Quality
from simulator.mbus_meter import MbusMeter as SimulatedMeter
from simulator.mbus_meter import MbusSlaves, heat_meter, record, water_meter
from simulator.meter_bus import BusFaults, MeterBus
from tests.adapters.mbus.bus import FAST

pytestmark = pytest.mark.servers

SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)
HEAT, WATER = PROFILES.load("mbus_heat_kwh"), PROFILES.load("mbus_water")
HEAT_NUMBER, WATER_NUMBER = "12345678", "12340001"


def asked(*, serial: str = "") -> list[MbusMeter]:
    return [
        MbusMeter(
            point="shop-heat", address=parse("1"), profile=HEAT, serial=serial,
            channels={"heat_energy": 1, "temp_flow": 2, "battery_low": 3},
        ),
        MbusMeter(
            point="shop-water", address=parse(WATER_NUMBER), profile=WATER,
            channels={"volume": 4, "flow": 5},
        ),
    ]  # fmt: skip


def on_a_bus(
    slaves: list[SimulatedMeter],
    meters: list[MbusMeter],
    story: Callable[[MbusSource, MeterBus], Awaitable[None]],
    *,
    faults: BusFaults | None = None,
) -> None:
    async def run() -> None:
        bus = MeterBus(MbusSlaves(slaves), faults, wakes=False)
        link = OctetLink.open("127.0.0.1", await bus.listen(), settle_s=0.002)
        source = MbusSource("m", link, meters, ManualClock(SLOT), timeout_s=0.1, baud=FAST)
        try:
            await story(source, bus)
        finally:
            source.close()
            await bus.close()

    asyncio.run(run())


def simulated() -> list[SimulatedMeter]:
    return [heat_meter(1, HEAT_NUMBER), water_meter(2, WATER_NUMBER)]


def test_every_value_of_a_slot_is_read() -> None:
    async def story(source: MbusSource, _: MeterBus) -> None:
        result = await source.poll(SLOT)
        counts = {r.channel: (r.count, r.at, r.quality) for r in result.columns}
        assert {channel: count for channel, (count, _, _) in counts.items()} == {
            1: 123_456_000, 2: 9030, 3: 0, 4: 12_345_670, 5: 2500,
        }  # fmt: skip
        assert {(at, quality) for _, at, quality in counts.values()} == {(SLOT, Quality.MEASURED)}
        assert not result.failures
        assert not result.findings

    on_a_bus(simulated(), asked(), story)


def test_a_meter_that_is_dead_does_not_stop_the_others() -> None:
    async def story(source: MbusSource, _: MeterBus) -> None:
        result = await source.poll(SLOT)
        assert [f.code for f in result.failures] == ["mbus.no_answer"]
        assert {r.channel for r in result.columns} == {4, 5}

    on_a_bus(simulated()[1:], asked(), story)


def test_a_value_that_the_meter_does_not_send_is_a_failure_and_no_reading() -> None:
    async def story(source: MbusSource, _: MeterBus) -> None:
        result = await source.poll(SLOT)
        assert [f.code for f in result.failures] == ["mbus.no_such_value"]
        assert "hours: the meter sends no such value" in result.failures[0].message
        assert [r.channel for r in result.columns] == [4]

    meter = MbusMeter(
        point="w", address=parse("2"), profile=WATER, channels={"volume": 4, "hours": 9}
    )
    on_a_bus(simulated(), [meter], story)


def test_another_device_at_the_address_is_a_finding_that_bars_bills() -> None:
    async def story(source: MbusSource, _: MeterBus) -> None:
        result = await source.poll(SLOT)
        suspect = {r.channel for r in result.columns if r.quality is Quality.SUSPECT}
        assert suspect == {1, 2, 3}
        codes = {(f.code, f.channel, f.severity.name) for f in result.findings}
        assert ("mbus.other_device", 1, "DO_NOT_BILL") in codes
        assert "12345678MTL0104, not 87654321" in str(result.findings[0].proof["why"])

    on_a_bus(simulated(), asked(serial="87654321"), story)


@pytest.mark.parametrize("serial", ["12345678", "LUG-12345678", "5/12345678", "A-77"])
def test_the_serial_on_record_may_have_letters_in_front_or_be_another_kind(serial: str) -> None:
    async def story(source: MbusSource, _: MeterBus) -> None:
        assert not (await source.poll(SLOT)).findings

    on_a_bus(simulated(), asked(serial=serial), story)


def test_a_value_that_is_none_is_suspect_and_told() -> None:
    async def story(source: MbusSource, _: MeterBus) -> None:
        result = await source.poll(SLOT)
        assert [(f.code, f.channel) for f in result.findings] == [("mbus.null_value", 1)]

    ill = SimulatedMeter(
        primary=1, number=HEAT_NUMBER,
        telegrams=[bytes.fromhex("0C06EEEEEEEE") + record("5A", 903, size=2)],
    )  # fmt: skip
    on_a_bus([ill], asked()[:1], story)


def test_the_time_of_a_slot_is_known_beforehand() -> None:
    async def story(source: MbusSource, _: MeterBus) -> None:
        assert 2 < source.needs_s(2400, 0.05) < 3  # 346 bytes, four times 0.15 s
        assert source.channels[4] == "shop-water"

    on_a_bus(simulated(), asked(), story)


def bad_bus(rounds: int) -> None:
    """Poll counting meters over a bad bus: nothing under a wrong meter, channel or round."""

    async def story(source: MbusSource, bus: MeterBus) -> None:
        slaves = bus.slaves
        assert isinstance(slaves, MbusSlaves)
        good = 0
        for number in range(rounds):
            for place, meter in enumerate(slaves.meters):
                meter.telegrams = [
                    record("06", 1000 * place + number) + record("5A", number % 900, size=2),
                    record("2B", number + place, size=3),
                ]
            result = await source.poll(SLOT, urgent=True)
            for reading in result.columns:
                place, kind = divmod(reading.channel, 2)
                expected = (1000 * place + number) * 1000 if kind == 0 else number % 900 * 10
                assert reading.count == expected
                good += 1
        assert good > rounds

    meters = [
        MbusMeter(
            point=f"m{place}", address=parse(str(place + 1) if place % 2 else f"1234567{place}"),
            profile=HEAT, channels={"heat_energy": 2 * place, "temp_flow": 2 * place + 1},
        )
        for place in range(4)
    ]  # fmt: skip
    slaves = [
        SimulatedMeter(primary=place + 1, number=f"1234567{place}", telegrams=[b""])
        for place in range(4)
    ]
    faults = BusFaults(
        seed=5, noise=100, wrong_sum=60, cut=40, silent=30, late=60, late_s=0.15, stale=60
    )
    on_a_bus(slaves, meters, story, faults=faults)


def test_nothing_is_stored_under_a_wrong_meter_or_round_on_a_bad_bus() -> None:
    bad_bus(8)


@pytest.mark.slow
def test_nothing_is_stored_under_a_wrong_meter_or_round_in_a_thousand_rounds() -> None:
    bad_bus(1000)
