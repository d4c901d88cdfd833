"""In: aggregates with new events. Out: events in the journal, and aggregates back. I/O: PostgreSQL.

Our thin face on the event-sourcing library: its aggregates, mapper and repository; our recorder
(head row), our clock, our transcodings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    JSONTranscoder,
    StoredEvent,
)

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.errors import ConflictError, RefusedError
from energy.journal.entry import Entry
from energy.journal.recorder import (
    APPLICATIONS,
    HeadRowRecorder,
    head_position,
    read_streams,
)
from energy.journal.transcoding import event_mapper, register_own
from energy.store.pool import Database


class JournalApplication(Application[UUID]):
    """One application of a schema: metering, operations, books or directory."""

    name = "journal"

    def __init__(self, database: Database, schema: str, application: str, clock: Clock) -> None:
        """Bind an application's events table.

        Args:
            database: The process's pool.
            schema: Schema that holds the table.
            application: "metering", "operations", "books" or "directory".
            clock: The injected clock (it stamps learned_at).
        """
        assert application in APPLICATIONS, "applications are known"
        self.database = database
        self.schema = schema
        self.application = application
        self.clock = clock
        super().__init__(env={"PERSISTENCE_MODULE": "eventsourcing.popo"})

    def construct_recorder(self) -> ApplicationRecorder:
        """Return the head-row recorder."""
        return HeadRowRecorder(self.database, self.schema, self.application, self.clock.now)

    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        """Add days and ratios to what the library can store."""
        super().register_transcodings(transcoder)
        register_own(transcoder)

    def store(self, *aggregates: JournalAggregate) -> int:
        """Store the new events of some aggregates in one transaction; return the last position.

        Returns the present head when there is nothing new.

        Raises:
            ConflictError: Somebody else changed one of them first; nothing was stored.
            RefusedError: A text has a sign that cannot be stored or shown; nothing was stored.
        """
        try:
            recordings = self.save(*aggregates)
        except IntegrityError as error:
            raise ConflictError.of("known.changed") from error
        except UnicodeEncodeError as error:  # half a sign: no UTF-8 has it
            raise RefusedError.of("known.nul") from error
        return recordings[-1].notification.id if recordings else self.position()

    def find(self, identity: UUID) -> Any | None:
        """Return an aggregate, or None when it does not exist."""
        try:
            return self.repository.get(identity)
        except AggregateNotFoundError:
            return None

    def find_all(self, identities: Iterable[UUID]) -> dict[UUID, Any]:
        """Return those of some aggregates that exist, read at once.

        Args:
            identities: Ids of aggregates of one kind, of short streams.
        """
        decoder = EventDecoder()
        with self.database.connection() as connection:
            entries = read_streams(connection, self.schema, self.application, list(identities))
        found: dict[UUID, Any] = {}
        for entry in entries:
            found[entry.stream] = decoder.decode(entry).mutate(found.get(entry.stream))
        return found

    def position(self) -> int:
        """Return the application's last position."""
        with self.database.connection() as connection:
            return head_position(connection, self.schema, self.application)


class EventDecoder:
    """Turns entries of aggregates back into domain events."""

    def __init__(self) -> None:
        """Build the library's mapper with our transcodings, without any database."""
        self._mapper = event_mapper()

    def decode(self, entry: Entry) -> Any:
        """Return the domain event of an entry.

        Raises:
            Exception: The library's own, when the topic or the state is unknown; the follower
                parks the entry.
        """
        return self._mapper.to_domain_event(
            StoredEvent(
                originator_id=entry.stream,
                originator_version=entry.version,
                topic=entry.topic,
                state=entry.state,
            )
        )
