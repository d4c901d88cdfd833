"""In: a clock. Out: made-up equipment behind the questions about it, desks in memory. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from dashboards.queries.equipment_rows import (
    DueBoard,
    DueLine,
    IncidentAbout,
    PieceForms,
    PieceLine,
    PiecePage,
    PlanBoard,
    PlanForm,
    PlanPage,
    Register,
)
from dashboards.queries.rows import Answer
from dashboards.queries.work_rows import WorkForms
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.service.equipment.certificates import Certificate, certificates_due
from energy.service.equipment.maintenance import (
    Due,
    DueState,
    Every,
    PlanKind,
    PlanSpec,
)
from energy.service.equipment.plan_reads import DueRow, PastPlanRow, PlanRow
from energy.service.equipment.reads import (
    EquipmentRow,
    HappenedRow,
    OrderAboutRow,
    RelationRow,
)
from energy.service.equipment.words import Relation
from tests.dashboards.fake_energy import SITE, ZONE, FakeEnergy
from tests.dashboards.fake_work import FORMS, GRACE, MEI, NAMES

PUMP, GENSET, METER, GONE = (f"E-2026-{n:05}" for n in (1, 2, 3, 9))
OIL, START, HOURS, ENDED = (f"M-2026-{n:05}" for n in (1, 2, 3, 4))
TODAY = date(2026, 7, 15)


def piece_row(number: str, name: str, kind: str, **changed: Any) -> EquipmentRow:
    said: dict[str, Any] = {
        "equipment": id_of("equipment", number),
        "number": number,
        "kind": kind,
        "name": name,
        "place": "b1",
        "maker": "Wilo",
        "type": "IL 80",
        "serial": "4711",
        "in_service_since": date(2018, 3, 1),
        "out_on": None,
        "out_reason": "",
        "position": 7,
    }
    return EquipmentRow(**{**said, **changed})


PIECES = (
    piece_row(PUMP, "Pump 1", "pump"),
    piece_row(GENSET, "Genset <b>", "generator"),
    piece_row(METER, "Main meter", "meter", maker="", type="", serial=""),
    piece_row(GONE, "Old pump", "pump", out_on=date(2026, 6, 1), out_reason="worn"),
)


def plan_row(plan: str, name: str, **changed: Any) -> PlanRow:
    ended = changed.pop("ended_on", None)
    version = changed.pop("version", 1)
    said: dict[str, Any] = {
        "kind": PlanKind.MAINTENANCE,
        "name": name,
        "of_class": "pump",
        "every": Every.MONTHS,
        "number": 6,
        "first_on": date(2026, 4, 1),
    }
    return PlanRow(
        plan=id_of("plan", plan),
        number=plan,
        spec=PlanSpec(**{**said, **changed}),
        version=version,
        ended_on=ended,
        position=9,
    )


_BY_HOURS = {"every": Every.HOURS, "number": 500, "first_on": None}
PLAN_ROWS = (
    plan_row(OIL, "Change the oil", level="critical", owner=str(GRACE), version=2),
    plan_row(
        START,
        "Start without load",
        kind=PlanKind.STANDBY_TEST,
        of_class="",
        equipment=GENSET,
        every=Every.WEEKS,
        number=2,
    ),
    plan_row(HOURS, "Bearings", **_BY_HOURS),
    plan_row(ENDED, "Paint", ended_on=date(2026, 5, 1)),
)


@dataclass
class FakeEquipment(FakeEnergy):
    """Questions about equipment."""

    def _due_rows(self) -> list[DueLine]:
        pump, genset = PIECES[0], PIECES[1]
        oil, start, hours = PLAN_ROWS[:3]
        done = self.clock.now() - timedelta(days=200)
        order = OrderAboutRow(
            number="W-2026-00004",
            kind="planned",
            plan=OIL,
            what="Change the oil",
            state="open",
            since=self.clock.now(),
            done_at=None,
        )
        since = Due(state=DueState.DUE, on=date(2026, 4, 1))
        return [
            self._due(oil, pump, since, order=order),
            self._due(start, genset, Due(state=DueState.DUE, on=TODAY), done=done),
            self._due(
                hours, pump, Due(state=DueState.NOT_YET, left_h=Fraction(1234, 10)), done=done
            ),
            self._due(hours, genset, Due(state=DueState.UNKNOWN)),
        ]

    def _due(
        self,
        plan: PlanRow,
        piece: EquipmentRow,
        due: Due,
        *,
        done: datetime | None = None,
        order: OrderAboutRow | None = None,
    ) -> DueLine:
        row = DueRow(plan=plan, piece=piece, last_done=done, due=due)
        return DueLine(row=row, place="Building 1", order=order)

    def equipment(self, scope: Scope, *, out: bool) -> Answer[Register]:
        scope.demand(Right.READ_ENERGY, SITE)
        due = {line.row.piece.number: line.row for line in reversed(self._due_rows())}
        lines = tuple(
            PieceLine(
                row=row,
                place="Building 1",
                next=due.get(row.number),
                ended=int(row.number == PUMP),
            )
            for row in PIECES
            if (row.out_on is not None) == out
        )
        return self._answer(Register(lines=lines, out=out, counts=_counts()))

    def equipment_piece(self, scope: Scope, number: str) -> Answer[PiecePage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        row = next((each for each in PIECES if each.number == number), None)
        if row is None:
            return None
        certificates = _certificates(row)
        due = [line for line in self._due_rows() if line.row.piece.number == number]
        return self._answer(
            PiecePage(
                row=row,
                place="Building 1",
                relations=_relations(row),
                certificates=certificates,
                ending=tuple(certificates_due(certificates, TODAY, 9999)),
                due=tuple(due),
                history=_history(row, self.clock.now()),
                orders=tuple(line.order for line in due if line.order),
                incidents=(IncidentAbout(number="I-2026-00001", what="it is dark", state="open"),),
                names=NAMES,
                pieces={each.number: each.name for each in PIECES},
                forms=_forms(scope, row),
            )
        )

    def equipment_due(self, scope: Scope) -> Answer[DueBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        pump = PIECES[0]
        ending = certificates_due(_certificates(pump), TODAY, 90)
        return self._answer(
            DueBoard(
                lines=tuple(self._due_rows()),
                certificates=tuple((pump, each) for each in ending),
                counts=_counts(),
                forms=FORMS if scope.may(Right.WORK) else WorkForms(),
            )
        )

    def equipment_plans(self, scope: Scope) -> Answer[PlanBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        names = {str(person): name for person, name in NAMES.items()}
        names |= {each.number: each.name for each in PIECES}
        return self._answer(PlanBoard(plans=PLAN_ROWS, counts=_counts(), names=names))

    def equipment_plan(self, scope: Scope, number: str) -> Answer[PlanPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        row = next((each for each in PLAN_ROWS if each.number == number), None)
        if row is None:
            return None
        changed = self.clock.now() - timedelta(days=30)
        past = PastPlanRow(version=1, spec=row.spec, changed_at=changed, changed_by=MEI)
        due = [line for line in self._due_rows() if line.row.plan.number == number]
        return self._answer(
            PlanPage(
                row=row,
                past=(past,) if row.version > 1 else (),
                due=tuple(due),
                names=NAMES,
                forms=_forms(scope, None),
            )
        )

    def equipment_forms(self, scope: Scope) -> Answer[PlanForm]:
        scope.demand(Right.READ_ENERGY, SITE)
        return self._answer(PlanForm(forms=_forms(scope, None), plans=len(PLAN_ROWS)))


def _counts() -> dict[str, int]:
    return {"in": 3, "out": 1, "due": 2, "plans": 3}


def _forms(scope: Scope, row: EquipmentRow | None) -> PieceForms:
    if not scope.may(Right.WORK):
        return PieceForms()
    if not scope.may(Right.PLAN_WORK):
        return PieceForms(work=FORMS)
    ends = ()
    if row is not None:
        ends = (
            ("feeds", "node:electricity/f0", "F0 · electricity/f0"),
            ("part_of", f"equipment:{GENSET}", f"{GENSET} · Genset <b>"),
        )
    return PieceForms(
        places=(("b1", "Building 1"), ("b2", "Building 2")),
        ends=ends,
        rules=(("load-high", "Load high"),),
        pieces=tuple((each.number, each.name) for each in PIECES if each.out_on is None),
        work=FORMS,
    )


def _certificates(row: EquipmentRow) -> tuple[Certificate, ...]:
    if row.number != PUMP:
        return ()
    return tuple(
        Certificate(
            certificate=id_of("certificate", kind),
            equipment=row.equipment,
            kind=kind,
            number=f"TR-{n}",
            issued_on=date(2024, 7, 1),
            valid_until=ends,
            paper="",
            filed_by=GRACE,
        )
        for n, (kind, ends) in enumerate(
            (("pressure vessel", date(2026, 7, 1)), ("noise", date(2026, 8, 1)), ("CE", None)), 1
        )
    )


def _relations(row: EquipmentRow) -> tuple[RelationRow, ...]:
    built = row.in_service_since
    if row.number == METER:
        return (
            RelationRow(
                number=METER,
                relation=str(Relation.METER_OF),
                about="point:cam-b2-elec",
                valid_from=built,
                valid_to=None,
            ),
        )
    if row.number != PUMP:
        return ()
    return tuple(
        RelationRow(number=number, relation=relation, about=about, valid_from=built, valid_to=ends)
        for number, relation, about, ends in (
            (PUMP, "feeds", "node:electricity/f0", None),
            (GENSET, "stands_by_for", f"equipment:{PUMP}", None),
            (PUMP, "runs_by", "channel:cam-b2-elec/run_hours", date(2026, 2, 1)),
        )
    )


def _history(row: EquipmentRow, now: datetime) -> tuple[HappenedRow, ...]:
    facts = {key: getattr(row, key) for key in ("kind", "name", "place", "maker")}
    facts |= {"type": row.type, "serial": row.serial}
    told: list[tuple[str, dict[str, Any]]] = [("registered", {"facts": facts})]
    if row.number == GENSET:
        for started in (False, True):
            result = {"started": started, "took_load": False, "minutes": 15, "passed": started}
            told.append(("maintained", {"number": START, "at": now.isoformat(), **result}))
    return tuple(
        HappenedRow(
            at=now - timedelta(days=10 - n),
            day=local_day(now, ZONE),
            what=what,
            person=GRACE,
            told=said,
        )
        for n, (what, said) in enumerate(told)
    )
