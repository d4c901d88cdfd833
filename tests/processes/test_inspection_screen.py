"""Back-billing from a screen: by the web's role, waiting for views, approved by a third person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from billing.views.outage_tenants import supplied_by
from dashboards.queries.inspection_rows import InspectionTab
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.config import Config
from energy.base.ids import id_of
from energy.service.inspection.desk import InspectionDesk
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.found import Claim
from energy.service.inspection.kinds import InspectionState, Method
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB, System
from processes import inspection_screen
from processes.inspection_screen import ScreenBilling
from tests.billing.conftest import server, town
from tests.processes.test_inspections import BEN, CARL, DORA, MANAGER, THREE, Case, case, slow

__all__ = ["case", "server", "town"]
pytestmark = pytest.mark.servers
BY_ERROR = Claim(method=Method.ERROR)
NUMBER = "W-2019-00001"


@dataclass
class Screen:
    """A finished inspection and the web process before it."""

    case: Case
    order: UUID
    queries: SqlQueries
    billing: ScreenBilling
    waiting: ScreenBilling
    """Waits for views as the web process does."""

    def scope(self, person: UUID) -> Scope:
        return Scope(
            person=person,
            name="X",
            roles=frozenset({Role.ENERGY_MANAGER}),
            sites=frozenset({self.case.site.key}),
            tenants=frozenset(),
        )

    def counted(self) -> dict[InspectionTab, int]:
        answer = self.queries.inspections(self.scope(DORA), InspectionTab.WAITING)
        return {tab: count for tab, count in answer.rows.counts.items() if count}


@pytest.fixture
def screen(case: Case, server: EmbeddedPostgres) -> Iterator[Screen]:
    order = case.inspected(slow())
    case.work(order, "sign", DORA)
    case.row(order)
    web, staff = Database(server.dsn(user=WEB)), Database(server.dsn(user=WEB), scope=STAFF)
    at = SqlSite(
        database=staff, site=case.site, clock=case.clock, vault=case.town.vault, walled=web
    )
    system = System(config=Config(), role=WEB, clock=case.clock)
    system.__dict__["database"] = staff
    desk = InspectionDesk(staff, case.site, case.clock, supplied_by(staff, case.site))
    yield Screen(
        case=case,
        order=order,
        queries=SqlQueries(at),
        billing=ScreenBilling(system, case.site, desk, lambda *_: case.town.catch_up()),
        waiting=ScreenBilling(system, case.site, desk),
    )
    web.close()
    staff.close()


def test_what_was_missed_is_proposed_explained_and_approved_by_a_third(screen: Screen) -> None:
    assert screen.counted() == {InspectionTab.ORDERED: 1}
    for _ in range(2):
        screen.billing.propose(screen.order, BY_ERROR, by=CARL)
    screen.case.row(screen.order)
    assert screen.counted() == {InspectionTab.WAITING: 1}
    answer = screen.queries.inspection(screen.scope(DORA), NUMBER)
    assert answer is not None
    told = answer.rows
    assert (told.row.state, len(told.evidence), told.methods) == (
        InspectionState.PROPOSED,
        1,
        tuple(Method),
    )
    assert told.days[-1][0] == THREE
    assert sum(amount for _, amount in told.days) == 14_403
    for person in (BEN, CARL):
        with pytest.raises(InspectionError, match="Who inspected or proposed"):
            screen.billing.approve(screen.order, roles=MANAGER, by=person)
    for _ in range(2):
        screen.billing.approve(screen.order, roles=MANAGER, by=DORA)
    row = screen.case.row(screen.order)
    assert (row.state, row.approved_by) == (InspectionState.APPROVED, DORA)
    assert screen.counted() == {InspectionTab.OVER: 1}


def test_late_views_refuse_an_approval_and_nothing_counts(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen.billing.propose(screen.order, BY_ERROR, by=CARL)
    screen.case.row(screen.order)
    monkeypatch.setattr(inspection_screen, "PATIENCE_S", 0.0)
    begin = datetime(2019, 1, 4, tzinfo=UTC)  # what comes in now is folded by nobody
    screen.case.town.read(first=begin + timedelta(minutes=15), last=begin + timedelta(hours=1))
    with pytest.raises(InspectionError, match="not come as far"):
        screen.waiting.approve(screen.order, roles=MANAGER, by=DORA)
    assert screen.case.row(screen.order).state == InspectionState.PROPOSED


def test_a_refused_proposal_may_be_made_again(screen: Screen) -> None:
    with pytest.raises(InspectionError, match="Nothing is proposed"):
        screen.billing.refuse(screen.order, "read it again", by=DORA)
    screen.billing.propose(screen.order, BY_ERROR, by=CARL)
    screen.billing.refuse(screen.order, "read it again", by=DORA)
    assert screen.case.row(screen.order).refused
    assert screen.counted() == {InspectionTab.ORDERED: 1}
    screen.billing.propose(screen.order, BY_ERROR, by=CARL)
    assert not screen.case.row(screen.order).refused


def test_a_suspicion_tells_its_inspection_and_who_may_inspect(screen: Screen) -> None:
    with screen.case.town.database.connection() as connection:
        rows = connection.execute(
            f"SELECT suspicion FROM {screen.case.site.schema}.suspicion".encode()
        ).fetchall()
    answer = screen.queries.suspicion(screen.scope(DORA), UUID(str(rows[0][0])))
    assert answer is not None
    assert (answer.rows.number, answer.rows.people) == (NUMBER, ()), "it is settled"
    assert screen.queries.suspicion(screen.scope(DORA), id_of("no", "suspicion")) is None
    assert screen.queries.inspection(screen.scope(DORA), "W-2019-00009") is None
