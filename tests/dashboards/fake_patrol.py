"""In: a clock. Out: made-up patrol rounds behind the questions about them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from dashboards.queries.patrol_rows import PatrolBoard, PatrolCourse, PatrolDay, PatrolWalk
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.rounds.desk import Raise, Walk
from energy.service.rounds.errors import PatrolError
from energy.service.rounds.items import LogKind, RoundSpec
from energy.service.rounds.kinds import Entry, Said
from energy.service.rounds.plan_file import parse_patrol_plan
from energy.service.rounds.plans import Asked
from energy.service.rounds.reads import RaisedRow, RoundRow, SkipRow, ValueRow, WalkRow
from energy.service.rounds.round import PatrolRound, patrol_id
from energy.service.rounds.schedule import Standing
from tests.dashboards.fake_energy import SITE, FakeEnergy
from tests.energy.service.rounds.walks import FILE

GRACE = id_of("person", "grace")
SPEC: RoundSpec = parse_patrol_plan(FILE)[1].rounds[0]
WALK = id_of("patrol", "walk")
NAMES = {GRACE: "Grace Hopper"}


def value(row: UUID, stop: str, key: str, said: str, at: datetime, **changed: object) -> ValueRow:
    """Return an entry that counts."""
    told = ValueRow(
        position=1,
        patrol_round=row,
        stop=stop,
        value=key,
        entry=str(Entry.TOLD),
        counts=True,
        said=said,
        read_at=at,
        outside=SPEC.stop(stop).item(key).outside(said),
        reason="",
        note="",
        person=GRACE,
        told_at=at,
    )
    return replace(told, **changed)  # type: ignore[arg-type]


@dataclass
class FakePatrol(FakeEnergy):
    """Questions about patrol rounds: one missed, one walked, one under way, one due, one coming."""

    def _walks(self) -> list[RoundRow]:
        hour = self.clock.now().replace(minute=0, second=0, microsecond=0)
        stands = (
            *((Standing.MISSED, -6), (Standing.WALKED, -4), (Standing.RUNNING, -2)),
            *((Standing.DUE, 0), (Standing.COMING, 2)),
        )
        return [self._walked(each, hour + timedelta(hours=hours)) for each, hours in stands]

    def _walked(self, stands: Standing, due: datetime) -> RoundRow:
        walked = stands in {Standing.WALKED, Standing.RUNNING}
        identity = WALK if stands is Standing.RUNNING else id_of("patrol", str(stands))
        at = due + timedelta(minutes=5)
        values = [
            value(identity, "tr1", "oil", "81.50", at, counts=False),
            value(identity, "tr1", "oil", "80", at, entry=str(Entry.MENDED), reason="wrong scale"),
            value(identity, "tr1", "oil", "79", at, entry=str(Entry.DOUBT), counts=False),
            value(identity, "tr1", "noise", "no", at, note="fan stands still"),
        ]
        skip = SkipRow(
            patrol_round=identity, stop="pump", reason="door locked", person=GRACE, told_at=at
        )
        raised = RaisedRow(
            patrol_round=identity,
            stop="tr1",
            value="oil",
            kind="incident",
            thing=identity,
            number="I-2026-00001",
            person=GRACE,
            told_at=at,
        )
        walk = WalkRow(
            patrol_round=identity,
            key="east",
            due_at=due,
            version=1,
            owner=GRACE,
            started_at=due,
            ended_at=at if stands is Standing.WALKED else None,
            position=1,
        )
        return RoundRow(
            spec=SPEC,
            version=1,
            due_at=due,
            opens=due,
            until=due + timedelta(minutes=40),
            standing=stands,
            walk=walk if walked else None,
            values=values if walked else (),
            skips=(skip,) if stands is Standing.WALKED else (),
            raised=(raised,) if walked else (),
            late=stands is Standing.RUNNING,
        )

    def patrol(self, scope: Scope) -> Answer[PatrolBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        missed, _walked, *now = self._walks()
        board = PatrolBoard(now=tuple(now), missed=(missed,), planned=(SPEC,), names=NAMES)
        return Answer(rows=board, as_of=1, age_s=5)

    def patrol_day(self, scope: Scope, key: str, day: date) -> Answer[PatrolDay] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if key != SPEC.key:
            return None
        told = PatrolDay(spec=SPEC, day=day, rows=tuple(self._walks()), names=NAMES)
        return Answer(rows=told, as_of=1, age_s=5)

    def patrol_walk(self, scope: Scope, walked: UUID) -> Answer[PatrolWalk] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if walked != WALK:
            return None
        _, before, row, *_ = self._walks()
        told = PatrolWalk(row=row, before=before.counting, names=NAMES)
        return Answer(rows=told, as_of=1, age_s=5)

    def patrol_course(
        self, scope: Scope, key: str, stop: str, value: str, last: date
    ) -> Answer[PatrolCourse] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if (key, stop, value) != ("east", "tr1", "oil"):
            return None
        place = SPEC.stop(stop)
        assert place.item(value).kind is LogKind.NUMBER
        course = PatrolCourse(
            spec=SPEC,
            stop=place,
            item=place.item(value),
            first=last - timedelta(days=13),
            last=last,
            values=tuple(
                each
                for row in self._walks()
                for at, each in row.counting.items()
                if at == (stop, value)
            ),
        )
        return Answer(rows=course, as_of=1, age_s=5)


@dataclass
class FakePatrolDesk:
    """Keeps one round in memory."""

    now: datetime
    known: PatrolRound | None = None

    @property
    def asked(self) -> Asked:
        due = self.now.replace(minute=0, second=0, microsecond=0)
        return Asked(version=1, spec=SPEC, due_at=due)

    def open(self, key: str, due_at: datetime) -> Asked:
        if key != SPEC.key:
            raise PatrolError.of("no_round", round=key, known=SPEC.key)
        if due_at != self.asked.due_at:
            raise PatrolError.of("passed", at=self.asked.due_at)
        return self.asked

    def start(self, asked: Asked, *, by: UUID) -> UUID:
        made = id_of("command", "begin")
        self.known = PatrolRound.start(SITE, asked, started_at=self.now, by=by, command_id=made)
        return patrol_id(SITE, asked.spec.key, asked.due_at)

    def tell(self, walked: UUID, stop: str, said: Mapping[str, Said], *, by: UUID) -> None:
        for key, each in said.items():
            made = id_of("command", str(walked), stop, key, each.value, each.note)
            self.walk(walked).known.tell(
                SPEC, stop, key, each, by=by, now=self.now, command_id=made
            )

    def skip(self, walked: UUID, stop: str, reason: str, *, by: UUID) -> None:
        made = id_of("command", "skip", stop)
        self.walk(walked).known.skip(SPEC, stop, reason, by=by, command_id=made)

    def end(self, walked: UUID, *, by: UUID) -> None:
        self.walk(walked).known.end(SPEC, by=by, command_id=id_of("command", "end"))

    def raise_from(self, walked: UUID, said: Raise, *, by: UUID) -> str:
        self.walk(walked).known.demand_outside(said.stop, said.value)
        return f"I-2026-0000{len(str(by)) % 9}"

    def walk(self, walked: UUID) -> Walk:
        if self.known is None or self.known.id != walked:
            raise PatrolError.of("not_begun")
        return Walk(known=self.known, spec=SPEC)
