"""In: amounts of a utility by days, dated factors. Out: the same in tce, GJ or tonnes of CO2. Pure.

What a standard states is shipped and names its table; all else, CO2 above all, is declared by the
site with its source (docs/conversion-factors.md). Nothing is assumed: an amount without a factor
has no value in the other unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from energy.base.errors import ConfigError
from energy.base.toml_text import NoTomlError, toml_of
from energy.base.units import TO_BASE, Utility, to_base
from energy.metering.site_file_checker import Checker

PER_TONNE = 1000
"""Of what a factor states (kgce, MJ, kg) in one unit of the result (tce, GJ, t)."""
_KEYS = {"utility", "measure", "value", "per", "from", "source", "site"}


class Measure(StrEnum):
    """In what unit amounts of several utilities can stand beside each other."""

    NATIVE = "native"
    """Each in its own: kWh, m3, GJ, t."""
    TCE = "tce"
    """Tonnes of coal equivalent of 29.3076 GJ."""
    GJ = "gj"
    CO2 = "co2"
    """[t]"""


STATED = {Measure.TCE: "kgce", Measure.GJ: "MJ", Measure.CO2: "kg CO2"}
"""What a factor states of one unit of the utility."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """What one unit of a utility is worth from a day on."""

    utility: Utility
    measure: Measure
    value: Fraction
    """[kgce, MJ or kg CO2 per `unit`]"""
    unit: str
    """Of the utility, as energy/base/units.py has it."""
    first: date
    source: str
    """Who says so: a table of a standard, a notice of an authority."""

    @property
    def per_base(self) -> Fraction:
        """Return what one base unit is worth. [tce, GJ or t CO2 per base unit]."""
        return self.value / to_base(self.utility, self.unit) / PER_TONNE


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """An amount in another unit."""

    value: Fraction | None
    """None where any day with an amount has no factor. [tce, GJ or t CO2]"""
    factors: tuple[Factor, ...]
    """Those it rests on, by day."""


def _shipped(utility: Utility, measure: Measure, value: str, unit: str, source: str) -> Factor:
    return Factor(
        utility=utility,
        measure=measure,
        value=Fraction(value),
        unit=unit,
        first=date.min,
        source=source,
    )


_A2 = "GB/T 2589-2020, table A.2, equivalent value"
_SI = "SI"
SHIPPED = (
    _shipped(Utility.ELECTRICITY, Measure.TCE, "0.1229", "kWh", _A2),
    _shipped(Utility.HEATING, Measure.TCE, "0.03412", "MJ", _A2),
    _shipped(Utility.ELECTRICITY, Measure.GJ, "3.6", "kWh", _SI),
    _shipped(Utility.HEATING, Measure.GJ, "1", "MJ", _SI),
    _shipped(Utility.COOLING, Measure.GJ, "1", "MJ", _SI),
)
"""Without a file; the editions of 2008 and 2020 state the same two values."""


class ConversionFactors:
    """The factors of a site: what it declares over what is shipped."""

    def __init__(self, declared: Iterable[Factor] = ()) -> None:
        """Take what a site declares; of one day it wins over what is shipped."""
        self._rows = sorted([*SHIPPED, *declared], key=lambda row: row.first)

    def of(self, utility: Utility, measure: Measure, day: date) -> Factor | None:
        """Return the factor that holds on a local day; None where none does."""
        held = [
            row
            for row in self._rows
            if row.utility is utility and row.measure is measure and row.first <= day
        ]
        return held[-1] if held else None

    def known(self, measure: Measure) -> bool:
        """Return whether any utility has a factor of a measure, on any day."""
        return any(row.measure is measure for row in self._rows)

    def converted(
        self, utility: Utility, measure: Measure, first: date, days: Sequence[int]
    ) -> Converted:
        """Return amounts of consecutive days together in another unit, exactly.

        Args:
            utility: Of the amounts.
            measure: Any but the native one.
            first: The first local day.
            days: Of each day. [base unit]
        """
        value, used, lacking = Fraction(0), list[Factor](), False
        for n, amount in enumerate(days):
            factor = self.of(utility, measure, first + timedelta(days=n))
            if factor is None:
                lacking |= bool(amount)
                continue
            value += int(amount) * factor.per_base
            if factor not in used:
                used.append(factor)
        return Converted(value=None if lacking or not used else value, factors=tuple(used))


def read_conversion_factors(text: str, site: str, where: str) -> ConversionFactors:
    """Return the factors of a site as a file declares them, over what is shipped.

    Args:
        text: TOML of [[factor]] tables.
        site: Key of the site; a table that names another one is checked and left out.
        where: Name of the file, for refusals.

    Raises:
        ConfigError: The file has problems; all of them are told.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise ConfigError(f"{where} is no TOML file: {error}. Mend it and start again.") from error
    checker.unknown_keys(checker.document, {"factor"}, "file")
    read = [_factor(checker, table, n) for n, table in enumerate(checker.tables("factor"), 1)]
    kept = [row for row, of_site in read if row is not None and of_site in {"", site}]
    checker.unique([f"{row.utility} {row.measure} from {row.first}" for row in kept], "factor")
    if checker.problems:
        rows = "\n".join(f"  - {problem}" for problem in checker.problems)
        raise ConfigError(f"{where} has {len(checker.problems)} problem(s):\n{rows}\nMend it.")
    return ConversionFactors(kept)


def _factor(checker: Checker, table: dict[str, object], number: int) -> tuple[Factor | None, str]:
    where, before = f"factor {number}", len(checker.problems)
    checker.unknown_keys(table, _KEYS, where)
    utility, measure = str(table.get("utility")), str(table.get("measure"))
    if utility not in set(Utility):
        checker.problems.append(f"{where}: utility {utility!r} is none of {', '.join(Utility)}")
        return None, ""
    if measure not in {str(each) for each in STATED}:
        checker.problems.append(f"{where}: measure {measure!r} is none of {', '.join(STATED)}")
        return None, ""
    unit = str(table.get("per"))
    if unit not in TO_BASE[Utility(utility)]:
        known = ", ".join(TO_BASE[Utility(utility)])
        checker.problems.append(f"{where}: per {unit!r} is no unit of {utility}: {known}")
    first = table.get("from")
    if type(first) is not date:
        checker.problems.append(f"{where}: `from` is no date like 2026-01-31")
    value = checker.ratio(table.get("value"), "value", where)
    source = checker.text(table, "source", where)
    if len(checker.problems) > before or not isinstance(first, date):
        return None, ""
    factor = Factor(
        utility=Utility(utility),
        measure=Measure(measure),
        value=value,
        unit=unit,
        first=first,
        source=source,
    )
    return factor, str(table.get("site", ""))
