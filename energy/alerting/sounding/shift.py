"""In: an instant and how the command centre divides its day. Out: the shift. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from energy.base.period import Period, days_between, local_day

NEAR = timedelta(days=2)
"""Holds a begin of each, on days of 25 h too."""


def even_begins(length_h: int, first_h: int) -> list[time]:
    """Return when shifts of one length begin, by the clock on the wall.

    They follow each other from the same hour of each day; the last one of a day is cut where the
    next day's first begins.

    Args:
        length_h: Of a shift, 1 to 24. [h]
        first_h: At which each day's first begins, 0 to 23. [h]
    """
    assert 1 <= length_h <= 24, "the rules of the sign-in allow no other"
    assert 0 <= first_h <= 23, "the rules of the sign-in allow no other"
    return [time((first_h + hours) % 24) for hours in range(0, 24, length_h)]


def shift_at(at: datetime, zone: ZoneInfo, begins: Collection[time]) -> Period:
    """Return the shift that an instant falls into.

    Args:
        at: The instant.
        zone: The site's.
        begins: When shifts begin on each local day; one at the least.
    """
    assert begins, "a day has a shift"
    before = begins_within(begins, zone, at - NEAR, at)
    return Period(start=before[-1], end=begins_within(begins, zone, at, at + NEAR)[0])


def shifts_of(day: date, zone: ZoneInfo, begins: Collection[time]) -> dict[time, Period]:
    """Return the shifts that begin on a local day, by the time on the wall, in its order.

    Together they are what `shift_at` returns. Where clocks are put forward two may begin at one
    instant: the first of them is empty.

    Args:
        day: Local day; the last of its shifts may end on the next one.
        zone: The site's.
        begins: When shifts begin on each local day; one at the least.
    """
    starts = {at: datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for at in sorted(begins)}
    last = {start: at for at, start in starts.items()}
    return {
        at: Period(
            start=start,
            end=start if last[start] != at else begins_within(begins, zone, start, start + NEAR)[0],
        )
        for at, start in starts.items()
    }


def begins_within(
    begins: Iterable[time], zone: ZoneInfo, first: datetime, last: datetime
) -> list[datetime]:
    """Return the instants at which shifts begin, in order, in UTC.

    Args:
        begins: When shifts begin on each local day.
        zone: The site's.
        first: Only those behind it.
        last: Only those up to it.
    """
    days = days_between(local_day(first, zone), local_day(last, zone))
    every = (datetime.combine(day, at, tzinfo=zone) for at in begins for day in days)
    return sorted(at for each in every if first < (at := each.astimezone(UTC)) <= last)
