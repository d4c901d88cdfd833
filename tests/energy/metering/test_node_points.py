"""What a node used is counted once, however its points feed each other."""

from __future__ import annotations

from energy.metering.node_points import FeedGraph, points_of_place, points_of_supply

GRAPH = FeedGraph(
    point_of={"incomer": "m0", "board_1": "m1", "board_2": "m2", "tenant": "m3", "spare": "m4"},
    below={
        "incomer": ["busbar"],
        "busbar": ["board_1", "board_2", "loose"],
        "board_1": ["tenant"],
        "loose": ["spare", "busbar"],
    },
)


def test_a_node_with_a_meter_is_that_meter() -> None:
    assert points_of_supply(GRAPH, "board_1") == ["m1"]


def test_a_node_without_a_meter_is_the_nearest_metered_nodes_below_even_in_a_ring() -> None:
    assert points_of_supply(GRAPH, "busbar") == ["m1", "m2", "m4"]
    assert points_of_supply(GRAPH, "nowhere") == []


def test_a_place_leaves_out_what_another_of_its_points_feeds() -> None:
    assert points_of_place(GRAPH, ["m1", "m3"]) == ["m1"]
    assert points_of_place(GRAPH, ["m2", "m3"]) == ["m2", "m3"]
    assert points_of_place(GRAPH, ["m0", "m1", "m2", "m3", "unfed"]) == ["m0", "unfed"]


def test_points_that_feed_each_other_in_a_circle_are_not_lost() -> None:
    ring = FeedGraph(point_of={"a": "m1", "b": "m2"}, below={"a": ["b"], "b": ["a"]})
    assert points_of_place(ring, ["m1", "m2"]) == ["m1", "m2"]
