"""In: what a source asks of a broker. Out: subscription, message, TLS for a client. I/O: files."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import Any

from adapters.errors import AdapterError
from energy.base.broker_access import BrokerAccess

SESSION_S = 7 * 86_400
"""How long the broker keeps messages for a collector that is away. [s]"""
RECEIVE_MAXIMUM = 1000
"""Messages the broker may send before the first is acknowledged: natural back-pressure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it came, with what its acknowledgement needs."""

    topic: str
    payload: bytes
    mid: int
    qos: int
    connection: int
    """Number of the connection it came on."""
    again: bool = False
    """Whether the broker has sent it before (DUP)."""


class BrokerAccessError(AdapterError):
    """The certificates for a broker cannot be used."""

    code = "mqtt.access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What is asked of a broker, and how much it may send and keep."""

    topics: tuple[str, ...]
    """Topic filters."""
    share: str = ""
    """Group of collectors that share the messages; empty: all come to us."""
    receive_maximum: int = RECEIVE_MAXIMUM
    """Messages the broker may send before the first is acknowledged."""
    session_s: int = SESSION_S
    """How long the broker keeps messages for us while we are away; 0: not at all. [s]"""

    @property
    def filters(self) -> list[str]:
        """Return the filters as the broker is asked for them."""
        before = f"$share/{self.share}/" if self.share else ""
        return [before + topic for topic in self.topics]


def tls_of(access: BrokerAccess) -> ssl.SSLContext | None:
    """Return what TLS needs, or None for a connection without it.

    Raises:
        BrokerAccessError: The certificates cannot be used.
    """
    if not access.encrypted:
        return None
    try:
        context = ssl.create_default_context(cafile=access.authority or None)
        if access.certificate:
            context.load_cert_chain(access.certificate, access.key or None)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise BrokerAccessError.of(
            "broker.certificates",
            error=error,
            authority=access.authority or "-",
            certificate=access.certificate or "-",
            key=access.key or "-",
        ) from error
    return context


def without_delay(_client: Any, _userdata: Any, opened: Any) -> None:
    """Send acknowledgements at once: gathered, each would wait for the one before."""
    if isinstance(opened, socket.socket):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
