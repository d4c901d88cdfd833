"""In: [[hours]] tables of a share file. Out: week hours as stated, or problems. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from energy.base.period import WEEKDAYS
from energy.metering.shares.bearer import HoursScope
from energy.metering.shares.week_hours import (
    DAY_MINUTES,
    Stretch,
    WeekHours,
    overlapping,
    weekdays_of,
)
from energy.metering.site_file_checker import Checker

OPEN = "open"
"""Name of a stretch of opening hours."""
_KEYS = {"production_line", "place", "valid_from", "week", "holidays", "exceptions"}
_HOLIDAY = "holiday"
"""Stands in `week` for the days that `holidays` lists."""
_STRETCH = re.compile(
    r"(?:(?P<name>[^\s:]{1,40})\s+)?"
    r"(?P<h>[0-2]?[0-9]):(?P<m>[0-5][0-9])-(?P<h2>[0-2]?[0-9]):(?P<m2>[0-5][0-9])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedHours:
    """Hours as a file states them."""

    scope: HoursScope
    key: str
    """Of the production line or place."""
    valid_from: date
    hours: WeekHours


def read_hours_tables(checker: Checker) -> tuple[StatedHours, ...]:
    """Return the hours that a file states; what is wrong goes to the checker's problems."""
    found = []
    for n, table in enumerate(checker.tables("hours"), 1):
        scopes = [scope for scope in HoursScope if scope.value in table]
        key = str(table.get(scopes[0].value)) if len(scopes) == 1 else ""
        where = f"hours {key or n!r}"
        checker.unknown_keys(table, _KEYS, where)
        if not key:
            checker.problems.append(f"{where}: name one of {', '.join(HoursScope)}")
            continue
        valid_from = table.get("valid_from")
        if type(valid_from) is not date or not 1970 <= valid_from.year < 3000:
            checker.problems.append(f"{where}: `valid_from` is no date like 2026-01-31")
            continue
        before = len(checker.problems)
        hours = hours_of(checker, table, where, named=scopes[0] is HoursScope.PRODUCTION_LINE)
        if len(checker.problems) == before:
            checker.problems += overlaps(hours, where)
        found.append(StatedHours(scope=scopes[0], key=key, valid_from=valid_from, hours=hours))
    checker.unique([f"{h.scope} {h.key} {h.valid_from}" for h in found], "hours of")
    return tuple(found)


def overlaps(hours: WeekHours, where: str) -> list[str]:
    """Return a problem for each two stretches that overlap."""
    return [
        f"{where}: on {day} {one} and {other} overlap" for day, one, other in overlapping(hours)
    ]


def hours_of(checker: Checker, table: Mapping[str, Any], where: str, *, named: bool) -> WeekHours:
    """Return the hours of a table (`week`, `holidays`, `exceptions`), or problems.

    Args:
        checker: Takes the problems.
        table: The table.
        where: How its place is told.
        named: Whether each stretch needs a name.
    """
    week: list[tuple[Stretch, ...]] = [()] * len(WEEKDAYS)
    stated = table.get("week")
    if not isinstance(stated, dict):
        checker.problems.append(f'{where}: `week` is no table like {{mon-fri = ["06:00-14:00"]}}')
        stated = {}
    seen: list[int] = []
    on_holidays = _stretches(checker, stated.get(_HOLIDAY, []), f"{where}, holiday", named=named)
    for days, rows in stated.items():
        for day in _weekdays(checker, days, where) if days != _HOLIDAY else ():
            seen.append(day)
            week[day] = _stretches(checker, rows, f"{where}, {days}", named=named)
    for day in sorted({day for day in seen if seen.count(day) > 1}):
        checker.problems.append(f"{where}: {WEEKDAYS[day]} stands twice in `week`")
    holidays = table.get("holidays", [])
    if not isinstance(holidays, list) or not all(type(day) is date for day in holidays):
        checker.problems.append(f"{where}: `holidays` is no list of dates like [2026-12-25]")
        holidays = []
    exceptions = _exceptions(checker, table, where, named=named)
    return WeekHours(week=tuple(week), exceptions=dict.fromkeys(holidays, on_holidays) | exceptions)


def _exceptions(
    checker: Checker, table: Mapping[str, Any], where: str, *, named: bool
) -> dict[date, tuple[Stretch, ...]]:
    stated = table.get("exceptions", {})
    if not isinstance(stated, dict):
        checker.problems.append(f"{where}: `exceptions` is no table like {{2026-12-25 = []}}")
        return {}
    found = {}
    for text, rows in stated.items():
        try:
            day = date.fromisoformat(text)
        except ValueError:
            checker.problems.append(f"{where}: {text!r} is no date like 2026-12-25")
            continue
        found[day] = _stretches(checker, rows, f"{where}, {text}", named=named)
    return found


def _weekdays(checker: Checker, text: str, where: str) -> list[int]:
    days = weekdays_of(text)
    if not days:
        checker.problems.append(f"{where}: {text!r} is no weekday like mon or mon-fri")
    return days


def _stretches(checker: Checker, rows: object, where: str, *, named: bool) -> tuple[Stretch, ...]:
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        checker.problems.append(f'{where}: is no list of texts like ["early 06:00-14:00"]')
        return ()
    found = []
    for row in rows:
        match = _STRETCH.fullmatch(row.strip())
        start = end = DAY_MINUTES + 1
        if match is not None:
            start = int(match["h"]) * 60 + int(match["m"])
            end = int(match["h2"]) * 60 + int(match["m2"])
        if match is None or not row.isprintable() or start >= DAY_MINUTES or end > DAY_MINUTES:
            checker.problems.append(f'{where}: {row!r} is no stretch like "early 06:00-14:00"')
            continue
        if named and match["name"] is None:
            checker.problems.append(f"{where}: {row!r} names no shift")
            continue
        name = match["name"] or OPEN
        found.append(Stretch(name=name, start_min=start, end_min=end or DAY_MINUTES))
    return tuple(found)
