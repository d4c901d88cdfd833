"""Reports asked of a real database in the role of the web process."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from dashboards.queries.report_rows import ReportPage
from dashboards.security.scope import Role
from dashboards.selection import selection_of
from energy.base.errors import NotPermittedError
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.places import ALWAYS
from energy.metering.plant import PlaceTree
from energy.views.rollup import roll_up
from tests.dashboards.queries.conftest import WebTown
from tests.dashboards.queries.test_sql import scope
from tests.dashboards.queries.test_sql_load import asked as load_of

pytestmark = pytest.mark.servers
TODAY = date(2019, 1, 3)
DAYS = "?span=free&at=2019-01-01&until=2019-01-02"


def asked(
    web: WebTown, search: str, role: Role = Role.VIEWER, utility: Utility = Utility.ELECTRICITY
) -> ReportPage:
    answer = web.queries.report(scope(web, role), utility, selection_of(search, TODAY))
    assert answer is not None
    return answer.rows


def rolled_up(web: WebTown) -> None:
    with web.town.database.connection() as connection:
        while roll_up(connection, web.town.site.schema):
            pass


def test_a_report_says_what_the_load_says(seen_town: WebTown) -> None:
    rolled_up(seen_town)
    page = asked(seen_town, DAYS)
    load = load_of(seen_town, DAYS)
    assert page.own.days.known() == int(load.curve.usage.sum())
    assert page.own.days.usage.tolist() == load.curve.usage.reshape(2, 96).sum(axis=1).tolist()
    assert page.own.days.whole.all()
    assert (page.due, page.own.before, page.children) == (2, None, ())
    complete = page.own.complete
    assert (complete.expected, complete.missing) == (2 * 2 * 96, 0)


def test_a_day_that_is_not_over_is_not_due(seen_town: WebTown) -> None:
    page = asked(seen_town, "?compare=previous")
    assert page.due == 0
    assert page.own.before is not None
    assert page.own.before.whole.all()
    assert page.before_first == date(2019, 1, 2)


def test_places_below_sum_to_the_whole(web_town: WebTown) -> None:
    town = web_town.town
    places = [
        {"key": "town", "kind": "site", "name": "Town"},
        {"key": "b1", "kind": "building", "name": "One", "parent": "town"},
        {"key": "b2", "kind": "building", "name": "Two", "parent": "town"},
    ]
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    tree = PlaceTree(site=town.site.key, places=places, command_id=uuid4())
    for building in ("b1", "b2"):
        points = [f"{building}-elec", f"{building}-gas"]
        tree.move_points(
            points, building, valid_from=ALWAYS, reason="told", by=uuid4(), command_id=uuid4()
        )
    metering.store(tree)
    town.catch_up()
    run, _ = town.bill()
    town.catch_up()
    rolled_up(web_town)
    clerk = Role.BILLING_CLERK
    page = asked(web_town, "?span=free&at=2019-01-01&until=2019-01-03", clerk)
    assert [each.name for each in page.children] == ["One", "Two"]
    sums = sum(each.days.known() for each in page.children)
    assert page.own.days.known() == sums > 0
    billed = [each.cost for each in page.children]
    assert all(cost is not None and (cost.points, cost.beyond) == (1, 0) for cost in billed)
    assert page.own.cost is not None
    both = sum((cost.net for cost in billed if cost is not None), Decimal(0))
    assert page.own.cost.net == both
    gas = asked(web_town, "?span=free&at=2019-01-01&until=2019-01-03", clerk, Utility.GAS)
    assert gas.own.cost is not None
    invoices = web_town.queries.invoices(scope(web_town, clerk), run).rows
    assert both + gas.own.cost.net == sum((row.net for row in invoices), Decimal(0))
    part = asked(web_town, "?at=2019-01-02", clerk).own.cost
    assert part is not None
    assert (part.points, part.beyond, part.net) == (0, 2, 0), "a bill of three days is no day's"
    one = asked(web_town, f"{DAYS}&place=b1", clerk)
    assert (one.own.name, one.children) == ("One", ())


def test_what_is_billed_is_for_readers_of_bills(seen_town: WebTown) -> None:
    assert asked(seen_town, DAYS).own.cost is None
    assert asked(seen_town, DAYS, Role.ENERGY_MANAGER).own.cost is not None
    nowhere = selection_of("?place=nowhere", TODAY)
    assert seen_town.queries.report(scope(seen_town), Utility.GAS, nowhere) is None
    with pytest.raises(NotPermittedError):
        seen_town.queries.report(scope(seen_town, Role.TENANT), Utility.GAS, nowhere)
