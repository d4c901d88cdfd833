"""What a permit at a node holds: what lies below, whatever else feeds it, and beyond a tie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.metering.supply.graph import Graph
from energy.service.switching.reach import held_by, holders_of
from tests.fixtures.supply import STATION, Part, graph, node, ring, tie


@pytest.mark.parametrize(
    ("at", "held"),
    [
        ("f1", {"f1", "m1", "m2"}),
        ("m1", {"m1"}),
        ("bus-a", {"bus-a", "f1", "f2", "m1", "m2"}),
        ("gone", {"gone"}),
    ],
)
def test_a_permit_holds_its_node_and_what_lies_below(at: str, held: set[str]) -> None:
    assert held_by(graph(*STATION), at) == held


def test_what_has_another_feed_can_feed_back_and_is_held() -> None:
    fed_twice = graph(*STATION, node("shop", "f1", "f3"))
    assert "shop" in held_by(fed_twice, "f1")
    assert holders_of(fed_twice, "shop") == {
        *("shop", "f1", "f3", "bus-a", "bus-b", "grid-a", "grid-b")
    }


def test_an_open_edge_is_no_safety() -> None:
    opened = graph(*STATION, node("shop", "f1", open_from=["f1"]))
    assert "shop" in held_by(opened, "f1")


@pytest.mark.parametrize("closed", [True, False])
def test_the_other_side_of_a_tie_is_held_and_not_what_lies_below_it(closed: bool) -> None:
    tied = graph(*STATION, tie("bc", "bus-a", "bus-b", closed=closed))
    assert held_by(tied, "bus-a") == {"bus-a", "bus-b", "f1", "f2", "m1", "m2"}
    assert "bus-a" in holders_of(tied, "bus-b")
    assert "bus-a" not in holders_of(tied, "f3")


def test_each_station_of_a_ring_holds_the_others_but_not_what_feeds_it() -> None:
    ringed = graph(*STATION, node("r1"), node("r2"), ring("r", ["bus-a", "r1", "r2"], ["r1", "r2"]))
    assert held_by(ringed, "r1") == {"r1", "r2"}
    assert "bus-a" in holders_of(ringed, "r2")


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=2),
)
def test_holding_and_being_held_are_one_relation(
    edges: list[tuple[int, int]], ties: list[tuple[int, int]]
) -> None:
    made: list[Part] = [
        node(str(n), *(str(a) for a, b in edges if b == n and a != n)) for n in range(7)
    ]
    made += [tie(f"t{n}", str(a), str(b)) for n, (a, b) in enumerate(ties) if a != b]
    drawn: Graph = graph(*made)
    for one in drawn.nodes:
        held = held_by(drawn, one)
        assert one in held
        assert all((one in holders_of(drawn, other)) == (other in held) for other in drawn.nodes)
