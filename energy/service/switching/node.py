"""In: steps told and permits given at a node. Out: the facts by which they meet. Pure.

Whoever tells a step changes the stream of the order's node, whoever gives a permit those of every
node that it holds, in one transaction with the order: of two in the same instant one is refused by
the stream's version, looks again, and sees the other. Nothing is shown of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def switching_node_id(site: str, about: str) -> UUID:
    """Return the id of a node of a site, "node:UTILITY/KEY"."""
    return id_of("switching_node", site, about)


class SwitchingNode(JournalAggregate):
    """Which orders have told a step at a node, and which have given a permit that holds it."""

    TOPIC = "switching_node"

    class Created(JournalAggregate.Created):
        """Nothing was told here, nothing held it."""

        TOPIC = "switching_node.known"
        site: str
        about: str

    class StepTold(JournalAggregate.Event):
        """An order at this node told a step."""

        TOPIC = "switching_node.step_told"
        order: UUID
        over: list[UUID]
        """Orders that need not be looked at any more."""

    class PermitGiven(JournalAggregate.Event):
        """An order gave a permit that holds this node."""

        TOPIC = "switching_node.permit_given"
        order: UUID
        over: list[UUID]

    @staticmethod
    def create_id(*, site: str, about: str, **_: object) -> UUID:
        """Return the id from site and node."""
        return switching_node_id(site, about)

    @event(Created)
    def __init__(self, *, site: str, about: str, command_id: UUID) -> None:
        """Know it."""
        self.about = about
        self.telling: list[UUID] = []
        """Orders that told a step here and were not over when that was looked at last."""
        self.holding: list[UUID] = []
        """Orders that gave a permit, not handed back when that was looked at last."""

    def tell(self, order: UUID, over: Sequence[UUID], *, command_id: UUID) -> None:
        """Know that an order tells a step here."""
        if not self.seen(command_id):
            self._tell(order=order, over=list(over), command_id=command_id)

    @event(StepTold)
    def _tell(self, *, order: UUID, over: list[UUID], command_id: UUID) -> None:
        self.telling = _with(self.telling, order, over)

    def hold(self, order: UUID, over: Sequence[UUID], *, command_id: UUID) -> None:
        """Know that an order gives a permit that holds this node."""
        if not self.seen(command_id):
            self._hold(order=order, over=list(over), command_id=command_id)

    @event(PermitGiven)
    def _hold(self, *, order: UUID, over: list[UUID], command_id: UUID) -> None:
        self.holding = _with(self.holding, order, over)


def _with(known: list[UUID], order: UUID, over: list[UUID]) -> list[UUID]:
    return [*(each for each in known if each != order and each not in over), order]
