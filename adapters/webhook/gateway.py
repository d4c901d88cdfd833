"""In: notices for addresses of programs. Out: posted there, signed. I/O: HTTPS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from adapters.gateway_options import Options
from adapters.hook_signature import signature_of
from adapters.http_call import LOOPBACK, Request, call, reach, require_taken
from energy.alerting.notices.gateway import (
    GatewayKind,
    GatewayRefusedError,
    GatewaySettings,
    Handed,
    Message,
    Receipt,
    Reply,
)
from energy.base.clock import EPOCH, Clock
from energy.base.errors import ConfigError


class WebhookGateway:
    """Posts to the address of each recipient; a 2xx is all that is ever heard of it."""

    kind = GatewayKind.WEBHOOK
    receipted = False

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        """Take the settings; nothing is connected.

        Args:
            settings: Its secret signs; options `hosts` and `check`.
            clock: Tells when it was signed.

        Raises:
            ConfigError: An option is wrong or unknown, or there is no secret.
        """
        options = Options(settings)
        hosts = options.text("hosts", "")
        self._check = options.text("check", "")
        options.check()
        if not settings.secret:
            raise ConfigError(
                f"The gateway {settings.name} has no secret to sign with. Give it one: who is "
                "called could not tell our words from anybody's."
            )
        self.name = settings.name
        self._settings = settings
        self._hosts = frozenset(filter(None, (host.strip().lower() for host in hosts.split(","))))
        self._clock = clock

    def hand(self, message: Message) -> Handed:
        """Post a message.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: As the contract has them.
        """
        self._require_allowed(message.to)
        body = json.dumps(_fields(message), ensure_ascii=False).encode("utf-8", "replace")
        at_s = int((self._clock.now() - EPOCH).total_seconds())
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(message.key),
            "Meterline-Timestamp": str(at_s),
            "Meterline-Signature": signature_of(self._settings.secret, at_s, body),
        }
        request = Request(method="POST", url=message.to, headers=headers, body=body)
        require_taken(call(request, self._settings.timeout_s))
        return Handed(reference=str(message.key), cost=self._settings.price)

    def receipts(self) -> Sequence[Receipt]:
        """Return none."""
        return ()

    def replies(self) -> Sequence[Reply]:
        """Return none."""
        return ()

    def login(self) -> None:
        """Check that the address of the option `check` can be reached, where there is one.

        Raises:
            GatewayDownError: It cannot.
        """
        if self._check:
            reach(self._check, self._settings.timeout_s)

    def close(self) -> None:
        """Do nothing: each message has a connection of its own."""

    def _require_allowed(self, url: str) -> None:
        """Refuse an address that is not https, or whose host is none of the allowed."""
        parts = urlsplit(url) if url.isascii() and url.isprintable() else urlsplit("")
        host = parts.hostname or ""
        secure = parts.scheme == "https" and (not self._hosts or host in self._hosts)
        local = parts.scheme == "http" and host in LOOPBACK & self._hosts
        if not host or not (secure or local):
            raise GatewayRefusedError("no https address of an allowed host")


def _fields(message: Message) -> dict[str, str]:
    return {
        "key": str(message.key),
        "at": message.at.isoformat() if message.at else "",
        "severity": message.severity,
        "language": message.language,
        "subject": message.subject,
        "text": message.text,
        "code": message.code,
        "link": message.link,
        "camera": message.camera,
    }
