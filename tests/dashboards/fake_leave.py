"""In: a clock. Out: made-up leave, shift log and handovers, kept in memory. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from dashboards.queries.handover_rows import (
    CallDue,
    DeskStanding,
    EntryLine,
    HandoverFacts,
    HandoverLine,
    HandoverPage,
    OutageAhead,
    PermitLine,
    PhoneTest,
    ReportDue,
    ShiftLogPage,
    SoundAct,
    SpanLine,
    SwitchingLine,
    WorkLine,
)
from dashboards.queries.leave_rows import (
    LeaveBoard,
    LeaveEffect,
    LeaveLine,
    LeavePage,
    SlotChange,
    SlotPage,
    SwapLine,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.service.duty.handover import HandoverState
from energy.service.duty.leave import LeaveState
from energy.service.duty.plan import slot_from
from energy.service.duty.swap import SwapState
from tests.dashboards.fake_duty import ADA, BEN, CY, EVE, FakeDuty
from tests.dashboards.fake_energy import SITE, ZONE

ASKED, APPROVED = id_of("leave", "asked"), id_of("leave", "approved")
POINT, OFFERED = id_of("entry", "point"), id_of("handover", "offered")
SLOT = "2026-07-17/night/control"


@dataclass
class FakeLeave(FakeDuty):
    """Questions about leave, the shift log and handovers; and what was done with them."""

    duty_done: list[tuple[str, Any]] = field(default_factory=list)

    def _leave_line(self, leave: UUID, state: LeaveState) -> LeaveLine:
        first = date(2026, 7, 17)
        return LeaveLine(
            leave=leave,
            who=ADA,
            first=first,
            last=first + timedelta(days=2),
            state=state,
            asked_by=ADA.person,
            author=ADA.name,
            decided_by="" if state is LeaveState.ASKED else "Mei Lin",
        )

    def duty_leave(self, scope: Scope) -> Answer[LeaveBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        offered = SwapLine(
            swap=id_of("swap", "x"),
            gives=ADA,
            slot=slot_from(SLOT),
            takes=BEN,
            back=slot_from("2026-07-18/night/control"),
            state=SwapState.OFFERED,
        )
        board = LeaveBoard(
            waiting=(self._leave_line(ASKED, LeaveState.ASKED),),
            others=(self._leave_line(APPROVED, LeaveState.APPROVED),),
            swaps=(offered,),
        )
        return self._answer(board)

    def duty_request(self, scope: Scope, leave: UUID) -> Answer[LeavePage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        state = {ASKED: LeaveState.ASKED, APPROVED: LeaveState.APPROVED}.get(leave)
        if state is None:
            return None
        board = self.duty(scope, date(2026, 7, 13), self.clock.now()).rows
        assert board.now.period is not None
        shared = {"period": board.now.period, "calls_before": ((ADA,), (BEN, CY), (EVE,))}
        effects = (
            LeaveEffect(
                slot=slot_from(SLOT),
                proposed=CY,
                fit=(CY, BEN),
                calls_after=((CY,), (BEN,), (EVE,), (ADA,)),
                **shared,
            ),
            LeaveEffect(
                slot=slot_from("2026-07-18/day/control"),
                proposed=None,
                fit=(),
                calls_after=((BEN, CY), (EVE,), (ADA,)),
                **shared,
            ),
        )
        page = LeavePage(line=self._leave_line(leave, state), effects=effects)
        return self._answer(page)

    def duty_slot(self, scope: Scope, named: str) -> Answer[SlotPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        slot = slot_from(named)
        board = self.duty(scope, slot.day - timedelta(days=slot.day.weekday()), self.clock.now())
        cell, period = board.rows.week.cells.get(slot), board.rows.now.period
        if cell is None or period is None:
            return None
        page = SlotPage(
            cell=cell,
            period=period,
            fit=(BEN, ADA),
            backs=((slot_from("2026-07-19/night/control"), BEN),),
            changes=(
                SlotChange(
                    at=self.clock.now(),
                    by="Mei Lin",
                    before=ADA.name,
                    after="",
                    cause="change",
                    reason="Training day",
                ),
            ),
        )
        return self._answer(page)

    def shift_log(self, scope: Scope) -> Answer[ShiftLogPage]:
        scope.demand(Right.READ_ENERGY, SITE)
        return self._answer(
            ShiftLogPage(points=(self._log_entry(),), entries=(self._log_entry(True),))
        )

    def _log_entry(self, closed: bool = False) -> EntryLine:
        now = self.clock.now()
        return EntryLine(
            entry=id_of("entry", "closed") if closed else POINT,
            text="Pump 2 of the chilled water hums since the start",
            open=not closed,
            by=ADA.name,
            at=now - timedelta(hours=5),
            closed_text="Bearing changed" if closed else "",
            closed_by=BEN.name if closed else "",
            closed_at=now if closed else None,
        )

    def _one_handover(self, state: HandoverState) -> HandoverLine:
        now, signed = self.clock.now(), state is HandoverState.SIGNED
        return HandoverLine(
            handover=OFFERED if state is HandoverState.OFFERED else id_of("handover", state),
            post="control",
            state=state,
            goes=CY.person,
            giver=CY.name,
            offered_at=now - timedelta(minutes=10),
            taker=ADA.name if signed else "",
            signed_at=now if signed else None,
            points=2,
            alerts=3,
            outages=1,
            work=4 if state is HandoverState.OFFERED else None,
        )

    def handovers(self, scope: Scope) -> Answer[HandoverPage]:
        scope.demand(Right.READ_ENERGY, SITE)

        def desk(post: str, offered: HandoverLine | None, **said: Any) -> DeskStanding:
            known: dict[str, Any] = {"holder": None, "has": "", "since": None, **said}
            return DeskStanding(
                post=post,
                there=CY.person,
                due=CY.name,
                fit={who.person: who.name for who in (ADA, BEN, CY)},
                offered=offered,
                newest="",
                **known,
            )

        has = {"holder": CY.person, "has": CY.name, "since": self.clock.now()}
        page = HandoverPage(
            desks=(
                desk("control", self._one_handover(HandoverState.OFFERED), **has),
                desk("tower", None),
            ),
            past=(
                self._one_handover(HandoverState.SIGNED),
                self._one_handover(HandoverState.WITHDRAWN),
            ),
            own_work=3,
        )
        return self._answer(page)

    def handover_facts(self, scope: Scope, ahead: timedelta) -> HandoverFacts:
        scope.demand(Right.READ_ENERGY, SITE)
        now = self.clock.now()
        board = self.duty(scope, local_day(now, ZONE), now).rows
        assert board.following is not None
        return HandoverFacts(
            shifts=(board.now, board.following),
            **_under_way(now, ahead),
            phones=(
                PhoneTest(begin=now, contact="ada", way="sms", state="received", delivered_at=now),
            ),
            points=(self._log_entry(),),
            work=(
                WorkLine(
                    number="W-2026-00017",
                    what="Bearing of pump 2",
                    where="pump-2",
                    state="under_way",
                    owner=EVE.name,
                ),
            ),
            sounds=(SoundAct(at=now, act="tested", screen="desk/East", by=CY.name),),
            spans=(
                SpanLine(
                    why="maintenance",
                    about="point:cam-b2-elec",
                    begins_at=now,
                    ends_at=now + ahead,
                    reason="Meter exchange",
                    by="Mei Lin",
                ),
            ),
            outages=(
                OutageAhead(
                    outage=id_of("outage", "off"),
                    state="told",
                    node="electricity/f0",
                    begins_at=now,
                    ends_at=now + ahead,
                    reason="New breaker",
                ),
            ),
        )


def _under_way(now: datetime, ahead: timedelta) -> dict[str, Any]:
    """Return what is switched, and what is to be called and reported."""
    return {
        "permits": (
            PermitLine(
                number="S-2026-00001/1",
                node="electricity/f1",
                what="Exchange the breaker",
                place="Cubicle 4",
                earthed_at="E1",
                holder=EVE.name,
                until=now - timedelta(hours=1),
                late=True,
            ),
        ),
        "switching": (
            SwitchingLine(
                number="S-2026-00001",
                state="under_way",
                node="electricity/f1",
                begins_at=now - timedelta(hours=2),
                ends_at=now + timedelta(hours=2),
                operator=ADA.name,
                guardian=BEN.name,
            ),
        ),
        "calls": (CallDue(number="R-2026-00004", due_at=now, who=BEN.name, late=False),),
        "reports": (
            ReportDue(kind="shift", span="2026-07-15/day", due_at=now + ahead, late=False),
            ReportDue(kind="incident", span="I-2026-00002/initial", due_at=now, late=True),
        ),
    }


@dataclass
class FakeDutyDesk:
    """Acts on the duty of a made-up site: rosters, leave and log in one."""

    site: FakeLeave

    def _done(self, act: str, *about: Any) -> None:
        self.site.duty_done.append((act, about))

    def change(self, slot: Any, person: Any, *, reason: str, by: UUID, command_id: UUID) -> None:
        self._done("change", slot, person, reason, command_id)

    def ask(self, person: UUID, first: date, last: date, *, by: UUID, command_id: UUID) -> UUID:
        self._done("ask", person, first, last, command_id)
        return ASKED

    def approve(
        self, identity: UUID, given: Any, *, by_rule: bool, by: UUID, command_id: UUID
    ) -> dict[Any, Any]:
        self._done("approve", identity, dict(given), command_id)
        return dict(given)

    def refuse(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        self._done("refuse", identity, command_id)

    def withdraw(self, identity: UUID, *, by: UUID, command_id: UUID) -> list[Any]:
        self._done("withdraw", identity, command_id)
        return []

    def offer_swap(self, slot: Any, other: UUID, back: Any, *, by: UUID, command_id: UUID) -> UUID:
        self._done("offer_swap", slot, other, back, command_id)
        return command_id

    def take_swap(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        self._done("take_swap", identity, command_id)

    def withdraw_swap(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        self._done("withdraw_swap", identity, command_id)

    def tell(self, text: str, *, stays_open: bool, by: UUID, command_id: UUID) -> UUID:
        self._done("tell", text, stays_open, command_id)
        return command_id

    def close(self, identity: UUID, text: str, *, by: UUID, command_id: UUID) -> None:
        self._done("close", identity, text, command_id)

    def offer(self, post: str, *, with_work: bool, by: UUID, command_id: UUID) -> UUID:
        self._done("offer", post, with_work, command_id)
        return command_id

    def sign(self, identity: UUID, *, may_own: bool, by: UUID, command_id: UUID) -> None:
        self._done("sign", identity, by, command_id)
