"""In: a supply graph. Out: why it cannot be balanced, every reason. Pure.

Looked at is the shape alone; whether the points are meters of the site is asked where it is
defined (energy/metering/supply/file.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from energy.base.text import Told, tell
from energy.metering.supply.graph import BUSBAR, SOURCE_KINDS, TIE, Edge, Graph, Ring


def problems(graph: Graph | None) -> list[Told]:
    """Return what keeps a graph from being balanced, in a fixed order.

    Args:
        graph: At an instant; None has nothing wrong.
    """
    if graph is None:
        return []
    unknown = list(_unknown(graph))
    if unknown:  # nothing else can be said of a graph with holes
        return unknown
    found = [*_doubled(graph), *_rings(graph), *_loops(graph)]
    return [*found, *_fed_twice(graph), *_islands(graph)]


def dead_ends(graph: Graph) -> list[Told]:
    """Return what lets a graph be balanced and yet is likely to be drawn wrong.

    A busbar passes on; one that only a source feeds and that feeds nobody keeps what the source
    brings from the users, whose balance then lacks it.

    Args:
        graph: One that has no problems.
    """
    passing = {source for source, _ in graph.every_edge()}
    passing |= {key for tie in graph.ties.values() for key in tie.between}
    passing |= {key for ring in graph.rings.values() for key in ring.nodes}
    return [
        tell("why.supply.dead_end", key=target, source=source)
        for source, target in sorted(graph.edges)
        if graph.nodes[target].kind == BUSBAR
        and target not in passing
        and graph.nodes[source].kind in SOURCE_KINDS
    ]


def _unknown(graph: Graph) -> Iterator[Told]:
    for source, target in sorted(graph.edges):
        for key in sorted({source, target} - set(graph.nodes)):
            yield tell("why.supply.edge", first=source, second=target, key=key)
    for tie in graph.ties.values():
        for key in sorted({*tie.between} - set(graph.nodes)):
            yield tell("why.supply.tie", tie=tie.key, key=key)
        if tie.between[0] == tie.between[1]:
            yield tell("why.supply.tie_itself", tie=tie.key)
    for ring in graph.rings.values():
        for key in sorted({*ring.nodes} - set(graph.nodes)):
            yield tell("why.supply.ring", ring=ring.key, key=key)
    for node in graph.nodes.values():
        for key in sorted(node.open_from):
            if (key, node.key) not in graph.edges:
                yield tell("why.supply.open", first=key, second=node.key)


def _doubled(graph: Graph) -> Iterator[Told]:
    points = Counter(node.point for node in graph.nodes.values() if node.point is not None)
    for point, many in sorted(points.items()):
        if many > 1:
            nodes = sorted(n.key for n in graph.nodes.values() if n.point == point)
            yield tell("why.supply.meter_twice", point=point, nodes=", ".join(nodes))


def _rings(graph: Graph) -> Iterator[Told]:
    for ring in graph.rings.values():
        if len(ring.nodes) < 3 or len(set(ring.nodes)) < len(ring.nodes):
            yield tell("why.supply.ring_small", ring=ring.key)
        elif ring.open is not None and not _neighbours(ring, ring.open):
            yield tell(
                "why.supply.ring_open", ring=ring.key, first=ring.open[0], second=ring.open[1]
            )


def _neighbours(ring: Ring, edge: Edge) -> bool:
    around = pairwise([*ring.nodes, ring.nodes[0]])
    return any(set(pair) == set(edge) for pair in around)


def _loops(graph: Graph) -> Iterator[Told]:
    """Yield loops of edges in the direction in which they feed; closed rings are none."""
    shut = {key for ring in graph.rings.values() if ring.open is None for key in ring.nodes}
    fed: dict[str, list[str]] = {}
    waiting_for = dict.fromkeys(graph.nodes, 0)
    for source, target in graph.live_edges():
        if not (source in shut and target in shut):
            fed.setdefault(source, []).append(target)
            waiting_for[target] += 1
    free = [key for key, many in waiting_for.items() if many == 0]
    while free:
        for target in fed.get(free.pop(), ()):
            waiting_for[target] -= 1
            if waiting_for[target] == 0:
                free.append(target)
    looped = sorted(key for key, many in waiting_for.items() if many)
    if looped:
        yield tell("why.supply.loop", nodes=", ".join(looped))


def _fed_twice(graph: Graph) -> Iterator[Told]:
    parents: dict[str, list[str]] = {}
    shut = {key for ring in graph.rings.values() if ring.open is None for key in ring.nodes}
    for source, target in sorted(graph.live_edges()):
        if not (source in shut and target in shut):
            parents.setdefault(target, []).append(source)
    for key, feeding in sorted(parents.items()):
        node = graph.nodes[key]
        if len(feeding) > 1 and (node.kind != BUSBAR or node.point is not None):
            yield tell("why.supply.fed_twice", key=key, parents=", ".join(feeding))


def _islands(graph: Graph) -> Iterator[Told]:
    joined = graph.every_edge()
    ends = {key for edge in joined for key in edge}
    # A tie drawn as a node that joins nothing, as files of earlier releases have it.
    drawn = {key for key, node in graph.nodes.items() if node.kind == TIE and key not in ends}
    if len(graph.nodes) - len(drawn) < 2:
        return
    near: dict[str, set[str]] = {key: set() for key in graph.nodes}
    below: dict[str, set[str]] = {key: set() for key in graph.nodes}
    both = {tie.between for tie in graph.ties.values()}
    both |= {edge for ring in graph.rings.values() for edge in ring.edges()}
    for source, target in joined:
        below[source].add(target)
        near[source].add(target)
        near[target].add(source)
        if (source, target) in both:
            below[target].add(source)
    kinds = {node.kind for node in graph.nodes.values()}
    named = bool(kinds.intersection(SOURCE_KINDS))
    sources = [key for key in graph.sources() if not named or graph.nodes[key].kind in SOURCE_KINDS]
    reached, waiting = set(sources), list(sources)
    while waiting:
        fresh = below[waiting.pop()] - reached
        reached |= fresh
        waiting.extend(fresh)
    for key in sorted(set(graph.nodes) - reached - drawn):
        yield tell("why.supply.island", key=key)
    for key in sorted(key for key in reached - drawn if not near[key]):
        yield tell("why.supply.alone", key=key)
