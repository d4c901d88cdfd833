"""In: commands on a request for leave. Out: its facts. Pure.

Of a person's leave nothing is kept but its days: neither kind nor reason.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.service.duty.errors import DutyError
from energy.service.duty.standing import LONGEST_DAYS, Away


class LeaveState(StrEnum):
    """How far a request is."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Leave(JournalAggregate):
    """A person asks to be away on some local days."""

    TOPIC = "leave"

    class Created(JournalAggregate.Created):
        """Somebody asked: the person, or for the person."""

        TOPIC = "leave.asked"
        leave: UUID
        person: UUID
        first: date
        last: date
        by: UUID

    class Approved(JournalAggregate.Event):
        """A second person approved it; the rosters were changed with it."""

        TOPIC = "leave.approved"
        by: UUID

    class Refused(JournalAggregate.Event):
        """A second person refused it."""

        TOPIC = "leave.refused"
        by: UUID

    class Withdrawn(JournalAggregate.Event):
        """Who asked does not want it any more."""

        TOPIC = "leave.withdrawn"
        by: UUID

    @staticmethod
    def create_id(*, leave: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return leave

    @classmethod
    def ask(
        cls,
        leave: UUID,
        person: UUID,
        first: date,
        last: date,
        *,
        by: UUID,
        today: date,
        command_id: UUID,
    ) -> Leave:
        """Return a request.

        Args:
            leave: Its id.
            person: Who would be away.
            first: First local day.
            last: Last one; its night shift is included.
            by: Who asks.
            today: Present local day.
            command_id: Of the command.

        Raises:
            DutyError: It has no day, too many, or is over.
        """
        if not first <= last or (last - first).days >= LONGEST_DAYS:
            raise DutyError.of("span", most=LONGEST_DAYS)
        if last < today:
            raise DutyError.of("past")
        return cls(leave=leave, person=person, first=first, last=last, by=by, command_id=command_id)

    @event(Created)
    def __init__(
        self, *, leave: UUID, person: UUID, first: date, last: date, by: UUID, command_id: UUID
    ) -> None:
        """Ask; see `ask`."""
        self.person, self.asked_by = person, by
        self.first, self.last = first, last
        self.state = LeaveState.ASKED

    @property
    def away(self) -> Away:
        """Return who is away when."""
        return Away(person=self.person, first=self.first, last=self.last)

    def demand_decision(self, by: UUID) -> None:
        """Refuse a decision that cannot be.

        Raises:
            DutyError: It was decided or withdrawn, or is one's own.
        """
        if self.state is not LeaveState.ASKED:
            raise DutyError.of("decided")
        if by in {self.person, self.asked_by}:
            raise DutyError.of("own")

    def approve(self, *, by: UUID, command_id: UUID) -> None:
        """Approve it.

        Raises:
            DutyError: As `demand_decision`.
        """
        if self.seen(command_id):
            return
        self.demand_decision(by)
        self._approve(by=by, command_id=command_id)

    @event(Approved)
    def _approve(self, *, by: UUID, command_id: UUID) -> None:
        self.state = LeaveState.APPROVED

    def refuse(self, *, by: UUID, command_id: UUID) -> None:
        """Refuse it.

        Raises:
            DutyError: As `demand_decision`.
        """
        if self.seen(command_id):
            return
        self.demand_decision(by)
        self._refuse(by=by, command_id=command_id)

    @event(Refused)
    def _refuse(self, *, by: UUID, command_id: UUID) -> None:
        self.state = LeaveState.REFUSED

    def withdraw(self, *, by: UUID, today: date, command_id: UUID) -> None:
        """Withdraw it, approved or not.

        Raises:
            DutyError: It is another person's, was refused or withdrawn, or is over.
        """
        if self.seen(command_id):
            return
        if by not in {self.person, self.asked_by}:
            raise DutyError.of("not_yours")
        if self.state not in {LeaveState.ASKED, LeaveState.APPROVED}:
            raise DutyError.of("decided")
        if self.last < today:
            raise DutyError.of("past")
        self._withdraw(by=by, command_id=command_id)

    @event(Withdrawn)
    def _withdraw(self, *, by: UUID, command_id: UUID) -> None:
        self.state = LeaveState.WITHDRAWN
