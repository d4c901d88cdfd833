"""In: commands on a work order. Out: its facts. Pure.

Whoever opens it owns it, until who is to do it takes it. The doer says what was used, how long it
took and what the checklist asks; where its class demands it, a second person signs or sends it
back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.service.work.checklist import Questions, items_from_json
from energy.service.work.errors import WorkError, said_state, worded
from energy.service.work.heard import Promise
from energy.service.work.job import Job, Part, Stretch, whole_minute
from energy.service.work.kinds import OrderState, WaitsFor
from energy.service.work.order_facts import OrderFacts

MOST_PAPERS: Final = 40
"""Photos and papers of an order."""
_AT_WORK: Final = (OrderState.UNDER_WAY, OrderState.PAUSED)
_OPEN: Final = (OrderState.OPEN, OrderState.TAKEN, *_AT_WORK)


class WorkOrder(OrderFacts):
    """A job given to somebody, from being made to being signed."""

    TOPIC = "work_order"

    class Created(JournalAggregate.Created):
        """There is work to be done."""

        TOPIC = "work_order.opened"
        order: UUID
        number: str
        incident: UUID | None
        job: dict[str, str]
        """As `Job.checked` says it."""
        since: datetime
        due_at: datetime | None
        promise: dict[str, Any]
        """The fields of `Promise`."""
        checklist: str
        """Key of the checklist; "" of none."""
        items: list[dict[str, Any]]
        """Its questions, as they were then."""
        by: UUID

    @staticmethod
    def create_id(*, order: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return order

    @classmethod
    def open(
        cls,
        order: UUID,
        number: str,
        job: Job,
        promise: Promise,
        checklist: tuple[str, Sequence[dict[str, Any]]],
        *,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> WorkOrder:
        """Return a new order, owned by who made it; `checklist` is key and questions.

        Raises:
            WorkError: As `Job.checked`.
        """
        return cls(
            order=order,
            number=number,
            incident=job.incident,
            job=job.checked(now),
            since=job.since,
            due_at=job.due_at,
            promise=asdict(promise),
            checklist=checklist[0],
            items=list(checklist[1]),
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        order: UUID,
        number: str,
        incident: UUID | None,
        job: dict[str, str],
        since: datetime,
        due_at: datetime | None,
        promise: dict[str, Any],
        checklist: str,
        items: list[dict[str, Any]],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Open it; see `open`."""
        self.number = number
        self.incident = incident
        self.since = since
        self.promise = Promise(**promise)
        self.items = items_from_json(items)
        self.state = OrderState.OPEN
        self.owner = by
        self.assigned: UUID | None = None
        """Who is to take it."""
        self.doers: set[UUID] = set()
        """Who did some of it."""
        self.times: list[Stretch] = []
        self.answers: dict[str, str] = {}
        self.papers: set[str] = set()

    def assign(self, *, to: UUID, by: UUID, command_id: UUID) -> None:
        """Offer it to who is to do it; its owner stays its owner until the other takes it.

        Raises:
            WorkError: It is done or over, or the other has taken it already.
        """
        if not self._may(command_id, *_OPEN):
            return
        if to == self.owner and self.state is not OrderState.OPEN:
            raise WorkError.of("owns")
        self.trigger_event(WorkOrder.Assigned, to=to, by=by, command_id=command_id)

    def take(self, *, by: UUID, command_id: UUID) -> None:
        """Own it and do it; what nobody was assigned to, anybody may take.

        Raises:
            WorkError: Another was assigned, or it is done or over.
        """
        if not self._may(command_id, *_OPEN):
            return
        if self.assigned not in ({by} if self.state is not OrderState.OPEN else {None, by}):
            raise WorkError.of("not_offered", number=self.number)
        first = self.state is OrderState.OPEN
        self.trigger_event(WorkOrder.Taken, first=first, by=by, command_id=command_id)

    def pass_on(self, *, to: UUID, by: UUID, command_id: UUID) -> None:
        """Let another own it as a desk passes to him; he did none of it by that.

        Raises:
            WorkError: It is over, or one does not own it.
        """
        if self._may(command_id, *_OPEN, OrderState.DONE):
            self._demand_doer(by)
            self.trigger_event(WorkOrder.PassedOn, to=to, by=by, command_id=command_id)

    def begin(self, *, at: datetime, by: UUID, now: datetime, command_id: UUID) -> None:
        """Begin the work at a stated instant.

        Raises:
            WorkError: Somebody else does it; it began already; not between coming up and now.
        """
        if self._may(command_id, OrderState.TAKEN):
            self._demand_doer(by)
            self._demand_span(at, at, now)
            self.trigger_event(WorkOrder.Begun, at=at, by=by, command_id=command_id)

    def pause(self, waits_for: WaitsFor, *, by: UUID, command_id: UUID) -> None:
        """Wait for somebody else.

        Raises:
            WorkError: It is not under way, or somebody else does it.
        """
        if self._may(command_id, OrderState.UNDER_WAY):
            self._demand_doer(by)
            self.trigger_event(
                WorkOrder.Paused, waits_for=str(waits_for), by=by, command_id=command_id
            )

    def resume(self, *, by: UUID, command_id: UUID) -> None:
        """Go on.

        Raises:
            WorkError: It is not paused, or somebody else does it.
        """
        if self._may(command_id, OrderState.PAUSED):
            self._demand_doer(by)
            self.trigger_event(WorkOrder.Resumed, by=by, command_id=command_id)

    def use(self, used: Part, *, by: UUID, command_id: UUID) -> None:
        """Say what was used up or built in.

        Raises:
            WorkError: It is not under way; as `Part.checked`.
        """
        if not self._may(command_id, *_AT_WORK):
            return
        part = asdict(used.checked())
        self.trigger_event(WorkOrder.PartUsed, **part, by=by, command_id=command_id)

    def spend(self, spent: Stretch, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Say how long somebody worked.

        Raises:
            WorkError: It is not under way; the span is none, too long, before the work came up, in
                the future, or overlaps another one of the same person.
        """
        if not self._may(command_id, *_AT_WORK):
            return
        self._demand_span(spent.began_at, spent.ended_at, now)
        spent.demand_beside(self.times)
        self.trigger_event(WorkOrder.TimeSpent, **asdict(spent), by=by, command_id=command_id)

    def answer(self, item: str, value: str, *, by: UUID, command_id: UUID) -> None:
        """Answer a question of the checklist.

        Raises:
            WorkError: It is not under way, asks no such thing, or the answer does not fit.
        """
        if not self._may(command_id, *_AT_WORK):
            return
        asked = {each.key: each for each in self.items}
        if item not in asked:
            raise WorkError.of("no_item", item=item, known=", ".join(asked) or "-")
        said = asked[item].fitting(value)
        if self.answers.get(item) != said:
            self.trigger_event(
                WorkOrder.Answered, item=item, value=said, by=by, command_id=command_id
            )

    def demand_paper(self, command_id: UUID) -> None:
        """Refuse a further photo or paper.

        Raises:
            WorkError: It is not under way, or has as many as an order takes.
        """
        if self._may(command_id, *_AT_WORK) and len(self.papers) >= MOST_PAPERS:
            raise WorkError.of("papers", number=self.number, most=MOST_PAPERS)

    def add_paper(self, sha256: str, media_type: str, *, by: UUID, command_id: UUID) -> None:
        """Keep a photo or paper with it; the same one again is one.

        Raises:
            WorkError: It is not under way.
        """
        if self._may(command_id, *_AT_WORK) and sha256 not in self.papers:
            self.trigger_event(
                WorkOrder.PaperAdded,
                sha256=sha256,
                media_type=media_type,
                by=by,
                command_id=command_id,
            )

    def help(self, *, by: UUID, command_id: UUID) -> None:
        """Do some of it beside its doer; what was told elsewhere of it counts as doing it.

        Raises:
            WorkError: It is not under way.
        """
        if self._may(command_id, *_AT_WORK) and by not in self.doers:
            self.trigger_event(WorkOrder.Helped, by=by, command_id=command_id)

    def finish(self, *, by: UUID, command_id: UUID) -> None:
        """Say that it is done.

        Raises:
            WorkError: It is not under way, somebody else does it, or a question is not answered.
        """
        if not self._may(command_id, OrderState.UNDER_WAY):
            return
        self._demand_doer(by)
        missing = [e for e in self.items if not e.optional and e.key not in self.answers]
        if missing:
            keys, asked = ", ".join(each.key for each in missing), Questions(tuple(missing))
            raise WorkError.of("unanswered", number=self.number, items=keys, asked=asked)
        ends = not self.promise.second_person
        self.trigger_event(WorkOrder.Done, ends=ends, by=by, command_id=command_id)

    def sign(self, *, by: UUID, command_id: UUID) -> None:
        """Say as a second person that it is done.

        Raises:
            WorkError: It is not done, or one did the work oneself.
        """
        if self._may(command_id, OrderState.DONE):
            self._demand_second(by)
            self.trigger_event(WorkOrder.Signed, by=by, command_id=command_id)

    def refuse(self, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Send it back to the doer as a second person.

        Raises:
            WorkError: It is not done, there is no reason, or one did the work oneself.
        """
        if self._may(command_id, OrderState.DONE):
            self._demand_second(by)
            said = worded(reason, "reason")
            self.trigger_event(WorkOrder.Refused, reason=said, by=by, command_id=command_id)

    def cancel(self, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Let it not be done.

        Raises:
            WorkError: It is done or over, or there is no reason.
        """
        if self._may(command_id, *_OPEN):
            said = worded(reason, "reason")
            self.trigger_event(WorkOrder.Cancelled, reason=said, by=by, command_id=command_id)

    @property
    def over(self) -> bool:
        """Return whether nothing is to be done any more."""
        return self.state in {OrderState.ENDED, OrderState.CANCELLED}

    def become(self, event: WorkOrder.Event) -> None:
        """Be as an event says; only the journal calls it."""
        match event:
            case WorkOrder.Assigned() | WorkOrder.Taken() | WorkOrder.PassedOn():
                self._bind(event)
            case WorkOrder.Begun() | WorkOrder.Resumed() | WorkOrder.Refused():
                self.state = OrderState.UNDER_WAY
            case WorkOrder.Paused():
                self.state = OrderState.PAUSED
            case WorkOrder.TimeSpent():
                self.doers.add(event.person)
                span = {"began_at": event.began_at, "ended_at": event.ended_at}
                self.times.append(Stretch(person=event.person, **span))
            case WorkOrder.PartUsed() | WorkOrder.Helped():
                self.doers.add(event.by)
            case WorkOrder.Answered():
                self.doers.add(event.by)
                self.answers[event.item] = event.value
            case WorkOrder.PaperAdded():
                self.doers.add(event.by)
                self.papers.add(event.sha256)
            case WorkOrder.Done():
                self.doers.add(event.by)
                self.state = OrderState.ENDED if event.ends else OrderState.DONE
            case WorkOrder.Signed():
                self.state = OrderState.ENDED
            case WorkOrder.Cancelled():
                self.state = OrderState.CANCELLED
                self.assigned = None

    def _bind(self, event: WorkOrder.Event) -> None:
        match event:
            case WorkOrder.Assigned():
                self.assigned = event.to
            case WorkOrder.Taken():
                self.owner, self.assigned = event.by, None
                self.doers.add(event.by)
                self.state = OrderState.TAKEN if event.first else self.state
            case WorkOrder.PassedOn():
                self.owner = event.to
                self.assigned = None if self.assigned == event.to else self.assigned

    def _demand_doer(self, by: UUID) -> None:
        if by != self.owner:
            raise WorkError.of("not_doer", number=self.number)

    def _demand_second(self, by: UUID) -> None:
        if by in self.doers:
            raise WorkError.of("own", number=self.number)

    def _demand_span(self, first: datetime, last: datetime, now: datetime) -> None:
        if last > now:
            raise WorkError.of("future", at=last)
        if first < whole_minute(self.since):
            raise WorkError.of("before", at=first, since=self.since)

    def _may(self, command_id: UUID, *states: OrderState) -> bool:
        """Return whether a command is new; refuse it in other states."""
        if self.seen(command_id):
            return False
        if self.state not in states:
            raise WorkError.of("state", number=self.number, state=said_state(self.state))
        return True
