"""In: hours of the week as a person writes them, an instant. Out: whether it lies within. Pure.

"Mon-Fri 08:00-18:00", "Sat,Sun 22:00-07:00", "22:00-07:00" (every day). Hours that pass midnight
belong to the day on which they begin. The clock is the site's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from energy.alerting.notices.errors import NoticeError

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(
    r"(?:(?P<days>[A-Za-z,\- ]+?) )?(?P<h1>\d\d):(?P<m1>\d\d)-(?P<h2>\d\d):(?P<m2>\d\d)"
)
_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Some hours of some days of the week."""

    days: frozenset[int]
    """Monday is 0; the day on which they begin."""
    first: int
    """[minute of the day]"""
    end: int
    """Exclusive; not after `first` where they pass midnight. [minute of the day]"""

    def hold(self, wall: datetime) -> bool:
        """Return whether a wall-clock time lies within."""
        minute = wall.hour * 60 + wall.minute
        today, before = wall.weekday(), (wall.weekday() - 1) % 7
        if self.first < self.end:
            return today in self.days and self.first <= minute < self.end
        return (today in self.days and minute >= self.first) or (
            before in self.days and minute < self.end
        )


def hours_of(text: str) -> Hours:
    """Return the hours that a text names.

    Raises:
        NoticeError: It names none.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise NoticeError.of("hours", text=text)
    first = int(match["h1"]) * 60 + int(match["m1"])
    end = int(match["h2"]) * 60 + int(match["m2"])
    if first >= _DAY or end > _DAY or int(match["m1"]) > 59 or int(match["m2"]) > 59:
        raise NoticeError.of("hours", text=text)
    return Hours(days=_days_of(match["days"], text), first=first, end=end % _DAY or _DAY)


def _days_of(named: str | None, text: str) -> frozenset[int]:
    if named is None:
        return frozenset(range(7))
    days: set[int] = set()
    for part in named.lower().replace(" ", "").split(","):
        low, dash, high = part.partition("-")
        if low not in _DAYS or (dash and high not in _DAYS):
            raise NoticeError.of("hours", text=text)
        begin, last = _DAYS.index(low), _DAYS.index(high or low)
        days |= {(begin + n) % 7 for n in range((last - begin) % 7 + 1)}
    return frozenset(days)


def within(hours: Sequence[Hours], at: datetime, zone: ZoneInfo) -> bool:
    """Return whether an instant lies within any of some hours.

    Args:
        hours: None hold never.
        at: Aware.
        zone: The site's.
    """
    wall = at.astimezone(zone)
    return any(each.hold(wall) for each in hours)


def next_outside(hours: Sequence[Hours], at: datetime, zone: ZoneInfo) -> datetime:
    """Return the first whole minute from an instant on that lies outside; the instant if it does.

    Args:
        hours: As in `within`; hours that never end hold for a week at most.
        at: Aware.
        zone: The site's.
    """
    if not within(hours, at, zone):
        return at
    minute = at.replace(second=0, microsecond=0)
    for step in range(1, 7 * _DAY + 1):
        later = minute + timedelta(minutes=step)
        if not within(hours, later, zone):
            return later
    return minute + timedelta(minutes=7 * _DAY)
