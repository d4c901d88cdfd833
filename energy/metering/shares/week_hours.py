"""In: hours of a week on the wall clock. Out: spans of instants, what an interval belongs to. Pure.

Shifts of a production line and opening hours of a place are one thing: named stretches of local
wall time that come back every week, with days that are otherwise. A stretch that ends no later
than it begins runs through midnight and belongs to the weekday on which it begins.

Where the clocks jump forward, a wall time that does not exist stands for the instant of the jump;
where they go back, one that exists twice stands for the first. So stretches that touch on the
wall touch on every day of the year, and no instant belongs to two of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.period import WEEKDAYS, Period, days_between, local_day

DAY_MINUTES = 1440
OUTSIDE = -1
"""Stands for: in none of the stretches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a day on the wall clock."""

    name: str
    """Of the shift; "open" for opening hours."""
    start_min: int
    """Wall time of its start, 0 to 1439. [min of the day]"""
    end_min: int
    """Wall time of its end, 1 to 1440; not after the start: on the next day. [min of the day]"""

    @property
    def length_min(self) -> int:
        """Return its length on a day without a change of clocks. [min]."""
        return (self.end_min - self.start_min - 1) % DAY_MINUTES + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HourSpan:
    """One occurrence of a stretch."""

    name: str
    day: date
    """Local day on which it begins."""
    start: datetime
    """Aware UTC."""
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekHours:
    """Stretches by weekday, with days that are otherwise."""

    week: tuple[tuple[Stretch, ...], ...]
    """Of Monday to Sunday."""
    exceptions: Mapping[date, tuple[Stretch, ...]] = field(default_factory=dict)
    """Days with other stretches; an empty one is closed."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of its stretches, in the order of the week."""
        every = [*self.week, *(self.exceptions[day] for day in sorted(self.exceptions))]
        return tuple(dict.fromkeys(each.name for stretches in every for each in stretches))

    def on(self, day: date) -> tuple[Stretch, ...]:
        """Return the stretches that begin on a local day."""
        return self.exceptions.get(day, self.week[day.weekday()])

    def spans(self, period: Period, zone: ZoneInfo) -> list[HourSpan]:
        """Return the occurrences that touch a period, in order.

        Args:
            period: Span of instants.
            zone: Whose wall clock is meant.
        """
        first = local_day(period.start, zone) - timedelta(days=1)
        found = [
            span
            for day in days_between(first, local_day(period.end, zone))
            for stretch in self.on(day)
            if (span := _span(stretch, day, zone)).start < span.end
        ]
        touching = [span for span in found if span.start < period.end and span.end > period.start]
        return sorted(touching, key=lambda span: span.start)

    def name_at(self, at: datetime, zone: ZoneInfo) -> str | None:
        """Return the stretch that an instant lies in; None for none."""
        around = Period(start=at, end=at + timedelta(microseconds=1))
        return next((span.name for span in self.spans(around, zone)), None)

    def is_open(self, at: datetime, zone: ZoneInfo) -> bool:
        """Return whether an instant lies in any stretch."""
        return self.name_at(at, zone) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedHours:
    """Week hours one after another: each holds from a local day on, until the next."""

    versions: tuple[tuple[date, WeekHours], ...]
    """First local day and hours, by day."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the stretches of all versions."""
        return tuple(dict.fromkeys(name for _, hours in self.versions for name in hours.names))

    def on(self, day: date) -> WeekHours | None:
        """Return the hours that hold on a local day; None before the first."""
        held = [hours for first, hours in self.versions if first <= day]
        return held[-1] if held else None

    def spans(self, period: Period, zone: ZoneInfo) -> list[HourSpan]:
        """Return the occurrences that touch a period; one belongs to the hours of its first day."""
        found = [
            span
            for _, hours in self.versions
            for span in hours.spans(period, zone)
            if self.on(span.day) is hours
        ]
        return _cut(sorted(found, key=lambda span: span.start))

    def is_open(self, at: datetime, zone: ZoneInfo) -> bool:
        """Return whether an instant lies in any stretch of the hours that hold then."""
        return bool(self.spans(Period(start=at, end=at + timedelta(microseconds=1)), zone))

    def belongs(self, period: Period, step_s: int, zone: ZoneInfo) -> NDArray[np.int64]:
        """Return which of `names` each interval of a grid belongs to, by its start.

        Args:
            period: The span of the grid, a whole number of steps.
            step_s: Width of an interval. [s]
            zone: Whose wall clock is meant.

        Returns:
            Place in `names`, OUTSIDE for none; shape (n,).
        """
        start_us, end_us, step_us = to_us(period.start), to_us(period.end), step_s * 1_000_000
        at_us = np.arange(start_us, end_us, step_us, dtype=np.int64)
        found = np.full(len(at_us), OUTSIDE, dtype=np.int64)
        place = {name: n for n, name in enumerate(self.names)}
        for span in self.spans(period, zone):
            low, high = np.searchsorted(at_us, [to_us(span.start), to_us(span.end)])
            found[low:high] = place[span.name]
        return found


def overlapping(hours: WeekHours) -> list[tuple[str, str, str]]:
    """Return stretches that overlap on the wall: (day, name, name); a day is a weekday or a date.

    A stretch through midnight is held against the next day's as well.
    """
    problems: list[tuple[str, str, str]] = []
    days: list[tuple[str, Sequence[Stretch], Sequence[Stretch]]] = [
        (WEEKDAYS[n], hours.week[n], hours.week[(n + 1) % 7]) for n in range(7)
    ]
    around = {day + timedelta(days=n) for day in hours.exceptions for n in (-1, 0)}
    days += [
        (day.isoformat(), hours.on(day), hours.on(day + timedelta(days=1)))
        for day in sorted(around)
    ]
    for label, today, tomorrow in days:
        own = [(each.start_min, each.start_min + each.length_min, each.name) for each in today]
        later = [(each.start_min + DAY_MINUTES, 2 * DAY_MINUTES, each.name) for each in tomorrow]
        for n, (start, end, name) in enumerate(own):
            for other_start, other_end, other in [*own[n + 1 :], *later]:
                if start < other_end and other_start < end:
                    problems.append((label, name, other))
    return list(dict.fromkeys(problems))


def boundaries_off_grid(hours: WeekHours, step_s: int) -> list[int]:
    """Return the wall times that lie inside an interval of a grid. [min of the day]."""
    every = {
        minute
        for stretches in (*hours.week, *hours.exceptions.values())
        for each in stretches
        for minute in (each.start_min, each.end_min)
    }
    return sorted(minute for minute in every if minute * 60 % step_s)


def wall_instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which the wall clock shows a time, as the module says.

    Args:
        day: Local day.
        minute: Minutes on the wall from that day's midnight; 1440 is the next one's.
        zone: Whose wall clock.
    """
    ahead, rest = divmod(minute, DAY_MINUTES)
    wall = datetime(day.year, day.month, day.day, rest // 60, rest % 60)  # noqa: DTZ001 - a wall's
    wall += timedelta(days=ahead)
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    return _jump(at, zone)


def hours_to_json(hours: WeekHours) -> dict[str, Any]:
    """Return week hours as JSON values, exact."""
    return {
        "week": [_rows(stretches) for stretches in hours.week],
        "exceptions": {
            day.isoformat(): _rows(hours.exceptions[day]) for day in sorted(hours.exceptions)
        },
    }


def hours_from_json(stored: Mapping[str, Any]) -> WeekHours:
    """Return the week hours that hours_to_json stored."""
    return WeekHours(
        week=tuple(_stretches(rows) for rows in stored["week"]),
        exceptions={
            date.fromisoformat(day): _stretches(rows) for day, rows in stored["exceptions"].items()
        },
    )


def _rows(stretches: Sequence[Stretch]) -> list[list[Any]]:
    return [[each.name, each.start_min, each.end_min] for each in stretches]


def _stretches(rows: Sequence[Sequence[Any]]) -> tuple[Stretch, ...]:
    return tuple(Stretch(name=name, start_min=start, end_min=end) for name, start, end in rows)


def _span(stretch: Stretch, day: date, zone: ZoneInfo) -> HourSpan:
    return HourSpan(
        name=stretch.name,
        day=day,
        start=wall_instant(day, stretch.start_min, zone),
        end=wall_instant(day, stretch.start_min + stretch.length_min, zone),
    )


def _cut(spans: Sequence[HourSpan]) -> list[HourSpan]:
    """Return spans of which none reaches into the next: where hours change, the new ones begin."""
    return [
        span
        if n + 1 == len(spans) or span.end <= spans[n + 1].start
        else HourSpan(name=span.name, day=span.day, start=span.start, end=spans[n + 1].start)
        for n, span in enumerate(spans)
    ]


def _jump(near: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which clocks jumped, within a day before an instant behind it."""
    low, high = near - timedelta(days=1), near
    behind = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if middle in {low, high}:
            break
        if middle.astimezone(zone).utcoffset() == behind:
            high = middle
        else:
            low = middle
    return high


def weekdays_of(text: str) -> list[int]:
    """Return the weekdays that "mon" or "fri-mon" names, in order; none where it names none."""
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last and last not in WEEKDAYS):
        return []
    start = WEEKDAYS.index(first)
    many = (WEEKDAYS.index(last or first) - start) % 7 + 1
    return [(start + n) % 7 for n in range(many)]
