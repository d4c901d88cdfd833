"""In: a clock. Out: made-up switching orders behind the questions about them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dashboards.queries.outage_reads import sees_accounts
from dashboards.queries.rows import Answer
from dashboards.queries.switching_rows import (
    Names,
    PermitOut,
    SwitchingBoard,
    SwitchingChoices,
    SwitchingPage,
    TemplatePage,
    WaitingRequest,
)
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.switching.errors import SwitchingError
from energy.service.switching.kinds import Confirmation, RequestKind, StepState, SwitchingState
from energy.service.switching.order import SwitchingOrder
from energy.service.switching.permit import Permit
from energy.service.switching.planned import Planned, Source
from energy.service.switching.reads import (
    FactRow,
    PermitRow,
    StepRow,
    SwitchingRow,
    SwitchingStory,
    TemplateRow,
)
from tests.dashboards.fake_energy import SITE, FakeEnergy
from tests.energy.service.switching.board import a_plan

GRACE, BEN, ADA, EVE, MIA = (
    id_of("person", name) for name in ("grace", "ben", "ada", "eve", "mia")
)
NAMES = {GRACE: "Grace Hopper", BEN: "Ben Lee", ADA: "Ada King", EVE: "Eve Wu", MIA: "Mia Roth"}
NUMBERS = {
    name: f"S-2026-{n:05}"
    for n, name in enumerate(
        (
            *("written", "approved", "released", "told", "due", "out", "stopped", "aborted"),
            *("completed", "withdrawn", "over", "held"),
        ),
        1,
    )
}
"""One order of each kind, by what is to be done with it."""
TEMPLATES = ("feeder-off", "feeder-earth")
"""Reviewed, and a draft of Ada's."""
_STATES = {
    "told": SwitchingState.UNDER_WAY,
    "due": SwitchingState.UNDER_WAY,
    "out": SwitchingState.UNDER_WAY,
    "over": SwitchingState.UNDER_WAY,
    "held": SwitchingState.RELEASED,
}
_DONE = {"told": 1, "due": 3, "out": 3, "stopped": 2, "aborted": 3, "completed": 4, "over": 4}
_ENDED = {SwitchingState.ABORTED, SwitchingState.COMPLETED, SwitchingState.WITHDRAWN}


@dataclass
class FakeSwitching(FakeEnergy):
    """Questions about switching orders; Grace is the operator, of some the guardian."""

    def _row(self, name: str) -> SwitchingRow:
        begins = self.clock.now().replace(minute=0, second=0, microsecond=0)
        state = _STATES.get(name) or SwitchingState(name)
        swapped = name in {"told", "stopped"}
        approved = state not in {SwitchingState.WRITTEN, SwitchingState.WITHDRAWN}
        released = approved and state is not SwitchingState.APPROVED
        asked = name in {"written", "completed"}
        words = {"stopped": "smoke in the room", "aborted": "rain", "withdrawn": "rain"}
        return SwitchingRow(
            switching_order=id_of("switching", name),
            number=NUMBERS[name],
            about="node:electricity/f0",
            reason="The breaker of the feeder is replaced",
            begins_at=begins,
            ends_at=begins + timedelta(hours=4),
            operator=BEN if swapped else GRACE,
            guardian=GRACE if swapped else BEN,
            template="feeder-off",
            version=1,
            name={"en": "Feeder off", "zh": "馈线停电"},
            permit_after=3,
            undoes=None,
            request={"kind": "disconnect", "reference": "A-0002/1", "points": ["cam-b2-elec"]}
            if asked
            else {},
            state=state,
            author=ADA if name in {"written", "approved"} else BEN,
            written_at=begins - timedelta(hours=3),
            approved_by=ADA if approved else None,
            approved_at=begins - timedelta(hours=2) if approved else None,
            released_by=EVE if released else None,
            released_at=begins - timedelta(hours=1) if released else None,
            words=words.get(name, ""),
            undo=[3, 1] if name == "aborted" else [],
            back=None,
            ended_by=GRACE if state in _ENDED else None,
            ended_at=begins if state in _ENDED else None,
        )

    def _steps(self, name: str, row: SwitchingRow) -> list[StepRow]:
        done = _DONE.get(name, 0)
        return [_step(name, row, n, done) for n in range(1, 5)]

    def _permit(self, name: str, row: SwitchingRow) -> PermitRow | None:
        if name not in {"out", "completed", "over"}:
            return None
        returned = name != "out"
        return PermitRow(
            permit=1,
            what="exchange the breaker",
            place="cubicle 4",
            earthed_at="E1, padlock 7",
            holder=GRACE if name == "out" else MIA,
            valid_until=self.clock.now() + timedelta(minutes=20 if returned else -20),
            given_by=row.guardian,
            given_at=row.begins_at,
            returned_by=MIA if returned else None,
            returned_at=row.begins_at + timedelta(minutes=5) if returned else None,
            reason="",
        )

    def _shown(self, scope: Scope, name: str) -> SwitchingRow:
        row = self._row(name)
        if sees_accounts(scope) or not row.request:
            return row
        hidden = {"kind": "disconnect", "reference": "", "points": []}
        return SwitchingRow(
            **{**{key: getattr(row, key) for key in row.__slots__}, "request": hidden}
        )

    def switching(self, scope: Scope) -> Answer[SwitchingBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        every = {name: self._shown(scope, name) for name in NUMBERS}
        out = self._permit("out", every["out"])
        assert out is not None
        board = SwitchingBoard(
            orders=tuple(row for row in every.values() if row.ended_at is None),
            past=tuple(row for row in every.values() if row.ended_at is not None),
            permits=(PermitOut(number=NUMBERS["out"], about="node:electricity/f0", permit=out),),
            waiting=self._waiting() if sees_accounts(scope) else None,
            names=_names(),
        )
        return self._answer(board)

    def _waiting(self) -> tuple[WaitingRequest, ...]:
        now = self.clock.now()
        return tuple(
            WaitingRequest(
                kind=kind,
                reference=f"A-000{n + 4}/1",
                points=(f"cam-b{n + 4}-elec",),
                ready=n == 0,
                valid_until=now + timedelta(hours=6) if n == 0 else None,
                asked_at=now - timedelta(days=1),
            )
            for n, kind in enumerate((RequestKind.DISCONNECT, RequestKind.RECONNECT))
        )

    def switching_order(self, scope: Scope, number: str) -> Answer[SwitchingPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        name = next((name for name, known in NUMBERS.items() if known == number), "")
        if not name:
            return None
        row = self._shown(scope, name)
        permit = self._permit(name, row)
        steps = self._steps(name, row)
        story = SwitchingStory(
            order=row,
            steps=steps,
            permits=() if permit is None else (permit,),
            facts=_facts(row, steps),
            confirmation=Confirmation.CONFIRMED if name == "completed" else None,
        )
        page = SwitchingPage(
            story=story,
            related={},
            back_gone=False,
            held_by=self._held(name),
            people=_people(),
            names=_names(),
        )
        return self._answer(page)

    def _held(self, name: str) -> tuple[PermitOut, ...]:
        out = self._permit("out", self._row("out"))
        if name != "held" or out is None:
            return ()
        return (PermitOut(number=NUMBERS["out"], about="node:electricity/bus-1", permit=out),)

    def _template(self, key: str) -> TemplateRow:
        reviewed = key == "feeder-off"
        return TemplateRow(
            key=key,
            version=1 if reviewed else 2,
            plan=replace(a_plan(), key=key),
            author=ADA,
            drafted_at=self.clock.now(),
            reviewed_by=EVE if reviewed else None,
            reviewed_at=self.clock.now() if reviewed else None,
        )

    def switching_templates(self, scope: Scope) -> tuple[TemplateRow, ...]:
        scope.demand(Right.READ_ENERGY, SITE)
        return tuple(self._template(key) for key in TEMPLATES)

    def switching_template(self, scope: Scope, key: str) -> TemplatePage | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if key not in TEMPLATES:
            return None
        return TemplatePage(row=self._template(key), in_use=1, names=_names())

    def switching_choices(self, scope: Scope) -> SwitchingChoices:
        if not scope.may(Right.WORK):
            scope.demand(Right.WORK, SITE)
        return SwitchingChoices(
            templates=(self._template("feeder-off"),), people=_people(), waiting=self._waiting()
        )

    def switching_paper(self, scope: Scope, number: str, language: str) -> bytes | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if number not in NUMBERS.values():
            return None
        return f"%PDF-1.7 {language} {number}".encode()


def _step(name: str, row: SwitchingRow, number: int, done: int) -> StepRow:
    at = row.begins_at + timedelta(minutes=3 * number)
    told = number <= done or (name == "told" and number == done + 1)
    skipped = name == "over" and number == 4
    state = (
        StepState.SKIPPED
        if skipped
        else StepState.DONE
        if number <= done
        else StepState.TOLD
        if told
        else StepState.WAITING
    )
    read = state is StepState.DONE
    return StepRow(
        number=number,
        step=a_plan().steps[number - 1],
        state=state,
        told_by=row.guardian if told and not skipped else None,
        told_at=at if told and not skipped else None,
        read_back_by=row.operator if read else None,
        read_back_at=at + timedelta(minutes=1) if read else None,
        skipped_by=row.guardian if skipped else None,
        skipped_at=at if skipped else None,
        reason="earth stays for the next order" if skipped else "",
    )


def _facts(row: SwitchingRow, steps: list[StepRow]) -> tuple[FactRow, ...]:
    found = [FactRow(act="written", person=row.author, at=row.written_at, step=None, words="")]
    for step in steps:
        for act, person, at in (
            ("step_told", step.told_by, step.told_at),
            ("step_read_back", step.read_back_by, step.read_back_at),
        ):
            if person is not None and at is not None:
                found.append(FactRow(act=act, person=person, at=at, step=step.number, words=""))
    if row.state is SwitchingState.STOPPED:
        late = row.begins_at + timedelta(minutes=15)
        found.append(FactRow(act="stopped", person=MIA, at=late, step=None, words=row.words))
        found.append(FactRow(act="vouched", person=EVE, at=late, step=None, words=""))
    return tuple(found)


def _people() -> tuple[tuple[UUID, str], ...]:
    return tuple(sorted(NAMES.items(), key=lambda each: each[1]))


def _names() -> Names:
    return Names(people=NAMES, nodes={"node:electricity/f0": "Feeder 0"})


class FakeSwitchingDesk:
    """Holds real orders in memory, from their template on; nothing is stored."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.orders: dict[UUID, SwitchingOrder] = {}
        self.reviewed: dict[str, tuple[int, UUID, UUID]] = {}

    def write(
        self, key: str, planned: Planned, *, reference: str = "", by: UUID, command_id: UUID
    ) -> UUID:
        assert key == "feeder-off"
        request: dict[str, Any] = (
            {"kind": "disconnect", "reference": reference} if reference else {}
        )
        identity = id_of("switching_order", str(command_id))
        self.orders.setdefault(
            identity,
            SwitchingOrder.write(
                identity,
                f"S-2026-{len(self.orders) + 1:05}",
                planned,
                Source(plan=a_plan(), version=1, request=request),
                by=by,
                now=self.now(),
                command_id=command_id,
            ),
        )
        return identity

    def write_back(self, order: UUID, planned: Planned, *, by: UUID, command_id: UUID) -> UUID:
        identity = self.write("feeder-off", planned, by=by, command_id=command_id)
        self.orders[order].write_back(identity, by=by, command_id=command_id)
        return identity

    def review(self, key: str, version: int, *, by: UUID, command_id: UUID) -> None:
        if by == ADA:
            raise SwitchingError.of("own")
        self.reviewed[key] = (version, by, command_id)

    def act(self, order: UUID, act: Callable[[SwitchingOrder], None]) -> int:
        act(self.orders[order])
        return 1

    def tell(self, order: UUID, step: int, *, by: UUID, command_id: UUID) -> int:
        return self.act(order, lambda it: it.tell(step, by=by, command_id=command_id))

    def give_permit(self, order: UUID, permit: Permit, *, by: UUID, command_id: UUID) -> int:
        now = self.now()
        return self.act(
            order, lambda it: it.give_permit(permit, by=by, now=now, command_id=command_id)
        )

    def order(self, identity: UUID) -> SwitchingOrder:
        return self.orders[identity]
