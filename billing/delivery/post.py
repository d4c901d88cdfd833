"""In: letters. Out: sent by SMTP, each with its receipt. I/O: a mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from billing.delivery.message import Letter, mail_of, without_addresses
from energy.base.errors import ConfigError

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

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the server of a setting: smtp://user:password@host:587, smtps://..., or plain.

        Args:
            url: As `mail_server` says; smtp://host:25?plain is for a server on this machine.

        Raises:
            ConfigError: It names no server, or one elsewhere without TLS.
        """
        parts = urlsplit(url)
        plain = parts.query == "plain"
        local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme not in _PORTS or not parts.hostname or (plain and not local):
            raise ConfigError(
                "The setting mail_server is no mail server. Write smtp://USER:PASSWORD@HOST:587 or "
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
class Receipt:
    """What became of a letter at the server."""

    taken: bool
    reply: str
    final: bool = False
    """Whether trying again is of no use."""


class Post:
    """An open way to a server."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        """Use a connection that is signed in."""
        self._smtp = smtp

    def send(self, told: Letter, dated: str) -> Receipt:
        """Send a letter and return the server's answer.

        Args:
            told: The letter.
            dated: As RFC 5322 has it.
        """
        mail = mail_of(told, dated).as_bytes()
        try:
            return self._send(told, mail)
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            return Receipt(taken=False, reply=without_addresses(f"{type(error).__name__}: {error}"))

    def _send(self, told: Letter, mail: bytes) -> Receipt:
        """Hand over one mail; smtplib's own call would not keep the server's answer."""
        for code, said in (self._smtp.mail(told.sender), self._smtp.rcpt(told.to)):
            if code not in {250, 251}:
                self._smtp.rset()
                return _refused(code, said)
        code, said = self._smtp.data(mail)
        return Receipt(taken=True, reply=_text(code, said)) if code == 250 else _refused(code, said)


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
            server.host, server.port, timeout=TIMEOUT_S, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    with smtp:
        if server.starttls:
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
        yield Post(smtp)


def _refused(code: int, said: bytes | str) -> Receipt:
    return Receipt(taken=False, reply=_text(code, said), final=code >= _PERMANENT)


def _text(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
    return f"{code} {without_addresses(words)}"
