"""In: a utility and a unit of a register. Out: exact factors to the base unit. Pure.

Usage is kept in integers of a base unit in which common registers are exact:
electricity Wh; heating and cooling 100 J; water and gas litre; steam gram.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from energy.base.errors import EnergyError


class Utility(StrEnum):
    """The six utilities."""

    ELECTRICITY = "electricity"
    WATER = "water"
    GAS = "gas"
    HEATING = "heating"
    COOLING = "cooling"
    STEAM = "steam"


BASE_UNIT: dict[Utility, str] = {
    Utility.ELECTRICITY: "Wh",
    Utility.WATER: "L",
    Utility.GAS: "L",
    Utility.HEATING: "100J",
    Utility.COOLING: "100J",
    Utility.STEAM: "g",
}

_ELECTRIC = {"Wh": Fraction(1), "kWh": Fraction(1000), "MWh": Fraction(1_000_000)}
_VOLUME = {"L": Fraction(1), "m3": Fraction(1000)}
_HEAT = {
    "Wh": Fraction(36),
    "kWh": Fraction(36_000),
    "MWh": Fraction(36_000_000),
    "MJ": Fraction(10_000),
    "GJ": Fraction(10_000_000),
    "100J": Fraction(1),
}
_MASS = {"g": Fraction(1), "kg": Fraction(1000), "t": Fraction(1_000_000)}

TO_BASE: dict[Utility, dict[str, Fraction]] = {
    Utility.ELECTRICITY: _ELECTRIC,
    Utility.WATER: _VOLUME,
    Utility.GAS: _VOLUME,
    Utility.HEATING: _HEAT,
    Utility.COOLING: _HEAT,
    Utility.STEAM: _MASS,
}


class UnknownUnitError(EnergyError):
    """A register's unit is not one of its utility's units."""

    code = "unit.unknown"

    def __init__(self, utility: Utility, unit: str) -> None:
        """Name the unit and the ones known for the utility."""
        known = ", ".join(TO_BASE[utility])
        super().__init__()
        self.keep("channel.unit", unit=unit, utility=utility, known=known)


def to_base(utility: Utility, unit: str) -> Fraction:
    """Return base units in one unit of a utility's quantity. [base unit / unit].

    Raises:
        UnknownUnitError: The unit is none of the utility's.
    """
    try:
        return TO_BASE[utility][unit]
    except KeyError:
        raise UnknownUnitError(utility, unit) from None
