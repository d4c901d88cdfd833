from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from processes.collector_plan import (
    ChannelPlan,
    CollectPlan,
    MeterPlan,
    PlanError,
    SourcePlan,
    with_overrides,
)

BUS = SourcePlan(key="modbus-1", kind="modbus_tcp", host="10.0.0.1", port=502)
PULSES = SourcePlan(key="pulses-1", kind="mqtt", host="10.0.0.2", port=1883, topic="m/+")
SERIAL = SourcePlan(key="bus-1", kind="modbus_rtu", device="/dev/ttyUSB0")
TENANTS = SourcePlan(key="tenants", kind="dlt645", host="10.0.0.3", port=4001)
ELECTRIC = MeterPlan(
    point="b2-elec",
    source="modbus-1",
    profile="abb_b23_b24",
    address={"unit": 2},
    channels=(
        ChannelPlan(number=1, quantity="active_energy_import"),
        ChannelPlan(number=2, quantity="active_power"),
    ),
)
GAS = MeterPlan(
    point="b2-gas",
    source="pulses-1",
    profile="pulse",
    address={"device": "b2-gas"},
    channels=(ChannelPlan(number=3, quantity="volume"),),
)


def shop(point: str, number: str) -> MeterPlan:
    address = {"meter": number}
    return replace(ELECTRIC, point=point, source="tenants", channels=(), address=address)


PLAN = CollectPlan(site="campus", sources=(BUS, PULSES), meters=(ELECTRIC, GAS))


def test_a_saved_plan_is_loaded_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "plan.json"
    PLAN.save(path)
    assert CollectPlan.load(path) == PLAN
    assert [p.name for p in path.parent.iterdir()] == ["plan.json"]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "site": "x", "sources": [1]}']
)
def test_a_file_that_holds_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, "utf-8")
    with pytest.raises(PlanError, match="The collect plan has 1 problem"):
        CollectPlan.load(path)


def test_an_absent_plan_names_its_path(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="absent"):
        CollectPlan.load(tmp_path / "absent.json")


@pytest.mark.parametrize(
    ("sources", "meters", "problem"),
    [
        ((BUS, BUS, PULSES), (ELECTRIC,), "source 'modbus-1' stands twice"),
        ((BUS,), (ELECTRIC, GAS), "there is no source 'pulses-1'"),
        ((replace(BUS, kind="dlms"),), (), "kind 'dlms' is unknown; use one of modbus_tcp"),
        ((replace(BUS, port=0),), (), "`port` is missing; write 1 to 65535"),
        ((replace(BUS, interval_s=0),), (), "`interval_s` = 0 is no whole number from 1 on"),
        ((BUS, replace(BUS, key="b", kind="modbus_rtu", host="", port=0)), (), "e.g. /dev/ttyUSB0"),
        (
            (SERIAL, replace(SERIAL, key="bus-2")),
            (),
            "serial port /dev/ttyUSB0 is source 'bus-1' already; one bus has one master",
        ),
        ((SERIAL,), (replace(ELECTRIC, source="bus-1", address={"unit": 248}),), "unit = 1 to 247"),
        ((TENANTS,), (replace(ELECTRIC, source="tenants"),), "number on the plate"),
        ((BUS,), (replace(ELECTRIC, address={}),), "address needs unit = 1 to 255"),
        ((BUS,), (replace(ELECTRIC, address={"unit": 0}),), "address needs unit = 1 to 255"),
        ((BUS,), (replace(ELECTRIC, channels=()),), "has no channel"),
        ((PULSES,), (replace(GAS, address={}),), "needs a device"),
        ((BUS,), (ELECTRIC, replace(ELECTRIC, point="b3")), "channel '1' stands twice"),
        ((BUS,), (ELECTRIC, replace(ELECTRIC, point="b3")), "'modbus-1, unit 2' stands twice"),
        ((TENANTS,), (shop("a", "12"), shop("b", "0012")), "'tenants, meter 12' stands twice"),
    ],
)
def test_a_plan_that_does_not_fit_together_is_refused_with_the_problem(
    sources: tuple[SourcePlan, ...], meters: tuple[MeterPlan, ...], problem: str
) -> None:
    with pytest.raises(PlanError) as caught:
        CollectPlan(site="campus", sources=sources, meters=meters)
    assert problem in str(caught.value)


def test_a_serial_bus_has_the_format_of_its_kinds_factory_unless_the_file_says_otherwise() -> None:
    assert (SERIAL.baud, SERIAL.parity, SERIAL.stop_bits) == (9600, "N", 1)
    assert (TENANTS.baud, TENANTS.parity, TENANTS.stop_bits) == (2400, "E", 1)
    own = replace(TENANTS, baud=9600, parity="N")
    assert (own.baud, own.parity) == (9600, "N")


def test_a_plan_of_an_older_collector_still_loads(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    row = {"key": "m", "kind": "modbus_tcp", "host": "10.0.0.1", "port": 502, "topic": ""}
    path.write_text(
        json.dumps({"format": 1, "site": "campus", "sources": [row], "meters": []}), "utf-8"
    )
    assert CollectPlan.load(path).sources == (
        SourcePlan(key="m", kind="modbus_tcp", host="10.0.0.1", port=502),
    )


def test_the_environment_moves_a_source_to_another_host_and_port() -> None:
    moved = with_overrides(
        PLAN,
        {"METERLINE_SOURCE_MODBUS_1_PORT": "15020", "METERLINE_SOURCE_PULSES_1_HOST": "broker"},
    )
    assert moved.sources == (replace(BUS, port=15020), replace(PULSES, host="broker"))
    assert moved.meters == PLAN.meters


@pytest.mark.parametrize("port", ["", "many", "99999"])
def test_a_port_of_the_environment_must_be_a_port(port: str) -> None:
    with pytest.raises(PlanError, match=r"port|PORT"):
        with_overrides(PLAN, {"METERLINE_SOURCE_MODBUS_1_PORT": port})


@pytest.mark.parametrize("zone", [5, None, ["Asia/Kolkata"]])
def test_a_plan_whose_zone_is_no_text_is_refused(tmp_path: Path, zone: object) -> None:
    path = tmp_path / "plan.json"
    PLAN.save(path)
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "zone": zone}), "utf-8")
    with pytest.raises(PlanError, match="`zone`"):
        CollectPlan.load(path)


def test_a_plan_with_a_zone_that_this_machine_does_not_know_collects_all_the_same(
    tmp_path: Path,
) -> None:
    path = tmp_path / "plan.json"
    replace(PLAN, zone="America/Coyhaique_2").save(path)
    assert CollectPlan.load(path).zone == "America/Coyhaique_2"
