"""In: a clock. Out: desks of equipment that keep real pieces and plans in memory. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.service.equipment.maintenance import PlanSpec, TestResult
from energy.service.equipment.piece import Equipment
from energy.service.equipment.plan import MaintenancePlan
from energy.service.equipment.plan_reads import DueRow
from energy.service.equipment.words import EquipmentClass, Facts, Relation
from tests.dashboards.fake_energy import ZONE
from tests.dashboards.fake_equipment import PLAN_ROWS
from tests.dashboards.fake_work import MEI


@dataclass
class FakeEquipmentDesk:
    """The register of a made-up site, with real pieces in memory."""

    clock: Clock
    pieces: dict[UUID, Equipment] = field(default_factory=dict)

    def register(self, facts: Facts, *, since: date, by: UUID, command_id: UUID) -> UUID:
        made = id_of("equipment", str(command_id))
        return self._made(made, facts, since, by, command_id)

    def _made(self, made: UUID, facts: Facts, since: date, by: UUID, command_id: UUID) -> UUID:
        if made not in self.pieces:
            number = f"E-2026-{len(self.pieces) + 20:05}"
            self.pieces[made] = Equipment.register(
                made, number, facts, since=since, by=by, today=self._today(), command_id=command_id
            )
        return made

    def _today(self) -> date:
        return local_day(self.clock.now(), ZONE)

    def change(self, equipment: UUID, facts: Facts, *, on: date, **said: Any) -> None:
        self.piece(equipment).change(facts, on=on, today=self._today(), **said)

    def relate(
        self, equipment: UUID, relation: Relation, to: str, *, on: date, **said: Any
    ) -> None:
        self.piece(equipment).relate(relation, to, on=on, today=self._today(), **said)

    def unrelate(
        self, equipment: UUID, relation: Relation, to: str, *, on: date, **said: Any
    ) -> None:
        self.piece(equipment).unrelate(relation, to, on=on, today=self._today(), **said)

    def certify(self, equipment: UUID, kind: str, number: str, **said: Any) -> None:
        del said["paper"]
        self.piece(equipment).certify(kind, number, paper="", today=self._today(), **said)

    def take_out(self, equipment: UUID, *, on: date, **said: Any) -> None:
        self.piece(equipment).take_out(on=on, today=self._today(), **said)

    def piece(self, identity: UUID) -> Equipment:
        facts = Facts(kind=EquipmentClass.PUMP, name="Pump 1", place="b1")
        self._made(identity, facts, date(2018, 3, 1), MEI, id_of("made", str(identity)))
        return self.pieces[identity]


@dataclass
class FakePlanDesk:
    """The plans of a made-up site, in memory."""

    clock: Clock
    plans: dict[UUID, MaintenancePlan] = field(default_factory=dict)
    done_to: list[tuple[str, TestResult | None]] = field(default_factory=list)
    ordered: list[tuple[str, str, str]] = field(default_factory=list)

    def plan(self, spec: PlanSpec, *, by: UUID, command_id: UUID) -> UUID:
        made = id_of("plan", str(command_id))
        if made not in self.plans:
            self.plans[made] = MaintenancePlan(
                plan=made,
                number=f"M-2026-{len(self.plans) + 20:05}",
                spec=spec.checked().to_json(),
                by=by,
                command_id=command_id,
            )
        return made

    def known(self, plan: UUID) -> MaintenancePlan:
        if plan not in self.plans:
            row = next(each for each in PLAN_ROWS if each.plan == plan)
            made = id_of("made", str(plan))
            self.plans[plan] = MaintenancePlan(
                plan=plan, number=row.number, spec=row.spec.to_json(), by=MEI, command_id=made
            )
        return self.plans[plan]

    def change(self, plan: UUID, spec: PlanSpec, *, by: UUID, command_id: UUID) -> None:
        self.known(plan).change(spec.checked(), by=by, command_id=command_id)

    def end(self, plan: UUID, *, by: UUID, command_id: UUID) -> None:
        today = local_day(self.clock.now(), ZONE)
        self.known(plan).end(on=today, by=by, command_id=command_id)

    def done(
        self,
        plan: UUID,
        number: str,
        *,
        at: datetime,
        result: TestResult | None,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.known(plan).do(
            id_of("equipment", number),
            at=at,
            result=result,
            by=by,
            now=self.clock.now(),
            command_id=command_id,
        )
        self.done_to.append((number, result))

    def order(self, row: DueRow, level: str, *, checklist: str = "", by: UUID) -> UUID:
        self.ordered.append((row.plan.number, level, checklist))
        return id_of("order", row.plan.number, row.piece.number)
