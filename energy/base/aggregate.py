"""In: commands on aggregates. Out: events with lasting topics, our clock and a command id. Pure.

Every aggregate derives from JournalAggregate and names a TOPIC for itself and each event class;
every event carries the id of the command that caused it, so a command repeated after an unknown
commit finds its own result.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from energy.base.clock import Clock, SystemClock

_clock: Clock = SystemClock()


def use_clock(clock: Clock) -> None:
    """Set the clock that stamps this process's events (once, by the composition root)."""
    global _clock  # noqa: PLW0603 - the library creates time stamps in a static method
    _clock = clock


class JournalAggregate(Aggregate):
    """Base of our aggregates."""

    class Event(Aggregate.Event):
        """Base of our events."""

        command_id: UUID

        @staticmethod
        def create_timestamp() -> datetime:
            """Return the injected clock's present instant."""
            return _clock.now()

        def mutate(self, aggregate: Any) -> Any:
            """Apply the event and remember its command."""
            changed = super().mutate(aggregate)
            if changed is not None:
                changed.__dict__.setdefault("commands", set()).add(self.command_id)
            return changed

    class Created(Event, Aggregate.Created):
        """Base of our creation events."""

    commands: set[UUID]

    def seen(self, command_id: UUID) -> bool:
        """Return whether a command already had its effect here."""
        return command_id in self.__dict__.get("commands", ())
