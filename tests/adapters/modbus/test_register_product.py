from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from adapters.modbus.register_map import load
from tests.adapters.modbus.points import changed

ABB = load("abb_b23_b24")
ENERGY = "active_energy_import"


def test_a_channel_as_it_was_commissioned_agrees_with_its_map() -> None:
    assert ABB.disagrees(ENERGY, unit="kWh", resolution="1/100") is None
    assert ABB.disagrees(ENERGY, unit="kWh", resolution="0.01") is None
    assert ABB.disagrees(ENERGY, unit="", resolution="") is None


def test_a_map_that_was_changed_after_commissioning_is_named() -> None:
    point = changed(ABB.points[ENERGY], resolution=Fraction(1, 10))
    other = replace(ABB, points={**ABB.points, ENERGY: point})
    said = other.disagrees(ENERGY, unit="kWh", resolution="1/100")
    assert said is not None
    assert "commissioned in steps of 1/100 kWh, abb_b23_b24 now says 1/10 kWh" in said
    assert other.disagrees(ENERGY, unit="Wh", resolution="1/10") is not None


def test_a_quantity_that_left_the_map_is_named() -> None:
    said = ABB.disagrees("volume", unit="m3", resolution="1")
    assert said == "abb_b23_b24 has no volume any more"
