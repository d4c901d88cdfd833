"""Step 5a. From: plan of duty, rosters, leave. To: the pages of duty. I/O: PostgreSQL."""

from __future__ import annotations

from datetime import date, datetime

from dashboards.queries.duty_reads import DutyReads, Faces
from dashboards.queries.duty_rows import DutyBoard
from dashboards.queries.rows import Answer
from dashboards.queries.sql_handover import SqlHandover
from dashboards.queries.sql_leave import SqlLeave
from dashboards.queries.sql_site import OPERATIONS, SqlSite
from dashboards.security.scope import Right, Scope
from energy.service.duty.names import DutyNames
from energy.service.duty.reads import read_duty_names, read_duty_plan


class SqlDuty(SqlLeave, SqlHandover):
    """Questions about duty in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        SqlLeave.__init__(self, at)
        SqlHandover.__init__(self, at)
        self._at = at
        self._duty_reads = DutyReads(at)

    def duty(self, scope: Scope, first: date, at: datetime) -> Answer[DutyBoard]:
        """Return who is on duty now, whom posts call at an instant, and a week of the roster."""
        reads, now = self._duty_reads, self._at.clock.now()
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plan = read_duty_plan(connection, self._at.schema)
            faces = Faces(self._at, connection, plan)
            shift = reads.shift(connection, plan, faces, now)
            board = DutyBoard(
                planned=plan is not None,
                now=shift,
                following=reads.shift(connection, plan, faces, shift.period.end)
                if shift.period
                else None,
                called=reads.called(connection, plan, faces, at),
                week=reads.week(connection, plan, faces, first),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def duty_names(self, scope: Scope) -> DutyNames:
        """Return what people read in place of the keys of shifts and posts."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            return read_duty_names(connection, self._at.schema)
