"""In: weekly hours and holidays as people write them. Out: whether an instant is watched. Pure.

The hours are those of the wall clock in the site's zone: on a day of 23 or 25 hours the clock
decides, not the hours passed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from energy.base.errors import EnergyError
from energy.base.period import WEEKDAYS

DAY_MIN = 1440
"""Minutes on the clock of a day. [min]"""
Hours = tuple[tuple[int, int], ...]
"""Spans [from, to) of a day. [min]"""
_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_ROW = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (.+)")


class CalendarError(EnergyError):
    """Hours or holidays cannot be read."""

    code = "rule.calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a rule is watched."""

    zone: ZoneInfo
    week: tuple[Hours, ...]
    """Of each weekday, Monday first."""
    holidays: frozenset[date] = frozenset()
    holiday: Hours = ()
    """Of each holiday, whatever its weekday."""

    def watched(self, at: datetime) -> bool:
        """Return whether the rule is watched at an aware instant."""
        local = at.astimezone(self.zone)
        minute = 60 * local.hour + local.minute
        hours = self.holiday if local.date() in self.holidays else self.week[local.weekday()]
        return any(first <= minute < end for first, end in hours)


def calendar_of(stored: Mapping[str, Any], zone: ZoneInfo) -> Calendar:
    """Return a calendar as a file or an event holds it.

    Args:
        stored: `hours`: ["mon-fri 08:00-18:00", "sat 22:00-02:00"], `holidays`: ["2026-01-01"],
            `holiday_hours`: ["00:00-24:00"]. A span over midnight ends on the day after.
        zone: The site's zone.

    Raises:
        CalendarError: Names what cannot be read.
    """
    unknown = sorted(set(stored) - {"hours", "holidays", "holiday_hours"})
    if unknown:
        raise CalendarError.of("rule.calendar_key", key=unknown[0])
    week: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    for row in _texts(stored, "hours"):
        found = _ROW.fullmatch(row.strip().lower())
        if found is None:
            raise CalendarError.of("rule.calendar_hours", row=row)
        first, last, span = found.groups()
        for day in _days(first, last or first, row):
            begin, end = _span(span, row)
            week[day].append((begin, min(end, DAY_MIN)))
            if end > DAY_MIN:
                week[(day + 1) % 7].append((0, end - DAY_MIN))
    holiday = [_span(each, each) for each in _texts(stored, "holiday_hours")]
    return Calendar(
        zone=zone,
        week=tuple(tuple(sorted(day)) for day in week),
        holidays=frozenset(_date(each) for each in _texts(stored, "holidays")),
        holiday=tuple((begin, min(end, DAY_MIN)) for begin, end in holiday),
    )


@lru_cache(maxsize=64)
def _days(first: str, last: str, row: str) -> Sequence[int]:
    if first not in WEEKDAYS or last not in WEEKDAYS:
        raise CalendarError.of("rule.calendar_hours", row=row)
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]


def _span(text: str, row: str) -> tuple[int, int]:
    """Return a span [from, to); the end lies on the day after where it is not behind. [min]."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise CalendarError.of("rule.calendar_hours", row=row)
    a, b, c, d = (int(each) for each in found.groups())
    begin, end = 60 * a + b, 60 * c + d
    if begin >= DAY_MIN or end > DAY_MIN or b > 59 or d > 59:
        raise CalendarError.of("rule.calendar_hours", row=row)
    return begin, end if end > begin else end + DAY_MIN


def _texts(stored: Mapping[str, Any], key: str) -> list[str]:
    found = stored.get(key, [])
    if not isinstance(found, list):
        raise CalendarError.of("rule.calendar_hours", row=f"{key} = {found!r}")
    return [str(each) for each in found]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CalendarError.of("rule.calendar_day", day=text) from error
