"""In: the unit byte behind a value. Out: its unit, exactly. Pure.

The table of CJ/T 188-2004. A counter whose unit byte is not the one of its profile is not
converted: its register would turn at another count.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and its exact place among those of its kind."""

    name: str
    measures: str
    """"energy", "power", "volume" or "flow"."""
    factor: Fraction
    """In joule, watt, litre or litre an hour."""


UNITS: dict[int, Unit] = {
    0x01: Unit("J", "energy", Fraction(1)),
    0x02: Unit("Wh", "energy", Fraction(3600)),
    0x05: Unit("kWh", "energy", Fraction(3_600_000)),
    0x08: Unit("MWh", "energy", Fraction(3_600_000_000)),
    0x0A: Unit("100MWh", "energy", Fraction(360_000_000_000)),
    0x0B: Unit("kJ", "energy", Fraction(1000)),
    0x0E: Unit("MJ", "energy", Fraction(1_000_000)),
    0x11: Unit("GJ", "energy", Fraction(1_000_000_000)),
    0x13: Unit("100GJ", "energy", Fraction(100_000_000_000)),
    0x14: Unit("W", "power", Fraction(1)),
    0x17: Unit("kW", "power", Fraction(1000)),
    0x1A: Unit("MW", "power", Fraction(1_000_000)),
    0x29: Unit("L", "volume", Fraction(1)),
    0x2C: Unit("m3", "volume", Fraction(1000)),
    0x32: Unit("L/h", "flow", Fraction(1)),
    0x35: Unit("m3/h", "flow", Fraction(1000)),
}
CODES: dict[str, int] = {unit.name: code for code, unit in UNITS.items()}
"""Unit byte by the unit's name."""
