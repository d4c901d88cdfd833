from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.cjt188.client import Cjt188Client, Met
from adapters.cjt188.probe import clock_skew, probe_address
from adapters.cjt188.profile import PROFILES
from adapters.cjt188.source import Cjt188Meter, Cjt188Source
from adapters.link_fault import AskFailedError
from adapters.octets import OctetLink
from energy.base.clock import ManualClock
from energy.base.quality import Quality
from simulator.cjt188_meter import Cjt188Meter as SimulatedMeter
from simulator.cjt188_meter import Cjt188Slaves, heat_values, volume_values
from simulator.meter_bus import BusFaults, MeterBus

pytestmark = pytest.mark.servers

SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
WATER, HEAT = PROFILES.load("cjt188_cold_water"), PROFILES.load("cjt188_heat_kwh")
WATER_ADDRESS, HEAT_ADDRESS, GAS_ADDRESS = "00000000001234", "00000000001234", "33010000000007"


def water(volume: int = 12_345, **more: object) -> SimulatedMeter:
    values = volume_values(volume=volume, month_end=12_000, clock="20261121140000")
    return SimulatedMeter(type=0x10, address=WATER_ADDRESS, values=values, **more)  # type: ignore[arg-type]


def heat() -> SimulatedMeter:
    values = heat_values(
        energy=987_654, month_end=900_000, power=1_250, flow=8_000, volume=55_000,
        temp_flow=7_001, temp_return=4_502, hours=1_234, clock="20261121140134",
    )  # fmt: skip
    return SimulatedMeter(type=0x20, address=HEAT_ADDRESS, values=values)


def asked(*, edition: str = "") -> list[Cjt188Meter]:
    return [
        Cjt188Meter(
            point="shop-water", meter=WATER_ADDRESS, profile=WATER, edition=edition,
            channels={"volume": 1, "valve_state": 2},
        ),
        Cjt188Meter(
            point="shop-heat", meter=HEAT_ADDRESS, profile=HEAT,
            channels={"heat_energy": 3, "temp_flow": 4},
        ),
    ]  # fmt: skip


def on_a_bus(
    slaves: list[SimulatedMeter],
    story: Callable[[OctetLink, MeterBus], Awaitable[None]],
    *,
    faults: BusFaults | None = None,
    settle_s: float = 0.02,
) -> None:
    async def run() -> None:
        bus = MeterBus(Cjt188Slaves(slaves), faults)
        link = OctetLink.open("127.0.0.1", await bus.listen(), settle_s=settle_s)
        try:
            await story(link, bus)
        finally:
            link.close()
            await bus.close()

    asyncio.run(run())


def source_of(link: OctetLink, meters: list[Cjt188Meter], timeout_s: float = 0.5) -> Cjt188Source:
    return Cjt188Source("bus-2", link, meters, ManualClock(SLOT), timeout_s=timeout_s)


def test_a_water_and_a_heat_meter_of_one_number_keep_their_own_counts() -> None:
    async def story(link: OctetLink, bus: MeterBus) -> None:
        result = await source_of(link, asked()).poll(SLOT)
        assert [(r.channel, r.count) for r in result.columns] == [
            (1, 12_345), (2, 0), (3, 987_654), (4, 7_001),
        ]  # fmt: skip
        assert {r.quality for r in result.columns} == {Quality.MEASURED}
        assert [answer.point for answer in result.answered] == ["shop-water", "shop-heat"]
        assert all(0 < answer.latency_us < 500_000 for answer in result.answered)
        assert bus.questions == 2

    on_a_bus([water(), heat()], story)


def test_a_meter_of_the_later_edition_is_asked_the_other_way_round() -> None:
    async def story(link: OctetLink, bus: MeterBus) -> None:
        source = source_of(link, asked(edition="2018")[:1])
        assert [r.count for r in (await source.poll(SLOT)).columns] == [12_345, 0]

    on_a_bus([water(low_first=True)], story)


def test_a_meter_that_counts_litres_is_suspect_under_a_profile_of_cubic_metres() -> None:
    async def story(link: OctetLink, bus: MeterBus) -> None:
        result = await source_of(link, asked()[:1]).poll(SLOT)
        assert [(r.count, r.quality) for r in result.columns] == [
            (0, Quality.SUSPECT), (0, Quality.MEASURED),
        ]  # fmt: skip
        assert [f.code for f in result.findings] == ["cjt188.other_unit"]

    other = water()
    other.values = volume_values(volume=1, month_end=1, unit=0x29)
    on_a_bus([other], story)


def test_a_meter_that_repeats_no_number_is_named() -> None:
    async def story(link: OctetLink, bus: MeterBus) -> None:
        result = await source_of(link, asked()[:1], timeout_s=0.05).poll(SLOT)
        assert [f.code for f in result.failures] == ["cjt188.wrong_sequence"]
        assert "say so in its profile" in result.failures[0].message

    on_a_bus([water(repeats=False)], story)


@pytest.mark.parametrize("low_first", [False, True])
def test_the_only_meter_on_a_bus_tells_its_type_and_edition(low_first: bool) -> None:
    async def story(link: OctetLink, bus: MeterBus) -> None:
        client = Cjt188Client(link, timeout_s=0.1)
        met = await probe_address(client)
        assert met == Met(type=0x10, meter=WATER_ADDRESS, low_first=low_first)
        clock = ManualClock(SLOT + timedelta(seconds=20))
        skew = await clock_skew(client, met, clock=clock, zone=SHANGHAI)
        assert skew == timedelta(seconds=-20)

    on_a_bus([water(low_first=low_first)], story)


def test_nobody_there_is_told_after_both_editions() -> None:
    async def story(link: OctetLink, bus: MeterBus) -> None:
        with pytest.raises(AskFailedError, match="no answer in time"):
            await probe_address(Cjt188Client(link, timeout_s=0.03))
        assert bus.questions == 2

    on_a_bus([], story)


def stale_rounds(rounds: int, *, seed: int) -> None:
    """Poll meters that count up over a bad bus; no value may be of another meter or round."""
    gas = SimulatedMeter(type=0x30, address=GAS_ADDRESS, values=b"")
    cold = water()
    meters = [
        Cjt188Meter(point="a", meter=WATER_ADDRESS, profile=WATER, channels={"volume": 1}),
        Cjt188Meter(
            point="b",
            meter=GAS_ADDRESS,
            profile=PROFILES.load("cjt188_gas"),
            channels={"volume": 2},
        ),
    ]
    faults = BusFaults(
        seed=seed, noise=150, wrong_sum=100, cut=50, silent=50, late=150, late_s=0.025, stale=150
    )
    stored = 0

    async def story(link: OctetLink, bus: MeterBus) -> None:
        nonlocal stored
        source = source_of(link, meters, timeout_s=0.015)
        for number in range(rounds):
            cold.values = volume_values(volume=1_000_000 + number, month_end=0)
            gas.values = volume_values(volume=2_000_000 + number, month_end=0)
            result = await source.poll(SLOT, urgent=True)
            for reading in result.columns:
                assert reading.count == reading.channel * 1_000_000 + number, (reading, number)
                stored += 1

    on_a_bus([cold, gas], story, faults=faults, settle_s=0.03)
    assert stored > rounds // 2


def test_a_late_or_damaged_answer_is_never_stored_under_a_wrong_meter_or_round() -> None:
    stale_rounds(30, seed=188)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_rounds_of_late_and_damaged_answers_store_nothing_wrong(seed: int) -> None:
    stale_rounds(100, seed=seed)
