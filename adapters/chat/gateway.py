"""In: notices for rooms of chats. Out: told there. I/O: HTTP, by apprise, the only file with it.

apprise knows the request of each service and answers yes or no; why not stands in what it logs,
of which the status alone is read. It is an extra, imported with the first message.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import quote

from adapters.gateway_options import Options
from adapters.http_call import Answered, reach, require_taken
from energy.alerting.notices.gateway import (
    GatewayDownError,
    GatewayKind,
    GatewaySettings,
    Handed,
    Message,
    Receipt,
    Reply,
)
from energy.base.clock import Clock
from energy.base.errors import ConfigError

INSTALL = "The extra for chats is not installed: pip install 'meterline[chat]'."
_STATUS = re.compile(r"\berror=(\d{3})\b")
_KINDS = {"critical": "failure", "high": "failure", "": "info"}
"""Severity -> type of apprise, which colours the message; any other is a warning."""


class ChatGateway:
    """A chat service as a gateway."""

    kind = GatewayKind.CHAT
    receipted = False

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        """Take the settings; nothing is connected, and apprise is not imported.

        Args:
            settings: Its secret is the address as apprise has it, with {to} where the room stands.
            clock: Not asked: a chat dates what it is told.

        Raises:
            ConfigError: There is no address, or an option: there are none.
        """
        Options(settings).check()
        if "://" not in settings.secret:
            raise ConfigError(
                f"The gateway {settings.name} has no address. Its secret must be one as apprise "
                "has it, for example mmosts://chat.example.org/TOKEN?channel={to}."
            )
        self.name = settings.name
        self._settings = settings

    def hand(self, message: Message) -> Handed:
        """Tell a room something.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: As the contract has them.
        """
        service = self._service(message.to)
        links = [link for link in (message.link, message.camera) if link]
        with _Heard() as heard:
            taken = service.notify(
                body="\n\n".join([message.text, *links]),
                title=message.subject,
                notify_type=_KINDS.get(message.severity, "warning"),
            )
        if taken:
            return Handed(reference="", cost=self._settings.price)
        status = heard.status
        if status:
            require_taken(Answered(status=status, body=b""))
        raise GatewayDownError("the service did not take it, and no status was told")

    def receipts(self) -> Sequence[Receipt]:
        """Return none."""
        return ()

    def replies(self) -> Sequence[Reply]:
        """Return none."""
        return ()

    def login(self) -> None:
        """Check the address, and where it names a port of your own server, that it is there.

        Raises:
            GatewayDownError: It is not, or apprise does not know such an address.
        """
        service = self._service("")
        if isinstance(service.port, int):
            scheme = "https" if service.secure else "http"
            reach(f"{scheme}://{service.host}:{service.port}", self._settings.timeout_s)

    def close(self) -> None:
        """Do nothing: each message has a connection of its own."""

    def _service(self, to: str) -> Any:
        """Return apprise's own object for a room; a new one each time, for it waits between two."""
        try:
            from apprise import Apprise
        except ImportError as error:
            raise GatewayDownError(INSTALL) from error
        address = self._settings.secret.replace("{to}", quote(to, safe=""))
        service: Any = Apprise.instantiate(address)
        if service is None:
            raise GatewayDownError("apprise knows no such address: see the secret, and the room")
        service.socket_connect_timeout = service.socket_read_timeout = self._settings.timeout_s
        return service


class _Heard(logging.Handler):
    """Listens to what apprise logs, for as long as it is open."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.status = 0
        """Newest HTTP status that was told; 0 without one."""
        self._logger = logging.getLogger("apprise")

    def emit(self, record: logging.LogRecord) -> None:
        """Read the status of a row; the rest may hold an address, and is not kept."""
        found = _STATUS.search(record.getMessage())
        if found is not None:
            self.status = int(found[1])

    def __enter__(self) -> Self:
        self._propagated = self._logger.propagate
        self._logger.propagate = False
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = self._propagated
