from __future__ import annotations

import tomllib
from fractions import Fraction

import pytest

from adapters.mbus.decode import FLAGS
from adapters.mbus.profile import PROFILES, MbusReader, fitting
from adapters.mbus.units import measured
from adapters.meter_profile import MeterProfileError
from energy.metering.channel import Kind, base_per_count
from energy.metering.source_facts import source_problems

TEXT = PROFILES.text("mbus_heat_kwh")


@pytest.mark.parametrize(
    ("profile", "quantity", "base"),
    [
        ("mbus_heat_kwh", "heat_energy", 36),
        ("mbus_heat_gj", "heat_energy", 10),
        ("mbus_cooling_kwh", "cooling_energy", 36),
        ("mbus_cooling_gj", "cooling_energy", 10),
        ("mbus_heat_cooling_kwh", "cooling_energy", 36),
        ("mbus_water", "volume", Fraction(1, 10)),
    ],
)
def test_a_count_is_worth_its_unit_exactly(
    profile: str, quantity: str, base: int | Fraction
) -> None:
    assert base_per_count(PROFILES.load(profile).facts(quantity), Fraction(1)) == base


def test_what_is_stored_is_no_counter() -> None:
    for name in PROFILES.shipped():
        for point in PROFILES.load(name).points.values():
            assert (point.wire.storage > 0) == point.quantity.endswith("_month_end")
            assert not (point.wire.storage and point.facts.kind is Kind.COUNTER)


def test_every_profile_bills_something_and_names_what_records_measure() -> None:
    for name in PROFILES.shipped():
        read = PROFILES.load(name)
        assert any(point.billing for point in read.points.values()), name
        assert {point.wire.what for point in read.points.values()} <= measured().keys() | FLAGS


@pytest.mark.parametrize(
    ("medium", "unit", "names"),
    [
        (0x04, "Wh", ["mbus_heat_kwh"]),
        (0x0C, "J", ["mbus_heat_gj"]),
        (0x0A, "Wh", ["mbus_cooling_kwh"]),
        (0x0D, "J", ["mbus_heat_cooling_gj"]),
        (0x16, "m3", ["mbus_water"]),
        (0x03, "m3", []),
        (0x04, "", []),
    ],
)
def test_medium_and_unit_tell_the_profile(medium: int, unit: str, names: list[str]) -> None:
    assert fitting(medium, unit) == names


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('record = "energy"', 'record = "entropy"', "record must be one of access_number"),
        ("storage = 1", "storage = -1", "storage must be a whole number"),
        ("storage = 1", 'function = "mean"', "function must be one of now, maximum, minimum"),
        ('unit = "kW"', 'unit = "m3/h"', "unit must be one of W, kW"),
        ("bits = [2, 1]", "bits = [7, 2]", "bits must be [first, width] within 8"),
        ("bits = [0, 16]", "bits = [0, 33]", "bits must be [first, width] within 32"),
        ("storage = 1", 'extensions = ["BC"]', 'extensions must be a list such as ["3C"]'),
        ('record = "status"', 'record = "flow"', "states are bits of digital_input"),
        ('media = "04 0C"', 'media = "heat"', "media must look like"),
        ('application_reset = "no"', 'application_reset = "0"', "must look like yes|no"),
    ],
)
def test_a_profile_with_a_problem_is_refused_with_its_cause(
    old: str, new: str, problem: str
) -> None:
    assert old in TEXT
    with pytest.raises(MeterProfileError) as met:
        PROFILES.parse(TEXT.replace(old, new, 1), name="mbus_heat_kwh")
    assert problem in str(met.value)


def test_the_readme_explains_every_key_and_shows_the_sample() -> None:
    folder = PROFILES.folder.parent
    readme = (folder / "README.md").read_text("utf-8")
    sample = (folder / "sample.toml").read_text("utf-8")
    assert sample.strip() in readme
    assert [
        k for k in (*MbusReader.OWN_KEYS, *MbusReader.WIRE_KEYS) if f"`{k}`" not in readme
    ] == []
    (source,) = tomllib.loads(sample)["source"]
    assert source_problems(source) == []
