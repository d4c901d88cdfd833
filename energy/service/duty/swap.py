"""In: two people who exchange shifts. Out: facts of it: offered, taken, withdrawn. Pure."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.service.duty.errors import DutyError
from energy.service.duty.plan import SlotKey, slot_from


class SwapState(StrEnum):
    """How far a swap is."""

    OFFERED = "offered"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    """By either of the two."""


class Swap(JournalAggregate):
    """One gives a slot to another, for one of theirs or for none."""

    TOPIC = "duty_swap"

    class Created(JournalAggregate.Created):
        """One offered it; nothing changes before the other takes it."""

        TOPIC = "duty_swap.offered"
        swap: UUID
        slot: str
        back: str
        """Slot given in return; "" is none."""
        other: UUID
        by: UUID

    class Taken(JournalAggregate.Event):
        """The other agreed; the rosters were changed with it."""

        TOPIC = "duty_swap.taken"
        by: UUID

    class Withdrawn(JournalAggregate.Event):
        """One of the two does not want it."""

        TOPIC = "duty_swap.withdrawn"
        by: UUID

    @staticmethod
    def create_id(*, swap: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return swap

    @classmethod
    def offer(
        cls,
        swap: UUID,
        slot: SlotKey,
        other: UUID,
        back: SlotKey | None,
        *,
        by: UUID,
        command_id: UUID,
    ) -> Swap:
        """Return a swap that is offered.

        Raises:
            DutyError: One swaps with nobody but oneself.
        """
        if other == by:
            raise DutyError.of("own_swap")
        return cls(
            swap=swap,
            slot=str(slot),
            back=str(back) if back else "",
            other=other,
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self, *, swap: UUID, slot: str, back: str, other: UUID, by: UUID, command_id: UUID
    ) -> None:
        """Offer it; see `offer`."""
        self.slot, self.back = slot_from(slot), slot_from(back) if back else None
        self.person, self.other = by, other
        self.state = SwapState.OFFERED

    def people(self) -> dict[SlotKey, tuple[UUID, UUID]]:
        """Return who is on each slot and who would be."""
        given = {self.slot: (self.person, self.other)}
        return given if self.back is None else {**given, self.back: (self.other, self.person)}

    def take(self, *, by: UUID, command_id: UUID) -> None:
        """Agree.

        Raises:
            DutyError: It is another person's to take, or was taken or withdrawn.
        """
        if self.seen(command_id):
            return
        if by != self.other:
            raise DutyError.of("not_yours")
        if self.state is not SwapState.OFFERED:
            raise DutyError.of("decided")
        self._take(by=by, command_id=command_id)

    @event(Taken)
    def _take(self, *, by: UUID, command_id: UUID) -> None:
        self.state = SwapState.TAKEN

    def withdraw(self, *, by: UUID, command_id: UUID) -> None:
        """Let it not be.

        Raises:
            DutyError: It is other people's, or was taken or withdrawn.
        """
        if self.seen(command_id):
            return
        if by not in {self.person, self.other}:
            raise DutyError.of("not_yours")
        if self.state is not SwapState.OFFERED:
            raise DutyError.of("decided")
        self._withdraw(by=by, command_id=command_id)

    @event(Withdrawn)
    def _withdraw(self, *, by: UUID, command_id: UUID) -> None:
        self.state = SwapState.WITHDRAWN
