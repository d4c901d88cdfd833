"""In: a pack and an outbox. Out: meters and papers as this laptop knows them. I/O: the outbox.

Folded with the aggregates' own events, as the server folds them: what was done here comes behind
what the pack brought, unless the pack has it already.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from energy.base.aggregate import JournalAggregate
from energy.journal.transcoding import event_mapper
from processes.laptop_home import LaptopHome, NewEvent
from processes.laptop_pack import Pack, StoredRow

_MAPPER = event_mapper()


class PackJournal:
    """The journal of meters, as far as a laptop carries it."""

    def __init__(self, home: LaptopHome, pack: Pack) -> None:
        """Read what was done here; an act on its way is staged beside it."""
        self._pack = pack
        self._here = home.events()
        self._staged: list[NewEvent] = []

    @property
    def events(self) -> PackJournal:
        """Return the events by aggregate: this journal itself."""
        return self

    def get(self, identity: UUID) -> list[Any]:
        """Return the events of an aggregate, the oldest first."""
        events = [_event(identity, row) for row in self._pack.streams.get(identity, ())]
        seen = {event.command_id for event in events}
        for _, row in self._here.get(identity, ()):
            event = _event(identity, row)
            if event.command_id in seen or row[0] != len(events) + 1:
                continue  # the pack has it; or the server went on otherwise: it is in review there
            events.append(event)
        staged = [each for each in self._staged if each.stream == identity]
        return events + [_event(identity, (s.version, s.topic, s.state)) for s in staged]

    def find(self, identity: UUID) -> Any | None:
        """Return an aggregate, or None when it does not exist."""
        found: Any | None = None
        for event in self.get(identity):
            found = event.mutate(found)
        return found

    def position(self) -> int:
        """Return the position that the pack was made at."""
        return self._pack.position

    def streams_here(self) -> list[UUID]:
        """Return the aggregates that were changed here."""
        return list(dict.fromkeys([*self._here, *(event.stream for event in self._staged)]))

    def stage(self, aggregates: tuple[JournalAggregate, ...]) -> None:
        """Take the new events of some aggregates: seen from now on, stored with the command."""
        for aggregate in aggregates:
            for event in aggregate.collect_events():
                stored: StoredEvent = _MAPPER.to_stored_event(event)
                self._staged.append(
                    NewEvent(
                        stream=UUID(str(stored.originator_id)),
                        version=stored.originator_version,
                        topic=stored.topic,
                        state=stored.state.decode(),
                    )
                )

    def unstage(self) -> None:
        """Forget what was staged."""
        self._staged = []

    @property
    def staged(self) -> tuple[NewEvent, ...]:
        """Return what is staged."""
        return tuple(self._staged)


def _event(identity: UUID, row: StoredRow) -> Any:
    version, topic, state = row
    return _MAPPER.to_domain_event(
        StoredEvent(
            originator_id=identity,
            originator_version=version,
            topic=topic,
            state=state.encode(),
        )
    )
