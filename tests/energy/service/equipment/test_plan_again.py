"""A plan by alert makes a work order each time its rule raises one behind the last order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from energy.alerting.alert import Alert
from energy.alerting.rule_desk import RuleDesk
from energy.base.ids import id_of
from energy.service.equipment.maintenance import Every, PlanKind, TestResult
from energy.service.work.order_desk import WorkOrderDesk
from tests.energy.service.assurance.hall import RULE
from tests.energy.service.equipment.test_plan_desk import desk, done, planned, published, standing
from tests.energy.service.equipment.yard import ANNA, BEN, fold, piece, registered
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
    orders = WorkOrderDesk(yard.writer, yard.site, yard.clock)

    def made() -> UUID | None:
        (row,) = standing(yard)
        order = desk(yard).order_once(row, lambda: BEN)
        assert desk(yard).order_once(row, lambda: BEN) is None, "before the tables have it"
        return order

    def ended(order: UUID) -> None:
        now = yard.clock.now()
        for name, act in (
            ("take", lambda it: it.take(by=BEN, command_id=command("take", order))),
            ("begin", lambda it: it.begin(at=now, by=BEN, now=now, command_id=command("b", order))),
            ("finish", lambda it: it.finish(by=BEN, command_id=command("finish", order))),
        ):
            orders.act(order, act, command_id=command(name, "act", order))
        if kind.tested:
            failed = TestResult(started=False, took_load=False, minutes=0)
            done(yard, plan, number, now, failed)

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
