"""In: who goes and who comes. Out: facts of a handover: offered, signed, withdrawn. Pure.

Both signatures are facts with a person and an instant. What was open when it was offered stands in
the offer, so that one sees what was signed. Who goes keeps the post until it is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.service.duty.errors import DutyError


class HandoverState(StrEnum):
    """How far a handover is."""

    OFFERED = "offered"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What was open when a handover was offered: ids, no words."""

    points: Sequence[UUID] = ()
    """Entries of the shift log."""
    alerts: Sequence[UUID] = ()
    outages: Sequence[UUID] = ()


class Handover(JournalAggregate):
    """A post passes from one person to another."""

    TOPIC = "handover"

    class Created(JournalAggregate.Created):
        """Who goes offered it: the first signature."""

        TOPIC = "handover.offered"
        handover: UUID
        post: str
        since: datetime
        """When what is handed over began: the last handover of the post, or the shift."""
        at: datetime
        points: list[str]
        alerts: list[str]
        outages: list[str]
        by: UUID

    class WithWork(JournalAggregate.Event):
        """What who goes owns passes with it."""

        TOPIC = "handover.with_work"
        work: list[str]
        """Ids of the incidents and orders that were open then."""

    class Signed(JournalAggregate.Event):
        """Who comes took it: the second signature."""

        TOPIC = "handover.signed"
        at: datetime
        by: UUID

    class Withdrawn(JournalAggregate.Event):
        """Who offered it stays."""

        TOPIC = "handover.withdrawn"
        by: UUID

    @staticmethod
    def create_id(*, handover: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return handover

    @classmethod
    def offer(
        cls,
        handover: UUID,
        post: str,
        standing: Standing,
        *,
        since: datetime,
        now: datetime,
        by: UUID,
        command_id: UUID,
    ) -> Handover:
        """Return a handover that is offered."""
        return cls(
            handover=handover,
            post=post,
            since=since,
            at=now,
            points=[str(each) for each in standing.points],
            alerts=[str(each) for each in standing.alerts],
            outages=[str(each) for each in standing.outages],
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        handover: UUID,
        post: str,
        since: datetime,
        at: datetime,
        points: list[str],
        alerts: list[str],
        outages: list[str],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Offer it; see `offer`."""
        self.post, self.goes = post, by
        self.state = HandoverState.OFFERED
        self.work: list[UUID] | None = None
        """What passes with it, as it was open then; None: the desk alone."""

    def add_work(self, work: Sequence[UUID], *, command_id: UUID) -> None:
        """Let what who goes owns pass with the desk."""
        if self.work is None:
            self._add_work(work=[str(each) for each in work], command_id=command_id)

    @event(WithWork)
    def _add_work(self, *, work: list[str], command_id: UUID) -> None:
        self.work = [UUID(each) for each in work]

    def sign(self, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Take it.

        Raises:
            DutyError: It is one's own, or was signed or withdrawn.
        """
        if self.seen(command_id):
            return
        if by == self.goes:
            raise DutyError.of("own_handover")
        self._demand_offered()
        self._sign(at=now, by=by, command_id=command_id)

    @event(Signed)
    def _sign(self, *, at: datetime, by: UUID, command_id: UUID) -> None:
        self.state = HandoverState.SIGNED

    def withdraw(self, *, by: UUID, command_id: UUID) -> None:
        """Stay.

        Raises:
            DutyError: It is another person's, or was signed or withdrawn.
        """
        if self.seen(command_id):
            return
        if by != self.goes:
            raise DutyError.of("not_yours")
        self._demand_offered()
        self._withdraw(by=by, command_id=command_id)

    @event(Withdrawn)
    def _withdraw(self, *, by: UUID, command_id: UUID) -> None:
        self.state = HandoverState.WITHDRAWN

    def _demand_offered(self) -> None:
        if self.state is not HandoverState.OFFERED:
            raise DutyError.of("handover_done")
