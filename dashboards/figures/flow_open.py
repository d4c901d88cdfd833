"""In: the branches of a supply graph. Out: those that a chart has room for. Pure.

The largest nodes are opened first, each to its largest branches, until the ends fill the chart:
what is left of a node is one branch "others", and a node that is not opened is an end itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from dashboards.figures.flow_places import Branch

MOST_BRANCHES = 14
"""Branches of one node that are drawn by name."""
MOST_ENDS = 20
"""Ends of the whole chart."""
MOST_STEPS = 3
"""Steps from where it all comes in: names need room beside each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a chart shows of a graph."""

    branches: tuple[Branch, ...]
    others: dict[str, int]
    """Key of an end that stands for several branches: how many."""
    nodes: frozenset[str]
    """Nodes whose branches are shown."""


def opened(known: Sequence[Branch]) -> Opened:
    """Return the branches to draw; the amounts out of each opened node stay what they are.

    Args:
        known: Amounts above zero, each node fed by one branch.
    """
    below: dict[str, list[Branch]] = {}
    for branch in known:
        below.setdefault(branch.source, []).append(branch)
    fed = {branch.target for branch in known}
    roots = [key for key in below if key not in fed]
    waiting = [(-sum(branch.amount for branch in below[key]), 0, key) for key in roots]
    heapify(waiting)
    ends = len(roots)
    drawn: list[Branch] = []
    others: dict[str, int] = {}
    nodes: set[str] = set()
    while waiting:
        _, step, key = heappop(waiting)
        parts = sorted(below.get(key, ()), key=lambda branch: -branch.amount)
        room = min(max(MOST_ENDS - ends + 1, 2 if step == 0 else 1), MOST_BRANCHES + 1)
        if not parts or key in nodes or step >= MOST_STEPS or (room < 2 <= len(parts)):
            continue
        nodes.add(key)
        kept = parts if len(parts) <= room else parts[: room - 1]
        rest = parts[len(kept) :]
        if rest:
            end = f"others of {key}"
            others[end] = len(rest)
            total = sum(branch.amount for branch in rest)
            kept = [*kept, Branch(source=key, target=end, amount=total)]
        drawn += kept
        ends += len(kept) - 1
        for branch in kept:
            heappush(waiting, (-branch.amount, step + 1, branch.target))
    return Opened(branches=tuple(drawn), others=others, nodes=frozenset(nodes))
