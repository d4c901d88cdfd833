"""In: a supply graph over a span, a node that is switched off. Out: who goes dark. Pure.

What another feed reaches stays on: another incomer, a generator, a tie that is closed for the span.
It is walked as for alerts (`flood.Fed.dark`); there is no second walk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from energy.alerting.feeding import fed_by
from energy.alerting.flood import Fed
from energy.metering.supply.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """Who is supplied at a metering point on a local day."""

    point: str
    account: str = ""
    """Who pays there; "" where nobody does."""
    protected: str = ""
    """Why the point must not be cut: a kind of the list of protected points; "" where it may."""


FindSupplied = Callable[[Collection[str], date], Sequence[Supplied]]
"""Asks the books who is supplied at some points on a local day; handed in by the processes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Who goes dark in an outage."""

    nodes: tuple[str, ...]
    """Keys of supply nodes that nothing reaches at some instant of the span."""
    supplied: tuple[Supplied, ...]
    """Points metered at them, protected ones first."""

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return who pays there, whoever has a protected point first."""
        return tuple(dict.fromkeys(each.account for each in self.supplied if each.account))


def dark(graph: Graph, node: str, others: Collection[str] = ()) -> frozenset[str]:
    """Return the nodes that nothing reaches while one is off.

    Args:
        graph: At an instant.
        node: Key of the node that is off; it goes dark itself.
        others: Nodes that other outages switch off then. What only both cut off belongs to this
            one; what the others alone cut off belongs to them.
    """
    if node not in graph.nodes:
        return frozenset()
    edges, roots = fed_by(graph)
    fed = Fed(edges=edges, roots=roots)
    alone = fed.dark({node}).keys()
    also = frozenset(others) & graph.nodes.keys()
    return frozenset(alone | (fed.dark({node} | also).keys() - fed.dark(also).keys()))


def dark_over(graphs: Iterable[Graph], node: str, others: Collection[str] = ()) -> dict[str, str]:
    """Return the nodes that go dark under any of some graphs, each with its point ("" without).

    Args:
        graphs: Those that hold in the span, in order.
        node: Key of the node that is off.
        others: Nodes that other outages switch off then.
    """
    found: dict[str, str] = {}
    for graph in graphs:
        for key in sorted(dark(graph, node, others)):
            found[key] = graph.nodes[key].point or found.get(key, "")
    return found


def affected(points: Mapping[str, str], supplied: Iterable[Supplied]) -> Affected:
    """Return who goes dark, protected loads first.

    Args:
        points: Point by node, as `dark_over` returns them.
        supplied: Who is supplied at points; others than these are passed over.
    """
    known = frozenset(points.values()) - {""}
    mine = [each for each in supplied if each.point in known]
    return Affected(
        nodes=tuple(sorted(points)),
        supplied=tuple(sorted(mine, key=lambda each: (not each.protected, each.point))),
    )
