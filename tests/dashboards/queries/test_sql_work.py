"""Incidents and work orders asked of a real database in the role of the web."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from dashboards.queries.sql_site import SqlSite
from dashboards.queries.sql_work import SqlWork
from dashboards.queries.work_rows import IncidentTab, OrderTab
from dashboards.security.scope import Role, Scope
from energy.alerting.causes import AlertCause
from energy.base.errors import NotPermittedError
from energy.service.work.desk import WorkPlanDesk
from energy.service.work.heard import Spot
from energy.service.work.kinds import OrderKind, Origin, Problem, WaitsFor
from energy.service.work.levels import parse_levels
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from tests.energy.alerting.notices import book
from tests.energy.service.work.shop import ANNA, BEN, CLARA, Shop, fold
from tests.energy.service.work.test_levels import FILE
from tests.fixtures.postgres import NOON, TestSite, command, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
ALL = [f"I-{NOON:%Y}-{n:05}" for n in (1, 2, 3)]
pytestmark = pytest.mark.servers


@dataclass
class Board:
    """A site with service levels, and the questions of its screens."""

    shop: Shop
    ask: SqlWork

    def scope(self, role: Role = Role.TECHNICIAN, person: object = ANNA) -> Scope:
        return Scope(
            person=person,  # type: ignore[arg-type]
            name="X",
            roles=frozenset({role}),
            sites=frozenset({self.shop.site.site.key}),
        )

    def numbers(self, tab: IncidentTab, person: object = ANNA) -> list[str]:
        answer = self.ask.incidents(self.scope(person=person), tab).rows
        assert tab is IncidentTab.ENDED or answer.counts[tab] == len(answer.lines)
        return [line.row.number for line in answer.lines]

    def orders(self, tab: OrderTab, person: object = ANNA) -> list[str]:
        answer = self.ask.work_orders(self.scope(person=person), tab).rows
        assert answer.counts[tab] == len(answer.lines)
        return [line.row.number for line in answer.lines]


@pytest.fixture
def board(site_schema: TestSite) -> Iterator[Board]:
    vault = book.a_book(site_schema)
    staff = Database(site_schema.server.dsn(WEB), scope=STAFF)
    at = SqlSite(database=staff, site=site_schema.site, clock=site_schema.clock, vault=vault)
    shop = Shop(site_schema)
    shop.publish()
    yield Board(shop=shop, ask=SqlWork(at))
    staff.close()


def test_tabs_hold_what_is_open_mine_overdue_and_closed(board: Board) -> None:
    shop = board.shop
    late, mine, over = (shop.open(name) for name in ("late", "mine", "over"))
    shop.do(mine, "hand_over", to=BEN)
    shop.do(over, "respond", by=BEN)
    shop.do(over, "diagnose", Problem.LEAK, AlertCause.DEVICE, "a seal", by=BEN)
    shop.do(over, "resolve", by=BEN)
    shop.do(over, "close", by=CLARA)
    shop.do(mine, "respond")
    shop.site.tick(16 * 60)
    fold(shop.site)
    assert board.numbers(IncidentTab.OPEN) == board.numbers(IncidentTab.MINE) == ALL[:2]
    assert board.numbers(IncidentTab.MINE, BEN) == ALL[1:2], "what is offered, too"
    assert board.numbers(IncidentTab.OVERDUE) == ALL[:1], "nobody responded within 15 min"
    assert board.numbers(IncidentTab.ENDED) == ALL[2:]
    assert shop.incident_row(late).state == "open"


def test_an_incident_tells_its_clock_orders_parts_and_who_may_own_it(board: Board) -> None:
    shop = board.shop
    shop.site.counter("m1")
    shop.site.project()
    incident = shop.open("one", spot=Spot(point="m1"), origin=Origin.ACCOUNT, about="A-1")
    part = shop.open("part")
    shop.incidents.join(part, incident, by=ANNA, command_id=command("join"))
    order = shop.order(incident=incident)
    shop.do(incident, "respond")
    shop.do(incident, "pause", WaitsFor.PERMIT)
    shop.site.tick(60)
    fold(shop.site)
    answer = board.ask.incident(board.scope(), ALL[0])
    assert answer is not None
    told = answer.rows
    assert told.line.clock.paused
    assert told.line.clock.used == timedelta(), "it waits since it was opened"
    assert (told.line.responding, told.line.where.point, told.account) == (False, "m1", "A-1")
    assert [each.number for each in told.parts] == ALL[1:2]
    assert [(each.row.work_order, each.incident) for each in told.orders] == [(order, ALL[0])]
    assert [level.key for level in told.forms.levels] == ["critical", "normal"]
    assert told.forms.checklists == {"meter-swap": {"en": "Meter exchange", "zh": "换表"}}
    below = board.ask.incident(board.scope(), ALL[1])
    assert below is not None
    assert below.rows.parent is not None
    assert below.rows.parent.number == ALL[0]
    seen = board.ask.incident(board.scope(Role.VIEWER), ALL[0])
    assert seen is not None
    assert (seen.rows.account, seen.rows.forms.levels) == ("", ())
    assert board.ask.incident(board.scope(), "I-2026-99999") is None
    assert board.ask.incident(board.scope(), "") is None


def test_work_is_not_opened_with_a_class_of_the_service_desk(board: Board) -> None:
    site = board.shop.site
    first, levels = parse_levels(FILE.replace('class = "normal"', 'class = "bill-dispute"'))
    desk = WorkPlanDesk(site.writer, site.site, site.clock)
    desk.publish_levels(levels, valid_from=first, by=CLARA, command_id=command("disputes"))
    fold(site)
    told = board.ask.work_forms(board.scope()).rows
    assert [level.key for level in told.levels] == ["critical"]


def test_orders_are_mine_overdue_planned_or_over(board: Board) -> None:
    shop = board.shop
    due = shop.now + timedelta(hours=1)
    shop.order("plan", kind=OrderKind.PLANNED, what="test the transformer")
    late = shop.order("late", due_at=due)
    gone = shop.order("gone", what="nothing")
    shop.work(gone, "cancel", "not needed")
    shop.work(late, "assign", to=BEN, by=ANNA)
    shop.site.tick(2 * 3600)
    fold(shop.site)
    first, second, third = (f"W-{shop.now:%Y}-{n:05}" for n in (1, 2, 3))
    assert board.orders(OrderTab.OPEN) == [second, first], "what is due first"
    assert board.orders(OrderTab.MINE, BEN) == board.orders(OrderTab.OVERDUE) == [second]
    assert board.orders(OrderTab.PLANNED) == [first]
    assert board.orders(OrderTab.ENDED) == [third]
    shop.site.tick(2 * 3600 + 60)
    assert board.orders(OrderTab.OVERDUE) == [second, first], "without a day: 240 min of its class"
    waits = shop.order("waits", due_at=shop.now + timedelta(minutes=5))
    sooner = shop.order("sooner", level="critical", since=shop.now - timedelta(minutes=238))
    fold(shop.site)
    order = board.orders(OrderTab.OPEN)
    assert order == [second, first, shop.order_row(sooner).number, shop.order_row(waits).number]
    answer = board.ask.work_order(board.scope(), second)
    assert answer is not None
    assert answer.rows.line.row.work_order == late
    assert [fact.act for fact in answer.rows.history] == [
        "work_order.opened",
        "work_order.assigned",
    ]
    assert board.ask.work_order(board.scope(), "W-2026-99999") is None


def test_another_site_and_a_tenant_are_refused(board: Board) -> None:
    away = replace(board.scope(), sites=frozenset({"elsewhere"}))
    for who in (away, board.scope(Role.TENANT)):
        for ask in (
            lambda who=who: board.ask.incidents(who, IncidentTab.OPEN),
            lambda who=who: board.ask.incident(who, ALL[0]),
            lambda who=who: board.ask.incident_of_alert(who, ANNA),
            lambda who=who: board.ask.work_orders(who, OrderTab.OPEN),
            lambda who=who: board.ask.work_order(who, "W-2026-00001"),
            lambda who=who: board.ask.work_forms(who),
        ):
            with pytest.raises(NotPermittedError):
                ask()
