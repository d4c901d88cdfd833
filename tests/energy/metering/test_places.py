"""A place tree follows from its dated changes, in whatever order they were told."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from energy.base.period import Period
from energy.metering.places import (
    ALWAYS,
    UNSTORED,
    Place,
    PlaceAct,
    PlaceBook,
    PlaceChange,
    change_from_json,
    change_to_json,
    defined,
    inside_of,
    redefined,
    within,
)

TREE: list[dict[str, Any]] = [
    {"key": "t1", "kind": "building", "name": "Terminal 1", "area_m2": "1000.5"},
    {"key": "hall", "parent": "t1", "kind": "area", "name": "Hall"},
    {"key": "shop", "parent": "hall", "kind": "area", "name": "Shop", "area_m2": "80"},
    {"key": "t2", "kind": "building", "name": "Terminal 2", "attributes": {"headcount": "12"}},
]


def day(month: int, number: int = 1) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def change(act: PlaceAct, place: str, month: int, position: int, **facts: Any) -> PlaceChange:
    return PlaceChange(act=act, place=place, valid_from=day(month), facts=facts, position=position)


def book(*changes: PlaceChange) -> PlaceBook:
    return PlaceBook(defined(TREE, valid_from=ALWAYS)).with_changes(changes)


def test_tree_without_changes_is_as_it_was_defined() -> None:
    tree = book().at(day(1))
    assert list(tree) == ["hall", "shop", "t1", "t2"]
    assert tree["t1"].area_m2 == Fraction(2001, 2)
    assert tree["t2"] == Place(
        key="t2", parent=None, kind="building", name="Terminal 2",
        attributes={"headcount": Fraction(12)},
    )  # fmt: skip
    assert tree["hall"].area_m2 is None


def test_change_told_again_is_known_unless_another_came_behind_it() -> None:
    moved = change(PlaceAct.MOVED, "shop", 4, 1, parent="t2")
    again = change(PlaceAct.MOVED, "shop", 4, UNSTORED, parent="t2")
    assert not book().says([again])
    assert book(moved).says([again])
    back = change(PlaceAct.MOVED, "shop", 4, 2, parent="hall")
    assert not book(moved, back).says([again])
    assert book(moved, change(PlaceAct.RENAMED, "shop", 5, 2, name="Bar")).says([again])
    # From another day on it is another change, though nothing is otherwise by it.
    assert not book(moved).says([change(PlaceAct.MOVED, "shop", 5, UNSTORED, parent="t2")])


def test_move_counts_from_its_day_on() -> None:
    moved = book(change(PlaceAct.MOVED, "shop", 4, 1, parent="t2"))
    assert moved.at(day(3, 31))["shop"].parent == "hall"
    assert moved.at(day(4))["shop"].parent == "t2"
    assert within(moved.at(day(3)), "t1") == {"t1", "hall", "shop"}
    assert within(moved.at(day(4)), "t1") == {"t1", "hall"}
    assert within(moved.at(day(4)), "nowhere") == set()


def test_closed_place_is_gone_and_may_be_opened_anew() -> None:
    again = defined([{"key": "shop", "kind": "area", "name": "Bar", "parent": "t2"}],
                    valid_from=day(6))  # fmt: skip
    closed = book(change(PlaceAct.CLOSED, "shop", 4, 1), *again)
    assert "shop" not in closed.at(day(5))
    assert closed.at(day(6))["shop"].name == "Bar"
    assert closed.value_spans("shop", "area_m2", Period(start=day(1), end=day(12))) == [
        *book().value_spans("shop", "area_m2", Period(start=day(1), end=day(4)))
    ]


def test_values_of_an_attribute_are_spans_without_seams() -> None:
    valued = book(
        change(PlaceAct.VALUED, "t2", 3, 1, name="headcount", value="20"),
        change(PlaceAct.VALUED, "t2", 5, 2, name="headcount", value="20"),
        change(PlaceAct.VALUED, "t2", 7, 3, name="headcount", value=None),
        change(PlaceAct.VALUED, "t2", 9, 4, name="headcount", value="1/3"),
        change(PlaceAct.RENAMED, "t2", 10, 5, name="T2"),
    )
    spans = valued.value_spans("t2", "headcount", Period(start=day(2), end=day(12)))
    assert [(s.start.month, s.end.month, s.value) for s in spans] == [
        (2, 3, 12),
        (3, 7, 20),
        (9, 12, Fraction(1, 3)),
    ]
    assert valued.value_spans("nowhere", "headcount", Period(start=day(2), end=day(12))) == []


def test_change_told_later_from_an_earlier_day_slips_in() -> None:
    late = book(
        change(PlaceAct.RENAMED, "shop", 6, 1, name="June"),
        change(PlaceAct.RENAMED, "shop", 3, 2, name="March"),
    )
    assert [late.at(day(month))["shop"].name for month in (2, 4, 7)] == ["Shop", "March", "June"]


def test_of_one_day_the_last_told_counts_whatever_the_order_of_the_rows() -> None:
    changes = [change(PlaceAct.RENAMED, "shop", 3, n, name=f"name {n}") for n in range(1, 9)]
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(len(changes)).tolist()
        assert book(*(changes[n] for n in order)).at(day(3))["shop"].name == "name 8"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([change(PlaceAct.MOVED, "shop", 4, 1, parent="x")], "place.no_parent"),
        ([change(PlaceAct.MOVED, "t1", 4, 1, parent="shop")], "place.circle"),
        ([change(PlaceAct.CLOSED, "hall", 4, 1)], "place.no_parent"),
        ([change(PlaceAct.MOVED, "shop", 4, 1, parent="t2")], None),
    ],
)
def test_misfits_are_told(changes: list[PlaceChange], told: str | None) -> None:
    found = book(*changes).problems(day(4))
    assert {key for key, _ in found} == ({told} if told else set())


def test_misfit_that_begins_later_is_told_too() -> None:
    later = book(
        change(PlaceAct.CLOSED, "t2", 6, 1), change(PlaceAct.MOVED, "shop", 4, 2, parent="t2")
    )
    assert later.problems(day(4)) == [("place.no_parent", {"place": "shop", "parent": "t2"})]
    assert book().problems(day(4)) == []


def test_whole_tree_in_the_stead_of_another_closes_what_it_does_not_name() -> None:
    first = defined(TREE, valid_from=ALWAYS)
    after = PlaceBook(first).with_changes(
        redefined([c.place for c in first], TREE[:1], valid_from=ALWAYS)
    )
    assert list(after.at(day(1))) == ["t1"]


def test_change_comes_back_from_its_event() -> None:
    moved = change(PlaceAct.MOVED, "shop", 4, 7, parent="t2")
    stored = change_to_json(moved)
    assert change_from_json(stored, valid_from=moved.valid_from, position=7) == moved


def test_a_place_holds_what_is_inside_it_however_deep() -> None:
    parents = {"site": None, "b1": "site", "shop": "b1", "b2": "site"}
    assert inside_of(parents, {"b1"}) == {"b1", "shop"}
    assert inside_of(parents, ["shop", "b2"]) == {"shop", "b2"}
