"""In: what people decide about findings and parked entries. Out: its events. Pure.

A decision counts from its own position on: what a bill knew before it does not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of


class DecidedAlreadyError(RefusedError):
    """Somebody decided this before."""

    code = "decision.made"


class ResolvedFinding(JournalAggregate):
    """A finding that a person has looked into."""

    TOPIC = "resolved_finding"

    class Created(JournalAggregate.Created):
        """The finding does not bar the bill any more."""

        TOPIC = "finding.resolved"
        code: str
        channel: int
        """0 when the whole source is meant."""
        start: datetime
        position: int
        """Of the finding."""
        reason: str
        resolved_by: UUID

    @staticmethod
    def create_id(*, code: str, channel: int, start: datetime, position: int, **_: object) -> UUID:
        """Return the id from the finding's key: one finding is resolved once."""
        return id_of("resolved_finding", code, str(channel), start.isoformat(), str(position))

    @event(Created)
    def __init__(
        self,
        *,
        code: str,
        channel: int,
        start: datetime,
        position: int,
        reason: str,
        resolved_by: UUID,
        command_id: UUID,
    ) -> None:
        """Resolve it."""
        self.resolved_by = resolved_by


class RetriedEntry(JournalAggregate):
    """A parked entry that is folded again, as learned now."""

    TOPIC = "retried_entry"

    class Created(JournalAggregate.Created):
        """The entry counts from here on; its content is part of the event."""

        TOPIC = "entry.retried"
        positions: list[int]
        """The parked entry, and those whose retry it was."""
        stream: str
        version: int
        topic: str
        state: str
        """Bytes of the parked entry's state in hex."""
        reason: str
        decided_by: UUID

    @staticmethod
    def create_id(*, positions: Sequence[int], **_: object) -> UUID:
        """Return the id from the position: one parked entry is decided once."""
        return id_of("parked_entry", str(positions[0]))

    @event(Created)
    def __init__(
        self,
        *,
        positions: list[int],
        stream: str,
        version: int,
        topic: str,
        state: str,
        reason: str,
        decided_by: UUID,
        command_id: UUID,
    ) -> None:
        """Retry it."""
        self.decided_by = decided_by


class DismissedEntry(JournalAggregate):
    """A parked entry that shall not count."""

    TOPIC = "dismissed_entry"

    class Created(JournalAggregate.Created):
        """The entry stays in the journal and counts nowhere."""

        TOPIC = "entry.dismissed"
        positions: list[int]
        reason: str
        decided_by: UUID

    @staticmethod
    def create_id(*, positions: Sequence[int], **_: object) -> UUID:
        """Return the id from the position: one parked entry is decided once."""
        return id_of("parked_entry", str(positions[0]))

    @event(Created)
    def __init__(
        self, *, positions: list[int], reason: str, decided_by: UUID, command_id: UUID
    ) -> None:
        """Dismiss it."""
        self.decided_by = decided_by
