from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from adapters.cjt188.decode import Flaw, decode, layout_size, meter_clock
from adapters.cjt188.profile import PROFILES
from adapters.cjt188.units import CODES, UNITS
from energy.base.units import TO_BASE, Utility
from simulator.cjt188_meter import heat_values, volume_values

HEAT = {
    "energy": 1_234_567, "month_end": 1_200_000, "power": 4_321, "flow": 12_345, "volume": 7_654,
    "temp_flow": 6_512, "temp_return": 4_209, "hours": 8_760,
}  # fmt: skip


def counts_of(profile: str, values: bytes) -> dict[str, int]:
    read = PROFILES.load(profile)
    found = {q: decode(values, point.wire, point.facts) for q, point in read.points.items()}
    assert all(each.flaw is None for each in found.values())
    return {quantity: each.count for quantity, each in found.items()}


def test_the_two_layouts_are_as_long_as_the_standards() -> None:
    assert (layout_size("volume"), layout_size("heat")) == (0x16 - 3, 0x2E - 3)
    assert len(volume_values(volume=0, month_end=0)) == layout_size("volume")
    assert len(heat_values(**HEAT)) == layout_size("heat")


def test_a_heat_meter_gives_every_value_from_one_answer() -> None:
    assert counts_of("cjt188_heat_kwh", heat_values(**HEAT, status=0b101)) == {
        "heat_energy": 1_234_567,
        "heat_energy_month_end": 1_200_000,
        "heat_power": 4_321,
        "flow": 12_345,
        "volume": 7_654,
        "temp_flow": 6_512,
        "temp_return": 4_209,
        "hours": 8_760,
        "valve_state": 1,
        "battery_low": 1,
    }


@pytest.mark.parametrize("name", sorted(CODES))
def test_every_unit_is_the_one_that_bills_know(name: str) -> None:
    unit = UNITS[CODES[name]]
    assert unit.name == name
    if unit.measures == "energy" and name in TO_BASE[Utility.HEATING]:
        assert unit.factor / 100 == TO_BASE[Utility.HEATING][name]
    if unit.measures == "volume":
        assert unit.factor == TO_BASE[Utility.WATER][name]


def test_a_gauge_in_another_unit_is_converted_exactly() -> None:
    values = bytearray(heat_values(**HEAT))
    values[10 + 4] = 0x1A  # 43.21 MW
    values[15 + 4] = 0x32  # 1.2345 L/h
    read = PROFILES.load("cjt188_heat_kwh")
    power, flow = read.point("heat_power"), read.point("flow")
    assert decode(bytes(values), power.wire, power.facts).count == 4_321_000
    assert decode(bytes(values), flow.wire, flow.facts).count == 12  # 0.0012345 m3/h, rounded
    assert UNITS[0x32].factor / UNITS[0x35].factor == Fraction(1, 1000)


def test_a_counter_in_another_unit_is_never_converted() -> None:
    read = PROFILES.load("cjt188_heat_kwh")
    point = read.point("heat_energy")
    for code, flaw in ((0x11, Flaw.OTHER_UNIT), (0x2C, Flaw.OTHER_UNIT), (0x99, Flaw.UNKNOWN_UNIT)):
        values = heat_values(**HEAT, unit=code)
        assert decode(values, point.wire, point.facts).flaw is flaw
    assert counts_of("cjt188_heat_gj", heat_values(**HEAT, unit=0x11))["heat_energy"] == 1_234_567


def test_a_meter_without_a_clock_tells_no_time() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert meter_clock(volume_values(volume=1, month_end=1), "volume", zone) is None
    told = heat_values(**HEAT, clock="20261121144530")
    assert meter_clock(told, "heat", zone) == datetime(2026, 11, 21, 6, 45, 30, tzinfo=UTC)


def test_every_profile_that_ships_bills_one_counter() -> None:
    assert len(PROFILES.shipped()) == 13
    for name in PROFILES.shipped():
        billed = [p.facts for p in PROFILES.load(name).points.values() if p.billing]
        assert len(billed) == 1, name
        assert billed[0].modulus == 10**8
