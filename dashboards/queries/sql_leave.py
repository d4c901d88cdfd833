"""Step 5a. From: leave, swaps, rosters. To: what a request does before anybody decides. I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from dashboards.queries.duty_reads import DutyReads, Faces, distinct
from dashboards.queries.duty_rows import Who
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
from dashboards.queries.sql_site import OPERATIONS, Connection, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.period import Period, local_day
from energy.service.duty.calling import called
from energy.service.duty.desk import RosterDesk
from energy.service.duty.leave import LeaveState
from energy.service.duty.leave_desk import LeaveDesk, Uncovered
from energy.service.duty.plan import DutyPlan, SlotKey, slot_from
from energy.service.duty.reads import (
    LeaveRow,
    SwapRow,
    read_away,
    read_changes,
    read_duty_plan,
    read_leave,
    read_sheets,
    read_swaps,
)
from energy.service.duty.stand_in import with_slots
from energy.service.duty.standing import Away, Sheet, on_duty, spans
from energy.service.duty.swap import SwapState

_A_DAY = timedelta(days=1)
AHEAD = timedelta(days=28)
"""How far ahead one may take a shift in return on the page."""
MOST_BACK = 40


class SqlLeave:
    """Questions about leave, stand-ins and swaps in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at
        self._leave_reads = DutyReads(at)

    def duty_leave(self, scope: Scope) -> Answer[LeaveBoard]:
        """Return the requests and swaps that a person may see."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            faces = Faces(self._at, connection, read_duty_plan(connection, self._at.schema))
            lines = [_line(row, faces) for row in read_leave(connection, self._at.schema)]
            mine = [each for each in lines if _sees(scope, each)]
            waiting = [each for each in mine if each.state is LeaveState.ASKED]
            swaps = [_swap(row, faces) for row in read_swaps(connection, self._at.schema)]
            board = LeaveBoard(
                waiting=tuple(sorted(waiting, key=lambda each: (each.first, each.leave))),
                others=tuple(each for each in mine if each.state is not LeaveState.ASKED),
                swaps=tuple(each for each in swaps if _sees(scope, each)),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def duty_request(self, scope: Scope, leave: UUID) -> Answer[LeavePage] | None:
        """Return a request with what it does; None: there is none that the person may see."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = read_leave(connection, self._at.schema)
            row = next((each for each in rows if each.leave == leave), None)
            if row is None:
                return None
            plan = read_duty_plan(connection, self._at.schema)
            faces = Faces(self._at, connection, plan)
            line = _line(row, faces)
            if not _sees(scope, line):
                return None
            waits = line.state is LeaveState.ASKED and plan is not None
            page = LeavePage(
                line=line,
                effects=self._effects(connection, row, plan, faces) if plan and waits else (),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def duty_slot(self, scope: Scope, named: str) -> Answer[SlotPage] | None:
        """Return a slot of a published roster; None: there is none.

        Args:
            scope: Who asks.
            named: "2026-12-05/night/desk".

        Raises:
            DutyError: It is no slot's name.
        """
        slot = slot_from(named)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plan = read_duty_plan(connection, self._at.schema)
            faces = Faces(self._at, connection, plan)
            week = self._leave_reads.week(connection, plan, faces, slot.day)
            cell = week.cells.get(slot)
            if cell is None or plan is None:
                return None
            (sheet,) = read_sheets(connection, self._at.schema, slot.day, slot.day)
            page = SlotPage(
                cell=cell,
                period=spans(sheet.shifts, slot.day, self._at.site.zone)[slot.shift],
                fit=() if cell.over else self._fit(slot, faces),
                backs=self._backs(connection, slot, faces),
                changes=tuple(
                    SlotChange(
                        at=each.at,
                        by=faces.name(each.by),
                        before=faces.name(each.before),
                        after=faces.name(each.after),
                        cause=each.cause,
                        reason=each.reason,
                    )
                    for each in read_changes(connection, self._at.schema, slot.day, slot.day)
                    if each.slot == slot
                ),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def _fit(self, slot: SlotKey, faces: Faces) -> tuple[Who, ...]:
        desk = RosterDesk(self._at.database, self._at.site, self._at.clock)
        return tuple(faces.who(who) for who in desk.stand_ins(slot))

    def _backs(
        self, connection: Connection, slot: SlotKey, faces: Faces
    ) -> tuple[tuple[SlotKey, Who], ...]:
        """Return slots of the post that others fill from now on, the next one first."""
        zone, now = self._at.site.zone, self._at.clock.now()
        today = local_day(now, zone)
        found: list[tuple[SlotKey, Who]] = []
        sheets = read_sheets(connection, self._at.schema, today - _A_DAY, today + AHEAD)
        mine = next((e.slots[slot].person for e in sheets if slot in e.slots), None)
        for sheet in sheets:
            found += [
                (key, faces.who(filled.person))
                for key, filled in sheet.slots.items()
                if key.post == slot.post
                and filled.person is not None
                and filled.person != mine
                and spans(sheet.shifts, key.day, zone)[key.shift].end > now
            ]
        return tuple(sorted(found, key=lambda each: each[0])[:MOST_BACK])

    def _effects(
        self, connection: Connection, row: LeaveRow, plan: DutyPlan, faces: Faces
    ) -> tuple[LeaveEffect, ...]:
        desk = LeaveDesk(self._at.database, self._at.site, self._at.clock)
        found = desk.look(row.leave)
        schema = self._at.schema
        sheets = read_sheets(connection, schema, row.first_day - _A_DAY, row.last_day + _A_DAY)
        after = with_slots(sheets, {each.slot: each.proposed for each in found})
        away = read_away(connection, schema, row.first_day, row.last_day)
        own = Away(person=row.person, first=row.first_day, last=row.last_day)

        def effect(each: Uncovered) -> LeaveEffect:
            return LeaveEffect(
                slot=each.slot,
                period=self._period(sheets, each.slot),
                proposed=None if each.proposed is None else faces.who(each.proposed),
                fit=tuple(faces.who(who) for who in each.fit),
                calls_before=self._circles(each.slot, sheets, plan, away, faces),
                calls_after=self._circles(each.slot, after, plan, [*away, own], faces),
            )

        return tuple(effect(each) for each in found)

    def _period(self, sheets: Iterable[Sheet], slot: SlotKey) -> Period:
        sheet = next(each for each in sheets if slot in each.slots)
        return spans(sheet.shifts, slot.day, self._at.site.zone)[slot.shift]

    def _circles(
        self,
        slot: SlotKey,
        sheets: Sequence[Sheet],
        plan: DutyPlan,
        away: Iterable[Away],
        faces: Faces,
    ) -> tuple[tuple[Who, ...], ...]:
        """Return whom an alert for the slot's post calls when its shift begins."""
        zone = self._at.site.zone
        begin = self._period(sheets, slot).start
        standing = on_duty(begin, sheets, zone, [each.key for each in plan.posts])
        there = [each for each in away if each.first <= slot.day <= each.last]
        circles = distinct(called(standing, plan, there)[slot.post])
        return tuple(tuple(faces.who(who) for who in circle) for circle in circles)


def _sees(scope: Scope, line: LeaveLine | SwapLine) -> bool:
    return scope.may(Right.PLAN_WORK) or line.belongs_to(scope.person)


def _line(row: LeaveRow, faces: Faces) -> LeaveLine:
    return LeaveLine(
        leave=row.leave,
        who=faces.who(row.person),
        first=row.first_day,
        last=row.last_day,
        state=LeaveState(row.state),
        asked_by=row.asked_by,
        author=faces.name(row.asked_by),
        decided_by=faces.name(row.decided_by),
    )


def _swap(row: SwapRow, faces: Faces) -> SwapLine:
    return SwapLine(
        swap=row.swap,
        gives=faces.who(row.person),
        slot=slot_from(row.slot),
        takes=faces.who(row.other),
        back=slot_from(row.back) if row.back else None,
        state=SwapState(row.state),
    )
