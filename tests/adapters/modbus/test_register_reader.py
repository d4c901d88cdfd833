"""A register map is checked whole: every wrong row is named, at once."""

from __future__ import annotations

from fractions import Fraction

import pytest

from adapters.errors import RegisterMapError
from adapters.modbus.register_map import MAPS, Trust
from energy.metering.channel import Kind

SMALL = """
schema_version = 1
id = "box"
vendor = "Maker"
models = ["Box"]
utility = "electricity"
trust = "single"
sources = ["a manual"]
links = ["rtu"]
function_code = 3
word_order = "big"
side = "unknown"
constant = "serial_number"
identify = [{ address = 100, type = "u16", equals = 7 }]

[[point]]
quantity = "serial_number"
address = 90
type = "u32"
kind = "config"

[[point]]
quantity = "alarm"
address = 0
type = "bits16"
resolution = "1"
unit = "1"
kind = "state"
bits = [0, 4]

[[point]]
quantity = "prealarm"
address = 0
type = "bits16"
resolution = "1"
unit = "1"
kind = "state"
bits = [4, 12]

[[point]]
quantity = "active_energy_import"
address = 10
type = "acc32"
resolution = "1"
scale_address = 14
unit = "Wh"
kind = "counter"
direction = "import"
billing = true

[[point]]
quantity = "voltage_l1"
address = 20
type = "f32"
resolution = "0.1"
scale = "0.1"
unit = "V"
kind = "gauge"
"""


def text_of(profile: str) -> str:
    return MAPS.text(profile)


def problems_of(text: str, name: str = "abb_b23_b24") -> str:
    with pytest.raises(RegisterMapError) as caught:
        MAPS.parse(text, name=name)
    return str(caught.value)


def test_a_small_map_is_read() -> None:
    read = MAPS.parse(SMALL, name="box")
    assert list(read.points) == ["alarm", "prealarm", "active_energy_import", "voltage_l1"]
    assert list(read.plate) == ["serial_number"]
    assert (read.constant, read.max_registers, read.allow_transaction_zero) == (
        "serial_number", 125, False,
    )  # fmt: skip
    points = read.points
    alarm, energy, voltage = (
        points[name] for name in ("alarm", "active_energy_import", "voltage_l1")
    )
    assert (alarm.kind, alarm.bits) == (Kind.STATE, (0, 4))
    assert (energy.value_end, energy.end, energy.scale_address) == (12, 15, 14)
    assert (voltage.resolution, voltage.scale, voltage.raw_per_count) == (
        Fraction(1, 10), Fraction(1, 10), 1,
    )  # fmt: skip
    assert voltage.trust is Trust.SINGLE


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
        ('unsigned = "all_ones"', 'unsigned = "zero"', "nulls: unsigned must be one of"),
        ("schema_version = 1", "schema_version = 2", "schema_version must be 1"),
        ('trust = "agree"', 'trust = "hope"', "trust must be one of single, agree"),
        ('vendor = "ABB"', 'vendor = "ABB"\ncolour = "grey"', "unknown key 'colour'"),
        ("billing = true", "billing = 1", "billing must be true or false"),
        ("billing = true", "modulus = 1", "modulus must be a whole number"),
        ('links = ["rtu"]', 'links = ["carrier pigeon"]', "links may be"),
        ('side = "unknown"', "", "states its side, if only unknown"),
        ("voltage_l3l2", "voltage_between", "no canonical name"),
        ("active_energy_import_l1", "active_energy_import_11", "nearest: active_energy_import"),
    ],
)
def test_a_wrong_map_is_refused_with_the_problem(good: str, bad: str, problem: str) -> None:
    text = text_of("abb_b23_b24")
    assert good in text
    assert problem in problems_of(text.replace(good, bad))


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ("bits = [4, 12]", "bits = [3, 13]", "alarm (0 to 0) and prealarm (0 to 0) overlap"),
        ("bits = [4, 12]", "bits = [4, 13]", "bits must be [first, width] within 16 bits"),
        ("bits = [4, 12]", "bits = [4]", "bits must be [first, width] within 16 bits"),
        ("bits = [4, 12]", "", "alarm (0 to 0) and prealarm (0 to 0) overlap"),
        ('kind = "state"', 'kind = "gauge"', "type bits16 is for kind state"),
        ("scale_address = 14", "scale_address = 11", "must lie behind the value"),
        ("scale_address = 14", "scale_address = 200", "within one request"),
        ('type = "acc32"', 'type = "f32"', "scale_address is for whole numbers"),
        ('type = "f32"', 'type = "u32"', "the scale of an integer is its resolution"),
        ('scale = "0.1"', 'scale = "0"', "scale must not be 0"),
        ('type = "f32"', 'type = "str4"', "type str is for kind text or config"),
        ('constant = "serial_number"', 'constant = "voltage_l1"', "must be a [[point]] of kind"),
        ("equals = 7", 'equals = "7"', "equals must be a whole number"),
        ("equals = 7", 'low = "5"', "state equals, or low and high in order"),
        ("equals = 7", 'equals = 7, low = "5", high = "9"', "not both"),
        ('unit = "Wh"', 'unit = "unverified"', "no bill may rest on a value whose unit"),
        ('quantity = "serial_number"', 'quantity = "voltage_l2"', "no canonical name"),
        ('kind = "counter"', 'kind = "gauge"', "billing is for counters"),
        ('models = ["Box"]', "models = []", "models must be a list of texts, not empty"),
        ('id = "box"', 'id = "Box"', "id must be 'box', the name of the file"),
        ("function_code = 3", "max_registers = 126", "max_registers must be a whole number, 4"),
    ],
)
def test_what_does_not_fit_together_is_refused(good: str, bad: str, problem: str) -> None:
    assert good in SMALL
    assert problem in problems_of(SMALL.replace(good, bad), "box")


def test_a_map_with_two_problems_names_both() -> None:
    text = text_of("abb_b23_b24").replace('kind = "counter"', 'kind = "x"').replace("ABB", "")
    found = problems_of(text)
    assert "kind must be one of" in found
    assert "vendor must be a text" in found


def test_a_text_that_is_no_toml_is_refused() -> None:
    assert "no TOML" in problems_of("id = ")


def test_a_map_of_nothing_but_plate_values_is_refused() -> None:
    head = SMALL.partition("[[point]]")[0]
    serial = 'quantity = "serial_number"\naddress = 1\ntype = "u32"\nkind = "config"'
    text = f"{head}[[point]]\n{serial}"
    assert "no [[point]] may become a channel" in problems_of(text, "box")
    assert "there is no [[point]]" in problems_of(head, "box")
