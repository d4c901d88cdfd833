"""The simulator's own register table, and its agreement with the adapter's register maps."""

from __future__ import annotations

import struct
from fractions import Fraction

import pytest

from adapters.modbus import register_map
from simulator.device_maps import DEVICE_MAPS, DeviceState, measure_of, pack

STATE = DeviceState(import_count=123_456_789, power_cw=69_000_000)


@pytest.mark.parametrize("profile", sorted(DEVICE_MAPS))
def test_simulator_and_adapter_agree_on_every_register(profile: str) -> None:
    simulated, known = DEVICE_MAPS[profile], register_map.load(profile)
    assert known.word_order == "big"
    for quantity, point in simulated.points.items():
        other = known.point(quantity)
        assert (point.address, point.type, simulated.function) == (
            other.address,
            other.type.value,
            other.function_code,
        ), quantity
        if point.type != "f32":
            steps, per = point.per_hundredth
            assert other.resolution == Fraction(per, 100 * steps), quantity


def test_abb_energy_is_a_64_bit_count_and_power_a_signed_hundredth() -> None:
    meter = DEVICE_MAPS["abb_b23_b24"]
    energy = meter.run_of(20480, 4)
    power = meter.run_of(23316, 2)
    assert energy is not None
    assert power is not None
    assert pack(energy, STATE)[:8] == (123_456_789).to_bytes(8, "big")
    assert struct.unpack_from(">i", pack(power, STATE), 2 * (23316 - power.address)) == (
        69_000_000,
    )


def test_sdm630_energy_and_power_are_floats_of_kwh_and_watt() -> None:
    meter = DEVICE_MAPS["eastron_sdm630"]
    energy = meter.run_of(72, 2)
    power = meter.run_of(52, 2)
    assert energy is not None
    assert power is not None
    state = DeviceState(import_count=123_450, power_cw=208_750)
    assert struct.unpack_from(">f", pack(energy, state), 2 * (72 - energy.address)) == (1234.5,)
    assert struct.unpack_from(">f", pack(power, state), 2 * (52 - power.address)) == (2087.5,)


def test_runs_end_where_a_register_is_undefined() -> None:
    meter = DEVICE_MAPS["eastron_sdm630"]
    assert meter.run_of(0, 36) is not None
    assert meter.run_of(0, 37) is None
    assert meter.run_of(54, 2) is None
    assert meter.run_of(70, 6) is not None
    assert meter.run_of(70, 7) is None


def test_phases_share_the_load_evenly_at_230_volt() -> None:
    assert measure_of("active_power_l2")(STATE) == 23_000_000
    assert measure_of("current_l2")(STATE) == 100_000  # 230 kW at 230 V: 1,000 A
    assert measure_of("voltage_l3")(STATE) == 23_000
    assert measure_of("power_factor_l1")(STATE) == measure_of("power_factor")(STATE) == 100
