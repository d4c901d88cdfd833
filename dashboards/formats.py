"""In: quantities, money, instants. Out: text for a person of a language. Pure.

Units follow the size: kWh becomes MWh at 10 MWh. Tiles show 3 to 4 significant figures, registers
and bills show every digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal

from energy.base.units import Utility

LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
NOTHING = "–"
"""What stands where nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit for the eye."""

    name: str
    per_unit: int
    """Base units in one of it. [base unit]"""


_ENERGY = (Unit(name="kWh", per_unit=1_000), Unit(name="MWh", per_unit=1_000_000))
_VOLUME = (Unit(name="m³", per_unit=1_000),)
_HEAT = (Unit(name="GJ", per_unit=10_000_000),)
_MASS = (Unit(name="t", per_unit=1_000_000),)
UNITS: dict[Utility, tuple[Unit, ...]] = {
    Utility.ELECTRICITY: _ENERGY,
    Utility.WATER: _VOLUME,
    Utility.GAS: _VOLUME,
    Utility.HEATING: _HEAT,
    Utility.COOLING: _HEAT,
    Utility.STEAM: _MASS,
}
RATE_NAMES: dict[Utility, str] = {
    Utility.ELECTRICITY: "kW",
    Utility.WATER: "m³/h",
    Utility.GAS: "m³/h",
    Utility.HEATING: "GJ/h",
    Utility.COOLING: "GJ/h",
    Utility.STEAM: "t/h",
}
STEP_UP = 10
"""The larger unit is used from this many of it on."""
MOST_KEPT = 8_192
"""Texts kept of each kind: many viewers see the same numbers, and Babel takes its time."""


def unit_for(utility: Utility, largest: int | None) -> Unit:
    """Return the unit for amounts up to the largest. [base unit]."""
    chosen, *larger = UNITS[utility]
    for unit in larger:
        if largest is not None and abs(largest) >= STEP_UP * unit.per_unit:
            chosen = unit
    return chosen


def rate_of(utility: Utility, usage: int, step_s: int) -> float:
    """Return the mean rate of an interval for drawing, in the unit of RATE_NAMES.

    Args:
        utility: Its utility.
        usage: Usage of the interval. [base unit]
        step_s: Width of the interval. [s]
    """
    return usage * 3600 / step_s / UNITS[utility][0].per_unit


def percent_text(share: Fraction) -> str:
    """Return a share as a per cent with one digit, rounded down: only all of it is 100.0 %."""
    tenths = int(share * 1000)
    return f"{tenths // 10}.{tenths % 10} %"


def significant(value: Decimal, figures: int = 4) -> Decimal:
    """Return a value rounded to at most this many significant figures, never above the point."""
    if not value:
        return Decimal(0)
    digits = figures - 1 - value.adjusted()
    return value.quantize(Decimal(1).scaleb(-max(digits, 0)), rounding=ROUND_HALF_UP)


def exact_digits(values: Iterable[Fraction], *, most: int = 9, else_: int = 6) -> int:
    """Return the digits after the point with which all of some values are exact.

    Args:
        values: Exact. [any unit]
        most: More than these are not shown.
        else_: What is taken where no so many digits are enough.
    """
    digits, every = 0, list(values)
    while any((value * 10**digits).denominator != 1 for value in every):
        digits += 1
        if digits > most:
            return else_
    return digits


def number(language: str, value: Decimal, *, digits: int | None = None) -> str:
    """Return a number with grouping; its own digits unless told how many."""
    if digits is None:
        exponent = value.as_tuple().exponent
        digits = max(-exponent, 0) if isinstance(exponent, int) else 0
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return _number(language, pattern, str(value))


@lru_cache(maxsize=MOST_KEPT)
def _number(language: str, pattern: str, value: str) -> str:
    """Return a number; by its text, for 1.0 is 1.00 and -0 is 0 to a cache."""
    return format_decimal(Decimal(value), format=pattern, locale=LOCALES[language])


@lru_cache(maxsize=MOST_KEPT)
def _day(language: str, pattern: str, day: date) -> str:
    return format_date(day, pattern, locale=LOCALES[language])


def amount(language: str, utility: Utility, usage: int | None) -> tuple[str, str]:
    """Return a usage as number and unit with 4 significant figures. [base unit]."""
    unit = unit_for(utility, usage)
    if usage is None:
        return NOTHING, unit.name
    value = significant(Decimal(usage) / unit.per_unit)
    return number(language, value), unit.name


def amount_in(language: str, unit: Unit, usage: int) -> str:
    """Return a usage in a given unit: one chart speaks one unit. [base unit]."""
    return f"{number(language, significant(Decimal(usage) / unit.per_unit))} {unit.name}"


def amount_text(language: str, utility: Utility, usage: int | None) -> str:
    """Return a usage with its unit, for example "12.34 MWh". [base unit]."""
    value, unit = amount(language, utility, usage)
    return value if usage is None else f"{value} {unit}"


def gauge_text(language: str, value: Decimal, unit: str) -> str:
    """Return an instantaneous value with its unit: watts become kilowatts at 10 kW."""
    if unit == "W" and abs(value) >= STEP_UP * 1000:
        value, unit = value / 1000, "kW"
    return f"{number(language, value.normalize())} {unit}"


def money(language: str, value: Decimal, currency: str) -> str:
    """Return money with its currency's own digits."""
    return format_currency(value, currency, locale=LOCALES[language])


def day_text(language: str, day: date) -> str:
    """Return a day: "31 Oct 2026", in Chinese "2026年10月31日"."""
    return _day(language, "y年M月d日" if language == "zh" else "d MMM y", day)


def month_text(language: str, day: date) -> str:
    """Return the month of a day: "October 2026", in Chinese "2026年10月"."""
    return _day(language, "y年M月" if language == "zh" else "MMMM y", day)


def short_day(language: str, day: date) -> str:
    """Return a day without its year: "31 Oct", in Chinese "10月31日"."""
    return _day(language, "M月d日" if language == "zh" else "d MMM", day)


def month_short(language: str, day: date) -> str:
    """Return the short name of a day's month: "Oct", in Chinese "10月"."""
    return _day(language, "M月" if language == "zh" else "MMM", day)


def weekday_text(language: str, day: date) -> str:
    """Return a day with its weekday and without its year: the head of a column of a week."""
    return _day(language, "E M/d" if language == "zh" else "EEE d MMM", day)


def weekday_names(language: str) -> list[str]:
    """Return the short names of the days of the week, Monday first."""
    days = (date(2024, 1, n) for n in range(1, 8))  # the first was a Monday
    return [_day(language, "EEE", day) for day in days]


def instant_text(language: str, at: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant in the site's zone, 24 h, to the second.

    Of an hour that the clocks show twice it says which one, by its offset.
    """
    if at is None:
        return NOTHING
    pattern = "y年M月d日 HH:mm:ss" if language == "zh" else "d MMM y, HH:mm:ss"
    return _which(format_datetime(at, pattern, tzinfo=zone, locale=LOCALES[language]), at, zone)


def short_instant(language: str, at: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant without year and seconds, for a column beside the age.

    Of an hour that the clocks show twice it says which one, too.
    """
    if at is None:
        return NOTHING
    pattern = "M月d日 HH:mm" if language == "zh" else "d MMM, HH:mm"
    return _which(format_datetime(at, pattern, tzinfo=zone, locale=LOCALES[language]), at, zone)


def _which(told: str, at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{told} ({_offset(local)})" if twice else told


def clock_text(language: str, at: datetime, zone: ZoneInfo) -> str:
    """Return the wall time of an instant in the site's zone: "14:05"."""
    return format_time(at.astimezone(zone), "HH:mm", locale=LOCALES[language])


def zone_text(at: datetime, zone: ZoneInfo) -> str:
    """Return the site's zone with its offset at an instant: "Europe/London (UTC+1)"."""
    return f"{zone.key} ({_offset(at.astimezone(zone))})"


def _offset(local: datetime) -> str:
    offset = local.utcoffset()
    assert offset is not None, "instants are aware"
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}{f':{rest:02d}' if rest else ''}"
