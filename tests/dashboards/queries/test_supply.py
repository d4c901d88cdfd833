"""Meters nearest to the incomers make the whole; nothing is counted twice."""

from __future__ import annotations

from dashboards.queries.supply import Supply, SupplyNode, flow_rows, top_points


def supply(points: dict[str, str | None], *edges: tuple[str, str]) -> Supply:
    return Supply(
        nodes=tuple(
            SupplyNode(key=key, name=key, kind="feeder", point=point)
            for key, point in points.items()
        ),
        edges=edges,
    )


def test_a_main_meter_hides_its_sub_meters() -> None:
    graph = supply(
        {"grid": None, "main": "m", "a": "pa", "b": "pb", "c": "pc"},
        ("grid", "main"),
        ("main", "a"),
        ("main", "b"),
        ("grid", "c"),
    )
    assert top_points(graph) == ["m", "pc"]


def test_a_ring_is_walked_once() -> None:
    graph = supply(
        {"grid": None, "x": None, "y": None, "a": "pa"},
        ("grid", "x"),
        ("x", "y"),
        ("y", "x"),
        ("y", "a"),
        ("x", "a"),
    )
    assert top_points(graph) == ["pa"]
    _, edges = flow_rows(graph, {"pa": 7})
    assert sum(edge.amount or 0 for edge in edges if edge.target == "a") == 7


def test_an_unmetered_node_passes_on_what_is_below_and_an_unknown_meter_stays_unknown() -> None:
    graph = supply(
        {"grid": None, "hall": None, "a": "pa", "b": "pb"},
        ("grid", "hall"),
        ("hall", "a"),
        ("hall", "b"),
    )
    _, edges = flow_rows(graph, {"pa": 10, "pb": None})
    amounts = {(edge.source, edge.target): edge.amount for edge in edges}
    assert amounts == {("grid", "hall"): 10, ("hall", "a"): 10, ("hall", "b"): None}
