"""In: dated changes of a supply graph, each with its journal position. Out: the graph then. Pure.

A graph is defined whole from an instant on and then changed in small steps; what holds at an
instant follows from the last whole one and the changes behind it, in the order of their instants
and, at one instant, of their positions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from energy.base.period import Period
from energy.metering.places import UNSTORED
from energy.metering.supply.graph import (
    Edge,
    Graph,
    graph_of,
    is_ring,
    is_tie,
    node_from_json,
    ring_from_json,
    tie_from_json,
)


class SupplyAct(StrEnum):
    """What a change says."""

    WHOLE = "whole"
    """Another graph holds: nodes, edges."""
    NODE = "node"
    """A node, tie or ring is there, or is otherwise than before: node."""
    NODE_GONE = "node_gone"
    """It is there no more, nor are its edges: key."""
    EDGE = "edge"
    """Two nodes are joined: from, to."""
    EDGE_GONE = "edge_gone"
    EDGE_OPEN = "edge_open"
    """Nothing flows from one to the other: from, to."""
    EDGE_CLOSED = "edge_closed"
    TIE = "tie"
    """A tie is declared closed or open: key, closed."""
    RING = "ring"
    """A ring is open elsewhere: key, open (two neighbours, or nothing)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyChange:
    """One change of a supply graph from an instant on."""

    act: SupplyAct
    valid_from: datetime
    facts: Mapping[str, Any]
    position: int = UNSTORED
    """Journal position of its event."""

    @classmethod
    def whole(
        cls,
        valid_from: datetime,
        nodes: Sequence[Mapping[str, Any]],
        edges: Sequence[Sequence[str]],
    ) -> SupplyChange:
        """Return the change that lets another graph hold."""
        facts = {"nodes": list(nodes), "edges": [list(edge) for edge in edges]}
        return cls(act=SupplyAct.WHOLE, valid_from=valid_from, facts=facts)

    def to_json(self) -> dict[str, Any]:
        """Return what an event keeps of it: all but its instant and position."""
        return {"act": self.act.value, "facts": dict(self.facts)}

    @classmethod
    def from_json(
        cls, stored: Mapping[str, Any], *, valid_from: datetime, position: int = UNSTORED
    ) -> SupplyChange:
        """Return the change that to_json kept."""
        return cls(
            act=SupplyAct(stored["act"]),
            valid_from=valid_from,
            facts=stored["facts"],
            position=position,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSpan:
    """The time a supply graph was as it is here."""

    start: datetime
    end: datetime
    graph: Graph


class SupplyBook:
    """Every change of one utility's supply graph that is known."""

    def __init__(self, changes: Iterable[SupplyChange] = ()) -> None:
        """Put changes in order; those of one instant and position stay as they come."""
        self.changes = sorted(changes, key=lambda each: (each.valid_from, each.position))

    def with_changes(self, changes: Iterable[SupplyChange]) -> SupplyBook:
        """Return a book with some more changes."""
        return SupplyBook([*self.changes, *changes])

    def at(self, instant: datetime) -> Graph | None:
        """Return the graph at an instant; None before the first."""
        graph: Graph | None = None
        for change in self.changes:
            if change.valid_from > instant:
                break
            graph = changed(graph, change)
        return graph

    def spans(self, period: Period) -> list[GraphSpan]:
        """Return the graphs that held in a period, in order; nothing before the first."""
        return [
            GraphSpan(start=start, end=end, graph=graph)
            for start, end, graph in self._spans(period)
            if graph is not None and start < end
        ]

    def _spans(self, period: Period) -> Iterator[tuple[datetime, datetime, Graph | None]]:
        graph: Graph | None = None
        start = period.start
        for change in self.changes:
            if change.valid_from >= period.end:
                break
            if change.valid_from > start:
                yield start, change.valid_from, graph
                start = change.valid_from
            graph = changed(graph, change)
        yield start, period.end, graph

    def versions(self) -> Iterator[tuple[datetime, bool, Graph]]:
        """Yield every instant with the graph from then on, and whether it is wholly another."""
        graph: Graph | None = None
        for instant, changes in groupby(self.changes, key=lambda each: each.valid_from):
            whole = False
            for change in changes:
                graph = changed(graph, change)
                whole = whole or change.act is SupplyAct.WHOLE
            if graph is not None:
                yield instant, whole, graph

    def instants(self, since: datetime) -> list[datetime]:
        """Return an instant and every later one from which on something changes."""
        return sorted({since, *(c.valid_from for c in self.changes if c.valid_from > since)})


def changed(graph: Graph | None, change: SupplyChange) -> Graph | None:
    """Return a graph after a change; a change of what is not there then says nothing."""
    facts = change.facts
    if change.act is SupplyAct.WHOLE:
        return graph_of(facts["nodes"], facts["edges"])
    if graph is None:
        return None
    match change.act:
        case SupplyAct.NODE:
            return _with_node(graph, facts["node"])
        case SupplyAct.NODE_GONE:
            return _without(graph, facts["key"])
        case SupplyAct.TIE:
            return _tied(graph, facts["key"], closed=facts["closed"])
        case SupplyAct.RING:
            return _opened_ring(graph, facts["key"], facts.get("open"))
    edge: Edge = (facts["from"], facts["to"])
    if not {*edge} <= set(graph.nodes):
        return graph
    match change.act:
        case SupplyAct.EDGE:
            return replace(graph, edges=graph.edges | {edge})
        case SupplyAct.EDGE_GONE:
            return replace(graph, edges=graph.edges - {edge})
    node = graph.nodes[edge[1]]
    shut = change.act is SupplyAct.EDGE_CLOSED
    opened = node.open_from - {edge[0]} if shut else node.open_from | {edge[0]}
    return replace(graph, nodes={**graph.nodes, node.key: replace(node, open_from=opened)})


def _with_node(graph: Graph, stored: Mapping[str, Any]) -> Graph:
    key = stored["key"]
    if is_tie(stored):
        return replace(graph, ties={**graph.ties, key: tie_from_json(stored)})
    if is_ring(stored):
        return replace(graph, rings={**graph.rings, key: ring_from_json(stored)})
    return replace(graph, nodes={**graph.nodes, key: node_from_json(stored)})


def _without(graph: Graph, key: str) -> Graph:
    return Graph(
        nodes={each: node for each, node in graph.nodes.items() if each != key},
        edges=frozenset(edge for edge in graph.edges if key not in edge),
        ties={each: tie for each, tie in graph.ties.items() if each != key},
        rings={each: ring for each, ring in graph.rings.items() if each != key},
    )


def _tied(graph: Graph, key: str, *, closed: bool) -> Graph:
    tie = graph.ties.get(key)
    if tie is None:
        return graph
    return replace(graph, ties={**graph.ties, key: replace(tie, closed=closed)})


def _opened_ring(graph: Graph, key: str, opened: Sequence[str] | None) -> Graph:
    ring = graph.rings.get(key)
    if ring is None:
        return graph
    edge = None if not opened else (opened[0], opened[1])
    return replace(graph, rings={**graph.rings, key: replace(ring, open=edge)})
