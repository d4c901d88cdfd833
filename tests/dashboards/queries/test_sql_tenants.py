"""Tenants as the web's role reads them in a real database."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.views.rollup import roll_up
from tests.dashboards.queries.conftest import WebTown
from tests.dashboards.queries.test_sql import scope

pytestmark = pytest.mark.servers
BILLED = datetime(2019, 2, 2, 9, tzinfo=UTC)


def test_a_tenant_s_page_tells_use_bills_meters_and_what_is_owed(web_town: WebTown) -> None:
    run, numbers = web_town.town.bill()
    with web_town.town.database.connection() as connection:
        while roll_up(connection, web_town.town.site.schema):
            pass
    queries, who = web_town.queries, scope(web_town, Role.BILLING_CLERK)
    rows = queries.tenants(who).rows.rows
    assert [(row.account, row.name, row.supplies) for row in rows] == [
        ("A-b1", "Tenant of b1", 2),
        ("A-b2", "Tenant of b2", 2),
    ]
    invoices = {row.account: row for row in queries.invoices(who, run).rows}
    later = SqlSite(
        database=web_town.staff,
        site=web_town.town.site,
        clock=ManualClock(BILLED),
        vault=web_town.town.vault,
        walled=web_town.database,
    )
    owed = SqlQueries(later).tenants(who).rows.rows
    assert [row.balance for row in owed] == [invoices[row.account].total for row in owed]
    assert all(row.balance == 0 for row in rows), "on that day nothing was billed yet"

    answer = queries.tenant(who, "A-b1")
    assert answer is not None
    page = answer.rows
    (bill,) = page.bills
    assert (bill.number in numbers, bill.account) == (True, "A-b1")
    assert bill.open == bill.total == page.standing.open > Decimal(0)
    assert {each.tariff for each in page.terms.supplies} == {"campus-electricity", "campus-gas"}
    assert set(page.meters) == {"b1-elec", "b1-gas"}
    use = {each.utility: each for each in page.use}
    assert set(use) == {Utility.ELECTRICITY, Utility.GAS}
    power = use[Utility.ELECTRICITY]
    assert power.meters == 1
    assert (power.now, power.known) == days_of(web_town, "2019-01-01", "2019-01-02")
    assert (power.before, power.known_before) == days_of(web_town, "2018-12-01", "2018-12-02")
    assert power.now
    assert power.known == Fraction(1)


def days_of(web: WebTown, first: str, last: str) -> tuple[int, Fraction]:
    """Return the use of the first building's power over two days, and how much is known."""
    rows = web.town.rows(
        f"SELECT usage FROM {web.town.site.schema}.usage_day WHERE channel = 1 "
        f"AND day BETWEEN '{first}' AND '{last}' AND quality < {int(Quality.SUSPECT)}"
    )
    return sum(int(str(usage)) for (usage,) in rows), Fraction(len(rows), 2)


def test_a_tenant_s_page_is_for_readers_of_bills(seen_town: WebTown) -> None:
    queries = seen_town.queries
    assert queries.tenant(scope(seen_town), "A-none") is None
    for role in (Role.VIEWER, Role.TECHNICIAN, Role.TENANT, Role.KIOSK, Role.DESK):
        with pytest.raises(NotPermittedError):
            queries.tenants(scope(seen_town, role))
        with pytest.raises(NotPermittedError):
            queries.tenant(scope(seen_town, role), "A-b1")
