"""In: a tariff file (YAML, JSON, TOML). Out: a tariff version, or every problem. I/O: reads it.

A float anywhere is refused: prices are decimals written as strings. Nothing is accepted half.
docs: docs/tariff-file.md has every key; the released first form is turned into it (first_form.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from billing.canonical import canonical_json, sha256_of
from billing.checked_table import CheckedTable
from billing.errors import TariffFileError
from billing.money import EXPONENT
from billing.tariffs.charge_file import read_charges, read_tier_mode
from billing.tariffs.clause_readers import ChargeFile, read_tax
from billing.tariffs.clauses import AdderClause, EnergyClause, PriceTable
from billing.tariffs.day_calendar import (
    CalendarSource,
    base_name,
    calendar_of_years,
    named_year,
    read_calendar_table,
    shipped_calendar,
    shipped_names,
)
from billing.tariffs.first_form import is_first_form, new_form, old_words
from billing.tariffs.gas_file import read_gas
from billing.tariffs.price_table import read_price_rows
from billing.tariffs.tariff import (
    ENERGY_UNIT,
    Clock,
    DayCalendar,
    GasConversion,
    Rounding,
    Stamp,
    TariffVersion,
)
from billing.tariffs.tariff_calendar import read_calendar, read_names
from billing.tariffs.tariff_document import ENDINGS, TOML, document_of
from energy.base.units import TO_BASE, Utility

MOST_DIGITS = 9
BILL_UNIT: dict[Utility, str] = {
    Utility.ELECTRICITY: "kWh",
    Utility.WATER: "m3",
    Utility.GAS: "m3",
    Utility.HEATING: "MWh",
    Utility.COOLING: "kWh",
    Utility.STEAM: "t",
}
"""Unit of the bill's quantities where a file says none."""
SOLD_BY_SEVERAL = (Utility.HEATING, Utility.COOLING)
"""Utilities whose units are all in use: a published tariff says which it means."""
TableSource = Callable[[str], PriceTable | None]
"""Where published price tables are found by name."""


class _Mode(StrEnum):
    HALF_UP = "half_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a tariff names and others publish."""

    calendar: CalendarSource = shipped_calendar
    table: TableSource = lambda _: None
    strict: bool = True
    """Whether all is checked. Of a version published long ago: a calendar that nobody published has
    no year yet, and a year published since may know a day class that the periods do not."""
    years: bool = True
    """Whether the year behind a calendar's name must be published."""


STANDALONE = Sources()
"""Of a file by itself: the calendars that ship, and the prices that stand in it."""
UNPUBLISHED = Sources(calendar=lambda _: None, strict=False)
"""Of a published version, where its words matter and no day or month is asked for."""


def parse_tariff(text: str, ending: str = TOML, *, sources: Sources = STANDALONE) -> TariffVersion:
    """Return the tariff version that a file's text describes.

    Args:
        text: The file's content.
        ending: Of its name: .yaml, .yml, .json or .toml.
        sources: Where calendars and price tables are found that it names.

    Raises:
        TariffFileError: Anything is wrong; all problems are listed with their paths.
    """
    return tariff_of(document_of(text, ending), sources=sources)


def read_document(path: Path) -> dict[str, object]:
    """Return a tariff file as a document, whole: a calendar beside it stands in it then.

    Args:
        path: The file.

    Raises:
        TariffFileError: The file, or the one that it names, is not what its ending says.
        OSError: It cannot be read.
    """
    document = document_of(path.read_text(encoding="utf-8"), path.suffix)
    named = document.get("calendar")
    if isinstance(named, str) and named.lower().endswith(ENDINGS):
        beside = path.parent / named
        if Path(named).name != named or not beside.is_file():
            raise TariffFileError([f"calendar: there is no file {named!r} beside the tariff file"])
        try:
            text = beside.read_text(encoding="utf-8")
            document = {**document, "calendar": document_of(text, beside.suffix)}
        except UnicodeDecodeError:
            raise TariffFileError([f"calendar: {named} is no UTF-8; save it as UTF-8"]) from None
        except TariffFileError as error:
            raise TariffFileError([f"{named}: {row}" for row in error.problems]) from None
    return document


def read_tariff(path: Path, *, sources: Sources = STANDALONE) -> TariffVersion:
    """Return the tariff version of a file; needs no database.

    Args:
        path: The file: .yaml, .yml, .json or .toml.
        sources: Where calendars and price tables are found that it names.

    Raises:
        TariffFileError: Anything is wrong; all problems are listed with their paths.
        OSError: It cannot be read.
    """
    return tariff_of(read_document(path), sources=sources)


def tariff_of(document: Mapping[str, object], *, sources: Sources = STANDALONE) -> TariffVersion:
    """Return the tariff version of a document (from a file, or from the books).

    Args:
        document: Result of `document_of`, or its JSON read back.
        sources: Where calendars and price tables are found that it names.

    Raises:
        TariffFileError: Anything is wrong; all problems are listed with their paths.
    """
    problems: list[str] = []
    first = is_first_form(document)
    top = CheckedTable(new_form(document) if first else document, "", problems)
    tariff = _read(top, sha256_of(canonical_json(document)), sources)
    top.done()
    if problems:
        raise TariffFileError([old_words(row) for row in problems] if first else problems)
    return tariff


def _read(top: CheckedTable, sha256: str, sources: Sources) -> TariffVersion:
    key = top.key("tariff")
    utility = top.choice("utility", Utility)
    valid_from, valid_to = _valid(top)
    days = _days(top, sources)
    calendar = read_calendar(top, days, covered=sources.strict)
    currency = _currency(top)
    minutes, stamp = _interval(top)
    tables = _tables(top)
    gas = read_gas(top, utility, tables)
    unit = _unit(top, utility, gas)
    tax = read_tax(top.table("tax"))
    file = ChargeFile(
        periods=tuple(period.key for period in calendar.periods),
        seasons=tuple(dict.fromkeys(season.key for season in calendar.seasons)),
        tables=tables,
        tax=tax,
        unit=unit,
        interval_minutes=minutes,
    )
    clauses = read_charges(top, file)
    tariff = TariffVersion(
        tariff=key,
        version=top.whole("version", least=1, most=9999, default=1),
        names=read_names(top, key),
        utility=utility,
        currency=currency,
        zone=_zone(top),
        unit=unit,
        valid_from=valid_from,
        valid_to=valid_to,
        tax=tax,
        rounding=_rounding(top, currency),
        seasons=calendar.seasons,
        day_classes=calendar.day_classes,
        periods=calendar.periods,
        clauses=clauses,
        gas=gas,
        sha256=sha256,
        clock=top.choice("clock", Clock, default=Clock.LOCAL),
        tier_mode=read_tier_mode(top, clauses),
        interval_minutes=minutes,
        stamp=stamp,
        calendar=days,
    )
    return replace(tariff, tables=_all_tables(tariff, tables, sources))


def _valid(top: CheckedTable) -> tuple[date, date | None]:
    table = top.table("valid")
    valid_from = table.day("from")
    valid_to = table.day("to") if table.has("to") else None
    if valid_to is not None and valid_to <= valid_from:
        table.note("to", "is the first day on which it no longer holds: after valid.from")
    table.done()
    return valid_from, valid_to


def _days(top: CheckedTable, sources: Sources) -> DayCalendar | None:
    """Return the calendar that a file names or holds; None where weekdays alone decide."""
    if not top.has("calendar"):
        return None
    if not isinstance(top.raw("calendar"), str):
        return read_calendar_table(top.table("calendar"), "own")
    name = top.key("calendar")
    found = sources.calendar(name)
    year = named_year(name)
    if found is None:
        if sources.strict:
            top.note(
                "calendar",
                f"{name!r} is unknown; name one that ships ({', '.join(shipped_names())}), a file "
                "beside this one, or write its years here",
            )
        return calendar_of_years(base_name(name), {})
    if sources.strict and sources.years and year is not None and year not in found.years:
        known = ", ".join(str(each) for each in sorted(found.years))
        top.note("calendar", f"{name!r}: {year} is not published; published are {known}")
    return found


def _currency(top: CheckedTable) -> str:
    currency = top.text("currency")
    if currency and currency not in EXPONENT:
        top.note("currency", f"{currency!r} is unknown; known are {', '.join(sorted(EXPONENT))}")
    return currency


def _zone(top: CheckedTable) -> ZoneInfo:
    name = top.text("zone")
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        top.note("zone", f"{name!r} is no time zone; write one like Europe/London")
        return ZoneInfo("UTC")


def _unit(top: CheckedTable, utility: Utility, gas: GasConversion | None) -> str:
    known = [ENERGY_UNIT] if gas is not None else list(TO_BASE[utility])
    if not top.has("unit"):
        return ENERGY_UNIT if gas is not None else BILL_UNIT[utility]
    unit = top.text("unit")
    if unit and unit not in known:
        hint = "; add [gas] to bill energy" if utility is Utility.GAS and gas is None else ""
        top.note("unit", f"{unit!r} is no unit of {utility}; use one of {', '.join(known)}{hint}")
    return unit


def _interval(top: CheckedTable) -> tuple[int | None, Stamp]:
    if not top.has("interval"):
        return None, Stamp.START
    table = top.table("interval")
    minutes = table.whole("minutes", least=1, most=60) if table.has("minutes") else None
    if minutes is not None and 60 % minutes:
        table.note("minutes", f"{minutes} does not divide the hour; write 1, 5, 10, 15, 30 or 60")
    stamp = table.choice("stamp", Stamp, default=Stamp.START)
    table.done()
    return minutes, stamp


def _rounding(top: CheckedTable, currency: str) -> Rounding:
    most = EXPONENT.get(currency, MOST_DIGITS)
    if not top.has("rounding"):
        return Rounding(amount=most, quantity=3)
    table = top.table("rounding")
    table.choice("mode", _Mode, default=_Mode.HALF_UP)
    rounding = Rounding(
        amount=table.whole("line", least=0, most=most, default=most),
        quantity=table.whole("quantity", least=0, most=MOST_DIGITS, default=3),
    )
    table.done()
    return rounding


def _tables(top: CheckedTable) -> dict[str, PriceTable]:
    """Return the price tables that stand in the file, by name."""
    if not top.has("prices"):
        return {}
    within = top.table("prices")
    return {name: read_price_rows(within, name, name) for name in within.keys()}  # noqa: SIM118


def _all_tables(
    tariff: TariffVersion, own: Mapping[str, PriceTable], sources: Sources
) -> dict[str, PriceTable]:
    """Return the tables that the tariff needs: its own, else as published; none: no month yet."""
    found: dict[str, PriceTable] = {}
    for name in tables_named(tariff):
        found[name] = own.get(name) or sources.table(name) or PriceTable(name=name, months={})
    return {**own, **found}


def tables_named(tariff: TariffVersion) -> list[str]:
    """Return the names of the price tables that a tariff rests on, sorted."""
    names: set[str] = set()
    for clause in tariff.clauses:
        if isinstance(clause, EnergyClause) and clause.parts is not None:
            names.add(clause.parts.table)
        if isinstance(clause, AdderClause) and clause.table is not None:
            names.add(clause.table)
    if tariff.gas is not None and tariff.gas.table is not None:
        names.add(tariff.gas.table)
    return sorted(names)
