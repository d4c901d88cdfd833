"""Units: base units in which common registers are whole."""

from __future__ import annotations

from fractions import Fraction

import pytest

from energy.base.units import BASE_UNIT, TO_BASE, UnknownUnitError, Utility, to_base


@pytest.mark.parametrize(
    ("utility", "unit", "factor"),
    [
        (Utility.ELECTRICITY, "kWh", 1000),
        (Utility.ELECTRICITY, "MWh", 10**6),
        (Utility.WATER, "m3", 1000),
        (Utility.GAS, "m3", 1000),
        (Utility.HEATING, "kWh", 36_000),
        (Utility.HEATING, "GJ", 10**7),
        (Utility.COOLING, "MWh", 36 * 10**6),
        (Utility.STEAM, "t", 10**6),
    ],
)
def test_unit_is_a_whole_number_of_base_units(utility: Utility, unit: str, factor: int) -> None:
    assert to_base(utility, unit) == factor


def test_a_watt_hour_of_heat_is_36_base_units_and_3600_joules() -> None:
    assert to_base(Utility.HEATING, "Wh") * 100 == 3600
    assert to_base(Utility.HEATING, "GJ") * Fraction(100) == 10**9
    assert to_base(Utility.HEATING, "MWh") / to_base(Utility.HEATING, "GJ") == Fraction(36, 10)


@pytest.mark.parametrize("utility", Utility)
def test_base_unit_of_each_utility_is_one(utility: Utility) -> None:
    assert TO_BASE[utility][BASE_UNIT[utility]] == 1
    assert all(factor.denominator == 1 for factor in TO_BASE[utility].values())


@pytest.mark.parametrize(
    ("utility", "unit"),
    [(Utility.WATER, "kWh"), (Utility.GAS, "kWh"), (Utility.STEAM, "MJ"), (Utility.COOLING, "kwh")],
)
def test_unit_of_another_quantity_is_refused_with_the_known_ones(
    utility: Utility, unit: str
) -> None:
    with pytest.raises(UnknownUnitError) as refused:
        to_base(utility, unit)
    assert unit in str(refused.value)
    assert all(known in str(refused.value) for known in TO_BASE[utility])
