"""In: a supply graph. Out: which node feeds which, and where something enters. Pure."""

from __future__ import annotations

from collections.abc import Callable

from energy.metering.supply.graph import Edge, Graph


def fed_by(
    graph: Graph, named: Callable[[str], str] = str
) -> tuple[frozenset[Edge], frozenset[str]]:
    """Return the feeding and fed nodes of a graph, and the nodes that something enters.

    Args:
        graph: At an instant; two that a closed tie joins feed each other.
        named: How a node's key is told.
    """
    ties = [tie.between for tie in graph.ties.values() if tie.closed]
    pairs = (*graph.live_edges(), *ties, *((b, a) for a, b in ties))
    there = graph.nodes
    edges = frozenset((named(a), named(b)) for a, b in pairs if a in there and b in there)
    return edges, frozenset(named(key) for key in graph.sources() if key in there)
