from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.errors import RegisterMapError, UnknownQuantityError
from adapters.modbus.register_map import _MAP_KEYS, _POINT_KEYS, MAPS, known, load, parse
from energy.base.units import Utility
from energy.metering.channel import Direction, Kind, base_per_count

PROFILES = Path(__file__).parent / "gathered.yaml"


def text_of(profile: str) -> str:
    return (MAPS / f"{profile}.toml").read_text("utf-8")


def problems_of(text: str, name: str = "abb_b23_b24") -> str:
    with pytest.raises(RegisterMapError) as caught:
        parse(text, name=name)
    return str(caught.value)


def test_every_map_that_ships_is_sound_and_bills_its_import_register() -> None:
    assert known() == ["abb_b23_b24", "eastron_sdm630"]
    for profile in known():
        facts = load(profile).facts("active_energy_import")
        assert facts.kind is Kind.COUNTER
        assert facts.utility is Utility.ELECTRICITY
        assert facts.direction is Direction.IMPORT
        assert facts.billing
        assert base_per_count(facts, Fraction(1)) == 10


@pytest.mark.parametrize("profile", known())
def test_the_maps_hold_the_gathered_facts_point_by_point(profile: str) -> None:
    every: list[dict[str, Any]] = yaml.safe_load(PROFILES.read_text("utf-8"))["profiles"]
    (gathered,) = [row for row in every if row["id"] == profile]
    read = load(profile)
    assert list(read.sources) == gathered["sources"]
    assert read.trust == gathered["trust"]
    assert read.word_order == gathered["word_order"]
    assert list(read.points) == [row["n"] for row in gathered["points"]]
    for row in gathered["points"]:
        point = read.points[row["n"]]
        assert (point.address, point.type, point.function_code) == (
            row["a"],
            row["t"],
            gathered["fc"],
        )
        assert point.kind == row["k"]
        assert point.unit == (row["u"] or "1")
        assert point.trust == row.get("q", gathered["trust"])
        if not point.type.is_float:
            assert point.resolution == Fraction(str(row["s"]))


def test_overlapping_points_are_refused() -> None:
    text = text_of("abb_b23_b24").replace("address = 20484", "address = 20483")
    assert "active_energy_import (20480 to 20483) and active_energy_export" in problems_of(text)


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ('type = "u64"', 'type = "u63"', "type must be one of u16, s16"),
        ('resolution = "0.01"', "resolution = 0.01", "resolution must be an exact text"),
        ('resolution = "0.01"', 'resolution = "1/0"', "resolution must be an exact text"),
        ('unit = "kWh"', 'unit = "m3"', "Unit 'm3' is not a quantity of electricity"),
        ('kind = "counter"', 'kind = "count"', "kind must be one of counter, gauge"),
        ("function_code = 3", "function_code = 16", "Meterline only reads"),
        ("address = 20480", "address = 65533", "leave room for the type"),
        ("address = 20480", "address = true", "address must be 0 to 65535"),
        ('word_order = "big"', 'word_order = "middle"', 'word_order must be "big" or "little"'),
        ('unsigned = "all_ones"', 'unsigned = "zero"', "nulls.unsigned must be one of"),
        ("schema_version = 1", "schema_version = 2", "schema_version must be 1"),
        ('trust = "agree"', 'trust = "hope"', "trust must be one of single, agree"),
        ('vendor = "ABB"', 'vendor = "ABB"\ncolour = "grey"', "unknown key 'colour'"),
        ("billing = true", "billing = 1", "billing must be true or false"),
        ("billing = true", "modulus = 1", "modulus must be a whole number"),
    ],
)
def test_a_wrong_map_is_refused_with_the_problem(good: str, bad: str, problem: str) -> None:
    text = text_of("abb_b23_b24")
    assert good in text
    assert problem in problems_of(text.replace(good, bad))


def test_the_sample_is_sound_and_stands_in_the_readme() -> None:
    text = (MAPS.parent / "sample.toml").read_text("utf-8")
    assert text in (MAPS.parent / "README.md").read_text("utf-8")
    sample = tomllib.loads(text)
    (meter,) = sample["meter"]
    for quantity in meter["quantities"]:
        load(meter["profile"]).facts(quantity)
    assert meter["source"] == sample["source"][0]["key"]


def test_every_key_of_a_map_is_explained_in_the_readme() -> None:
    readme = (MAPS.parent / "README.md").read_text("utf-8")
    for key in _MAP_KEYS | _POINT_KEYS:
        assert f"`{key}`" in readme or f"`[[{key}]]`" in readme, key


def test_a_map_with_two_problems_names_both() -> None:
    text = text_of("abb_b23_b24").replace('kind = "counter"', 'kind = "x"').replace("ABB", "")
    found = problems_of(text)
    assert "kind must be one of" in found
    assert "vendor must be a text" in found


def test_a_text_that_is_no_toml_is_refused() -> None:
    assert "no TOML" in problems_of("id = ")


@pytest.mark.parametrize("profile", ["pulse", "../maps/abb_b23_b24", "", "ABB"])
def test_an_unknown_profile_names_those_that_ship(profile: str) -> None:
    with pytest.raises(RegisterMapError, match="no such map; there are abb_b23_b24"):
        load(profile)


def test_an_unknown_quantity_names_those_of_the_map() -> None:
    with pytest.raises(UnknownQuantityError, match="no quantity 'volume'; the map has active"):
        load("abb_b23_b24").facts("volume")
