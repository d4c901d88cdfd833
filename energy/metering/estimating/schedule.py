"""In: intervals asked for, a stated week. Out: power times hours. Pure.

The week is stated as "mon-fri 08:00-18:00 = 12.5; sat 09:00-13:00 = 5; rest = 0.4": what the
channel's unit makes an hour (kW for kWh, m3/h for m3); of a gauge its level. Holidays are Sundays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta
from fractions import Fraction
from itertools import pairwise

from energy.base.period import WEEKDAYS, Period
from energy.metering.estimating.asked import SUNDAY, Asked, EstimateError, Told
from energy.metering.shares.week_hours import DAY_MINUTES, Stretch, WeekHours, weekdays_of

LONGEST = 2_000
"""Most characters of a stated week."""
_PART = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?"
    r"(?: +(?P<h1>\d{1,2}):(?P<m1>\d\d)-(?P<h2>\d{1,2}):(?P<m2>\d\d))?|rest)"
    r" *= *(?P<power>\d{1,9}(?:\.\d{1,9})?)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A stated week."""

    hours: WeekHours
    """Stretches, each named by its power."""
    rest: Fraction
    """Outside all of them. [unit / h]"""


def schedule(asked: Asked) -> Told:
    """Return power times hours for each interval, by the stated week.

    Raises:
        EstimateError: No week is stated, or it cannot be read.
    """
    text = asked.options.get("schedule")
    if text is None:
        raise EstimateError.of("estimate.no_schedule")
    week = read_schedule(text)
    sundays = dict.fromkeys(asked.holidays, week.hours.week[SUNDAY])
    hours = WeekHours(week=week.hours.week, exceptions=sundays)
    step = timedelta(seconds=asked.step_s)
    first, last = asked.starts[0].astimezone(UTC), asked.starts[-1].astimezone(UTC)
    spans = hours.spans(Period(start=first, end=last + step), asked.zone)
    values, place = [], 0
    for start in asked.starts:
        while place < len(spans) and spans[place].end <= start:
            place += 1
        value, rest, at = Fraction(0), step, place
        while at < len(spans) and spans[at].start < start + step:
            part = min(spans[at].end, start + step) - max(spans[at].start, start)
            value += Fraction(spans[at].name) * _hours(part)
            rest -= part
            at += 1
        value += week.rest * _hours(rest)
        mean = value * 3600 / asked.step_s
        values.append((mean if asked.level else value) * asked.per_unit)
    return Told(values=tuple(values), inputs={"schedule": text.strip()})


def _hours(part: timedelta) -> Fraction:
    return Fraction(part // timedelta(microseconds=1), 3_600_000_000)


def read_schedule(text: str) -> Schedule:
    """Return a week from its text.

    Raises:
        EstimateError: A part cannot be read, two overlap, or it is too long.
    """
    if len(text) > LONGEST:
        raise EstimateError.of("estimate.schedule_long", most=LONGEST)
    week: list[list[Stretch]] = [[] for _ in WEEKDAYS]
    rest = Fraction(0)
    for part in filter(None, (part.strip().lower() for part in text.split(";"))):
        found = _PART.fullmatch(part)
        if found is None:
            raise EstimateError.of("estimate.schedule_part", part=part)
        power = Fraction(found["power"])
        if found["first"] is None:
            rest = power
            continue
        stretch = _stretch(found, power, part)
        days = weekdays_of(f"{found['first']}-{found['last'] or ''}")
        if not days:
            raise EstimateError.of("estimate.schedule_part", part=part)
        for day in days:
            week[day].append(stretch)
    for day, stretches in enumerate(week):
        stretches.sort(key=lambda each: each.start_min)
        for one, other in pairwise(stretches):
            if one.start_min + one.length_min > other.start_min:
                raise EstimateError.of("estimate.schedule_overlap", day=WEEKDAYS[day])
    for day in range(7):
        if any(_into_next(each) > _opens(week[(day + 1) % 7]) for each in week[day]):
            raise EstimateError.of("estimate.schedule_overlap", day=WEEKDAYS[(day + 1) % 7])
    return Schedule(hours=WeekHours(week=tuple(tuple(each) for each in week)), rest=rest)


def _stretch(found: re.Match[str], power: Fraction, part: str) -> Stretch:
    if found["h1"] is None:
        return Stretch(name=str(power), start_min=0, end_min=DAY_MINUTES)
    start = int(found["h1"]) * 60 + int(found["m1"])
    end = int(found["h2"]) * 60 + int(found["m2"])
    minutes = (int(found["m1"]), int(found["m2"]))
    if max(minutes) > 59 or start >= DAY_MINUTES or not 0 <= end <= DAY_MINUTES:
        raise EstimateError.of("estimate.schedule_part", part=part)
    return Stretch(name=str(power), start_min=start, end_min=end or DAY_MINUTES)


def _into_next(stretch: Stretch) -> int:
    """Return how far a stretch reaches into the next day. [min]."""
    return max(0, stretch.start_min + stretch.length_min - DAY_MINUTES)


def _opens(stretches: list[Stretch]) -> int:
    return min((each.start_min for each in stretches), default=DAY_MINUTES)
