"""Who goes dark: nobody whom another feed reaches; protected loads stand first."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.outages.affected import Affected, Supplied, affected, dark, dark_over
from energy.metering.supply.graph import Edge, Graph, Node, Tie
from tests.fixtures.supply import STATION, graph, tie

STANDING = graph(*STATION, tie("t", "bus-a", "bus-b"))
TIED = graph(*STATION, tie("t", "bus-a", "bus-b", closed=True))
KEYS = [f"n{n}" for n in range(7)]
Pair = st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).filter(lambda e: e[0] != e[1])


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Return a graph of incomers and feeders, some edges open, some ties closed."""
    incomers = draw(st.sets(st.sampled_from(KEYS), min_size=1, max_size=3))
    edges: frozenset[Edge] = frozenset(draw(st.sets(Pair, max_size=12)))
    opened = draw(st.sets(st.sampled_from(sorted(edges)), max_size=3)) if edges else set()
    nodes = {
        key: Node(
            key=key,
            kind="incomer" if key in incomers else "feeder",
            name=key,
            point=key,
            open_from=frozenset(a for a, b in opened if b == key),
        )
        for key in KEYS
    }
    ties = {
        f"t{n}": Tie(key=f"t{n}", name="tie", between=pair, closed=draw(st.booleans()))
        for n, pair in enumerate(draw(st.lists(Pair, max_size=2)))
    }
    return Graph(nodes=nodes, edges=edges, ties=ties)


def lit(of: Graph, off: set[str]) -> set[str]:
    """Return what something reaches: the plain rule, said another way, step by step."""
    reached = {key for key in of.sources() if key not in off}
    ways = set(of.live_edges())
    for each in of.ties.values():
        if each.closed:
            ways |= {each.between, (each.between[1], each.between[0])}
    for _ in KEYS:
        reached |= {b for a, b in ways if a in reached and b not in off}
    return reached


@given(graphs(), st.sampled_from(KEYS), st.sets(st.sampled_from(KEYS), max_size=2))
def test_nobody_fed_another_way_is_told_and_whoever_is_cut_off_is(
    of: Graph, node: str, others: set[str]
) -> None:
    found = dark(of, node, others)
    assert node in found
    assert not found & lit(of, {node, *others}), "it is still fed"
    cut_off = lit(of, set()) - lit(of, {node})
    assert cut_off <= found, "it goes dark"
    both = lit(of, others) - lit(of, {node, *others})
    assert both <= found, "both outages together cut it off"


def test_a_closed_tie_and_a_second_feed_keep_the_supply_on() -> None:
    assert dark(STANDING, "grid-a") == {"grid-a", "bus-a", "f1", "f2", "m1", "m2"}
    assert dark(TIED, "grid-a") == {"grid-a"}
    assert dark(TIED, "grid-a", {"grid-b"}) == dark(STANDING, "grid-a") | {"bus-b", "f3"}
    assert dark(STANDING, "nowhere") == frozenset()


def test_a_graph_that_changes_in_the_span_counts_as_it_is_at_each_instant() -> None:
    points = dark_over([TIED, STANDING], "grid-a")
    assert set(points) == dark(STANDING, "grid-a")
    assert points["f1"] == "f1"
    assert points["bus-a"] == "", "a busbar has no meter"


def test_protected_loads_stand_first_and_accounts_in_their_order() -> None:
    m2 = Supplied(point="m2", account="B", protected="medical")
    supplied = [Supplied(point="f1"), Supplied(point="m1", account="A"), m2]
    found = affected({"f1": "f1", "m1": "m1", "m2": "m2", "bus-a": ""}, supplied)
    assert [each.point for each in found.supplied] == ["m2", "f1", "m1"]
    assert found.accounts == ("B", "A")
    stranger = replace(m2, point="f3")
    assert affected({"f1": "f1"}, [stranger]) == Affected(nodes=("f1",), supplied=())
