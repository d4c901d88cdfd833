"""In: notices for telephones. Out: handed to a message centre; its receipts, replies. I/O: SMPP."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any

import structlog

from adapters.gateway_options import Options
from adapters.sms.centre import CentreGateway, chain_number
from adapters.sms.numbers import digits_of, e164_of
from adapters.sms.smpp import delivery
from adapters.sms.smpp.session import LEAST, MOST, Segment, Session
from adapters.sms.wire import PacketWire
from energy.alerting.notices.gateway import (
    GatewayDownError,
    GatewayRefusedError,
    GatewaySettings,
    Message,
    Receipt,
    Reply,
)
from energy.base.clock import Clock
from energy.base.sms_text import (
    MOST_SEGMENTS,
    Alphabet,
    alphabet_of,
    chain_header,
    segments_of,
    septets_of,
)

log = structlog.get_logger("smpp")
_GSM7, _UCS2 = 0, 8
_NAME = 5
"""Type of a sender that is a name (alphanumeric)."""


class ReceiptIds(StrEnum):
    """How a message centre writes ids in receipts."""

    SAME = "same"
    DECIMAL = "decimal"
    """Decimal, where the id at the hand-over was hexadecimal."""


class SmppGateway(CentreGateway[Session]):
    """A message centre as a gateway."""

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        """Take the settings; nothing is connected.

        Args:
            settings: Its secret is the password; options as sample.toml has them.
            clock: Dates what the message centre does not.

        Raises:
            ConfigError: An option is wrong or unknown.
        """
        super().__init__(settings, clock)
        options = Options(settings)
        self._where = (options.text("host"), options.whole("port", None, 1, 65_535))
        self._tls = options.flag("tls", default=False)
        self._user = options.text("user")
        self._system_type = options.text("system_type", "")
        self._sender = options.text("sender")
        self._window = options.whole("window", 10, 1, 100)
        self._ids = options.word(ReceiptIds, "receipt_ids", ReceiptIds.SAME)
        self._zone = options.zone("zone", "UTC")
        options.check()

    def _submitted(self, message: Message) -> Callable[[Session], list[str]]:
        kind = self._sender_type
        fields: dict[str, object] = {
            "source_addr_ton": kind,
            "source_addr_npi": 0 if kind == _NAME else 1,
            "source_addr": self._sender.removeprefix("+"),
            "dest_addr_ton": 1,
            "dest_addr_npi": 1,
            "destination_addr": digits_of(message.to),
        }
        segments = _segments(message)
        return lambda session: [self._named(each) for each in session.submit(fields, segments)]

    @property
    def _sender_type(self) -> int:
        """Type of number of the sender: a name, a number with its country, a short code."""
        if not self._sender.removeprefix("+").isdecimal():
            return _NAME
        return 1 if self._sender.startswith("+") else 3

    def _connected(self) -> Session:
        timeout_s = self._settings.timeout_s
        host, port = self._where
        wire = PacketWire(host, port, timeout_s=timeout_s, tls=self._tls, least=LEAST, most=MOST)
        session = Session(wire, timeout_s=timeout_s, window=self._window, told=self._told)
        try:
            session.bind(self._user, self._settings.secret, self._system_type)
        except GatewayDownError:
            session.close()
            raise
        return session

    def _farewell(self, session: Session) -> None:
        session.unbind()

    def _told(self, session: Session, sequence: int, packet: Any) -> None:
        stored = partial(session.acknowledge, sequence)
        if packet.esm_class & delivery.RECEIPT:
            self._receipts.put(self._receipt_of(packet), stored)
        else:
            sender = e164_of(bytes(packet.source_addr or b"").decode("ascii", "replace"))
            text = delivery.text_of(packet)
            self._replies.put(Reply(sender=sender, text=text, at=self._clock.now()), stored)

    def _receipt_of(self, packet: Any) -> Receipt | None:
        try:
            name, state, reason = delivery.receipt_of(packet)
        except ValueError as error:  # nobody will ever make more of it
            log.warning("smpp.receipt_unread", gateway=self.name, cause=str(error))
            return None
        return self._receipt(name, state, delivery.done_at(packet, self._zone), reason)

    def _named(self, handed: str) -> str:
        """Return the name under which receipts will come."""
        if self._ids is ReceiptIds.SAME:
            return handed
        try:
            return str(int(handed, 16))
        except ValueError:
            return handed


def _segments(message: Message) -> list[Segment]:
    texts = segments_of(message.text)
    if len(texts) > MOST_SEGMENTS:
        raise GatewayRefusedError(f"{len(texts)} segments are no message")
    narrow = alphabet_of(message.text) is Alphabet.GSM7
    written = [
        septets_of(each) if narrow else each.encode("utf-16-be", "surrogatepass") for each in texts
    ]
    coding = _GSM7 if narrow else _UCS2
    if len(texts) == 1:
        return [Segment(content=written[0], data_coding=coding, esm_class=0)]
    number = chain_number(message)
    return [
        Segment(
            content=chain_header(number, len(texts), place) + content,
            data_coding=coding,
            esm_class=delivery.HEADER,
        )
        for place, content in enumerate(written, start=1)
    ]
