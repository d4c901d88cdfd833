"""In: two units of one quantity. Out: the exact factor between them, or None. Pure."""

from __future__ import annotations

from fractions import Fraction

from energy.base.units import TO_BASE, Utility

COUNT_UNIT = "count"
"""Unit of a value that is the register's own whole count."""
CHANNEL_UNIT = "channel"
"""Unit of a value that comes in the unit of the channel it is for."""
_THOUSAND, _MILLION = Fraction(1000), Fraction(1_000_000)
_FAMILIES: tuple[dict[str, Fraction], ...] = (
    {"W": Fraction(1), "kW": _THOUSAND, "MW": _MILLION},
    {"VA": Fraction(1), "kVA": _THOUSAND, "MVA": _MILLION},
    {"var": Fraction(1), "kvar": _THOUSAND, "Mvar": _MILLION},
    {"varh": Fraction(1), "kvarh": _THOUSAND, "Mvarh": _MILLION},
    {"VAh": Fraction(1), "kVAh": _THOUSAND, "MVAh": _MILLION},
    {"mV": 1 / _THOUSAND, "V": Fraction(1), "kV": _THOUSAND},
    {"mA": 1 / _THOUSAND, "A": Fraction(1), "kA": _THOUSAND},
    {"Pa": Fraction(1), "hPa": Fraction(100), "kPa": _THOUSAND, "bar": Fraction(100_000),
     "MPa": _MILLION},
    {"L/h": Fraction(1), "m3/h": _THOUSAND},
    {"kg/h": Fraction(1), "t/h": _THOUSAND},
    {"Hz": Fraction(1)},
    {"degC": Fraction(1)},
    {"K": Fraction(1)},
    {"%": Fraction(1)},
    {"degree": Fraction(1)},
    {"1": Fraction(1)},
)  # fmt: skip
"""Units of gauges and of counters without a utility of their own, by family."""

KNOWN_UNITS: frozenset[str] = frozenset(
    unit for family in (*TO_BASE.values(), *_FAMILIES) for unit in family
)
"""Every unit a mapping may name."""


def counts_in(
    unit: str, *, wanted: str, utility: Utility | None, resolution: Fraction
) -> Fraction | None:
    """Return counts of a channel in one of a unit; None when the unit does not fit. [count / unit].

    Args:
        unit: As a mapping or a message names it; "count" and "channel" have their meaning.
        wanted: Unit of the channel.
        utility: Of the channel.
        resolution: Of the channel. [unit / count]
    """
    if unit == COUNT_UNIT:
        return Fraction(1)
    factor = unit_factor(wanted if unit == CHANNEL_UNIT else unit, wanted, utility)
    return None if factor is None else factor / resolution


def unit_factor(given: str, wanted: str, utility: Utility | None) -> Fraction | None:
    """Return how many of the wanted unit are in one given; None when they do not fit.

    Args:
        given: Unit of the message.
        wanted: Unit of the channel.
        utility: Of the channel: a MWh of heat is another than one of electricity.
    """
    if given == wanted:
        return Fraction(1)
    families = (*_FAMILIES, TO_BASE[utility]) if utility is not None else _FAMILIES
    for family in families:
        if given in family and wanted in family:
            return family[given] / family[wanted]
    return None
