"""In: commands on one document that goes by mail. Out: queued, sent, failed, bounced. Pure.

The outbox: a mail is queued once a document and try, with a key that is its Message-ID too. Whoever
was cut off between the server's answer and our note sends it again under the same key, and a
server or reader that knows the key shows it once. The address is the account's, sealed there.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from billing.delivery.errors import DeliveryError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

MOST_ATTEMPTS = 5
"""Temporary failures after which a mail is given up until somebody asks for it again."""


class MailState(StrEnum):
    """How far a mail is."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    """For good: the server refused it, or was tried often enough."""
    BOUNCED = "bounced"


def mail_id(site: str, number: str) -> UUID:
    """Return the id of the mail of a document; it is its key against doubles."""
    return id_of("document_mail", site, number)


class DocumentMail(JournalAggregate):
    """The mail that brings one document."""

    TOPIC = "document_mail"

    class Created(JournalAggregate.Created):
        """It waits to be sent."""

        TOPIC = "document_mail.queued"
        site: str
        number: str
        invoice: UUID
        account: str
        by: UUID

    class Sent(JournalAggregate.Event):
        """A server took it."""

        TOPIC = "document_mail.sent"
        message: str
        """Its Message-ID."""
        reply: str
        """What the server answered: the receipt."""

    class Failed(JournalAggregate.Event):
        """It did not go."""

        TOPIC = "document_mail.failed"
        reply: str
        final: bool

    class Bounced(JournalAggregate.Event):
        """It came back."""

        TOPIC = "document_mail.bounced"
        reason: str
        by: UUID

    class AskedAgain(JournalAggregate.Event):
        """Somebody wants it sent again, to the account's address of now."""

        TOPIC = "document_mail.asked_again"
        by: UUID

    @staticmethod
    def create_id(*, site: str, number: str, **_: object) -> UUID:
        """Return the id from site and document."""
        return mail_id(site, number)

    @event(Created)
    def __init__(
        self, *, site: str, number: str, invoice: UUID, account: str, by: UUID, command_id: UUID
    ) -> None:
        """Queue it."""
        self.number = number
        self.invoice = invoice
        self.account = account
        self.state = MailState.QUEUED
        self.attempts = 0
        self.tries = 1

    @property
    def message(self) -> str:
        """Return its Message-ID: the same for the same try, however often it is sent."""
        return f"<{self.id}.{self.tries}@meterline>"

    def sent(self, *, reply: str, command_id: UUID) -> None:
        """Note that a server took it; what is sent stays sent."""
        if self.state is MailState.QUEUED:
            self._sent(message=self.message, reply=reply, command_id=command_id)

    def fail(self, *, reply: str, final: bool, command_id: UUID) -> None:
        """Note that it did not go; after so many attempts it is given up."""
        if self.state is MailState.QUEUED:
            given_up = final or self.attempts + 1 >= MOST_ATTEMPTS
            self._failed(reply=reply, final=given_up, command_id=command_id)

    def bounce(self, *, reason: str, by: UUID, command_id: UUID) -> None:
        """Note that it came back.

        Raises:
            DeliveryError: It was not sent.
        """
        if self.state is MailState.BOUNCED:
            return
        if self.state is not MailState.SENT:
            raise DeliveryError.of("not_sent", number=self.number)
        self._bounced(reason=reason, by=by, command_id=command_id)

    def ask_again(self, *, by: UUID, command_id: UUID) -> None:
        """Queue it again where it failed or came back.

        Raises:
            DeliveryError: It was sent.
        """
        if self.state is MailState.QUEUED:
            return
        if self.state is MailState.SENT:
            raise DeliveryError.of("sent_already", number=self.number)
        self._asked_again(by=by, command_id=command_id)

    @event(Sent)
    def _sent(self, *, message: str, reply: str, command_id: UUID) -> None:
        self.state = MailState.SENT
        self.attempts += 1

    @event(Failed)
    def _failed(self, *, reply: str, final: bool, command_id: UUID) -> None:
        self.attempts += 1
        self.state = MailState.FAILED if final else MailState.QUEUED

    @event(Bounced)
    def _bounced(self, *, reason: str, by: UUID, command_id: UUID) -> None:
        self.state = MailState.BOUNCED

    @event(AskedAgain)
    def _asked_again(self, *, by: UUID, command_id: UUID) -> None:
        self.state = MailState.QUEUED
        self.attempts = 0
        self.tries += 1
