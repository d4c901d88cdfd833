from __future__ import annotations

import pytest

from adapters.modbus.decode import Flaw
from adapters.modbus.probing.electric import electric, voltages_fit
from adapters.modbus.probing.values import Values

SOUND = {
    "voltage_l1": 231.4, "voltage_l2": 230.9, "voltage_l3": 232.0, "voltage_l1l2": 400.4,
    "frequency": 50.01, "active_power": 13110.0, "active_power_l1": 4370.0,
    "active_power_l2": 4370.0, "active_power_l3": 4370.0, "current_l1": 20.0, "current_l2": 20.0,
    "current_l3": 20.0, "reactive_power": 4309.0, "apparent_power": 13800.0, "power_factor": 0.95,
}  # fmt: skip


def bits(code: str, **changed: float) -> float:
    judged = electric(Values(known=SOUND | changed, flawed={}, refused=frozenset()))
    return sum(each.bits for each in judged.evidence if each.code == code)


def codes(**changed: float) -> set[str]:
    judged = electric(Values(known=SOUND | changed, flawed={}, refused=frozenset()))
    return {each.code for each in judged.evidence}


def test_a_sound_meter_has_everything_for_it() -> None:
    judged = electric(Values(known=SOUND, flawed={}, refused=frozenset()))
    assert all(each.bits > 0 for each in judged.evidence)
    assert {each.code for each in judged.evidence} == {
        "voltages", "frequency", "root_three", "factor", "power_sum", "triangle", "volt_amperes",
    }  # fmt: skip
    assert not judged.scales


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"voltage_l2": 4.2e-8}, "voltages"),
        ({"voltage_l2": 15_079.0}, "odd_voltages"),
        ({"frequency": 23.0}, "odd_frequency"),
        ({"voltage_l1l2": 231.0}, "root_three_off"),
        ({"active_power_l3": 9000.0}, "power_sum_off"),
        ({"reactive_power": 9000.0}, "triangle_off"),
        ({"current_l1": 200.0, "current_l2": 0.2}, "volt_amperes_off"),
        ({"power_factor": 95.0}, "odd_factor"),
    ],
)
def test_what_is_not_physics_is_said(changed: dict[str, float], code: str) -> None:
    assert code in codes(**changed)


def test_an_exact_sum_weighs_more_than_a_near_one() -> None:
    assert bits("power_sum") > bits("power_sum", active_power_l1=4450.0) > 0


def test_voltages_ten_times_too_small_are_a_scale() -> None:
    tenth = {q: SOUND[q] / 10 for q in ("voltage_l1", "voltage_l2", "voltage_l3")}
    judged = electric(Values(known=SOUND | tenth, flawed={}, refused=frozenset()))
    assert dict(judged.scales) == {"voltage": 1}
    assert voltages_fit(Values(known=tenth, flawed={}, refused=frozenset()))


def test_medium_voltage_is_a_voltage() -> None:
    medium = {"voltage_l1": 5770.0, "voltage_l2": 5781.0, "voltage_l3": 5765.0}
    assert voltages_fit(Values(known=medium, flawed={}, refused=frozenset()))


def test_three_zeros_are_no_voltages() -> None:
    dead = dict.fromkeys(("voltage_l1", "voltage_l2", "voltage_l3"), 0.0)
    assert not voltages_fit(Values(known=dead, flawed={}, refused=frozenset()))


def test_a_frequency_that_is_no_number_speaks_against() -> None:
    values = Values(known={}, flawed={"frequency": Flaw.DENORMAL}, refused=frozenset())
    assert [each.code for each in electric(values).evidence] == ["odd_frequency"]
