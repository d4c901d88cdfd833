"""Step 5a. From: plan, rosters, leave, contacts of a site. To: posts and slots with names. I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from dashboards.queries.duty_rows import (
    WEEK,
    AwayRow,
    CalledAt,
    CalledPost,
    Cell,
    PostNow,
    RosterWeek,
    ShiftNow,
    Who,
)
from dashboards.queries.sql_site import Connection, SqlSite
from energy.alerting.notices.posts import POST, reachable
from energy.alerting.notices.reads import read_contacts, read_groups
from energy.service.duty.calling import read_calling
from energy.service.duty.plan import DutyPlan, SlotKey
from energy.service.duty.reads import ChangeRow, read_away, read_changes, read_on_duty, read_sheets
from energy.service.duty.standing import Filled, Kind, OnDuty, findings, spans

_AROUND = timedelta(days=3)
"""How far around a week other shifts may matter to a rest."""


class Faces:
    """Names of people, and who of them can be told something."""

    def __init__(self, at: SqlSite, connection: Connection, plan: DutyPlan | None) -> None:
        """Read the names of all who stand in the plan; others are looked up as they come."""
        self._at, self._connection = at, connection
        people = {who for each in plan.groups.values() for who in each} if plan else set()
        self._names = at.person_names(connection, sorted(people))
        self._told = reachable(read_contacts(connection, at.schema))

    def who(self, person: UUID) -> Who:
        """Return a person as a page shows them."""
        return Who(person=person, name=self.name(person), reachable=person in self._told)

    def name(self, person: UUID | None) -> str:
        """Return a name, "" of nobody."""
        if person is None:
            return ""
        if person not in self._names:
            found = self._at.person_names(self._connection, [person])
            self._names[person] = found.get(person, "?")
        return self._names[person]


class DutyReads:
    """Reads duty of a site with names."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def shift(
        self, connection: Connection, plan: DutyPlan | None, faces: Faces, at: datetime
    ) -> ShiftNow:
        """Return who is on duty at an instant, post by post in the plan's order."""
        site = self._at.site
        found = read_on_duty(connection, site, at)
        slots: dict[SlotKey, Filled] = {}
        changes: list[ChangeRow] = []
        if found.day is not None:
            changes = read_changes(connection, site.schema, found.day, found.day)
            for sheet in read_sheets(connection, site.schema, found.day, found.day):
                slots.update(sheet.slots)
        return ShiftNow(
            shift=found.shift,
            period=found.period,
            posts=tuple(
                _post(post, found, plan, faces, slots, _before(changes))
                for post in _in_order([*found.posts, *found.gaps], plan)
            ),
        )

    def called(
        self, connection: Connection, plan: DutyPlan | None, faces: Faces, at: datetime
    ) -> CalledAt:
        """Return whom a notice to each post calls at an instant."""
        found = read_calling(connection, self._at.site, at)
        groups = read_groups(connection, self._at.schema)
        named = {member for members in groups.values() for member in members}
        circles = {} if found is None else found.circles
        return CalledAt(
            at=at,
            shift=self.shift(connection, plan, faces, at),
            posts=tuple(
                CalledPost(
                    post=post,
                    circles=tuple(
                        tuple(faces.who(who) for who in circle)
                        for circle in distinct(circles[post])
                    ),
                    named=f"{POST}{post}" in named,
                )
                for post in _in_order(circles, plan)
                if post
            ),
        )

    def week(
        self, connection: Connection, plan: DutyPlan | None, faces: Faces, first: date
    ) -> RosterWeek:
        """Return the published roster of seven days with what is wrong with it."""
        schema, zone, now = self._at.schema, self._at.site.zone, self._at.clock.now()
        last = first + WEEK - timedelta(days=1)
        sheets = read_sheets(connection, schema, first - _AROUND, last + _AROUND)
        away = read_away(connection, schema, first - _AROUND, last + _AROUND)
        wrong: dict[SlotKey, list[Kind]] = {}
        for each in findings(sheets, plan, away, zone) if plan else ():
            wrong.setdefault(each.slot, []).append(each.kind)
        before = _before(read_changes(connection, schema, first, last))
        cells = {
            slot: Cell(
                slot=slot,
                who=None if filled.person is None else faces.who(filled.person),
                cause=filled.cause,
                instead=faces.name(before.get(slot)),
                wrong=tuple(wrong.get(slot, ())),
                over=spans(sheet.shifts, slot.day, zone)[slot.shift].end <= now,
            )
            for sheet in sheets
            for slot, filled in sheet.slots.items()
            if first <= slot.day <= last
        }
        begins = {each.name: each.at for sheet in sheets for each in sheet.shifts}
        shown = {slot.shift for slot in cells}
        return RosterWeek(
            first=first,
            shifts=tuple(sorted(shown, key=lambda name: begins[name])),
            posts=tuple(_in_order(dict.fromkeys(slot.post for slot in sorted(cells)), plan)),
            cells=cells,
            away=tuple(
                AwayRow(name=faces.name(each.person), first=each.first, last=each.last)
                for each in away
                if each.first <= last and each.last >= first
            ),
        )


def _post(
    post: str,
    found: OnDuty,
    plan: DutyPlan | None,
    faces: Faces,
    slots: Mapping[SlotKey, Filled],
    before: Mapping[SlotKey, UUID | None],
) -> PostNow:
    known = plan.post(post) if plan else None
    key = None if found.day is None else SlotKey(day=found.day, shift=found.shift, post=post)
    slot = key if key in slots else None
    person = found.posts.get(post)
    return PostNow(
        post=post,
        kind=known.kind if known else None,
        who=None if person is None else faces.who(person),
        why=found.gaps.get(post),
        slot=slot,
        cause=slots[slot].cause if slot else "",
        instead=faces.name(before.get(slot)) if slot else "",
    )


def _before(changes: Iterable[ChangeRow]) -> dict[SlotKey, UUID | None]:
    """Return who was in a slot before its last change."""
    return {each.slot: each.before for each in changes}


def _in_order(posts: Iterable[str], plan: DutyPlan | None) -> list[str]:
    """Return posts once each: as the plan has them, then those that it has no more."""
    known = [each.key for each in plan.posts] if plan else []
    every = list(dict.fromkeys(posts))
    return [*(each for each in known if each in every), *(e for e in every if e not in known)]


def distinct(circles: Iterable[Iterable[UUID]]) -> list[list[UUID]]:
    """Return circles each with those alone who are in none before, without empty ones."""
    seen: set[UUID] = set()
    found: list[list[UUID]] = []
    for circle in circles:
        fresh = [who for who in dict.fromkeys(circle) if who not in seen]
        seen.update(fresh)
        if fresh:
            found.append(fresh)
    return found
