"""In: a supply graph. Out: which meters sum to the site's whole, and what flowed where. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboards.queries.rows import FlowEdge, FlowNode


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyNode:
    """A node of the supply graph, with the metering point that counts it, if any."""

    key: str
    name: str
    kind: str
    point: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The supply graph of one utility as it stands on a day."""

    nodes: Sequence[SupplyNode]
    edges: Sequence[tuple[str, str]]

    def children(self, key: str) -> list[str]:
        """Return the nodes fed by a node, in the file's order."""
        return [target for source, target in self.edges if source == key]

    def roots(self) -> list[str]:
        """Return the nodes that nothing feeds."""
        fed = {target for _, target in self.edges}
        return [node.key for node in self.nodes if node.key not in fed]


def below(supply: Supply, key: str) -> Supply:
    """Return what a node feeds, with the node and what feeds it directly."""
    reached, waiting = {key}, [key]
    while waiting:
        fresh = [each for each in supply.children(waiting.pop()) if each not in reached]
        reached.update(fresh)
        waiting += fresh
    feeders = {source for source, target in supply.edges if target == key} - reached
    return Supply(
        nodes=tuple(node for node in supply.nodes if node.key in reached | feeders),
        edges=tuple(
            (source, target)
            for source, target in supply.edges
            if (source in reached and target in reached) or (source in feeders and target == key)
        ),
    )


def within(supply: Supply, points: Collection[str]) -> Supply:
    """Return the nodes whose meters are among some points, and what leads to them.

    What leads to them has no meter here: only a part of what it carries reaches these points.
    """
    kept = {node.key for node in supply.nodes if node.point in points}
    waiting = list(kept)
    while waiting:
        key = waiting.pop()
        fresh = {source for source, target in supply.edges if target == key} - kept
        kept |= fresh
        waiting += fresh
    return Supply(
        nodes=tuple(
            node if node.point in points else replace(node, point=None)
            for node in supply.nodes
            if node.key in kept
        ),
        edges=tuple((s, t) for s, t in supply.edges if s in kept and t in kept),
    )


def trail(supply: Supply, key: str) -> list[SupplyNode]:
    """Return what leads to a node from where it all comes in, the node last."""
    nodes = {node.key: node for node in supply.nodes}
    found: list[SupplyNode] = []
    here: str | None = key
    while here in nodes and nodes[here] not in found:
        found.append(nodes[here])
        here = next((source for source, target in supply.edges if target == here), None)
    return found[::-1]


def top_points(supply: Supply) -> list[str]:
    """Return the metering points nearest to the incomers: together they count all, none twice."""
    return nearest_points(supply, supply.roots())


def nearest_points(supply: Supply, keys: Sequence[str]) -> list[str]:
    """Return the metering points nearest to some nodes, their own first, none twice.

    Args:
        supply: The graph.
        keys: Of the nodes.
    """
    nodes = {node.key: node for node in supply.nodes}
    points: list[str] = []
    seen: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop(0)
        if key in seen or key not in nodes:
            continue
        seen.add(key)
        point = nodes[key].point
        if point is not None:
            points.append(point)
        else:
            waiting.extend(supply.children(key))
    return points


def flow_rows(
    supply: Supply, usage: Mapping[str, int | None]
) -> tuple[tuple[FlowNode, ...], tuple[FlowEdge, ...]]:
    """Return the graph's nodes and what went along its edges.

    A node without a meter passes on what is known of the nodes below it. Where several feeders
    reach one node, its whole amount is drawn on the first: which way it came is not metered.

    Args:
        supply: The graph.
        usage: Usage of each metering point, None where anything of it is unknown. [base unit]
    """
    nodes = {node.key: node for node in supply.nodes}
    known: dict[str, int | None] = {}

    def through(key: str, above: frozenset[str]) -> int | None:
        if key not in known:
            node = nodes.get(key)
            if node is not None and node.point is not None:
                known[key] = usage.get(node.point)
            else:
                below = [c for c in supply.children(key) if c not in above]
                parts = [through(child, above | {key}) for child in below]
                counted = [part for part in parts if part is not None]
                known[key] = sum(counted) if counted else None
        return known[key]

    drawn: set[str] = set()
    edges: list[FlowEdge] = []
    for source, target in supply.edges:
        amount = 0 if target in drawn else through(target, frozenset({source}))
        drawn.add(target)
        edges.append(FlowEdge(source=source, target=target, amount=amount))
    rows = tuple(FlowNode(key=n.key, name=n.name, kind=n.kind) for n in supply.nodes)
    return rows, tuple(edges)
