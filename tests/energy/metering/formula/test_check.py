"""What may stand beside what: units, amounts and means, names that only look right."""

from __future__ import annotations

from fractions import Fraction

import pytest

from energy.base.units import Utility
from energy.metering.channel import Channel, ChannelFacts, Direction, Kind
from energy.metering.formula.check import Nature, check, check_result
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.inputs import DatedConstant, Input, ListedCatalogue, matches
from energy.metering.formula.parser import parse

CHANNELS = (
    ("grid", "active_energy_import", Kind.COUNTER, Utility.ELECTRICITY, "kWh"),
    ("grid", "active_energy_export", Kind.COUNTER, Utility.ELECTRICITY, "kWh"),
    ("grid", "reactive_energy_import", Kind.COUNTER, None, "kvarh"),
    ("grid", "active_power", Kind.GAUGE, None, "kW"),
    ("grid", "reactive_power", Kind.GAUGE, None, "kvar"),
    ("boiler", "heat_energy", Kind.COUNTER, Utility.HEATING, "GJ"),
    ("boiler", "temp_flow", Kind.GAUGE, None, "degC"),
    ("boiler", "temp_return", Kind.GAUGE, None, "degC"),
    ("boiler", "temp_diff", Kind.GAUGE, None, "K"),
    ("gas", "volume", Kind.COUNTER, Utility.GAS, "m3"),
    ("gasb", "volume_base", Kind.COUNTER, Utility.GAS, "m3"),
    ("water", "volume", Kind.COUNTER, Utility.WATER, "m3"),
    ("gate", "passengers", Kind.INTERVAL, None, "passenger"),
    ("valve", "valve_state", Kind.STATE, None, "1"),
    ("odd", "voltage_thd", Kind.GAUGE, None, "unverified"),
)


def _catalogue() -> ListedCatalogue:
    found: dict[str, list[Input]] = {}
    for number, (point, quantity, kind, utility, unit) in enumerate(CHANNELS, 1):
        facts = ChannelFacts(
            quantity=quantity,
            kind=kind,
            utility=utility,
            unit=unit,
            resolution=Fraction(1, 10),
            modulus=None,
            direction=Direction.EXPORT if "export" in quantity else Direction.NONE,
        )
        channel = Channel(number=number, point=point, facts=facts)
        found.setdefault(point, []).append(Input(channel=channel))
    return ListedCatalogue(
        channels=found,
        places=frozenset({"t2", "gate-a"}),
        parents={"t2": None, "gate-a": "t2"},
        point_places={"grid": "gate-a", "water": "t2"},
    )


CATALOGUE = _catalogue()
CONSTANTS = {
    "z": DatedConstant(name="z", unit="Nm3/m3", values=()),
    "cv": DatedConstant(name="cv", unit="kWh/Nm3", values=()),
}
SOUND = {
    "[grid] - [grid/active_energy_export]": (Nature.AMOUNT, "kWh", False),
    "[boiler] / [grid]": (Nature.LEVEL, "1", False),
    "[grid] / attribute([t2], area_m2)": (Nature.AMOUNT, "kWh/m2", False),
    "[grid] / [gate]": (Nature.LEVEL, "kWh/passenger", False),
    "[gas] * z * cv": (Nature.AMOUNT, "kWh", False),
    "[gasb] * cv": (Nature.AMOUNT, "kWh", False),
    "[water] * 998 {kg/m3} * 4.18 {kJ/(kg*K)} * ([boiler/temp_flow] - [boiler/temp_return])": (
        Nature.AMOUNT,
        "GJ",
        False,
    ),
    "apparent([grid], [grid/reactive_energy_import])": (Nature.AMOUNT, "kVAh", False),
    "apparent([grid/active_power], [grid/reactive_power])": (Nature.LEVEL, "kVA", False),
    "power_factor([grid/active_power], [grid/reactive_power])": (Nature.LEVEL, "1", False),
    "[grid/active_power] * duration()": (Nature.AMOUNT, "kWh", False),
    "[grid] / duration()": (Nature.LEVEL, "kW", False),
    "max([grid] - 5 {kW} * duration(), 0)": (Nature.AMOUNT, "kWh", False),
    "[boiler/temp_flow]": (Nature.LEVEL, "degC", True),
    "[boiler/temp_return] + [boiler/temp_diff]": (Nature.LEVEL, "degC", True),
    "[boiler/temp_flow] - 5 {K}": (Nature.LEVEL, "degC", True),
    "max([boiler/temp_flow], [boiler/temp_return])": (Nature.LEVEL, "degC", True),
    "sum(meters(electricity, at=[t2]))": (Nature.AMOUNT, "kWh", False),
    "2 * 3.5 {h}": (Nature.FIXED, "h", False),
}


@pytest.mark.parametrize("text", SOUND)
def test_what_fits_is_told_what_it_measures(text: str) -> None:
    nature, unit, point = SOUND[text]
    checked = check(parse(text), text, CATALOGUE, CONSTANTS)
    assert (checked.nature, checked.point) == (nature, point)
    assert check_result(checked, text, None, "", unit).dimension == checked.dimension


WRONG = {
    "[grid] + [water]": ("units_differ", 9),
    "[grid] + [grid/reactive_energy_import]": ("units_differ", 9),
    "[gas] + [gasb]": ("units_differ", 8),
    "[gas] * cv + [grid]": ("units_differ", 13),
    "[grid] + 5": ("units_differ", 9),
    "[grid] + 5 {kWh}": ("not_amount", 9),
    "[grid] - [grid/active_power] * 1 {h}": ("not_amount", 9),
    "[grid] * [boiler]": ("amounts", 0),
    "1 / [grid]": ("amounts", 0),
    "[grid] / 0": ("by_zero", 9),
    "2 * [boiler/temp_flow]": ("point", 4),
    "-[boiler/temp_flow]": ("point", 1),
    "[boiler/temp_flow] + [boiler/temp_return]": ("points_added", 0),
    "[boiler/temp_diff] - [boiler/temp_flow]": ("points_added", 0),
    "max([boiler/temp_flow], [boiler/temp_diff])": ("points_mixed", 0),
    "apparent([grid], [boiler])": ("apparent", 0),
    "power_factor([grid/active_power], [grid/reactive_energy_import])": ("apparent", 0),
    "[grdi]": ("unknown_near", 0),
    "[zzzzz]": ("unknown", 0),
    "[grid/volume]": ("unknown_near", 0),
    "[gr\u0456d]": ("unknown_alike", 3),
    "[valve]": ("state", 0),
    "[odd]": ("channel_unit", 0),
    "loss * [grid]": ("constant", 0),
    "attribute([t9], area_m2) * 1": ("place", 0),
    "meters(electricity)": ("members_alone", 0),
    "2 * meters(electricity)": ("members_alone", 4),
    "sum(meters(power))": ("utility", 4),
    "sum(meters(water, at=[t9]))": ("place", 4),
    "sum(meters(gas))": ("members_differ", 4),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_does_not_fit_is_refused_where_it_stands(text: str) -> None:
    key, offset = WRONG[text]
    with pytest.raises(FormulaError) as caught:
        check(parse(text), text, CATALOGUE, CONSTANTS)
    assert caught.value.code == f"formula.{key}"
    assert caught.value.spot is not None
    assert caught.value.spot.offset == offset


def test_a_letter_that_only_looks_right_is_named() -> None:
    text = "[gr\u0456d]"
    with pytest.raises(FormulaError, match="BYELORUSSIAN-UKRAINIAN I"):
        check(parse(text), text, CATALOGUE, CONSTANTS)


RESULTS = {
    ("[grid]", Utility.ELECTRICITY, "m3"): "result_utility",
    ("[water]", Utility.ELECTRICITY, "kWh"): "result",
    ("[grid/active_power]", Utility.ELECTRICITY, "kWh"): "result_level",
    ("[boiler] / [grid]", None, "kWh"): "result",
    ("[boiler/temp_flow]", None, "K"): "result_point",
    ("[boiler/temp_diff]", None, "degC"): "result_point",
    ("[grid]", None, "kwh"): "result_unit",
}


@pytest.mark.parametrize(("text", "utility", "unit"), RESULTS)
def test_a_result_is_what_its_unit_measures(text: str, utility: Utility | None, unit: str) -> None:
    checked = check(parse(text), text, CATALOGUE, CONSTANTS)
    with pytest.raises(FormulaError) as caught:
        check_result(checked, text, utility, "", unit)
    assert caught.value.code == f"formula.{RESULTS[text, utility, unit]}"


def test_gas_at_base_conditions_is_a_quantity_of_its_own() -> None:
    text = "[gas] * z"
    checked = check(parse(text), text, CATALOGUE, CONSTANTS)
    assert check_result(checked, text, Utility.GAS, "volume_base", "m3").text == "m3"
    with pytest.raises(FormulaError):
        check_result(checked, text, Utility.GAS, "volume", "m3")


def test_a_class_takes_one_channel_a_point_and_what_is_inside_the_place() -> None:
    text = "sum(meters(electricity, at=[t2]))"
    checked = check(parse(text), text, CATALOGUE, CONSTANTS)
    assert [each.channel.key for each in checked.parts[0].inputs] == ["grid/active_energy_import"]


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*", "", True),
        ("a*", "abc", True),
        ("*c", "abc", True),
        ("a*c", "ac", True),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("ab*ba", "aba", False),
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("a**c", "abc", True),
    ],
)
def test_a_pattern_takes_anything_for_a_star(pattern: str, name: str, *, fits: bool) -> None:
    assert matches(pattern, name) is fits


def test_a_hostile_pattern_looks_at_each_star_once() -> None:
    assert not matches("*a" * 50 + "*b", "a" * 10_000)
