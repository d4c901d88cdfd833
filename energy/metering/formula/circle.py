"""In: what rests on what. Out: a circle through one of them, if there is one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def circle_in(graph: Mapping[int, Collection[int]], start: int) -> list[int]:
    """Return a circle through a channel, its first member at both ends; empty without one.

    Args:
        graph: Channels that each computed channel rests on.
        start: The channel.
    """
    came_from: dict[int, int] = {}
    waiting = [start]
    while waiting:
        at = waiting.pop()
        for other in sorted(graph.get(at, ())):
            if other == start:
                path = [at]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return [*reversed(path), start]
            if other not in came_from:
                came_from[other] = at
                waiting.append(other)
    return []
