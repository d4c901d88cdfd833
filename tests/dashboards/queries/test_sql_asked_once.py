"""Kept answers over a real database: a moved view is seen, and what many ask is asked once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest

from dashboards.queries.asked_once import asked_once
from dashboards.queries.ports import Queries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from dashboards.selection import Selection
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.metering.reading import Reading
from energy.views.rollup import roll_up
from tests.billing.town import count_at
from tests.dashboards.queries.conftest import NOW, WebTown

pytestmark = pytest.mark.servers
STAFF = (Role.ENERGY_MANAGER, Role.BILLING_CLERK)
DAY = Selection(today=NOW.date())
ASKED: dict[str, tuple[object, ...]] = {
    "tiles": (),
    "load_profile": (Utility.ELECTRICITY,),
    "usage_calendar": (Utility.ELECTRICITY,),
    "energy_flow": (Utility.ELECTRICITY, date(2019, 1, 2)),
    "flow_page": (Utility.ELECTRICITY, DAY),
    "load_range": (Utility.ELECTRICITY, DAY),
    "open_alerts": (),
    "places": (),
    "quality": (DAY,),
    "utilities": (),
    "review": (),
    "tariffs": (),
    "tenants": (),
    "token": (),
}


@dataclass
class Shown:
    """The town's questions with kept answers, and how often the database was asked."""

    web: WebTown
    at: SqlSite
    queries: Queries
    reads: list[str]

    def scope(self, *roles: Role, tenants: tuple[str, ...] = ()) -> Scope:
        return Scope(
            person=uuid4(),
            name="Somebody",
            roles=frozenset(roles or STAFF),
            sites=frozenset({self.web.town.site.key}),
            tenants=frozenset(tenants),
        )


class Reread:
    """The stamp, read each time."""

    def __init__(self, read: Callable[[], Hashable]) -> None:
        self.now = read

    def forget(self) -> None:
        return None


@pytest.fixture
def kept(web_town: WebTown, monkeypatch: pytest.MonkeyPatch) -> Shown:
    web = web_town
    site = SqlSite(
        database=web.staff,
        site=web.town.site,
        clock=ManualClock(NOW),
        vault=web.town.vault,
        walled=web.database,
    )
    roll_up_all(web)
    reads: list[str] = []
    demand = SqlSite.demand

    def noted(self: SqlSite, scope: Scope, right: Any) -> None:
        reads.append(right)
        demand(self, scope, right)

    monkeypatch.setattr(SqlSite, "demand", noted)
    queries = asked_once(cast("Queries", web.queries), Reread(site.stamp), site.clock)
    return Shown(web=web, at=site, queries=queries, reads=reads)


def roll_up_all(web: WebTown) -> None:
    with web.town.database.connection() as connection:
        while roll_up(connection, web.town.site.schema):
            pass


def test_every_question_of_many_viewers_is_put_to_the_database_once(kept: Shown) -> None:
    for question, arguments in ASKED.items():
        kept.reads.clear()
        ask = getattr(kept.queries, question)
        first, again = ask(kept.scope(), *arguments), ask(kept.scope(), *arguments)
        once = len(kept.reads)
        kept.reads.clear()
        getattr(kept.web.queries, question)(kept.scope(), *arguments)
        assert once == len(kept.reads), question
        assert getattr(first, "rows", first) is getattr(again, "rows", again), question


def test_a_reading_moves_the_stamp_and_then_its_roll_up_does(kept: Shown) -> None:
    who, web = kept.scope(), kept.web
    before, stamp = kept.queries.tiles(who), kept.at.stamp()
    at = NOW.replace(hour=8, minute=1)
    web.town.accept([Reading(channel=1, at=at, count=count_at(1, at))])
    web.town.catch_up()
    folded = kept.at.stamp()
    assert folded != stamp
    assert kept.queries.tiles(who).as_of > before.as_of
    roll_up_all(web)
    assert kept.at.stamp() not in {stamp, folded}


def test_a_tenant_is_never_told_the_answer_of_staff_or_of_another(kept: Shown) -> None:
    one = kept.scope(Role.TENANT, tenants=("account/A-b1",))
    for scope in (one, replace(one, tenants=frozenset({"account/A-b2"})), one):
        (own,) = kept.queries.own_page(scope).rows.accounts
        assert f"account/{own.account}" in scope.tenants
    moved = replace(one, tenants=frozenset({"account/A-b1", "account/A-b2"}))
    assert len(kept.queries.own_page(moved).rows.accounts) == 2


def test_an_account_that_ends_its_contract_is_asked_anew(kept: Shown) -> None:
    one, web = kept.scope(Role.TENANT, tenants=("account/A-b1",)), kept.web
    before = kept.queries.own_page(one).rows.meters
    assert all(meter.ended_on is None for meter in before)
    ended = date(2019, 1, 2)
    account = web.town.office.books.account("A-b1")
    supply = next(each for each in account.supplies if each.point == "b1-elec")
    account.end_supply(supply, ended, reason="left", by=None, command_id=id_of("end", "b1"))
    web.town.office.books.store(account)
    web.town.catch_up()
    after = {meter.point: meter.ended_on for meter in kept.queries.own_page(one).rows.meters}
    assert after["b1-elec"] in {ended, ended - timedelta(days=1)}


def test_nobody_without_the_right_is_told_what_is_kept(kept: Shown) -> None:

    kept.queries.tenants(kept.scope())
    with pytest.raises(NotPermittedError):
        kept.queries.tenants(kept.scope(Role.VIEWER))
    with pytest.raises(NotPermittedError):
        kept.queries.tiles(replace(kept.scope(), sites=frozenset({"elsewhere"})))
