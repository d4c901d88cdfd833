"""In: nothing, or a fresh site. Out: a template, orders in hand, a site's desk with people. I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from energy.alerting.views import OPERATIONS_VIEWS
from energy.base.ids import id_of
from energy.journal.follower import Follower, event_fold
from energy.service.switching.desk import SwitchingDesk
from energy.service.switching.order import SwitchingOrder
from energy.service.switching.permit import Permit
from energy.service.switching.planned import Planned, Source
from energy.service.switching.reads import SwitchingStory, read_story, read_switching
from energy.service.switching.request import Asked
from energy.service.switching.steps import SwitchingPlan, parse_plan
from energy.service.views import OperationsView
from tests.fixtures.postgres import NOON, TestSite, command

OPERATOR, GUARDIAN, CHIEF, CENTRE, HOLDER = (
    id_of("person", name) for name in ("operator", "guardian", "chief", "centre", "holder")
)
"""The operator writes the orders, too."""
FILE = """
key = "feeder-off"
name = { en = "Feeder off", zh = "馈线停电" }
permit_after = 3

[[step]]
device = { en = "Switch room 1, Q1", zh = "1号配电室 Q1" }
do = { en = "Open Q1.", zh = "断开 Q1。" }
expect = { en = "Q1 shows OFF.", zh = "Q1 指示分闸。" }
undo = { en = "Close Q1.", zh = "合上 Q1。" }
undo_expect = { en = "Q1 shows ON.", zh = "Q1 指示合闸。" }

[[step]]
device = { en = "Switch room 1, F1", zh = "1号配电室 F1" }
do = { en = "Prove F1 dead.", zh = "对 F1 验电。" }
expect = { en = "No voltage.", zh = "无电压。" }
safety = { en = "Check the tester first.", zh = "先检查验电器。" }

[[step]]
device = { en = "Switch room 1, E1", zh = "1号配电室 E1" }
do = { en = "Close earthing switch E1.", zh = "合上接地刀闸 E1。" }
expect = { en = "E1 shows EARTHED.", zh = "E1 指示接地。" }
undo = { en = "Open earthing switch E1.", zh = "断开接地刀闸 E1。" }
undo_expect = { en = "E1 shows OPEN.", zh = "E1 指示断开。" }

[[step]]
device = { en = "Switch room 1, E1", zh = "1号配电室 E1" }
do = { en = "Open earthing switch E1.", zh = "断开接地刀闸 E1。" }
expect = { en = "E1 shows OPEN.", zh = "E1 指示断开。" }
undo = { en = "Close earthing switch E1.", zh = "合上接地刀闸 E1。" }
undo_expect = { en = "E1 shows EARTHED.", zh = "E1 指示接地。" }
"""
BEGIN, END = NOON + timedelta(hours=1), NOON + timedelta(hours=5)


def a_plan(permit_after: int = 3) -> SwitchingPlan:
    return parse_plan(FILE.replace("permit_after = 3", f"permit_after = {permit_after}"))


def planned(**changed: Any) -> Planned:
    facts: dict[str, Any] = {
        "about": "node:electricity/f1",
        "reason": "new breaker",
        "begins_at": BEGIN,
        "ends_at": END,
        "operator": OPERATOR,
        "guardian": GUARDIAN,
    }
    return Planned(**{**facts, **changed})


def permit(**changed: Any) -> Permit:
    facts: dict[str, Any] = {
        "what": "exchange the breaker",
        "where": "cubicle 4",
        "earthed_at": "E1, padlock 7",
        "holder": HOLDER,
        "valid_until": END,
    }
    return Permit(**{**facts, **changed})


@dataclass
class Hand:
    """An order, and who says what of it: each time a new command."""

    order: SwitchingOrder
    said: int = 0

    def __call__(self, verb: str, by: UUID, *said: Any, **more: Any) -> None:
        self.said += 1
        made = command(verb, self.said)
        getattr(self.order, verb)(*said, by=by, command_id=made, **more)

    def release(self) -> Hand:
        self("approve", CHIEF)
        self("release", CENTRE, now=NOON)
        return self

    def do(self, *steps: int) -> Hand:
        for step in steps:
            self("tell", GUARDIAN, step)
            self("read_back", OPERATOR, step)
        return self

    def work(self) -> Hand:
        self("give_permit", GUARDIAN, permit(), now=NOON)
        self("return_permit", HOLDER)
        return self


def written(plan: SwitchingPlan | None = None, **changed: Any) -> Hand:
    """Return an order in hand, not approved."""
    order = SwitchingOrder.write(
        id_of("order", "one"),
        "S-2019-00001",
        planned(**changed),
        Source(plan=plan or a_plan(), version=1),
        by=OPERATOR,
        now=NOON,
        command_id=command("write"),
    )
    return Hand(order)


@dataclass
class Board:
    """A site's desk of switching orders."""

    at: TestSite
    asked: dict[str, Asked] = field(default_factory=dict)
    """What billing wants, by reference; tests change it."""

    @property
    def desk(self) -> SwitchingDesk:
        return SwitchingDesk(self.at.writer, self.at.site, self.at.clock, self.asked.get)

    def publish(self) -> None:
        self.desk.draft(a_plan(), by=OPERATOR, command_id=command("draft"))
        self.desk.review("feeder-off", 1, by=CHIEF, command_id=command("review"))

    def write(self, name: str = "write", reference: str = "", **changed: Any) -> UUID:
        return self.desk.write(
            "feeder-off",
            planned(**changed),
            reference=reference,
            by=OPERATOR,
            command_id=command(name),
        )

    def act(self, order: UUID, verb: str, by: UUID, *said: Any, **more: Any) -> None:
        made = command(verb, order, by, *said, self.at.clock.now())
        self.desk.act(order, lambda it: getattr(it, verb)(*said, by=by, command_id=made, **more))

    def release(self, order: UUID) -> None:
        self.act(order, "approve", CHIEF)
        self.act(order, "release", CENTRE, now=self.at.clock.now())

    def tell(self, order: UUID, step: int) -> None:
        self.desk.tell(order, step, by=GUARDIAN, command_id=command("tell", order, step))

    def do(self, order: UUID, *steps: int) -> None:
        for step in steps:
            self.tell(order, step)
            self.act(order, "read_back", OPERATOR, step)
            self.at.tick(60)

    def fold(self) -> None:
        """Let the operations' views catch up; nothing may be parked."""
        at = self.at
        views = event_fold(at.schema, [OperationsView()])
        follower = Follower(at.writer, at.schema, "operations", OPERATIONS_VIEWS, views, at.clock)
        while follower.step():
            pass
        assert at.rows("SELECT count(*) FROM {s}.parked") == [(0,)]

    def story(self, order: UUID, **more: Any) -> SwitchingStory:
        self.fold()
        with self.at.writer.connection() as connection:
            rows = read_switching(connection, self.at.schema)
            (row,) = [each for each in rows if each.switching_order == order]
            return read_story(connection, self.at.schema, row, **more)
