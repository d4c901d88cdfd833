"""In: nothing. Out: every adapter of a gateway beside its pretended gateway. I/O: loopback."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from energy.alerting.notices.gateway import Gateway, GatewayKind, GatewaySettings, Message
from energy.base.clock import ManualClock
from processes.gateways import gateway_of
from simulator.gateways.desk import Desk, Fault
from simulator.gateways.post_office import PostOffice

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TIMEOUT_S = 1


class Way(ABC):
    """One adapter and what it talks to."""

    adapter = ""
    kind = GatewayKind.SMS
    to = "+8613800138000"
    secret = "secret"
    faults = frozenset(Fault)
    """What its gateway can do wrong."""
    answers = True
    """Whether receipts and replies come back."""

    @abstractmethod
    def start(self) -> None:
        """Let the gateway answer."""

    @abstractmethod
    def stop(self) -> None:
        """Let nobody answer."""

    @abstractmethod
    def options(self) -> Mapping[str, str | int | bool]:
        """Return the options of the adapter."""

    @property
    @abstractmethod
    def desk(self) -> Desk:
        """Return what the gateway took."""

    def receipt(self, *, delivered: bool = True, times: int = 1) -> None:
        """Let the gateway tell what became of the newest message."""
        raise NotImplementedError

    def reply(self, text: str) -> None:
        """Let the recipient answer."""
        raise NotImplementedError

    def gateway(self) -> Gateway:
        settings = GatewaySettings(
            name="way",
            kind=self.kind,
            adapter=self.adapter,
            secret=self.secret,
            price=Decimal("0.05"),
            timeout_s=TIMEOUT_S,
            options=self.options(),
        )
        return gateway_of(settings, ManualClock(NOW))

    def message(self, text: str, number: int = 1) -> Message:
        return Message(
            key=uuid5(UUID(int=0), f"{text}{number}"),
            to=self.to,
            language="en",
            subject="Feeder 12",
            text=text,
            at=NOW,
        )


class MailWay(Way):
    adapter, kind, to, answers = "smtp", GatewayKind.MAIL, "duty@example.org", False

    def __init__(self) -> None:
        self.office = PostOffice()

    def start(self) -> None:
        self.office.start()

    def stop(self) -> None:
        self.office.stop()

    def options(self) -> Mapping[str, str | int | bool]:
        return {"server": self.office.url, "sender": "energy@example.org"}

    @property
    def desk(self) -> Desk:
        return self.office.desk


WAYS: dict[str, type[Way]] = {"smtp": MailWay}
