from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.profile_shelf import UnknownProfileError
from energy.base.clock import ManualClock
from energy.base.quality import Quality
from processes.collector_mbus import mbus_sources
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, PlanError, SourcePlan
from processes.collector_sources import framed_sources
from simulator.mbus_meter import MbusSlaves, heat_meter
from simulator.meter_bus import MeterBus

SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)


def plan_of(port: int, *, meter: object = "1", serial: str = "") -> CollectPlan:
    return CollectPlan(
        site="campus",
        sources=(SourcePlan(key="m", kind="mbus", host="127.0.0.1", port=port, interval_s=900),),
        meters=(
            MeterPlan(
                point="shop", source="m", profile="mbus_heat_kwh", serial=serial,
                address={"meter": meter},  # type: ignore[dict-item]
                channels=(
                    ChannelPlan(
                        number=1, quantity="heat_energy", unit="kWh", resolution="0.001"
                    ),
                    ChannelPlan(number=2, quantity="volume", unit="L", resolution="1"),
                ),
            ),
        ),
    )  # fmt: skip


@pytest.mark.servers
@pytest.mark.parametrize(
    ("serial", "register", "quality"),
    [
        ("12345678", "", Quality.MEASURED),
        ("A-77", "", Quality.MEASURED),
        ("99999999", "", Quality.SUSPECT),
        ("99999999", "12345678", Quality.MEASURED),  # plate and register differ, as confirmed
    ],
)
def test_a_plan_polls_its_meters_and_knows_them_by_their_serial(
    serial: str, register: str, quality: Quality
) -> None:
    async def story() -> None:
        bus = MeterBus(MbusSlaves([heat_meter(1, "12345678")]), wakes=False)
        plan = plan_of(await bus.listen(), serial=serial)
        meters = (replace(plan.meters[0], register_serial=register),)
        (source,) = mbus_sources(replace(plan, meters=meters), ManualClock(SLOT))
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            await bus.close()
        # the volume was commissioned in litres, the profile now counts cubic metres: left out
        rows = [(r.channel, r.count, r.quality) for r in result.columns]
        assert rows == [(1, 123_456_000, quality)]

    asyncio.run(story())


def test_m_bus_is_one_of_the_sources_whose_bytes_we_frame() -> None:
    assert [source.key for source in framed_sources(plan_of(4001), ManualClock(SLOT))] == ["m"]


@pytest.mark.parametrize("meter", ["251", "1234567", 5, ""])
def test_a_plan_with_an_address_that_is_none_is_refused(meter: object) -> None:
    with pytest.raises(PlanError, match=r"meter 'shop': .* is no M-Bus address"):
        plan_of(4001, meter=meter)


def test_two_meters_at_one_address_are_refused() -> None:
    plan = plan_of(4001)
    twin = replace(
        plan.meters[0], point="other", channels=(ChannelPlan(number=3, quantity="heat_energy"),)
    )
    with pytest.raises(PlanError, match="'m, meter 1' stands twice"):
        replace(plan, meters=(*plan.meters, twin))


def test_an_unknown_profile_is_refused() -> None:
    plan = plan_of(4001)
    unknown = replace(plan.meters[0], profile="mbus_steam")
    with pytest.raises(UnknownProfileError, match="`profile list` shows all"):
        mbus_sources(replace(plan, meters=(unknown,)), ManualClock(SLOT))


def test_a_serial_port_without_time_for_its_meters_is_refused() -> None:
    plan = plan_of(4001)
    port = SourcePlan(key="m", kind="mbus", device="/dev/ttyUSB9", baud=300, interval_s=5)
    with pytest.raises(PlanError, match=r"needs 6\.\d s for its 1 meters at 300 baud"):
        mbus_sources(replace(plan, sources=(port,)), ManualClock(SLOT))
