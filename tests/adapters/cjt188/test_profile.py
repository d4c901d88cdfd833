from __future__ import annotations

import tomllib
from fractions import Fraction

import pytest

from adapters.cjt188.profile import PROFILES, Cjt188Reader
from adapters.meter_profile import MeterProfileError
from energy.base.units import Utility
from energy.metering.channel import Kind, base_per_count
from energy.metering.source_facts import source_problems

TYPES = {
    "cjt188_cold_water": "10", "cjt188_cold_water_litre": "10", "cjt188_hot_water": "11",
    "cjt188_drinking_water": "12", "cjt188_reclaimed_water": "13", "cjt188_gas": "30",
}  # fmt: skip


def test_every_profile_names_the_type_of_the_standard() -> None:
    for name in PROFILES.shipped():
        utility = next(p.facts.utility for p in PROFILES.load(name).points.values() if p.billing)
        by_utility = {Utility.HEATING: "20", Utility.COOLING: "21"}
        expected = by_utility[utility] if utility in by_utility else TYPES[name]  # type: ignore[index]
        assert PROFILES.load(name).own["meter_type"] == expected, name


@pytest.mark.parametrize(
    ("profile", "quantity", "base"),
    [
        ("cjt188_cold_water", "volume", 10),
        ("cjt188_cold_water_litre", "volume", Fraction(1, 100)),
        ("cjt188_heat_kwh", "heat_energy", 360),
        ("cjt188_heat_gj", "heat_energy", 100_000),
        ("cjt188_cooling_mj", "cooling_energy", 100),
    ],
)
def test_a_count_is_worth_its_unit_exactly(
    profile: str, quantity: str, base: int | Fraction
) -> None:
    assert base_per_count(PROFILES.load(profile).facts(quantity), Fraction(1)) == base


def test_what_is_frozen_is_no_counter() -> None:
    for name in PROFILES.shipped():
        for quantity, point in PROFILES.load(name).points.items():
            if quantity.endswith("_month_end"):
                assert point.facts.kind is Kind.GAUGE


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('item = "volume"', 'item = "clock"', "item must be one of volume"),
        ('resolution = "0.01"', 'resolution = "0.001"', "resolution must be 1/100"),
        ('unit = "m3"', 'unit = "t"', "is not a quantity of water"),
        ("bits = [0, 2]", "bits = [15, 2]", "bits must be [first, width] within 16 bits"),
        ('kind = "state"', 'kind = "gauge"', "states lie in the status"),
        ('edition = "2004"', 'edition = "1999"', "edition must look like 2004|2018"),
        ('meter_type = "10"', 'meter_type = "99"', "meter_type must look like"),
        ('layout = "volume"', 'layout = "steam"', "layout must look like"),
    ],
)
def test_a_profile_with_a_problem_is_not_used(old: str, new: str, problem: str) -> None:
    text = PROFILES.text("cjt188_cold_water").replace(old, new, 1)
    with pytest.raises(MeterProfileError) as caught:
        PROFILES.parse(text, name="cjt188_cold_water")
    assert problem in str(caught.value)


def test_the_readme_shows_the_sample_and_explains_each_key() -> None:
    folder = PROFILES.folder.parent
    sample = (folder / "sample.toml").read_text("utf-8")
    readme = (folder / "README.md").read_text("utf-8")
    assert sample in readme
    for key in (*Cjt188Reader.WIRE_KEYS, *Cjt188Reader.OWN_KEYS):
        assert f"`{key}`" in readme
    read = tomllib.loads(sample)
    (source,), (meter,) = read["source"], read["meter"]
    assert source_problems(source) == []
    product = PROFILES.load(meter["profile"])
    assert all(product.facts(quantity) for quantity in meter["quantities"])
