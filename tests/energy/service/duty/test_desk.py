"""Rosters drafted, published and changed; leave, stand-ins and swaps; every refusal."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.base.errors import ConflictError
from energy.service.duty.errors import DutyError
from energy.service.duty.holding import DutyJournal
from energy.service.duty.plan import SlotKey
from energy.service.duty.reads import (
    read_changes,
    read_duty_plan,
    read_leave,
    read_rosters,
    read_swaps,
)
from energy.service.duty.roster import Cause
from energy.service.duty.standing import Kind, Why
from energy.store.pool import Database
from energy.system import OWNER
from processes.view_rebuild import rebuild_views
from tests.energy.service.duty.offices import Office, slot
from tests.energy.service.duty.rota import (
    ADA,
    BEN,
    BOSS,
    CHIEF,
    CY,
    DEE,
    EVE,
    FAY,
    SPEC,
    on,
    people,
)
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers


@pytest.fixture
def office(site_schema: TestSite) -> Office:
    return Office(site_schema)


def refused(act: Callable[[], object], key: str) -> None:
    with pytest.raises(DutyError) as caught:
        act()
    assert caught.value.message is not None
    assert caught.value.message.key == f"why.duty.{key}"


def test_a_roster_holds_once_published_and_its_changes_are_facts_with_reason(
    office: Office,
) -> None:
    assert office.on_duty(0, 3).gaps == dict.fromkeys(("desk", "first", "reserve"), Why.NO_ROSTER)
    assert office.on_duty(2, 3).posts == {"desk": ADA, "first": EVE, "reserve": DEE}
    office.rosters.publish(office.roster, by=BOSS, command_id=command("publish"))
    night = slot(1, "night")
    for _ in range(2):
        office.rosters.change(night, CY, reason="  course  ", by=BOSS, command_id=command("change"))
    office.rosters.change(night, None, reason="closed", by=CHIEF, command_id=command("close"))
    standing = office.on_duty(2, 3)
    assert standing.posts == {"first": EVE, "reserve": DEE}
    assert standing.gaps == {"desk": Why.ON_PURPOSE}
    with office.at.writer.connection() as connection:
        changes = read_changes(connection, office.at.schema, on(1), on(1))
        (roster,) = read_rosters(connection, office.at.schema)
        plan = read_duty_plan(connection, office.at.schema)
    told = [(each.before, each.after, each.reason, each.by, each.version) for each in changes]
    assert told == [(ADA, CY, "course", BOSS, 2), (CY, None, "closed", CHIEF, 3)]
    assert (roster.version, roster.published_by) == (3, BOSS)
    assert plan is not None
    assert plan.qualified("first") == (EVE, CY)
    kinds = {each.kind for each in office.rosters.findings(on(1), on(1))}
    assert kinds == {Kind.OPEN, Kind.ON_PURPOSE}


def test_what_a_roster_refuses(office: Office) -> None:
    def change(where: Any, who: UUID | None, reason: str = "ill") -> Callable[[], None]:
        return lambda: office.rosters.change(where, who, reason=reason, by=BOSS, command_id=uuid4())

    refused(change(slot(30, "day"), CY), "no_slot")
    refused(change(slot(1, "dusk"), CY), "no_slot")
    refused(change(slot(1, "day"), EVE), "not_qualified")
    refused(change(slot(1, "day"), ADA, " "), "reason")
    refused(change(slot(1, "day"), ADA, "x" * 201), "reason")
    refused(change(slot(1, "night", "first"), ADA), "not_qualified")
    refused(lambda: office.draft(-3, 2, {"desk": {"day": people(EVE)}}), "not_qualified")
    both = {"desk": {"day": people(CY)}, "first": {"day": people(CY)}}
    refused(lambda: office.draft(20, 2, both), "double")
    refused(lambda: office.draft(20, 0), "span")
    refused(lambda: office.draft(20, 401), "span")
    overlapping = office.draft(13, 3)
    publish = office.rosters.publish
    refused(lambda: publish(overlapping, by=BOSS, command_id=uuid4()), "overlap")
    refused(lambda: publish(office.roster, by=BOSS, command_id=uuid4()), "published")
    refused(lambda: publish(uuid4(), by=BOSS, command_id=uuid4()), "no_roster")
    later = office.draft(14, 7)
    changed = {**SPEC, "rest_h": 8}
    assert office.rosters.set_plan(changed, by=BOSS, command_id=command("plan 2")) == 2
    assert office.rosters.set_plan(changed, by=BOSS, command_id=uuid4()) == 2, "the same"
    refused(lambda: publish(later, by=BOSS, command_id=uuid4()), "plan_moved")
    office.go_to(1, 19)
    refused(change(slot(1, "day"), CY), "shift_over")
    change(slot(1, "night"), BEN)()
    assert Kind.REST in {each.kind for each in office.rosters.findings(on(1), on(1))}


def test_without_a_plan_nothing_is_drafted_or_handed_over(site_schema: TestSite) -> None:
    office = Office(site_schema, days=0)
    refused(lambda: office.draft(0, 3), "no_plan")
    refused(lambda: office.log.offer("desk", by=ADA, command_id=uuid4()), "no_plan")


def test_leave_is_approved_by_a_second_person_with_a_stand_in_for_each_slot(
    office: Office,
) -> None:
    leave = office.ask(ADA, 3, 4)
    assert office.ask(ADA, 3, 4) == leave, "the command again"
    first, second = slot(3, "day"), slot(4, "night")
    found = office.leave.look(leave)
    assert [(each.slot, each.proposed) for each in found] == [(first, DEE), (second, DEE)]
    assert [list(each.fit) for each in found] == [[DEE, FAY]] * 2, "Ben and Cy have no rest"

    def approve(
        given: dict[SlotKey, UUID | None], by: UUID = BOSS, *, by_rule: bool = True
    ) -> Callable[[], object]:
        return lambda: office.leave.approve(
            leave, given, by_rule=by_rule, by=by, command_id=uuid4()
        )

    refused(approve({}, ADA), "own")
    refused(approve({}, by_rule=False), "uncovered")
    refused(approve({first: FAY}, by_rule=False), "uncovered")
    refused(approve({first: BEN}), "rest")
    refused(approve({first: EVE}), "not_qualified")
    refused(approve({first: ADA}), "on_leave")
    refused(approve({slot(3, "night"): FAY}), "not_theirs")
    assert office.on_duty(3, 12).posts["desk"] == ADA, "nothing was written"
    for _ in range(2):
        told = office.leave.approve(
            leave, {second: None}, by_rule=True, by=BOSS, command_id=command("approve")
        )
        assert told == {first: DEE, second: None}
    assert office.on_duty(3, 12).posts["desk"] == DEE
    assert office.on_duty(5, 3).gaps == {"desk": Why.ON_PURPOSE}
    refused(approve({}), "decided")
    refused(lambda: office.leave.refuse(leave, by=BOSS, command_id=uuid4()), "decided")
    refused(lambda: office.ask(ADA, 4, 5), "leave_overlap")
    refused(lambda: office.ask(BEN, 5, 2), "span")
    refused(lambda: office.ask(BEN, -9, -7), "past")
    with office.at.writer.connection() as connection:
        (row,) = read_leave(connection, office.at.schema)
        changes = read_changes(connection, office.at.schema, on(3), on(4))
    assert (row.state, row.decided_by) == ("approved", BOSS)
    assert {(each.cause, each.reference) for each in changes} == {("leave", leave)}


def test_leave_withdrawn_gives_back_what_has_not_begun_and_was_not_changed_since(
    office: Office,
) -> None:
    leave = office.ask(ADA, 3, 7)
    told = office.leave.approve(leave, {}, by_rule=True, by=BOSS, command_id=command("approve"))
    assert told == {
        slot(3, "day"): DEE,
        slot(4, "night"): DEE,
        slot(6, "day"): FAY,
        slot(7, "night"): DEE,
    }, "who stands ready, else who has the fewest shifts"
    office.rosters.change(slot(6, "day"), DEE, reason="asked", by=BOSS, command_id=uuid4())
    withdraw = office.leave.withdraw
    refused(lambda: withdraw(leave, by=BEN, command_id=uuid4()), "not_yours")
    office.go_to(4, 20)
    back = withdraw(leave, by=ADA, command_id=command("withdraw"))
    assert back == [slot(7, "night")], "one is over, one runs, one was changed"
    assert withdraw(leave, by=ADA, command_id=command("withdraw")) == []
    assert office.on_duty(8, 3).posts["desk"] == ADA
    assert office.on_duty(6, 12).posts["desk"] == DEE
    refused(lambda: withdraw(leave, by=ADA, command_id=uuid4()), "decided")
    office.ask(ADA, 7, 8)


def test_leave_is_asked_for_another_and_refused_by_a_third(office: Office) -> None:
    leave = office.ask(BEN, 4, 4, by=BOSS)
    refused(lambda: office.leave.refuse(leave, by=BOSS, command_id=uuid4()), "own")
    refused(lambda: office.leave.refuse(uuid4(), by=BOSS, command_id=uuid4()), "no_leave")
    for _ in range(2):
        office.leave.refuse(leave, by=CHIEF, command_id=command("refuse"))
    refused(lambda: office.leave.withdraw(leave, by=BEN, command_id=uuid4()), "decided")
    assert office.on_duty(4, 12).posts["desk"] == BEN


def test_a_roster_drafted_after_leave_leaves_its_person_out_and_names_the_gap(
    office: Office,
) -> None:
    stale = office.draft(14, 3)
    leave = office.ask(EVE, 14, 15)
    assert office.leave.look(leave) == []
    office.leave.approve(leave, {}, by_rule=False, by=BOSS, command_id=command("approve"))
    publish = office.rosters.publish
    refused(lambda: publish(stale, by=BOSS, command_id=uuid4()), "on_leave_draft")
    again = office.draft(14, 4)
    found = office.rosters.draft_findings(again)
    assert {str(each.slot)[8:] for each in found if each.slot.post == "first"} == {
        *("21/day/first", "21/night/first", "22/day/first", "22/night/first"),
    }
    publish(again, by=BOSS, command_id=command("publish again"))
    assert office.on_duty(16, 12).posts["first"] == EVE


def test_who_stands_in_by_rule_is_whoever_has_the_fewest_shifts(office: Office) -> None:
    by_day = slot(2, "day")
    assert office.rosters.stand_ins(by_day) == [DEE, FAY], "nobody stands ready by day"
    office.rosters.change(slot(10, "day"), DEE, reason="x", by=BOSS, command_id=uuid4())
    assert office.rosters.stand_ins(by_day) == [FAY, DEE]


def test_a_slot_passes_to_another_when_both_have_said_so(office: Office) -> None:
    mine, foreign = slot(4, "day"), slot(5, "day")
    offer, take = office.leave.offer_swap, office.leave.take_swap
    refused(lambda: offer(mine, BEN, None, by=BEN, command_id=uuid4()), "own_swap")
    refused(lambda: offer(mine, FAY, None, by=ADA, command_id=uuid4()), "not_on_it")
    refused(lambda: offer(mine, FAY, foreign, by=BEN, command_id=uuid4()), "not_on_it")
    refused(lambda: offer(mine, EVE, None, by=BEN, command_id=uuid4()), "not_qualified")
    refused(lambda: offer(mine, CY, None, by=BEN, command_id=uuid4()), "rest")
    swap = offer(mine, DEE, None, by=BEN, command_id=command("offer"))
    assert offer(mine, DEE, None, by=BEN, command_id=command("offer")) == swap
    assert office.on_duty(4, 12).posts["desk"] == BEN, "only offered"
    refused(lambda: take(swap, by=FAY, command_id=uuid4()), "not_yours")
    for _ in range(2):
        take(swap, by=DEE, command_id=command("take"))
    assert office.on_duty(4, 12).posts["desk"] == DEE
    refused(lambda: take(swap, by=DEE, command_id=uuid4()), "decided")
    given = offer(mine, FAY, None, by=DEE, command_id=command("again"))
    office.rosters.change(mine, ADA, reason="x", by=BOSS, command_id=uuid4())
    refused(lambda: take(given, by=FAY, command_id=uuid4()), "not_on_it")
    withdraw = office.leave.withdraw_swap
    refused(lambda: withdraw(given, by=BEN, command_id=uuid4()), "not_yours")
    withdraw(given, by=FAY, command_id=uuid4())
    refused(lambda: withdraw(uuid4(), by=DEE, command_id=uuid4()), "no_swap")
    office.settle()
    with office.at.writer.connection() as connection:
        states = [each.state for each in read_swaps(connection, office.at.schema)]
    assert sorted(states) == ["taken", "withdrawn"]


def test_two_exchange_their_shifts_in_one_act(office: Office) -> None:
    mine, back = slot(10, "day"), slot(12, "day")
    for where, who in ((mine, DEE), (back, FAY)):
        office.rosters.change(where, who, reason="x", by=BOSS, command_id=uuid4())
    swap = office.leave.offer_swap(mine, FAY, back, by=DEE, command_id=command("offer"))
    office.leave.take_swap(swap, by=FAY, command_id=command("take"))
    assert office.on_duty(10, 12).posts["desk"] == FAY
    assert office.on_duty(12, 12).posts["desk"] == DEE
    (change,) = {
        each[3] for each in office.at.rows("SELECT * FROM {s}.roster_change") if each[9] == "swap"
    }
    assert change == 4, "one version for both"


def test_of_leave_and_publishing_at_once_one_looks_again(office: Office) -> None:
    """Whoever comes second sees the first: never a published roster with who is away."""
    for round_ in range(3):
        first = 20 + 4 * round_
        roster = office.draft(first, 4)
        leave = office.ask(EVE, first, first)

        def publish(roster: UUID = roster) -> None:
            office.rosters.publish(roster, by=BOSS, command_id=command("p", roster))

        def approve(leave: UUID = leave) -> None:
            office.leave.approve(leave, {}, by_rule=True, by=CHIEF, command_id=command("a", leave))

        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(act) for act in (publish, approve)]
        errors = [each.exception() for each in done]
        assert all(e is None or isinstance(e, (DutyError, ConflictError)) for e in errors)
        found = office.rosters.findings(on(first), on(first + 3))
        assert Kind.LEAVE not in {each.kind for each in found}
        assert sum(e is None for e in errors) >= 1


def test_who_gets_a_shift_and_leave_at_once_has_one_of_them(office: Office) -> None:
    """Fay has no shift, so her leave changes none: yet who gives her one looks again."""
    desk = DutyJournal(office.at.writer, office.at.site, office.at.clock)
    where, made = slot(4, "day"), uuid4()
    held = desk.held(where.day, where.day)
    desk.demand_fit({where: FAY}, held, held.away)
    changed = held.change({where: FAY}, cause=Cause.CHANGE, reason="x", by=BOSS, command_id=made)
    leave = office.ask(FAY, 4, 4)
    office.leave.approve(leave, {}, by_rule=True, by=CHIEF, command_id=command("approve"))
    with pytest.raises(ConflictError):
        desk.operations.store(*changed)
    refused(
        lambda: office.rosters.change(where, FAY, reason="x", by=BOSS, command_id=made), "on_leave"
    )
    office.settle()
    with office.at.writer.connection() as connection:
        (roster,) = read_rosters(connection, office.at.schema)
        assert read_changes(connection, office.at.schema, where.day, where.day) == []
    assert roster.version == 1, "nothing of it changed"


def test_views_rebuilt_are_the_views_as_they_were(office: Office) -> None:
    leave = office.ask(ADA, 3, 4)
    office.leave.approve(leave, {}, by_rule=True, by=BOSS, command_id=command("approve"))
    swap = office.leave.offer_swap(slot(10, "day"), FAY, None, by=BEN, command_id=command("o"))
    office.leave.take_swap(swap, by=FAY, command_id=command("t"))
    entry = office.log.tell("pump 2 hums", stays_open=True, by=ADA, command_id=command("tell"))
    office.log.close(entry, "mended", by=BEN, command_id=command("close"))
    office.settle()
    handover = office.log.offer("desk", by=ADA, command_id=command("offer"))
    office.log.sign(handover, by=BEN, command_id=command("sign"))
    before = office.tables()
    assert all(before.values())
    office.go_to(9, 9)
    owner = Database(office.at.server.dsn(OWNER), max_size=2)
    rebuild_views(owner, office.at.site, "duty", office.at.clock, wait_s=5.0, tell=lambda *_: None)
    owner.close()
    assert office.tables() == before
