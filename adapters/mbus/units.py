"""In: VIF and extensions of a record. Out: what it measures and one count in it, exactly. Pure.

The tables of EN 13757-3, as far as heat, cooling and water meters use them. What stands in none is
told as such and becomes no channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

FIRST_TABLE, SECOND_TABLE = 0x7B, 0x7D
"""Extension VIFs (with their extension bit FBH and FDH)."""
STANDARD_CONTENT, OTHER_TABLE = 0x1D, 0x7C
"""The record means what the standard says; the next extension is of another table."""
LIMITS = frozenset({0x12, 0x13, 0x14, 0x1E, 0x1F})
"""Average, profiles of many values, relative deviation: extensions among those of errors."""
RECORD_ERRORS = frozenset(range(1, 0x20)) - LIMITS - {STANDARD_CONTENT}
"""Extensions that tell what is wrong with the record."""
FORWARD, BACKWARD = 0x3B, 0x3C
"""Counts only what flows one way; the second tells of the cold or of the way back."""
MAKERS_OWN = 0x7F
TEN = Fraction(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a record measures."""

    what: str
    """"energy", "volume", "flow"; empty when no table of ours knows it."""
    unit: str
    """Unit of `step`: Wh, J, m3, kg, W, J/h, m3/h, kg/h, degC, K, bar, h; empty for none."""
    step: Fraction
    """Units in one count of the record. [unit / count]"""
    extensions: tuple[int, ...]
    """What limits the meaning: forward only, per hour, maker's own. Corrections are in the step."""
    error: int = 0
    """What the meter says is wrong with the record, 1 to 31; 0 for nothing."""


@dataclass(frozen=True, slots=True)
class _Span:
    """VIFs that differ in their power of ten alone."""

    first: int
    count: int
    what: str
    unit: str
    power: int
    """Of the first one."""


_MAIN = (
    _Span(0x00, 8, "energy", "Wh", -3),
    _Span(0x08, 8, "energy", "J", 0),
    _Span(0x10, 8, "volume", "m3", -6),
    _Span(0x18, 8, "mass", "kg", -3),
    _Span(0x28, 8, "power", "W", -3),
    _Span(0x30, 8, "power", "J/h", 0),
    _Span(0x38, 8, "flow", "m3/h", -6),
    _Span(0x50, 8, "mass_flow", "kg/h", -3),
    _Span(0x58, 4, "temp_flow", "degC", -3),
    _Span(0x5C, 4, "temp_return", "degC", -3),
    _Span(0x60, 4, "temp_diff", "K", -3),
    _Span(0x64, 4, "temp_outside", "degC", -3),
    _Span(0x68, 4, "pressure", "bar", -3),
    _Span(0x6C, 1, "date", "", 0),
    _Span(0x6D, 1, "instant", "", 0),
    _Span(0x6E, 1, "heat_cost_units", "", 0),
    _Span(0x78, 1, "fabrication_number", "", 0),
    _Span(0x79, 1, "secondary_address", "", 0),
    _Span(0x7A, 1, "primary_address", "", 0),
)
_FIRST = (
    _Span(0x00, 2, "energy", "Wh", 5),
    _Span(0x08, 2, "energy", "J", 8),
    _Span(0x10, 2, "volume", "m3", 2),
    _Span(0x18, 2, "mass", "kg", 5),
    _Span(0x28, 2, "power", "W", 5),
    _Span(0x30, 2, "power", "J/h", 8),
)
_SECOND = (
    _Span(0x08, 1, "access_number", "", 0),
    _Span(0x0A, 1, "manufacturer", "", 0),
    _Span(0x0B, 1, "parameter_set", "", 0),
    _Span(0x0C, 1, "model", "", 0),
    _Span(0x0D, 1, "hardware_version", "", 0),
    _Span(0x0E, 1, "firmware_version", "", 0),
    _Span(0x0F, 1, "software_version", "", 0),
    _Span(0x10, 1, "customer_location", "", 0),
    _Span(0x11, 1, "customer", "", 0),
    _Span(0x17, 1, "error_flags", "", 0),
    _Span(0x1A, 1, "digital_output", "", 0),
    _Span(0x1B, 1, "digital_input", "", 0),
    _Span(0x3A, 1, "dimensionless", "", 0),
    _Span(0x40, 16, "voltage", "V", -9),
    _Span(0x50, 16, "current", "A", -12),
)
_TIMES = {0x20: "hours_powered", 0x24: "hours"}
"""On time, operating time: four VIFs each, for seconds, minutes, hours and days."""
_HOURS = (Fraction(1, 3600), Fraction(1, 60), Fraction(1), Fraction(24))
_PER_SMALLER = {0x40: (-7, 60), 0x48: (-9, 3600)}
"""Flow a minute and a second: power of ten of the first, and how often an hour has one."""
_NOTHING = ("", "", Fraction(1))


def meaning_of(vif: tuple[int, ...]) -> Meaning:
    """Return what a record measures.

    Args:
        vif: VIF and extensions without their extension bits.
    """
    first, rest = vif[0], vif[1:]
    if first in {FIRST_TABLE, SECOND_TABLE} and rest:
        table = _FIRST if first == FIRST_TABLE else _SECOND
        what, unit, step = _in(table, rest[0])
        rest = rest[1:]
    else:
        what, unit, step = _main(first)
    kept: list[int] = []
    error = 0
    for at, extension in enumerate(rest):
        if extension == MAKERS_OWN:
            kept += rest[at:]
            break
        if extension == OTHER_TABLE or rest[at - 1 : at] == (OTHER_TABLE,):
            kept.append(extension)
        elif extension in RECORD_ERRORS:
            error = extension
        elif 0x70 <= extension <= 0x77:
            step *= TEN ** (extension - 0x76)
        elif extension == 0x7D:
            step *= 1000
        elif extension not in {0, STANDARD_CONTENT}:
            kept.append(extension)
    return Meaning(what=what, unit=unit, step=step, extensions=tuple(kept), error=error)


def _main(vif: int) -> tuple[str, str, Fraction]:
    for first, name in _TIMES.items():
        if first <= vif < first + 4:
            return name, "h", _HOURS[vif - first]
    for first, (power, times) in _PER_SMALLER.items():
        if first <= vif < first + 8:
            return "flow", "m3/h", TEN ** (power + vif - first) * times
    return _in(_MAIN, vif)


def _in(table: tuple[_Span, ...], vif: int) -> tuple[str, str, Fraction]:
    for span in table:
        if span.first <= vif < span.first + span.count:
            return span.what, span.unit, TEN ** (span.power + vif - span.first)
    return _NOTHING


@cache
def measured() -> Mapping[str, frozenset[str]]:
    """Return everything that records of the tables measure, each with its units."""
    found: dict[str, frozenset[str]] = {}
    codes = [
        *((first,) for first in range(0x7B)),
        *((table, code) for table in (FIRST_TABLE, SECOND_TABLE) for code in range(0x80)),
    ]
    for vif in codes:
        meaning = meaning_of(vif)
        if meaning.what:
            found[meaning.what] = found.get(meaning.what, frozenset()) | {meaning.unit}
    return found
