"""In: published rosters, leave, an instant. Out: who is on duty, what is uncovered. Pure.

A shift belongs to the local day on which it begins; leave covers the shifts that begin on its days,
the night behind them included. An uncovered post is named with why, never left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.alerting.sounding.shift import shifts_of
from energy.base.period import Period, days_between, local_day
from energy.service.duty.plan import DutyPlan, PostKind, Shift, SlotKey

LONGEST_DAYS: Final = 400
"""Longest roster and longest leave. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Who fills a slot."""

    person: UUID | None
    cause: str = ""
    """Why it is not as published: "leave", "swap", ...; "" is as published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A published roster as it stands."""

    roster: UUID
    first: date
    last: date
    shifts: tuple[Shift, ...]
    slots: Mapping[SlotKey, Filled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A person on approved leave, on some local days."""

    person: UUID
    first: date
    last: date

    def covers(self, person: UUID, day: date) -> bool:
        """Return whether a person is away on a day."""
        return person == self.person and self.first <= day <= self.last


class Why(StrEnum):
    """Why a post has nobody."""

    NO_ROSTER = "no_roster"
    """No published roster has the shift."""
    OPEN = "open"
    """The roster was published so."""
    ON_PURPOSE = "on_purpose"
    """Somebody decided so, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """Who is on duty at an instant."""

    day: date | None = None
    """The local day on which the shift began; None: no roster has the instant."""
    shift: str = ""
    period: Period | None = None
    posts: Mapping[str, UUID] = field(default_factory=dict)
    gaps: Mapping[str, Why] = field(default_factory=dict)
    """Posts that have nobody, and why."""


def on_duty(
    at: datetime, sheets: Sequence[Sheet], zone: ZoneInfo, posts: Sequence[str] = ()
) -> OnDuty:
    """Return who is on duty.

    Args:
        at: The instant.
        sheets: Published rosters; those of other days change nothing.
        zone: The site's.
        posts: Keys of posts that are to be filled now, whether or not a roster has them.
    """
    today = local_day(at, zone)
    begun = [
        (period.start, day, shift, period, sheet)
        for sheet in sheets
        for day in (today - timedelta(days=1), today)
        if sheet.first <= day <= sheet.last
        for shift, period in spans(sheet.shifts, day, zone).items()
        if period.start <= at < period.end
    ]
    if not begun:
        return OnDuty(gaps=dict.fromkeys(posts, Why.NO_ROSTER))
    _, day, shift, period, sheet = max(begun, key=lambda each: each[:3])
    found, gaps = {}, dict.fromkeys(posts, Why.NO_ROSTER)
    for key, filled in sheet.slots.items():
        if (key.day, key.shift) != (day, shift):
            continue
        gaps.pop(key.post, None)
        if filled.person is not None:
            found[key.post] = filled.person
        else:
            gaps[key.post] = Why.ON_PURPOSE if filled.cause else Why.OPEN
    return OnDuty(day=day, shift=shift, period=period, posts=found, gaps=gaps)


def spans(shifts: Sequence[Shift], day: date, zone: ZoneInfo) -> dict[str, Period]:
    """Return the shifts that begin on a local day, by name."""
    names = {shift.at: shift.name for shift in shifts}
    return {names[at]: period for at, period in shifts_of(day, zone, names).items()}


class Kind(StrEnum):
    """What is wrong with a slot."""

    OPEN = "open"
    ON_PURPOSE = "on_purpose"
    LEAVE = "leave"
    """Who is on it is on leave."""
    DOUBLE = "double"
    """Who is on it is on another post of the shift, too."""
    REST = "rest"
    """Who is on it had too short a rest before."""
    UNQUALIFIED = "unqualified"
    """Who is on it is not, or no more, qualified for the post."""


NOT_COVERED: Final = frozenset({Kind.OPEN, Kind.ON_PURPOSE, Kind.LEAVE})
"""Nobody is there."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class RosterFinding:
    """A slot with what is wrong with it."""

    slot: SlotKey
    kind: Kind


def findings(
    sheets: Sequence[Sheet], plan: DutyPlan, away: Sequence[Away], zone: ZoneInfo
) -> list[RosterFinding]:
    """Return what is wrong with rosters, by slot: nothing uncovered is passed over.

    Args:
        sheets: Rosters, published or not.
        plan: That holds.
        away: Approved leave.
        zone: The site's.
    """
    found = {each for sheet in sheets for each in _of_slots(sheet, plan, away)}
    for duties in Duties.of(sheets, plan, zone).by_person.values():
        for before, after in pairwise(duties):
            if after.period.start < before.period.end:
                found.add(RosterFinding(slot=after.slot, kind=Kind.DOUBLE))
        desks = [each for each in duties if each.kind is PostKind.DESK]
        for before, after in pairwise(desks):
            if before.period.end <= after.period.start < before.period.end + plan.rest:
                found.add(RosterFinding(slot=after.slot, kind=Kind.REST))
    return sorted(found)


def _of_slots(sheet: Sheet, plan: DutyPlan, away: Sequence[Away]) -> Iterator[RosterFinding]:
    for slot, filled in sheet.slots.items():
        person = filled.person
        if person is None:
            yield RosterFinding(slot=slot, kind=Kind.ON_PURPOSE if filled.cause else Kind.OPEN)
            continue
        if any(each.covers(person, slot.day) for each in away):
            yield RosterFinding(slot=slot, kind=Kind.LEAVE)
        if person not in plan.qualified(slot.post):
            yield RosterFinding(slot=slot, kind=Kind.UNQUALIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyOf:
    """One slot of one person with its span."""

    period: Period
    slot: SlotKey
    kind: PostKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What each person has to do: desks and on-call, not what one stands ready for."""

    by_person: Mapping[UUID, Sequence[DutyOf]]
    """In order of their spans."""
    ready: Mapping[tuple[date, str], frozenset[UUID]]
    """Who stands ready in a shift."""
    periods: Mapping[SlotKey, Period]

    @classmethod
    def of(cls, sheets: Sequence[Sheet], plan: DutyPlan, zone: ZoneInfo) -> Duties:
        """Return the duties of some rosters."""
        kinds = {post.key: post.kind for post in plan.posts}
        people: dict[UUID, list[DutyOf]] = defaultdict(list)
        ready: dict[tuple[date, str], set[UUID]] = defaultdict(set)
        periods: dict[SlotKey, Period] = {}
        for sheet in sheets:
            days = days_between(sheet.first, sheet.last)
            spans_of = {day: spans(sheet.shifts, day, zone) for day in days}
            for slot, filled in sheet.slots.items():
                periods[slot] = spans_of[slot.day][slot.shift]
                if filled.person is None:
                    continue
                kind = kinds.get(slot.post, PostKind.DESK)
                if kind is PostKind.STAND_IN:
                    ready[slot.day, slot.shift].add(filled.person)
                else:
                    duty = DutyOf(period=periods[slot], slot=slot, kind=kind)
                    people[filled.person].append(duty)
        return cls(
            by_person={who: sorted(each, key=_begin) for who, each in people.items()},
            ready={shift: frozenset(who) for shift, who in ready.items()},
            periods=periods,
        )


def _begin(duty: DutyOf) -> tuple[datetime, SlotKey]:
    return duty.period.start, duty.slot
