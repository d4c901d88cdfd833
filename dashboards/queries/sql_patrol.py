"""Step 5a. From: plan of rounds, what was read. To: the pages of rounds. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from dashboards.queries.patrol_rows import PatrolBoard, PatrolCourse, PatrolDay, PatrolWalk
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.service.rounds.items import LogKind, RoundSpec
from energy.service.rounds.plans import held_at
from energy.service.rounds.reads import (
    RoundRow,
    current,
    days_around,
    read_editions,
    read_rounds,
)
from energy.service.rounds.schedule import Standing

COURSE_DAYS = 14


class SqlPatrol:
    """Questions about patrol rounds in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def patrol(self, scope: Scope) -> Answer[PatrolBoard]:
        """Return what is due, under way, next, and missed since yesterday."""
        now, zone = self._at.clock.now(), self._at.site.zone
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = self._patrol_rounds(connection, days_around(now, zone))
            missed = [row for row in rows if row.standing is Standing.MISSED]
            shown = current(rows)
            board = PatrolBoard(
                now=tuple(shown),
                missed=tuple(reversed(missed)),
                planned=self._patrol_planned(connection),
                names=self._patrol_names(connection, shown),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def patrol_day(self, scope: Scope, key: str, day: date) -> Answer[PatrolDay] | None:
        """Return a round on a local day; None: there is no such round."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = self._patrol_rounds(connection, (day, day), key)
            known = [row.spec for row in reversed(rows)]
            known += [spec for spec in self._patrol_planned(connection) if spec.key == key]
            if not known:
                return None
            told = PatrolDay(
                spec=known[0], day=day, rows=tuple(rows), names=self._patrol_names(connection, rows)
            )
            return self._at.answer(connection, told, follower=OPERATIONS)

    def patrol_walk(self, scope: Scope, walked: UUID) -> Answer[PatrolWalk] | None:
        """Return a round that somebody began; None: nobody did."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            named: list[tuple[Any, ...]] = connection.execute(
                f"SELECT key, due_at FROM {self._at.schema}.patrol_round "
                "WHERE patrol_round = %s".encode(),
                (walked,),
            ).fetchall()
            if not named:
                return None
            ((key, due_at),) = named
            day = local_day(due_at, self._at.site.zone)
            rows = self._patrol_rounds(connection, (day - timedelta(days=1), day), key)
            row = next(each for each in rows if each.due_at == due_at)
            earlier = [each for each in rows if each.due_at < due_at]
            told = PatrolWalk(
                row=row,
                before={place: each for one in earlier for place, each in one.counting.items()},
                names=self._patrol_names(connection, [row]),
            )
            return self._at.answer(connection, told, follower=OPERATIONS)

    def patrol_course(
        self, scope: Scope, key: str, stop: str, value: str, last: date
    ) -> Answer[PatrolCourse] | None:
        """Return a number over the two weeks that end on a day; None: there is no such one."""
        first = last - timedelta(days=COURSE_DAYS - 1)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = self._patrol_rounds(connection, (first, last), key)
            specs = [row.spec for row in reversed(rows)]
            specs += [spec for spec in self._patrol_planned(connection) if spec.key == key]
            named = [
                (spec, each, item)
                for spec in specs
                for each in spec.stops
                for item in each.items
                if (each.key, item.key) == (stop, value) and item.kind is LogKind.NUMBER
            ]
            if not named:
                return None
            spec, place, item = named[0]
            told = [row.counting.get((stop, value)) for row in rows]
            course = PatrolCourse(
                spec=spec,
                stop=place,
                item=item,
                first=first,
                last=last,
                values=tuple(each for each in told if each is not None),
            )
            return self._at.answer(connection, course, follower=OPERATIONS)

    def _patrol_rounds(
        self, connection: Connection, days: tuple[date, date], key: str = ""
    ) -> list[RoundRow]:
        schema, zone, now = self._at.schema, self._at.site.zone, self._at.clock.now()
        return read_rounds(connection, schema, zone, days, now, key)

    def _patrol_planned(self, connection: Connection) -> tuple[RoundSpec, ...]:
        now = self._at.clock.now()
        editions = read_editions(connection, self._at.schema)
        held = held_at(editions, local_day(now, self._at.site.zone), now)
        return () if held is None else held.plan.rounds

    def _patrol_names(self, connection: Connection, rows: Sequence[RoundRow]) -> Mapping[UUID, str]:
        people = {row.walk.owner for row in rows if row.walk is not None}
        people |= {each.person for row in rows for each in row.values}
        return self._at.person_names(connection, sorted(people, key=str))
