"""Maintenance planned, due by what the site knows, recorded, ordered once; every refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.metering.channel import ChannelFacts, Kind
from energy.metering.reading import Reading
from energy.service.equipment.maintenance import (
    DueState,
    Every,
    PlanKind,
    PlanSpec,
    TestResult,
)
from energy.service.equipment.plan_desk import PlanDesk
from energy.service.equipment.plan_reads import DueRow, read_due, read_past_plans
from energy.service.equipment.reads import read_history
from energy.service.equipment.words import EquipmentClass, EquipmentError, Relation
from energy.service.work.desk import WorkPlanDesk
from energy.service.work.levels import ServiceLevelError, parse_levels
from energy.service.work.order_desk import WorkOrderDesk
from energy.store.pool import Database
from energy.system import OWNER
from processes.view_rebuild import verify_views
from tests.energy.service.equipment.yard import ANNA, BEN, BUILT, fold, piece, registered, related
from tests.energy.service.equipment.yard import desk as equipment_desk
from tests.energy.service.work.test_levels import FILE
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers
RAN = TestResult(started=True, took_load=True, minutes=30)


def desk(at: TestSite) -> PlanDesk:
    return PlanDesk(at.writer, at.site, at.clock)


def planned(at: TestSite, name: str = "Oil", **changed: Any) -> UUID:
    said: dict[str, Any] = {
        "kind": PlanKind.MAINTENANCE,
        "name": name,
        "of_class": "pump",
        "every": Every.MONTHS,
        "first_on": date(2018, 4, 1),
        **changed,
    }
    made = desk(at).plan(PlanSpec(**said), by=ANNA, command_id=command("plan", name))
    fold(at)
    return made


def done(
    at: TestSite, plan: UUID, number: str, when: datetime, result: TestResult | None = None
) -> None:
    desk(at).done(
        plan, number, at=when, result=result, by=BEN, command_id=command("done", plan, number, when)
    )
    fold(at)


def standing(at: TestSite) -> list[DueRow]:
    fold(at)
    with at.writer.connection() as connection:
        return read_due(connection, at.schema, at.site.zone, at.clock.now())


def test_a_plan_of_a_class_stands_for_each_of_its_pieces_in_service(yard: TestSite) -> None:
    for name in ("Pump 1", "Pump 2"):
        registered(yard, name)
    registered(yard, "Boiler", kind=EquipmentClass.BOILER)
    plan = planned(yard)
    assert planned(yard) == plan, "the command again"
    assert [(row.piece.name, row.due.state, row.due.on) for row in standing(yard)] == [
        ("Pump 1", DueState.DUE, date(2018, 4, 1)),
        ("Pump 2", DueState.DUE, date(2018, 4, 1)),
    ]
    for _ in range(2):
        done(yard, plan, "E-2019-00001", NOON - timedelta(days=2))
    assert [(row.piece.name, row.due.on) for row in standing(yard)] == [
        ("Pump 2", date(2018, 4, 1)),
        ("Pump 1", date(2019, 2, 1)),
    ], "two days early counts for the first of January"
    desk(yard).end(plan, by=ANNA, command_id=uuid4())
    desk(yard).end(plan, by=ANNA, command_id=uuid4())
    assert standing(yard) == []


def test_a_standby_test_that_failed_stays_due(yard: TestSite) -> None:
    pump = registered(yard)
    plan = planned(yard, "Start", kind=PlanKind.CHANGE_OVER)
    failed = TestResult(started=True, took_load=False, minutes=2)
    done(yard, plan, "E-2019-00001", NOON - timedelta(hours=2), failed)
    assert standing(yard)[0].due.state is DueState.DUE
    done(yard, plan, "E-2019-00001", NOON - timedelta(hours=1), RAN)
    assert standing(yard)[0].due.state is DueState.NOT_YET
    with yard.writer.connection() as connection:
        history = read_history(connection, yard.schema, pump)
    assert [each.told["passed"] for each in history if each.what == "maintained"] == [False, True]


def test_another_result_of_the_same_instant_is_refused_not_lost(yard: TestSite) -> None:
    number = piece(yard, registered(yard)).number
    test = planned(yard, "Start", kind=PlanKind.STANDBY_TEST)

    def tell(name: str, result: TestResult) -> None:
        made = command(name)
        desk(yard).done(test, number, at=NOON, result=result, by=BEN, command_id=made)

    failed = TestResult(started=False, took_load=False, minutes=0)
    tell("first", failed)
    tell("by another", failed)
    with pytest.raises(EquipmentError, match="another result"):
        tell("other", RAN)
    assert standing(yard)[0].due.state is DueState.DUE


def test_run_hours_come_from_the_channel_of_the_piece(yard: TestSite) -> None:
    facts = ChannelFacts(
        quantity="run_hours",
        kind=Kind.COUNTER,
        utility=None,
        unit="h",
        resolution=Fraction(1, 10),
        modulus=2**32,
    )
    channel = yard.counter("p1", facts=facts)
    pump = registered(yard)
    planned(yard, "Bearing", every=Every.HOURS, number=500, first_on=None)
    assert standing(yard)[0].due.state is DueState.UNKNOWN
    yard.project()
    related(yard, pump, Relation.RUNS_BY, "channel:p1/run_hours")
    for days, tenths in ((20, 1000), (10, 3000), (1, 5990)):
        yard.accept(Reading(channel=channel, at=NOON - timedelta(days=days), count=tenths))
    yard.project()
    (row,) = standing(yard)
    assert (row.due.state, row.due.left_h) == (DueState.NOT_YET, Fraction(1))
    yard.accept(Reading(channel=channel, at=NOON, count=6000))
    yard.project()
    assert standing(yard)[0].due.state is DueState.DUE


def test_an_exchanged_channel_of_run_hours_takes_none_away(yard: TestSite) -> None:
    facts = ChannelFacts(
        quantity="run_hours",
        kind=Kind.COUNTER,
        utility=None,
        unit="h",
        resolution=Fraction(1),
        modulus=2**32,
    )
    first, second = (yard.counter(point, facts=facts) for point in ("p1", "p2"))
    pump = registered(yard)
    planned(yard, "Bearing", every=Every.HOURS, number=500, first_on=None)
    yard.project()
    changed = (NOON - timedelta(days=10)).date()
    related(yard, pump, Relation.RUNS_BY, "channel:p1/run_hours")
    for days, shown in ((30, 1000), (11, 1300), (2, 1500)):
        yard.accept(Reading(channel=first, at=NOON - timedelta(days=days), count=shown))
    yard.project()
    assert standing(yard)[0].due.left_h == 0
    unrelated = command("unrelate")
    equipment_desk(yard).unrelate(
        pump, Relation.RUNS_BY, "channel:p1/run_hours", on=changed, by=ANNA, command_id=unrelated
    )
    assert standing(yard)[0].due.state is DueState.UNKNOWN  # nothing tells them now
    related(yard, pump, Relation.RUNS_BY, "channel:p2/run_hours", on=changed)
    assert standing(yard)[0].due.state is DueState.UNKNOWN  # the new one has told nothing
    for days, shown in ((20, 7), (9, 100), (1, 250)):
        yard.accept(Reading(channel=second, at=NOON - timedelta(days=days), count=shown))
    yard.project()
    (row,) = standing(yard)
    assert (row.due.state, row.due.left_h) == (DueState.NOT_YET, Fraction(50))


def test_a_work_order_of_a_plan_is_made_once_and_its_end_is_its_doing(yard: TestSite) -> None:
    registered(yard)
    planned(yard)
    levels = published(yard)
    (row,) = standing(yard)
    level = next(each.key for each in levels.levels if not each.second_person)
    order = desk(yard).order(row, level, by=ANNA)
    assert desk(yard).order(row, level, by=ANNA) == order
    orders = WorkOrderDesk(yard.writer, yard.site, yard.clock)
    known = orders.order(order)
    assert known.number == "W-2019-00001"
    yard.tick(60)
    now = yard.clock.now()
    acts = (
        lambda it: it.take(by=BEN, command_id=command("take")),
        lambda it: it.begin(at=now, by=BEN, now=now, command_id=command("begin")),
        lambda it: it.finish(by=BEN, command_id=command("finish")),
    )
    for number, act in enumerate(acts):
        assert standing(yard)[0].due.state is DueState.DUE, "it is not done before its end"
        orders.act(order, act, command_id=command("act", number))
    (row,) = standing(yard)
    assert (row.due.state, row.due.on) == (DueState.NOT_YET, date(2019, 2, 1))


def test_a_plan_that_is_changed_is_another_version_and_keeps_what_was_done(yard: TestSite) -> None:
    number = piece(yard, registered(yard)).number
    plan = planned(yard)
    done(yard, plan, number, NOON - timedelta(days=1))
    (row,) = standing(yard)
    assert (row.plan.version, row.due.on) == (1, date(2019, 2, 1))
    sooner = replace(row.plan.spec, every=Every.WEEKS, number=1)
    for _ in range(2):
        desk(yard).change(plan, sooner, by=BEN, command_id=command("sooner"))
    (row,) = standing(yard)
    assert (row.plan.version, row.plan.spec, row.due.on) == (2, sooner, date(2019, 1, 6))
    with yard.writer.connection() as connection:
        (past,) = read_past_plans(connection, yard.schema, plan)
    assert (past.version, past.spec.every, past.changed_by) == (1, Every.MONTHS, BEN)
    for other in (replace(sooner, of_class="boiler"), replace(sooner, kind=PlanKind.CHANGE_OVER)):
        with pytest.raises(EquipmentError, match="what a plan is"):
            desk(yard).change(plan, other, by=BEN, command_id=uuid4())
    with pytest.raises(EquipmentError, match="--orders"):
        desk(yard).change(plan, replace(sooner, checklist="c"), by=BEN, command_id=uuid4())
    with pytest.raises(ServiceLevelError):
        desk(yard).change(plan, replace(sooner, level="none"), by=BEN, command_id=uuid4())
    desk(yard).end(plan, by=ANNA, command_id=uuid4())
    with pytest.raises(EquipmentError, match="ended"):
        desk(yard).change(plan, replace(sooner, number=3), by=BEN, command_id=uuid4())
    rebuilt(yard)


def test_by_itself_there_is_one_order_of_each_time_whatever_became_of_it(yard: TestSite) -> None:
    number = piece(yard, registered(yard)).number
    levels = published(yard)
    plan = planned(yard, "Start", kind=PlanKind.STANDBY_TEST, level=levels.levels[0].key)
    orders = WorkOrderDesk(yard.writer, yard.site, yard.clock)

    def made() -> UUID | None:
        (row,) = standing(yard)
        return desk(yard).order_once(row, lambda: BEN)

    (first,) = standing(yard)
    order = desk(yard).order_once(first, lambda: BEN)
    assert order is not None
    assert desk(yard).order_once(first, lambda: BEN) is None, "before the tables have it"
    assert made() is None, "when they have"
    assert orders.order(order).owner == BEN
    orders.act(
        order,
        lambda it: it.cancel("no crane", by=ANNA, command_id=command("cancel")),
        command_id=command("cancel"),
    )
    assert made() is None, "who cancelled it is not asked again"
    (row,) = standing(yard)
    by_hand = desk(yard).order(row, levels.levels[0].key, by=ANNA)
    done(yard, plan, number, NOON - timedelta(days=190), RAN)  # of the summer: it is due again
    assert made() is None, "that order waits"
    assert desk(yard).order(row, levels.levels[0].key, by=ANNA) == by_hand
    orders.act(
        by_hand,
        lambda it: it.cancel("no crane", by=ANNA, command_id=command("again")),
        command_id=command("again"),
    )
    assert made() is None
    (stale,) = standing(yard)
    desk(yard).done(plan, number, at=NOON, result=RAN, by=BEN, command_id=command("done"))
    assert desk(yard).order_once(stale, lambda: BEN) is None, "it was done meanwhile"
    assert made() is None, "not due"
    yard.tick(40 * 86_400)
    assert made() is not None, "the next time"
    desk(yard).change(plan, replace(stale.plan.spec, level=""), by=BEN, command_id=uuid4())
    yard.tick(400 * 86_400)
    assert made() is None, "a person makes them"


def published(at: TestSite) -> Any:
    """Publish service levels; return them."""
    first, levels = parse_levels(FILE)
    WorkPlanDesk(at.writer, at.site, at.clock).publish_levels(
        levels, valid_from=first, by=ANNA, command_id=command("levels")
    )
    return levels


def test_what_is_recorded_late_or_cancelled_doubles_and_loses_no_work_order(
    yard: TestSite,
) -> None:
    number = piece(yard, registered(yard)).number
    plan = planned(yard)
    levels = published(yard)
    level = levels.levels[0].key
    done(yard, plan, number, NOON - timedelta(days=200))
    (row,) = standing(yard)
    order = desk(yard).order(row, level, by=ANNA)
    done(yard, plan, number, NOON - timedelta(days=195))  # too early for the day it is due
    (late,) = standing(yard)
    assert late.last_done != row.last_done
    assert late.due == row.due
    assert desk(yard).order(late, level, by=ANNA) == order
    orders = WorkOrderDesk(yard.writer, yard.site, yard.clock)
    orders.act(
        order,
        lambda it: it.cancel("no crane", by=ANNA, command_id=command("cancel")),
        command_id=command("cancel"),
    )
    (row,) = standing(yard)
    other = desk(yard).order(row, level, by=ANNA)
    assert other != order
    assert desk(yard).order(row, level, by=ANNA) == other
    assert orders.order(other).number == "W-2019-00002"


def test_what_cannot_be_is_refused(yard: TestSite) -> None:
    registered(yard)
    registered(yard, "Boiler", kind=EquipmentClass.BOILER)
    plan, test = planned(yard), planned(yard, "Start", kind=PlanKind.STANDBY_TEST)
    for which, number, when, result, said in (
        (plan, "E-2019-00002", NOON, None, "is not for"),
        (plan, "E-2019-00009", NOON, None, "no piece of equipment 'E-2019-00009'"),
        (uuid4(), "E-2019-00001", NOON, None, "no such plan"),
        (plan, "E-2019-00001", NOON + timedelta(hours=1), None, "to come"),
        (plan, "E-2019-00001", NOON - timedelta(days=600), None, str(BUILT)),
        (plan, "E-2019-00001", NOON, RAN, "no result"),
        (test, "E-2019-00001", NOON, None, "how it went"),
        (
            *(test, "E-2019-00001", NOON),
            *(TestResult(started=False, took_load=True, minutes=1), "how it went"),
        ),
    ):
        with pytest.raises(EquipmentError, match=said):
            done(yard, which, number, when, result)
    done(yard, plan, "E-2019-00001", NOON)
    with pytest.raises(EquipmentError, match="before"):
        done(yard, plan, "E-2019-00001", NOON - timedelta(days=1))
    for wrong, said in (
        ({"of_class": "", "equipment": "E-2019-00009"}, "no piece of equipment 'E-2019-00009'"),
        (
            {
                "of_class": "",
                "equipment": "E-2019-00001",
                "first_on": None,
                "every": Every.ALERT,
                "rule": "none",
            },
            "no rule",
        ),
    ):
        with pytest.raises(EquipmentError, match=said):
            planned(yard, said, **wrong)
    desk(yard).end(plan, by=ANNA, command_id=uuid4())
    yard.tick()
    with pytest.raises(EquipmentError, match="ended"):
        done(yard, plan, "E-2019-00001", yard.clock.now())
    assert piece(yard, registered(yard)).number == "E-2019-00001"


def test_a_replay_of_plans_tells_what_was_folded_live(yard: TestSite) -> None:
    registered(yard)
    plan = planned(yard, "Start", kind=PlanKind.STANDBY_TEST)
    done(yard, plan, "E-2019-00001", NOON, RAN)
    desk(yard).end(plan, by=ANNA, command_id=uuid4())
    rebuilt(yard)


def rebuilt(at: TestSite) -> None:
    """Compare the tables with those made anew of the journal."""
    fold(at)
    owner = Database(at.server.dsn(OWNER), max_size=2)
    try:
        (verified,) = verify_views(
            owner, at.site, "equipment", at.clock, tell=lambda *_, **__: None
        )
    finally:
        owner.close()
    assert verified.equal, verified
