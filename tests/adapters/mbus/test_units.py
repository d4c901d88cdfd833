from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mbus.units import meaning_of, measured


@pytest.mark.parametrize(
    ("vif", "what", "unit", "step"),
    [
        ((0x00,), "energy", "Wh", "1/1000"),
        ((0x06,), "energy", "Wh", "1000"),
        ((0x07,), "energy", "Wh", "10000"),
        ((0x08,), "energy", "J", "1"),
        ((0x0F,), "energy", "J", "10000000"),
        ((0x7B, 0x00), "energy", "Wh", "100000"),
        ((0x7B, 0x01), "energy", "Wh", "1000000"),
        ((0x7B, 0x08), "energy", "J", "100000000"),
        ((0x7B, 0x09), "energy", "J", "1000000000"),
        ((0x10,), "volume", "m3", "1/1000000"),
        ((0x13,), "volume", "m3", "1/1000"),
        ((0x7B, 0x11), "volume", "m3", "1000"),
        ((0x2B,), "power", "W", "1"),
        ((0x36,), "power", "J/h", "1000000"),
        ((0x3B,), "flow", "m3/h", "1/1000"),
        ((0x46,), "flow", "m3/h", "6"),
        ((0x4F,), "flow", "m3/h", "36"),
        ((0x59,), "temp_flow", "degC", "1/100"),
        ((0x5E,), "temp_return", "degC", "1/10"),
        ((0x61,), "temp_diff", "K", "1/100"),
        ((0x24,), "hours", "h", "1/3600"),
        ((0x26,), "hours", "h", "1"),
        ((0x23,), "hours_powered", "h", "24"),
        ((0x7D, 0x17), "error_flags", "", "1"),
        ((0x7F, 0x12), "", "", "1"),
        ((0x7B, 0x2F), "", "", "1"),
        ((0x6F,), "", "", "1"),
    ],
)
def test_a_vif_means_what_the_standard_says(
    vif: tuple[int, ...], what: str, unit: str, step: str
) -> None:
    meaning = meaning_of(vif)
    assert (meaning.what, meaning.unit, meaning.step) == (what, unit, Fraction(step))


def test_corrections_are_in_the_step_and_limits_are_kept() -> None:
    assert meaning_of((0x13, 0x77)).step == Fraction(1, 100)
    assert meaning_of((0x13, 0x7D)).step == 1
    backward = meaning_of((0x13, 0x3C))
    assert (backward.step, backward.extensions) == (Fraction(1, 1000), (0x3C,))
    assert meaning_of((0x13, 0x7F, 0x15)).extensions == (0x7F, 0x15)
    assert meaning_of((0x06, 0x18)).error == 0x18


def test_averages_and_profiles_are_no_errors_and_no_plain_values() -> None:
    for limit in (0x12, 0x13, 0x14, 0x1E, 0x1F):
        told = meaning_of((0x13, limit))
        assert (told.error, told.extensions) == (0, (limit,))
    assert meaning_of((0x7D, 0x17, 0x1D)) == meaning_of((0x7D, 0x17)), "as the standard says"


def test_an_extension_of_the_other_table_changes_neither_step_nor_error() -> None:
    first_phase = meaning_of((0x06, 0x7C, 0x01))
    assert (first_phase.error, first_phase.extensions) == (0, (0x7C, 0x01))
    assert meaning_of((0x06, 0x7C, 0x73, 0x77)).step == 10_000


def test_what_is_added_to_a_value_keeps_it_from_being_a_plain_one() -> None:
    assert meaning_of((0x13, 0x7B)).extensions == (0x7B,)


@given(st.lists(st.integers(0, 0x7F), min_size=1, max_size=11))
def test_any_vif_has_an_exact_step(vif: list[int]) -> None:
    meaning = meaning_of(tuple(vif))
    assert meaning.step > 0
    assert meaning.what == "" or meaning.what in measured()
