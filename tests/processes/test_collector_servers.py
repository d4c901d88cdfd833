from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.server_fault import ServerFault
from adapters.told_value import Flaw
from energy.base.clock import ManualClock
from energy.base.text import catalogue
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, PlanError, SourcePlan
from processes.collector_servers import server_sources
from processes.collector_sources import framed_sources
from processes.meter_profiles import kinds_of, known_for, load_product
from processes.technician_faults import fault_key

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
    pytest.importorskip({"opcua": "asyncua", "bacnet": "bacpypes3"}[kind], reason="no extra")

    async def story() -> list[str]:
        (source,) = server_sources(plan_of(kind), ManualClock(SLOT))
        result = await source.poll(SLOT)
        source.close()
        return [failure.code for failure in result.failures]

    assert asyncio.run(story()) == [
        "opcua.no_connection" if kind == "opcua" else "bacnet.no_answer"
    ]


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
