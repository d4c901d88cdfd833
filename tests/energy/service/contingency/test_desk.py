"""Contingency plans on a real database: reviewed, activated, logged, closed, folded anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.service.contingency.activation import Activation
from energy.service.contingency.desk import ContingencyDesk
from energy.service.contingency.reads import (
    ActivationStory,
    activation_named,
    read_activations,
    read_due,
    read_plans,
    read_story,
)
from energy.service.contingency.steps import CallState, StepState, parse_contingency
from energy.service.contingency.views import CONTINGENCY_TABLES
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import OWNER, WEB
from processes.view_rebuild import verify_views
from tests.energy.service.contingency.test_steps import FILE
from tests.energy.service.duty.offices import Office
from tests.energy.service.duty.rota import ADA, BEN, BOSS, CHIEF, EVE
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers


class Room:
    """The desk of contingency plans of a site with a roster; the clock stands on a shift."""

    def __init__(self, at: TestSite) -> None:
        self.at = at
        self.office = Office(at)
        self.office.go_to(0, 10)
        self.office.settle()

    @property
    def desk(self) -> ContingencyDesk:
        return ContingencyDesk(self.at.writer, self.at.site, self.at.clock)

    def plan(self, text: str = FILE) -> int:
        steps = parse_contingency(text)
        version = self.desk.draft(steps, by=BOSS, command_id=command("draft", repr(text)))
        self.desk.review("power-loss", version, by=CHIEF, command_id=command("review", version))
        return version

    def activate(self, name: str = "one", *, drill: bool = True, incident: str = "") -> UUID:
        return self.desk.activate(
            "power-loss",
            "grid lost",
            drill=drill,
            incident=incident,
            by=ADA,
            command_id=command(name),
        )

    def act(self, activation: UUID, verb: str, *said: Any, by: UUID = EVE, **more: Any) -> None:
        made = command(verb, activation, by, *said)

        def once(it: Activation) -> None:
            getattr(it, verb)(*said, by=by, command_id=made, **more)

        self.desk.act(activation, once)

    def done(self, activation: UUID, step: int, after_min: int = 0) -> None:
        now = self.at.clock.now()
        at = now - timedelta(minutes=after_min)
        self.act(activation, "do", step, at=at, now=now)

    def story(self, activation: UUID) -> ActivationStory:
        self.office.settle()
        with self.at.writer.connection() as connection:
            row = activation_named(connection, self.at.schema, activation.hex)
            return read_story(connection, self.at.site, row, self.at.clock.now())

    def due(self) -> list[tuple[date, date | None, bool]]:
        self.office.settle()
        with self.at.writer.connection() as connection:
            found = read_due(connection, self.at.site, self.at.clock.now())
        return [(each.due_on, each.drilled_on, each.overdue) for each in found]

    def entries(self) -> int:
        return int(self.at.rows("SELECT count(*) FROM {s}.operations_events")[0][0])


@pytest.fixture
def room(site_schema: TestSite) -> Room:
    return Room(site_schema)


def test_drill_from_activation_to_the_next_one_due(room: Room) -> None:
    assert room.plan() == 1
    assert room.due() == [(date(2019, 7, 6), None, False)]
    drill = room.activate()
    assert room.activate() == drill, "said again it is one"
    story = room.story(drill)
    assert story.activation.number == "A-2019-00001"
    assert [each.state for each in story.steps] == [StepState.WAITING] * 2
    assert story.calls[0].people[0] == ADA, "who is on the post is called first"
    assert BEN in story.calls[0].people, "then who may stand in"
    assert story.calls[1].people[0] == EVE
    room.office.go_to(0, 10, 6)
    assert [each.state for each in room.story(drill).steps] == [StepState.LATE, StepState.WAITING]
    room.done(drill, 1, 2)
    room.office.go_to(0, 10, 20)
    room.done(drill, 2)
    for result in (CallState.NOT_REACHED, CallState.REACHED):
        room.act(drill, "call", 1, result, "")
    room.act(drill, "call", 2, CallState.NOT_REACHED, "no answer")
    room.act(drill, "find", "generator key missing")
    room.act(drill, "close", "went well", by=ADA)
    story = room.story(drill)
    assert [each.state for each in story.steps] == [StepState.DONE, StepState.DONE_LATE]
    assert [(each.state, each.words) for each in story.calls] == [
        *[(CallState.REACHED, ""), (CallState.NOT_REACHED, "no answer")],
    ]
    assert [each.words for each in story.findings] == ["generator key missing"]
    assert room.due() == [(date(2019, 7, 6), date(2019, 1, 7), False)]
    room.at.clock.move_to(room.at.clock.now() + timedelta(days=181))
    assert room.due() == [(date(2019, 7, 6), date(2019, 1, 7), True)]


def test_every_act_out_of_order_is_refused_and_writes_nothing(room: Room) -> None:
    def refused(act: Callable[[], Any], why: str) -> None:
        before = room.entries()
        with pytest.raises(RefusedError, match=why):
            act()
        assert room.entries() == before

    said: dict[str, Any] = {"by": BOSS, "command_id": command("x")}
    refused(lambda: room.plan(FILE.replace('"first"', '"nowhere"')), "no post nowhere")
    contact = FILE + '\n[[call]]\ncontact = "fire"\n'
    refused(lambda: room.plan(contact), "no contact fire")
    refused(room.activate, "no contingency plan power-loss")
    steps = parse_contingency(FILE)
    room.desk.draft(steps, by=BOSS, command_id=command("draft"))
    refused(room.activate, "No version of power-loss was reviewed")
    refused(lambda: room.desk.review("power-loss", 1, **said), "does not review")
    refused(lambda: room.desk.review("power-loss", 2, **said), "newest version .* is 1")
    room.desk.review("power-loss", 1, by=CHIEF, command_id=command("review"))
    refused(lambda: room.desk.review("power-loss", 1, **said), "was reviewed already")
    refused(lambda: room.activate(incident="I-2019-00009"), "no incident I-2019-00009")
    one = room.activate()
    now = room.at.clock.now()
    refused(lambda: room.act(one, "do", 3, at=now, now=now), "steps 1 to 2")
    later, before = now + timedelta(minutes=1), now - timedelta(minutes=1)
    refused(lambda: room.act(one, "do", 1, at=later, now=now), "between its activation and now")
    refused(lambda: room.act(one, "do", 1, at=before, now=now), "between its activation and now")
    refused(lambda: room.act(one, "skip", 1, " "), "in words")
    refused(lambda: room.act(one, "call", 3, CallState.REACHED, ""), "calls 1 to 2")
    refused(lambda: room.act(one, "call", 1, CallState.WAITING, ""), "reached or not_reached")
    room.act(one, "skip", 1, "grid is back")
    refused(lambda: room.act(one, "do", 1, at=now, now=now), "done or left out already")
    refused(lambda: room.act(one, "close", "over"), "Steps 2 of")
    room.done(one, 2)
    refused(lambda: room.act(one, "close", "over"), "Calls 1, 2 of")
    for call in (1, 2):
        room.act(one, "call", call, CallState.REACHED, "")
    room.act(one, "close", "over")
    refused(lambda: room.act(one, "call", 1, CallState.REACHED, "again"), "is closed")
    room.act(one, "find", "still to be noted")
    refused(lambda: room.desk.activation(id_of("no", "such")), "no such activation")


def test_an_activation_keeps_its_version_and_a_new_one_waits_for_its_review(room: Room) -> None:
    room.plan()
    one = room.activate(drill=False)
    changed = FILE.replace("within_min = 5", "within_min = 3")
    room.desk.draft(parse_contingency(changed), by=BOSS, command_id=command("draft", 2))
    assert room.desk.activation(room.activate("two")).steps.steps[0].within_min == 5
    room.desk.review("power-loss", 2, by=CHIEF, command_id=command("review", 2))
    assert room.desk.activation(room.activate("three")).steps.steps[0].within_min == 3
    assert room.desk.activation(one).steps.steps[0].within_min == 5
    room.office.settle()
    with room.at.writer.connection() as connection:
        every = read_activations(connection, room.at.schema)
    assert [(each.number[-1], each.version, each.drill) for each in sorted(every, key=_number)] == [
        *[("1", 1, False), ("2", 1, True), ("3", 2, True)],
    ]


def _number(row: Any) -> str:
    return str(row.number)


def test_views_equal_a_replay_and_tenants_see_nothing(room: Room) -> None:
    room.plan()
    one = room.activate()
    room.done(one, 1)
    at = room.at
    room.office.settle()
    owner = Database(at.server.dsn(OWNER), max_size=2)
    try:
        (found,) = verify_views(owner, at.site, "contingency", at.clock, tell=print)
    finally:
        owner.close()
    tables = [each for each in found.tables if each.table in CONTINGENCY_TABLES]
    assert len(tables) == len(CONTINGENCY_TABLES)
    assert all(each.live_rows for each in tables)
    assert [each.table for each in found.tables if not each.equal] == []
    for scope, seen in ((STAFF, 1), ("tenant", 0)):
        pool = Database(at.server.dsn(WEB), max_size=2, scope=scope)
        try:
            with pool.connection() as connection:
                assert len(read_plans(connection, at.schema)) == seen
                assert len(read_activations(connection, at.schema)) == seen
        finally:
            pool.close()
