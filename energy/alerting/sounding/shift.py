"""In: an instant and how the command centre divides its day. Out: the shift. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from energy.base.period import Period, local_day


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
    today = local_day(at, zone)
    days = [today + timedelta(days=n) for n in (-1, 0, 1)]
    found = {
        datetime.combine(day, begin, tzinfo=zone).astimezone(UTC)
        for day in days
        for begin in begins
    }
    start = max(begin for begin in found if begin <= at)
    return Period(start=start, end=min(begin for begin in found if begin > at))
