"""In: checked facts of a tariff file. Out: one tariff version as a frozen value. Pure.

A tariff is a named price list; a tariff version is its form from one local day on. The event
that makes a version binding is in published_tariff.py; reading and checking the file is in
tariff_file.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from billing.tariffs.clauses import Clause, Names, PriceTable, Tax, TierMode
from energy.base.units import Utility, to_base

MINUTES_PER_DAY = 1440
ENERGY_UNIT = "kWh"
"""Unit in which converted gas is billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """Digits after the point; always half-up."""

    amount: int
    """Digits of a charge line's amount. [currency]"""
    quantity: int
    """Digits of a charge line's quantity. [bill unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Part of the year, both ends included; may wrap the year. The default takes the rest."""

    key: str
    start: tuple[int, int] | None
    """Month and day; None for the default season."""
    end: tuple[int, int] | None

    def holds(self, month: int, day: int) -> bool:
        """Return whether a calendar day is stated to be in the season (never for the default)."""
        if self.start is None or self.end is None:
            return False
        here = (month, day)
        if self.start <= self.end:
            return self.start <= here <= self.end
        return here >= self.start or here <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClass:
    """Days of the week that are priced alike."""

    key: str
    weekdays: frozenset[int]
    """Monday is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Times of day within seasons and day classes."""

    seasons: tuple[str, ...]
    days: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    """Half-open spans of local wall time. [minute of the day]"""


class Clock(StrEnum):
    """Which clock times of day are of."""

    LOCAL = "local"
    STANDARD = "standard"
    """The zone's winter time all the year."""


class Stamp(StrEnum):
    """Which end of an interval its instant in a usage file is."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayCalendar:
    """Classes of single days, published year by year (holidays, working weekends)."""

    name: str
    years: Mapping[int, Mapping[date, str]]
    """By year: the days that are not what their weekday says. A year not there is unpublished."""
    sha256: Mapping[int, str]
    """Hash of each year's file: stands on the bill's provenance."""
    weekdays: Mapping[int, str]
    """Day class of each weekday (Monday is 0) of a day that no year names."""

    def day_class(self, day: date) -> str | None:
        """Return the class of a local day; None where its year is not published."""
        named = self.years.get(day.year)
        return None if named is None else named.get(day, self.weekdays[day.weekday()])


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffPeriod:
    """A named set of times with a price of its own (night, day, winter evening)."""

    key: str
    names: Names
    when: tuple[When, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GasConversion:
    """Turns gas volume into energy: kWh = m3 x correction x calorific value / 3.6."""

    calorific_mj_per_m3: Decimal
    """Stands at 1 where a table of months gives it. [MJ/m3]"""
    correction: Decimal
    """z, rounded already. [1]"""
    table: str | None = None
    """Price table whose column gives each month's calorific value."""
    column: str | None = None
    mj_per_table_unit: Decimal = Decimal(1)
    """3.6 where the column is in kWh/m3."""
    energy_digits: int | None = None
    """Digits of the energy of a span before it is priced; None for the bill's digits."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TariffVersion:
    """A tariff from one local day on. Two versions are the same when their hashes are."""

    tariff: str
    version: int
    """1 for the first file of a day, higher for its corrections; the highest counts."""
    names: Names
    utility: Utility
    currency: str
    zone: ZoneInfo
    unit: str
    """Unit of the bill's quantities."""
    valid_from: date
    """First local day."""
    valid_to: date | None
    """First local day on which it no longer holds; None while open."""
    tax: Tax
    rounding: Rounding
    seasons: tuple[Season, ...]
    day_classes: tuple[DayClass, ...]
    periods: tuple[TariffPeriod, ...]
    """In the file's order; an interval's tariff period is an index into it."""
    clauses: tuple[Clause, ...]
    gas: GasConversion | None
    sha256: str
    """Hash of the canonical document: the version's identity on invoices."""
    clock: Clock = Clock.LOCAL
    tier_mode: TierMode | None = None
    interval_minutes: int | None = None
    """Grid of the usage that the tariff is made for; None for any. [min]"""
    stamp: Stamp = Stamp.START
    calendar: DayCalendar | None = None
    """Day classes of single days; None where weekdays alone decide."""
    tables: Mapping[str, PriceTable] = field(default_factory=dict)
    """Price tables by name, as published when the version is read."""

    @property
    def bill_units_per_base(self) -> Fraction:
        """Return bill units in one base unit of usage. [bill unit / base unit]."""
        if self.gas is None:
            return 1 / to_base(self.utility, self.unit)
        per_m3 = Fraction(self.gas.correction) * Fraction(self.gas.calorific_mj_per_m3)
        return per_m3 / Fraction("3.6") / to_base(self.utility, "m3")

    def season_of(self, month: int, day: int) -> str:
        """Return the key of the season that holds a calendar day."""
        for season in self.seasons:
            if season.holds(month, day):
                return season.key
        return next(season.key for season in self.seasons if season.start is None)

    def day_class_of(self, weekday: int) -> str:
        """Return the key of the day class of a weekday (Monday is 0)."""
        return next(c.key for c in self.day_classes if weekday in c.weekdays)

    def period_of_minutes(self, season: str, day_class: str) -> list[int]:
        """Return the tariff period of each minute of such a day, as 1440 indices."""
        minutes = [-1] * MINUTES_PER_DAY
        for index, period in enumerate(self.periods):
            for when in period.when:
                if season in when.seasons and day_class in when.days:
                    for first, after in when.spans:
                        minutes[first:after] = [index] * (after - first)
        return minutes
