"""In: commands on an activation of a contingency plan. Out: its facts. Pure.

It keeps the version that was activated. What is late follows from the instants alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.service.contingency.errors import ContingencyError, worded
from energy.service.contingency.steps import CallState, ContingencySteps


class Activation(JournalAggregate):
    """A plan carried out: in earnest or as a drill."""

    TOPIC = "contingency_activation"

    class Created(JournalAggregate.Created):
        """Somebody activated the plan."""

        TOPIC = "contingency_activation.begun"
        activation: UUID
        number: str
        key: str
        version: int
        spec: dict[str, Any]
        drill: bool
        reason: str
        incident: str
        """Number of the incident that it was activated from; "" of none."""
        at: datetime
        by: UUID

    class Called(JournalAggregate.Event):
        """Somebody of the call tree was called; the latest counts."""

        TOPIC = "contingency_activation.called"
        call: int
        result: str
        words: str
        by: UUID

    class StepDone(JournalAggregate.Event):
        """A step was done."""

        TOPIC = "contingency_activation.step_done"
        step: int
        at: datetime
        by: UUID

    class StepSkipped(JournalAggregate.Event):
        """A step was left out, with its reason."""

        TOPIC = "contingency_activation.step_skipped"
        step: int
        reason: str
        by: UUID

    class Found(JournalAggregate.Event):
        """Something was found that is to be done better."""

        TOPIC = "contingency_activation.found"
        words: str
        by: UUID

    class Closed(JournalAggregate.Event):
        """It is over."""

        TOPIC = "contingency_activation.closed"
        words: str
        by: UUID

    @staticmethod
    def create_id(*, activation: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return activation

    @event(Created)
    def __init__(
        self,
        *,
        activation: UUID,
        number: str,
        key: str,
        version: int,
        spec: dict[str, Any],
        drill: bool,
        reason: str,
        incident: str,
        at: datetime,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Activate the plan."""
        self.number, self.drill = number, drill
        self.spec, self.at = spec, at
        self.done: dict[int, datetime] = {}
        self.skipped: set[int] = set()
        self.calls: dict[int, tuple[str, str, UUID]] = {}
        self.closed = False

    @property
    def steps(self) -> ContingencySteps:
        """Return what is carried out."""
        return ContingencySteps.from_json(self.spec)

    def call(self, call: int, result: CallState, words: str, *, by: UUID, command_id: UUID) -> None:
        """Note what came of a call; called again, the latest counts, the same again is one.

        Raises:
            ContingencyError: It is closed, there is no such call, or nothing came of it.
        """
        if not self._may(command_id):
            return
        if not 1 <= call <= len(self.steps.calls) or result is CallState.WAITING:
            raise ContingencyError.of("no_call", number=self.number, most=len(self.steps.calls))
        said = worded(words) if words.strip() else ""
        if self.calls.get(call) != (str(result), said, by):
            self._call(call=call, result=str(result), words=said, by=by, command_id=command_id)

    def do(self, step: int, *, at: datetime, by: UUID, now: datetime, command_id: UUID) -> None:
        """Say that a step was done.

        Args:
            step: Its number, from 1.
            at: When it was done.
            by: Who did it.
            now: Present instant.
            command_id: Of the command.

        Raises:
            ContingencyError: It is closed, there is no such step, it is settled, the instant lies
                in the future or before the activation.
        """
        if not self._may(command_id):
            return
        self._demand_open(step)
        if not self.at <= at <= now:
            raise ContingencyError.of("instant", number=self.number)
        self._do(step=step, at=at, by=by, command_id=command_id)

    def skip(self, step: int, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Leave a step out.

        Raises:
            ContingencyError: As `do`, or no reason.
        """
        if self._may(command_id):
            self._demand_open(step)
            self._skip(step=step, reason=worded(reason), by=by, command_id=command_id)

    def find(self, words: str, *, by: UUID, command_id: UUID) -> None:
        """Note what is to be done better; after the closing, too.

        Raises:
            ContingencyError: No words.
        """
        if not self.seen(command_id):
            self._find(words=worded(words), by=by, command_id=command_id)

    def close(self, words: str, *, by: UUID, command_id: UUID) -> None:
        """End it.

        Raises:
            ContingencyError: It is closed, steps or calls are open, no words.
        """
        if not self._may(command_id):
            return
        settled = self.skipped | set(self.done)
        steps = [n for n in range(1, len(self.steps.steps) + 1) if n not in settled]
        if steps:
            told = ", ".join(str(each) for each in steps)
            raise ContingencyError.of("open_steps", number=self.number, steps=told)
        calls = [n for n in range(1, len(self.steps.calls) + 1) if n not in self.calls]
        if calls:
            told = ", ".join(str(each) for each in calls)
            raise ContingencyError.of("open_calls", number=self.number, calls=told)
        self._close(words=worded(words), by=by, command_id=command_id)

    def _may(self, command_id: UUID) -> bool:
        """Return whether a command is new; refuse it where all is over."""
        if self.seen(command_id):
            return False
        if self.closed:
            raise ContingencyError.of("closed", number=self.number)
        return True

    def _demand_open(self, step: int) -> None:
        if not 1 <= step <= len(self.steps.steps):
            raise ContingencyError.of("no_step", number=self.number, most=len(self.steps.steps))
        if step in self.done or step in self.skipped:
            raise ContingencyError.of("settled", number=self.number, step=step)

    @event(Called)
    def _call(self, *, call: int, result: str, words: str, by: UUID, command_id: UUID) -> None:
        self.calls[call] = (result, words, by)

    @event(StepDone)
    def _do(self, *, step: int, at: datetime, by: UUID, command_id: UUID) -> None:
        self.done[step] = at

    @event(StepSkipped)
    def _skip(self, *, step: int, reason: str, by: UUID, command_id: UUID) -> None:
        self.skipped.add(step)

    @event(Found)
    def _find(self, *, words: str, by: UUID, command_id: UUID) -> None:
        """Findings have rows of their own."""

    @event(Closed)
    def _close(self, *, words: str, by: UUID, command_id: UUID) -> None:
        self.closed = True
