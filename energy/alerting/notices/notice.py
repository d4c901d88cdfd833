"""In: what becomes of one message to one person. Out: its facts. Pure.

These facts are the outbox. The id is made of what is told, to whom, at which level, by which way
and for the how many-th time: told twice it is one. It is the key against doubles at the gateway,
too: whoever was cut off between hand-over and record hands it over again under the same key.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.gateway import Handed as TakenBy
from energy.alerting.notices.retries import Next, Try, TryOutcome
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class NoticeState(StrEnum):
    """How far a notice is."""

    QUEUED = "queued"
    HANDED = "handed"
    """A gateway has it."""
    JOINED = "joined"
    """It went with another one, in one message."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """The gateway took it and says that it did not arrive."""
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"
    """It was not needed any more."""


LOST = frozenset({NoticeState.FAILED, NoticeState.GIVEN_UP})
"""States of which nobody was told."""
TOLD = frozenset({NoticeState.HANDED, NoticeState.JOINED, NoticeState.DELIVERED})


def notice_id(about: str, subject: UUID, level: int, contact: UUID, way: str, repeat: int) -> UUID:
    """Return the id of a notice: its key against doubles.

    Args:
        about: What is told: "alert", "over", "test".
        subject: The alert, or what else it is about.
        level: Which level is told.
        contact: Who.
        way: Kind of gateway.
        repeat: 0 for the first time.
    """
    return id_of("notice", about, str(subject), str(level), str(contact), way, str(repeat))


class Notice(JournalAggregate):
    """One message to one person by one way."""

    TOPIC = "notice"

    class Created(JournalAggregate.Created):
        """It waits to be sent."""

        TOPIC = "notice.queued"
        subject: UUID
        about: str
        """What is told: "alert", "over" (an alert that was cleared), "test"."""
        template: str
        level: int
        repeat: int
        contact: UUID
        way: str
        severity: str
        not_before: datetime
        facts: dict[str, str]
        """What fills the text, in no language."""

    class Handed(JournalAggregate.Event):
        """A gateway took it."""

        TOPIC = "notice.handed"
        gateway: str
        reference: str
        segments: int
        cost: Decimal
        currency: str
        language: str
        text: str
        """As it was sent."""
        with_it: int
        """How many other notices this message told of."""
        known: bool
        """Whether the gateway had it already."""

    class Joined(JournalAggregate.Event):
        """Another message told of it."""

        TOPIC = "notice.joined"
        lead: UUID

    class Tried(JournalAggregate.Event):
        """A gateway did not take it; it is tried again."""

        TOPIC = "notice.tried"
        gateway: str
        outcome: str
        reason: str
        at: datetime
        after_s: int
        next_gateway: str
        """"" where it is given up."""
        not_before: datetime

    class GivenUp(JournalAggregate.Event):
        """It is not tried any more: the next way or level is told."""

        TOPIC = "notice.given_up"
        reason: str

    class Retried(JournalAggregate.Event):
        """A person lets what was given up be tried once more."""

        TOPIC = "notice.retried"
        reason: str
        by: UUID
        at: datetime

    class Withdrawn(JournalAggregate.Event):
        """It was not needed any more when its time came."""

        TOPIC = "notice.withdrawn"
        reason: str

    class Delivered(JournalAggregate.Event):
        """The gateway says that it arrived."""

        TOPIC = "notice.delivered"
        at: datetime

    class Failed(JournalAggregate.Event):
        """The gateway says that it did not arrive."""

        TOPIC = "notice.failed"
        at: datetime
        reason: str

    @staticmethod
    def create_id(
        *,
        about: str,
        subject: UUID,
        level: int,
        contact: UUID,
        way: str,
        repeat: int,
        **_: object,
    ) -> UUID:
        """Return the id: the key against doubles."""
        return notice_id(about, subject, level, contact, way, repeat)

    @event(Created)
    def __init__(
        self,
        *,
        subject: UUID,
        about: str,
        template: str,
        level: int,
        repeat: int,
        contact: UUID,
        way: str,
        severity: str,
        not_before: datetime,
        facts: dict[str, str],
        command_id: UUID,
    ) -> None:
        """Queue it."""
        self.subject = subject
        self.about = about
        self.template = template
        self.level = level
        self.repeat = repeat
        self.contact = contact
        self.way = GatewayKind(way)
        self.severity = severity
        self.not_before = not_before
        self.facts = facts
        self.state = NoticeState.QUEUED
        self.tries: list[Try] = []
        """Since it was queued, or a person let it be tried anew."""

    def hand(
        self,
        handed: TakenBy,
        *,
        gateway: str,
        currency: str,
        language: str,
        text: str,
        with_it: int,
        command_id: UUID,
    ) -> None:
        """Note that a gateway took it; what was handed over stays so."""
        if self.state is NoticeState.QUEUED:
            self._hand(
                gateway=gateway,
                reference=handed.reference,
                segments=handed.segments,
                cost=handed.cost,
                currency=currency,
                language=language,
                text=text,
                with_it=with_it,
                known=handed.known,
                command_id=command_id,
            )

    @event(Handed)
    def _hand(
        self,
        *,
        gateway: str,
        reference: str,
        segments: int,
        cost: Decimal,
        currency: str,
        language: str,
        text: str,
        with_it: int,
        known: bool,
        command_id: UUID,
    ) -> None:
        self.state = NoticeState.HANDED

    def join(self, lead: UUID, *, command_id: UUID) -> None:
        """Note that another message told of it."""
        if self.state is NoticeState.QUEUED:
            self._join(lead=lead, command_id=command_id)

    @event(Joined)
    def _join(self, *, lead: UUID, command_id: UUID) -> None:
        self.state = NoticeState.JOINED

    def fail_try(
        self, tried: Try, *, reason: str, following: Next | None, command_id: UUID
    ) -> None:
        """Note that a gateway did not take it, and what follows; None gives it up."""
        if self.state is not NoticeState.QUEUED:
            return
        self._try(
            gateway=tried.gateway,
            outcome=str(tried.outcome),
            reason=reason,
            at=tried.at,
            after_s=tried.after_s,
            next_gateway=following.gateway if following else "",
            not_before=following.not_before if following else tried.at,
            command_id=command_id,
        )
        if following is None:
            self._give_up(reason=str(tried.outcome), command_id=command_id)

    @event(Tried)
    def _try(
        self,
        *,
        gateway: str,
        outcome: str,
        reason: str,
        at: datetime,
        after_s: int,
        next_gateway: str,
        not_before: datetime,
        command_id: UUID,
    ) -> None:
        tried = Try(gateway=gateway, outcome=TryOutcome(outcome), at=at, after_s=after_s)
        self.tries = [*self.tries, tried]
        self.not_before = not_before

    def give_up(self, reason: str, *, command_id: UUID) -> None:
        """Try it no more."""
        if self.state is NoticeState.QUEUED:
            self._give_up(reason=reason, command_id=command_id)

    @event(GivenUp)
    def _give_up(self, *, reason: str, command_id: UUID) -> None:
        self.state = NoticeState.GIVEN_UP

    def retry(self, *, reason: str, by: UUID, now: datetime, command_id: UUID) -> None:
        """Let it be tried anew, by every gateway: its key, known where it did arrive, stays.

        Raises:
            NoticeError: It was not given up: it waits, or a gateway has it; or nobody says why.
        """
        if self.seen(command_id):
            return
        if self.state is not NoticeState.GIVEN_UP:
            raise NoticeError.of("not_given_up", notice=self.id.hex[:8])
        if not reason.strip():
            raise NoticeError.of("no_reason")
        self._retry(reason=reason.strip(), by=by, at=now, command_id=command_id)

    @event(Retried)
    def _retry(self, *, reason: str, by: UUID, at: datetime, command_id: UUID) -> None:
        self.state, self.tries, self.not_before = NoticeState.QUEUED, [], at

    def withdraw(self, reason: str, *, command_id: UUID) -> None:
        """Send it no more: it is not needed."""
        if self.state is NoticeState.QUEUED:
            self._withdraw(reason=reason, command_id=command_id)

    @event(Withdrawn)
    def _withdraw(self, *, reason: str, command_id: UUID) -> None:
        self.state = NoticeState.WITHDRAWN

    def deliver(self, *, at: datetime, command_id: UUID) -> None:
        """Note that it arrived; a receipt that says so again changes nothing."""
        if self.state in {NoticeState.HANDED, NoticeState.FAILED}:
            self._deliver(at=at, command_id=command_id)

    @event(Delivered)
    def _deliver(self, *, at: datetime, command_id: UUID) -> None:
        self.state = NoticeState.DELIVERED

    def fail(self, *, at: datetime, reason: str, command_id: UUID) -> None:
        """Note that it did not arrive; what arrived stays so."""
        if self.state is NoticeState.HANDED:
            self._fail(at=at, reason=reason, command_id=command_id)

    @event(Failed)
    def _fail(self, *, at: datetime, reason: str, command_id: UUID) -> None:
        self.state = NoticeState.FAILED
