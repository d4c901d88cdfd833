"""In: commands on a switching order. Out: its facts. Pure.

It is approved by two people, neither of them its author, and carried out step by step: the guardian
tells a step, the operator reads it back and does it. Nothing here talks to a device: **Meterline
never switches**; it keeps what people said to each other, and when.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.service.switching.errors import SwitchingError, worded
from energy.service.switching.kinds import SwitchingState
from energy.service.switching.order_facts import LEADS_TO, SwitchingFacts
from energy.service.switching.permit import Permit, Permits
from energy.service.switching.planned import Planned, Source
from energy.service.switching.steps import reversed_steps, steps_from_json, steps_to_json

_BEFORE: Final = (SwitchingState.WRITTEN, SwitchingState.APPROVED, SwitchingState.RELEASED)
_BEGUN: Final = (SwitchingState.UNDER_WAY, SwitchingState.STOPPED)
_TELLING: Final = (SwitchingState.RELEASED, SwitchingState.UNDER_WAY)


class SwitchingOrder(SwitchingFacts):
    """A switching order, from being written to its end."""

    TOPIC = "switching_order"

    class Created(JournalAggregate.Created):
        """Somebody wrote it."""

        TOPIC = "switching_order.written"
        order: UUID
        number: str
        about: str
        """"node:UTILITY/KEY"."""
        reason: str
        begins_at: datetime
        ends_at: datetime
        operator: UUID
        guardian: UUID
        template: str
        version: int
        name: dict[str, str]
        permit_after: int
        steps: list[dict[str, Any]]
        undoes: UUID | None
        """The order whose steps it takes back."""
        request: dict[str, Any]
        """What billing asked for: kind, reference, points; nothing where nobody did."""
        by: UUID

    @staticmethod
    def create_id(*, order: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return order

    @classmethod
    def write(
        cls,
        order: UUID,
        number: str,
        planned: Planned,
        source: Source,
        *,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> SwitchingOrder:
        """Return a new order, not approved.

        Raises:
            SwitchingError: Operator and guardian are one, there is no reason, the span is past.
        """
        plan = source.plan
        return cls(
            order=order,
            number=number,
            **asdict(planned.checked(now)),
            template=plan.key,
            version=source.version,
            name=dict(plan.name),
            permit_after=plan.permit_after,
            steps=steps_to_json(plan.steps),
            undoes=source.undoes,
            request=source.request,
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        order: UUID,
        number: str,
        about: str,
        reason: str,
        begins_at: datetime,
        ends_at: datetime,
        operator: UUID,
        guardian: UUID,
        template: str,
        version: int,
        name: dict[str, str],
        permit_after: int,
        steps: list[dict[str, Any]],
        undoes: UUID | None,
        request: dict[str, Any],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Write it; see `write`."""
        self.number, self.about = number, about
        self.ends_at = ends_at
        self.operator, self.guardian, self.author = operator, guardian, by
        self.template, self.template_version, self.name = template, version, name
        self.steps = steps_from_json(steps)
        self.undoes, self.request = undoes, request
        self.state = SwitchingState.WRITTEN
        self.approvers: list[UUID] = []
        """Technically, then of the command centre."""
        self.done: list[int] = []
        self.skipped: list[int] = []
        self.told: int | None = None
        """The step that was told and not read back."""
        self.stops = 0
        self.vouched: set[bool] = set()
        """Whose words were given since it was stopped: the guardian's (True), an approver's."""
        self.permits = Permits(after=permit_after)
        self.undo: list[int] = []
        self.back: UUID | None = None
        """The newest order that takes its steps back."""

    @property
    def next_step(self) -> int:
        """Return the number of the step that is next; behind the last one, one more."""
        return len(self.done) + len(self.skipped) + 1

    def approve(self, *, by: UUID, command_id: UUID) -> None:
        """Find it technically right.

        Raises:
            SwitchingError: One wrote it or is to carry it out, or it was approved already.
        """
        if self._may(command_id, SwitchingState.WRITTEN):
            self._demand_approver(by)
            self.trigger_event(SwitchingOrder.Approved, by=by, command_id=command_id)

    def release(self, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Let it be carried out, as the command centre.

        Raises:
            SwitchingError: One wrote or approved it or is to carry it out; it is not approved, or
                its span is past.
        """
        if self._may(command_id, SwitchingState.APPROVED):
            self._demand_approver(by)
            if by in self.approvers:
                raise SwitchingError.of("both_levels", number=self.number)
            if self.ends_at <= now:
                raise SwitchingError.of("over", number=self.number)
            self.trigger_event(SwitchingOrder.Released, by=by, command_id=command_id)

    def withdraw(self, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Let it not be carried out.

        Raises:
            SwitchingError: A step was told already, it is over, or there is no reason.
        """
        if self._may(command_id, *_BEFORE):
            said = worded(reason)
            self.trigger_event(SwitchingOrder.Withdrawn, reason=said, by=by, command_id=command_id)

    def tell(self, step: int, *, by: UUID, command_id: UUID) -> None:
        """Tell a step, as its guardian.

        Raises:
            SwitchingError: It is not released, stopped or over; one is not its guardian; another
                step is next; a step waits to be read back; a permit is out or is to be given.
        """
        if self._may(command_id, *_TELLING):
            if by != self.guardian:
                raise SwitchingError.of("not_guardian", number=self.number)
            if self.told is not None:
                raise SwitchingError.of("open_step", number=self.number, step=self.told)
            self._demand_next(step)
            self.trigger_event(SwitchingOrder.StepTold, step=step, by=by, command_id=command_id)

    def read_back(self, step: int, *, by: UUID, command_id: UUID) -> None:
        """Read a step back and say it done, as its operator.

        Raises:
            SwitchingError: One is not its operator, or the step was not told, or it is stopped.
        """
        if self._may(command_id, SwitchingState.UNDER_WAY):
            if by != self.operator:
                raise SwitchingError.of("not_operator", number=self.number)
            if step != self.told:
                raise SwitchingError.of("not_told", number=self.number, step=step)
            self.trigger_event(SwitchingOrder.StepReadBack, step=step, by=by, command_id=command_id)

    def skip(self, step: int, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Say as a second person why a step is not carried out.

        Raises:
            SwitchingError: One is neither guardian nor approver, no reason; as `tell`.
        """
        if self._may(command_id, *_TELLING):
            if by != self.guardian and by not in self.approvers:
                raise SwitchingError.of("not_second", number=self.number)
            self._demand_next(step)
            self.trigger_event(
                SwitchingOrder.StepSkipped,
                step=step,
                reason=worded(reason),
                by=by,
                command_id=command_id,
            )

    def stop(self, reason: str = "", *, by: UUID, command_id: UUID) -> None:
        """Let nothing be told until it is resumed; who sees smoke has no time for a reason.

        Raises:
            SwitchingError: It is not released, stopped already or over, or the reason is too long.
        """
        if self._may(command_id, *_TELLING):
            said = worded(reason, least=0)
            self.trigger_event(SwitchingOrder.Stopped, reason=said, by=by, command_id=command_id)

    def resume(self, *, by: UUID, command_id: UUID) -> None:
        """Say that it goes on: it does once its guardian and an approver have said so.

        Raises:
            SwitchingError: It is not stopped, one is neither, or this word was given.
        """
        if not self._may(command_id, SwitchingState.STOPPED):
            return
        guardian = by == self.guardian
        if not guardian and by not in self.approvers:
            raise SwitchingError.of("not_second", number=self.number)
        if guardian in self.vouched:
            raise SwitchingError.of("vouched", number=self.number)
        self.trigger_event(
            SwitchingOrder.Vouched,
            guardian=guardian,
            resumes=len(self.vouched) == 1,
            by=by,
            command_id=command_id,
        )

    def abort(
        self, reason: str, *, told_done: bool | None = None, by: UUID, command_id: UUID
    ) -> None:
        """End it before its last step, naming what was done and must be taken back.

        `told_done` says whether the step that was told and not read back was carried out. What an
        order back did stays so: taken back it would carry out the first order again.

        Raises:
            SwitchingError: Nothing was told yet or it is over; a permit is out; a step was told and
                nobody says whether it was carried out; there is no reason.
        """
        if not self._may(command_id, *_BEGUN):
            return
        self.permits.demand_none_out(self.number)
        if self.told is not None and told_done is None:
            raise SwitchingError.of("told_or_not", number=self.number, step=self.told)
        done = [*self.done, *([self.told] if self.told is not None and told_done else [])]
        first = self.undoes is None
        self.trigger_event(
            SwitchingOrder.Aborted,
            reason=worded(reason),
            done=done,
            undo=[each.undoes for each in reversed_steps(self.steps, done)] if first else [],
            by=by,
            command_id=command_id,
        )

    def write_back(self, order: UUID, *, by: UUID, command_id: UUID) -> None:
        """Know the order that takes its steps back; another one only where that was withdrawn.

        Raises:
            SwitchingError: It was not aborted, or nothing is to be taken back.
        """
        if self._may(command_id, SwitchingState.ABORTED):
            if not self.undo:
                raise SwitchingError.of("nothing_back", number=self.number)
            self.trigger_event(
                SwitchingOrder.BackWritten, order=order, by=by, command_id=command_id
            )

    def give_permit(self, permit: Permit, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Let somebody work there, as operator or guardian.

        Raises:
            SwitchingError: As `Permits.demand_time` and `Permit.checked`, or one is neither.
        """
        if not self._may(command_id, SwitchingState.UNDER_WAY):
            return
        self._demand_theirs(by)
        self.permits.demand_time(self.number, self.next_step, self.told)
        self.trigger_event(
            SwitchingOrder.PermitGiven,
            permit=self.permits.given + 1,
            **asdict(permit.checked(by, now)),
            by=by,
            command_id=command_id,
        )

    def return_permit(self, reason: str = "", *, by: UUID, command_id: UUID) -> None:
        """Say that nobody works there any more, as the holder; else as an approver, with a reason.

        Raises:
            SwitchingError: None is out, or one is neither; an approver gives no reason.
        """
        if not self._may(command_id, *_BEGUN):
            return
        holder = self.permits.holder
        if holder is None:
            raise SwitchingError.of("no_permit_out", number=self.number)
        if by != holder and by not in self.approvers:
            raise SwitchingError.of("not_holder", number=self.number)
        said = "" if by == holder else worded(reason)
        self.trigger_event(
            SwitchingOrder.PermitReturned,
            permit=self.permits.given,
            reason=said,
            by=by,
            command_id=command_id,
        )

    def complete(self, *, by: UUID, command_id: UUID) -> None:
        """Say that it is carried out, as operator or guardian.

        Raises:
            SwitchingError: Steps are left, a permit is out or was never given.
        """
        if not self._may(command_id, SwitchingState.UNDER_WAY):
            return
        self._demand_theirs(by)
        if self.next_step <= len(self.steps):
            raise SwitchingError.of("steps_left", number=self.number, step=self.next_step)
        self.permits.demand_passed(self.number, self.next_step)
        self.trigger_event(SwitchingOrder.Completed, by=by, command_id=command_id)

    def become(self, event: Any) -> None:
        """Be as an event says; only the journal calls it."""
        self.state = LEADS_TO.get(event.TOPIC, self.state)
        match event:
            case SwitchingOrder.Approved() | SwitchingOrder.Released():
                self.approvers.append(event.by)
            case SwitchingOrder.StepTold():
                self.told = event.step
            case SwitchingOrder.StepReadBack() | SwitchingOrder.StepSkipped():
                skipped = isinstance(event, SwitchingOrder.StepSkipped)
                (self.skipped if skipped else self.done).append(event.step)
                self.told = None
            case SwitchingOrder.Stopped():
                self.vouched = set()
                self.stops += 1
            case SwitchingOrder.Vouched():
                self.vouched.add(event.guardian)
                self.state = SwitchingState.UNDER_WAY if event.resumes else self.state
            case SwitchingOrder.Aborted():
                self.done, self.undo, self.told = event.done, event.undo, None
            case SwitchingOrder.BackWritten():
                self.back = event.order
            case SwitchingOrder.PermitGiven() | SwitchingOrder.PermitReturned():
                self.permits.become(getattr(event, "holder", None))

    def _demand_approver(self, by: UUID) -> None:
        if by in {self.author, self.operator}:
            raise SwitchingError.of("own_order", number=self.number)

    def _demand_theirs(self, by: UUID) -> None:
        if by not in {self.operator, self.guardian}:
            raise SwitchingError.of("not_theirs", number=self.number)

    def _demand_next(self, step: int) -> None:
        """Refuse another step than the next one, and any while a permit holds it back."""
        if self.next_step > len(self.steps):
            raise SwitchingError.of("no_step_left", number=self.number)
        if step != self.next_step:
            raise SwitchingError.of("not_next", number=self.number, step=self.next_step)
        self.permits.demand_passed(self.number, step)

    def _may(self, command_id: UUID, *states: SwitchingState) -> bool:
        """Return whether a command is new; refuse it in other states."""
        if self.seen(command_id):
            return False
        if self.state not in states:
            raise SwitchingError.of(f"state_{self.state}", number=self.number)
        return True
