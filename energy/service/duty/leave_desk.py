"""In: who asks for leave, who decides, who swaps. Out: leave with changed rosters. I/O: PostgreSQL.

Approval, the book's word of it and the rosters' change are one transaction: nobody is away while
the roster still names them, and nobody stands in for somebody who is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from energy.base.clock import Clock
from energy.journal.retrying import retried
from energy.service.duty.errors import DutyError
from energy.service.duty.holding import DutyJournal, Held
from energy.service.duty.leave import Leave, LeaveState
from energy.service.duty.plan import SlotKey
from energy.service.duty.roster import Cause
from energy.service.duty.stand_in import candidates, proposed, with_slots
from energy.service.duty.standing import Away
from energy.service.duty.swap import Swap
from energy.store.pool import Database
from energy.store.sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """A slot that leave would uncover."""

    slot: SlotKey
    proposed: UUID | None
    """Who stands in by the rule; None: nobody may."""
    fit: Sequence[UUID]
    """All who may, the fittest first."""


class LeaveDesk:
    """Where leave is asked for and decided, and shifts are swapped."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site; the role is meterline_writer."""
        self._at = DutyJournal(database, site, clock)

    def ask(self, person: UUID, first: date, last: date, *, by: UUID, command_id: UUID) -> UUID:
        """Ask for leave; return the request's id.

        Raises:
            DutyError: It has no day, too many, is over, or the person is away then already.
        """
        identity = self._at.id_of("leave", command_id)
        if self._at.operations.find(identity) is not None:
            return identity
        self._at.book().demand_no_leave(person, first, last)
        leave = Leave.ask(
            identity, person, first, last, by=by, today=self._at.today(), command_id=command_id
        )
        self._at.operations.store(leave)
        return identity

    def look(self, identity: UUID) -> list[Uncovered]:
        """Return the slots that a request would uncover, with who may stand in.

        Raises:
            DutyError: There is none, or slots and no plan.
        """
        leave = self._leave(identity)
        held = self._at.held(leave.first, leave.last)
        slots = self._slots(leave, held)
        if not slots:
            return []
        away, zone = [*held.away, leave.away], self._at.site.zone
        by_rule = proposed(slots, held.sheets, held.plan, away, zone)
        empty = with_slots(held.sheets, dict.fromkeys(slots))
        return [
            Uncovered(
                slot=slot,
                proposed=by_rule[slot],
                fit=candidates(slot, empty, held.plan, away, zone),
            )
            for slot in slots
        ]

    def approve(
        self,
        identity: UUID,
        given: Mapping[SlotKey, UUID | None],
        *,
        by_rule: bool,
        by: UUID,
        command_id: UUID,
    ) -> dict[SlotKey, UUID | None]:
        """Approve leave and let others fill what it uncovers; return who fills what.

        Args:
            identity: The request.
            given: Who fills a slot; None leaves it uncovered on purpose.
            by_rule: Whether the rule fills what is not given.
            by: Who approves.
            command_id: Of the command.

        Raises:
            DutyError: There is none, it was decided, is one's own, a slot is not uncovered by it,
                would be uncovered and nobody said so, or somebody may not stand in.
        """

        def act() -> dict[SlotKey, UUID | None]:
            leave = self._leave(identity)
            held = self._at.held(leave.first, leave.last)
            if leave.seen(command_id):
                return _filled(held, identity)
            leave.approve(by=by, command_id=command_id)
            people = self._people(leave, held, given, by_rule=by_rule)
            held.book.approve_leave(leave.id, leave.away, command_id=command_id)
            changed = held.change(
                people,
                cause=Cause.LEAVE,
                reference=identity,
                by=by,
                command_id=command_id,
                beside=held.book.rosters(leave.first, leave.last),
            )
            self._at.operations.store(leave, held.book, *changed)
            return people

        return retried(act)

    def refuse(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        """Refuse leave.

        Raises:
            DutyError: There is none, it was decided, or is one's own.
        """

        def act() -> None:
            leave = self._leave(identity)
            leave.refuse(by=by, command_id=command_id)
            self._at.operations.store(leave)

        retried(act)

    def withdraw(self, identity: UUID, *, by: UUID, command_id: UUID) -> list[SlotKey]:
        """Withdraw leave; return the slots that come back, of shifts that have not begun.

        A slot comes back as long as it is as the approval left it.

        Raises:
            DutyError: There is none, it is another person's, was refused or withdrawn, or is over.
        """

        def act() -> list[SlotKey]:
            leave = self._leave(identity)
            if leave.seen(command_id):
                return []
            approved = leave.state is LeaveState.APPROVED
            leave.withdraw(by=by, today=self._at.today(), command_id=command_id)
            if not approved:
                self._at.operations.store(leave)
                return []
            held = self._at.held(leave.first, leave.last)
            held.book.end_leave(identity, command_id=command_id)
            back = [
                slot
                for slot in _filled(held, identity)
                if self._at.period(held.sheets, slot).start > self._at.now()
            ]
            people: dict[SlotKey, UUID | None] = dict.fromkeys(back, leave.person)
            changed = held.change(
                people, cause=Cause.BACK, reference=identity, by=by, command_id=command_id
            )
            self._at.operations.store(leave, held.book, *changed)
            return back

        return retried(act)

    def offer_swap(
        self,
        slot: SlotKey,
        other: UUID,
        back: SlotKey | None,
        *,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Offer a slot of one's own to another; return the swap. Nothing changes yet.

        Args:
            slot: One's own.
            other: Who would fill it.
            back: Slot of the other's that one takes in return; None: none.
            by: Who offers.
            command_id: Of the command.

        Raises:
            DutyError: A slot is not whose it should be, its shift is over, or one of the two may
                not fill it.
        """
        identity = self._at.id_of("duty_swap", command_id)
        if self._at.operations.find(identity) is not None:
            return identity
        swap = Swap.offer(identity, slot, other, back, by=by, command_id=command_id)
        self._demand_swap(swap, self._around(swap))
        self._at.operations.store(swap)
        return identity

    def take_swap(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        """Agree to a swap; the rosters change with it.

        Raises:
            DutyError: As `offer_swap`; there is none, it is another person's to take, was taken or
                withdrawn.
        """

        def act() -> None:
            swap = self._swap(identity)
            if swap.seen(command_id):
                return
            swap.take(by=by, command_id=command_id)
            held = self._around(swap)
            self._demand_swap(swap, held)
            people: dict[SlotKey, UUID | None] = {s: to for s, (_, to) in swap.people().items()}
            changed = held.change(
                people, cause=Cause.SWAP, reference=identity, by=by, command_id=command_id
            )
            self._at.operations.store(swap, *changed)

        retried(act)

    def withdraw_swap(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        """Let a swap not be.

        Raises:
            DutyError: There is none, it is other people's, was taken or withdrawn.
        """
        swap = self._swap(identity)
        swap.withdraw(by=by, command_id=command_id)
        self._at.operations.store(swap)

    def _people(
        self, leave: Leave, held: Held, given: Mapping[SlotKey, UUID | None], *, by_rule: bool
    ) -> dict[SlotKey, UUID | None]:
        """Return who fills what leave uncovers.

        Raises:
            DutyError: A slot is not uncovered by it, would be and nobody said so, or somebody may
                not stand in.
        """
        slots = self._slots(leave, held)
        for slot in given:
            if slot not in slots:
                raise DutyError.of("not_theirs", slot=slot)
        people: dict[SlotKey, UUID | None] = dict(given)
        away: list[Away] = [*held.away, leave.away]
        if by_rule and slots:
            found = proposed(slots, held.sheets, held.plan, away, self._at.site.zone, given)
            people |= {slot: person for slot, person in found.items() if person is not None}
        open_ = [slot for slot in slots if slot not in people]
        if open_:
            raise DutyError.of("uncovered", slots=", ".join(map(str, open_)))
        if people:
            self._at.demand_fit(people, held, away)
        return people

    def _slots(self, leave: Leave, held: Held) -> list[SlotKey]:
        """Return the slots of a person on days of leave whose shifts are not over, in order."""
        sheets, now = held.sheets, self._at.now()
        return sorted(
            slot
            for sheet in sheets
            for slot, filled in sheet.slots.items()
            if filled.person is not None
            and leave.away.covers(filled.person, slot.day)
            and self._at.period(sheets, slot).end > now
        )

    def _around(self, swap: Swap) -> Held:
        days = [slot.day for slot in swap.people()]
        return self._at.held(min(days), max(days))

    def _demand_swap(self, swap: Swap, held: Held) -> None:
        people = swap.people()
        for slot, (person, _) in people.items():
            if held.roster_of(slot).slots[slot].person != person:
                raise DutyError.of("not_on_it", slot=slot)
            self._at.demand_not_over(held.sheets, slot)
        self._at.demand_fit({slot: to for slot, (_, to) in people.items()}, held, held.away)

    def _leave(self, identity: UUID) -> Leave:
        found = self._at.operations.find(identity)
        if not isinstance(found, Leave):
            raise DutyError.of("no_leave")
        return found

    def _swap(self, identity: UUID) -> Swap:
        found = self._at.operations.find(identity)
        if not isinstance(found, Swap):
            raise DutyError.of("no_swap")
        return found


def _filled(held: Held, leave: UUID) -> dict[SlotKey, UUID | None]:
    """Return the slots that are still as the approval of some leave left them."""
    return {
        slot: filled.person
        for roster in held.rosters.values()
        for slot, filled in roster.slots.items()
        if filled.cause == Cause.LEAVE and roster.references.get(slot) == leave.hex
    }
