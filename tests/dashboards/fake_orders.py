"""In: a clock. Out: made-up work orders behind the questions about them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from dashboards.queries.rows import Answer
from dashboards.queries.work_rows import (
    OrderBoard,
    OrderLine,
    OrderPage,
    OrderTab,
    Where,
    WorkForms,
)
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.work.checklist import Answer as Asks
from energy.service.work.checklist import CheckItem
from energy.service.work.done_reads import PaperRow, PartRow, TimeRow
from energy.service.work.reads import OrderRow
from tests.dashboards.fake_energy import SITE, ZONE
from tests.dashboards.fake_work import (
    ADA,
    BUSY,
    FORMS,
    GRACE,
    MEI,
    NAMES,
    PAUSED,
    FakeWork,
    levels,
)

NEW, SIGNABLE, PLANNED, OVER = (f"W-2026-{n:05}" for n in (1, 3, 4, 5))
"""Offered; to be signed; planned; signed. BUSY is under way with a checklist."""
ITEMS = (
    CheckItem(
        key="isolated",
        ask={"en": "Isolated and proved dead?", "zh": "已断电并验电？"},
        answer=Asks.YES_NO,
        unit="",
        optional=False,
    ),
    CheckItem(
        key="voltage",
        ask={"en": "Voltage after work", "zh": "作业后电压"},
        answer=Asks.NUMBER,
        unit="V",
        optional=False,
    ),
    CheckItem(
        key="remark",
        ask={"en": "Remark", "zh": "备注"},
        answer=Asks.TEXT,
        unit="",
        optional=True,
    ),
)


@dataclass
class FakeOrders(FakeWork):
    """Questions about work orders."""

    def _orders_of(self, incident: UUID) -> tuple[OrderLine, ...]:
        found = (each for each in self._orders().values() if each.incident == incident)
        return tuple(self._order_line(each) for each in found)

    def _order(self, number: str, state: str, hours: int, **said: Any) -> OrderRow:
        now = self.clock.now()
        facts: dict[str, Any] = {
            "incident": id_of("incident", PAUSED),
            "kind": "corrective",
            "what": "Exchange the meter",
            "plan": "",
            "equipment": "",
            "place": "b2",
            "node": "",
            "point": "cam-b2-elec",
            "due_at": now + timedelta(hours=hours),
            "owner": GRACE,
            "assigned": None,
            "items": (),
            "checklist": "",
            "answers": {},
            "done_at": None,
            "done_by": None,
            "signed_by": None,
            "ended_at": None,
            "second_person": True,
            **said,
        }
        started = state not in {"open", "taken", "cancelled"}
        return OrderRow(
            work_order=id_of("order", number),
            number=number,
            since=now - timedelta(hours=3),
            level="critical",
            levels=1,
            opened_at=now - timedelta(hours=3),
            opened_by=MEI,
            state=state,
            begun_at=now - timedelta(hours=2) if started else None,
            waits_for="",
            reason="",
            position=52,
            **facts,
        )

    def _orders(self) -> dict[str, OrderRow]:
        now = self.clock.now()
        asked: dict[str, Any] = {"items": ITEMS, "checklist": "meter-swap"}
        done: dict[str, Any] = {
            **asked,
            "answers": {"isolated": "yes", "voltage": "231.4"},
            "done_at": now - timedelta(minutes=20),
            "done_by": MEI,
            "owner": MEI,
        }
        rows = (
            self._order(BUSY, "under_way", -1, answers={"isolated": "yes"}, **asked),
            self._order(NEW, "open", 5, owner=MEI, assigned=GRACE),
            self._order(SIGNABLE, "done", 2, **done),
            self._order(
                PLANNED,
                "open",
                40,
                due_at=None,
                incident=None,
                kind="planned",
                what="Yearly test of transformer 1",
                plan="transformer-yearly",
                equipment="T1",
                point="",
                owner=ADA,
            ),
            self._order(
                OVER,
                "ended",
                -5,
                **{**done, "signed_by": ADA, "ended_at": now - timedelta(minutes=5)},
            ),
        )
        return {row.number: row for row in rows}

    def _order_line(self, row: OrderRow) -> OrderLine:
        return OrderLine(
            row=row,
            clock=row.clock({1: self._levels()}, ZONE, self.clock.now()),
            where=Where(place="Building 2", node="", point=row.point),
            owner=NAMES[row.owner],
            assigned=NAMES[row.assigned] if row.assigned else "",
            incident=PAUSED if row.incident else "",
        )

    def work_orders(self, scope: Scope, tab: OrderTab) -> Answer[OrderBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        every = [self._order_line(row) for row in self._orders().values()]
        standing = [each for each in every if each.row.ended_at is None]
        tabs = {
            OrderTab.OPEN: standing,
            OrderTab.MINE: [e for e in standing if GRACE in {e.row.owner, e.row.assigned}],
            OrderTab.OVERDUE: [e for e in standing if e.overdue],
            OrderTab.PLANNED: [e for e in standing if e.row.kind != "corrective"],
            OrderTab.ENDED: [e for e in every if e.row.ended_at],
        }
        board = OrderBoard(
            tab=tab,
            lines=tuple(tabs[tab]),
            counts={each: len(lines) for each, lines in tabs.items()},
        )
        return self._answer(board)

    def work_order(self, scope: Scope, number: str) -> Answer[OrderPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        row = self._orders().get(number)
        if row is None:
            return None
        begun = row.begun_at
        history: list[tuple[str, UUID | None, dict[str, Any]]] = [("work_order.opened", MEI, {})]
        if row.assigned:
            history.append(("work_order.assigned", MEI, {"to": str(row.assigned)}))
        if begun:
            history.append(("work_order.taken", row.owner, {}))
            history.append(("work_order.begun", row.owner, {}))
            used = {"item": "meter MID 5(80) A", "number": 1, "unit": "pcs"}
            history.append(("work_order.part_used", row.owner, used))
            said = {"item": "isolated", "value": "yes"}
            history.append(("work_order.answered", row.owner, said))
        if row.done_at:
            history.append(("work_order.done", MEI, {}))
        if row.signed_by:
            history.append(("work_order.signed", ADA, {}))
        return self._answer(
            OrderPage(
                line=self._order_line(row),
                level=levels().of(row.level),
                incident=self._all_incidents()[PAUSED] if row.incident else None,
                parts=(PartRow(item="meter MID 5(80) A", number=1, unit="pcs", person=row.owner),)
                if begun
                else (),
                times=(
                    TimeRow(
                        person=row.owner, began_at=begun, ended_at=begun + timedelta(minutes=75)
                    ),
                )
                if begun
                else (),
                papers=(
                    PaperRow(
                        sha256="b7" * 32,
                        media_type="image/jpeg",
                        person=row.owner,
                        added_at=begun + timedelta(minutes=80),
                    ),
                )
                if begun
                else (),
                history=self._facts(row.opened_at, history),
                names=NAMES,
                forms=FORMS if scope.may(Right.WORK) else WorkForms(),
            )
        )
