"""In: a plan of duty, rosters, leave, desks offered. Out: facts of a site's duty book. Pure.

What may not overlap passes here: whoever publishes a roster, approves leave or offers a desk
changes the book, so that of two at once the second meets a conflict and looks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.service.duty.errors import DutyError
from energy.service.duty.plan import DutyPlan, plan_from
from energy.service.duty.standing import Away


def book_id(site: str) -> UUID:
    """Return the id of a site's duty book."""
    return id_of("duty_book", site)


class DutyBook(JournalAggregate):
    """What all rosters and leave of a site rest on."""

    TOPIC = "duty_book"

    class Created(JournalAggregate.Created):
        """There is one, without a plan."""

        TOPIC = "duty_book.set_up"
        site: str

    class Planned(JournalAggregate.Event):
        """From now on these are shifts, posts and who may fill them."""

        TOPIC = "duty_book.planned"
        version: int
        spec: dict[str, Any]
        by: UUID

    class RosterPublished(JournalAggregate.Event):
        """A roster holds for these days."""

        TOPIC = "duty_book.roster_published"
        roster: UUID
        first: date
        last: date

    class LeaveApproved(JournalAggregate.Event):
        """A person is away."""

        TOPIC = "duty_book.leave_approved"
        leave: UUID
        person: UUID
        first: date
        last: date

    class LeaveEnded(JournalAggregate.Event):
        """Leave that was approved will not be."""

        TOPIC = "duty_book.leave_ended"
        leave: UUID

    class DeskOffered(JournalAggregate.Event):
        """This handover of a desk is the newest."""

        TOPIC = "duty_book.desk_offered"
        post: str
        handover: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return book_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Open it; it has no plan yet."""
        self.edition = 0
        self.spec: dict[str, Any] = {}
        self.published: dict[UUID, tuple[date, date]] = {}
        self.away: dict[UUID, Away] = {}
        self.handovers: dict[str, UUID] = {}
        """The newest handover of each desk that was offered."""

    @property
    def plan(self) -> DutyPlan:
        """Return the plan that holds.

        Raises:
            DutyError: There is none.
        """
        if not self.edition:
            raise DutyError.of("no_plan")
        return plan_from(self.spec)

    def set_plan(self, spec: Mapping[str, Any], *, by: UUID, command_id: UUID) -> None:
        """Let a plan hold; the same one again changes nothing.

        Raises:
            DutyError: It cannot be so.
        """
        plan_from(spec)
        if not self.seen(command_id) and dict(spec) != self.spec:
            self._plan(version=self.edition + 1, spec=dict(spec), by=by, command_id=command_id)

    @event(Planned)
    def _plan(self, *, version: int, spec: dict[str, Any], by: UUID, command_id: UUID) -> None:
        self.edition, self.spec = version, spec

    def publish(self, roster: UUID, first: date, last: date, *, command_id: UUID) -> None:
        """Let a roster hold for its days.

        Raises:
            DutyError: Another one holds for some of them.
        """
        for begin, end in self.published.values():
            if begin <= last and first <= end:
                raise DutyError.of("overlap", first=begin, last=end)
        self._publish(roster=roster, first=first, last=last, command_id=command_id)

    @event(RosterPublished)
    def _publish(self, *, roster: UUID, first: date, last: date, command_id: UUID) -> None:
        self.published[roster] = (first, last)

    def rosters(self, first: date, last: date) -> list[UUID]:
        """Return the published rosters that have some of the days, the first one first."""
        found = [
            (begin, roster)
            for roster, (begin, end) in self.published.items()
            if begin <= last and first <= end
        ]
        return [roster for _, roster in sorted(found)]

    def demand_no_leave(self, person: UUID, first: date, last: date) -> None:
        """Refuse leave on days on which the person has some.

        Raises:
            DutyError: They have.
        """
        for each in self.away.values():
            if each.person == person and each.first <= last and first <= each.last:
                raise DutyError.of("leave_overlap", first=each.first, last=each.last)

    def approve_leave(self, leave: UUID, away: Away, *, command_id: UUID) -> None:
        """Let a person be away.

        Raises:
            DutyError: They are away on some of the days already.
        """
        self.demand_no_leave(away.person, away.first, away.last)
        self._approve_leave(
            leave=leave,
            person=away.person,
            first=away.first,
            last=away.last,
            command_id=command_id,
        )

    @event(LeaveApproved)
    def _approve_leave(
        self, *, leave: UUID, person: UUID, first: date, last: date, command_id: UUID
    ) -> None:
        self.away[leave] = Away(person=person, first=first, last=last)

    def end_leave(self, leave: UUID, *, command_id: UUID) -> None:
        """Let leave that was approved not be; ended twice is once."""
        if leave in self.away:
            self._end_leave(leave=leave, command_id=command_id)

    @event(LeaveEnded)
    def _end_leave(self, *, leave: UUID, command_id: UUID) -> None:
        del self.away[leave]

    def offer_desk(self, post: str, handover: UUID, *, command_id: UUID) -> None:
        """Let a handover be the newest of a desk."""
        self._offer_desk(post=post, handover=handover, command_id=command_id)

    @event(DeskOffered)
    def _offer_desk(self, *, post: str, handover: UUID, command_id: UUID) -> None:
        self.handovers[post] = handover
