"""A plan makes another work order: at an alert behind the last, or a test that failed."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.alert import Alert
from energy.alerting.rule_desk import RuleDesk
from energy.base.ids import id_of
from energy.metering.channel import ChannelFacts, Kind
from energy.metering.reading import Reading
from energy.service.equipment.maintenance import Every, PlanKind, TestResult
from energy.service.equipment.words import Relation
from energy.service.work.order_desk import WorkOrderDesk
from tests.energy.service.assurance.hall import RULE
from tests.energy.service.equipment.test_plan_desk import (
    RAN,
    desk,
    done,
    planned,
    published,
    standing,
)
from tests.energy.service.equipment.yard import ANNA, BEN, fold, piece, registered, related
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("kind", [PlanKind.MAINTENANCE, PlanKind.STANDBY_TEST])
def test_an_alert_behind_the_last_order_makes_another_on_the_same_day(
    yard: TestSite, kind: PlanKind
) -> None:
    number = piece(yard, registered(yard)).number
    yard.counter("g1", gauge=True)
    yard.project()
    RuleDesk(yard.writer, yard.site, yard.clock).define(RULE, ANNA)
    fold(yard)
    level = next(each.key for each in published(yard).levels if not each.second_person)
    said: dict[str, Any] = {
        "kind": kind,
        "rule": "load",
        "level": level,
        "every": Every.ALERT,
        "first_on": None,
    }
    plan = planned(yard, "Look", of_class="", equipment=number, **said)

    def made() -> UUID | None:
        (row,) = standing(yard)
        order = desk(yard).order_once(row, lambda: BEN)
        assert desk(yard).order_once(row, lambda: BEN) is None, "before the tables have it"
        return order

    def ended(order: UUID) -> None:
        finished(yard, order)
        if kind.tested:
            failed = TestResult(started=False, took_load=False, minutes=0)
            done(yard, plan, number, yard.clock.now(), failed)

    found = []
    for _ in range(3):
        alarmed(yard)
        order = made()
        assert order is not None
        found.append(order)
        alarmed(yard)
        assert made() is None, "it waits"
        yard.tick(60)
        ended(order)
        yard.tick(60)
        assert made() is None, "nothing came again"
    assert len(set(found)) == 3
    assert {row[0].date() for row in yard.rows("SELECT since FROM {s}.work_order")} == {NOON.date()}


def alarmed(at: TestSite) -> None:
    """Let the rule raise an alert now, a minute after what was before."""
    at.tick(60)
    fold(at)
    ((rule,),) = at.rows("SELECT rule FROM {s}.rule")
    now = at.clock.now()
    said = command("alarm", now)
    alert = Alert(
        alert=id_of("alert", str(now)),
        rule=rule,
        channel=2,
        severity="high",
        at=now,
        value=120,
        limit_value=100,
        historic=False,
        key="load",
        command_id=said,
    )
    at.application("operations").store(alert)


def finished(at: TestSite, order: UUID) -> None:
    """Let an order be taken, begun and done now."""
    now, orders = at.clock.now(), WorkOrderDesk(at.writer, at.site, at.clock)
    for name, act in (
        ("take", lambda it: it.take(by=BEN, command_id=command("take", order))),
        ("begin", lambda it: it.begin(at=now, by=BEN, now=now, command_id=command("b", order))),
        ("finish", lambda it: it.finish(by=BEN, command_id=command("finish", order))),
    ):
        orders.act(order, act, command_id=command(name, "act", order))


@pytest.mark.parametrize("every", [Every.MONTHS, Every.HOURS])
def test_a_test_that_failed_makes_another_order_once(yard: TestSite, every: Every) -> None:
    pump = registered(yard)
    number = piece(yard, pump).number
    run_hours(yard, pump)
    level = next(each.key for each in published(yard).levels if not each.second_person)
    first_on = date(2019, 1, 1) if every is Every.MONTHS else None
    plan = planned(
        yard, "Start", kind=PlanKind.CHANGE_OVER, every=every, first_on=first_on, level=level
    )
    failed = TestResult(started=True, took_load=False, minutes=2)

    def made() -> UUID | None:
        (row,) = standing(yard)
        order = desk(yard).order_once(row, lambda: BEN)
        assert desk(yard).order_once(row, lambda: BEN) is None, "before the tables have it"
        assert order is None or desk(yard).order(row, level, by=ANNA) == order, "nor by hand"
        return order

    found = []
    for last in (False, False, True):
        order = made()
        assert order is not None
        found.append(order)
        yard.tick(600)
        assert made() is None, "it waits"
        done(yard, plan, number, yard.clock.now(), RAN if last else failed)
        assert made() is None, "it waits, whatever came of it"
        finished(yard, order)
        yard.tick(60)
    assert made() is None, "it passed"
    assert len(set(found)) == 3
    done(yard, plan, number, yard.clock.now(), failed)
    assert made() is None, "what is not due is not asked for, though a test beside failed"


def test_who_cancels_the_order_behind_a_failed_test_decides(yard: TestSite) -> None:
    number = piece(yard, registered(yard)).number
    level = published(yard).levels[0].key
    plan = planned(yard, "Start", kind=PlanKind.STANDBY_TEST, level=level)
    failed = TestResult(started=False, took_load=False, minutes=0)
    done(yard, plan, number, NOON, failed)
    (row,) = standing(yard)
    yard.tick(600)
    order = desk(yard).order_once(row, lambda: BEN)
    assert order is not None
    WorkOrderDesk(yard.writer, yard.site, yard.clock).act(
        order,
        lambda it: it.cancel("it is taken out", by=ANNA, command_id=command("cancel")),
        command_id=command("cancel"),
    )
    (row,) = standing(yard)
    assert desk(yard).order_once(row, lambda: BEN) is None
    yard.tick(600)
    done(yard, plan, number, yard.clock.now(), failed)
    (row,) = standing(yard)
    yard.tick(600)
    assert desk(yard).order_once(row, lambda: BEN) is not None, "it was tried again"


def run_hours(at: TestSite, pump: UUID) -> None:
    """Let a pump have run 600 hours."""
    facts = ChannelFacts(
        quantity="run_hours",
        kind=Kind.COUNTER,
        utility=None,
        unit="h",
        resolution=Fraction(1),
        modulus=2**32,
    )
    channel = at.counter("p1", facts=facts)
    at.project()
    related(at, pump, Relation.RUNS_BY, "channel:p1/run_hours")
    for days, hours in ((20, 0), (1, 600)):
        at.accept(Reading(channel=channel, at=NOON - timedelta(days=days), count=hours))
    at.project()
