from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from energy.base.text import t
from energy.base.units import Utility
from processes.technician_checks import (
    Check,
    DisplayTextError,
    Observed,
    Outcome,
    check_voltages,
    compare_display,
    compare_rise,
    display_of,
    displays_of,
    final_count,
    flow_while_typing,
    refused_checks,
)

NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)
CENT = Fraction(1, 100)


def compared(display: str, register: str, *, flow: str = "0", multiplier: str = "1") -> Check:
    return compare_display(
        display_of(display),
        Fraction(register),
        quantity="active_energy_import",
        unit="kWh",
        resolution=CENT,
        flow=Fraction(flow),
        multiplier=Fraction(multiplier),
    )


@pytest.mark.parametrize(
    ("display", "register"),
    [("15203.4", "15203.41"), ("15203.4", "15203.3"), ("15203", "15204"), ("0", "0.00")],
)
def test_a_display_within_one_step_of_its_register_is_right(display: str, register: str) -> None:
    assert compared(display, register).outcome is Outcome.OK


def test_a_display_a_hundred_times_its_register_names_the_scale() -> None:
    check = compared("15203.4", "152.03")
    assert check.outcome is Outcome.REFUSED
    assert "display 15203.4 but register 152.03: scale off by 100" in check.text


def test_a_display_of_another_meter_names_the_difference() -> None:
    check = compared("15203.4", "15190.00")
    assert check.outcome is Outcome.REFUSED
    assert "differ by 13.4 kWh, one display step is 0.1" in check.text


def test_a_display_behind_the_transformers_names_their_ratio() -> None:
    check = compared("6081.2", "152.03", multiplier="40")
    assert check.outcome is Outcome.REFUSED
    assert "counts behind the transformers (x 40)" in check.text


def test_the_register_may_go_on_while_somebody_types_but_never_back() -> None:
    assert compared("100.0", "101.9", flow="2").outcome is Outcome.OK
    assert compared("100.0", "102.2", flow="2").outcome is Outcome.REFUSED
    assert compared("100.0", "99.8", flow="2").outcome is Outcome.REFUSED


def test_a_minute_of_power_is_what_the_register_may_go_on() -> None:
    assert flow_while_typing(Fraction(6000), "kWh", Utility.ELECTRICITY) == Fraction(1, 10)
    assert flow_while_typing(None, "kWh", Utility.ELECTRICITY) == 0
    assert flow_while_typing(Fraction(6000), "m3", Utility.GAS) == 0


@pytest.mark.parametrize("text", ["", "15 203,4", "-1", "1e5", "0x10", "15203."])
def test_a_display_that_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(DisplayTextError, match="Type the digits"):
        display_of(text)


def test_displays_of_several_counters_are_told_apart_by_their_quantity() -> None:
    found = displays_of(["12.5", "active_energy_export=3"], "active_energy_import")
    assert {quantity: each.value for quantity, each in found.items()} == {
        "active_energy_import": Fraction(25, 2),
        "active_energy_export": 3,
    }
    with pytest.raises(DisplayTextError, match="given twice"):
        displays_of(["1", "active_energy_import=2"], "active_energy_import")


def test_a_final_display_becomes_whole_counts_or_is_refused() -> None:
    assert final_count(display_of("15990.2"), CENT) == 1_599_020
    with pytest.raises(DisplayTextError, match="more digits than the register"):
        final_count(display_of("15990.231"), CENT)


def seen(**values: float | str) -> Observed:
    return Observed(at=NOON, values={q: Fraction(str(v)) for q, v in values.items()})


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"voltage_l1": 231, "voltage_l2": 230, "voltage_l3": 229}, Outcome.OK),
        ({"voltage_l1": 57.7, "voltage_l2": 57.7, "voltage_l3": 57.7}, Outcome.OK),
        ({"voltage_l1": 231, "voltage_l2": 0, "voltage_l3": 0}, Outcome.NOTED),
        ({"voltage_l1": 0, "voltage_l2": 0, "voltage_l3": 0}, Outcome.REFUSED),
        ({"voltage_l1": 23000, "voltage_l2": 230, "voltage_l3": 230}, Outcome.REFUSED),
        ({"frequency": 50}, Outcome.OK),
        ({"frequency": 5000}, Outcome.REFUSED),
    ],
)
def test_voltages_tell_profile_and_wiring(values: dict[str, float], outcome: Outcome) -> None:
    assert [check.outcome for check in check_voltages(seen(**values))] == [outcome]


def rise(counter_kwh: str, power_w: int, seconds: int = 60) -> Check:
    first = seen(active_energy_import=100, active_power=power_w)
    later = Observed(
        at=NOON + timedelta(seconds=seconds),
        values={
            "active_energy_import": 100 + Fraction(counter_kwh),
            "active_power": Fraction(power_w),
        },
    )
    return compare_rise(first, later, quantity="active_energy_import", unit="kWh", resolution=CENT)


def test_counter_and_power_that_go_together_are_right() -> None:
    assert rise("0.05", 3000).outcome is Outcome.OK


def test_a_counter_that_stands_still_under_power_is_refused_with_the_next_step() -> None:
    check = rise("0", 3000)
    assert check.outcome is Outcome.REFUSED
    assert "--watch 60" in check.text
    assert refused_checks([check]) == [check]


def test_too_little_power_is_noted_and_proves_nothing() -> None:
    assert rise("0", 300).outcome is Outcome.NOTED


def test_power_that_flows_backwards_names_the_transformer() -> None:
    check = rise("0", -3000)
    assert check.outcome is Outcome.REFUSED
    assert "transformer reversed" in check.text


def test_of_what_fills_a_check_only_the_words_of_the_catalogue_are_swapped_for_their_text() -> None:
    told = {"side": "look.word.primary", "settled": "finding.several", "why": "look.name.side"}
    check = Check.of("side", Outcome.REFUSED, "side_contradicts", **told)
    for language in ("en", "zh"):
        text = check.told(language)[1]
        assert t(language, "look.word.primary") in text
        assert "finding.several" in text
        assert "look.name.side" in text
