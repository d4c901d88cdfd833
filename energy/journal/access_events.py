"""In: what is done at the screens' doors. Out: events of the shared directory beside people. Pure.

Each act is a stream of its own, so that a person's stream stays short.
"""

from __future__ import annotations

from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class Act(JournalAggregate):
    """One act at the screens that an audit asks for: a failure, a download, a session ended."""

    TOPIC = "act"

    class Created(JournalAggregate.Created):
        """It happened."""

        TOPIC = "act.recorded"
        kind: str
        person: UUID | None
        """Who did it; None where nobody of the directory did."""
        site: str
        subject: str
        """What it was done to: a number, a path, the digest of a name that nobody has."""
        address_sealed: str
        agent_sealed: str
        session: UUID | None

    @staticmethod
    def create_id(*, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same command twice is once."""
        return id_of("act", str(command_id))

    @event(Created)
    def __init__(
        self,
        *,
        kind: str,
        person: UUID | None,
        site: str,
        subject: str,
        address_sealed: str,
        agent_sealed: str,
        session: UUID | None,
        command_id: UUID,
    ) -> None:
        """Record it."""
        self.kind = kind


class DeviceEntry(JournalAggregate):
    """A workstation of the command centre, or a screen on a wall."""

    TOPIC = "device"

    class Created(JournalAggregate.Created):
        """It was bound; only the hash of its token is known."""

        TOPIC = "device.enrolled"
        token_hash: str
        kind: str
        site: str
        name: str
        view: str
        addresses: list[str]
        by: UUID

    class Ended(JournalAggregate.Event):
        """Its token is worth nothing any more."""

        TOPIC = "device.ended"
        by: UUID

    @staticmethod
    def create_id(*, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same command twice is once."""
        return id_of("device", str(command_id))

    @event(Created)
    def __init__(
        self,
        *,
        token_hash: str,
        kind: str,
        site: str,
        name: str,
        view: str,
        addresses: list[str],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Bind it."""
        self.ended = False

    @event(Ended)
    def end(self, *, by: UUID, command_id: UUID) -> None:
        """End it."""
        self.ended = True
