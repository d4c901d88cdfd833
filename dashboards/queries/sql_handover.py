"""Step 5a. From: the shift log, handovers, what is open. To: the sheet of handover. I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from dashboards.queries.duty_reads import DutyReads, Faces
from dashboards.queries.handover_reads import calls_due, reports_due, switching_of
from dashboards.queries.handover_rows import (
    DeskStanding,
    EntryLine,
    HandoverFacts,
    HandoverLine,
    HandoverPage,
    OutageAhead,
    PhoneTest,
    ShiftLogPage,
    SoundAct,
    SpanLine,
    WorkLine,
)
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, SqlSite
from dashboards.security.scope import Right, Scope
from energy.alerting.notices.shift_tests import present_rows, read_shifts
from energy.alerting.outages.reads import read_outages
from energy.alerting.sounding.reads import read_silences, read_tests
from energy.alerting.sounding.shift import shift_at
from energy.alerting.suppression_desk import SuppressionDesk
from energy.service.duty.calling import called_by
from energy.service.duty.handover import HandoverState
from energy.service.duty.passing import owned_by
from energy.service.duty.plan import DutyPlan, PostKind
from energy.service.duty.reads import (
    EntryRow,
    HandoverRow,
    last_signed,
    read_duty_plan,
    read_handovers,
    read_log,
    read_on_duty,
    read_points,
)
from energy.service.work.reads import IncidentRow, OrderRow, read_incidents, read_orders

LOG_BACK = timedelta(days=7)
"""How far back the page of the log goes; `duty log --hours` goes further."""
_HALF_A_DAY = timedelta(hours=12)
"""What counts as this shift where no plan of duty says it."""
_TESTED = timedelta(days=2)
"""How far back a test message of the present shift may lie."""


class SqlHandover:
    """Questions about the shift log and handovers in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at
        self._handover_reads = DutyReads(at)

    def shift_log(self, scope: Scope) -> Answer[ShiftLogPage]:
        """Return the open points, and what was told or closed in the last days."""
        since = self._at.clock.now() - LOG_BACK
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            faces = Faces(self._at, connection, None)
            lines = [_entry(e, faces) for e in read_log(connection, self._at.schema, since)]
            page = ShiftLogPage(
                points=tuple(each for each in lines if each.open),
                entries=tuple(each for each in reversed(lines) if not each.open),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def handovers(self, scope: Scope) -> Answer[HandoverPage]:
        """Return the desks with who has them, and the handovers before."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plan = read_duty_plan(connection, self._at.schema)
            faces = Faces(self._at, connection, plan)
            rows = [_handover(e, faces) for e in read_handovers(connection, self._at.schema)]
            now = self._at.clock.now()
            there = read_on_duty(connection, self._at.site, now).posts
            desks = [each.key for each in plan.posts if each.kind is PostKind.DESK] if plan else []
            fit = {post: plan.qualified(post) for post in desks} if plan else {}
            page = HandoverPage(
                desks=tuple(
                    self._desk(connection, post, rows, there, fit[post], faces) for post in desks
                ),
                past=tuple(each for each in rows if each.state is not HandoverState.OFFERED),
                own_work=len(owned_by(connection, self._at.schema, scope.person)),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def handover_facts(self, scope: Scope, ahead: timedelta) -> HandoverFacts:
        """Return what the next shift is to know, beside the alerts.

        Args:
            scope: Who asks.
            ahead: How far ahead spans and outages are told.
        """
        now, schema = self._at.clock.now(), self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plan = read_duty_plan(connection, schema)
            faces = Faces(self._at, connection, plan)
            shift = self._handover_reads.shift(connection, plan, faces, now)
            shifts = [shift]
            if shift.period is not None:
                end = shift.period.end
                shifts.append(self._handover_reads.shift(connection, plan, faces, end))
            permits, switching = switching_of(connection, schema, faces, now)
            return HandoverFacts(
                shifts=tuple(shifts),
                permits=permits,
                switching=switching,
                calls=calls_due(connection, schema, faces, now, now + ahead),
                reports=reports_due(connection, schema, now, now + ahead),
                phones=self._phones(connection, now),
                points=tuple(_entry(e, faces) for e in read_points(connection, schema)),
                work=_work(connection, schema, faces),
                sounds=self._sounds(connection, plan, faces, now),
                spans=self._spans(faces, now, now + ahead),
                outages=_outages(connection, schema, now, now + ahead),
            )

    def _desk(
        self,
        connection: Connection,
        post: str,
        rows: list[HandoverLine],
        there: Mapping[str, UUID],
        fit: Sequence[UUID],
        faces: Faces,
    ) -> DeskStanding:
        last = last_signed(connection, self._at.schema, post)
        mine = [each for each in rows if each.post == post]
        return DeskStanding(
            post=post,
            holder=last.comes if last else None,
            has=faces.name(last.comes) if last else "",
            since=last.signed_at if last else None,
            there=there.get(post),
            due=faces.name(there.get(post)),
            fit={person: faces.name(person) for person in fit},
            offered=next((e for e in mine if e.state is HandoverState.OFFERED), None),
            newest=str(mine[0].handover) if mine else "",
        )

    def _phones(self, connection: Connection, now: datetime) -> tuple[PhoneTest, ...]:
        called = called_by(self._at.database, self._at.site)
        found = read_shifts(connection, self._at.site, now - _TESTED, now, called)
        return tuple(
            PhoneTest(
                begin=each.begin,
                contact=each.contact,
                way=str(each.way),
                state=str(each.state),
                delivered_at=each.delivered_at,
            )
            for each in present_rows(found)
        )

    def _sounds(
        self, connection: Connection, plan: DutyPlan | None, faces: Faces, now: datetime
    ) -> tuple[SoundAct, ...]:
        """Return the tests and silences of this shift: by the plan of duty, else of half a day."""
        begins = [each.at for each in plan.shifts] if plan else []
        begun = shift_at(now, self._at.site.zone, begins).start if begins else now - _HALF_A_DAY
        acts = [
            SoundAct(
                at=each.begun_at,
                act="tested" if each.heard_at else "unheard",
                screen=each.screen,
                by=faces.name(each.heard_by or each.begun_by),
            )
            for each in read_tests(connection, self._at.schema, begun)
        ]
        acts += [
            SoundAct(at=each.begins_at, act="silenced", screen="", by=faces.name(each.by))
            for each in read_silences(connection, self._at.schema, begun)
        ]
        return tuple(sorted(acts, key=lambda each: each.at))

    def _spans(self, faces: Faces, now: datetime, end: datetime) -> tuple[SpanLine, ...]:
        desk = SuppressionDesk(self._at.database, self._at.schema, self._at.clock)
        return tuple(
            SpanLine(
                why=str(each.why),
                about=each.about,
                begins_at=each.begins_at,
                ends_at=each.ends_at,
                reason=each.reason,
                by=faces.name(each.person),
            )
            for each in desk.spans()
            if each.ended_at is None and each.ends_at > now and each.begins_at < end
        )


def _work(connection: Connection, schema: str, faces: Faces) -> tuple[WorkLine, ...]:
    """Return the incidents and work orders that are not over."""
    found: list[IncidentRow | OrderRow] = [
        *read_incidents(connection, schema),
        *read_orders(connection, schema),
    ]
    return tuple(
        WorkLine(
            number=each.number,
            what=each.what,
            where=each.point or each.node or each.place or "",
            state=str(each.state),
            owner=faces.name(each.owner),
        )
        for each in found
    )


def _outages(
    connection: Connection, schema: str, now: datetime, end: datetime
) -> tuple[OutageAhead, ...]:
    return tuple(
        OutageAhead(
            outage=each.outage,
            state=str(each.state(now)),
            node=each.about.removeprefix("node:"),
            begins_at=each.begins_at,
            ends_at=each.ends_at,
            reason=each.reason,
        )
        for each in reversed(read_outages(connection, schema))
        if not each.state(now).over and each.begins_at < end
    )


def _entry(row: EntryRow, faces: Faces) -> EntryLine:
    return EntryLine(
        entry=row.entry,
        text=row.text,
        open=row.open,
        by=faces.name(row.by),
        at=row.at,
        closed_text=row.closed_text,
        closed_by=faces.name(row.closed_by),
        closed_at=row.closed_at,
    )


def _handover(row: HandoverRow, faces: Faces) -> HandoverLine:
    return HandoverLine(
        handover=row.handover,
        post=row.post,
        state=HandoverState(row.state),
        goes=row.goes,
        giver=faces.name(row.goes),
        offered_at=row.offered_at,
        taker=faces.name(row.comes),
        signed_at=row.signed_at,
        points=len(row.points),
        alerts=len(row.alerts),
        outages=len(row.outages),
        work=None if row.work is None else len(row.work),
    )
