"""In: intervals asked for. Out: the mean of the same weekday and time of the last weeks. Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction

from energy.metering.estimating.asked import (
    SUNDAY,
    Asked,
    EstimateError,
    Told,
    day_class,
    mean,
    slot_of,
)

WEEKS = 4
"""Weeks of history used where nothing is said."""


def hour_of_week(asked: Asked) -> Told:
    """Return for each interval the mean of its place in the week; a holiday is a Sunday.

    Where the place was never measured, the same time on days of the same class stands in.

    Raises:
        EstimateError: Nothing was measured at the time of day of an interval.
    """
    weeks = asked.weeks(WEEKS)
    measured = asked.within(weeks)
    by_place: dict[tuple[int, int], list[Fraction]] = defaultdict(list)
    by_class: dict[tuple[str, int], list[Fraction]] = defaultdict(list)
    for at, value in measured.items():
        day, minute = slot_of(at, asked.zone)
        by_place[_weekday(asked, day), minute].append(value)
        by_class[day_class(day, asked.holidays), minute].append(value)
    values = []
    for start in asked.starts:
        day, minute = slot_of(start, asked.zone)
        found = by_place.get((_weekday(asked, day), minute))
        found = found or by_class.get((day_class(day, asked.holidays), minute))
        if not found:
            at = start.astimezone(asked.zone)
            raise EstimateError.of("estimate.no_profile", weeks=weeks, at=at)
        values.append(mean(found))
    used = {"weeks": str(weeks), "intervals": str(len(measured))}
    return Told(values=tuple(values), inputs=used)


def _weekday(asked: Asked, day: date) -> int:
    return SUNDAY if day in asked.holidays else day.weekday()
