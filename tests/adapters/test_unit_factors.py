"""Units of one quantity fit each other exactly, others never."""

from __future__ import annotations

from fractions import Fraction

import pytest

from adapters.unit_factors import KNOWN_UNITS, unit_factor
from energy.base.units import Utility


@pytest.mark.parametrize(
    ("given", "wanted", "utility", "factor"),
    [
        ("MWh", "kWh", Utility.ELECTRICITY, Fraction(1000)),
        ("MWh", "GJ", Utility.HEATING, Fraction(36, 10)),
        ("MWh", "GJ", Utility.ELECTRICITY, None),
        ("kW", "W", None, Fraction(1000)),
        ("kWh", "kWh", None, Fraction(1)),
        ("kWh", "Wh", None, None),
        ("degC", "K", None, None),
    ],
)
def test_a_unit_fits_its_own_quantity_only(
    given: str, wanted: str, utility: Utility | None, factor: Fraction | None
) -> None:
    assert unit_factor(given, wanted, utility) == factor
    assert given in KNOWN_UNITS
