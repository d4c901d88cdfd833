"""In: something suspected. Out: that it was noted, and dismissed or ordered. Pure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.text import Key
from energy.service.inspection.errors import InspectionError, worded
from energy.service.inspection.kinds import SuspicionState
from energy.service.inspection.suspecting import Suspected


class Suspicion(JournalAggregate):
    """Something that somebody should look at, and what became of it."""

    TOPIC = "suspicion"

    class Created(JournalAggregate.Created):
        """It was noted, with the figures of then."""

        TOPIC = "suspicion.noted"
        suspicion: UUID
        suspected: dict[str, Any]
        """As `Suspected.to_json` says it."""
        words: str
        """Of whoever saw it; "" where it was computed."""
        by: UUID

    class Dismissed(JournalAggregate.Event):
        """Somebody said why nobody needs to look."""

        TOPIC = "suspicion.dismissed"
        reason: str
        by: UUID

    class Ordered(JournalAggregate.Event):
        """An inspection was ordered."""

        TOPIC = "suspicion.ordered"
        order: UUID
        """The work order."""
        by: UUID

    @staticmethod
    def create_id(*, suspicion: UUID, **_: object) -> UUID:
        """Return the id that follows from what is suspected."""
        return suspicion

    @classmethod
    def note(
        cls,
        site: str,
        suspected: Suspected,
        *,
        again: int = 0,
        words: str = "",
        by: UUID,
        command_id: UUID,
    ) -> Suspicion:
        """Return a suspicion that is open; `again` as of `Suspected.id_at`."""
        return cls(
            suspicion=suspected.id_at(site, again),
            suspected=suspected.to_json(),
            words=words,
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self, *, suspicion: UUID, suspected: dict[str, Any], words: str, by: UUID, command_id: UUID
    ) -> None:
        """Note it; see `note`."""
        self.suspected = suspected
        self.state = SuspicionState.OPEN
        self.order_id: UUID | None = None

    def dismiss(self, reason: str, *, in_vain: bool = False, by: UUID, command_id: UUID) -> None:
        """Say why nobody needs to look; `in_vain` as of `order`.

        Raises:
            InspectionError: It is settled already, or there is no reason.
        """
        if not self.seen(command_id):
            self._demand_open(in_vain=in_vain)
            self._dismiss(reason=worded(reason), by=by, command_id=command_id)

    def order(self, order: UUID, *, in_vain: bool = False, by: UUID, command_id: UUID) -> None:
        """Know the work order of its inspection.

        Args:
            order: The work order.
            in_vain: Whether the one that it has is over without a finding: it is open again.
            by: Who orders it.
            command_id: Of the command.

        Raises:
            InspectionError: It is settled already.
        """
        if not self.seen(command_id):
            self._demand_open(in_vain=in_vain)
            self._order(order=order, by=by, command_id=command_id)

    def _demand_open(self, *, in_vain: bool) -> None:
        again = in_vain and self.state is SuspicionState.ORDERED
        if self.state is not SuspicionState.OPEN and not again:
            state = Key(f"cli.inspect_suspicion.{self.state}")
            raise InspectionError.of("settled", short=self.id.hex[:8], state=state)

    @event(Dismissed)
    def _dismiss(self, *, reason: str, by: UUID, command_id: UUID) -> None:
        self.state = SuspicionState.DISMISSED

    @event(Ordered)
    def _order(self, *, order: UUID, by: UUID, command_id: UUID) -> None:
        self.state = SuspicionState.ORDERED
        self.order_id = order
