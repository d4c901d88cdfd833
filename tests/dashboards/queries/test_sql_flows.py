"""The energy flow and its balance, asked of a real database in the role of the web process."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from uuid import uuid4

import pytest

from dashboards.queries import sql_flows, sql_site_flow
from dashboards.queries.flow_rows import BalanceState, FlowPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Role, Scope
from dashboards.selection import selection_of
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.places import ALWAYS
from energy.metering.plant import PlaceTree
from energy.views.rollup import roll_up
from tests.dashboards.queries.conftest import WebTown
from tests.fixtures.supply import electricity, node

pytestmark = pytest.mark.servers
TODAY = date(2019, 1, 3)


def scope(web: WebTown, site: str | None = None) -> Scope:
    return Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({Role.VIEWER}),
        sites=frozenset({site or web.town.site.key}),
    )


def define(web: WebTown) -> None:
    """b1-elec feeds b2-elec: what is between is far beyond the limit."""
    town = web.town
    graph = electricity(
        town.site.key,
        node("grid", kind="incomer"),
        node("main", "grid", point="b1-elec", limit_percent="2"),
        node("sub", "main", point="b2-elec"),
    )
    JournalApplication(town.database, town.site.schema, "metering", town.clock).store(graph)
    town.catch_up()


def asked(web: WebTown, search: str) -> Answer[FlowPage] | None:
    selection = selection_of(search, TODAY)
    return web.queries.flow_page(scope(web), Utility.ELECTRICITY, selection)


def shown(web: WebTown, search: str) -> FlowPage:
    answer = asked(web, search)
    assert answer is not None
    return answer.rows


def amounts(page: FlowPage) -> dict[str, int | None]:
    return {edge.target: edge.amount for edge in page.flow.edges}


def test_flow_and_balance_of_days_say_what_the_meters_counted(web_town: WebTown) -> None:
    define(web_town)
    load = web_town.queries.load_range(
        scope(web_town), Utility.ELECTRICITY, selection_of("?at=2019-01-02", TODAY)
    )
    assert load is not None
    page = shown(web_town, "?at=2019-01-02")
    told = amounts(page)
    main, sub = told["main"], told["sub"]
    assert main is not None
    assert sub is not None
    assert main == load.rows.curve.total()
    row, source = sorted(page.balances or (), key=lambda each: each.node != "main")
    assert source.state is BalanceState.UNMETERED
    assert (row.into, row.out, row.unaccounted) == (main, sub, main - sub)
    assert row.share == Fraction(100 * (main - sub), main)
    assert row.limit == 2
    assert row.state is (BalanceState.OVER if abs(row.share) > 2 else BalanceState.WITHIN)
    both = amounts(shown(web_town, "?span=free&at=2019-01-01&until=2019-01-02"))
    first = amounts(shown(web_town, "?at=2019-01-01"))
    assert both == {key: (first[key] or 0) + (told[key] or 0) for key in told}


def test_today_counts_what_is_due_and_nothing_of_it_is_missing(web_town: WebTown) -> None:
    define(web_town)
    page = shown(web_town, "")
    assert page.partly == ()
    assert {row.node: row.known for row in page.balances or ()} == {"grid": 0, "main": 1}
    assert amounts(shown(web_town, "?at=2020-01-01"))["sub"] is None


def test_many_days_are_summed_from_the_rollup_and_not_balanced(
    web_town: WebTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(web_town)
    fine = shown(web_town, "?at=2019-01-02")
    with web_town.town.database.connection() as connection:
        while roll_up(connection, web_town.town.site.schema):
            pass
    monkeypatch.setattr(sql_flows, "MOST_BLOCKS", 0)
    coarse = shown(web_town, "?at=2019-01-02")
    assert coarse.balances is None
    assert amounts(coarse) == amounts(fine)


def test_a_node_and_a_place_show_their_part_of_the_graph(web_town: WebTown) -> None:
    define(web_town)
    town = web_town.town
    page = shown(web_town, "?at=2019-01-02&node=sub")
    assert [node.key for node in page.trail] == ["grid", "main", "sub"]
    assert [(edge.source, edge.target) for edge in page.flow.edges] == [("main", "sub")]
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    places = [
        {"key": "town", "kind": "site", "name": "Town"},
        {"key": "b2", "kind": "building", "name": "Two", "parent": "town"},
    ]
    tree = PlaceTree(site=town.site.key, places=places, command_id=uuid4())
    tree.move_points(
        ["b2-elec"], "b2", valid_from=ALWAYS, reason="told", by=uuid4(), command_id=uuid4()
    )
    metering.store(tree)
    town.catch_up()
    whole = amounts(shown(web_town, "?at=2019-01-02"))
    there = shown(web_town, "?at=2019-01-02&place=b2")
    assert there.place == "Two"
    assert amounts(there) == {"main": whole["sub"], "sub": whole["sub"]}


def test_no_such_place_node_or_right(seen_town: WebTown) -> None:
    assert asked(seen_town, "?place=nowhere") is None
    assert asked(seen_town, "?node=nothing") is None
    assert shown(seen_town, "").flow.edges == ()
    with pytest.raises(NotPermittedError):
        seen_town.queries.flow_page(
            scope(seen_town, "elsewhere"), Utility.GAS, selection_of("", TODAY)
        )


@pytest.mark.parametrize("most", [sql_flows.MOST_BLOCKS, 0])
def test_the_flow_of_all_utilities_says_what_the_meters_counted(
    web_town: WebTown, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    define(web_town)
    with web_town.town.database.connection() as connection:
        while roll_up(connection, web_town.town.site.schema):
            pass
    monkeypatch.setattr(sql_site_flow, "MOST_BLOCKS", most)
    search = "?span=free&at=2019-01-01&until=2019-01-02"
    flow = shown(web_town, search)
    answer = web_town.queries.site_flow(scope(web_town), selection_of(search, TODAY))
    assert answer is not None
    parts_of = {(p.source, p.target): p.days for p in answer.rows.parts}
    main, sub = (amounts(flow)[key] for key in ("main", "sub"))
    assert main is not None
    assert sub is not None
    into = parts_of["source electricity grid", "grid electricity"]
    assert (sum(into), len(into)) == (main, 2)
    rest = parts_of.get(("grid electricity", "unaccounted"), ())
    assert sum(rest) == max(main - sub, 0)
    billed = [days for (_, target), days in parts_of.items() if target == "tenants"]
    assert [sum(days) for days in billed] == [sub], "b2 is billed to a tenant"
    assert answer.rows.unknown == ()
    nowhere = selection_of("?place=nowhere", TODAY)
    assert web_town.queries.site_flow(scope(web_town), nowhere) is None
    with pytest.raises(NotPermittedError):
        web_town.queries.site_flow(scope(web_town, "elsewhere"), nowhere)
