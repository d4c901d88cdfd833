from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from adapters.link_fault import LinkFault
from adapters.mbus.address import Address
from adapters.mbus.probe import Search
from adapters.mbus.profile import PROFILES
from adapters.profile_shelf import UnknownProfileError
from energy.base.clock import ManualClock
from processes.collect_plan_file import plan_from_registry
from processes.technician import Technician
from processes.technician_mbus import NOT_READ, SEVERAL, _told, own
from processes.technician_tenant import frozen, show, who
from processes.technician_values import ChecksFailedError, FieldRefusedError, NewPoint
from processes.tenant_bus import MeterSilentError, TenantBus
from simulator.mbus_meter import MbusMeter, MbusSlaves, frame, heat_meter, record, water_meter
from tests.fixtures.field import Field
from tests.processes.test_technician_device import shop, tenants
from tests.processes.test_technician_tenant import bus_of

pytestmark = pytest.mark.servers

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOCK = ManualClock(datetime(2026, 11, 22, 3, 59, tzinfo=UTC))
HEAT, WATER = "12345678", "12340001"


def bus_at(at: str) -> TenantBus:
    return TenantBus(protocol="mbus", at=at, baud=115_200, timeout_s=0.1, settle_s=0.002)


def heat() -> MbusMeter:
    return heat_meter(1, HEAT)


def test_the_only_meter_is_found_with_its_full_address_and_profile() -> None:
    with bus_of(MbusSlaves([heat()])) as at:
        (found,) = who(bus_at(at), CLOCK, SHANGHAI)
    assert (found.meter, found.kind) == (f"{HEAT}MTL0104", "heat")
    assert found.clock_ahead == timedelta(minutes=1)
    assert found.plate == {
        "manufacturer": "MTL", "version": "01", "medium": "04", "records": "12",
        "profile": "mbus_heat_kwh",
    }  # fmt: skip


def test_a_search_finds_all_and_tells_what_cannot_be_read() -> None:
    class OldFormat(MbusMeter):
        def values(self, *, count: bool) -> bytes:
            return frame(0x08, self.primary, b"\x73" + bytes(16))

    meters = [heat(), OldFormat(primary=5, number="44444444", telegrams=[record("06", 1)])]
    told: list[str] = []
    with bus_of(MbusSlaves(meters)) as at:
        found = who(bus_at(at), CLOCK, SHANGHAI, search=True, told=told.append)
    assert {each.meter: each.kind for each in found} == {HEAT: "heat", "4FFFFFFF": NOT_READ}
    assert {"1", "4", "12345679"} <= set(told)


def test_several_meters_with_one_number_are_told() -> None:
    twins = Search(collisions=[Address(primary=5)])
    (found,) = _told(twins, bus_at("10.8.3.51:10001"), CLOCK, SHANGHAI)
    assert (found.meter, found.kind, found.clock_ahead) == ("5", SEVERAL, None)


def test_two_meters_that_one_asks_for_together_are_no_answer() -> None:
    with (
        bus_of(MbusSlaves([heat(), water_meter(2, WATER)])) as at,
        pytest.raises(MeterSilentError) as met,
    ):
        who(bus_at(at), CLOCK, SHANGHAI)
    assert met.value.fault is LinkFault.WRONG_SUM


def test_the_values_of_a_profile_are_shown_in_its_units() -> None:
    with bus_of(MbusSlaves([heat()])) as at:
        values = {v.quantity: v for v in show(bus_at(at), "1", "mbus_heat_kwh", CLOCK)}
        wrong = {v.quantity: v for v in show(bus_at(at), HEAT, "mbus_heat_gj", CLOCK)}
    assert values["heat_energy"].value == 123_456
    assert (values["heat_power"].value, values["heat_power"].unit) == (Fraction("4.711"), "kW")
    assert values["temp_flow"].value == Fraction("90.3")
    assert "volume_month_end" not in values
    assert (wrong["heat_energy"].value, wrong["heat_energy"].flaw) == (None, "other_unit")


def test_without_a_profile_every_record_is_shown_as_it_is() -> None:
    meter = heat()
    meter.telegrams = [
        record("06", 5) + record("863C", 6, tariff=1) + record("5A", 903, size=2, function=1)
        + bytes.fromhex("426CFFFF") + bytes.fromhex("046D00AC763B")
        + bytes.fromhex("0D780441424344") + bytes.fromhex("047F05000000")
        + record("FD17", 3, size=2) + record("8618", 1),
    ]  # fmt: skip
    with bus_of(MbusSlaves([meter])) as at:
        values = show(bus_at(at), HEAT, "", CLOCK)
    assert [(v.quantity, v.value, v.unit, v.flaw) for v in values] == [
        ("energy", 5000, "Wh", ""),
        ("energy tariff 1 extension 3C", 6000, "Wh", ""),
        ("maximum temp_flow", Fraction("90.3"), "degC", ""),
        ("date storage 1", None, "", "null_value"),
        ("instant", None, "2027-11-22 12:00", ""),
        ("fabrication_number", None, "DCBA", ""),
        ("VIF 7F", 5, "", ""),
        ("error_flags", 3, "", ""),
        ("energy", 1000, "Wh", "record_error"),
    ]


def test_a_profile_of_the_very_meter_is_printed() -> None:
    with bus_of(MbusSlaves([heat()])) as at:
        text = own(bus_at(at), HEAT, "mbus_heat_kwh", "shop_12")
        with pytest.raises(UnknownProfileError, match="`profile list` shows all"):
            own(bus_at(at), HEAT, "mbus_steam", "shop_12")
    read = PROFILES.parse(text, name="shop_12")
    assert read.facts("heat_energy").modulus == 10**11  # eight digits of kWh in steps of 1 Wh
    assert "volume_month_end" not in read.points


def test_what_a_meter_stored_is_shown_with_its_own_date() -> None:
    with bus_of(MbusSlaves([heat(), water_meter(2, WATER)])) as at:
        (heating,) = frozen(bus_at(at), HEAT, "mbus_heat_kwh", CLOCK, SHANGHAI, months=3, days=0)
        (water,) = frozen(bus_at(at), "2", "mbus_water", CLOCK, SHANGHAI, months=3, days=0)
        none = frozen(bus_at(at), "2", "mbus_water", CLOCK, SHANGHAI, months=0, days=0)
    assert (heating.quantity, heating.what, heating.back) == ("heat_energy", "storage", 1)
    assert (heating.value, heating.at) == (120_000, datetime(2026, 10, 30, 16, tzinfo=UTC))
    assert water.value == 1200
    assert none == []


def test_what_is_no_address_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(FieldRefusedError, match="eight digits on the plate"):
        show(bus_at("127.0.0.1:1"), "1234", "mbus_water", CLOCK)


def test_a_silent_bus_is_no_contact() -> None:
    with bus_of(MbusSlaves([])) as at, pytest.raises(MeterSilentError) as met:
        show(bus_at(at), HEAT, "mbus_heat_kwh", CLOCK)
    assert met.value.fault is LinkFault.NO_ANSWER


def test_a_heat_meter_is_commissioned_and_watched_for_its_number(field: Field) -> None:
    with tenants(field, "mbus", MbusSlaves([heat()])) as desk:
        told = shop(
            HEAT, serial="KAM-12345678", displays=("123456",), profile="mbus_heat_kwh"
        )  # fmt: skip
        point = NewPoint(name="Shop 3 heating", place="b2", utility="heating")
        done = Technician(desk).commission(told, point, watch_s=0)
        assert done.counts["heat_energy"] == 123_456_000
        [meter] = plan_from_registry(field.system.database, field.site.site).meters
        assert (meter.address, meter.profile) == ({"meter": HEAT}, "mbus_heat_kwh")
        assert meter.serial == "KAM-12345678"
        other = shop("1234", serial="KAM-1", point="shop-4", profile="mbus_heat_kwh")
        with pytest.raises(FieldRefusedError, match="eight digits on the plate"):
            Technician(desk).commission(other, point, watch_s=0)


def test_a_meter_at_a_primary_address_that_tells_another_number_is_refused(field: Field) -> None:
    with tenants(field, "mbus", MbusSlaves([heat()])) as desk:
        told = {"displays": ("123456",), "profile": "mbus_heat_kwh"}
        point = NewPoint(name="Shop 3 heating", place="b2", utility="heating")
        with pytest.raises(ChecksFailedError, match=f"{HEAT}.*, not 87654321"):
            Technician(desk).commission(shop("1", serial="87654321", **told), point, watch_s=0)
        confirmed = shop("1", serial="87654321", register_serial=HEAT, **told)
        assert Technician(desk).commission(confirmed, point, watch_s=0).counts
