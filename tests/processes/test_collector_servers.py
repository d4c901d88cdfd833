from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.server_fault import ServerFault
from adapters.told_value import Flaw
from energy.base.clock import ManualClock
from energy.base.text import catalogue
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, PlanError, SourcePlan
from processes.collector_servers import server_sources
from processes.collector_sources import framed_sources
from processes.meter_profiles import kinds_of, known_for, load_product
from processes.technician_device import Device, look_at
from processes.technician_faults import fault_key
from processes.technician_told import FieldRefusedError

ROOT = Path(__file__).parents[2]
SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)


def plan_of(kind: str, *, meter: object = "1001", unit: str = "kWh") -> CollectPlan:
    return CollectPlan(
        site="campus",
        sources=(SourcePlan(key="bms", kind=kind, host="127.0.0.9", port=1, timeout_ms=50),),
        meters=(
            MeterPlan(
                point="north", source="bms", profile=f"{kind}_energy_kwh",
                address={"meter": meter},  # type: ignore[dict-item]
                channels=(
                    ChannelPlan(
                        number=1, quantity="active_energy_import", unit=unit, resolution="0.001"
                    ),
                    ChannelPlan(number=2, quantity="active_power"),
                ),
            ),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["opcua", "bacnet"])
def test_a_plan_makes_a_source_of_each_server(kind: str) -> None:
    plan = plan_of(kind)
    (source,) = framed_sources(plan, ManualClock(SLOT))
    assert (source.key, source.channels, source.link.connects) == (
        "bms", {1: "north", 2: "north"}, 0,
    )  # fmt: skip
    # commissioned in Wh, the profile now counts kWh: left out, the other goes on
    (source,) = server_sources(plan_of(kind, unit="Wh"), ManualClock(SLOT))
    assert source.channels == {2: "north"}


@pytest.mark.parametrize(
    ("kind", "meter", "problem"),
    [
        ("opcua", "a;b", "names no meter at an OPC UA server"),
        ("opcua", 7, "names no meter at an OPC UA server"),
        ("bacnet", "gateway", "is no BACnet address"),
    ],
)
def test_an_address_that_is_none_is_refused(kind: str, meter: object, problem: str) -> None:
    with pytest.raises(PlanError, match=problem):
        plan_of(kind, meter=meter)


def test_two_meters_of_one_name_are_refused() -> None:
    plan = plan_of("bacnet")
    channels = (ChannelPlan(number=3, quantity="active_power"),)
    twin = replace(plan.meters[0], point="other", channels=channels)
    with pytest.raises(PlanError, match="'bms, meter 1001' stands twice"):
        replace(plan, meters=(*plan.meters, twin))


@pytest.mark.parametrize("kind", ["opcua", "bacnet"])
def test_a_profile_tells_through_which_source_its_meters_are_asked(kind: str) -> None:
    profile = f"{kind}_energy_kwh"
    assert kinds_of(profile) == (kind,)
    assert known_for(kind) == [profile]
    assert load_product(profile).id == profile


@pytest.mark.parametrize("kind", ["opcua", "bacnet"])
def test_a_host_without_a_server_is_a_failure_and_no_error(kind: str) -> None:
    pytest.importorskip(
        {"opcua": "asyncua", "bacnet": "bacpypes3"}[kind],
        reason=f"the extra {kind} is not installed",
    )

    async def story() -> list[str]:
        (source,) = server_sources(plan_of(kind), ManualClock(SLOT))
        result = await source.poll(SLOT)
        source.close()
        return [failure.code for failure in result.failures]

    assert asyncio.run(story()) == [
        "opcua.no_connection" if kind == "opcua" else "bacnet.no_answer"
    ]


@pytest.mark.servers
def test_a_technician_reads_a_meter_of_a_device_before_it_is_commissioned() -> None:
    pytest.importorskip("bacpypes3", reason="the extra bacnet is not installed")
    from tests.adapters.bacnet.bacnet_device import MeterDevice

    def asked(server: MeterDevice, meter: str) -> Device:
        source = SourcePlan(key="bms", kind="bacnet", host=server.host, port=server.port)
        return Device(
            source=source, address={"meter": meter}, product=load_product("bacnet_energy_kwh")
        )

    async def story() -> None:
        server = await MeterDevice().listening()
        server.say("accumulator", 1, 1_234_567)
        server.say("analog-input", 1, 3.5, statusFlags=[0, 0, 0, 1])
        both = ["active_energy_import", "active_power"]
        try:
            clock = ManualClock(SLOT)
            answered = await asyncio.to_thread(look_at, asked(server, "1001"), both, clock)
            assert dict(answered.counts) == {"active_energy_import": 1_234_567}
            assert "no longer follows the meter" in answered.flaws["active_power"]
            with pytest.raises(FieldRefusedError, match="accumulator,8: unknown-object"):
                await asyncio.to_thread(look_at, asked(server, "1001+7"), both, clock)
        finally:
            server.close()

    asyncio.run(story())


def test_every_fault_and_flaw_has_its_words_in_both_languages() -> None:
    said = catalogue()
    absent = [f"device.fault.{fault}" for fault in ServerFault]
    absent += [
        fault_key(f"{kind}.{fault}") for kind in ("opcua", "bacnet") for fault in ServerFault
    ]
    own = {"opcua": {Flaw.DEVICE_FAULT, Flaw.OUT_OF_SERVICE},
           "bacnet": {Flaw.UNCERTAIN, Flaw.STALE, Flaw.TIME_AHEAD}}  # fmt: skip
    for kind, others in own.items():
        absent += [f"finding.{kind}.{flaw}" for flaw in Flaw if flaw not in others]
    assert [key for key in absent if key not in said] == []


def test_the_product_starts_without_the_extras_and_imports_none_of_them() -> None:
    """A fresh interpreter: this one has met both libraries in other tests."""
    program = (
        "import sys; import processes.collector_sources; import processes.profile_reads;"
        "print({'asyncua', 'bacpypes3'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "set()\n"
