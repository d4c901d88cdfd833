"""In: what somebody sent back. Out: the fact that it came, with what became of it. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class ReplyOutcome(StrEnum):
    """What became of a reply."""

    ACKNOWLEDGED = "acknowledged"
    SEEN_ALREADY = "seen_already"
    """Somebody had acknowledged it before."""
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    STRANGER = "stranger"
    """Nobody whom we know."""
    NOT_TOLD = "not_told"
    """The sender was told of no alert of that code."""
    AMBIGUOUS = "ambiguous"
    """The code means several alerts."""
    NOT_ALLOWED = "not_allowed"
    """The sender may not acknowledge."""
    UNREAD = "unread"
    """It asks for nothing that we know."""


class NoticeReply(JournalAggregate):
    """One reply; what it says is sealed under the key of who sent it."""

    TOPIC = "notice_reply"

    class Created(JournalAggregate.Created):
        """It came."""

        TOPIC = "notice_reply.received"
        gateway: str
        way: str
        digest: str
        """Of the sender's address."""
        reference: str
        at: datetime
        contact: UUID | None
        person: UUID | None
        """Under whose key the text is sealed."""
        text_sealed: str
        """"" from strangers: what they say is not kept."""
        outcome: str
        alert: UUID | None

    @staticmethod
    def create_id(*, gateway: str, digest: str, reference: str, at: datetime, **_: object) -> UUID:
        """Return the id: a reply that a gateway gives twice is one."""
        return reply_id(gateway, digest, reference, at)

    @event(Created)
    def __init__(
        self,
        *,
        gateway: str,
        way: str,
        digest: str,
        reference: str,
        at: datetime,
        contact: UUID | None,
        person: UUID | None,
        text_sealed: str,
        outcome: str,
        alert: UUID | None,
        command_id: UUID,
    ) -> None:
        """Keep it."""


def reply_id(gateway: str, digest: str, reference: str, at: datetime) -> UUID:
    """Return the id of a reply.

    Args:
        gateway: By which it came.
        digest: Of the sender's address.
        reference: The gateway's own name of it; "" where it has none.
        at: When it was sent.
    """
    return id_of("notice_reply", gateway, digest, reference, at.isoformat())
