"""In: times on the wall, versions of a plan, a local day. Out: when rounds are due. Pure.

A time that the clock skips is due as much later as it was put forward; where the clock is set back,
a round of every hour is due in both hours, any other one in the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

DAY_MIN: Final = 24 * 60
_HOUR_MIN: Final = 60


class How(StrEnum):
    """How a plan says when a round is due."""

    HOURS = "hours"
    """Every so many hours between two times."""
    TIMES = "times"
    SHIFTS = "shifts"
    """When each shift of the plan of duty begins, as that stood at the publishing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimes:
    """When a round is due on each local day."""

    how: How
    times: tuple[int, ...]
    """By the clock on the wall, sorted, each once. [min behind midnight]"""
    hourly: bool = False
    """Whether it is due in every hour, in one that comes twice, too."""

    def on(self, day: date, zone: ZoneInfo) -> list[datetime]:
        """Return the instants of a local day at which it is due, in order, in UTC."""
        found = set()
        for minutes in self.times:
            wall = datetime.combine(
                day, time(minutes // _HOUR_MIN, minutes % _HOUR_MIN), tzinfo=zone
            )
            found.add(wall.astimezone(UTC))
            if self.hourly:
                again = wall.replace(fold=1).astimezone(UTC)
                if again > wall.astimezone(UTC):
                    found.add(again)
        return sorted(at for at in found if at.astimezone(zone).date() == day)

    @property
    def least_gap_min(self) -> int:
        """Return the shortest time between two of them on a day of 24 h. [min]."""
        following = (*self.times[1:], self.times[0] + DAY_MIN)
        return min(b - a for a, b in zip(self.times, following, strict=True))

    def at_shifts(self, begins: tuple[time, ...]) -> DueTimes:
        """Return it with the begins of shifts in place of its times."""
        times = sorted({each.hour * _HOUR_MIN + each.minute for each in begins})
        return replace(self, times=tuple(times))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"how": str(self.how), "times": list(self.times), "hourly": self.hourly}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> DueTimes:
        """Return what to_json stored."""
        return cls(how=How(stored["how"]), times=tuple(stored["times"]), hourly=stored["hourly"])


def hours_between(first_min: int, last_min: int, every_h: int) -> tuple[int, ...]:
    """Return the times every so many hours from one time to another, both included.

    Args:
        first_min: [min behind midnight]
        last_min: The same or earlier than the first one: on the next day. [min behind midnight]
        every_h: [h]
    """
    end = last_min if last_min > first_min else last_min + DAY_MIN
    step = every_h * _HOUR_MIN
    within = (at for at in range(first_min, end + 1, step) if at - first_min < DAY_MIN)
    return tuple(sorted({at % DAY_MIN for at in within}))


class Standing(StrEnum):
    """How a round that is due stands."""

    COMING = "coming"
    DUE = "due"
    OVERDUE = "overdue"
    """Nobody began it in time; it may still be walked."""
    RUNNING = "running"
    WALKED = "walked"
    MISSED = "missed"
    """The next one is due, and nobody walked it."""


def standing(
    due_at: datetime,
    now: datetime,
    *,
    early: timedelta,
    within: timedelta,
    next_opens: datetime | None,
) -> Standing:
    """Return how a round that nobody began stands at an instant.

    Args:
        due_at: When it is due.
        now: The instant.
        early: How long before it may be begun.
        within: How long it may take from then on.
        next_opens: When the next one may be begun; None where none is planned any more.
    """
    if now < due_at - early:
        return Standing.COMING
    if next_opens is not None and now >= next_opens:
        return Standing.MISSED
    if now <= due_at + within:
        return Standing.DUE
    return Standing.MISSED if next_opens is None else Standing.OVERDUE
