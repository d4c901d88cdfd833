"""In: commands on a roster. Out: its facts: drafted, published, changed with a reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.period import days_between
from energy.service.duty.errors import DutyError
from energy.service.duty.plan import Shift, SlotKey, shifts_from
from energy.service.duty.standing import LONGEST_DAYS, Filled, Sheet

LONGEST_REASON: Final = 200


class Cause(StrEnum):
    """Why a slot is not as it was published."""

    CHANGE = "change"
    """Somebody who plans decided so, with a reason."""
    LEAVE = "leave"
    """Who was on it is on leave."""
    BACK = "back"
    """The leave was withdrawn."""
    SWAP = "swap"
    """Two people agreed."""


class Roster(JournalAggregate):
    """Who is on which post of which shift, for some local days."""

    TOPIC = "roster"

    class Created(JournalAggregate.Created):
        """Somebody drafted it; it holds for nobody yet."""

        TOPIC = "roster.drafted"
        roster: UUID
        first: date
        last: date
        plan: int
        """Version of the plan of duty that it was drafted by."""
        shifts: list[dict[str, Any]]
        """As the plan had them: a later plan moves no instant of this roster."""
        slots: list[list[str]]
        """Day, shift, post, id of the person or ""."""
        by: UUID

    class Published(JournalAggregate.Event):
        """It holds: version 1."""

        TOPIC = "roster.published"
        by: UUID

    class Changed(JournalAggregate.Event):
        """Some slots are filled by others from now on."""

        TOPIC = "roster.changed"
        version: int
        slots: list[list[str]]
        """Day, shift, post, before, after; "" is nobody."""
        cause: str
        reason: str
        reference: str
        """Id of the leave or the swap; "" where a person decided."""
        by: UUID

    @staticmethod
    def create_id(*, roster: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return roster

    @classmethod
    def draft(
        cls,
        roster: UUID,
        first: date,
        last: date,
        *,
        plan: int,
        shifts: Sequence[Shift],
        slots: Mapping[SlotKey, UUID | None],
        by: UUID,
        command_id: UUID,
    ) -> Roster:
        """Return a roster that holds for nobody yet.

        Args:
            roster: Its id.
            first: First local day.
            last: Last one.
            plan: Version of the plan of duty.
            shifts: As the plan has them.
            slots: Who is on which post.
            by: Who drafts it.
            command_id: Of the command.

        Raises:
            DutyError: It has no day, or too many.
        """
        if not first <= last or len(days_between(first, last)) > LONGEST_DAYS:
            raise DutyError.of("span", most=LONGEST_DAYS)
        return cls(
            roster=roster,
            first=first,
            last=last,
            plan=plan,
            shifts=[{"name": each.name, "at": f"{each.at:%H:%M}"} for each in shifts],
            slots=[[*_named(slot), _hex(slots[slot])] for slot in sorted(slots)],
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        roster: UUID,
        first: date,
        last: date,
        plan: int,
        shifts: list[dict[str, Any]],
        slots: list[list[str]],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Draft it; see `draft`."""
        self.first, self.last = first, last
        self.plan = plan
        self.shifts = shifts_from(shifts)
        self.slots = {slot_of(row): Filled(person=person_of(row[3])) for row in slots}
        self.references: dict[SlotKey, str] = {}
        """What a slot was changed by last."""
        self.edition = 0
        """0 is a draft."""

    def sheet(self) -> Sheet:
        """Return it as it stands."""
        return Sheet(
            roster=self.id,
            first=self.first,
            last=self.last,
            shifts=self.shifts,
            slots=dict(self.slots),
        )

    def publish(self, *, by: UUID, command_id: UUID) -> None:
        """Let it hold.

        Raises:
            DutyError: It does already.
        """
        if self.seen(command_id):
            return
        if self.edition:
            raise DutyError.of("published")
        self._publish(by=by, command_id=command_id)

    @event(Published)
    def _publish(self, *, by: UUID, command_id: UUID) -> None:
        self.edition = 1

    def change(
        self,
        people: Mapping[SlotKey, UUID | None],
        *,
        cause: Cause,
        reason: str,
        reference: UUID | None,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Let others fill some slots; None leaves one uncovered on purpose.

        Without a slot it stays the version it is: whoever looked at it before must look again.

        Raises:
            DutyError: It was not published, has no such slot, or there is no reason.
        """
        if self.seen(command_id):
            return
        if not self.edition:
            raise DutyError.of("draft")
        for slot in people:
            if slot not in self.slots:
                raise DutyError.of("no_slot", slot=slot)
        said = " ".join(reason.split())
        if len(said) > LONGEST_REASON or not (said or reference):
            raise DutyError.of("reason", most=LONGEST_REASON)
        self._change(
            version=self.edition + bool(people),
            slots=[
                [*_named(slot), _hex(self.slots[slot].person), _hex(people[slot])]
                for slot in sorted(people)
            ],
            cause=str(cause),
            reason=said,
            reference=_hex(reference),
            by=by,
            command_id=command_id,
        )

    @event(Changed)
    def _change(
        self,
        *,
        version: int,
        slots: list[list[str]],
        cause: str,
        reason: str,
        reference: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.edition = version
        for row in slots:
            slot = slot_of(row)
            self.slots[slot] = Filled(person=person_of(row[4]), cause=cause)
            self.references[slot] = reference


def slot_of(row: Sequence[str]) -> SlotKey:
    """Return the slot that a row of an event is about."""
    return SlotKey(day=date.fromisoformat(row[0]), shift=row[1], post=row[2])


def person_of(text: str) -> UUID | None:
    """Return the person that an event names; "" is nobody."""
    return UUID(text) if text else None


def _named(slot: SlotKey) -> list[str]:
    return [slot.day.isoformat(), slot.shift, slot.post]


def _hex(identity: UUID | None) -> str:
    return identity.hex if identity else ""
