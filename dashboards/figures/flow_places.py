"""In: branches of a supply graph. Out: where its nodes stand in the chart, 0 to 1. Pure.

Left to itself the chart gives every column the same width, and the names of the boards run into
the names of their branches, which are written to the left of the last column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LAST_GAP = 0.42
"""Part of the width before the last column: two names meet in it."""
EDGE = 0.001
"""The chart takes a place of exactly 0 or 1 for none given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One drawn branch."""

    source: str
    target: str
    amount: int
    """[base unit]"""


def places_of(branches: Sequence[Branch], pad: float) -> dict[str, tuple[float, float]]:
    """Return each node's centre, (x, y) from the upper left corner.

    Ends stand in the last column below each other, a board's together; every other node stands
    in the middle of what it feeds. A node that several feed counts with the first.

    Args:
        branches: Of a graph without rings, amounts above zero.
        pad: Free part of the height between two ends, 0 to 1.
    """
    below: dict[str, list[Branch]] = {}
    for branch in branches:
        below.setdefault(branch.source, []).append(branch)
    fed = {branch.target for branch in branches}
    roots = [key for key in below if key not in fed]
    columns = _columns(roots, below)
    order = _depth_first(roots, below)
    last = max(columns.values(), default=0)
    ends = [key for key in order if key not in below]
    height = _end_heights(ends, branches, pad)
    middle: dict[str, float] = {}
    for key in reversed(order):
        middle[key] = height[key] if key in height else _middle(below[key], middle)
    return {
        key: (_across(last if key in height else columns[key], last), _inside(middle[key]))
        for key in order
    }


def _columns(roots: Sequence[str], below: Mapping[str, Sequence[Branch]]) -> dict[str, int]:
    column = dict.fromkeys(roots, 0)
    waiting = list(roots)
    while waiting:
        key = waiting.pop()
        for branch in below.get(key, ()):
            if column.get(branch.target, -1) <= column[key]:
                column[branch.target] = column[key] + 1
                waiting.append(branch.target)
    return column


def _depth_first(roots: Sequence[str], below: Mapping[str, Sequence[Branch]]) -> list[str]:
    """Return every node, each before all that it feeds."""
    done: list[str] = []
    seen: set[str] = set()

    def visit(key: str) -> None:
        if key in seen:
            return
        seen.add(key)
        for branch in sorted(below.get(key, ()), key=lambda b: b.amount):
            visit(branch.target)
        done.append(key)

    for root in reversed(roots):
        visit(root)
    return done[::-1]


def _end_heights(ends: Sequence[str], branches: Sequence[Branch], pad: float) -> dict[str, float]:
    into = dict.fromkeys(ends, 0)
    for branch in branches:
        if branch.target in into:
            into[branch.target] += branch.amount
    scale = max(0.0, 1 - pad * (len(ends) - 1)) / max(1, sum(into.values()))
    heights: dict[str, float] = {}
    top = 0.0
    for key in ends:
        heights[key] = top + into[key] * scale / 2
        top += into[key] * scale + pad
    return heights


def _middle(branches: Sequence[Branch], middle: Mapping[str, float]) -> float:
    whole = sum(branch.amount for branch in branches)
    return sum(middle[branch.target] * branch.amount for branch in branches) / whole


def _across(column: int, last: int) -> float:
    if column == last:
        return 1 - EDGE
    return EDGE + (1 - LAST_GAP) * column / max(1, last - 1)


def _inside(height: float) -> float:
    return min(1 - EDGE, max(EDGE, height))
