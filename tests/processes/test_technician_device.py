"""Meters of every kind are commissioned, replaced and retired by the same verbs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import pytest

from energy.metering.channel import Side
from energy.metering.plant import Source
from processes.collect_plan_file import plan_from_registry
from processes.technician import Technician
from processes.technician_checks import Outcome
from processes.technician_desk import FieldDesk
from processes.technician_device import ProfileMismatchError, same_address
from processes.technician_load import Load
from processes.technician_ratio import change_ratio
from processes.technician_retire import retire
from processes.technician_values import (
    ChecksFailedError,
    FieldRefusedError,
    Installed,
    NewPoint,
    Remarks,
    Removed,
    Sighted,
    Witnesses,
)
from simulator.dlt645_meter import Dlt645Slaves, three_phase
from simulator.meter_bus import Slaves
from tests.fixtures.field import Field
from tests.fixtures.postgres import command
from tests.fixtures.slaves import image_of, slaves
from tests.processes.test_technician_tenant import ADDRESS, DRAWN, WATER, bus_of, cold_water

pytestmark = pytest.mark.servers
SHOP = NewPoint(name="Shop 3", place="b2", utility="electricity")
TAP = NewPoint(name="Shop 3 water", place="b2", utility="water")
OTHER = "000012345699"
W = Fraction(3125 * 30)
"""Load behind transformers of 30 that the meter shows as 3125 W. [W]"""


def source(field: Field, key: str, kind: str, at: str, **settings: Any) -> FieldDesk:
    """Give the site a source; return a desk that knows it."""
    host, _, port = at.rpartition(":")
    field.site.application("metering").store(
        Source(
            site=field.site.site.key,
            key=key,
            kind=kind,
            settings={"host": host, "port": int(port), **settings},
            command_id=command(key),
        )
    )
    field.site.project()
    return field.desk(1)


@contextmanager
def tenants(field: Field, kind: str, meters: Slaves) -> Iterator[FieldDesk]:
    with bus_of(meters) as at:
        yield source(field, "tenants", kind, at, timeout_ms=400)


def shop(meter: str = "12345678", **changes: Any) -> Installed:
    told: dict[str, Any] = {
        "point": "shop-3",
        "address": {"meter": meter},
        "serial": "000012345678",
        "displays": ("15203.41",),
        "source": "tenants",
        "profile": "dlt645_three_phase",
        **changes,
    }
    return Installed(**told)


def test_a_chinese_electricity_meter_is_commissioned_replaced_and_retired(field: Field) -> None:
    later = [count + 100_000 for count in DRAWN]
    both = Dlt645Slaves(
        [three_phase(ADDRESS, drawn=DRAWN, power=31_250), three_phase(OTHER, drawn=later, power=9)]
    )
    with tenants(field, "dlt645", both) as desk:
        technician = Technician(desk)
        with pytest.raises(ChecksFailedError, match="30 rests on typing alone"):
            technician.commission(shop(multiplier=Fraction(30)), SHOP, watch_s=0)
        behind_30 = shop(multiplier=Fraction(30), sighted=Sighted(load=Load(power_w=W, phase=None)))
        done = technician.commission(behind_30, SHOP, watch_s=0)
        assert done.counts["active_energy_import"] == DRAWN[0]
        told = {check.name: check for check in done.checks}
        assert told["serial"].outcome is Outcome.OK
        assert told["side"].text.startswith("secondary, by the profile: 30")
        assert technician.commission(behind_30, SHOP, watch_s=0).again
        taken = shop(point="shop-4", serial="4711")
        with pytest.raises(FieldRefusedError, match="already serves shop-3"):
            technician.commission(taken, SHOP, watch_s=0)
        [meter] = plan_from_registry(field.system.database, field.site.site).meters
        assert (meter.address, meter.profile) == ({"meter": "12345678"}, "dlt645_three_phase")

        field.site.tick(900)
        new = shop(OTHER, serial=OTHER, displays=("16203.41",), source="", profile="")
        removed = Removed(displays=("15203.41",), reason="five years are over")
        exchanged = technician.replace(new, removed, watch_s=0)
        assert exchanged.final_counts["active_energy_import"] == DRAWN[0]
        assert exchanged.counts["active_energy_import"] == later[0]

        field.site.tick(900)
        gone = retire(desk, "shop-3", Removed(displays=("16203.41",), reason="shut"), Remarks())
        assert gone.final_counts["active_energy_import"] == later[0]


def test_two_people_vouch_for_the_ratio_of_a_chinese_meter_and_one_does_not(field: Field) -> None:
    meters = Dlt645Slaves([three_phase(ADDRESS, drawn=DRAWN, power=31_250)])
    with tenants(field, "dlt645", meters) as desk:
        technician, plates = Technician(desk), Sighted(ratio=Fraction(30))
        for witness in ("", "ada okoye "):
            alone = Witnesses(technician="Ada Okoye", witness=witness)
            with pytest.raises(ChecksFailedError, match="--ratio 30 --technician NAME --witness"):
                technician.commission(shop(sighted=plates, people=alone), SHOP, watch_s=0)
        half = Sighted(ratio=Fraction(30), load=Load(power_w=W / 2, phase=None))
        with pytest.raises(ChecksFailedError, match="rests on typing"):
            technician.commission(shop(sighted=half), SHOP, watch_s=0)
        both = Witnesses(technician="Ada Okoye", witness="Bo Lindqvist")
        done = technician.commission(shop(sighted=plates, people=both), SHOP, watch_s=0)
        noted = {check.name: check for check in done.checks}["ratio"]
        assert (noted.outcome, noted.text[:26]) == (Outcome.NOTED, "30, by the plates of the t")
        [(record,)] = field.site.rows("SELECT record FROM {s}.meter")
        assert record["transformer_ratio"] == "30"


def test_a_chinese_water_meter_is_commissioned_by_its_edition(field: Field) -> None:
    with tenants(field, "cjt188", cold_water()) as desk:
        tap = shop(
            point="shop-3-water",
            address={"meter": WATER, "edition": "2018"},
            serial=WATER,
            profile="cjt188_cold_water",
            displays=("1234.56",),
        )
        done = Technician(desk).commission(tap, TAP, watch_s=0)
        assert done.counts["volume"] == 123_456
        assert field.site.rows("SELECT address FROM {s}.meter") == [
            ({"meter": WATER, "edition": "2018"},)
        ]


def test_a_factor_at_a_meter_without_transformers_must_stand_on_its_plate(field: Field) -> None:
    told: dict[str, Any] = {
        "point": "shop-3-water", "address": {"meter": WATER, "edition": "2018"}, "serial": WATER,
        "profile": "cjt188_cold_water", "displays": ("1234.56",),
    }  # fmt: skip
    ten, ratio = Fraction(10), Sighted(ratio=Fraction(10))
    with tenants(field, "cjt188", cold_water()) as desk:
        technician = Technician(desk)
        for guessed in (shop(multiplier=ten, **told), shop(sighted=ratio, **told)):
            with pytest.raises(ChecksFailedError, match="would bill 10 times the display"):
                technician.commission(guessed, TAP, watch_s=0)
        done = technician.commission(shop(multiplier=ten, sighted=ratio, **told), TAP, watch_s=0)
        noted = {check.name: check for check in done.checks}["multiplier"]
        assert (noted.outcome, noted.text[:15]) == (Outcome.NOTED, "10 by the plate")
        with pytest.raises(FieldRefusedError, match="counts water: it has no transformers"):
            change_ratio(
                desk, "shop-3-water", Fraction(7), reason="x", displays=(), remarks=Remarks()
            )


def test_a_profile_of_another_protocol_and_a_silent_meter_are_told_in_both_languages(
    field: Field,
) -> None:
    with tenants(field, "dlt645", Dlt645Slaves([])) as desk:
        with pytest.raises(ProfileMismatchError, match="source tenants is dlt645") as other:
            Technician(desk).commission(shop(profile="abb_b23_b24"), SHOP, watch_s=0)
        assert "profile list" in other.value.told("zh")
        with pytest.raises(Exception, match="compare the number on the plate") as silent:
            Technician(desk).commission(shop(), SHOP, watch_s=0)
        assert "无应答" in silent.value.told("zh")  # type: ignore[attr-defined]
        with pytest.raises(ProfileMismatchError, match="Say --unit for Modbus, --meter"):
            Technician(desk).commission(shop(address={"unit": 3}), SHOP, watch_s=0)


def pm5000(**changes: Any) -> Installed:
    told: dict[str, Any] = {
        "point": "hall",
        "address": {"unit": 7},
        "serial": "22081134",
        "displays": ("123456.789",),
        "source": "panel",
        "profile": "schneider_pm5000",
        "side": Side.PRIMARY,
        **changes,
    }
    return Installed(**told)


def shown(desk: FieldDesk, profile: str) -> str:
    """Return what the display of unit 7 shows."""
    device = desk.device(source="panel", address={"unit": 7}, profile=profile)
    value = desk.read(device, ["active_energy_import"]).observed.values["active_energy_import"]
    return f"{float(value):.3f}"


def test_the_serial_on_the_plate_is_held_against_the_register(field: Field) -> None:
    hall = NewPoint(name="Hall", place="b2", utility="electricity")
    with slaves({7: image_of("schneider_pm5000")}) as slave:
        desk = source(field, "panel", "modbus_tcp", f"127.0.0.1:{slave.port}")
        told = {"displays": (shown(desk, "schneider_pm5000"),)}
        technician = Technician(desk)
        with pytest.raises(ChecksFailedError, match="the register says 22081134") as other:
            technician.commission(pm5000(serial="22081143", **told), hall, watch_s=0)
        assert "--register-serial 22081134" in str(other.value)
        confirmed = pm5000(serial="22081143", register_serial="22081134", **told)
        done = technician.commission(confirmed, hall, watch_s=0)
        [check] = [check for check in done.checks if check.name == "serial"]
        assert check.outcome is Outcome.NOTED
        [meter] = plan_from_registry(field.system.database, field.site.site).meters
        assert (meter.serial, meter.register_serial) == ("22081143", "22081134")


def test_a_ratio_set_anew_in_the_device_is_recorded_and_held_against_its_register(
    field: Field,
) -> None:
    hall = NewPoint(name="Hall", place="b2", utility="electricity")
    profile = "chint_dtsu666"
    with slaves({7: image_of(profile, {"ct_ratio": 40})}) as slave:
        desk = source(field, "panel", "modbus_tcp", f"127.0.0.1:{slave.port}")
        told = {"profile": profile, "displays": (shown(desk, profile)[:-1],), "side": None}
        sighted = Sighted(ratio=Fraction(40), clamp_a=current(desk, profile))
        Technician(desk).commission(pm5000(sighted=sighted, **told), hall, watch_s=0)
        field.site.tick(900)
        remarks: dict[str, Any] = {"reason": "300/5 now", "displays": (), "remarks": Remarks()}
        with pytest.raises(FieldRefusedError, match="its ratio lies in the device"):
            change_ratio(desk, "hall", Fraction(60), **remarks)
        with pytest.raises(ChecksFailedError, match="the register says 40, you say 60"):
            change_ratio(desk, "hall", None, in_device=Fraction(60), **remarks)
        slave.images[7] = image_of(profile, {"ct_ratio": 60})
        done = change_ratio(desk, "hall", None, in_device=Fraction(60), **remarks)
        again = change_ratio(desk, "hall", None, in_device=Fraction(60), **remarks)
        assert (again.again, again.at) == (True, done.at)
        [meter] = plan_from_registry(field.system.database, field.site.site).meters
        assert meter.ratio_since == done.at
        rows = "SELECT multiplier, start_count FROM {s}.segment WHERE channel = 1 ORDER BY start_at"
        count = done.counts["active_energy_import"]
        assert field.site.rows(rows) == [("1", count), ("1", count)]


def current(desk: FieldDesk, profile: str) -> Fraction:
    device = desk.device(source="panel", address={"unit": 7}, profile=profile)
    return desk.read(device, ["current_l1"]).observed.values["current_l1"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"unit": 2}, {"unit": 2}, True),
        ({"unit": 2}, {"unit": 20}, False),
        ({"meter": "000012345678"}, {"meter": "12345678"}, True),
        ({"meter": "78330011223344", "edition": "2018"}, {"meter": "78330011223344"}, True),
        ({"device": "box-2"}, {"unit": 2}, False),
        ({}, {"unit": 2}, False),
    ],
)
def test_two_addresses_of_one_device_are_known_as_such(
    one: dict[str, int | str], other: dict[str, int | str], same: bool
) -> None:
    assert same_address(one, other) is same
