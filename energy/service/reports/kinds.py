"""In: a kind of report, the site's clock and shifts. Out: spans and what they are called. Pure.

A day is "2026-11-22", a shift "2026-11-22/night" (the local day on which it begins), a week
"2026-W47": the seven days of that ISO week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from energy.base.period import Period, day_period, days_between, local_day, span_of_days
from energy.service.duty.plan import Shift
from energy.service.duty.standing import spans
from energy.service.reports.errors import ReportError

_WEEK = timedelta(days=7)
_YEAR = timedelta(days=364)
"""A year ago by weekdays."""


class ReportKind(StrEnum):
    """What a report covers."""

    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    INCIDENT = "incident"
    """A serious incident, upward: written by a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time of a report."""

    kind: ReportKind
    name: str
    period: Period
    previous: Period
    """What came right before: as long a time."""
    alike: Period
    """The same a week ago; of a week, 52 weeks ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldShifts:
    """Shifts of the plan of duty from one instant on, until others hold."""

    at: datetime
    shifts: tuple[Shift, ...]


def span_named(kind: ReportKind, name: str, zone: ZoneInfo, plans: Sequence[HeldShifts]) -> Span:
    """Return the span of a name.

    Args:
        kind: Of the report.
        name: As the module says.
        zone: The site's.
        plans: The shifts that held, the oldest first; only a shift's report needs them.

    Raises:
        ReportError: It names none.
    """
    try:
        match kind:
            case ReportKind.SHIFT:
                day, _, shift = name.partition("/")
                began = date.fromisoformat(day)
                return _of_shift(began, shift, zone, _begun(began, zone, plans)[shift])
            case ReportKind.WEEK:
                return _of_days(kind, datetime.strptime(f"{name}-1", "%G-W%V-%u").date(), 7, zone)  # noqa: DTZ007 - a day
            case ReportKind.DAY:
                return _of_days(kind, date.fromisoformat(name), 1, zone)
            case ReportKind.INCIDENT:
                pass
    except (ValueError, OverflowError, KeyError) as error:
        known = ", ".join(each.name for plan in plans[-1:] for each in plan.shifts) or "-"
        raise ReportError.of(f"span_{kind}", name=name[:60], known=known) from error
    raise ReportError.of("span_incident", name=name[:60])


def ended(
    kind: ReportKind, since: datetime, now: datetime, zone: ZoneInfo, plans: Sequence[HeldShifts]
) -> list[Span]:
    """Return the spans that ended behind one instant and up to another, in order.

    Args:
        kind: Of the reports.
        since: Exclusive.
        now: Inclusive.
        zone: The site's.
        plans: The shifts that held, the oldest first; without any, no shift ends.
    """
    days = days_between(local_day(since, zone) - timedelta(days=8), local_day(now, zone))
    found: list[Span] = []
    for day in days:
        match kind:
            case ReportKind.SHIFT:
                begun = _begun(day, zone, plans)
                found += [_of_shift(day, name, zone, begun[name]) for name in begun]
            case ReportKind.DAY:
                found.append(_of_days(kind, day, 1, zone))
            case ReportKind.WEEK:
                if day.isoweekday() == 1:
                    found.append(_of_days(kind, day, 7, zone))
            case ReportKind.INCIDENT:
                """People write it."""
    known = [each for each in found if since < each.period.end <= now]
    return sorted(known, key=lambda each: each.period.end)


def _of_days(kind: ReportKind, first: date, many: int, zone: ZoneInfo) -> Span:
    last = first + timedelta(days=many - 1)
    before, back = timedelta(days=many), _YEAR if kind is ReportKind.WEEK else _WEEK
    name = f"{first:%G-W%V}" if kind is ReportKind.WEEK else first.isoformat()
    return Span(
        kind=kind,
        name=name,
        period=day_period(first, zone) if many == 1 else span_of_days(first, last, zone),
        previous=span_of_days(first - before, last - before, zone),
        alike=span_of_days(first - back, last - back, zone),
    )


def _begun(day: date, zone: ZoneInfo, plans: Sequence[HeldShifts]) -> dict[str, tuple[Shift, ...]]:
    """Return the shifts that began on a local day, by name, with those that held then.

    A new plan changes no shift that has begun, and has none of the time before it. What the first
    plan says holds for the time before it, too.
    """
    found: dict[str, tuple[Shift, ...]] = {}
    for place, plan in enumerate(plans):
        until = [later.at for later in plans[place + 1 : place + 2]]
        for name, period in spans(plan.shifts, day, zone).items():
            begins = place == 0 or plan.at <= period.start
            if begins and all(period.start < at for at in until):
                found[name] = plan.shifts
    return found


def _of_shift(day: date, shift: str, zone: ZoneInfo, shifts: Sequence[Shift]) -> Span:
    own = spans(shifts, day, zone)
    names = list(own)
    place = names.index(shift)
    before = list(spans(shifts, day - timedelta(days=1), zone).values())
    return Span(
        kind=ReportKind.SHIFT,
        name=f"{day.isoformat()}/{shift}",
        period=own[shift],
        previous=own[names[place - 1]] if place else before[-1],
        alike=spans(shifts, day - _WEEK, zone)[shift],
    )
