"""A supply graph says which nodes balance together: what no meter divides is one node."""

from __future__ import annotations

import pytest

from energy.metering.supply.check import problems
from energy.metering.supply.graph import Graph, balance_nodes, graph_of
from tests.fixtures.supply import STATION, graph, node, ring, tie


def keys(found: Graph, *closed: str) -> dict[str, tuple[list[str], list[str]]]:
    """Return entries and children of the balance nodes by key."""
    return {
        each.key: ([m.key for m in each.entries], [m.key for m in each.children])
        for each in balance_nodes(found, closed)
    }


def test_nodes_without_a_meter_belong_to_the_meter_above() -> None:
    assert keys(graph(*STATION)) == {
        "grid-a": (["grid-a"], ["f1", "f2"]),
        "grid-b": (["grid-b"], ["f3"]),
        "f1": (["f1"], ["m1", "m2"]),
    }


def test_closed_tie_makes_one_node_of_both_busbars() -> None:
    joined = graph(*STATION, tie("tie", "bus-a", "bus-b"))
    assert keys(joined)["grid-a"] == (["grid-a"], ["f1", "f2"])
    assert keys(joined, "tie") == {
        "grid-a+grid-b": (["grid-a", "grid-b"], ["f1", "f2", "f3"]),
        "f1": (["f1"], ["m1", "m2"]),
    }
    (whole,) = [each for each in balance_nodes(joined, {"tie"}) if each.ties]
    assert whole.ties == ("tie",)


def test_declared_state_of_a_tie_counts_where_none_is_named() -> None:
    declared = graph(*STATION, tie("tie", "bus-a", "bus-b", closed=True))
    assert [each.key for each in balance_nodes(declared)] == ["f1", "grid-a+grid-b"]


def test_open_edge_feeds_nothing() -> None:
    changeover = [
        *STATION,
        node("board", "bus-a", "bus-b", point="board", open_from=["bus-b"]),
    ]
    assert keys(graph(*changeover))["grid-a"][1] == ["board", "f1", "f2"]
    assert keys(graph(*changeover))["grid-b"][1] == ["f3"]


@pytest.mark.parametrize(
    ("opened", "from_first", "from_last"),
    [(("r1", "r2"), ["r1"], ["r2", "r3"]), (("bus-a", "r1"), [], ["r1", "r2", "r3"])],
)
def test_open_point_divides_a_ring(
    opened: tuple[str, str], from_first: list[str], from_last: list[str]
) -> None:
    ringed = graph(
        *STATION,
        *(node(key, point=key) for key in ("r1", "r2", "r3")),
        ring("ring", ["bus-a", "r1", "r2", "r3"], opened),
    )
    assert problems(ringed) == []
    edges = ringed.rings["ring"].edges()
    assert sorted(b for _, b in edges) == ["r1", "r2", "r3"]
    fed = {"bus-a"}
    for source, target in edges:  # each is fed by one that was fed before
        assert source in fed or source in from_last
        fed.add(target)
    assert (("bus-a", "r1") in edges) == bool(from_first)
    assert ("bus-a", "r3") in edges


def test_closed_ring_is_one_node() -> None:
    ringed = graph(
        *STATION,
        *(node(key, point=key) for key in ("r1", "r2", "r3")),
        node("x", "r2", point="x"),
        ring("ring", ["bus-a", "r1", "r2", "r3"], None),
    )
    assert problems(ringed) == []
    assert keys(ringed)["grid-a"] == (["grid-a"], ["f1", "f2", "x"])


def test_source_without_a_meter_is_named() -> None:
    open_ended = graph(node("grid", kind="incomer"), node("b1", "grid", point="b1"))
    (found,) = balance_nodes(open_ended)
    assert found.unmetered_sources == ("grid",)
    assert found.entries == ()


def test_dead_busbar_is_no_source() -> None:
    dead = graph(
        *STATION[:3],
        node("bus-c", "bus-a", open_from=["bus-a"], kind="busbar"),
        node("m9", "bus-c", point="m9"),
    )
    found = {each.key: each for each in balance_nodes(dead)}
    assert found["bus-c"].unmetered_sources == ()
    assert [m.key for m in found["bus-c"].children] == ["m9"]


def test_load_without_a_meter_is_named() -> None:
    found = {each.key: each for each in balance_nodes(graph(*STATION, node("lift", "bus-a")))}
    assert found["grid-a"].unmetered_ends == ("lift",)


def test_loss_of_a_node_without_a_meter_is_carried_by_those_below() -> None:
    loss = {"model": "curve", "no_load_w": "100", "load_loss_w": "1000", "rated_w": "1000000"}
    lossy = graph(
        node("grid", kind="incomer", point="grid"),
        node("tx", "grid", loss=loss),
        node("a", "tx", point="a"),
        node("b", "tx", point="b"),
        node("c", "grid", point="c"),
    )
    (found,) = balance_nodes(lossy)
    (element,) = found.elements
    assert (element.key, [m.key for m in element.carried]) == ("tx", ["a", "b"])


WRONG = {
    "edge": (graph_of([node("a")[0]], [["a", "x"]]), "x is no node"),
    "tie": (graph(node("a"), tie("t", "a", "x")), "tie t: x is no node"),
    "tie of one": (graph(node("a"), tie("t", "a", "a")), "joins a node with itself"),
    "ring": (graph(node("a"), ring("r", ["a", "x", "y"], None)), "ring r: x is no node"),
    "small ring": (
        graph(node("a"), node("b", "a"), ring("r", ["a", "b"], None)),
        "three or more",
    ),
    "open point": (
        graph(*(node(k) for k in "abcd"), ring("r", list("abcd"), ("a", "c"))),
        "no neighbours",
    ),
    "open edge": (graph(node("a"), node("b", open_from=["a"])), "no edge from a"),
    "meter twice": (graph(node("a", point="p"), node("b", "a", point="p")), "several nodes: a, b"),
    "loop": (
        graph(node("a", kind="incomer"), node("b", "a", "c"), node("c", "b")),
        "a loop that is no ring: b, c",
    ),
    "two parents": (
        graph(node("g", kind="incomer"), node("a", "g"), node("b", "g"), node("c", "a", "b")),
        "node c is fed by a, b at the same time",
    ),
    "two parents of a metered busbar": (
        graph(
            node("g", kind="incomer"),
            node("a", "g"),
            node("b", "g"),
            node("c", "a", "b", kind="busbar", point="c"),
        ),
        "node c is fed by a, b",
    ),
    "island": (
        graph(node("g", kind="incomer"), node("a", "g"), node("x"), node("y", "x")),
        "node y is reached from no source",
    ),
    "alone": (graph(node("g", kind="incomer"), node("a", "g"), node("h", kind="incomer")), "h"),
}


@pytest.mark.parametrize("case", WRONG)
def test_graph_that_cannot_be_balanced_says_why(case: str) -> None:
    wrong, told = WRONG[case]
    found = [str(each) for each in problems(wrong)]
    assert any(told in each for each in found), found


def test_transformers_in_parallel_on_one_busbar_are_sound() -> None:
    parallel = graph(
        node("grid", kind="incomer", point="grid"),
        node("t1", "grid", point="t1"),
        node("t2", "grid", point="t2"),
        node("bus", "t1", "t2", kind="busbar"),
        node("m", "bus", point="m"),
    )
    assert problems(parallel) == []
    assert keys(parallel) == {"grid": (["grid"], ["t1", "t2"]), "t1+t2": (["t1", "t2"], ["m"])}


def test_tie_drawn_without_its_busbars_is_a_node_that_joins_nothing() -> None:
    drawn = graph(*STATION, node("tie", kind="tie"))
    assert problems(drawn) == []
    assert drawn.ties == {}
    assert keys(drawn) == keys(graph(*STATION))


def test_a_node_is_built_for_what_is_stated_or_for_the_load_of_its_loss_curve() -> None:
    curve = {"model": "curve", "no_load_w": "1", "load_loss_w": "9", "rated_w": "630000"}
    nodes = graph(
        node("stated", rated_w="400000", loss=curve, sensors=["breaker", "winding"]),
        node("curve", loss=curve),
        node("fixed", loss={"model": "fixed", "no_load_w": "1"}),
    ).nodes
    assert nodes["stated"].full_w == 400_000
    assert nodes["stated"].sensors == ("breaker", "winding")
    assert nodes["curve"].full_w == 630_000
    assert nodes["fixed"].full_w is None
