"""A one-line diagram: no two boxes overlap, every edge is drawn, from the one box to the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.one_line import Box, Plan, Wire, one_line
from dashboards.figures.one_line_svg import Look, one_line_image, one_line_svg
from dashboards.figures.one_line_tree import Part
from dashboards.theme import Theme
from energy.base.units import Utility

KINDS = ("incomer", "transformer", "busbar", "feeder", "board")
Edge = tuple[str, str, bool]
Graph = tuple[list[Part], list[Edge], list[tuple[str, str, str]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any nodes, any edges, circles and open ones among them, any ties."""
    many = draw(st.integers(1, 24))
    keys = [f"n{n}" for n in range(many)]
    parts = [Part(key=key, kind=draw(st.sampled_from(KINDS))) for key in keys]
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(keys), st.sampled_from(keys), st.booleans()), max_size=40
        )
    )
    edges = list({(a, b): (a, b, c) for a, b, c in pairs if a != b}.values())
    ties = [
        (f"tie{n}", a, b)
        for n, (a, b) in enumerate(
            draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys)), max_size=3))
        )
        if a != b
    ]
    return parts, edges, ties


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[Part], list[Edge]]:
    """What most supplies are: every node but the first is fed by one before it."""
    many = draw(st.integers(1, 40))
    kinds = [draw(st.sampled_from(KINDS)) for _ in range(many)]
    parts = [Part(key=f"n{n}", kind=kind) for n, kind in enumerate(kinds)]
    edges = [(f"n{draw(st.integers(0, n - 1))}", f"n{n}", False) for n in range(1, many)]
    return parts, edges


def at_edge(spot: tuple[int, int], box: Box) -> bool:
    x, y = spot
    within = box.x <= x <= box.right and box.y <= y <= box.bottom
    return within and (x in {box.x, box.right} or y in {box.y, box.bottom})


def check(plan: Plan, keys: set[str], edges: list[tuple[str, str]]) -> None:
    assert set(plan.boxes) == keys
    boxes = list(plan.boxes.values())
    for n, box in enumerate(boxes):
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= plan.wide
        assert box.bottom <= plan.high
        assert [other.key for other in boxes[n + 1 :] if box.meets(other)] == []
    assert [(wire.source, wire.target) for wire in plan.wires] == edges
    for wire in plan.wires:
        assert len(wire.spots) > 1
        assert at_edge(wire.spots[0], plan.boxes[wire.source]), wire
        assert at_edge(wire.spots[-1], plan.boxes[wire.target]), wire
        for x, y in wire.spots:
            assert 0 <= x <= plan.wide
            assert -40 <= y <= plan.high, "what feeds upwards bends above the drawing"


def through(wire: Wire, box: Box) -> bool:
    """Return whether a wire runs through the inside of a box."""
    return any(
        min(x, to_x) < box.right
        and max(x, to_x) > box.x
        and min(y, to_y) < box.bottom
        and max(y, to_y) > box.y
        for (x, y), (to_x, to_y) in zip(wire.spots, wire.spots[1:], strict=False)
    )


@given(graphs(), st.integers(1, 12))
def test_whatever_the_graph_no_boxes_overlap_and_every_edge_is_drawn(
    graph: Graph, columns: int
) -> None:
    parts, edges, ties = graph
    plan = one_line(parts, edges, ties, columns=columns)
    ends = [(key, end) for key, a, b in ties for end in (a, b)]
    keys = {part.key for part in parts} | {key for key, _, _ in ties}
    check(plan, keys, [(a, b) for a, b, _ in edges] + ends)
    assert plan == one_line(parts, edges, ties, columns=columns)


@given(trees(), st.integers(1, 12))
def test_no_wire_of_a_tree_runs_through_a_box(
    tree: tuple[list[Part], list[Edge]], columns: int
) -> None:
    parts, edges = tree
    plan = one_line(parts, edges, columns=columns)
    for wire in plan.wires:
        crossed = [box.key for box in plan.boxes.values() if through(wire, box)]
        assert crossed == [], wire


def station() -> Graph:
    kinds = {"g": "incomer", "t": "transformer", "b": "busbar", "p": "generator"}
    edges = [("g1", "t1"), ("t1", "b1"), ("p1", "b1"), ("g2", "t2"), ("t2", "b2")]
    edges += [(f"b{1 + n // 6}", f"f{n}") for n in range(12)]
    keys = list(dict.fromkeys(key for edge in edges for key in edge))
    parts = [Part(key=key, kind=kinds.get(key[0], "feeder")) for key in keys]
    return parts, [(a, b, b == "f3") for a, b in edges], [("tie", "b1", "b2")]


def test_a_substation_stands_as_people_draw_it() -> None:
    plan = one_line(*station())
    box = plan.boxes
    assert box["g1"].y < box["t1"].y < box["b1"].y < box["f0"].y
    assert box["g1"].x == box["t1"].x
    assert box["p1"].y == box["t1"].y, "what feeds the busbar alone stands right above it"
    assert box["b1"].y == box["b2"].y
    assert box["b1"].right < box["b2"].x
    assert box["b1"].x < box["tie"].middle < box["b2"].right
    assert box["tie"].bottom < box["b1"].y
    for n in range(12):
        bus = box[f"b{1 + n // 6}"]
        assert bus.x <= box[f"f{n}"].middle <= bus.right
    assert [wire.target for wire in plan.wires if wire.open] == ["f3"]
    assert plan.wide < 1180, "twelve feeders stand in eight columns"


def test_ends_are_stacked_only_where_there_is_no_room() -> None:
    parts = [Part(key="main", kind="incomer")]
    parts += [Part(key=f"m{n}", kind="tenant_meter") for n in range(20)]
    edges = [("main", f"m{n}", False) for n in range(20)]
    rows = {box.y for box in one_line(parts, edges, columns=20).boxes.values()}
    assert len(rows) == 2
    stacked = one_line(parts, edges, columns=8).boxes
    assert len({box.y for box in stacked.values()}) == 4
    assert max(box.right for box in stacked.values()) < 1180


def test_nothing_is_a_drawing_too() -> None:
    plan = one_line([], [])
    assert (plan.high, plan.wires) == (0, ())


@pytest.mark.parametrize("theme", list(Theme))
def test_the_image_shows_what_is_known_of_switches_and_holds_no_text(theme: Theme) -> None:
    parts, edges, ties = station()
    plan = one_line(parts, edges, ties)

    def drawn(switch: str) -> str:
        looks = {part.key: Look(kind=part.kind) for part in parts}
        looks |= {"tie": Look(kind="tie"), "f0": Look(kind="feeder", switch=switch)}
        return one_line_svg(plan, looks, theme=theme, utility=Utility.ELECTRICITY)

    said = {switch: drawn(switch) for switch in ("closed", "open", "tripped", "unknown", "")}
    assert len(set(said.values())) == 5, "unknown looks like no other state"
    assert said["closed"].count("<polyline") == len(edges) + 2
    assert said["closed"].count("<circle") == 4
    assert said["closed"].count("stroke-dasharray") == 1
    assert "<text" not in said["closed"]
    looks = {key: Look(kind="feeder") for key in plan.boxes}
    image = one_line_image(plan, looks, theme=theme, utility=Utility.WATER)
    assert image.startswith("data:image/svg+xml;base64,")
