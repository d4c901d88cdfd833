"""In: intervals asked for. Out: the mean of the same times on similar days. Pure.

Similar are days of the same class (working day, Saturday, Sunday or holiday): those whose outdoor
temperature was nearest where it is known, else those nearest in time, earlier ones first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from energy.metering.estimating.asked import (
    Asked,
    EstimateError,
    Told,
    day_class,
    mean,
    slot_of,
)

WEEKS = 8
"""Weeks on either side used where nothing is said."""
DAYS = 3
"""Similar days used where nothing is said."""
Days = Mapping[date, Mapping[int, Fraction]]


def similar_day(asked: Asked) -> Told:
    """Return for each interval the mean of the same time on the most similar days.

    Raises:
        EstimateError: No day of the same class was measured at all the times asked for.
    """
    weeks, most = asked.weeks(WEEKS), asked.number("days", DAYS, 31)
    reach = timedelta(weeks=weeks)
    low, high = asked.starts[0] - reach, asked.starts[-1] + reach
    measured: dict[date, dict[int, Fraction]] = defaultdict(dict)
    for at, value in sorted(asked.history.items(), reverse=True):  # of an hour told twice the first
        if low <= at <= high:
            day, minute = slot_of(at, asked.zone)
            measured[day][minute] = value
    wanted: dict[date, set[int]] = defaultdict(set)
    for start in asked.starts:
        day, minute = slot_of(start, asked.zone)
        wanted[day].add(minute)
    chosen = {day: _similar(asked, day, minutes, measured, most) for day, minutes in wanted.items()}
    values = []
    for start in asked.starts:
        day, minute = slot_of(start, asked.zone)
        values.append(mean([measured[each][minute] for each in chosen[day]]))
    used = {
        "weeks": str(weeks),
        "days": "; ".join(f"{day}: {', '.join(map(str, of))}" for day, of in chosen.items()),
    }
    if asked.temperatures:
        used["temperature"] = "; ".join(
            f"{day}: {float(asked.temperatures[day]):.1f}"
            for day in sorted(chosen)
            if day in asked.temperatures
        )
    return Told(values=tuple(values), inputs=used)


def _similar(asked: Asked, day: date, minutes: set[int], measured: Days, most: int) -> list[date]:
    """Return the most similar days that were measured at all of some times, best first."""
    own = day_class(day, asked.holidays)
    found = [
        each
        for each, slots in measured.items()
        if each != day and day_class(each, asked.holidays) == own and minutes <= slots.keys()
    ]
    if not found:
        raise EstimateError.of("estimate.no_similar_day", day=day, day_class=own)
    warm = asked.temperatures.get(day)
    if warm is not None:
        known = [each for each in found if each in asked.temperatures]
        found = known or found
    return sorted(found, key=lambda each: _distance(asked, day, each, warm))[:most]


def _distance(
    asked: Asked, day: date, other: date, warm: Fraction | None
) -> tuple[Fraction, int, date]:
    """Return how unlike two days are: by temperature where it is known, then by time."""
    theirs = asked.temperatures.get(other)
    apart = Fraction(0) if warm is None or theirs is None else abs(theirs - warm)
    return apart, abs((other - day).days), other
