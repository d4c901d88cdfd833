"""In: nodes and edges of a supply graph at an instant. Out: what feeds what, what balances. Pure.

The meter of a node counts what enters the node. Nodes with no meter between them are one balance
node: busbars that a closed tie joins, the nodes of a closed ring, and whatever hangs below a node
without a meter of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from energy.metering.supply.losses import Loss, LossModel, loss_from_json

TIE, RING, GENERATOR, INCOMER, BUSBAR = (
    "tie",
    "ring",
    "generator",
    "incomer",
    "busbar",
)
SOURCE_KINDS: Final = (INCOMER, GENERATOR)
Edge = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of a supply graph."""

    key: str
    kind: str
    name: str
    point: str | None = None
    """Metering point that counts what enters it."""
    loss: Loss | None = None
    limit_percent: Fraction | None = None
    """Most that may be unaccounted beside the expected loss. [% of what comes in]"""
    open_from: frozenset[str] = frozenset()
    """Nodes whose edge to this one is open."""
    sensors: tuple[str, ...] = ()
    """Points whose gauges and states tell of it: a breaker, a winding's temperature."""
    rated_w: Fraction | None = None
    """Load for which it is built. [W]"""

    @property
    def full_w(self) -> Fraction | None:
        """Return the load at which it is full, that of its loss curve unless stated. [W]."""
        if self.rated_w is None and self.loss is not None and self.loss.model is LossModel.CURVE:
            return self.loss.rated
        return self.rated_w


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A breaker between two busbars, normally open."""

    key: str
    name: str
    between: Edge
    state_point: str | None = None
    """Point whose state channel says whether it is closed; None where it is declared."""
    state_quantity: str | None = None
    closed_count: int = 1
    """Count of the state channel that says closed."""
    closed: bool = False
    """As declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Nodes in a ring, fed from the first of them and open between two neighbours."""

    key: str
    name: str
    nodes: tuple[str, ...]
    open: Edge | None
    """The open point; None while the ring is closed."""

    def edges(self) -> list[Edge]:
        """Return the edges from the feeding node both ways to the open point.

        Of a closed ring all but the last: it is one balance node, however the flow divides.
        """
        pairs = list(pairwise([*self.nodes, self.nodes[0]]))
        cut = [n for n, pair in enumerate(pairs) if self.open and set(pair) == set(self.open)]
        if not cut:
            return pairs[:-1]
        return [*pairs[: cut[0]], *((b, a) for a, b in reversed(pairs[cut[0] + 1 :]))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The supply graph of a utility at an instant."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    edges: frozenset[Edge] = frozenset()
    """From the feeding to the fed node, open ones included; those of rings apart."""
    ties: Mapping[str, Tie] = field(default_factory=dict)
    rings: Mapping[str, Ring] = field(default_factory=dict)

    def live_edges(self) -> frozenset[Edge]:
        """Return the edges along which something can flow, without ties."""
        every = self.edges.union(*(ring.edges() for ring in self.rings.values()))
        there = {(a, b) for a, b in every if a in self.nodes and b in self.nodes}
        return frozenset((a, b) for a, b in there if a not in self.nodes[b].open_from)

    def every_edge(self) -> frozenset[Edge]:
        """Return all edges, open ones and those of rings and ties included."""
        rings = (ring.edges() for ring in self.rings.values())
        ties = [tie.between for tie in self.ties.values()]
        return frozenset(set(self.edges).union(ties, *rings))

    def sources(self) -> list[str]:
        """Return the nodes that something enters from outside the graph."""
        fed = {b for _, b in self.every_edge()} | {
            key for tie in self.ties.values() for key in tie.between
        }
        named = {key for ring in self.rings.values() for key in ring.nodes[1:]}
        return sorted(
            key
            for key, node in self.nodes.items()
            if node.kind == INCOMER or (key not in fed and key not in named)
        )

    def declared_closed(self) -> frozenset[str]:
        """Return the ties that are declared closed."""
        return frozenset(key for key, tie in self.ties.items() if tie.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """A node whose meter counts what enters it."""

    key: str
    name: str
    point: str
    generator: bool = False
    """Whether what it makes is counted: as export, or as all that its meter counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A node in which something is lost."""

    key: str
    loss: Loss
    carried: tuple[Metered, ...]
    """Meters that together count its load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceNode:
    """Nodes with no meter between them: what comes in must go out."""

    key: str
    """Its highest nodes, joined by a plus sign."""
    name: str
    nodes: frozenset[str]
    entries: tuple[Metered, ...]
    """Nodes whose meter counts what comes in."""
    children: tuple[Metered, ...]
    """Nodes below whose meter counts what goes out."""
    unmetered_sources: tuple[str, ...]
    """Sources without a meter: what comes in is not known."""
    unmetered_ends: tuple[str, ...]
    """Nodes at the end without a meter: their load is unaccounted."""
    elements: tuple[Element, ...]
    limit_percent: Fraction | None
    ties: tuple[str, ...] = field(default=(), compare=False)
    """Closed ties inside; however many, the node is the same."""


def node_from_json(stored: Mapping[str, Any]) -> Node:
    """Return a node that a site file or an event holds."""
    limit, loss, rated = (stored.get(name) for name in ("limit_percent", "loss", "rated_w"))
    return Node(
        key=stored["key"],
        kind=stored["kind"],
        name=stored["name"],
        point=stored.get("point"),
        loss=None if loss is None else loss_from_json(loss),
        limit_percent=None if limit is None else Fraction(str(limit)),
        open_from=frozenset(stored.get("open_from", ())),
        sensors=tuple(stored.get("sensors", ())),
        rated_w=None if rated is None else Fraction(str(rated)),
    )


def tie_from_json(stored: Mapping[str, Any]) -> Tie:
    """Return a tie that a site file or an event holds as a node of this kind."""
    first, second = stored["between"]
    return Tie(
        key=stored["key"],
        name=stored["name"],
        between=(first, second),
        state_point=stored.get("state_point"),
        state_quantity=stored.get("state_quantity"),
        closed_count=stored.get("closed_count", 1),
        closed=stored.get("closed", False),
    )


def ring_from_json(stored: Mapping[str, Any]) -> Ring:
    """Return a ring that a site file or an event holds as a node of this kind."""
    opened = stored.get("open")
    return Ring(
        key=stored["key"],
        name=stored["name"],
        nodes=tuple(stored["nodes"]),
        open=None if not opened else (opened[0], opened[1]),
    )


def graph_of(nodes: Iterable[Mapping[str, Any]], edges: Iterable[Iterable[str]]) -> Graph:
    """Return the graph of nodes, ties, rings and edges as an event holds them."""
    every = list(nodes)
    pairs = [tuple(edge) for edge in edges]
    return Graph(
        nodes={n["key"]: node_from_json(n) for n in every if not (is_tie(n) or is_ring(n))},
        edges=frozenset((a, b) for a, b in pairs),
        ties={n["key"]: tie_from_json(n) for n in every if is_tie(n)},
        rings={n["key"]: ring_from_json(n) for n in every if is_ring(n)},
    )


def is_tie(stored: Mapping[str, Any]) -> bool:
    """Return whether a node joins two busbars; a drawn tie without its busbars is a plain node."""
    return stored["kind"] == TIE and "between" in stored


def is_ring(stored: Mapping[str, Any]) -> bool:
    """Return whether a node is a ring of others."""
    return stored["kind"] == RING and "nodes" in stored


class _Groups:
    """Nodes joined to groups."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._up = {key: key for key in keys}

    def top(self, key: str) -> str:
        """Return the node that stands for a node's group."""
        path = []
        while self._up[key] != key:
            path.append(key)
            key = self._up[key]
        for each in path:
            self._up[each] = key
        return key

    def join(self, first: str, second: str) -> None:
        """Make one group of two."""
        a, b = sorted((self.top(first), self.top(second)))
        self._up[b] = a


def balance_nodes(graph: Graph, closed: Collection[str] | None = None) -> list[BalanceNode]:
    """Return the balance nodes of a graph that meters bound, by key.

    Args:
        graph: At an instant.
        closed: Keys of the ties that are closed; None for what is declared.
    """
    shut = graph.declared_closed() if closed is None else frozenset(closed)
    edges = graph.live_edges()
    groups = _Groups(graph.nodes)
    for source, target in edges:
        if graph.nodes[target].point is None:
            groups.join(source, target)
    joined = [graph.ties[key].between for key in sorted(shut) if key in graph.ties]
    for ring in graph.rings.values():
        joined += [] if ring.open else ring.edges()
    for source, target in joined:
        if source in graph.nodes and target in graph.nodes:
            groups.join(source, target)
    members: dict[str, set[str]] = {}
    for key in graph.nodes:
        members.setdefault(groups.top(key), set()).add(key)
    found = [_balance_node(graph, edges, nodes, shut) for nodes in members.values()]
    return sorted((node for node in found if node is not None), key=lambda node: node.key)


def _balance_node(
    graph: Graph,
    edges: frozenset[Edge],
    own: set[str],
    shut: frozenset[str],
) -> BalanceNode | None:
    inside = {(a, b) for a, b in edges if a in own and b in own}
    fed_inside = {b for _, b in inside}
    children = sorted({b for a, b in edges if a in own and b not in own})
    entries = sorted(
        key for key in own if graph.nodes[key].point is not None and key not in fed_inside
    )
    tied = {key for tie in graph.ties.values() for key in tie.between}
    if not children and (not entries or not own & tied):
        return None  # nothing is counted below: there is nothing to balance
    feeding = {a for a, _ in edges}
    heads = sorted(own - fed_inside) or [min(own)]
    limits = [graph.nodes[key].limit_percent for key in own]
    return BalanceNode(
        key="+".join(heads),
        name=" + ".join(graph.nodes[key].name for key in heads),
        nodes=frozenset(own),
        entries=tuple(_metered(graph.nodes[key]) for key in entries),
        children=tuple(_metered(graph.nodes[key]) for key in children),
        unmetered_sources=tuple(
            key for key in graph.sources() if key in own and graph.nodes[key].point is None
        ),
        unmetered_ends=tuple(
            sorted(key for key in own if graph.nodes[key].point is None and key not in feeding)
        ),
        elements=tuple(_elements(graph, edges, own)),
        limit_percent=max((each for each in limits if each is not None), default=None),
        ties=tuple(key for key in sorted(shut) if own.issuperset(graph.ties[key].between)),
    )


def _metered(node: Node) -> Metered:
    assert node.point is not None, "the node has a meter"
    return Metered(key=node.key, name=node.name, point=node.point, generator=node.kind == GENERATOR)


def _elements(graph: Graph, edges: frozenset[Edge], own: set[str]) -> Iterator[Element]:
    """Yield nodes with a loss and the meters that count their load."""
    fed: dict[str, list[str]] = {}
    for source, target in edges:
        fed.setdefault(source, []).append(target)
    for key in sorted(own):
        loss = graph.nodes[key].loss
        if loss is None:
            continue
        carried = {key} if graph.nodes[key].point is not None else _below(graph, fed, key)
        meters = tuple(_metered(graph.nodes[each]) for each in sorted(carried))
        yield Element(key=key, loss=loss, carried=meters)


def _below(graph: Graph, fed: Mapping[str, list[str]], key: str) -> set[str]:
    """Return the nearest metered nodes below one without a meter."""
    seen, waiting = {key}, [key]
    carried: set[str] = set()
    while waiting:
        for target in set(fed.get(waiting.pop(), ())) - seen:
            seen.add(target)
            metered = graph.nodes[target].point is not None
            carried.add(target) if metered else waiting.append(target)
    return carried
