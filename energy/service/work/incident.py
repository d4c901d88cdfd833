"""In: commands on an incident. Out: its facts. Pure.

It has one owner from the first contact on: who opened it, until another takes it over. What is
wrong and why is said before it is resolved; where its class demands it, a second person closes it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.alerting.causes import AlertCause
from energy.base.aggregate import JournalAggregate
from energy.service.work.errors import WorkError, said_state, worded
from energy.service.work.heard import Heard, Promise
from energy.service.work.kinds import IncidentState, Problem, WaitsFor

NOT_CLOSED = tuple(state for state in IncidentState if state is not IncidentState.CLOSED)


class Incident(JournalAggregate):
    """A disturbance, from the first contact to the signature."""

    TOPIC = "incident"

    class Event(JournalAggregate.Event):
        """What happens to an incident."""

        def apply(self, aggregate: Any) -> None:
            """Let the incident be as it is then."""
            aggregate.become(self)

    class Created(JournalAggregate.Created):
        """Somebody heard of it, and owns it."""

        TOPIC = "incident.opened"
        incident: UUID
        number: str
        heard: dict[str, str]
        """As `Heard.to_json` says it."""
        heard_at: datetime
        promise: dict[str, Any]
        """The fields of `Promise`."""
        by: UUID

    class Offered(Event):
        """Another is to own it, once he takes it."""

        TOPIC = "incident.offered"
        to: UUID
        by: UUID

    class Taken(Event):
        """Whom it was offered owns it."""

        TOPIC = "incident.taken"
        by: UUID

    class Responded(Event):
        """Somebody does something about it."""

        TOPIC = "incident.responded"
        by: UUID

    class Paused(Event):
        """It waits for somebody else."""

        TOPIC = "incident.paused"
        waits_for: str
        by: UUID

    class Resumed(Event):
        """It goes on."""

        TOPIC = "incident.resumed"
        by: UUID

    class Diagnosed(Event):
        """Problem and cause are known; the latest counts."""

        TOPIC = "incident.diagnosed"
        problem: str
        cause: str
        words: str
        by: UUID

    class Changed(Event):
        """Something was changed in the plant or its settings."""

        TOPIC = "incident.changed"
        words: str
        by: UUID

    class Resolved(Event):
        """The disturbance is over."""

        TOPIC = "incident.resolved"
        by: UUID

    class Reopened(Event):
        """It is not over after all."""

        TOPIC = "incident.reopened"
        reason: str
        by: UUID

    class Closed(Event):
        """It was signed off."""

        TOPIC = "incident.closed"
        by: UUID

    class Joined(Event):
        """It is part of another incident."""

        TOPIC = "incident.joined"
        parent: UUID
        by: UUID

    class Gathered(Event):
        """Another incident is part of it."""

        TOPIC = "incident.gathered"
        child: UUID
        by: UUID

    class Ordered(Event):
        """A work order was made from it."""

        TOPIC = "incident.ordered"
        order: UUID

    class OrderEnded(Event):
        """A work order of it is signed or cancelled."""

        TOPIC = "incident.order_ended"
        order: UUID

    @staticmethod
    def create_id(*, incident: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return incident

    @classmethod
    def open(
        cls,
        incident: UUID,
        number: str,
        heard: Heard,
        promise: Promise,
        *,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> Incident:
        """Return a new incident, owned by who heard of it.

        Raises:
            WorkError: Nothing is said of what is wrong, or it was heard in the future.
        """
        return cls(
            incident=incident,
            number=number,
            heard=heard.checked(now).to_json(),
            heard_at=heard.heard_at,
            promise=asdict(promise),
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        incident: UUID,
        number: str,
        heard: dict[str, str],
        heard_at: datetime,
        promise: dict[str, Any],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Open it; see `open`."""
        self.number = number
        self.heard, self.heard_at = heard, heard_at
        self.promise = Promise(**promise)
        self.state = IncidentState.OPEN
        self.owner = by
        self.offered: UUID | None = None
        """Who is to own it."""
        self.diagnosed = False
        self.ended_by: set[UUID] = set()  # who resolved it, who owned it then
        self.ended_at: datetime | None = None
        """When it was resolved, later when it was closed."""
        self.parent: UUID | None = None
        self.children: list[UUID] = []
        self.orders: list[UUID] = []
        """Work orders under way."""

    def hand_over(self, *, to: UUID, by: UUID, command_id: UUID) -> None:
        """Offer it to another; its owner stays its owner until the other takes it.

        Raises:
            WorkError: It is closed, or the other owns it already.
        """
        if not self._may(command_id, *NOT_CLOSED):
            return
        if to == self.owner:
            raise WorkError.of("owns")
        self.trigger_event(Incident.Offered, to=to, by=by, command_id=command_id)

    def take(self, *, by: UUID, command_id: UUID) -> None:
        """Own it.

        Raises:
            WorkError: It was offered to somebody else, or to nobody.
        """
        if self.seen(command_id):
            return
        if self.offered != by:
            raise WorkError.of("not_offered", number=self.number)
        self.trigger_event(Incident.Taken, by=by, command_id=command_id)

    def respond(self, *, by: UUID, command_id: UUID) -> None:
        """Do something about it: the first time counts.

        Raises:
            WorkError: It was responded to.
        """
        if self._may(command_id, IncidentState.OPEN):
            self.trigger_event(Incident.Responded, by=by, command_id=command_id)

    def pause(self, waits_for: WaitsFor, *, by: UUID, command_id: UUID) -> None:
        """Let its clock stand still while it waits for somebody else.

        Raises:
            WorkError: It is not under way.
        """
        if self._may(command_id, IncidentState.UNDER_WAY):
            self.trigger_event(
                Incident.Paused, waits_for=str(waits_for), by=by, command_id=command_id
            )

    def resume(self, *, by: UUID, command_id: UUID) -> None:
        """Go on.

        Raises:
            WorkError: It is not paused.
        """
        if self._may(command_id, IncidentState.PAUSED):
            self.trigger_event(Incident.Resumed, by=by, command_id=command_id)

    def diagnose(
        self, problem: Problem, cause: AlertCause, words: str, *, by: UUID, command_id: UUID
    ) -> None:
        """Say what is wrong and why; said again, the latest counts.

        Raises:
            WorkError: Nobody responded, it is resolved, or there are no words.
        """
        if not self._may(command_id, IncidentState.UNDER_WAY, IncidentState.PAUSED):
            return
        said = worded(words, "words")
        self.trigger_event(
            Incident.Diagnosed,
            problem=str(problem),
            cause=str(cause),
            words=said,
            by=by,
            command_id=command_id,
        )

    def change(self, words: str, *, by: UUID, command_id: UUID) -> None:
        """Say what was changed in the plant or its settings.

        Raises:
            WorkError: Nobody responded, it is resolved, or there are no words.
        """
        if self._may(command_id, IncidentState.UNDER_WAY, IncidentState.PAUSED):
            self.trigger_event(
                Incident.Changed, words=worded(words, "words"), by=by, command_id=command_id
            )

    def resolve(self, *, by: UUID, command_id: UUID) -> None:
        """Say that the disturbance is over.

        Raises:
            WorkError: It is not under way; no cause is stated, and it is no part of another one.
        """
        if not self._may(command_id, IncidentState.UNDER_WAY):
            return
        if not self.diagnosed and self.parent is None:
            raise WorkError.of("undiagnosed", number=self.number)
        self.trigger_event(Incident.Resolved, by=by, command_id=command_id)

    def reopen(self, reason: str, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Say that it is not over after all; its clock goes on.

        Raises:
            WorkError: It is not over, it was over too long ago, or there is no reason.
        """
        if not self._may(command_id, IncidentState.RESOLVED, IncidentState.CLOSED):
            return
        assert self.ended_at is not None, "what is over ended"
        if now > self.ended_at + timedelta(days=self.promise.reopen_days):
            raise WorkError.of("too_late", number=self.number, days=self.promise.reopen_days)
        self.trigger_event(
            Incident.Reopened, reason=worded(reason, "reason"), by=by, command_id=command_id
        )

    def close(self, *, by: UUID, command_id: UUID) -> None:
        """Sign it off.

        Raises:
            WorkError: It is not resolved, has open orders, or its class demands another person.
        """
        if not self._may(command_id, IncidentState.RESOLVED):
            return
        if self.orders:
            raise WorkError.of("open_orders", number=self.number, orders=len(self.orders))
        if self.promise.second_person and by in {self.owner, *self.ended_by}:
            raise WorkError.of("own", number=self.number)
        self.trigger_event(Incident.Closed, by=by, command_id=command_id)

    def join(self, parent: Incident, *, by: UUID, command_id: UUID) -> None:
        """Make it part of another incident; both are to be stored together.

        Raises:
            WorkError: It has a parent or parts, the other is a part or closed, or is itself.
        """
        if not self._may(command_id, *NOT_CLOSED):
            return
        if parent.id == self.id or self.parent or self.children or parent.parent:
            raise WorkError.of("no_parent", number=self.number, parent=parent.number)
        if parent.state is IncidentState.CLOSED:  # nobody looks at it any more: no cause to share
            raise WorkError.of("state", number=parent.number, state=said_state(parent.state))
        parent.trigger_event(Incident.Gathered, child=self.id, by=by, command_id=command_id)
        self.trigger_event(Incident.Joined, parent=parent.id, by=by, command_id=command_id)

    def order(self, order: UUID, *, command_id: UUID) -> None:
        """Have a work order made from it; to be stored with the order.

        Raises:
            WorkError: It is closed.
        """
        if order not in self.orders and self._may(command_id, *NOT_CLOSED):
            self.trigger_event(Incident.Ordered, order=order, command_id=command_id)

    def end_order(self, order: UUID, *, command_id: UUID) -> None:
        """Know that a work order of it is over; to be stored with the order."""
        if order in self.orders:
            self.trigger_event(Incident.OrderEnded, order=order, command_id=command_id)

    def _may(self, command_id: UUID, *states: IncidentState) -> bool:
        """Return whether a command is new; refuse it in other states."""
        if self.seen(command_id):
            return False
        if self.state not in states:
            raise WorkError.of("state", number=self.number, state=said_state(self.state))
        return True

    def become(self, event: Incident.Event) -> None:
        """Be as an event says; only the journal calls it."""
        match event:
            case Incident.Responded() | Incident.Resumed():
                self.state = IncidentState.UNDER_WAY
            case Incident.Paused():
                self.state = IncidentState.PAUSED
            case Incident.Diagnosed():
                self.diagnosed = True
            case Incident.Resolved():
                self.state, self.ended_by = IncidentState.RESOLVED, {event.by, self.owner}
                self.ended_at = event.timestamp
            case Incident.Reopened():
                self.state, self.ended_by = IncidentState.UNDER_WAY, set()
                self.ended_at = None
            case Incident.Closed():
                self.state, self.offered = IncidentState.CLOSED, None
                self.ended_at = event.timestamp
            case _:
                self._bind(event)

    def _bind(self, event: Incident.Event) -> None:
        match event:
            case Incident.Offered():
                self.offered = event.to
            case Incident.Taken():
                self.owner, self.offered = event.by, None
            case Incident.Joined():
                self.parent = event.parent
            case Incident.Gathered():
                self.children.append(event.child)
            case Incident.Ordered():
                self.orders.append(event.order)
            case Incident.OrderEnded():
                self.orders.remove(event.order)
