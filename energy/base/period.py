"""In: local days and months of a site's zone. Out: half-open spans of UTC instants. Pure.

A local day has 92, 96 or 100 quarter-hours; everything here goes through zoneinfo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As files of people name them; a date's weekday() is the place here."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Period:
    """Half-open span [start, end) of aware UTC instants."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Hold the invariant: aware and not backwards."""
        assert self.start.tzinfo is not None, "start is aware"
        assert self.start <= self.end, "a period does not run backwards"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def day_period(day: date, zone: ZoneInfo) -> Period:
    """Return the span of a local day: 23, 24 or 25 hours."""
    return Period(start=midnight(day, zone), end=midnight(day + timedelta(days=1), zone))


@lru_cache(maxsize=1024)
def span_of_days(first: date, last: date, zone: ZoneInfo) -> Period:
    """Return the span of the local days first to last, both included."""
    return Period(start=midnight(first, zone), end=midnight(last + timedelta(days=1), zone))


def month_period(year: int, month: int, zone: ZoneInfo) -> Period:
    """Return the span of a local calendar month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return Period(start=midnight(date(year, month, 1), zone), end=midnight(following, zone))


def month_spans(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the calendar months of some days, cut at both ends: first and last day of each."""
    day = first
    while day <= last:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield day, min(last, following - timedelta(days=1))
        day = following


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the local day that holds an instant."""
    return at.astimezone(zone).date()


def days_between(first: date, last: date) -> list[date]:
    """Return the days first to last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def grid_floor(at: datetime, step_s: int, zone: ZoneInfo) -> datetime:
    """Return the start of the grid interval that holds an instant; local midnight begins one.

    Args:
        at: Aware.
        step_s: Width of an interval. [s]
        zone: The site's zone.
    """
    begun = midnight(local_day(at, zone), zone)
    return at.astimezone(UTC) - (at - begun) % timedelta(seconds=step_s)


def day_starts(period: Period, step_s: int, zone: ZoneInfo) -> list[int]:
    """Return the place of the first grid interval of each local day of a period.

    Args:
        period: Whole local days; nothing of an empty one.
        step_s: Width of an interval. [s]
        zone: The site's zone.
    """
    if period.start == period.end:
        return []
    last = local_day(period.end - timedelta(microseconds=1), zone)
    starts = [midnight(day, zone) for day in days_between(local_day(period.start, zone), last)]
    return [
        max(start - period.start, timedelta(0)) // timedelta(seconds=step_s) for start in starts
    ]


def grid_of(period: Period, step_s: int) -> int:
    """Return how many grid intervals a period holds.

    Args:
        period: The span, a whole number of steps long.
        step_s: Width of an interval. [s]
    """
    count, rest = divmod(period.end - period.start, timedelta(seconds=step_s))
    assert not rest, "the period is a whole number of steps"
    return count
