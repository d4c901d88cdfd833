"""In: one message to one recipient. Out: handed to a gateway, with what comes back of it. Pure.

The contract between the sender of notices and the adapters; it imports neither. An adapter does
the I/O. A message may be handed over more than once under the same key: whoever was cut off
between the gateway's answer and our record does not know that it went. Errors::

    EnergyError
    +- GatewayError
       +- GatewayDownError     no answer, or no login: try again, or by the next gateway
       +- GatewayBusyError     it asks us to slow down: try it again later
       +- GatewayRefusedError  it will never take this message to this recipient
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from energy.base.errors import EnergyError


class GatewayKind(StrEnum):
    """How a message comes to a person, and what an address looks like."""

    MAIL = "mail"
    """A mail address."""
    SMS = "sms"
    """A telephone number as E.164 has it: +8613800138000."""
    VOICE = "voice"
    """A telephone number that is called; the text is read out."""
    CHAT = "chat"
    """What the chat's adapter takes: a room or a person."""
    WEBHOOK = "webhook"
    """An https address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is handed over: one message to one recipient."""

    key: UUID
    """The same for the same message, however often it is handed over: the key against doubles."""
    to: str
    """Address of the gateway's kind."""
    language: str
    """"en" or "zh"."""
    subject: str
    """One row; what has no subject leaves it out."""
    text: str
    """All of it, with its signature."""
    severity: str = ""
    """Of the alert; "" where it is about none."""
    at: datetime | None = None
    """When the thing happened, aware UTC."""
    code: str = ""
    """What a reply must say to acknowledge; "" where nothing is to be acknowledged."""
    link: str = ""
    """Address of the alert's page; "" without one."""
    camera: str = ""
    """Address of the camera that shows the place; "" without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The gateway has the message; whether it arrives a receipt will say."""

    reference: str
    """By which its receipts name the message; "" where it gives none."""
    segments: int = 1
    """Parts that it was sent in."""
    cost: Decimal = Decimal(0)
    """What it costs. [currency of the gateway's price]"""
    known: bool = False
    """Whether the gateway says that it had a message of this key already."""


class ReceiptState(StrEnum):
    """How far a message is, as its gateway says."""

    DELIVERED = "delivered"
    FAILED = "failed"
    """It will not arrive."""
    ON_ITS_WAY = "on_its_way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a gateway says later of a message; it may say it more than once."""

    reference: str
    state: ReceiptState
    at: datetime
    """When it arrived or failed, aware UTC."""
    key: UUID | None = None
    """Our key of the message, where the gateway gives it back."""
    reason: str = ""
    """Why it failed, in the gateway's words, without addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a person sent back."""

    sender: str
    """Address it came from, of the gateway's kind."""
    text: str
    at: datetime
    """When it was sent, aware UTC."""
    reference: str = ""
    """The gateway's own name of it: the same reply given twice is one."""


class GatewayError(EnergyError):
    """A message could not be handed over."""

    code = "notice.gateway"


class GatewayDownError(GatewayError):
    """No answer in time, no connection, no login, or a fault of the gateway's own (5xx).

    Whether it took the message is not known: it is tried again under the same key.
    """

    code = "notice.gateway_down"


class GatewayBusyError(GatewayError):
    """The gateway asks us to slow down (429, throttled); it did not take the message."""

    code = "notice.gateway_busy"

    def __init__(self, message: str = "", *, after_s: int = 0) -> None:
        """Keep how long the gateway wants to be left alone.

        Args:
            message: Its words.
            after_s: 0 where it does not say. [s]
        """
        super().__init__(message)
        self.after_s = after_s


class GatewayRefusedError(GatewayError):
    """The gateway will never take this message to this recipient (other 4xx, a bad number)."""

    code = "notice.gateway_refused"


class Gateway(Protocol):
    """A way out: made of its settings without touching the network, used by one thread.

    Each call returns within the time-out of its settings.
    """

    @property
    def name(self) -> str:
        """Return its key in the settings."""
        ...

    @property
    def kind(self) -> GatewayKind:
        """Return how its messages come to people."""
        ...

    @property
    def receipted(self) -> bool:
        """Return whether it tells what became of a message."""
        ...

    def hand(self, message: Message) -> Handed:
        """Hand a message over.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: It was not, or perhaps not.
        """
        ...

    def receipts(self) -> Sequence[Receipt]:
        """Return the receipts that have come since the last call.

        Raises:
            GatewayDownError: It does not answer.
        """
        ...

    def replies(self) -> Sequence[Reply]:
        """Return the replies that have come since the last call.

        Raises:
            GatewayDownError: It does not answer.
        """
        ...

    def login(self) -> None:
        """Check that it answers and lets us in; nothing is sent.

        Raises:
            GatewayDownError: It does not, with its words.
        """
        ...

    def close(self) -> None:
        """Hang up; the next call connects again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """One gateway as the settings have it: an adapter is made of it."""

    name: str
    kind: GatewayKind
    adapter: str
    """Which adapter: "smtp", "http_sms", "smpp", "cmpp", "modem", "webhook", "apprise", "voice"."""
    secret: str = ""
    """Password or token; never in the file of gateways."""
    price: Decimal = Decimal(0)
    """Of one segment. [currency]"""
    currency: str = ""
    timeout_s: int = 10
    """Longest that one call may take. [s]"""
    per_minute: int = 0
    """Most messages a minute; 0 is as many as it takes."""
    options: Mapping[str, str | int | bool]
    """What the adapter itself asks for; it refuses what it does not know (ConfigError)."""
