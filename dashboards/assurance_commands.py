"""In: what a signed-in person says of events and emergencies. Out: its facts. I/O by ports.

The id of a command is made of what was said, of what the person saw, and of the person: a button
pressed twice is one command. Who may say what is the domain's demand, beside the role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.service.assurance.event import AssuredEvent
from energy.service.assurance.plan import EventPlan
from energy.service.contingency.activation import Activation
from energy.service.contingency.steps import CallState, ContingencySteps


class EventDesk(Protocol):
    """Where assured events are planned and acted on (energy/service/assurance/desk.py)."""

    def plan(self, plan: EventPlan, *, by: UUID, command_id: UUID) -> UUID:
        """Plan an event; return its id."""
        ...

    def change(
        self, event: UUID, plan: EventPlan, reason: str, *, by: UUID, command_id: UUID
    ) -> int:
        """Write the next edition of an event; return its number."""
        ...

    def approve(self, event: UUID, *, seen: int | None = None, by: UUID, command_id: UUID) -> int:
        """Let the newest edition hold; return how many limits are stricter."""
        ...

    def check(self, event: UUID, item: str, value: str, *, by: UUID, command_id: UUID) -> int:
        """Answer a question of the checklist."""
        ...

    def allow(self, event: UUID, name: str, reason: str, *, by: UUID, command_id: UUID) -> str:
        """Let a switching order or an outage happen in spite of an event."""
        ...

    def call_off(self, event: UUID, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Let an event not be."""
        ...

    def sign(self, event: UUID, words: str, *, by: UUID, command_id: UUID) -> None:
        """Sign the report of an event that is over."""
        ...

    def event(self, identity: UUID) -> AssuredEvent:
        """Return an event as the journal has it now."""
        ...


class EmergencyDesk(Protocol):
    """Where plans are written and activated (energy/service/contingency/desk.py)."""

    def draft(self, steps: ContingencySteps, *, by: UUID, command_id: UUID) -> int:
        """Write the next version of a plan; return its number."""
        ...

    def review(self, key: str, version: int, *, by: UUID, command_id: UUID) -> None:
        """Let a version be the one that is activated."""
        ...

    def activate(
        self,
        key: str,
        reason: str,
        *,
        drill: bool,
        incident: str = "",
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Activate a plan; return the activation's id."""
        ...

    def act(self, activation: UUID, act: Callable[[Activation], None]) -> int:
        """Let an act on an activation happen."""
        ...

    def activation(self, identity: UUID) -> Activation:
        """Return an activation as the journal has it now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AssuranceCommands:
    """The writes of the pages of assured events and contingency plans of one site.

    Each raises `NotPermittedError` where the person lacks the role, and what the desk's method of
    the same name raises.
    """

    site: str
    events: EventDesk
    emergencies: EmergencyDesk
    clock: Clock

    def plan(self, scope: Scope, plan: EventPlan) -> str:
        """Plan an event; return its number."""
        made = self._command(scope, Right.PLAN_WORK, "plan event", plan)
        return self.events.event(self.events.plan(plan, by=scope.person, command_id=made)).number

    def change(self, scope: Scope, event: UUID, seen: int, plan: EventPlan, reason: str) -> int:
        """Write the next edition of an event that was seen in some edition; return its number."""
        made = self._command(scope, Right.PLAN_WORK, "change event", event, seen, plan, reason)
        return self.events.change(event, plan, reason, by=scope.person, command_id=made)

    def approve(self, scope: Scope, event: UUID, edition: int) -> int:
        """Let the edition hold that was read; return how many limits are stricter."""
        made = self._command(scope, Right.PLAN_WORK, "approve event", event, edition)
        return self.events.approve(event, seen=edition, by=scope.person, command_id=made)

    def check(self, scope: Scope, event: UUID, item: str, seen: int, value: str) -> None:
        """Answer a question whose latest answer was seen (its position, 0 of none)."""
        made = self._command(scope, Right.WORK, "check event", event, item, seen, value)
        self.events.check(event, item, value, by=scope.person, command_id=made)

    def allow(self, scope: Scope, event: UUID, name: str, reason: str) -> str:
        """Let something happen in spite of an event; return what it is called."""
        made = self._command(scope, Right.PLAN_WORK, "allow event", event, name, reason)
        return self.events.allow(event, name, reason, by=scope.person, command_id=made)

    def call_off(self, scope: Scope, event: UUID, reason: str) -> None:
        """Let an event not be."""
        made = self._command(scope, Right.PLAN_WORK, "call off event", event, reason)
        self.events.call_off(event, reason, by=scope.person, command_id=made)

    def sign(self, scope: Scope, event: UUID, words: str) -> None:
        """Sign the report of an event."""
        made = self._command(scope, Right.PLAN_WORK, "sign event", event, words)
        self.events.sign(event, words, by=scope.person, command_id=made)

    def draft(self, scope: Scope, steps: ContingencySteps, seen: int) -> int:
        """Write the next version of a plan; `seen`: how many versions of all plans there were."""
        made = self._command(scope, Right.PLAN_WORK, "draft contingency", steps, seen)
        return self.emergencies.draft(steps, by=scope.person, command_id=made)

    def review(self, scope: Scope, key: str, version: int) -> None:
        """Let the version be activated that was read."""
        made = self._command(scope, Right.PLAN_WORK, "review contingency", key, version)
        self.emergencies.review(key, version, by=scope.person, command_id=made)

    def activate(
        self, scope: Scope, key: str, reason: str, *, drill: bool, incident: str, seen: int
    ) -> str:
        """Activate a plan; return the activation's number; `seen`: how many there were."""
        words = (key, reason, drill, incident, seen)
        made = self._command(scope, Right.WORK, "activate contingency", *words)
        found = self.emergencies.activate(
            key, reason, drill=drill, incident=incident, by=scope.person, command_id=made
        )
        return self.emergencies.activation(found).number

    def call(
        self, scope: Scope, activation: UUID, call: int, seen: str, result: CallState, words: str
    ) -> None:
        """Note what came of a call; `seen`: how it stood."""
        said = ("call", activation, call, seen, result, words)
        made = self._command(scope, Right.WORK, *said)
        self.emergencies.act(
            activation, lambda it: it.call(call, result, words, by=scope.person, command_id=made)
        )

    def done(self, scope: Scope, activation: UUID, step: int) -> None:
        """Say that a step was done just now."""
        made = self._command(scope, Right.WORK, "done", activation, step)
        now: datetime = self.clock.now()
        self.emergencies.act(
            activation,
            lambda it: it.do(step, at=now, by=scope.person, now=now, command_id=made),
        )

    def skip(self, scope: Scope, activation: UUID, step: int, reason: str) -> None:
        """Leave a step out."""
        made = self._command(scope, Right.WORK, "skip", activation, step, reason)
        self.emergencies.act(
            activation, lambda it: it.skip(step, reason, by=scope.person, command_id=made)
        )

    def find(self, scope: Scope, activation: UUID, words: str) -> None:
        """Note what is to be done better."""
        made = self._command(scope, Right.WORK, "find", activation, words)
        self.emergencies.act(
            activation, lambda it: it.find(words, by=scope.person, command_id=made)
        )

    def close(self, scope: Scope, activation: UUID, words: str) -> None:
        """End an activation."""
        made = self._command(scope, Right.WORK, "close", activation, words)
        self.emergencies.act(
            activation, lambda it: it.close(words, by=scope.person, command_id=made)
        )

    def _command(self, scope: Scope, right: Right, verb: str, *said: object) -> UUID:
        scope.demand(right, self.site)
        words = repr([str(each) for each in said])
        return id_of("command", f"{verb} here", self.site, words, str(scope.person))
