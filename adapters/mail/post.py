"""In: mails. Out: handed to a server by SMTP, each with its answer. I/O: a mail server.

The one sender of mail: papers of the billing office and notices of alerts both go through it.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Self
from urllib.parse import unquote, urlsplit

from energy.base.errors import ConfigError
from energy.base.mail_text import without_addresses

TIMEOUT_S = 30
"""How long a server is waited for. [s]"""
_PORTS = {"smtp": 587, "smtps": 465}
_PERMANENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    whole_tls: bool = False
    """TLS from the first byte (smtps)."""
    starttls: bool = True
    """Whether TLS is asked for; only a server on this machine may go without."""
    timeout_s: int = TIMEOUT_S
    """How long it is waited for. [s]"""

    @classmethod
    def of(cls, url: str, *, setting: str = "mail_server") -> Self:
        """Return the server of a setting: smtp://user:password@host:587, smtps://..., or plain.

        Args:
            url: As the setting says; smtp://host:25?plain is for a server on this machine.
            setting: Its name, for the message.

        Raises:
            ConfigError: It names no server, or one elsewhere without TLS.
        """
        parts = urlsplit(url)
        plain = parts.query == "plain"
        local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme not in _PORTS or not parts.hostname or (plain and not local):
            raise ConfigError(
                f"The setting {setting} is no mail server. Write smtp://USER:PASSWORD@HOST:587 or "
                "smtps://...; without TLS (?plain) only on this machine."
            )
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            whole_tls=parts.scheme == "smtps",
            starttls=parts.scheme == "smtp" and not plain,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said to a mail."""

    taken: bool
    reply: str
    final: bool = False
    """Whether trying again is of no use."""


class Post:
    """An open way to a server."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        """Use a connection that is signed in."""
        self._smtp = smtp

    def answers(self) -> bool:
        """Return whether the server is still there: it may have hung up since the last mail."""
        try:
            code, _ = self._smtp.noop()
        except (smtplib.SMTPException, OSError):
            return False
        return int(code) < _PERMANENT

    def send(self, mail: EmailMessage, *, sender: str, to: str) -> Answer:
        """Send a mail and return the server's answer.

        Args:
            mail: What it says.
            sender: Address it comes from.
            to: The one address it goes to.
        """
        try:
            return self._send(sender, to, mail.as_bytes())
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            return Answer(taken=False, reply=without_addresses(f"{type(error).__name__}: {error}"))

    def _send(self, sender: str, to: str, mail: bytes) -> Answer:
        """Hand over one mail; smtplib's own call would not keep the server's answer."""
        for code, said in (self._smtp.mail(sender), self._smtp.rcpt(to)):
            if code not in {250, 251}:
                self._smtp.rset()
                return _refused(code, said)
        code, said = self._smtp.data(mail)
        return Answer(taken=True, reply=_text(code, said)) if code == 250 else _refused(code, said)


@contextmanager
def open_post(server: MailServer) -> Iterator[Post]:
    """Give a way to a mail server, signed in.

    Args:
        server: Where to.

    Raises:
        OSError: It does not answer.
        smtplib.SMTPException: It does not let us in.
    """
    context = ssl.create_default_context()
    if server.whole_tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout_s, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
    with smtp:
        if server.starttls:
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
        yield Post(smtp)


def _refused(code: int, said: bytes | str) -> Answer:
    return Answer(taken=False, reply=_text(code, said), final=code >= _PERMANENT)


def _text(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
    return f"{code} {without_addresses(words)}"
