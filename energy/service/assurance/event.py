"""In: commands on an assured event. Out: its facts. Pure.

Each edition is written by one person and approved by another; by that it holds, the one before
holds until then. What follows from the time alone (running, over) is never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.text import Key
from energy.service.assurance.errors import AssuranceError, worded
from energy.service.assurance.kinds import EventState, Phase
from energy.service.assurance.plan import EventPlan

_STANDS = (EventState.PLANNED, EventState.APPROVED, EventState.RUNNING)


class AssuredEvent(JournalAggregate):
    """What is assured over a time, edition by edition."""

    TOPIC = "assured_event"

    class Created(JournalAggregate.Created):
        """It was planned: edition 1."""

        TOPIC = "assured_event.planned"
        assured: UUID
        number: str
        spec: dict[str, Any]
        """As `EventPlan.from_json` reads it."""
        by: UUID

    class Changed(JournalAggregate.Event):
        """Somebody wrote the next edition."""

        TOPIC = "assured_event.changed"
        edition: int
        spec: dict[str, Any]
        reason: str
        by: UUID

    class Approved(JournalAggregate.Event):
        """Another person let the newest edition hold."""

        TOPIC = "assured_event.approved"
        edition: int
        rules: list[str]
        """Keys of the rules that are stricter while it lasts."""
        by: UUID

    class Checked(JournalAggregate.Event):
        """Somebody answered a question of the checklist; the latest answer counts."""

        TOPIC = "assured_event.checked"
        item: str
        value: str
        by: UUID

    class Allowed(JournalAggregate.Event):
        """Something may happen in spite of it."""

        TOPIC = "assured_event.allowed"
        thing: UUID
        """Switching order or outage."""
        called: str
        """As people call it."""
        reason: str
        by: UUID

    class CalledOff(JournalAggregate.Event):
        """It will not be, or goes on no more."""

        TOPIC = "assured_event.called_off"
        at: datetime
        reason: str
        by: UUID

    class Signed(JournalAggregate.Event):
        """Its report was signed."""

        TOPIC = "assured_event.signed"
        words: str
        contents: str
        """What happened in its time, as `Contents.of` reads it."""
        by: UUID

    @staticmethod
    def create_id(*, assured: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return assured

    @event(Created)
    def __init__(
        self, *, assured: UUID, number: str, spec: dict[str, Any], by: UUID, command_id: UUID
    ) -> None:
        """Plan it; `EventPlan.demand_time` looked at the time."""
        self.number = number
        self.state = EventState.PLANNED
        self.edition, self.spec, self.author = 1, spec, by
        self.holds, self.held = 0, dict[str, Any]()
        self.rules: list[str] = []
        self.answers: dict[str, str] = {}
        self.answered_by: dict[str, UUID] = {}
        self.allowed: dict[UUID, str] = {}
        self.report = ""
        """What was signed; "" before."""
        self.ended_at: datetime | None = None
        """When it was called off."""

    @property
    def newest(self) -> EventPlan:
        """Return what the newest edition says."""
        return EventPlan.from_json(self.spec)

    @property
    def standing(self) -> EventPlan:
        """Return what the edition says that holds, or that would be the first to hold."""
        return EventPlan.from_json(self.held or self.spec)

    def at(self, now: datetime) -> EventState:
        """Return how far it is at an instant."""
        period = self.standing.period
        return self.state.at(period.start, period.end, now)

    def change(
        self, plan: EventPlan, reason: str, *, by: UUID, now: datetime, command_id: UUID
    ) -> None:
        """Write the next edition; it holds when another person approves it.

        Raises:
            AssuranceError: It is over or called off, no reason, the time cannot be.
        """
        if self.seen(command_id):
            return
        self._demand(now, *_STANDS)
        plan.demand_time(now, self.standing.period.start)
        self._change(
            edition=self.edition + 1,
            spec=plan.to_json(),
            reason=worded(reason),
            by=by,
            command_id=command_id,
        )

    def demand_approver(self, by: UUID, now: datetime, seen: int | None = None) -> None:
        """Refuse whoever may not approve the newest edition.

        Args:
            by: Who wants to.
            now: Present instant.
            seen: The edition that was looked at; None: the newest.

        Raises:
            AssuranceError: It holds already, is one's own, is over, or another edition was seen.
        """
        self._demand(now, *_STANDS)
        if self.holds == self.edition:
            raise AssuranceError.of("holds", number=self.number)
        if seen not in {None, self.edition}:
            raise AssuranceError.of("changed", number=self.number)
        if by == self.author:
            raise AssuranceError.of("own", number=self.number)
        self.newest.demand_time(now, self.newest.period.start)

    def approve(self, rules: Sequence[str], *, by: UUID, command_id: UUID) -> None:
        """Let the newest edition hold; `demand_approver` looked at who says so."""
        if not self.seen(command_id):
            told = list(rules)
            self._approve(edition=self.edition, rules=told, by=by, command_id=command_id)

    def check(self, item: str, value: str, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Answer a question of the checklist; the same answer again of the same person is one.

        Raises:
            AssuranceError: There is no such question, it is not its time, nothing holds.
            WorkError: It is no answer to it.
        """
        if self.seen(command_id):
            return
        self._demand(now, EventState.APPROVED, EventState.RUNNING, EventState.OVER)
        asked = self.standing.check(item)
        if asked is None:
            known = ", ".join(each.item.key for each in self.standing.checks)
            raise AssuranceError.of("no_item", item=item, number=self.number, known=known)
        period = self.standing.period
        if asked.phase is Phase.AFTER and now < period.end:
            raise AssuranceError.of("not_over", item=item, number=self.number)
        if asked.phase is Phase.DURING and now < period.start:
            raise AssuranceError.of("too_early", item=item, number=self.number)
        told = asked.item.fitting(value)
        if (self.answers.get(item), self.answered_by.get(item)) != (told, by):
            self._check(item=item, value=told, by=by, command_id=command_id)

    def allow(
        self,
        thing: UUID,
        called: str,
        reason: str,
        *,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> None:
        """Let a switching order or an outage happen in spite of it.

        Raises:
            AssuranceError: It is over or called off, or no reason.
        """
        if self.seen(command_id):
            return
        self._demand(now, *_STANDS)
        self._allow(thing=thing, called=called, reason=worded(reason), by=by, command_id=command_id)

    def call_off(self, reason: str, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Let it not be, or end it before its time.

        Raises:
            AssuranceError: It is over or called off already, or no reason.
        """
        if self.seen(command_id):
            return
        self._demand(now, *_STANDS)
        self._call_off(at=now, reason=worded(reason), by=by, command_id=command_id)

    def demand_signer(self, by: UUID, now: datetime) -> None:
        """Refuse whoever may not sign the report.

        Raises:
            AssuranceError: It is not over, questions are not answered, or it is one's own.
        """
        if not self._broken_off(now):
            self._demand(now, EventState.OVER)
        if by == self.author:
            raise AssuranceError.of("own_report", number=self.number)
        missing = self.unanswered()
        if missing and self.state is not EventState.CALLED_OFF:
            raise AssuranceError.of("unanswered", number=self.number, items=", ".join(missing))

    def sign(self, words: str, contents: str, *, by: UUID, command_id: UUID) -> None:
        """Sign what happened in its time; `demand_signer` looked at who does.

        Raises:
            AssuranceError: No words.
        """
        if not self.seen(command_id):
            said = worded(words)
            self._sign(words=said, contents=contents, by=by, command_id=command_id)

    def unanswered(self) -> list[str]:
        """Return the questions that must be answered and are not."""
        every = (each.item for each in self.standing.checks)
        return [each.key for each in every if not each.optional and each.key not in self.answers]

    def _broken_off(self, now: datetime) -> bool:
        """Return whether it was called off while it was running."""
        ended = self.ended_at
        return (
            self.state is EventState.CALLED_OFF
            and self.holds > 0
            and ended is not None
            and self.standing.period.start <= ended <= now
        )

    def _demand(self, now: datetime, *states: EventState) -> None:
        state = self.at(now)
        if state not in states:
            said = Key(f"cli.event_state.{state}")
            raise AssuranceError.of("state", number=self.number, state=said)

    @event(Changed)
    def _change(
        self, *, edition: int, spec: dict[str, Any], reason: str, by: UUID, command_id: UUID
    ) -> None:
        self.edition, self.spec, self.author = edition, spec, by

    @event(Approved)
    def _approve(self, *, edition: int, rules: list[str], by: UUID, command_id: UUID) -> None:
        self.state = EventState.APPROVED
        self.holds, self.held, self.rules = edition, self.spec, rules

    @event(Checked)
    def _check(self, *, item: str, value: str, by: UUID, command_id: UUID) -> None:
        self.answers[item], self.answered_by[item] = value, by

    @event(Allowed)
    def _allow(self, *, thing: UUID, called: str, reason: str, by: UUID, command_id: UUID) -> None:
        self.allowed[thing] = called

    @event(CalledOff)
    def _call_off(self, *, at: datetime, reason: str, by: UUID, command_id: UUID) -> None:
        self.state, self.ended_at = EventState.CALLED_OFF, at

    @event(Signed)
    def _sign(self, *, words: str, contents: str, by: UUID, command_id: UUID) -> None:
        self.state, self.report = EventState.SIGNED, contents
