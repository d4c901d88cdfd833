"""In: tables of calendar years. Out: day classes by year, checked. I/O: reads the shipped files.

A day is work, rest, holiday or special: what its weekday says, unless its year names it. A year
that nobody published has no days: nothing is billed from it. A calendar is asked for by its name;
a year behind the name (`cn-2025`) says for which year the tariff was made, and must be published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol

from billing.canonical import canonical_json, sha256_of
from billing.checked_table import KEY, CheckedTable
from billing.tariffs.errors import CalendarFileError
from billing.tariffs.tariff import DayCalendar
from billing.tariffs.tariff_calendar import CLASSES, WORK_AND_REST
from billing.tariffs.tariff_document import document_of
from energy.base.period import WEEKDAYS

CALENDAR_UNPUBLISHED_CODE = "bill.calendar_unpublished"
"""Finding (do not bill): a billed day lies in a year that the tariff's calendar has not."""
SHIPPED = Path(__file__).parent / "shipped"
FIRST_YEAR, LAST_YEAR = 1990, 2100
_NAMED_YEAR = re.compile(r"(?P<name>.+)-(?P<year>(19|20)[0-9]{2})")
_DAYS = re.compile(r"([0-9]{2}-[0-9]{2})(?:\.\.([0-9]{2}-[0-9]{2}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarYear:
    """One year of a calendar, as published."""

    name: str
    year: int
    days: Mapping[date, str]
    """Class of the days that are not what their weekday says."""
    weekdays: Mapping[int, str]
    """Class of each weekday. Monday is 0."""

    def document(self) -> dict[str, object]:
        """Return it as JSON: the same days in the same classes are the same document."""
        return {
            "calendar": self.name,
            "year": self.year,
            "weekdays": {WEEKDAYS[day]: self.weekdays[day] for day in range(7)},
            "days": {day.isoformat(): self.days[day] for day in sorted(self.days)},
        }

    @property
    def sha256(self) -> str:
        """Return the hash of its document."""
        return sha256_of(canonical_json(self.document()))


class CalendarSource(Protocol):
    """Where calendars are found by name."""

    def __call__(self, name: str) -> DayCalendar | None:
        """Return a calendar with the years published; None where nobody knows the name."""


def calendar_of_years(name: str, years: Mapping[int, CalendarYear]) -> DayCalendar:
    """Return a calendar of its published years; the last one says what its weekdays are."""
    weekdays = years[max(years)].weekdays if years else WORK_AND_REST
    return DayCalendar(
        name=name,
        years={year: dict(each.days) for year, each in sorted(years.items())},
        sha256={year: each.sha256 for year, each in sorted(years.items())},
        weekdays=dict(weekdays),
    )


def base_name(name: str) -> str:
    """Return a calendar's name without the year that may stand behind it (`cn-2025`: `cn`)."""
    match = _NAMED_YEAR.fullmatch(name)
    return match["name"] if match else name


def named_year(name: str) -> int | None:
    """Return the year that stands behind a calendar's name, None where none does."""
    match = _NAMED_YEAR.fullmatch(name)
    return int(match["year"]) if match else None


def shipped_calendar(name: str) -> DayCalendar | None:
    """Return a calendar that ships with the program, None where there is none of the name."""
    base = base_name(name)
    if not KEY.fullmatch(base):
        return None
    return _shipped(base)


def shipped_names() -> list[str]:
    """Return the names of the calendars that ship."""
    return sorted(path.stem.removeprefix("calendar_") for path in SHIPPED.glob("calendar_*.toml"))


@cache
def _shipped(name: str) -> DayCalendar | None:
    if name not in shipped_names():
        return None
    text = (SHIPPED / f"calendar_{name}.toml").read_text(encoding="utf-8")
    problems: list[str] = []
    found = read_calendar_table(CheckedTable(document_of(text), "", problems))
    assert not problems, f"the shipped calendar {name} is right: {problems}"
    return found


def read_calendar_table(table: CheckedTable, name: str = "") -> DayCalendar:
    """Return a calendar that stands in a file: `calendar`, `weekdays`, `years`.

    Args:
        table: The file, or the table within a tariff; problems are noted in it.
        name: Of the calendar where the table says none.
    """
    key = table.key("calendar") if table.has("calendar") or not name else name
    weekdays = _weekdays(table)
    within = table.table("years")
    years: dict[int, CalendarYear] = {}
    for text in within.keys():  # noqa: SIM118  # the table is no dict
        part = within.table(text)
        if not text.isdecimal() or not FIRST_YEAR <= int(text) <= LAST_YEAR:
            within.note(text, f"is no year from {FIRST_YEAR} to {LAST_YEAR}")
            continue
        days = _days(part, int(text))
        years[int(text)] = CalendarYear(name=key, year=int(text), days=days, weekdays=weekdays)
    table.done()
    return calendar_of_years(key, years)


def read_calendar_year(document: Mapping[str, object]) -> CalendarYear:
    """Return one year of a calendar, as `tariff calendar publish` takes it.

    Args:
        document: `calendar`, `year`, `days` (class -> days), and, where it is a draft, `draft`.

    Raises:
        CalendarFileError: Anything is wrong, or it is still a draft.
    """
    problems: list[str] = []
    top = CheckedTable(document, "", problems)
    if top.flag("draft", default=False):
        top.note(
            "draft",
            "is still a draft: check every day against the official notice, then "
            "write `draft: false`",
        )
    for told in ("source", "note"):
        if top.has(told):
            top.text(told)
    year = top.whole("year", least=FIRST_YEAR, most=LAST_YEAR)
    found = CalendarYear(
        name=top.key("calendar"),
        year=year,
        weekdays=_weekdays(top),
        days=_days(top.table("days"), year),
    )
    top.done()
    if named_year(found.name) is not None:
        top.note(
            "calendar",
            f"must be the name alone, {base_name(found.name)}; the year stands in `year`",
        )
    if problems:
        raise CalendarFileError(problems)
    return found


def _weekdays(table: CheckedTable) -> dict[int, str]:
    if not table.has("weekdays"):
        return dict(WORK_AND_REST)
    within = table.table("weekdays")
    found: dict[int, str] = {}
    for name in within.keys():  # noqa: SIM118  # the table is no dict
        for day in within.texts(name):
            if name not in CLASSES:
                within.note(name, f"is no day class; classes are {', '.join(CLASSES)}")
            elif day not in WEEKDAYS:
                within.note(name, f"{day!r} is no weekday; weekdays are {', '.join(WEEKDAYS)}")
            elif WEEKDAYS.index(day) in found:
                within.note(name, f"{day} stands twice")
            else:
                found[WEEKDAYS.index(day)] = name
    left = [day for number, day in enumerate(WEEKDAYS) if number not in found]
    if left:
        within.note("", f"{', '.join(left)} in no day class")
    return {number: found.get(number, WORK_AND_REST[number]) for number in range(7)}


def _days(table: CheckedTable, year: int) -> dict[date, str]:
    found: dict[date, str] = {}
    for name in table.keys():  # noqa: SIM118  # the table is no dict
        if name not in CLASSES:
            table.note(name, f"is no day class; classes are {', '.join(CLASSES)}")
            table.raw(name)
            continue
        if table.raw(name) == []:
            continue
        for text in table.texts(name):
            for day in _span(table, name, text, year):
                if found.get(day, name) != name:
                    table.note(name, f"{day:%m-%d} is {found[day]} already")
                found[day] = name
    return found


def _span(table: CheckedTable, name: str, text: str, year: int) -> list[date]:
    match = _DAYS.fullmatch(text)
    first_text, last_text = (match[1], match[2] or match[1]) if match else ("", "")
    try:
        first = date.fromisoformat(f"{year}-{first_text}")
        last = date.fromisoformat(f"{year}-{last_text}")
    except ValueError:
        table.note(name, f'{text!r} is no day of {year}; write "01-28" or "01-28..02-04"')
        return []
    if last < first:
        table.note(name, f"{text!r} runs backwards")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
