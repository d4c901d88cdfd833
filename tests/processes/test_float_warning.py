from __future__ import annotations

from fractions import Fraction

import pytest

from adapters.modbus.register_map import load
from processes.float_warning import float_warning

SDM = load("eastron_sdm630").point("active_energy_import")


@pytest.mark.parametrize(
    ("kwh", "display_step", "warns"),
    [
        (131_071, Fraction(1, 100), False),
        (131_072, Fraction(1, 100), True),
        (131_072, Fraction(1, 10), False),
        (1_048_576, Fraction(1, 10), True),
    ],
)
def test_a_counter_coarser_than_its_display_is_told(
    kwh: int, display_step: Fraction, warns: bool
) -> None:
    found = float_warning(SDM, kwh * 100, display_step=display_step)
    assert (found is not None) is warns


def test_the_warning_names_both_steps_in_both_languages() -> None:
    said = float_warning(SDM, 13_107_200, display_step=Fraction(1, 100))
    assert said is not None
    assert "steps of 0.01562 kWh" in said.text
    assert "the display in 0.01" in said.text
    assert "0.01562 kWh" in said.told("zh")[1]
    assert said.told("zh") != said.told("en")


def test_an_integer_counter_never_warns() -> None:
    abb = load("abb_b23_b24").point("active_energy_import")
    assert float_warning(abb, 10**12, display_step=Fraction(1, 100)) is None
