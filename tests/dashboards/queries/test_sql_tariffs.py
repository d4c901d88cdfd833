"""Tariffs and a trial of one on issued bills, asked of a real database as the web process."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from tests.billing.samples import TARIFFS
from tests.dashboards.queries.conftest import NOW, WebTown

pytestmark = pytest.mark.servers
KEY = "campus-electricity"


def scope(web: WebTown, role: Role = Role.BILLING_CLERK) -> Scope:
    return Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({role}),
        sites=frozenset({web.town.site.key}),
    )


def issued(web: WebTown) -> None:
    town = web.town
    town.bill()
    town.catch_up()


def test_versions_are_listed_and_one_prices_today(seen_town: WebTown) -> None:
    rows = seen_town.queries.tariffs(scope(seen_town)).rows
    assert {row.tariff for row in rows} == {KEY, "campus-gas"}
    assert all(row.in_force for row in rows)
    row = next(row for row in rows if row.tariff == KEY)
    page = seen_town.queries.tariff(scope(seen_town), KEY, row.valid_from, row.version)
    assert page is not None
    assert [week.season for week in page.rows.weeks] == ["winter", "summer"]
    assert page.rows.accounts == ()
    assert seen_town.queries.tariff(scope(seen_town), KEY, date(1999, 1, 1), 1) is None


def test_the_own_tariff_on_last_year_changes_nothing_and_a_dearer_one_does(
    web_town: WebTown,
) -> None:
    issued(web_town)
    queries, who = web_town.queries, scope(web_town)
    row = next(row for row in queries.tariffs(who).rows if row.tariff == KEY)
    own = queries.tariff_trial(who, KEY, row.valid_from, row.version, "A-b1")
    assert own is not None
    assert own.rows.name == "Tenant of b1"
    assert [bill.barred for bill in own.rows.bills] == [()]
    assert own.rows.now == own.rows.was > 0
    text = (TARIFFS / f"{KEY}.toml").read_text(encoding="utf-8")
    dearer = text.replace('"0.1432"', '"0.4432"')
    assert dearer != text
    dearer = dearer.replace(str(row.valid_from), "2027-01-01", 1)
    town = web_town.town
    town.office.publish_tariff(dearer, command_id=id_of("t", "dearer"), by=None)
    town.catch_up()
    later = next(r for r in queries.tariffs(who).rows if r.valid_from == date(2027, 1, 1))
    assert not later.in_force
    tried = queries.tariff_trial(who, KEY, later.valid_from, later.version, "A-b1")
    assert tried is not None
    assert tried.rows.now > tried.rows.was == own.rows.was
    assert queries.tariff_trial(who, KEY, row.valid_from, row.version, "nobody") is None


def test_bills_of_long_ago_are_not_tried(web_town: WebTown) -> None:
    issued(web_town)
    later = ManualClock(NOW.replace(year=2021))
    at = SqlSite(
        database=web_town.database,
        site=web_town.town.site,
        clock=later,
        vault=web_town.town.vault,
    )
    row = next(r for r in web_town.queries.tariffs(scope(web_town)).rows if r.tariff == KEY)
    asked = KEY, row.valid_from, row.version
    page = SqlQueries(replace(at)).tariff(scope(web_town), *asked)
    assert page is not None
    assert page.rows.accounts == ()


def test_who_may_not_read_bills_tries_nothing(seen_town: WebTown) -> None:
    with pytest.raises(NotPermittedError):
        seen_town.queries.tariff_trial(
            scope(seen_town, Role.VIEWER), KEY, date(2018, 1, 1), 1, "A-b1"
        )
