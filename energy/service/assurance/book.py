"""In: events that are approved, changed, over. Out: what is spared while they last. Pure.

One of a site. Who switches, gives a permit or lets an outage hold asks it in the journal: a table
may be behind.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.period import Period


def book_id(site: str) -> UUID:
    """Return the id of the book of spared nodes of a site."""
    return id_of("assurance_book", site)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """Nodes at which nothing is planned while an event lasts."""

    event: UUID
    number: str
    period: Period
    nodes: frozenset[str]
    """UTILITY/KEY."""
    allowed: frozenset[UUID]
    """Switching orders and outages that may happen in spite of it."""

    def forbids(self, thing: UUID, touched: Collection[str], period: Period) -> bool:
        """Return whether something may not happen.

        Args:
            thing: Switching order or outage.
            touched: UTILITY/KEY of the nodes that it touches.
            period: Its time; one instant touches what holds then.
        """
        begins, ends = self.period.start, self.period.end
        at_once = begins <= period.start < ends
        meets = at_once or (period.start < ends and begins < period.end)
        return meets and thing not in self.allowed and not self.nodes.isdisjoint(touched)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "event": str(self.event),
            "number": self.number,
            "begins_at": self.period.start.isoformat(),
            "ends_at": self.period.end.isoformat(),
            "nodes": sorted(self.nodes),
            "allowed": sorted(str(each) for each in self.allowed),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Spared:
        """Return what to_json stored."""
        begins, ends = (datetime.fromisoformat(stored[key]) for key in ("begins_at", "ends_at"))
        return cls(
            event=UUID(stored["event"]),
            number=stored["number"],
            period=Period(start=begins, end=ends),
            nodes=frozenset(stored["nodes"]),
            allowed=frozenset(UUID(each) for each in stored["allowed"]),
        )


class AssuranceBook(JournalAggregate):
    """What is spared at a site, event by event."""

    TOPIC = "assurance_book"

    class Created(JournalAggregate.Created):
        """Nothing is spared."""

        TOPIC = "assurance_book.opened"
        site: str

    class Entered(JournalAggregate.Event):
        """An event holds from now on as it stands here."""

        TOPIC = "assurance_book.entered"
        spared: dict[str, Any]
        """As `Spared.from_json` reads it."""

    class Struck(JournalAggregate.Event):
        """Nothing is spared for an event any more."""

        TOPIC = "assurance_book.struck"
        assured: UUID

    class Asked(JournalAggregate.Event):
        """Nothing forbade an outage, which holds from now on."""

        TOPIC = "assurance_book.asked"
        outage: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return book_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Open it."""
        self.entries: dict[UUID, dict[str, Any]] = {}

    def spared(self) -> list[Spared]:
        """Return what is spared, by time."""
        every = [Spared.from_json(each) for each in self.entries.values()]
        return sorted(every, key=lambda each: (each.period.start, each.number))

    def enter(self, spared: Spared, *, command_id: UUID) -> None:
        """Let an event hold as it stands."""
        if not self.seen(command_id):
            self._enter(spared=spared.to_json(), command_id=command_id)

    @event(Entered)
    def _enter(self, *, spared: dict[str, Any], command_id: UUID) -> None:
        self.entries[UUID(spared["event"])] = spared

    def strike(self, assured: UUID, *, command_id: UUID) -> None:
        """Let an event hold no more; one that never held stays out."""
        if assured in self.entries and not self.seen(command_id):
            self._strike(assured=assured, command_id=command_id)

    @event(Struck)
    def _strike(self, *, assured: UUID, command_id: UUID) -> None:
        del self.entries[assured]

    def ask(self, outage: UUID, *, command_id: UUID) -> None:
        """Note that nothing forbade an outage; who enters an event meanwhile meets a conflict."""
        if not self.seen(command_id):
            self._ask(outage=outage, command_id=command_id)

    @event(Asked)
    def _ask(self, *, outage: UUID, command_id: UUID) -> None:
        """Change nothing."""
