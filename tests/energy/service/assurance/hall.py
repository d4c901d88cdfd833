"""In: a fresh site. Out: a place with a meter, a rule, a station, the desks of events. I/O."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from energy.alerting.evaluator import Evaluator
from energy.alerting.rule_desk import RuleDesk
from energy.base.period import Period
from energy.metering.plant import PlaceTree
from energy.service.assurance.desk import AssuranceDesk
from energy.service.assurance.event import AssuredEvent
from energy.service.assurance.plan import EventPlan, Staff
from energy.service.assurance.reads import EventRow, read_events
from tests.energy.service.assurance.test_event_file import parsed
from tests.energy.service.switching.board import Board
from tests.energy.service.work.shop import ANNA, CLARA, fold
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.postgres import NOON, TestSite, command
from tests.fixtures.supply import electricity, node

BEGIN, END = NOON + timedelta(hours=1), NOON + timedelta(hours=4)
RULE: dict[str, Any] = {
    "kind": "threshold",
    "key": "load",
    "name": "Load",
    "severity": "medium",
    "channel": 0,
    "subject": {"quantity": "active_power"},
    "terms": {"above": "100"},
    "delay_s": 0,
    "fresh_s": 86_400,
}


def a_plan(**changed: Any) -> EventPlan:
    """Return the event of the file at place b1 and node electricity/m1, in three hours."""
    plan = parsed()
    period = Period(start=BEGIN, end=END)
    staff = (Staff(post="desk", person=None, period=period),)
    facts: dict[str, Any] = {"period": period, "places": ("b1",), "nodes": (), "staff": staff}
    return replace(plan, **{**facts, **changed})


@dataclass
class Hall:
    """The desk of assured events of a site, and what it rests on."""

    at: TestSite
    board: Board = field(init=False)

    def __post_init__(self) -> None:
        """Make a place with a meter that measures power, fed by f1; f2 feeds nothing of it."""
        site = self.at
        self.board = Board(site)
        site.counter("m1", gauge=True)
        building = {"key": "b1", "kind": "building", "name": "Building 1"}
        parts = (node("f1"), node("f2"), node("m1", "f1", point="m1"))
        site.application("metering").store(
            PlaceTree(site=site.site.key, places=[building], command_id=command("places")),
            electricity(site.site.key, *parts),
        )
        site.project()
        RuleDesk(site.writer, site.site, site.clock).define(RULE, CLARA)
        fold(site)

    @property
    def desk(self) -> AssuranceDesk:
        return AssuranceDesk(self.at.writer, self.at.site, self.at.clock)

    def plan(self, name: str = "plan", **changed: Any) -> UUID:
        made = self.desk.plan(a_plan(**changed), by=ANNA, command_id=command(name))
        fold(self.at)
        return made

    def approve(self, event: UUID, by: UUID = CLARA, name: str = "approve") -> int:
        limits = self.desk.approve(event, by=by, command_id=command(name, event))
        fold(self.at)
        return limits

    def approved(self, name: str = "plan", **changed: Any) -> UUID:
        event = self.plan(name, **changed)
        self.approve(event)
        return event

    def check(self, event: UUID, item: str, value: str, by: UUID = ANNA) -> None:
        self.desk.check(event, item, value, by=by, command_id=command(item, value, by))

    def answer(self, event: UUID) -> None:
        self.check(event, "ups", "yes")
        self.check(event, "volts", "230.5")

    def event(self, event: UUID) -> AssuredEvent:
        return self.desk.event(event)

    def row(self, event: UUID) -> EventRow:
        fold(self.at)
        with self.at.writer.connection() as connection:
            (row,) = read_events(connection, self.at.schema, named=event.hex)
        return row

    def measured(self, *told: tuple[datetime, int]) -> None:
        """Let the power be measured and judged, and the alerts stand in the tables."""
        from tests.fixtures.batches import reading

        minutes = [((at - MIDNIGHT) / timedelta(minutes=1), value) for at, value in told]
        self.at.accept(*(reading(2, each, value) for each, value in minutes))
        while Evaluator(self.at.writer, self.at.site, self.at.clock).step():
            pass
        fold(self.at)

    def alerts(self) -> list[tuple[Any, ...]]:
        return self.at.rows(
            "SELECT key, name, severity, value, limit_value, raised_at, cleared_at "
            "FROM {s}.alert ORDER BY raised_at, key"
        )

    def entries(self) -> int:
        return int(self.at.rows("SELECT count(*) FROM {s}.operations_events")[0][0])
