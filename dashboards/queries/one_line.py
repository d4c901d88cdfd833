"""In: a supply graph at an instant. Out: its substations, and what one drawing holds. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from energy.metering.supply.graph import Edge, Graph, Tie

MOST_NODES = 60
"""Nodes of one drawing; what is below them is counted, and drawn on a page of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Nodes that something flows between: a substation with its incomers, a net of pipes."""

    key: str
    """Of the first node that nothing feeds."""
    name: str
    """Of all these nodes."""
    heads: tuple[str, ...]
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The part of a graph that one drawing holds."""

    nodes: tuple[str, ...]
    """From where it all comes in downwards."""
    edges: tuple[tuple[str, str, bool], ...]
    """From, to, and whether it is open."""
    ties: tuple[Tie, ...]
    below: Mapping[str, int]
    """Metered nodes below a node that are not drawn."""
    trail: tuple[str, ...]
    """What leads to the drawing from where it comes in, without its own nodes."""


class Wiring:
    """Who feeds whom in a graph, open edges included."""

    def __init__(self, graph: Graph) -> None:
        """Look at a graph."""
        self.graph = graph
        live = graph.live_edges()
        known = {edge: edge not in live for edge in {*graph.edges, *live} if self._there(edge)}
        for ring in graph.rings.values():
            if ring.open is not None and ring.open[::-1] not in known and self._there(ring.open):
                known.setdefault(ring.open, True)
        self.edges: dict[Edge, bool] = dict(sorted(known.items()))
        """From and to -> whether it is open."""
        self._below: dict[str, list[str]] = {}
        self._above: dict[str, list[str]] = {}
        for source, target in self.edges:
            self._below.setdefault(source, []).append(target)
            self._above.setdefault(target, []).append(source)

    def _there(self, edge: Edge) -> bool:
        return edge[0] in self.graph.nodes and edge[1] in self.graph.nodes

    def children(self, key: str) -> list[str]:
        """Return what a node feeds."""
        return self._below.get(key, [])

    def parents(self, key: str) -> list[str]:
        """Return what feeds a node."""
        return self._above.get(key, [])

    def under(self, key: str) -> list[str]:
        """Return a node and all that it feeds, however far, each once and in order."""
        found, waiting = [key], [key]
        seen = {key}
        while waiting:
            fresh = [child for child in self.children(waiting.pop(0)) if child not in seen]
            fresh = list(dict.fromkeys(fresh))
            seen.update(fresh)
            found += fresh
            waiting += fresh
        return found


def stations(graph: Graph) -> list[Station]:
    """Return what hangs together in a graph, ties included, each with where it comes in."""
    wiring = Wiring(graph)
    joined: dict[str, set[str]] = {key: set() for key in graph.nodes}
    ties = [tie.between for tie in graph.ties.values()]
    for first, second in [*wiring.edges, *ties]:
        if first in joined and second in joined:
            joined[first].add(second)
            joined[second].add(first)
    found: list[Station] = []
    seen: set[str] = set()
    for key in sorted(graph.nodes):
        if key in seen:
            continue
        nodes, waiting = {key}, [key]
        while waiting:
            fresh = joined[waiting.pop()] - nodes
            nodes |= fresh
            waiting += fresh
        seen |= nodes
        heads = [each for each in sorted(nodes) if not wiring.parents(each)] or [key]
        name = " + ".join(graph.nodes[each].name for each in heads)
        found.append(Station(key=heads[0], name=name, heads=tuple(heads), nodes=frozenset(nodes)))
    return found


def drawn(graph: Graph, key: str, *, most: int = MOST_NODES) -> Drawn | None:
    """Return the drawing from a node on; that of its whole station where nothing feeds the node.

    Whole levels are added as long as there is room; of a node alone, as many as there is room for.

    Args:
        graph: At an instant.
        key: Key of a node.
        most: Nodes at most.

    Returns:
        None where there is no such node.
    """
    if key not in graph.nodes:
        return None
    wiring = Wiring(graph)
    heads = next((each.heads for each in stations(graph) if key in each.heads), (key,))
    nodes = list(heads)
    inside = {each for head in heads for each in wiring.under(head)}
    while True:
        fresh = list(dict.fromkeys(c for node in nodes for c in wiring.children(node)))
        fresh = [c for c in fresh if c not in nodes and _fed(wiring, c, inside, nodes)]
        if len(nodes) + len(fresh) > most:
            fresh = fresh[: most - len(nodes)] if len(nodes) == len(heads) else []
        if not fresh:
            break
        nodes += fresh
    shown = set(nodes)
    return Drawn(
        nodes=tuple(nodes),
        edges=tuple((a, b, o) for (a, b), o in wiring.edges.items() if a in shown and b in shown),
        ties=tuple(tie for _, tie in sorted(graph.ties.items()) if shown.issuperset(tie.between)),
        below={node: many for node in nodes if (many := _hidden(wiring, node, shown))},
        trail=_trail(wiring, heads[0]),
    )


def _fed(wiring: Wiring, key: str, inside: Collection[str], nodes: Collection[str]) -> bool:
    """Return whether all that feeds a node is drawn, of what can be."""
    return all(parent in nodes for parent in wiring.parents(key) if parent in inside)


def _hidden(wiring: Wiring, key: str, shown: Collection[str]) -> int:
    """Return how many metered nodes below a node are not drawn."""
    if all(child in shown for child in wiring.children(key)):
        return 0
    nodes = wiring.graph.nodes
    return sum(
        each not in shown and nodes[each].point is not None for each in wiring.under(key)[1:]
    )


def _trail(wiring: Wiring, key: str) -> tuple[str, ...]:
    """Return the longest way to a node from where it comes in, without the node."""
    ways: dict[str, tuple[str, ...]] = {}

    def way(here: str) -> tuple[str, ...]:
        if here not in ways:
            ways[here] = ()  # a circle leads nowhere
            above = [(*way(parent), parent) for parent in wiring.parents(here)]
            ways[here] = max(above, key=len, default=())
        return ways[here]

    return way(key)


def metered_for(wiring: Wiring, key: str) -> tuple[str, ...]:
    """Return the nodes whose meters together count what goes through a node.

    Its own; else the one that feeds nothing but it; else the nearest below.
    """
    nodes = wiring.graph.nodes
    if nodes[key].point is not None:
        return (key,)
    above = wiring.parents(key)
    if len(above) == 1 and nodes[above[0]].point and wiring.children(above[0]) == [key]:
        return (above[0],)
    found: list[str] = []
    seen, waiting = {key}, [key]
    while waiting:
        here = waiting.pop(0)
        for child in wiring.children(here):
            if child in seen or wiring.edges[here, child]:
                continue
            seen.add(child)
            (found if nodes[child].point is not None else waiting).append(child)
    return tuple(found)
