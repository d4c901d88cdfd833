"""In: a clock. Out: made-up assured events and contingency plans, kept in memory. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dashboards.queries.assurance_rows import (
    ActivationPage,
    ContingencyBoard,
    EventBoard,
    EventPage,
    People,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.period import Period
from energy.service.assurance.event import AssuredEvent
from energy.service.assurance.kinds import EventState
from energy.service.assurance.plan import EventPlan
from energy.service.assurance.reads import AllowedRow, AnswerRow, EditionRow, EventRow
from energy.service.assurance.reporting import check_table, staff_table
from energy.service.assurance.staffing import GapKind, Manned
from energy.service.contingency.activation import Activation
from energy.service.contingency.reads import (
    ActivationRow,
    ActivationStory,
    CallRow,
    DueRow,
    FactRow,
    PlanRow,
    StepRow,
)
from energy.service.contingency.steps import CallState, StepState, parse_contingency
from energy.service.duty.names import DutyNames
from energy.service.reports.table import Contents
from tests.dashboards.fake_energy import SITE, ZONE, FakeEnergy
from tests.energy.service.assurance.test_event_file import parsed
from tests.energy.service.contingency.test_steps import FILE

GRACE, EVE, GONE = (id_of("person", name) for name in ("grace", "eve", "gone"))
PEOPLE = People(
    names={GRACE: "Grace <script>", EVE: "Eve"},
    duty=DutyNames(posts={"desk": {"en": "Control room", "zh": "控制室"}}),
)
EVENTS = {
    "V-2026-00001": EventState.PLANNED,
    "V-2026-00002": EventState.APPROVED,
    "V-2026-00003": EventState.RUNNING,
    "V-2026-00004": EventState.OVER,
    "V-2026-00005": EventState.SIGNED,
    "V-2026-00006": EventState.CALLED_OFF,
}
PLAN = FILE.replace('"first"', '"first-aid"')
SHOWN = ("V-2026-00001", "V-2026-00003", "V-2026-00004")
"""Of which each page is drawn: to be approved, running, to be signed."""
ACTIVATIONS = {"A-2026-00001": True, "A-2026-00002": False}
"""Whether each is open."""


@dataclass
class FakeAssurance(FakeEnergy):
    """Questions about assured events and contingency plans."""

    def _plan(self, state: EventState) -> EventPlan:
        begins = {EventState.RUNNING: -1, EventState.OVER: -30, EventState.SIGNED: -60}
        start = self.clock.now() + timedelta(hours=begins.get(state, 24))
        period = Period(start=start, end=start + timedelta(hours=12))
        plan = parsed()
        staff = tuple(replace(each, period=period) for each in plan.staff)
        limits = tuple(replace(each, rule="hall-load") for each in plan.limits)
        return replace(
            plan, title="State visit <script>", period=period, staff=staff, limits=limits
        )

    def _event(self, number: str) -> EventRow:
        state, now = EVENTS[number], self.clock.now()
        plan = self._plan(state)
        stored = state if state not in {EventState.RUNNING, EventState.OVER} else "approved"
        spec = plan.to_json()
        holds = 0 if state is EventState.PLANNED else 1
        off = now if state is EventState.CALLED_OFF else None
        signed = now if state is EventState.SIGNED else None
        return EventRow(
            assured_event=id_of("event", number),
            number=number,
            title=plan.title,
            begins_at=plan.period.start,
            ends_at=plan.period.end,
            state=str(stored),
            edition=1,
            holds=holds,
            spec=spec,
            held=spec if holds else None,
            rules=[f"{number}-1-hall-load"],
            author=GONE,
            planned_at=now,
            approved_by=EVE if holds else None,
            approved_at=now if holds else None,
            reason="rain" if off else "",
            called_off_by=EVE if off else None,
            called_off_at=off,
            words="went well" if signed else "",
            signed_by=EVE if signed else None,
            signed_at=signed,
            report=None,
            position=7,
        )

    def assured_events(self, scope: Scope) -> Answer[EventBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = tuple(self._event(number) for number in EVENTS)
        return self._answer(EventBoard(events=rows, now=self.clock.now()))

    def assured_event(self, scope: Scope, number: str) -> Answer[EventPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if number not in EVENTS:
            return None
        row, now = self._event(number), self.clock.now()
        period = row.plan.period
        manning = [
            Manned(post="desk", period=period, person=None, named=False, gap=GapKind.OPEN),
            Manned(post="switch-room", period=period, person=GRACE, named=True, gap=None),
        ]
        report = Contents(
            kind="event",
            span=number,
            begin=period.start.isoformat(),
            end=period.end.isoformat(),
            facts={"title": row.title},
            tables=(check_table(row.plan, {"ups": "yes"}), staff_table(manning)),
        )
        told = {"person": GRACE, "told_at": now}
        page = EventPage(
            event=row,
            manning=manning,
            answers=[AnswerRow(position=3, item="ups", value="yes", **told)],
            allowed=[AllowedRow(thing=GONE, called="S-2026-00001", reason="leak", **told)],
            editions=[
                EditionRow(
                    edition=1,
                    spec=row.spec,
                    reason="",
                    author=GONE,
                    written_at=now,
                    approved_by=row.approved_by,
                    approved_at=row.approved_at,
                )
            ],
            report=report,
            people=PEOPLE,
            now=now,
        )
        return self._answer(page)

    def _activation(self, number: str) -> ActivationRow:
        now, open_ = self.clock.now(), ACTIVATIONS[number]
        return ActivationRow(
            activation=id_of("activation", number),
            number=number,
            key="power-loss",
            version=1,
            spec=parse_contingency(PLAN).to_json(),
            drill=not open_,
            reason="grid <script>",
            incident="I-2026-00001" if open_ else "",
            activated_at=now - timedelta(minutes=10),
            activated_by=GRACE,
            closed_at=None if open_ else now,
            closed_by=None if open_ else EVE,
            words="" if open_ else "water is gone",
            position=9,
        )

    def contingency(self, scope: Scope) -> Answer[ContingencyBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        now, steps = self.clock.now(), parse_contingency(PLAN)
        told = {"key": "power-loss", "spec": steps.to_json(), "author": GONE, "written_at": now}
        plans = (
            PlanRow(version=2, reviewed_by=None, reviewed_at=None, **told),
            PlanRow(version=1, reviewed_by=EVE, reviewed_at=now, **told),
        )
        today = now.astimezone(ZONE).date()
        due = DueRow(
            key="power-loss",
            name=steps.name,
            version=1,
            drilled_on=today - timedelta(days=200),
            due_on=today - timedelta(days=20),
            overdue=True,
        )
        rows = tuple(self._activation(number) for number in ACTIVATIONS)
        board = ContingencyBoard(plans=plans, due=(due,), activations=rows, people=PEOPLE)
        return self._answer(board)

    def activation(self, scope: Scope, number: str) -> Answer[ActivationPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if number not in ACTIVATIONS:
            return None
        row, now = self._activation(number), self.clock.now()
        states = [StepState.LATE if row.closed_at is None else StepState.DONE_LATE, StepState.DONE]
        story = ActivationStory(
            activation=row,
            steps=[
                StepRow(
                    step=n,
                    post=step.post,
                    do=step.do,
                    due_at=step.due_at(row.activated_at),
                    state=state,
                    at=None if state is StepState.LATE else now,
                    person=None if state is StepState.LATE else GRACE,
                    words="",
                )
                for n, (step, state) in enumerate(zip(row.steps.steps, states, strict=True), 1)
            ],
            calls=[
                _call(1, CallState.NOT_REACHED, now),
                _call(2, CallState.WAITING, None),
            ],
            findings=[
                FactRow(
                    position=4,
                    act="found",
                    item=0,
                    result="",
                    words="key missing",
                    at=now,
                    person=GRACE,
                    told_at=now,
                )
            ],
        )
        return self._answer(ActivationPage(story=story, people=PEOPLE, now=now))

    def workers(self, scope: Scope) -> tuple[tuple[UUID, str], ...]:
        scope.demand(Right.PLAN_WORK, SITE)
        return ((GRACE, "Grace"), (EVE, "Eve"))


def _call(number: int, state: CallState, at: datetime | None) -> CallRow:
    return CallRow(
        call=number,
        post="desk" if number == 1 else "first-aid",
        contact="",
        people=[GRACE, EVE],
        state=state,
        at=at,
        person=GRACE if at else None,
        words="busy" if at else "",
    )


@dataclass
class FakeAssuranceDesk:
    """The desks of events and emergencies: remembers what was said."""

    said: list[tuple[str, Any]] = field(default_factory=list)

    def plan(self, plan: EventPlan, *, by: UUID, command_id: UUID) -> UUID:
        self.said.append(("plan", plan))
        return id_of("event", str(command_id))

    def change(self, event: UUID, plan: EventPlan, reason: str, **_: Any) -> int:
        self.said.append(("change", reason))
        return 2

    def approve(self, event: UUID, **_: Any) -> int:
        self.said.append(("approve", event))
        return 1

    def check(self, event: UUID, item: str, value: str, **_: Any) -> int:
        self.said.append(("check", (item, value)))
        return 1

    def allow(self, event: UUID, name: str, reason: str, **_: Any) -> str:
        self.said.append(("allow", (name, reason)))
        return name

    def call_off(self, event: UUID, reason: str, **_: Any) -> None:
        self.said.append(("call_off", reason))

    def sign(self, event: UUID, words: str, **_: Any) -> None:
        self.said.append(("sign", words))

    def event(self, identity: UUID) -> AssuredEvent:
        return AssuredEvent(
            assured=identity,
            number="V-2026-00009",
            spec=parsed().to_json(),
            by=GRACE,
            command_id=identity,
        )

    def draft(self, steps: Any, **_: Any) -> int:
        self.said.append(("draft", steps.key))
        return 1

    def review(self, key: str, version: int, **_: Any) -> None:
        self.said.append(("review", (key, version)))

    def activate(self, key: str, reason: str, *, drill: bool, incident: str = "", **_: Any) -> UUID:
        self.said.append(("activate", (key, reason, drill, incident)))
        return id_of("activation", "fake")

    def act(self, activation: UUID, act: Callable[[Activation], None]) -> int:
        known = self.activation(activation)
        act(known)
        self.said.append(("act", [type(each).__name__ for each in known.pending_events[1:]]))
        return 1

    def activation(self, identity: UUID) -> Activation:
        return Activation(
            activation=identity,
            number="A-2026-00009",
            key="power-loss",
            version=1,
            spec=parse_contingency(PLAN).to_json(),
            drill=True,
            reason="grid",
            incident="",
            at=datetime.fromisoformat("2019-01-01T00:00:00+00:00"),
            by=GRACE,
            command_id=identity,
        )
