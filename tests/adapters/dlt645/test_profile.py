from __future__ import annotations

import tomllib
from fractions import Fraction

import pytest

from adapters.dlt645.decode import Wire
from adapters.dlt645.profile import PROFILES, Dlt645Reader
from adapters.meter_profile import MeterProfile, MeterProfileError
from adapters.profile_shelf import UnknownProfileError
from energy.base.units import Utility
from energy.metering.channel import Direction, Kind, Side, base_per_count
from energy.metering.source_facts import source_problems

TARIFFS = ("sharp", "peak", "flat", "valley")


def text_of(profile: str) -> str:
    return PROFILES.text(profile)


def problems_of(text: str) -> str:
    with pytest.raises(MeterProfileError) as caught:
        PROFILES.parse(text, name="dlt645_single_phase")
    return str(caught.value)


def test_every_profile_that_ships_bills_its_import_register() -> None:
    assert PROFILES.shipped() == ["dlt645_single_phase", "dlt645_three_phase"]
    for profile in PROFILES.shipped():
        read = PROFILES.load(profile)
        facts = read.facts("active_energy_import")
        assert (facts.kind, facts.utility) == (Kind.COUNTER, Utility.ELECTRICITY)
        assert (facts.direction, facts.side) == (Direction.IMPORT, Side.SECONDARY)
        assert facts.modulus == 10**8
        assert base_per_count(facts, Fraction(1)) == 10
        assert [q for q, p in read.points.items() if p.billing] == ["active_energy_import"]


@pytest.mark.parametrize("profile", PROFILES.shipped())
def test_tariffs_are_quantities_of_their_own_in_the_order_of_the_standard(profile: str) -> None:
    read = PROFILES.load(profile)
    for kind, way in (("01", "import"), ("02", "export"), ("00", "combined")):
        for number, name in enumerate(("", *(f"_{tariff}" for tariff in TARIFFS))):
            wire = read.point(f"active_energy_{way}{name}").wire
            assert wire.identifier == f"00{kind}{number:02X}00"
            assert (wire.block, wire.place) == (f"00{kind}FF00", number)
            assert (wire.size, wire.decimals) == (4, 2)


@pytest.mark.parametrize("profile", PROFILES.shipped())
def test_formats_and_identifiers_are_those_of_the_standard(profile: str) -> None:
    read: MeterProfile[Wire] = PROFILES.load(profile)
    classes = {  # class and kind of annex A: bytes, decimals, sign
        "0201": (2, 1, False), "0202": (3, 3, True), "0203": (3, 4, True), "0204": (3, 4, True),
        "0205": (3, 4, True), "0206": (2, 3, True), "0101": (8, 4, False), "0102": (8, 4, False),
    }  # fmt: skip
    for point in read.points.values():
        expected = classes.get(point.wire.identifier[:4])
        if expected is not None:
            assert (point.wire.size, point.wire.decimals, point.wire.signed) == expected
    assert read.point("frequency").wire.identifier == "02800002"
    assert read.point("maximum_demand_import").wire.timed


def test_a_quantity_that_no_meter_keeps_is_named_with_those_it_does() -> None:
    with pytest.raises(MeterProfileError, match=r"no quantity 'steam_mass'.*active_energy_import"):
        PROFILES.load("dlt645_single_phase").point("steam_mass")
    with pytest.raises(UnknownProfileError, match="nearest: dlt645_single_phase"):
        PROFILES.load("single_phase")


def test_every_problem_of_a_profile_is_listed_at_once() -> None:
    text = text_of("dlt645_single_phase")
    text = text.replace('identifier = "00010100"', 'identifier = "1000"', 1)
    text = text.replace('format = "NN.NN"', 'format = "NN.N"', 1)
    text = text.replace('quantity = "voltage_l1"', 'quantity = "active_power"', 1)
    text = text.replace("billing = true", 'billing = "yes"', 1)
    text = text.replace("bits = [4, 1]", "bits = [15, 2]", 1)
    text = text.replace('trust = "agree"', 'trust = "hearsay"\ncolour = "red"', 1)
    found = problems_of(text)
    for part in (
        "identifier must be eight", 'format must be like "NNNNNN.NN"', "stands twice",
        "billing must be true", "bits must be [first, width]", "trust must be one of",
        "unknown key 'colour'",
    ):  # fmt: skip
        assert part in found, found


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('resolution = "0.01"', 'resolution = "0.1"', "resolution must be that of the format"),
        ("place = 1", "place = 0", "block 0001FF00: one size, and one value a place"),
        ('kind = "state"', 'kind = "gauge"', "bits are for a state alone"),
        ('unit = "kWh"', 'unit = "kvarh"', "is not a quantity of electricity"),
        ("schema_version = 1", "schema_version = 2", "schema_version must be 1"),
        ('quantity = "frequency"', 'quantity = "Frequency"', "lower-case name"),
        ('quantity = "frequency"', 'quantity = "frequenz"', "nearest: frequency"),
        ("modulus = 100000000", "modulus = 1", "modulus must be a whole number"),
        ("[[point]]", "[[point", "no TOML"),
    ],
)
def test_a_profile_with_a_problem_is_not_used(old: str, new: str, problem: str) -> None:
    assert problem in problems_of(text_of("dlt645_single_phase").replace(old, new, 1))


def test_the_readme_shows_the_sample_and_explains_each_key() -> None:
    folder = PROFILES.folder.parent
    sample = (folder / "sample.toml").read_text("utf-8")
    readme = (folder / "README.md").read_text("utf-8")
    assert sample in readme
    for key in Dlt645Reader.WIRE_KEYS:
        assert f"`{key}`" in readme
    read = tomllib.loads(sample)
    (source,), (meter,) = read["source"], read["meter"]
    assert source_problems(source) == []
    product = PROFILES.load(meter["profile"])
    assert all(product.facts(quantity) for quantity in meter["quantities"])
