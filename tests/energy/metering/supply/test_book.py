"""A supply graph follows from the last whole one and the dated changes behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from energy.base.period import Period
from energy.metering.supply.book import SupplyAct, SupplyBook, SupplyChange
from tests.fixtures.supply import STATION, graph, node, parts, ring, tie


def day(month: int) -> datetime:
    return datetime(2026, month, 1, tzinfo=UTC)


def change(act: SupplyAct, month: int, position: int, **facts: Any) -> SupplyChange:
    return SupplyChange(act=act, valid_from=day(month), facts=facts, position=position)


def book(*changes: SupplyChange) -> SupplyBook:
    parts_ = [*STATION, tie("tie", "bus-a", "bus-b"), ring("r", ["bus-a", "f1", "f2"], None)]
    whole = SupplyChange.whole(day(2), *parts(*parts_))
    return SupplyBook([whole, *changes])


def test_there_is_no_graph_before_the_first() -> None:
    assert book().at(day(1)) is None
    period = Period(start=day(1), end=day(4))
    assert [(s.start, s.end) for s in book().spans(period)] == [(day(2), day(4))]


def test_node_is_added_changed_and_gone() -> None:
    stored, _ = node("f9", point="f9")
    changed = book(
        change(SupplyAct.NODE, 3, 1, node=stored),
        change(SupplyAct.EDGE, 3, 2, **{"from": "bus-b", "to": "f9"}),
        change(SupplyAct.NODE, 4, 3, node=stored | {"name": "Other"}),
        change(SupplyAct.NODE_GONE, 5, 4, key="f9"),
    )
    seen = [changed.at(day(month)) for month in (2, 3, 4, 5)]
    names = [None if "f9" not in s.nodes else s.nodes["f9"].name for s in seen if s is not None]
    assert names == [None, "F9", "Other", None]
    fed = [("bus-b", "f9") in s.live_edges() for s in seen if s is not None]
    assert fed == [False, True, True, False]


def test_edge_is_opened_closed_and_gone() -> None:
    edge = {"from": "bus-b", "to": "f3"}
    changed = book(
        change(SupplyAct.EDGE_OPEN, 3, 1, **edge),
        change(SupplyAct.EDGE_CLOSED, 4, 2, **edge),
        change(SupplyAct.EDGE_GONE, 5, 3, **edge),
        change(SupplyAct.EDGE, 6, 4, **{"from": "bus-b", "to": "unknown"}),
    )
    seen = [changed.at(day(month)) for month in (2, 3, 4, 5, 6)]
    live = [("bus-b", "f3") in each.live_edges() for each in seen if each is not None]
    assert live == [True, False, True, False, False]
    assert seen[1] is not None
    assert ("bus-b", "f3") in seen[1].every_edge()


def test_ties_and_rings_are_switched() -> None:
    changed = book(
        change(SupplyAct.TIE, 3, 1, key="tie", closed=True),
        change(SupplyAct.TIE, 3, 2, key="unknown", closed=True),
        change(SupplyAct.RING, 4, 3, key="r", open=["f1", "f2"]),
        change(SupplyAct.RING, 4, 4, key="unknown", open=[]),
    )
    seen = [changed.at(day(month)) for month in (2, 3, 4)]
    assert [each.declared_closed() for each in seen if each is not None] == [
        frozenset(), {"tie"}, {"tie"},
    ]  # fmt: skip
    assert [each.rings["r"].open for each in seen if each is not None] == [
        None, None, ("f1", "f2"),
    ]  # fmt: skip


def test_another_whole_graph_ends_what_was_changed_before_and_not_what_comes_behind() -> None:
    again = SupplyChange.whole(day(4), *parts(*STATION[:3]))
    changed = book(
        change(SupplyAct.NODE_GONE, 3, 1, key="f3"),
        change(SupplyAct.NODE_GONE, 6, 2, key="f1"),
        again,
    )
    sizes = [len(each.nodes) for m in (2, 3, 4, 6) if (each := changed.at(day(m))) is not None]
    assert sizes == [9, 8, 3, 2]


@pytest.mark.parametrize("seed", range(5))
def test_order_of_the_rows_does_not_matter(seed: int) -> None:
    changes = [
        change(SupplyAct.TIE, 3 + n // 4, n, key="tie", closed=n % 3 == 0) for n in range(20)
    ]
    order = np.random.default_rng(seed).permutation(len(changes)).tolist()
    mixed = book(*(changes[n] for n in order))
    for month in range(2, 9):
        assert mixed.at(day(month)) == book(*changes).at(day(month))


def test_spans_and_versions_agree_with_the_graph_at_each_instant() -> None:
    changed = book(
        change(SupplyAct.TIE, 3, 1, key="tie", closed=True),
        change(SupplyAct.NODE_GONE, 3, 2, key="f3"),
        change(SupplyAct.TIE, 5, 3, key="tie", closed=False),
    )
    spans = changed.spans(Period(start=day(1), end=day(12)))
    assert [(s.start, s.end) for s in spans] == [
        (day(2), day(3)), (day(3), day(5)), (day(5), day(12)),
    ]  # fmt: skip
    assert [s.graph for s in spans] == [changed.at(s.start) for s in spans]
    assert [(at, whole) for at, whole, _ in changed.versions()] == [
        (day(2), True), (day(3), False), (day(5), False),
    ]  # fmt: skip
    assert changed.instants(day(3)) == [day(3), day(5)]


def test_change_comes_back_from_its_event() -> None:
    opened = change(SupplyAct.EDGE_OPEN, 3, 7, **{"from": "bus-b", "to": "f3"})
    again = SupplyChange.from_json(opened.to_json(), valid_from=day(3), position=7)
    assert again == opened
    assert graph(*STATION).nodes.keys() >= {"f3"}
