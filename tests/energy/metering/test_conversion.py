"""Amounts of several utilities in one unit: shipped by the standard, declared by the site."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.errors import ConfigError
from energy.base.units import Utility
from energy.metering.conversion import ConversionFactors, Measure, read_conversion_factors

DECLARED = """
[[factor]]
utility = "electricity"
measure = "co2"
value = "0.5703"
per = "kWh"
from = 2025-01-01
source = "the grid's notice of 2025"

[[factor]]
utility = "electricity"
measure = "co2"
value = "0.5"
per = "kWh"
from = 2025-01-03
source = "the grid's notice of January"

[[factor]]
site = "elsewhere"
utility = "gas"
measure = "tce"
value = "1.33"
per = "m3"
from = 2025-01-01
source = "the supplier's certificate"
"""
FIRST = date(2025, 1, 1)


def declared(site: str = "here") -> ConversionFactors:
    return read_conversion_factors(DECLARED, site, "factors.toml")


def test_the_standard_turns_electricity_and_heat_into_coal_and_names_its_table() -> None:
    factors = ConversionFactors()
    power = factors.converted(Utility.ELECTRICITY, Measure.TCE, FIRST, [600_000, 400_000])
    heat = factors.converted(Utility.HEATING, Measure.TCE, FIRST, [10_000_000])  # 1 GJ
    assert (power.value, heat.value) == (Fraction("0.1229"), Fraction("0.03412"))
    assert power.factors[0].source == "GB/T 2589-2020, table A.2, equivalent value"


def test_a_gigajoule_is_a_gigajoule_of_whatever_carries_energy() -> None:
    factors = ConversionFactors()
    for utility, amount in ((Utility.ELECTRICITY, 1_000_000), (Utility.COOLING, 36_000_000)):
        found = factors.converted(utility, Measure.GJ, FIRST, [amount])
        assert found.value == Fraction("3.6"), utility


def test_no_factor_is_ever_invented() -> None:
    factors = ConversionFactors()
    assert not factors.known(Measure.CO2)
    for utility in (Utility.GAS, Utility.STEAM, Utility.WATER):
        for measure in (Measure.TCE, Measure.GJ, Measure.CO2):
            assert factors.converted(utility, measure, FIRST, [1]).value is None


def test_each_day_has_the_factor_that_held_on_it() -> None:
    found = declared().converted(
        Utility.ELECTRICITY, Measure.CO2, FIRST, [1_000_000, 1_000_000, 1_000_000]
    )
    assert found.value == 2 * Fraction("0.5703") + Fraction("0.5")
    assert [each.source[-7:] for each in found.factors] == ["of 2025", "January"]


def test_a_day_before_the_first_factor_leaves_the_sum_unknown_unless_nothing_was_used() -> None:
    day = date(2024, 12, 31)
    assert declared().converted(Utility.ELECTRICITY, Measure.CO2, day, [5, 5]).value is None
    zero = declared().converted(Utility.ELECTRICITY, Measure.CO2, day, [0, 1000])
    assert zero.value == Fraction("0.0005703")


def test_a_factor_of_another_site_does_not_count_here() -> None:
    assert declared().of(Utility.GAS, Measure.TCE, FIRST) is None
    assert declared("elsewhere").of(Utility.GAS, Measure.TCE, FIRST) is not None


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=40), st.integers(1, 39))
def test_days_converted_apart_add_up_to_days_converted_together(days: list[int], cut: int) -> None:
    factors, cut = declared(), min(cut, len(days) - 1)
    parts = (days[:cut], FIRST), (days[cut:], date.fromordinal(FIRST.toordinal() + cut))
    apart = [
        factors.converted(Utility.ELECTRICITY, Measure.CO2, first, part).value or 0
        for part, first in parts
    ]
    whole = factors.converted(Utility.ELECTRICITY, Measure.CO2, FIRST, days)
    assert sum(apart) == (whole.value or 0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[factor]", "no TOML"),
        ('[[factor]]\nutility = "coal"\nmeasure = "co2"', "utility 'coal'"),
        ('[[factor]]\nutility = "gas"\nmeasure = "CO"', "measure 'CO'"),
        ('[[factor]]\nutility = "gas"\nmeasure = "co2"\nper = "kWh"', "no unit of gas"),
        ('[[factor]]\nutility = "gas"\nmeasure = "co2"\nper = "m3"\nvalue = 2.1', "is a float"),
        ('[[factor]]\nutility = "gas"\nmeasure = "co2"\nper = "m3"\nvalue = "2"', "`source`"),
        ("[[factors]]", "unknown key `factors`"),
        (DECLARED + DECLARED, "stands twice"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=r"factors.toml") as refused:
        read_conversion_factors(text, "here", "factors.toml")
    assert told in str(refused.value)
