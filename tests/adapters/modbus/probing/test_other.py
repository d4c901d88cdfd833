from __future__ import annotations

from adapters.modbus.probing.other import other
from adapters.modbus.probing.values import Values


def codes(**known: float) -> set[str]:
    values = Values(known=known, flawed={}, refused=frozenset())
    return {each.code for each in other(values)}


def test_heat_meters_agree_on_the_difference_of_their_temperatures() -> None:
    assert "temperatures" in codes(temp_flow=75.2, temp_return=48.6, temp_diff=26.6)
    assert "temperatures_off" in codes(temp_flow=75.2, temp_return=48.6, temp_diff=2.66)


def test_steam_is_as_hot_as_its_pressure_makes_it() -> None:
    assert "saturation" in codes(mass=1.0, pressure=6.5, temperature=168.0)
    assert "saturation" not in codes(mass=1.0, pressure=6.5, temperature=90.0)


def test_a_temperature_of_nowhere_speaks_against() -> None:
    assert codes(temperature=6553.5) == {"implausible"}
    assert codes(temperature=23.4, humidity=47.5) == {"plausible"}
