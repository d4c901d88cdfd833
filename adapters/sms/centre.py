"""In: notices for telephones. Out: handed over a connection that brings receipts, too. I/O.

What the gateways of SMPP and CMPP have in common: one connection that is opened when it is wanted
and given up when nobody knows how it stands; receipts of segments folded into those of messages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Generic, TypeVar
from zlib import crc32

from adapters.gateway_inbox import Inbox
from adapters.sms.chains import Chains
from adapters.sms.link import Link
from energy.alerting.notices.gateway import (
    GatewayDownError,
    GatewayKind,
    GatewaySettings,
    Handed,
    Message,
    Receipt,
    ReceiptState,
    Reply,
)
from energy.base.clock import Clock

S = TypeVar("S", bound=Link[Any])


class CentreGateway(ABC, Generic[S]):
    """A gateway behind one signed-in connection."""

    kind = GatewayKind.SMS
    receipted = True

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        """Take what every such gateway has.

        Args:
            settings: Of the gateway.
            clock: Dates what the gateway does not.
        """
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._chains = Chains()
        self._receipts: Inbox[Receipt] = Inbox()
        self._replies: Inbox[Reply] = Inbox()
        self._session: S | None = None

    @abstractmethod
    def _connected(self) -> S:
        """Return a new connection, signed in; GatewayDownError where there is none."""

    @abstractmethod
    def _farewell(self, session: S) -> None:
        """Say good-bye before hanging up."""

    @abstractmethod
    def _submitted(self, message: Message) -> Callable[[S], list[str]]:
        """Return what hands a message over and gives the names of its segments.

        Raises:
            GatewayRefusedError: It cannot be written for this gateway.
        """

    def hand(self, message: Message) -> Handed:
        """Hand a short message over, in as many segments as it takes.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: As the contract has them.
        """
        submit = self._submitted(message)
        try:
            segments = submit(self._opened())
        except GatewayDownError:
            self.close()
            raise
        reference = self._chains.handed(segments)
        cost = self._settings.price * len(segments)
        return Handed(reference=reference, segments=len(segments), cost=cost)

    def receipts(self) -> Sequence[Receipt]:
        """Return what has come, and acknowledge what came before.

        Raises:
            GatewayDownError: The gateway does not answer.
        """
        return self._fetch(self._receipts)

    def replies(self) -> Sequence[Reply]:
        """Return what has come, and acknowledge what came before.

        Raises:
            GatewayDownError: The gateway does not answer.
        """
        return self._fetch(self._replies)

    def login(self) -> None:
        """Check that it lets us in and answers.

        Raises:
            GatewayDownError: It does not.
        """
        try:
            session = self._opened()
            sequence = session.next_sequence()
            session.ask([(sequence, session.test(sequence))])
        except GatewayDownError:
            self.close()
            raise

    def close(self) -> None:
        """Say good-bye and hang up; what was not acknowledged is told again."""
        if self._session is not None:
            with suppress(GatewayDownError):  # it was gone before
                self._farewell(self._session)
            self._session.close()
        self._session = None
        self._receipts.forget()
        self._replies.forget()

    def _receipt(
        self, segment: str, state: ReceiptState, at: datetime | None, reason: str
    ) -> Receipt | None:
        """Return the receipt of a message; None while other segments of it are missing."""
        found = self._chains.told(segment, state)
        if found is None:
            return None
        return Receipt(
            reference=found[0], state=found[1], at=at or self._clock.now(), reason=reason
        )

    def _opened(self) -> S:
        if self._session is None:
            self._session = self._connected()
        return self._session

    def _fetch(self, inbox: Inbox[Any]) -> Sequence[Any]:
        try:
            inbox.settle()
            self._opened().pump()
        except GatewayDownError:
            self.close()
            raise
        return inbox.fetch()


def chain_number(message: Message) -> int:
    """Return the number of a message's chain: the same when it is handed over again."""
    return crc32(message.key.bytes) & 0xFF
