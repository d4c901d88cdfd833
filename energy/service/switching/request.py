"""In: what billing asks for. Out: that one switching order at a time carries it out. Pure.

Billing keeps its own work order (`prepaid request|approve|hand-out|confirm`); it is handed in by
a function, as energy knows no books. Nothing is told back: whoever confirms there reads here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.service.switching.kinds import RequestKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that billing keeps, approved there and not over."""

    kind: RequestKind
    reference: str
    """What billing calls it."""
    points: tuple[str, ...]
    """Metering points that are cut off or supplied again."""
    ready: bool
    """Whether it may be carried out now: billing has handed it out, and its time is not over."""

    def to_json(self) -> dict[str, Any]:
        """Return it as an event holds it."""
        return {
            "kind": str(self.kind),
            "reference": self.reference,
            "points": list(self.points),
        }


FindAsked = Callable[[str], Asked | None]
"""Asks the books for a request by its reference; None where none is to be carried out."""


def nothing_asked(reference: str) -> None:
    """Know no request: where no books are at hand."""


def request_id(site: str, reference: str) -> UUID:
    """Return the id of what is known of a request."""
    return id_of("switching_request", site, reference)


class SwitchingRequest(JournalAggregate):
    """A request of billing, and the switching orders that were written for it."""

    TOPIC = "switching_request"

    class Created(JournalAggregate.Created):
        """It came here."""

        TOPIC = "switching_request.came"
        site: str
        reference: str

    class OrderWritten(JournalAggregate.Event):
        """An order was written for it."""

        TOPIC = "switching_request.order_written"
        order: UUID

    @staticmethod
    def create_id(*, site: str, reference: str, **_: object) -> UUID:
        """Return the id from site and reference."""
        return request_id(site, reference)

    @event(Created)
    def __init__(self, *, site: str, reference: str, command_id: UUID) -> None:
        """Take it."""
        self.order: UUID | None = None
        """The newest order for it."""

    @event(OrderWritten)
    def write(self, *, order: UUID, command_id: UUID) -> None:
        """Know the order that carries it out."""
        self.order = order
