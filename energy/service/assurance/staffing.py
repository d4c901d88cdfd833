"""In: what an event is staffed with, rosters, leave. Out: who is where, and the gaps. Pure.

Whoever is named for a post is there for the span that was said; else the roster's person. Who is
on leave is not there: a person who is named on the local days of the leave, one of the roster in
the shifts that begin on them. A span of a post with nobody is a gap, and is told with why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.base.period import Period, days_between, local_day, midnight
from energy.service.assurance.plan import Staff
from energy.service.duty.standing import Away, Sheet, on_duty, spans


class GapKind(StrEnum):
    """Why a post has nobody."""

    NO_ROSTER = "no_roster"
    """No published roster has the post then."""
    OPEN = "open"
    """The roster has nobody there."""
    LEAVE = "leave"
    """Who would be there is on leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manned:
    """A post over a span: somebody, or why nobody."""

    post: str
    period: Period
    person: UUID | None
    named: bool
    """Whether the event names the person; else it is the roster's."""
    gap: GapKind | None


def manning(
    staff: Sequence[Staff], sheets: Sequence[Sheet], away: Sequence[Away], zone: ZoneInfo
) -> list[Manned]:
    """Return who is at the posts of an event: post by post, by time, without a hole.

    Args:
        staff: What the event asks for.
        sheets: Published rosters that have its days and the day before.
        away: Approved leave of these days.
        zone: The site's.
    """
    return [each for want in staff for each in _joined(want, sheets, away, zone)]


def on_leave(staff: Sequence[Staff], away: Sequence[Away], zone: ZoneInfo) -> list[Staff]:
    """Return the posts whose named person is on leave on a local day of the span."""
    return [
        want
        for want in staff
        if want.person is not None
        and any(
            leave.covers(want.person, day) for leave in away for day in days_of(want.period, zone)
        )
    ]


def days_of(period: Period, zone: ZoneInfo) -> list[date]:
    """Return the local days that a span touches."""
    last = max(period.start, period.end - timedelta(microseconds=1))
    return days_between(local_day(period.start, zone), local_day(last, zone))


def _joined(
    want: Staff, sheets: Sequence[Sheet], away: Sequence[Away], zone: ZoneInfo
) -> Iterator[Manned]:
    """Yield a post's spans; neighbours that say the same are one."""
    before: Manned | None = None
    for start, end in pairwise(_cuts(want.period, sheets, zone)):
        found = _at(want, Period(start=start, end=end), sheets, away, zone)
        if before is None:
            before = found
        elif replace(found, period=before.period) == before:
            before = replace(before, period=Period(start=before.period.start, end=end))
        else:
            yield before
            before = found
    if before is not None:
        yield before


def _cuts(period: Period, sheets: Sequence[Sheet], zone: ZoneInfo) -> list[datetime]:
    """Return the instants at which who is there may change, both ends among them."""
    days = days_of(period, zone)
    found = {midnight(day, zone) for day in days}
    for sheet in sheets:
        for day in (days[0] - timedelta(days=1), *days):
            if sheet.first <= day <= sheet.last:
                for shift in spans(sheet.shifts, day, zone).values():
                    found |= {shift.start, shift.end}
    inside = {at for at in found if period.start < at < period.end}
    return sorted(inside | {period.start, period.end})


def _at(
    want: Staff, part: Period, sheets: Sequence[Sheet], away: Sequence[Away], zone: ZoneInfo
) -> Manned:
    """Return who is there in a part of a span in which nothing changes."""
    person, day = want.person, local_day(part.start, zone)
    gap: GapKind | None = None
    if person is None:
        standing = on_duty(part.start, sheets, zone, [want.post])
        person = standing.posts.get(want.post)
        day = standing.day or day
        if person is None:
            rostered = str(standing.gaps.get(want.post, GapKind.NO_ROSTER))
            gap = GapKind.NO_ROSTER if rostered == GapKind.NO_ROSTER else GapKind.OPEN
    if person is not None and any(each.covers(person, day) for each in away):
        person, gap = None, GapKind.LEAVE
    named = want.person is not None
    return Manned(post=want.post, period=part, person=person, named=named, gap=gap)
