"""In: a clock. Out: made-up suspicions and inspections behind the questions about them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from dashboards.inspection_commands import InspectionCommands
from dashboards.queries.inspection_course import BEFORE, BEHIND, suspected_of
from dashboards.queries.inspection_rows import (
    InspectionBoard,
    InspectionCourse,
    InspectionPage,
    InspectionTab,
    SuspicionPage,
)
from dashboards.queries.rows import Answer, UsageDay
from dashboards.queries.sql_inspections import tab_of
from dashboards.security.scope import Right, Scope
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import days_between
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.found import Claim, Evidence, Found, Missed
from energy.service.inspection.inspection import Inspection
from energy.service.inspection.kinds import (
    FindingKind,
    InspectionState,
    Method,
    SuspicionKind,
    SuspicionState,
)
from energy.service.inspection.reads import EvidenceRow, InspectionRow, SuspicionRow
from energy.service.work.done_reads import PaperRow
from tests.dashboards.fake_energy import SITE, FakeEnergy
from tests.dashboards.fake_switching import ADA, BEN, GRACE, MIA, NAMES
from tests.dashboards.fake_work import levels

FIRST, LAST = date(2026, 7, 1), date(2026, 7, 3)
SUSPICIONS: dict[str, SuspicionKind] = {
    "loss": SuspicionKind.LOSS,
    "zero": SuspicionKind.ZERO_USE,
    "ratio": SuspicionKind.RATIO,
    "seal": SuspicionKind.SEAL,
    "dismissed": SuspicionKind.LOSS,
    "inspected": SuspicionKind.RATIO,
}
IDS = {name: id_of("suspicion", name) for name in SUSPICIONS}
INSPECTIONS = {
    name: f"W-2026-{n:05}"
    for n, name in enumerate(
        ("ordered", "at-work", "signable", "found", "proposed", "refused", "approved", "vain"), 41
    )
}
"""One of each kind, by what is to be done with it."""
SUSPECTED = {name: IDS[name] for name in ("loss", "ratio", "seal", "inspected")}
INSPECTED = {name: number for name, number in INSPECTIONS.items() if name != "vain"}
"""Those whose pages are looked at; the lists show all."""
_FIGURES: dict[SuspicionKind, dict[str, str]] = {
    SuspicionKind.LOSS: {"came_in": "120000", "share": "61/7", "limit": "9/2", "known": "96/96"},
    SuspicionKind.ZERO_USE: {"days": "3", "mean": "24001/3", "beside": "water"},
    SuspicionKind.RATIO: {"serial": "S-1", "was": "1", "now": "1/2"},
    SuspicionKind.SEAL: {},
}
_ORDERS = {
    "ordered": "taken",
    "at-work": "under_way",
    "signable": "done",
    "vain": "cancelled",
}
_STATES = {
    "ordered": InspectionState.ORDERED,
    "at-work": InspectionState.ORDERED,
    "vain": InspectionState.ORDERED,
    "proposed": InspectionState.PROPOSED,
    "refused": InspectionState.PROPOSED,
    "approved": InspectionState.APPROVED,
}
MISSED: dict[str, dict[str, Any]] = {
    "proposed": {"method": Method.LOAD, "figures": {"per_day": "20000", "load": "5/4",
                                                    "hours": "16"}},
    "refused": {"method": Method.ERROR, "figures": {"error_percent": "-20"}},
    "approved": {"method": Method.COMPARISON,
                 "figures": {"per_day": "38430/2", "from": "2026-06-01", "to": "2026-06-02",
                             "used": "38430"}},
}  # fmt: skip


@dataclass
class FakeInspections(FakeEnergy):
    """Questions about inspections; Grace and Ben inspect, Ada proposes."""

    def suspicion_row(self, name: str) -> SuspicionRow:
        kind, now = SUSPICIONS[name], self.clock.now()
        states = {"dismissed": SuspicionState.DISMISSED, "inspected": SuspicionState.ORDERED}
        state = states.get(name, SuspicionState.OPEN)
        loss = kind is SuspicionKind.LOSS
        return SuspicionRow(
            suspicion=IDS[name],
            kind=kind,
            about="node:electricity/f1" if loss else "point:cam-b2-elec",
            utility="electricity",
            first_day=FIRST,
            last_day=LAST,
            energy=0 if kind is SuspicionKind.SEAL else 10457,
            figures=_FIGURES[kind],
            words="wire cut" if kind is SuspicionKind.SEAL else "",
            noted_by=GRACE if kind is SuspicionKind.SEAL else id_of("person", "nobody"),
            noted_at=now - timedelta(hours=5),
            state=state,
            reason="The meter was read late" if name == "dismissed" else "",
            work_order=id_of("work_order", "found") if name == "inspected" else None,
            settled_by=None if state is SuspicionState.OPEN else ADA,
            settled_at=None if state is SuspicionState.OPEN else now,
            in_vain=0,
            position=5,
        )

    def _inspected(self, name: str) -> InspectionRow:
        now = self.clock.now()
        told = name not in {"ordered", "at-work", "vain"}
        missed: dict[str, Any] | None = None
        if name in MISSED:
            missed = {
                "adjustment": str(id_of("adjustment", name)),
                "point": "cam-b2-elec",
                "quantity": "active_energy_import",
                "utility": str(Utility.ELECTRICITY),
                "first": str(FIRST),
                "last": str(LAST),
                "total": 14403,
                "rules": 1,
                **MISSED[name],
            }
        return InspectionRow(
            inspection=id_of("inspection", name),
            work_order=id_of("work_order", name),
            number=INSPECTIONS[name],
            suspicion=IDS["loss" if name == "refused" else "inspected"],
            about="node:electricity/f1" if name == "refused" else "point:cam-b2-elec",
            inspectors=(GRACE, BEN),
            ordered_by=ADA,
            ordered_at=now - timedelta(hours=4),
            state=_STATES.get(name, InspectionState.FOUND),
            order_state=_ORDERS.get(name, "ended"),
            finding=FindingKind.METER_ERROR if told else "",
            error_percent="-20" if told else None,
            first_day=FIRST if told else None,
            last_day=LAST if told else None,
            words="one phase is not connected" if told else "",
            found_by=BEN if told else None,
            found_at=now if told else None,
            missed=missed,
            refused=name == "refused",
            proposed_by=ADA if missed else None,
            proposed_at=now if missed else None,
            approved_by=MIA if name == "approved" else None,
            approved_at=now if name == "approved" else None,
            position=9,
        )

    def _course(self, name: str, added: Mapping[date, int] | None = None) -> InspectionCourse:
        """Return days of 20 kWh, one of them unknown; less where a suspicion is about them."""
        row = self.suspicion_row(name)
        node = row.about.startswith("node")
        days = tuple(
            UsageDay(
                day=day,
                usage=None if day == FIRST - timedelta(days=3) else 10_000 + day.day * 321,
                quality=Quality.MEASURED,
            )
            for day in days_between(FIRST - BEFORE, LAST + BEHIND)
        )
        lacking = {FIRST: 3000, LAST: 2457} if node else suspected_of(row, days)
        return InspectionCourse(
            utility=Utility.ELECTRICITY,
            point="" if node else "cam-b2-elec",
            first=FIRST,
            last=LAST,
            days=days,
            lacking=lacking if added is None else added,
            proposed=added is not None,
        )

    def inspections(self, scope: Scope, tab: InspectionTab) -> Answer[InspectionBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        suspected = [self.suspicion_row(name) for name in SUSPICIONS]
        states = {
            InspectionTab.SUSPECTED: SuspicionState.OPEN,
            InspectionTab.DISMISSED: SuspicionState.DISMISSED,
        }
        suspicions = {
            key: [each for each in suspected if each.state == state]
            for key, state in states.items()
        }
        inspected = [self._inspected(name) for name in INSPECTIONS]
        inspections = {
            key: [each for each in inspected if tab_of(each) is key]
            for key in InspectionTab
            if not key.of_suspicions
        }
        counts: dict[InspectionTab, int] = {key: len(rows) for key, rows in suspicions.items()}
        counts |= {key: len(rows) for key, rows in inspections.items()}
        board = InspectionBoard(
            tab=tab,
            suspicions=suspicions.get(tab, []),
            inspections=inspections.get(tab, []),
            counts=counts,
            names=NAMES,
            rules=tab is not InspectionTab.OVER,
        )
        return Answer(rows=board, as_of=1, age_s=60)

    def suspicion(self, scope: Scope, suspicion: UUID) -> Answer[SuspicionPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        name = next((key for key, each in IDS.items() if each == suspicion), None)
        if name is None:
            return None
        page = SuspicionPage(
            row=self.suspicion_row(name),
            number=INSPECTIONS["found"] if name == "inspected" else "",
            names=NAMES,
            people=tuple(NAMES.items()),
            levels=tuple(levels().levels) if name != "ratio" else (),
            course=self._course(name) if name != "zero" else None,
        )
        return Answer(rows=page, as_of=1, age_s=60)

    def inspection(self, scope: Scope, number: str) -> Answer[InspectionPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        name = next((key for key, each in INSPECTIONS.items() if each == number), None)
        if name is None:
            return None
        row, now = self._inspected(name), self.clock.now()
        seen = EvidenceRow(
            position=8,
            seen_at=now,
            readings=["active_energy_import=2.0kWh"],
            seals=["0815 broken"],
            error_percent="-20",
            words="",
            person=GRACE,
            told_at=now,
        )
        paper = PaperRow(sha256="cd" * 32, media_type="image/png", person=BEN, added_at=now)
        page = InspectionPage(
            row=row,
            suspicion=self.suspicion_row("loss" if name == "refused" else "inspected"),
            evidence=[seen] if row.finding else [],
            papers=[paper] if row.finding else [],
            days=[(FIRST, 4801), (LAST, 9602)] if row.missed else [],
            methods=tuple(Method) if name != "signable" else (),
            names=NAMES,
            course=self._course("inspected", {FIRST: 4801, LAST: 9602} if row.missed else None),
        )
        return Answer(rows=page, as_of=1, age_s=60)


class FakeInspectionDesk:
    """Inspections in memory, and what was said of back-billing them."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.known: dict[UUID, Inspection] = {}
        self.said: list[tuple[str, UUID, UUID]] = []
        """Verb, what it is about and the command or the person, in order."""

    def tell_seal(self, point: str, words: str, *, by: UUID, command_id: UUID) -> UUID:
        self.said.append(("seal", id_of(point, words), command_id))
        return IDS["seal"]

    def dismiss(self, suspicion: UUID, reason: str, *, by: UUID, command_id: UUID) -> None:
        if not reason:
            raise InspectionError.of("words", most=300)
        self.said.append(("dismiss", suspicion, command_id))

    def order(
        self,
        suspicion: UUID,
        level: str,
        what: str,
        *,
        inspectors: Sequence[UUID],
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        if len(set(inspectors)) != 2:
            raise InspectionError.of("two")
        self.said.append(("order", suspicion, command_id))
        made = id_of("work_order", str(command_id))
        self.known.setdefault(
            made,
            Inspection(
                site=SITE,
                order=made,
                number="W-2026-00099",
                suspicion=suspicion,
                about="point:cam-b2-elec",
                inspectors=list(inspectors),
                by=by,
                command_id=command_id,
            ),
        )
        return made

    def tell_evidence(self, order: UUID, seen: Evidence, *, by: UUID, command_id: UUID) -> None:
        now = self.clock.now()
        self.inspection(order).tell_evidence(seen, by=by, now=now, command_id=command_id)
        self.said.append(("evidence", order, command_id))

    def tell_finding(self, order: UUID, found: Found, *, by: UUID, command_id: UUID) -> None:
        today = self.clock.now().date()
        self.inspection(order).tell_finding(found, by=by, today=today, command_id=command_id)
        self.said.append(("finding", order, command_id))

    def inspection(self, order: UUID) -> Inspection:
        if order not in self.known:
            raise InspectionError.of("none")
        return self.known[order]

    def propose(self, order: UUID, claim: Claim, *, by: UUID) -> None:
        missed = Missed(
            adjustment=id_of("adjustment", repr(claim), str(by)),
            point=claim.point or "cam-b2-elec",
            quantity="active_energy_import",
            utility="electricity",
            method=str(claim.method),
            figures={},
            first=FIRST,
            last=LAST,
            total=1,
            rules=1,
        )
        self.inspection(order).back_bill(missed, by=by, command_id=id_of(repr(missed)))
        self.said.append(("propose", order, by))

    def approve(self, order: UUID, *, roles: Collection[str], by: UUID) -> None:
        command_id = id_of("approve", str(order), str(by))
        self.inspection(order).approve(by=by, command_id=command_id)
        self.said.append(("approve", order, by))

    def refuse(self, order: UUID, reason: str, *, by: UUID) -> None:
        self.said.append(("refuse", order, by))


def inspection_commands(clock: Clock) -> InspectionCommands:
    """Return the writes of made-up inspections."""
    desk = FakeInspectionDesk(clock)
    return InspectionCommands(SITE, desk, desk)
