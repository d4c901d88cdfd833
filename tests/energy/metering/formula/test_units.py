"""Units of formulas: what they measure, exactly how large, what never adds up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.units import BASE_UNIT, TO_BASE, Utility
from energy.metering.formula.units import (
    NAMED,
    UnitTextError,
    described,
    product,
    shown_unit,
    unit_of,
    usage_unit,
)
from tests.examples import tried

NAMES = st.sampled_from(sorted(set(NAMED) - {"degC", "°C"}))


@pytest.mark.parametrize("utility", Utility)
def test_a_utilitys_units_keep_the_ratios_that_usage_is_kept_in(utility: Utility) -> None:
    base = unit_of(BASE_UNIT[utility])
    for name, many in TO_BASE[utility].items():
        assert unit_of(name).factor == many * base.factor
        assert unit_of(name).dimension == base.dimension


def test_a_kilowatt_hour_of_electricity_is_one_of_heat() -> None:
    electric, heat = (usage_unit(u, "") for u in (Utility.ELECTRICITY, Utility.HEATING))
    assert 1000 * electric.factor == 36_000 * heat.factor == 3_600_000
    assert electric.dimension == heat.dimension


def test_what_never_adds_up_measures_different_things() -> None:
    kinds = [unit_of(each).dimension for each in ("kWh", "kvarh", "kVAh", "m3", "Nm3", "kg")]
    assert len(set(kinds)) == len(kinds)
    gas = usage_unit(Utility.GAS, "volume"), usage_unit(Utility.GAS, "volume_base")
    assert gas[0].dimension != gas[1].dimension
    assert gas[0].factor == gas[1].factor == Fraction(1, 1000)


def test_composed_units_are_exact() -> None:
    heat = unit_of("kJ/(kg*K)")
    assert heat.factor == 1000
    assert described(heat.dimension) == "energy / mass / temperature"
    assert unit_of("m3/h").factor == Fraction(1, 3600)
    assert unit_of("kWh/m2").dimension == unit_of("MWh/m/m").dimension
    assert unit_of("1/h").dimension == unit_of("Hz").dimension
    assert unit_of("ft2").factor == Fraction(9290304, 10**8)


@pytest.mark.parametrize("text", ["", "kwh", "kWh/", "/h", "kWh//h", "kJ/kg*K", "degC/h", "m^2"])
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(UnitTextError):
        unit_of(text)


def test_a_unit_of_megabytes_is_refused_at_once() -> None:
    with pytest.raises(UnitTextError):
        unit_of("m*" * 10**6)


@given(NAMES, NAMES, NAMES)
@tried(100)
def test_units_multiply_as_their_names_do(one: str, two: str, three: str) -> None:
    a, b, c = (unit_of(each) for each in (one, two, three))
    told = unit_of(f"{one}*{two}/{three}")
    assert told.factor == a.factor * b.factor / c.factor
    assert told.dimension == product(product(a.dimension, b.dimension), c.dimension, -1)


@given(NAMES, NAMES)
@tried(50)
def test_what_is_shown_measures_the_same(one: str, two: str) -> None:
    unit = unit_of(f"{one}/{two}")
    shown = shown_unit(unit.dimension)
    assert shown.dimension == unit.dimension
    assert shown.factor > 0


def test_only_a_temperature_of_a_scale_is_a_point() -> None:
    assert [each for each in sorted(NAMED) if unit_of(each).point] == ["degC", "°C"]
