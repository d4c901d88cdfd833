"""Deadlines near or broken of requests, call-backs and supply cases; none of what is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy.base.ids import id_of
from energy.service.requests.kinds import CallOutcome
from energy.service.telling.reads import read_due
from energy.service.work.kinds import WaitsFor
from tests.energy.service.cases.office import Office
from tests.energy.service.requests.counter import ANNA, BEN, Counter
from tests.energy.service.work.shop import Shop, fold
from tests.fixtures.postgres import TestSite
from tests.fixtures.supply import STATION, electricity

pytestmark = pytest.mark.servers
HOUR = timedelta(hours=1)


def due(site: TestSite) -> list[tuple[str, str, str]]:
    """Return what is promised, the stage and the owner, in order of the deadlines."""
    fold(site)
    names = {ANNA: "anna", BEN: "ben"}
    with site.writer.connection() as connection:
        found = read_due(connection, site.site, site.clock.now())
    return [(str(each.kind), each.stage, names[each.owner]) for each in found]


def test_requests_and_call_backs(site_schema: TestSite) -> None:
    counter, began = Counter(site_schema), site_schema.clock.now()
    counter.publish()
    request, call = counter.open(), id_of("call", "1")  # 60 min, 240 min

    def go(minutes: int) -> None:
        site_schema.clock.move_to(began + timedelta(minutes=minutes))

    go(45)
    assert due(site_schema) == []
    go(46)
    assert due(site_schema) == [("answer", "near", "anna")]
    go(61)
    assert due(site_schema) == [("answer", "broken", "anna")]
    counter.answer(request)
    assert due(site_schema) == []
    now = site_schema.clock.now()
    counter.do(request, "call_back", call, due_at=now + HOUR, person=BEN, now=now)
    go(61 + 45)
    assert due(site_schema) == []
    go(61 + 46)
    assert due(site_schema) == [("call", "near", "ben")]
    go(61 + 61)
    assert due(site_schema) == [("call", "broken", "ben")]
    counter.do(request, "called", call, CallOutcome.REACHED, "", by=BEN)
    assert due(site_schema) == []
    go(181)
    assert due(site_schema) == [("request", "near", "anna")]
    counter.resolve(request)
    go(300)
    assert due(site_schema) == []


def test_work_orders_by_their_day_else_by_their_class(site_schema: TestSite) -> None:
    shop, began = Shop(site_schema), site_schema.clock.now()
    shop.publish()
    order = shop.order()  # critical: 240 min
    shop.order("stated", level="normal", due_at=began + timedelta(minutes=40))

    def go(minutes: int) -> None:
        site_schema.clock.move_to(began + timedelta(minutes=minutes))

    go(30)
    assert due(site_schema) == []
    go(31)
    assert due(site_schema) == [("order", "near", "anna")]
    go(181)
    assert due(site_schema) == [("order", "broken", "anna"), ("order", "near", "anna")]
    shop.work(order, "take", by=BEN)
    shop.work(order, "begin", by=BEN, at=shop.now, now=shop.now)
    go(241)
    assert due(site_schema) == [("order", "broken", "anna"), ("order", "broken", "ben")]
    shop.work(order, "pause", WaitsFor.PART)
    assert due(site_schema) == [("order", "broken", "anna")]
    shop.work(order, "resume")
    shop.work(order, "finish")
    assert due(site_schema) == [("order", "broken", "anna")]


def test_steps_of_supply_cases_by_working_hours(site_schema: TestSite) -> None:
    site_schema.application("metering").store(electricity(site_schema.site.key, *STATION))
    site_schema.project()
    office = Office(site_schema)
    office.publish()
    monday = site_schema.clock.now().replace(day=7, hour=8, minute=0, second=0, microsecond=0)
    site_schema.clock.move_to(monday)
    case = office.open()  # an application within 480 min of working hours: one day
    for hours, told in ((6, []), (8, [("step", "near", "anna")]), (9, [("step", "near", "anna")])):
        site_schema.clock.move_to(monday + hours * HOUR)
        assert due(site_schema) == told, hours
    site_schema.clock.move_to(monday + 24 * HOUR)
    assert due(site_schema) == [("step", "near", "anna")]  # all used up, and not more
    site_schema.clock.move_to(monday + 25 * HOUR)
    assert due(site_schema) == [("step", "broken", "anna")]
    office.act(case, "wait", WaitsFor.CUSTOMER, "papers are missing")
    assert due(site_schema) == []
    site_schema.clock.move_to(monday + 26 * HOUR)
    office.act(case, "resume")
    assert due(site_schema) == [("step", "broken", "anna")]
    office.step(case, "application")
    assert due(site_schema) == []
