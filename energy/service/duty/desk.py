"""In: people who plan duty. Out: the plan, rosters drafted, published and changed. I/O: PostgreSQL.

A roster and the book's word of it are stored in one transaction; a command repeated finds its own
result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from energy.base.clock import Clock
from energy.base.period import days_between
from energy.journal.retrying import retried
from energy.service.duty.errors import DutyError
from energy.service.duty.holding import DutyJournal, Held
from energy.service.duty.plan import SlotKey, pattern_from, slots_of
from energy.service.duty.roster import Cause, Roster
from energy.service.duty.stand_in import Unfit, candidates
from energy.service.duty.standing import LONGEST_DAYS, Kind, RosterFinding, findings
from energy.store.pool import Database
from energy.store.sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Who follows whom, as a person wrote it."""

    first: date
    last: date
    anchor: date
    """The day on which each row begins; the next roster goes on from the same one."""
    people: Mapping[str, Any]
    """By post and shift: ids of people in the order of days, "-" for nobody."""


def pattern_of(spec: Mapping[str, Any]) -> Pattern:
    """Return the pattern that a person wrote.

    Args:
        spec: `first`, `last`, `anchor` (dates; without one the first day) and `pattern`.

    Raises:
        DutyError: A day is none, or something else stands there.
    """
    first, last = spec.get("first"), spec.get("last")
    anchor = spec.get("anchor", first)
    days = [each for each in (first, last, anchor) if type(each) is date]
    if len(days) != 3 or not set(spec) <= {"first", "last", "anchor", "pattern"}:
        raise DutyError.of("pattern")
    people = spec.get("pattern")
    if not isinstance(people, Mapping):
        raise DutyError.of("pattern")
    return Pattern(first=days[0], last=days[1], anchor=days[2], people=people)


class RosterDesk:
    """Where rosters are planned."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site; the role is meterline_writer."""
        self._at = DutyJournal(database, site, clock)

    def set_plan(self, spec: Mapping[str, Any], *, by: UUID, command_id: UUID) -> int:
        """Let a plan of duty hold; return its version. The same again changes nothing.

        Raises:
            DutyError: It cannot be so.
        """

        def act() -> int:
            book = self._at.book()
            book.set_plan(spec, by=by, command_id=command_id)
            self._at.operations.store(book)
            return book.edition

        return retried(act)

    def stamp(self) -> str:
        """Return a word that changes whenever the book does: a draft of before is another one."""
        return str(self._at.book().version)

    def draft(self, pattern: Pattern, *, by: UUID, command_id: UUID) -> UUID:
        """Draft a roster from a repeating pattern; return its id. It holds for nobody yet.

        Who is on approved leave is left out: the slot is open, and a finding says so.

        Raises:
            DutyError: There is no plan, the pattern does not fit it, the span has no day or too
                many, or somebody would be on two posts of a shift.
        """
        identity = self._at.id_of("roster", command_id)
        if self._at.operations.find(identity) is not None:
            return identity
        first, last = pattern.first, pattern.last
        if not first <= last or (last - first).days >= LONGEST_DAYS:
            raise DutyError.of("span", most=LONGEST_DAYS)
        held = self._at.held(first, last)
        plan = held.plan
        rows = pattern_from(pattern.people, plan)
        slots = slots_of(rows, plan, days_between(first, last), pattern.anchor)
        for slot, person in slots.items():
            if person and any(each.covers(person, slot.day) for each in held.away):
                slots[slot] = None
        roster = Roster.draft(
            identity,
            first,
            last,
            plan=held.book.edition,
            shifts=plan.shifts,
            slots=slots,
            by=by,
            command_id=command_id,
        )
        for each in findings([roster.sheet()], plan, (), self._at.site.zone):
            if each.kind is Kind.DOUBLE:
                raise DutyError.of("double", slot=each.slot)
        self._at.operations.store(roster)
        return identity

    def publish(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        """Let a roster hold.

        Raises:
            DutyError: There is none, it holds already, another one holds for some of its days, the
                plan or somebody's leave changed since it was drafted.
        """

        def act() -> None:
            roster = self._at.roster(identity)
            if roster.seen(command_id):
                return
            book = self._at.book()
            roster.publish(by=by, command_id=command_id)
            if roster.plan != book.edition:
                raise DutyError.of("plan_moved")
            for slot, filled in roster.slots.items():
                person = filled.person
                if person and any(a.covers(person, slot.day) for a in book.away.values()):
                    raise DutyError.of("on_leave_draft", slot=slot)
            book.publish(roster.id, roster.first, roster.last, command_id=command_id)
            self._at.operations.store(roster, book)

        retried(act)

    def change(
        self, slot: SlotKey, person: UUID | None, *, reason: str, by: UUID, command_id: UUID
    ) -> None:
        """Let another fill a slot, or nobody on purpose; as it is already changes nothing.

        A short rest is let pass, and found.

        Raises:
            DutyError: No roster has the slot, its shift is over, there is no reason, or the person
                is not qualified, on leave or on another post of the shift.
        """

        def act() -> None:
            held = self._at.held(slot.day, slot.day)
            roster = held.roster_of(slot)
            filled = roster.slots[slot]
            if roster.seen(command_id) or (
                filled.person == person and (person is not None or filled.cause)
            ):
                return  # as it is already
            self._at.demand_not_over(held.sheets, slot)
            let = frozenset({str(Unfit.REST)})
            self._at.demand_fit({slot: person}, held, held.away, but=let)
            changed = held.change(
                {slot: person}, cause=Cause.CHANGE, reason=reason, by=by, command_id=command_id
            )
            self._at.operations.store(*changed)

        retried(act)

    def stand_ins(self, slot: SlotKey) -> list[UUID]:
        """Return who may stand in at a slot, the fittest first.

        Raises:
            DutyError: There is no plan, or no roster has the slot.
        """
        held = self._at.held(slot.day, slot.day)
        held.roster_of(slot)
        return candidates(slot, held.sheets, held.plan, held.away, self._at.site.zone)

    def findings(self, first: date, last: date, person: UUID | None = None) -> list[RosterFinding]:
        """Return what is wrong with the published rosters on some days.

        Args:
            first: First local day.
            last: Last one.
            person: Whose slots alone; None: everybody's.

        Raises:
            DutyError: There is no plan.
        """
        held = self._at.held(first, last)
        found = [each for each in self._found(held) if first <= each.slot.day <= last]
        if person is None:
            return found
        return [e for e in found if held.roster_of(e.slot).slots[e.slot].person == person]

    def draft_findings(self, identity: UUID) -> list[RosterFinding]:
        """Return what is wrong with a roster, beside those that hold around it.

        Raises:
            DutyError: There is none, or no plan.
        """
        roster = self._at.roster(identity)
        held = self._at.held(roster.first, roster.last)
        return [each for each in self._found(held, roster) if each.slot in roster.slots]

    def _found(self, held: Held, *more: Roster) -> Sequence[RosterFinding]:
        rosters = {**held.rosters, **{each.id: each for each in more}}
        sheets = [roster.sheet() for roster in rosters.values()]
        return findings(sheets, held.plan, held.away, self._at.site.zone)
