"""In: the seasons, day classes and periods of a tariff file. Out: the same, checked. Pure.

Every minute of every (season, day class) must lie in exactly one tariff period: gaps and
overlaps are problems that name the minutes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from billing.checked_table import CheckedTable
from billing.tariff import MINUTES_PER_DAY, DayClass, Season, TariffPeriod, When
from energy.base.period import WEEKDAYS
from energy.base.wall_time import wall_text

LEAP_YEAR = 2000
EVERY = "all"
"""Key of the one season or day class of a tariff that names none."""
_SPAN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When which tariff period holds."""

    seasons: tuple[Season, ...]
    day_classes: tuple[DayClass, ...]
    periods: tuple[TariffPeriod, ...]


def read_calendar(top: CheckedTable) -> Calendar:
    """Return the seasons, day classes and periods of a file; problems are noted in `top`."""
    seasons = _seasons(top)
    day_classes = _day_classes(top)
    noted = top.problems_noted
    periods = _periods(top, seasons, day_classes)
    if periods and top.problems_noted == noted:
        for season in seasons:
            for day_class in day_classes:
                _check_cover(top, periods, season.key, day_class.key)
    return Calendar(seasons=seasons, day_classes=day_classes, periods=periods)


def _seasons(top: CheckedTable) -> tuple[Season, ...]:
    seasons: list[Season] = []
    for row in top.tables("season"):
        key = row.key("id")
        if row.has("default"):
            if row.text("default") != "rest":
                row.note("default", 'must be "rest": the season takes all days left')
            start = end = None
        else:
            start, end = _month_day(row, "from"), _month_day(row, "to")
        seasons.append(Season(key=key, start=start, end=end))
        row.done()
    if not seasons:
        return (Season(key=EVERY, start=None, end=None),)
    _check_keys(top, "season", [season.key for season in seasons])
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
        top.note("season", 'only one season may have default = "rest"')
    days = [date(LEAP_YEAR, 1, 1) + timedelta(days=n) for n in range(366)]
    stated = [tuple(s.key for s in seasons if s.holds(day.month, day.day)) for day in days]
    for held, run in groupby(zip(stated, days, strict=True), key=lambda pair: pair[0]):
        span = [day for _, day in run]
        where = f"{span[0]:%m-%d} to {span[-1]:%m-%d}"
        if not held and not defaults:
            top.note("season", f"{where} lies in no season")
        elif len(held) > 1:
            top.note("season", f"{where} lies in {' and '.join(held)}")


def _day_classes(top: CheckedTable) -> tuple[DayClass, ...]:
    if not top.has("day_classes"):
        return (DayClass(key=EVERY, weekdays=frozenset(range(7))),)
    table = top.table("day_classes")
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
    periods: list[TariffPeriod] = []
    season_keys = tuple(season.key for season in seasons)
    class_keys = tuple(day_class.key for day_class in day_classes)
    for row in top.tables("period"):
        when = tuple(_when(part, season_keys, class_keys) for part in row.tables("when"))
        if not when:
            row.note("when", "is missing")
        periods.append(TariffPeriod(key=row.key("id"), names=row.names("name"), when=when))
        row.done()
    _check_keys(top, "period", [period.key for period in periods])
    return tuple(periods)


def _when(part: CheckedTable, seasons: tuple[str, ...], classes: tuple[str, ...]) -> When:
    when = When(
        seasons=_among(part, "seasons", seasons),
        days=_among(part, "days", classes),
        spans=tuple(span for text in part.texts("at") if (span := _span(part, text)) is not None),
    )
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


def _check_keys(top: CheckedTable, kind: str, keys: Sequence[str]) -> None:
    for key in sorted({key for key in keys if key and keys.count(key) > 1}):
        top.note(kind, f"{key!r} is defined twice")


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
        top.note("period", f"{where} lies in {' and '.join(keys) if keys else 'no period'}")
