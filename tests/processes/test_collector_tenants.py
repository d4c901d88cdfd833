from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from adapters.dlt645.source import Dlt645Source
from adapters.meter_profile import MeterProfileError
from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
from energy.base.clock import ManualClock
from energy.metering.channel import Kind
from energy.metering.codec import decode
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, PlanError, SourcePlan
from processes.collector_sources import Sources
from processes.collector_tenants import meter_number, octet_link, tenant_sources
from processes.meter_profiles import load_product
from simulator.cjt188_meter import Cjt188Meter, Cjt188Slaves, volume_values
from simulator.dlt645_meter import Dlt645Slaves, three_phase
from simulator.meter_bus import MeterBus

SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)


def plan_of(electric_port: int, water_port: int) -> CollectPlan:
    return CollectPlan(
        site="campus",
        sources=(
            SourcePlan(key="e", kind="dlt645", host="127.0.0.1", port=electric_port),
            SourcePlan(key="w", kind="cjt188", host="127.0.0.1", port=water_port),
        ),
        meters=(
            MeterPlan(
                point="shop-e", source="e", profile="dlt645_three_phase",
                address={"meter": "12345678"},
                channels=(ChannelPlan(number=1, quantity="active_energy_import"),),
            ),
            MeterPlan(
                point="shop-w", source="w", profile="cjt188_cold_water",
                address={"meter": "78330011223344", "edition": "2018"},
                channels=(ChannelPlan(number=2, quantity="volume"),),
            ),
        ),
    )  # fmt: skip


@pytest.mark.servers
def test_a_plan_polls_tenant_meters_of_both_protocols() -> None:
    async def story() -> None:
        electric = MeterBus(
            Dlt645Slaves([three_phase("000012345678", drawn=(100, 10, 20, 30, 40), power=0)])
        )
        cold = Cjt188Meter(
            type=0x10, address="78330011223344", low_first=True,
            values=volume_values(volume=4711, month_end=0),
        )  # fmt: skip
        water = MeterBus(Cjt188Slaves([cold]))
        plan = plan_of(await electric.listen(), await water.listen())
        sources = tenant_sources(plan, ManualClock(SLOT))
        try:
            results = [await source.poll(SLOT) for source in sources]
        finally:
            for source in sources:
                source.close()
            await electric.close()
            await water.close()
        assert [(r.channel, r.count) for result in results for r in result.columns] == [
            (1, 100), (2, 4711),
        ]  # fmt: skip
        assert [source.link.connects for source in sources] == [1, 1]

    asyncio.run(story())


@pytest.mark.servers
def test_readings_of_a_tenant_meter_reach_the_spool(tmp_path: Path) -> None:
    async def story() -> None:
        bus = MeterBus(
            Dlt645Slaves([three_phase("000012345678", drawn=(100, 10, 20, 30, 40), power=0)])
        )
        plan = plan_of(await bus.listen(), 1)
        only = CollectPlan(site=plan.site, sources=plan.sources[:1], meters=plan.meters[:1])
        spool = Spool(tmp_path / "spool.sqlite", ManualClock(SLOT))
        sources = Sources(only, spool, ManualClock(SLOT))
        try:
            ((key, result),) = await sources.poll(SLOT, None)
            sources.note(sources.polled[0], result)
            assert sources.commit([SpoolPart(source=key, columns=result.columns)], []) == 1
            spool.seal()
            (batch,) = spool.pending(limit=10)
            assert [(r.channel, r.count, r.at) for r in decode(batch.payload)] == [(1, 100, SLOT)]
        finally:
            sources.close()
            spool.close()
            await bus.close()

    asyncio.run(story())


@pytest.mark.servers
def test_two_programs_never_ask_on_one_bus() -> None:
    async def story() -> None:
        bus = MeterBus(Dlt645Slaves([three_phase("000012345678", drawn=[0] * 5, power=0)]))
        plan = plan_of(await bus.listen(), 1)
        first, second = (tenant_sources(plan, ManualClock(SLOT))[0] for _ in range(2))
        try:
            assert len((await first.poll(SLOT)).columns) == 1
            refused = await second.poll(SLOT)
            assert [f.code for f in refused.failures] == ["dlt645.bus_held"]
            assert "stop the other program" in refused.failures[0].message
            first.close()
            assert len((await second.poll(SLOT)).columns) == 1
        finally:
            second.close()
            await bus.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("kind", "written", "number"),
    [("dlt645", "12345678", "000012345678"), ("cjt188", "78330011223344", "78330011223344")],
)
def test_a_number_is_filled_with_zeros(kind: str, written: str, number: str) -> None:
    assert meter_number(kind, written) == number


@pytest.mark.parametrize("written", ["AAAAAAAAAAAA", "1234567890123", "12-34", "", "１２"])
def test_what_is_no_meters_number_is_refused(written: str) -> None:
    with pytest.raises(PlanError, match="at most 12 digits"):
        meter_number("dlt645", written)


def test_a_serial_port_stands_in_place_of_host_and_port(tmp_path: Path) -> None:
    source = SourcePlan(key="s", kind="dlt645", device=str(tmp_path / "tty"), baud=2400, parity="E")
    assert octet_link(source, "test").where == f"{tmp_path / 'tty'} 2400 8E1"


def test_a_product_is_found_whichever_protocol_it_speaks() -> None:
    for profile, quantity in (
        ("abb_b23_b24", "active_energy_import"),
        ("dlt645_single_phase", "active_energy_import_peak"),
        ("cjt188_heat_gj", "heat_energy"),
    ):
        assert load_product(profile).id == profile
        assert load_product(profile).facts(quantity).kind is Kind.COUNTER


@pytest.mark.parametrize(("unit", "resolution"), [("kWh", "1/1000"), ("MWh", "1/100")])
def test_a_channel_whose_profile_counts_otherwise_since_is_not_collected(
    unit: str, resolution: str
) -> None:
    kept = ChannelPlan(number=0, quantity="active_energy_import", unit="kWh", resolution="1/100")
    gone = ChannelPlan(
        number=1, quantity="active_energy_import_peak", unit=unit, resolution=resolution
    )
    plan = plan_of(1, 2)
    meter = replace(plan.meters[0], channels=(kept, gone))
    other = replace(
        plan.meters[1],
        channels=(ChannelPlan(number=2, quantity="volume", unit="m3", resolution="1/1000"),),
    )
    with structlog.testing.capture_logs() as logs:
        electric, water = tenant_sources(replace(plan, meters=(meter, other)), ManualClock(SLOT))
    assert (electric.channels, water.channels) == ({0: "shop-e"}, {})
    assert [log["event"] for log in logs] == ["collect.map_changed"] * 2


def test_an_unknown_quantity_stops_the_start() -> None:
    plan = plan_of(1, 2)
    wrong = CollectPlan(
        site="campus",
        sources=plan.sources,
        meters=(
            MeterPlan(
                point="x", source="e", profile="dlt645_single_phase", address={"meter": "1"},
                channels=(ChannelPlan(number=1, quantity="steam_mass"),),
            ),
        ),
    )  # fmt: skip
    with pytest.raises(MeterProfileError, match="no quantity 'steam_mass'"):
        tenant_sources(wrong, ManualClock(SLOT))
    assert isinstance(tenant_sources(plan, ManualClock(SLOT))[0], Dlt645Source)


def test_a_serial_bus_that_cannot_be_done_in_its_interval_is_refused_with_the_arithmetic() -> None:
    channels = ("active_energy_import", "active_energy_import_peak", "voltage_l1", "active_power")
    meters = tuple(
        MeterPlan(
            point=f"m{n}", source="s", profile="dlt645_single_phase", address={"meter": str(n)},
            channels=tuple(
                ChannelPlan(number=10 * n + at, quantity=name) for at, name in enumerate(channels)
            ),
        )
        for n in range(1, 33)
    )  # fmt: skip

    def planned(interval_s: int) -> CollectPlan:
        source = SourcePlan(
            key="s", kind="dlt645", device="/dev/ttyS9", baud=2400, parity="E",
            interval_s=interval_s,
        )  # fmt: skip
        return CollectPlan(site="campus", sources=(source,), meters=meters)

    # a meter: 60 + 42 + 43 bytes at 2400 baud with 11 bits, and three turn-rounds
    needs_s = 32 * ((60 + 42 + 43) * 11 / 2400 + 3 * 0.1)
    (made,) = tenant_sources(planned(60), ManualClock(SLOT))
    assert made.needs_s(2400, 0.0) == pytest.approx(needs_s)
    with pytest.raises(PlanError, match=r"needs 30\.9 s for its 32 meters at 2400 baud.*15 s"):
        tenant_sources(planned(15), ManualClock(SLOT))
