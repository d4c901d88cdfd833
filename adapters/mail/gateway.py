"""In: notices for mail addresses. Out: handed to a mail server. I/O: SMTP.

A mail bears the message's key in its Message-ID: sent a second time after a lost answer it is the
same mail, which a reader's program shows once.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from adapters.gateway_options import Options
from adapters.mail.post import Answer, MailServer, Post, open_post
from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayKind,
    GatewayRefusedError,
    GatewaySettings,
    Handed,
    Message,
    Receipt,
    Reply,
)
from energy.base.clock import Clock
from energy.base.mail_text import one_row, without_addresses


class MailGateway:
    """A mail server as a gateway; what becomes of a mail behind it no receipt says."""

    kind = GatewayKind.MAIL
    receipted = False

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        """Take the settings; nothing is opened.

        Args:
            settings: Its secret is the password; options `server` (as the setting mail_server has
                it) and `sender`.
            clock: Dates the mails.

        Raises:
            ConfigError: An option is wrong or unknown.
        """
        options = Options(settings)
        server, self._sender = options.text("server"), options.text("sender")
        options.check()
        found = MailServer.of(server, setting=f"server of the gateway {settings.name}")
        self._server = replace(
            found, password=settings.secret or found.password, timeout_s=settings.timeout_s
        )
        self.name = settings.name
        self._price = settings.price
        self._clock = clock
        self._stack = ExitStack()
        self._post: Post | None = None

    def hand(self, message: Message) -> Handed:
        """Hand a mail over.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: As the contract has them.
        """
        if one_row(message.to) != message.to or "@" not in message.to:
            raise GatewayRefusedError("no mail address")
        post = self._opened()
        answer = post.send(self._mail(message), sender=self._sender, to=message.to)
        if answer.taken:
            return Handed(reference=self._id(message), cost=self._price)
        if not answer.reply[:3].isdigit() or answer.reply.startswith("421"):
            self.close()  # nobody knows how far it came, or the server says good-bye
            raise GatewayDownError(answer.reply)
        raise _error_of(answer)

    def receipts(self) -> Sequence[Receipt]:
        """Return none: a mail server says nothing more."""
        return ()

    def replies(self) -> Sequence[Reply]:
        """Return none: no mailbox is read."""
        return ()

    def login(self) -> None:
        """Check that the server lets us in.

        Raises:
            GatewayDownError: It does not.
        """
        self._opened()

    def close(self) -> None:
        """Hang up."""
        self._post = None
        self._stack.close()

    def _opened(self) -> Post:
        if self._post is not None and self._post.answers():
            return self._post
        self.close()
        try:
            self._post = self._stack.enter_context(open_post(self._server))
        except (smtplib.SMTPException, OSError) as error:
            words = without_addresses(f"{type(error).__name__}: {error}")
            raise GatewayDownError(words) from error
        return self._post

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["Message-ID"] = self._id(message)
        mail["From"], mail["To"] = self._sender, message.to
        mail["Subject"] = one_row(message.subject)
        mail["Date"] = format_datetime(message.at or self._clock.now())
        mail["Auto-Submitted"] = "auto-generated"
        links = [link for link in (message.link, message.camera) if link]
        mail.set_content("\n\n".join([message.text, *links]))
        return mail

    def _id(self, message: Message) -> str:
        return f"<{message.key}@notice.meterline>"


def _error_of(answer: Answer) -> GatewayBusyError | GatewayRefusedError:
    kind = GatewayRefusedError if answer.final else GatewayBusyError
    return kind(answer.reply)
