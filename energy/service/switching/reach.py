"""In: a supply graph and a node. Out: what a permit at the node holds. Pure.

People who work at a dead node are endangered by what feeds back into it: by whatever lies below it,
also where that has another feed, and by the other side of a tie. What lies above is kept off by
what the order has opened, earthed and locked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from energy.metering.supply.graph import Edge, Graph


def held_by(graph: Graph, node: str) -> frozenset[str]:
    """Return the nodes whose orders a permit at a node holds, the node itself among them.

    Args:
        graph: At an instant; open edges, rings and ties count as if they were closed.
        node: Key of the node.
    """
    below = _reached(_edges(graph), {node})
    return below | _tied(graph, below)


def holders_of(graph: Graph, node: str) -> frozenset[str]:
    """Return the nodes at which a permit holds the orders at a node: `held_by` the other way."""
    back = {(fed, feeding) for feeding, fed in _edges(graph)}
    return _reached(back, {node, *_tied(graph, frozenset({node}))})


def _edges(graph: Graph) -> set[Edge]:
    every = set(graph.edges)
    for ring in graph.rings.values():
        feeding, *others = ring.nodes  # its open point may be moved: each reaches each
        every |= {(a, b) for a in ring.nodes for b in others if a != b}
        every -= {(a, feeding) for a in others}
    return every


def _tied(graph: Graph, nodes: frozenset[str]) -> frozenset[str]:
    pairs = [tie.between for tie in graph.ties.values()]
    both = [*pairs, *((b, a) for a, b in pairs)]
    return frozenset(b for a, b in both if a in nodes)


def _reached(edges: Iterable[Edge], begin: set[str]) -> frozenset[str]:
    following: dict[str, set[str]] = defaultdict(set)
    for one, other in edges:
        following[one].add(other)
    reached, wave = set(begin), list(begin)
    while wave:
        wave = [each for node in wave for each in following[node] if each not in reached]
        reached.update(wave)
    return frozenset(reached)
