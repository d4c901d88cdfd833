"""Which part of a supply graph one drawing holds, and whose meters tell of a node."""

from __future__ import annotations

from dashboards.queries.one_line import Wiring, drawn, metered_for, stations
from dashboards.queries.one_line_rows import Position
from dashboards.queries.positions import position_of, tie_position
from tests.fixtures.supply import STATION, graph, node, ring, tie


def test_busbars_that_a_tie_joins_are_one_station_with_all_incomers() -> None:
    apart = stations(graph(*STATION))
    assert [each.key for each in apart] == ["grid-a", "grid-b"]
    joined = stations(graph(*STATION, tie("tie", "bus-a", "bus-b")))
    assert [each.heads for each in joined] == [("grid-a", "grid-b")]
    assert joined[0].name == "GRID-A + GRID-B"
    assert len(joined[0].nodes) == 9


def test_the_drawing_of_a_head_is_that_of_its_whole_station() -> None:
    told = graph(*STATION, tie("tie", "bus-a", "bus-b"))
    for head in ("grid-a", "grid-b"):
        part = drawn(told, head)
        assert part is not None
        assert set(part.nodes) == set(told.nodes)
        assert [each.key for each in part.ties] == ["tie"]
        assert part.below == {}
        assert part.trail == ()


def test_levels_without_room_are_counted_and_not_drawn() -> None:
    part = drawn(graph(*STATION), "grid-a", most=4)
    assert part is not None
    assert part.nodes == ("grid-a", "bus-a", "f1", "f2")
    assert part.below == {"f1": 2}


def test_a_node_alone_shows_as_many_as_there_is_room_for() -> None:
    many = [node(f"m{n:03d}", "board", point=f"m{n:03d}") for n in range(90)]
    told = graph(node("grid", kind="incomer"), node("board", "grid", point="board"), *many)
    part = drawn(told, "board", most=60)
    assert part is not None
    assert part.trail == ("grid",)
    assert len(part.nodes) == 60
    assert part.below == {"board": 31}
    assert drawn(told, "nothing") is None


def test_a_short_feeder_does_not_pull_the_busbars_up() -> None:
    """A generator at a busbar: what the busbar feeds is no level of its own beside transformers."""
    told = graph(
        node("grid", kind="incomer", point="grid"),
        node("tx", "grid", kind="transformer"),
        node("pv", kind="generator", point="pv"),
        node("bus", "tx", "pv", kind="busbar"),
        *(node(f"f{n}", "bus") for n in range(3)),
        *(node(f"m{n}", "f0", point=f"m{n}") for n in range(9)),
    )
    part = drawn(told, "grid", most=8)
    assert part is not None
    assert part.nodes == ("grid", "pv", "tx", "bus", "f0", "f1", "f2")
    assert part.below == {"f0": 9}


def test_open_edges_and_the_open_point_of_a_ring_are_drawn_as_open() -> None:
    told = graph(
        node("grid", kind="incomer"),
        node("bus", "grid", kind="busbar"),
        node("r1"),
        node("r2"),
        node("other", "bus", open_from=["bus"]),
        ring("ring", ["bus", "r1", "r2"], ["r1", "r2"]),
    )
    part = drawn(told, "grid")
    assert part is not None
    assert set(part.edges) == {
        ("grid", "bus", False),
        ("bus", "r1", False),
        ("bus", "r2", False),
        ("r1", "r2", True),
        ("bus", "other", True),
    }


def test_a_node_without_a_meter_is_told_by_the_one_above_or_those_below() -> None:
    told = graph(
        node("grid", kind="incomer", point="grid"),
        node("tx", "grid", kind="transformer"),
        node("bus", "tx", kind="busbar"),
        node("f1", "bus"),
        node("f2", "bus", point="f2"),
        node("f3", "bus", point="f3", open_from=["bus"]),
        node("m1", "f1", point="m1"),
    )
    wiring = Wiring(told)
    assert metered_for(wiring, "f2") == ("f2",)
    assert metered_for(wiring, "tx") == ("grid",)
    assert set(metered_for(wiring, "bus")) == {"f2", "m1"}
    assert metered_for(wiring, "f1") == ("m1",)


def test_a_state_that_is_old_or_never_told_is_unknown_and_never_closed() -> None:
    assert position_of("breaker_state", 1, stale=False) is Position.CLOSED
    assert position_of("breaker_state", 0, stale=False) is Position.OPEN
    assert position_of("breaker_state", 2, stale=False) is Position.TRIPPED
    assert position_of("breaker_state", 1, stale=True) is Position.UNKNOWN
    assert position_of("breaker_state", None, stale=False) is Position.UNKNOWN
    assert position_of("breaker_state", 9, stale=False) is Position.UNKNOWN
    assert position_of("panel_door_state", 1, stale=False) is Position.OPEN
    assert position_of("trip_state", 0, stale=False) is Position.READY
    assert position_of("charger_state", 1, stale=False) is None
    assert tie_position(1, closed_count=1, stale=False) is Position.CLOSED
    assert tie_position(1, closed_count=0, stale=False) is Position.OPEN
    assert tie_position(0, closed_count=0, stale=True) is Position.UNKNOWN
    assert tie_position(None, closed_count=1, stale=False) is Position.UNKNOWN
