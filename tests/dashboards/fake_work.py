"""In: a clock. Out: made-up incidents behind the questions about them. Pure."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from dashboards.queries.outage_reads import sees_accounts
from dashboards.queries.rows import Answer
from dashboards.queries.work_rows import (
    AlertIncident,
    IncidentBoard,
    IncidentLine,
    IncidentPage,
    IncidentTab,
    OrderLine,
    Where,
    WorkForms,
)
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.work.clock import Pause
from energy.service.work.levels import LevelSet, parse_levels
from energy.service.work.reads import (
    FactRow,
    IncidentRow,
    LevelsRow,
)
from tests.dashboards.fake_alerts import ALERT
from tests.dashboards.fake_energy import SITE, ZONE, FakeEnergy
from tests.energy.service.work.test_levels import FILE

GRACE, MEI, ADA = (id_of("person", name) for name in ("grace", "mei", "ada"))
NAMES = {GRACE: "Grace Hopper", MEI: "Mei Lin", ADA: "Ada Lovelace"}
OPEN, LATE, PAUSED, SOLVED, CLOSED = (f"I-2026-{n:05}" for n in range(1, 6))
"""Heard just now of an alert; overdue; waits for a permit, with an order; to be signed; closed."""
BUSY = "W-2026-00002"
BEGUN = (BUSY, "W-2026-00003", "W-2026-00005")
"""Orders with a photo."""
"""An order of what waits for a permit."""
FORMS = WorkForms(
    people=tuple(sorted(((one, name) for one, name in NAMES.items()), key=lambda each: each[1])),
    levels=parse_levels(FILE)[1].levels,
    checklists={"meter-swap": {"en": "Meter exchange", "zh": "换表"}},
    others=((LATE, "Chiller 2 trips on low flow"),),
    pieces=(("E-2026-00001", "Pump 1"),),
    plans=(("M-2026-00001", "Change the oil"),),
    points=(("cam-b2-elec", "B2 <main>"),),
    nodes=(("electricity/f0", "Feeder 0"),),
    accounts=("A-0002",),
)


def levels() -> LevelSet:
    return parse_levels(FILE)[1]


DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
"""A PNG of one dot."""


@dataclass
class FakeWork(FakeEnergy):
    """Questions about incidents."""

    photos: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def _levels(self) -> LevelsRow:
        return LevelsRow(
            version=1,
            valid_from=date(2026, 1, 1),
            levels=levels(),
            author=ADA,
            published_at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    def _incident(self, number: str, state: str, minutes: int, **said: Any) -> IncidentRow:
        heard = self.clock.now() - timedelta(minutes=minutes)
        facts: dict[str, Any] = {
            "origin": "seen",
            "about": "",
            "what": "Kitchen of the cafe is dark",
            "level": "critical",
            "urgency": "normal",
            "place": "b2",
            "node": "",
            "point": "",
            "owner": MEI,
            "offered": None,
            "responded_at": None if state == "open" else heard + timedelta(minutes=9),
            "waits_for": "",
            "problem": "",
            "cause": "",
            "words": "",
            "changed": "",
            "resolved_at": None,
            "resolved_by": None,
            "closed_at": None,
            "closed_by": None,
            "parent": None,
            "open_orders": 0,
            **said,
        }
        return IncidentRow(
            incident=id_of("incident", number),
            number=number,
            levels=1,
            second_person=True,
            heard_at=heard,
            opened_at=heard,
            opened_by=MEI,
            state=state,
            responded_by=None if state == "open" else MEI,
            position=41,
            **facts,
        )

    def _all_incidents(self) -> dict[str, IncidentRow]:
        now = self.clock.now()
        solved: dict[str, Any] = {
            "problem": "no_supply",
            "cause": "device",
            "words": "Terminal burnt",
            "changed": "Terminal block replaced",
            "resolved_at": now - timedelta(minutes=30),
            "resolved_by": MEI,
        }
        rows = (
            self._incident(
                OPEN,
                "open",
                11,
                origin="alert",
                about=str(ALERT),
                what="Load of building 2 above its limit",
                urgency="high",
                place="",
                node="electricity/f0",
                offered=GRACE,
            ),
            self._incident(
                LATE,
                "under_way",
                300,
                what="Chiller 2 trips on low flow",
                urgency="danger",
                point="cam-b2-elec",
                owner=GRACE,
            ),
            self._incident(
                PAUSED,
                "paused",
                200,
                origin="account",
                about="A-0002",
                waits_for="permit",
                open_orders=2,
                pauses=(Pause(begin=now - timedelta(minutes=90), end=None),),
            ),
            self._incident(SOLVED, "resolved", 150, owner=ADA, **solved),
            self._incident(
                CLOSED,
                "closed",
                700,
                closed_at=now - timedelta(minutes=10),
                closed_by=ADA,
                **solved,
            ),
        )
        return {row.number: row for row in rows}

    def _incident_line(self, row: IncidentRow) -> IncidentLine:
        known = self._levels()
        return IncidentLine(
            row=row,
            clocks=row.clocks({1: known}, ZONE, self.clock.now()),
            level=known.levels.of(row.level),
            where=Where(
                place="Building 2" if row.place else "",
                node="Feeder 0" if row.node else "",
                point=row.point,
            ),
            owner=NAMES[row.owner],
            offered=NAMES[row.offered] if row.offered else "",
        )

    def incidents(self, scope: Scope, tab: IncidentTab) -> Answer[IncidentBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        every = [self._incident_line(row) for row in self._all_incidents().values()]
        standing = [each for each in every if each.row.closed_at is None]
        tabs = {
            IncidentTab.OPEN: standing,
            IncidentTab.MINE: [e for e in standing if GRACE in {e.row.owner, e.row.offered}],
            IncidentTab.OVERDUE: [e for e in standing if e.overdue],
            IncidentTab.ENDED: [e for e in every if e.row.closed_at],
        }
        board = IncidentBoard(
            tab=tab,
            lines=tuple(tabs[tab]),
            counts={each: len(lines) for each, lines in tabs.items()},
            levels=self._levels(),
        )
        return self._answer(board)

    def incident(self, scope: Scope, number: str) -> Answer[IncidentPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        row = self._all_incidents().get(number)
        if row is None:
            return None
        return self._answer(
            IncidentPage(
                line=self._incident_line(row),
                levels=self._levels(),
                alert=self._made_up()[0] if row.origin == "alert" else None,  # type: ignore[attr-defined]
                account="A-0002" if row.origin == "account" and sees_accounts(scope) else "",
                parent=self._all_incidents()[LATE] if number == OPEN else None,
                parts=(self._all_incidents()[OPEN],) if number == LATE else (),
                orders=self._orders_of(row.incident),
                history=self._incident_facts(row),
                names=NAMES,
                forms=FORMS if scope.may(Right.WORK) else WorkForms(),
            )
        )

    def incident_of_alert(self, scope: Scope, alert: UUID) -> AlertIncident:
        scope.demand(Right.READ_ENERGY, SITE)
        found = self._all_incidents()[OPEN] if alert == ALERT else None
        return AlertIncident(
            incident=None if found is None else self._incident_line(found),
            forms=FORMS if scope.may(Right.WORK) else WorkForms(),
        )

    def _incident_facts(self, row: IncidentRow) -> tuple[FactRow, ...]:
        told: list[tuple[str, UUID | None, dict[str, Any]]] = [("incident.opened", MEI, {})]
        if row.offered:
            told.append(("incident.offered", MEI, {"to": str(row.offered)}))
        if row.responded_at:
            told.append(("incident.responded", MEI, {}))
        if row.open_orders:
            order = str(id_of("order", BUSY))
            told.append(("incident.ordered", None, {"order": order}))
        if row.waits_for:
            told.append(("incident.paused", MEI, {"waits_for": row.waits_for}))
        if row.resolved_at:
            said = {"problem": row.problem, "cause": row.cause, "words": row.words}
            told.append(("incident.diagnosed", MEI, said))
            told.append(("incident.changed", MEI, {"words": row.changed}))
            told.append(("incident.resolved", MEI, {}))
        if row.closed_at:
            told.append(("incident.closed", ADA, {}))
        return self._facts(row.opened_at, told)

    def _orders_of(self, incident: UUID) -> tuple[OrderLine, ...]:
        del incident
        return ()

    def _facts(
        self, first: datetime, told: list[tuple[str, UUID | None, dict[str, Any]]]
    ) -> tuple[FactRow, ...]:
        return tuple(
            FactRow(
                position=30 + n,
                act=act,
                person=person,
                at=first + timedelta(minutes=4 * n),
                told=said,
            )
            for n, (act, person, said) in enumerate(told)
        )

    def work_paper(self, scope: Scope, number: str, sha256: str) -> tuple[str, bytes] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        shown = {"b7" * 32: ("image/png", DOT), **self.photos}
        inspected = {"cd" * 32: ("image/png", DOT)}
        return (shown if number in BEGUN else inspected).get(sha256)

    def work_forms(self, scope: Scope) -> Answer[WorkForms]:
        scope.demand(Right.READ_ENERGY, SITE)
        return self._answer(FORMS if scope.may(Right.WORK) else WorkForms())
