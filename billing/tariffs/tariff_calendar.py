"""In: the seasons, day classes and periods of a tariff file. Out: the same, checked. Pure.

Every minute of every (season, day class) must lie in exactly one tariff period: gaps and
overlaps are problems that name the minutes. A season or a period may stand in several rows of one
id: each adds its days or times.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from billing.checked_table import CheckedTable
from billing.tariffs.clauses import Names
from billing.tariffs.tariff import (
    MINUTES_PER_DAY,
    DayCalendar,
    DayClass,
    Season,
    TariffPeriod,
    When,
)
from energy.base.period import WEEKDAYS
from energy.base.wall_time import wall_text

LEAP_YEAR = 2000
EVERY = "all"
"""Key of the one season or day class of a tariff that names none."""
CLASSES = ("work", "rest", "holiday", "special")
"""Day classes that a calendar knows."""
WORK_AND_REST: Mapping[int, str] = {**dict.fromkeys(range(5), "work"), 5: "rest", 6: "rest"}
"""Class of each weekday (Monday is 0) where nothing else is said."""
_SPAN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When which tariff period holds."""

    seasons: tuple[Season, ...]
    day_classes: tuple[DayClass, ...]
    periods: tuple[TariffPeriod, ...]


def read_calendar(
    top: CheckedTable, days: DayCalendar | None = None, *, covered: bool = True
) -> Calendar:
    """Return the seasons, day classes and periods of a file; problems are noted in `top`.

    Args:
        top: The file.
        days: Calendar of day classes that it names, with the classes of all its years.
        covered: Check that every minute lies in one period; a published version was checked.
    """
    noted = top.problems_noted
    seasons = _seasons(top)
    day_classes = _day_classes(top, days)
    periods = _periods(top, seasons, day_classes)
    if covered and periods and top.problems_noted == noted:
        for season in dict.fromkeys(season.key for season in seasons):
            for day_class in day_classes:
                _check_cover(top, periods, season, day_class.key)
    return Calendar(seasons=seasons, day_classes=day_classes, periods=periods)


def _seasons(top: CheckedTable) -> tuple[Season, ...]:
    seasons: list[Season] = []
    for row in top.tables("seasons"):
        key = row.key("id")
        if row.flag("default", default=False):
            start = end = None
        else:
            start, end = _month_day(row, "from"), _month_day(row, "to")
        seasons.append(Season(key=key, start=start, end=end))
        row.done()
    if not seasons:
        return (Season(key=EVERY, start=None, end=None),)
    _check_year(top, seasons)
    return tuple(seasons)


def _month_day(row: CheckedTable, key: str) -> tuple[int, int]:
    text = row.text(key)
    try:
        day = date.fromisoformat(f"{LEAP_YEAR}-{text}")
    except ValueError:
        if text:
            row.note(key, f"{text!r} is no day of the year; write month-day, for example 11-01")
        return (1, 1)
    return (day.month, day.day)


def _check_year(top: CheckedTable, seasons: Sequence[Season]) -> None:
    defaults = [season for season in seasons if season.start is None]
    if len(defaults) > 1:
        top.note("seasons", "only one season may have `default: true`")
    days = [date(LEAP_YEAR, 1, 1) + timedelta(days=n) for n in range(366)]
    stated = [tuple(s.key for s in seasons if s.holds(day.month, day.day)) for day in days]
    for held, run in groupby(zip(stated, days, strict=True), key=lambda pair: pair[0]):
        span = [day for _, day in run]
        where = f"{span[0]:%m-%d} to {span[-1]:%m-%d}"
        if not held and not defaults:
            top.note("seasons", f"{where} lies in no season")
        elif len(held) > 1:
            top.note("seasons", f"{where} lies in {' and '.join(held)}")


def _day_classes(top: CheckedTable, days: DayCalendar | None) -> tuple[DayClass, ...]:
    if top.has("day_classes"):
        if days is not None:
            top.note("day_classes", "leave it out: the calendar says the class of every day")
        return _stated_classes(top.table("day_classes"))
    named = _classes_named(top)
    if days is not None:
        of_weekday = days.weekdays
        named |= {each for year in days.years.values() for each in year.values()}
    elif named:
        of_weekday = WORK_AND_REST
    else:
        return (DayClass(key=EVERY, weekdays=frozenset(range(7))),)
    keys = sorted({*of_weekday.values(), *(named & set(CLASSES))}, key=_class_order)
    return tuple(
        DayClass(key=key, weekdays=frozenset(d for d in range(7) if of_weekday[d] == key))
        for key in keys
    )


def _class_order(key: str) -> tuple[int, str]:
    return (CLASSES.index(key) if key in CLASSES else len(CLASSES), key)


def _classes_named(top: CheckedTable) -> set[str]:
    """Return what the rows of `periods` name as days, whatever their shape."""
    named: set[str] = set()
    rows = top.raw("periods")
    for row in rows if isinstance(rows, list) else []:
        parts = row.get("when") if isinstance(row, dict) else None
        for part in [row, *(parts if isinstance(parts, list) else [])]:
            days = part.get("days") if isinstance(part, dict) else None
            found = days if isinstance(days, list) else [days]
            named |= {each for each in found if isinstance(each, str)}
    return named


def _stated_classes(table: CheckedTable) -> tuple[DayClass, ...]:
    classes: list[DayClass] = []
    seen: dict[str, str] = {}
    for key in table.keys():  # noqa: SIM118  # the table is no dict
        for name in (names := table.texts(key)):
            if name not in WEEKDAYS:
                table.note(key, f"{name!r} is no weekday; weekdays are {', '.join(WEEKDAYS)}")
            elif name in seen:
                table.note(key, f"{name} is in {seen[name]} already")
            seen.setdefault(name, key)
        numbers = frozenset(WEEKDAYS.index(name) for name in names if name in WEEKDAYS)
        classes.append(DayClass(key=key, weekdays=numbers))
    left = [name for name in WEEKDAYS if name not in seen]
    if left:
        table.note("", f"{', '.join(left)} in no day class")
    return tuple(classes)


def _periods(
    top: CheckedTable, seasons: Sequence[Season], day_classes: Sequence[DayClass]
) -> tuple[TariffPeriod, ...]:
    periods: dict[str, TariffPeriod] = {}
    known = (
        tuple(dict.fromkeys(season.key for season in seasons)),
        tuple(day_class.key for day_class in day_classes),
    )
    for row in top.tables("periods"):
        key = row.key("id")
        names = read_names(row, key)
        if row.has("when"):
            parts = tuple(_when(part, "seasons", *known) for part in row.tables("when"))
        else:
            parts = (_when(row, "season", *known),)
        earlier = periods.get(key)
        if earlier is not None:
            if row.has("name") and earlier.names != names:
                row.note("name", f"{key!r} has another name above; name it once")
            names, parts = earlier.names, (*earlier.when, *parts)
        periods[key] = TariffPeriod(key=key, names=names, when=parts)
        row.done()
    return tuple(periods.values())


def read_names(row: CheckedTable, key: str) -> Names:
    """Return a row's `name`: a text by language, one text, or the row's id where it has none."""
    if not row.has("name"):
        return {"en": key}
    if isinstance(row.raw("name"), str):
        return {"en": row.text("name")}
    return row.names("name")


def _when(
    part: CheckedTable, season: str, seasons: tuple[str, ...], classes: tuple[str, ...]
) -> When:
    texts = part.texts("at") if part.has("at") else ("00:00-24:00",)
    when = When(
        seasons=_among(part, season, seasons),
        days=_among(part, "days", classes),
        spans=tuple(span for text in texts if (span := _span(part, text)) is not None),
    )
    if season == "seasons":
        part.done()
    return when


def _among(part: CheckedTable, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    if not part.has(key):
        return known
    found = part.texts(key)
    for name in found:
        if name not in known:
            part.note(key, f"{name!r} is not defined; defined are {', '.join(known)}")
    return found


def _span(part: CheckedTable, text: str) -> tuple[int, int] | None:
    match = _SPAN.fullmatch(text)
    if match is None:
        part.note("at", f'{text!r} is no span of the day; write "07:00-24:00"')
        return None
    hour, minute, hour_after, minute_after = (int(group) for group in match.groups())
    first, after = hour * 60 + minute, hour_after * 60 + minute_after
    if after > MINUTES_PER_DAY or first >= after:
        part.note(
            "at", f'{text!r} must run forwards within one day; write "22:00-24:00", "00:00-06:00"'
        )
        return None
    return first, after


def _check_cover(
    top: CheckedTable, periods: Sequence[TariffPeriod], season: str, day_class: str
) -> None:
    held: list[tuple[str, ...]] = [()] * MINUTES_PER_DAY
    for period in periods:
        for when in period.when:
            if season in when.seasons and day_class in when.days:
                for first, after in when.spans:
                    for minute in range(first, after):
                        held[minute] = (*held[minute], period.key)
    for keys, run in groupby(range(MINUTES_PER_DAY), key=lambda minute: held[minute]):
        minutes = list(run)
        if len(keys) == 1:
            continue
        span = f"{wall_text(minutes[0])}-{wall_text(minutes[-1] + 1)}"
        where = f"season {season!r}, days {day_class!r}: {span}"
        top.note("periods", f"{where} lies in {' and '.join(keys) if keys else 'no period'}")
