"""What a supply node lacks, divided: on the grid of its shares, whatever meters come later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from energy.base.ids import id_of
from energy.metering.plant import SupplyGraph
from energy.metering.reading import Reading
from energy.metering.shares.file import ShareFileError
from energy.metering.supply.book import SupplyAct, SupplyChange
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.shares import BEGUN, QUARTERS, TENANTS, Mall, share_file
from tests.fixtures.supply import Part, node, parts, tie

pytestmark = pytest.mark.servers
SHARES = ("common.u1", "common.u2", "common.u3", "common.landlord")
LATER = datetime(2019, 3, 29, tzinfo=UTC)
MAIN = (node("main", kind="incomer", point="u3"), node("a", "main", point="lobby"))


@pytest.fixture
def mall(site_schema: TestSite) -> Mall:
    mall = Mall(site_schema)
    mall.found()
    mall.read()
    return mall


def graphed(mall: Mall, *drawn: Part) -> SupplyGraph:
    """Let a supply graph hold from the beginning."""
    nodes, edges = parts(*drawn)
    graph = SupplyGraph(
        site=mall.site.site.key,
        utility="electricity",
        valid_from=datetime(2019, 1, 1, tzinfo=UTC),
        nodes=nodes,
        edges=edges,
        command_id=id_of("test", "graph"),
    )
    mall.site.application("metering").store(graph)
    mall.site.project()
    return graph


def grown(mall: Mall, graph: SupplyGraph, *drawn: Part) -> None:
    """Let more nodes hang in the graph from a later day on."""
    nodes, edges = parts(*drawn)
    changes = [
        SupplyChange(act=SupplyAct.NODE, valid_from=LATER, facts={"node": each}) for each in nodes
    ]
    changes += [
        SupplyChange(act=SupplyAct.EDGE, valid_from=LATER, facts={"from": first, "to": second})
        for first, second in edges
    ]
    graph.change(
        changes, valid_from=LATER, reason="grown", by=None, command_id=id_of("test", "grown")
    )
    mall.site.application("metering").store(graph)
    mall.site.project()


def of_node(key: str, share: str = "common") -> str:
    """Return a file that divides what a supply node lacks."""
    text = share_file().replace(
        '{ point = "lobby" }', f'{{ utility = "electricity", node = "{key}" }}'
    )
    return text.replace('key = "common"', f'key = "{share}"')


def counted(mall: Mall, point: str, grid_s: int, every: timedelta) -> None:
    """Plan a meter of another grid that counts 10 Wh a minute."""
    number = mall.site.counter(point, facts=counter_facts(grid_s=grid_s))
    at = [BEGUN + n * every for n in range(QUARTERS * timedelta(minutes=15) // every + 1)]
    mall.site.accept(
        *(Reading(channel=number, at=t, count=(t - BEGUN) // timedelta(minutes=1)) for t in at)
    )


def added(mall: Mall, points: Sequence[str] = SHARES) -> list[int | None]:
    days = zip(*(mall.days(point) for point in points), strict=True)
    return [None if None in day else sum(n for n in day if n is not None) for day in days]


def lacking(mall: Mall, *into: str, out: Sequence[str] = ("lobby",)) -> list[int]:
    """Return what went into a node and came out nowhere, by local day. [Wh]."""
    told = [(1, point) for point in into] + [(-1, point) for point in out]
    days = zip(*([sign * (n or 0) for n in mall.days(point)] for sign, point in told), strict=True)
    return [sum(day) for day in days]


def test_an_hourly_meter_elsewhere_in_the_graph_changes_no_share(mall: Mall) -> None:
    graph = graphed(mall, *MAIN)
    mall.define(of_node("main") + TENANTS)
    before = [mall.days(point) for point in SHARES]
    assert added(mall) == lacking(mall, "u3")
    for point in ("h1", "h2"):
        counted(mall, point, 3600, timedelta(hours=1))
    grown(mall, graph, node("b", kind="incomer", point="h1"), node("c", "b", point="h2"))
    assert [mall.days(point) for point in SHARES] == before


def test_an_hourly_meter_at_the_node_leaves_the_days_before_it_as_they_were(mall: Mall) -> None:
    graph = graphed(mall, *MAIN)
    mall.define(of_node("main") + TENANTS)
    before = mall.days("common.u1")
    counted(mall, "h", 3600, timedelta(hours=1))
    grown(mall, graph, node("h", "main", point="h"))
    assert mall.days("common.u1") == [*before[:3], None, None, None]


def test_a_finer_meter_at_the_node_is_summed_exactly(mall: Mall) -> None:
    graph = graphed(mall, *MAIN)
    mall.define(of_node("main") + TENANTS)
    before = lacking(mall, "u3")
    counted(mall, "fine", 60, timedelta(minutes=5))
    grown(mall, graph, node("fine", "main", point="fine"))
    after = lacking(mall, "u3", out=("lobby", "fine"))
    assert added(mall) == [*before[:3], *after[3:]]
    assert before[3:] != after[3:]


def test_shares_are_as_wide_as_any_meter_that_stands_at_the_node_from_the_first_day_on(
    mall: Mall,
) -> None:
    graph = graphed(mall, *MAIN)
    counted(mall, "h", 3600, timedelta(hours=1))
    grown(mall, graph, node("h", "main", point="h"))
    mall.define(of_node("main") + TENANTS)
    before, after = lacking(mall, "u3"), lacking(mall, "u3", out=("lobby", "h"))
    assert added(mall) == [*before[:3], *after[3:]]


BUS = (
    node("t1", kind="incomer", point="u3"),
    node("t2", kind="incomer", point="u2"),
    node("bus", "t1", "t2", kind="busbar"),
    node("a", "bus", point="lobby"),
)


@pytest.mark.parametrize("key", ["t1", "t2", "bus"])
def test_a_busbar_with_two_incomers_is_divided_by_any_of_its_names(mall: Mall, key: str) -> None:
    graphed(mall, *BUS)
    mall.define(of_node(key) + TENANTS)
    assert added(mall) == lacking(mall, "u3", "u2")
    assert min(lacking(mall, "u3", "u2")) > 0
    others = {"t1", "t2", "bus"} - {key}
    for other in others:
        with pytest.raises(ShareFileError, match="is divided by 'common' already"):
            mall.define(of_node(other, "again"))


def test_one_file_does_not_divide_a_balance_node_by_two_of_its_names(mall: Mall) -> None:
    graphed(mall, *BUS)
    with pytest.raises(ShareFileError, match="divided by 'common' of this file too"):
        mall.define(of_node("t1") + of_node("bus", "again"))


def test_a_node_that_feeds_nothing_metered_is_refused_and_told_why(mall: Mall) -> None:
    graphed(mall, *MAIN)
    with pytest.raises(ShareFileError, match="nothing is balanced at supply node 'a'"):
        mall.define(of_node("a"))


def test_while_a_tie_is_closed_within_an_hour_only_its_quarter_hours_are_unknown(
    mall: Mall,
) -> None:
    graph = graphed(
        mall,
        node("main", kind="incomer", point="u3"),
        node("bus-a", "main", kind="busbar"),
        node("a", "bus-a", point="lobby"),
        node("other", kind="incomer", point="u2"),
        node("bus-b", "other", kind="busbar"),
        node("b", "bus-b", point="u1"),
        tie("tie", "bus-a", "bus-b"),
    )
    mall.define(of_node("main") + TENANTS)
    before = added(mall)
    assert before == lacking(mall, "u3")
    for minutes, closed in ((20, True), (37, False)):  # two quarter-hours are touched
        at = LATER + timedelta(hours=9, minutes=minutes)
        graph.change(
            [
                SupplyChange(
                    act=SupplyAct.TIE, valid_from=at, facts={"key": "tie", "closed": closed}
                )
            ],
            valid_from=at,
            reason="switched",
            by=None,
            command_id=id_of("test", "tie", str(minutes)),
        )
    mall.site.application("metering").store(graph)
    mall.site.project()
    assert added(mall) == [*before[:3], None, *before[4:]]
    assert [used is None for used in mall.quarters("common.u1", date(2019, 3, 29))] == [
        n in (37, 38) for n in range(96)
    ]
