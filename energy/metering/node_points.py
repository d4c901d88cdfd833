"""In: a supply graph with its points. Out: the points whose sum is the usage of a node. Pure.

No quantity is counted twice: of a place the points that are fed by another point of the same place
are left out; of a node without a meter of its own the nearest metered nodes below are taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedGraph:
    """The supply graph of one utility at one instant."""

    point_of: Mapping[str, str]
    """Metering point of a node; nodes without one are left out."""
    below: Mapping[str, Collection[str]]
    """Nodes that a node feeds."""

    def points_below(self, node: str) -> set[str]:
        """Return the metering points that a node feeds, at any depth; never that of the node."""
        return {self.point_of[each] for each in self._fed(node) if each in self.point_of}

    def _fed(self, node: str) -> set[str]:
        found: set[str] = set()
        waiting = list(self.below.get(node, ()))
        while waiting:
            each = waiting.pop()
            if each not in found and each != node:
                found.add(each)
                waiting.extend(self.below.get(each, ()))
        return found


def points_of_supply(graph: FeedGraph, node: str) -> list[str]:
    """Return the points whose sum is what a node of a supply graph used.

    Args:
        graph: Of the utility.
        node: Key of the node.
    """
    if node in graph.point_of:
        return [graph.point_of[node]]
    found: set[str] = set()
    seen = {node}
    waiting = list(graph.below.get(node, ()))
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        if each in graph.point_of:
            found.add(graph.point_of[each])
        else:
            waiting.extend(graph.below.get(each, ()))
    return sorted(found)


def points_of_place(graph: FeedGraph, points: Collection[str]) -> list[str]:
    """Return those of a place's points whose sum is what the place used.

    Args:
        graph: Of the utility.
        points: Metering points of the utility inside the place.
    """
    inside = set(points)
    fed: set[str] = set()
    for node, point in graph.point_of.items():
        if point in inside:
            fed |= graph.points_below(node) - {point}
    tops = inside - fed
    return sorted(tops or inside)
