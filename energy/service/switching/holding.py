"""In: an order that tells a step or gives a permit. Out: the nodes that must know. I/O: reads.

What is returned is stored with the order in one transaction; see `node.py` for why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from energy.alerting.flood import NODE
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.metering.supply.graph import Graph
from energy.service.switching.errors import SwitchingError
from energy.service.switching.kinds import SwitchingState
from energy.service.switching.node import SwitchingNode, switching_node_id
from energy.service.switching.order import SwitchingOrder
from energy.service.switching.reach import held_by, holders_of
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.plant_rows import read_supply

_OVER = (SwitchingState.COMPLETED, SwitchingState.ABORTED, SwitchingState.WITHDRAWN)


class Holding:
    """What orders of one site hold each other by."""

    def __init__(
        self, operations: JournalApplication, database: Database, site: Site, clock: Clock
    ) -> None:
        """Work on a site."""
        self._operations, self._database = operations, database
        self._site, self._clock = site, clock

    def for_step(self, known: SwitchingOrder, *, command_id: UUID) -> list[SwitchingNode]:
        """Return the node that a step is told at, which knows it then.

        Raises:
            SwitchingError: A permit of another order is out that holds it.
        """
        graph, node = self._graph(known.about)
        above = holders_of(graph, node)
        nodes = self._nodes(known.about, above)
        here = self._node(nodes, known.about, command_id)
        others = self._orders(
            known, [*here.holding, *(o for n in nodes.values() for o in n.holding)]
        )
        for other in others.values():
            other.permits.demand_none_out(other.number)
        ended = self._orders(known, here.telling)
        over = [each for each, other in ended.items() if other.state in _OVER]
        here.tell(known.id, over, command_id=command_id)
        return [here]

    def for_permit(self, known: SwitchingOrder, *, command_id: UUID) -> list[SwitchingNode]:
        """Return the nodes that a permit holds, which know it then.

        Raises:
            SwitchingError: A step of another order there was told and not read back.
        """
        graph, node = self._graph(known.about)
        held = held_by(graph, node)
        kept = self._nodes(known.about, held)
        nodes = [
            self._node(kept, f"{_prefix(known.about)}{each}", command_id) for each in sorted(held)
        ]
        others = self._orders(
            known, [order for each in nodes for order in (*each.telling, *each.holding)]
        )
        for each in nodes:
            for order in each.telling:
                other = others.get(order)
                if other is not None and other.told is not None:
                    raise SwitchingError.of("open_step", number=other.number, step=other.told)
            over = [
                order
                for order in each.holding
                if order in others and others[order].permits.holder is None
            ]
            each.hold(known.id, over, command_id=command_id)
        return nodes

    def _graph(self, about: str) -> tuple[Graph, str]:
        """Return the supply graph of a node's utility as it holds now, and the node's key."""
        utility, _, node = about.removeprefix(NODE).partition("/")
        with self._database.connection() as connection:
            book = read_supply(connection, self._site.schema, utility)
        return book.at(self._clock.now()) or Graph(), node

    def _nodes(self, about: str, keys: Collection[str]) -> dict[str, SwitchingNode]:
        """Return those of some nodes of a utility that are known, by "node:UTILITY/KEY"."""
        names = [f"{_prefix(about)}{key}" for key in keys]
        ids = [switching_node_id(self._site.key, name) for name in names]
        return {node.about: node for node in self._operations.find_all(ids).values()}

    def _node(
        self, known: Mapping[str, SwitchingNode], about: str, command_id: UUID
    ) -> SwitchingNode:
        if about in known:
            return known[about]
        made = id_of("made", str(command_id), about)
        return SwitchingNode(site=self._site.key, about=about, command_id=made)

    def _orders(
        self, known: SwitchingOrder, identities: Collection[UUID]
    ) -> dict[UUID, SwitchingOrder]:
        """Return other orders as the journal has them."""
        ids = [each for each in dict.fromkeys(identities) if each != known.id]
        return self._operations.find_all(ids)


def _prefix(about: str) -> str:
    """Return how the names of the nodes of a node's utility begin."""
    return f"{about.partition('/')[0]}/"
