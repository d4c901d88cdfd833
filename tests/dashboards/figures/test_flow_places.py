"""Every end has room of its own, a node stands in the middle of what it feeds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.flow_places import EDGE, Branch, places_of

PAD = 0.02


def branch(source: str, target: str, amount: int) -> Branch:
    return Branch(source=source, target=target, amount=amount)


@st.composite
def trees(draw: st.DrawFn) -> list[Branch]:
    """Boards below a busbar, ends below the boards."""
    boards = draw(st.lists(st.lists(st.integers(1, 10**9), min_size=1, max_size=6), min_size=1))
    branches = [branch("busbar", f"b{n}", sum(parts)) for n, parts in enumerate(boards[:6])]
    for n, parts in enumerate(boards[:6]):
        branches += [branch(f"b{n}", f"b{n}.{k}", part) for k, part in enumerate(parts)]
    return branches


@given(trees())
def test_ends_lie_below_each_other_with_room_between(branches: list[Branch]) -> None:
    places = places_of(branches, PAD)
    into = {b.target: b.amount for b in branches}
    ends = sorted((key for key in places if "." in key), key=lambda key: places[key][1])
    scale = (1 - PAD * (len(ends) - 1)) / sum(into[key] for key in ends)
    for above, below in pairwise(ends):
        apart = places[below][1] - places[above][1]
        assert apart >= (into[above] + into[below]) * scale / 2 + PAD - 2 * EDGE - 1e-9


@given(trees())
def test_ends_of_a_board_stay_together(branches: list[Branch]) -> None:
    places = places_of(branches, PAD)
    ends = sorted((key for key in places if "." in key), key=lambda key: places[key][1])
    boards = [key.partition(".")[0] for key in ends]
    met = [b for n, b in enumerate(boards) if n == 0 or b != boards[n - 1]]
    assert len(met) == len(set(met))


def test_columns_go_from_left_to_right_and_every_end_stands_in_the_last() -> None:
    rows = [branch("grid", "busbar", 9), branch("busbar", "board", 5), branch("busbar", "x", 4)]
    places = places_of([*rows, branch("board", "y", 5)], PAD)
    across = [places[key][0] for key in ("grid", "busbar", "board", "y")]
    assert across == sorted(set(across))
    assert places["x"][0] == places["y"][0]


def test_a_node_that_two_feed_stands_once() -> None:
    rows = [branch("a", "busbar", 3), branch("b", "busbar", 4), branch("busbar", "x", 7)]
    assert set(places_of(rows, PAD)) == {"a", "b", "busbar", "x"}


def test_no_branch_has_no_place() -> None:
    assert places_of([], PAD) == {}
