"""Equipment asked of a real database in the role of the web: the register, what is due, a piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from dashboards.queries.sql_equipment import SqlEquipment
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.errors import NotPermittedError
from energy.service.equipment.maintenance import DueState, Every, PlanKind, PlanSpec
from energy.service.equipment.plan_desk import PlanDesk
from energy.service.equipment.words import EquipmentClass, Relation
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from tests.energy.alerting.notices import book
from tests.energy.service.equipment.yard import ANNA, a_yard, desk, fold, registered, related
from tests.energy.service.work.shop import Shop
from tests.fixtures.postgres import TestSite, command, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers
PUMP, GENSET = "E-2019-00001", "E-2019-00002"


@dataclass
class Yard:
    """A site with equipment, and the questions of its screens."""

    site: TestSite
    shop: Shop
    ask: SqlEquipment

    def scope(self, role: Role = Role.ENERGY_MANAGER) -> Scope:
        return Scope(
            person=ANNA, name="X", roles=frozenset({role}), sites=frozenset({self.site.site.key})
        )


@pytest.fixture
def yard(site_schema: TestSite) -> Iterator[Yard]:
    vault = book.a_book(a_yard(site_schema))
    staff = Database(site_schema.server.dsn(WEB), scope=STAFF)
    at = SqlSite(database=staff, site=site_schema.site, clock=site_schema.clock, vault=vault)
    shop = Shop(site_schema)
    shop.publish()
    pump = registered(site_schema)
    registered(site_schema, "Genset", kind=EquipmentClass.GENERATOR)
    related(site_schema, pump, Relation.FEEDS, "node:electricity/f1")
    for number, ends in (("1", date(2018, 6, 1)), ("2", date(2018, 12, 31))):
        desk(site_schema).certify(
            pump,
            "vessel",
            number,
            issued_on=date(2018, 5, int(number)),
            valid_until=ends,
            paper=None,
            by=ANNA,
            command_id=command("certify", number),
        )
    for name, said in (
        ("Oil", {"of_class": "pump", "level": "critical"}),
        ("Start", {"equipment": GENSET, "kind": PlanKind.STANDBY_TEST}),
    ):
        spec = {"kind": PlanKind.MAINTENANCE, "name": name, "every": Every.MONTHS}
        plans = PlanDesk(site_schema.writer, site_schema.site, site_schema.clock)
        plan = PlanSpec(**{**spec, "first_on": date(2018, 4, 1), **said})  # type: ignore[arg-type]
        fold(site_schema)
        plans.plan(plan, by=ANNA, command_id=command("plan", name))
    fold(site_schema)
    yield Yard(site=site_schema, shop=shop, ask=SqlEquipment(at))
    staff.close()


def test_the_register_tells_state_what_is_due_next_and_ended_certificates(yard: Yard) -> None:
    told = yard.ask.equipment(yard.scope(), out=False).rows
    assert [(line.row.number, line.ended) for line in told.lines] == [(PUMP, 1), (GENSET, 0)]
    assert [line.next and line.next.plan.spec.name for line in told.lines] == ["Oil", "Start"]
    assert told.counts == {"in": 2, "out": 0, "due": 2, "plans": 2}
    assert yard.ask.equipment(yard.scope(), out=True).rows.lines == ()


def test_what_is_due_has_its_order_and_its_certificates(yard: Yard) -> None:
    board = yard.ask.equipment_due(yard.scope(Role.TECHNICIAN)).rows
    assert [(line.row.plan.spec.name, line.order) for line in board.lines] == [
        ("Oil", None),
        ("Start", None),
    ]
    plans = PlanDesk(yard.site.writer, yard.site.site, yard.site.clock)
    plans.order(board.lines[0].row, "critical", by=ANNA)
    fold(yard.site)
    board = yard.ask.equipment_due(yard.scope(Role.VIEWER)).rows
    (order,) = [line.order for line in board.lines if line.order]
    assert (order.what, order.plan) == ("Oil", "M-2019-00001")
    assert board.lines[0].row.due.state is DueState.DUE
    assert [due.certificate.number for _, due in board.certificates] == ["2"]
    assert board.forms.levels == (), "a viewer makes none"


def test_a_piece_tells_its_relations_orders_incidents_and_what_it_may_be(yard: Yard) -> None:
    incident = yard.shop.open("dark", what="it is dark")
    yard.shop.order("of it", incident=incident, equipment=PUMP, what="look at it")
    fold(yard.site)
    answer = yard.ask.equipment_piece(yard.scope(), PUMP)
    assert answer is not None
    page = answer.rows
    assert [each.about for each in page.relations] == ["node:electricity/f1"]
    assert [each.what for each in page.orders] == ["look at it"]
    assert [each.what for each in page.incidents] == ["it is dark"]
    assert [each.days_left for each in page.ending] == [-1]
    assert {relation for relation, _, _ in page.forms.ends} >= {"feeds", "part_of"}
    answer = yard.ask.equipment_piece(yard.scope(Role.TECHNICIAN), PUMP)
    assert answer is not None
    assert answer.rows.forms.ends == ()
    assert yard.ask.equipment_piece(yard.scope(), "E-2019-00009") is None


def test_a_plan_tells_its_versions_and_what_it_stands_for(yard: Yard) -> None:
    (oil, _) = yard.ask.equipment_plans(yard.scope()).rows.plans
    plans = PlanDesk(yard.site.writer, yard.site.site, yard.site.clock)
    changed = PlanSpec.from_json({**oil.spec.to_json(), "owner": str(ANNA)})
    plans.change(oil.plan, changed, by=ANNA, command_id=command("change"))
    yard.site.tick(timedelta(hours=1).total_seconds())
    fold(yard.site)
    answer = yard.ask.equipment_plan(yard.scope(), oil.number)
    assert answer is not None
    assert (answer.rows.row.version, [each.version for each in answer.rows.past]) == (2, [1])
    assert [line.row.piece.number for line in answer.rows.due] == [PUMP]
    assert yard.ask.equipment_plan(yard.scope(), "M-2019-00009") is None
    form = yard.ask.equipment_forms(yard.scope()).rows
    assert (form.plans, [number for number, _ in form.forms.pieces]) == (2, [PUMP, GENSET])
    assert yard.ask.equipment_forms(yard.scope(Role.VIEWER)).rows.forms.pieces == ()


def test_a_tenant_and_another_site_see_nothing(yard: Yard) -> None:
    for role, sites in ((Role.TENANT, {yard.site.site.key}), (Role.ADMIN, {"other"})):
        scope = Scope(person=ANNA, name="X", roles=frozenset({role}), sites=frozenset(sites))
        with pytest.raises(NotPermittedError):
            yard.ask.equipment(scope, out=False)
        with pytest.raises(NotPermittedError):
            yard.ask.equipment_piece(scope, PUMP)
