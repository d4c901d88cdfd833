"""In: a fresh site. Out: its desks of work, with service levels and a checklist. I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from energy.alerting.views import OPERATIONS_VIEWS
from energy.base.ids import id_of
from energy.journal.follower import Follower, event_fold
from energy.service.views import OperationsView
from energy.service.work.checklist import parse_checklist
from energy.service.work.clock import Standing
from energy.service.work.desk import IncidentDesk, WorkPlanDesk
from energy.service.work.heard import Heard, Spot
from energy.service.work.job import Job
from energy.service.work.kinds import OrderKind, Origin, Urgency
from energy.service.work.levels import parse_levels
from energy.service.work.order_desk import WorkOrderDesk
from energy.service.work.reads import (
    Clocks,
    IncidentRow,
    OrderRow,
    read_incidents,
    read_levels,
    read_orders,
)
from tests.energy.service.work.test_levels import FILE
from tests.fixtures.postgres import TestSite, command

ANNA, BEN, CLARA = (id_of("person", name) for name in ("anna", "ben", "clara"))
CHECKLIST = """
key = "meter-swap"
name = { en = "Meter exchange", zh = "换表" }

[[item]]
key = "isolated"
ask = { en = "Isolated and proved dead?", zh = "已断电并验电？" }
answer = "yes_no"

[[item]]
key = "voltage"
ask = { en = "Voltage after work", zh = "作业后电压" }
answer = "number"
unit = "V"

[[item]]
key = "remark"
ask = { en = "Remark", zh = "备注" }
answer = "text"
optional = true
"""


def fold(at: TestSite) -> None:
    """Let the operations' views catch up; nothing may be parked."""
    views = event_fold(at.schema, [OperationsView()])
    follower = Follower(at.writer, at.schema, "operations", OPERATIONS_VIEWS, views, at.clock)
    while follower.step():
        pass
    assert at.rows("SELECT count(*) FROM {s}.parked") == [(0,)]


@dataclass
class Shop:
    """The desks of a site."""

    site: TestSite

    @property
    def incidents(self) -> IncidentDesk:
        at = self.site
        return IncidentDesk(at.writer, at.site, at.clock, {"A-1"}.__contains__)

    @property
    def orders(self) -> WorkOrderDesk:
        return WorkOrderDesk(self.site.writer, self.site.site, self.site.clock)

    @property
    def now(self) -> datetime:
        return self.site.clock.now()

    def publish(self) -> None:
        desk = WorkPlanDesk(self.site.writer, self.site.site, self.site.clock)
        first, levels = parse_levels(FILE)
        assert first == date(2019, 1, 1)
        desk.publish_levels(levels, valid_from=first, by=CLARA, command_id=command("levels"))
        asked = parse_checklist(CHECKLIST)
        desk.publish_checklist(asked, by=CLARA, command_id=command("checklist"))

    def heard(self, **changed: Any) -> Heard:
        facts: dict[str, Any] = {
            "origin": Origin.SEEN,
            "about": "",
            "what": "water on the floor",
            "urgency": Urgency.NORMAL,
            "spot": Spot(),
            "heard_at": self.now,
        }
        return Heard(**{**facts, **changed})

    def open(self, name: object = "open", level: str = "critical", **changed: Any) -> UUID:
        heard = self.heard(**changed)
        return self.incidents.open(heard, level, by=ANNA, command_id=command(name))

    def do(self, incident: UUID, act: str, *said: Any, by: UUID = ANNA, **more: Any) -> None:
        """Let somebody do something with an incident, each time a new command."""
        made = command(act, incident, by, *said, self.now)
        self.incidents.act(
            incident, lambda it: getattr(it, act)(*said, by=by, command_id=made, **more)
        )

    def job(self, **changed: Any) -> Job:
        facts: dict[str, Any] = {
            "kind": OrderKind.CORRECTIVE,
            "what": "exchange the meter",
            "spot": Spot(),
            "since": self.now,
        }
        return Job(**{**facts, **changed})

    def order(
        self, name: object = "order", level: str = "critical", checklist: str = "", **changed: Any
    ) -> UUID:
        return self.orders.open(
            self.job(**changed), level, checklist=checklist, by=ANNA, command_id=command(name)
        )

    def work(self, order: UUID, act: str, *said: Any, by: UUID = BEN, **more: Any) -> None:
        """Let somebody do something with an order, each time a new command."""
        made = command(act, order, by, *said, *more.values(), self.now)
        self.orders.act(
            order,
            lambda it: getattr(it, act)(*said, by=by, command_id=made, **more),
            command_id=made,
        )

    def incident_row(self, incident: UUID) -> IncidentRow:
        fold(self.site)
        with self.site.writer.connection() as connection:
            (row,) = read_incidents(connection, self.site.schema, incident=incident)
        return row

    def order_row(self, order: UUID) -> OrderRow:
        fold(self.site)
        with self.site.writer.connection() as connection:
            (row,) = read_orders(connection, self.site.schema, order=order)
        return row

    def clock(self, row: OrderRow) -> Standing:
        with self.site.writer.connection() as connection:
            levels = read_levels(connection, self.site.schema)
        return row.clock(levels, self.site.site.zone, self.now)

    def clocks(self, incident: UUID) -> Clocks:
        row = self.incident_row(incident)
        with self.site.writer.connection() as connection:
            levels = read_levels(connection, self.site.schema)
        return row.clocks(levels, self.site.site.zone, self.now)
