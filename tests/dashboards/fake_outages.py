"""In: a clock. Out: made-up planned outages behind the questions about them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dashboards.queries.outage_reads import sees_accounts
from dashboards.queries.outage_rows import (
    AffectedRow,
    CalledRow,
    DraftText,
    NodeChoice,
    NodeLook,
    NodeOutages,
    OutageBoard,
    OutageLine,
    OutagePage,
    OutageStanding,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.alerting.notices.errors import NoticeError
from energy.alerting.outages.reads import OutageState, Receipts
from energy.base.ids import id_of
from energy.base.units import Utility
from tests.dashboards.fake_energy import SITE, FakeEnergy

OFF, DRAFT, DELAYED, WORDLESS, CANCELLED = (
    id_of("outage", name) for name in ("off", "draft", "delayed", "wordless", "cancelled")
)
"""Off now with its receipts; a draft; told and delayed; a draft without a text; cancelled."""
PLANNER = id_of("person", "planner")
TOLD = Receipts(version=1, queued=1, handed=2, delivered=9, failed=1)
NODES = tuple(
    NodeChoice(utility="electricity", node=key, name=name, kind=kind)
    for key, name, kind in (
        ("bus-1", "Busbar 1", "busbar"),
        ("f0", "Feeder 0", "feeder"),
        ("f1", "Feeder 1", "feeder"),
    )
)


@dataclass
class FakeOutages(FakeEnergy):
    """Questions about planned outages."""

    done: list[tuple[str, Any]] = field(default_factory=list)
    """What was done with outages."""

    def _line(self, outage: UUID, state: OutageState, hours: int, **said: Any) -> OutageLine:
        begins = self.clock.now().replace(minute=0, second=0, microsecond=0)
        begins += timedelta(hours=hours)
        known: dict[str, Any] = {
            "version": 1,
            "holds": 0,
            "accounts": None,
            "receipts": None,
            "reason": "The breaker of the feeder is replaced",
            **said,
        }
        return OutageLine(
            outage=outage,
            utility="electricity",
            node="f0",
            name="Feeder 0",
            state=state,
            begins_at=begins,
            ends_at=begins + timedelta(hours=3),
            **known,
        )

    def _every(self) -> dict[UUID, OutageLine]:
        held = {"holds": 1, "accounts": 12, "receipts": TOLD}
        lines = (
            self._line(OFF, OutageState.TOLD, -1, **held),
            self._line(DRAFT, OutageState.DRAFT, 40),
            self._line(DELAYED, OutageState.CHANGED, 60, **{**held, "version": 2}),
            self._line(WORDLESS, OutageState.DRAFT, 90),
            self._line(CANCELLED, OutageState.CANCELLED, 20, **{**held, "version": 2}),
        )
        return {line.outage: line for line in lines}

    def outages(self, scope: Scope) -> Answer[OutageBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        every = self._every()
        board = OutageBoard(
            running=(every[OFF],),
            ahead=(every[DRAFT], every[DELAYED], every[WORDLESS]),
            past=(every[CANCELLED],),
        )
        return self._answer(board)

    def outage(self, scope: Scope, outage: UUID) -> Answer[OutagePage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        line = self._every().get(outage)
        if line is None:
            return None
        worded = outage in {DRAFT, DELAYED} and line.holds < line.version
        page = OutagePage(
            standing=self._stands(scope, line),
            look=None if line.state is OutageState.CANCELLED else self._look(scope),
            draft=_draft(line.begins_at) if worded else (),
            refusal=NoticeError.of("no_plan") if outage == WORDLESS else None,
        )
        return self._answer(page)

    def outage_standing(self, scope: Scope, outage: UUID) -> Answer[OutageStanding] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        line = self._every().get(outage)
        return None if line is None else self._answer(self._stands(scope, line))

    def _stands(self, scope: Scope, line: OutageLine) -> OutageStanding:
        sees, over = sees_accounts(scope), line.state is OutageState.CANCELLED
        return OutageStanding(
            line=line,
            written_by=PLANNER,
            author="Mei Lin",
            reviewed_by="Grace Hopper" if line.holds else None,
            reviewed_at=self.clock.now() - timedelta(days=1) if line.holds else None,
            cancelled_by="Mei Lin" if over else None,
            cancelled_at=self.clock.now() if over else None,
            receipts=(Receipts(version=2, delivered=4, withdrawn=9), TOLD)
            if over
            else ((TOLD,) if line.holds else ()),
            called=_called() if sees and line.holds else () if sees else None,
        )

    def outage_nodes(self, scope: Scope) -> tuple[NodeChoice, ...]:
        scope.demand(Right.READ_ENERGY, SITE)
        return NODES

    def node_outages(self, scope: Scope, utility: Utility, node: str) -> Answer[NodeOutages] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if node not in {each.node for each in NODES}:
            return None
        lines = tuple(self._every().values())[:2]
        return self._answer(NodeOutages(look=self._look(scope), lines=lines))

    def _look(self, scope: Scope) -> NodeLook:
        sees = sees_accounts(scope)
        rows = tuple(
            AffectedRow(
                point=f"cam-b{n + 2}-elec",
                meter=f"Building {n + 2} electricity",
                protected="medical" if n == 0 else "",
                account="" if n == 3 else f"A-000{n + 2}",
                party="" if n == 3 else f"Tenant of building {n + 2}",
                called=("Duty of the clinic", "Mei Lin") if n == 0 else ("Ben",) if n == 1 else (),
            )
            for n in range(4)
        )
        return NodeLook(
            utility="electricity",
            node="f0",
            name="Feeder 0",
            dark=("Feeder 0", "Board 0", "Board 1", "Board 2"),
            points=4,
            protected=1,
            accounts=3,
            rows=rows if sees else None,
            called=tuple(
                CalledRow(name=name, way=way, protected=n < 2)
                for n, (name, way) in enumerate(
                    (("Duty of the clinic", "sms"), ("Mei Lin", "voice"), ("Ben", "mail"))
                )
            )
            if sees
            else None,
            unreached=("A-0004",) if sees else None,
        )


def _draft(begins: datetime) -> tuple[DraftText, ...]:
    return (
        DraftText(
            language="en",
            text=f"Campus: Planned outage of Feeder 0 from {begins:%m-%d %H:%M}: new breaker.",
            segments=1,
        ),
        DraftText(
            language="zh",
            text=f"【园区】计划停供：Feeder 0，{begins:%m-%d %H:%M} 起，原因：更换断路器。",
            segments=1,
        ),
    )


def _called() -> tuple[CalledRow, ...]:
    told = (
        ("Duty of the clinic", "sms", True, "delivered"),
        ("Mei Lin", "voice", True, "failed"),
        ("Ben", "mail", False, "handed"),
        ("Ada", "sms", False, "queued"),
    )
    return tuple(
        CalledRow(name=name, way=way, protected=protected, state=state)
        for name, way, protected, state in told
    )


@dataclass
class FakeOutageDesk:
    """Acts on the outages of a made-up site."""

    site: FakeOutages

    def plan(self, about: str, **said: Any) -> UUID:
        self.site.done.append(("plan", (about, said["begins_at"], said["ends_at"])))
        return DRAFT

    def change(self, identity: UUID, **said: Any) -> int:
        self.site.done.append(("change", (identity, said["seen"])))
        return int(said["seen"]) + 1

    def review(self, identity: UUID, *, by: UUID, command_id: UUID, seen: int | None = None) -> int:
        self.site.done.append(("review", (identity, seen)))
        return 3

    def cancel(self, identity: UUID, *, reason: str, by: UUID, command_id: UUID) -> int:
        self.site.done.append(("cancel", (identity, reason)))
        return 3
