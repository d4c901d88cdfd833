"""In: notices for telephones. Out: handed to a message centre; its receipts, replies. I/O: SMPP."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from functools import partial
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from adapters.gateway_inbox import Inbox
from adapters.gateway_options import Options
from adapters.sms.chains import Chains
from adapters.sms.numbers import digits_of, e164_of
from adapters.sms.smpp import delivery
from adapters.sms.smpp.session import LEAST, MOST, Segment, Session
from adapters.sms.wire import PacketWire
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
from energy.base.sms_text import Alphabet, alphabet_of, chain_header, segments_of, septets_of

log = structlog.get_logger("smpp")
_GSM7, _UCS2 = 0, 8


class ReceiptIds(StrEnum):
    """How a message centre writes ids in receipts."""

    SAME = "same"
    DECIMAL = "decimal"
    """Decimal, where the id at the hand-over was hexadecimal."""


class SmppGateway:
    """A message centre as a gateway."""

    kind = GatewayKind.SMS
    receipted = True

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        """Take the settings; nothing is connected.

        Args:
            settings: Its secret is the password; options as sample.toml has them.
            clock: Dates what the message centre does not.

        Raises:
            ConfigError: An option is wrong or unknown.
        """
        options = Options(settings)
        self.name = settings.name
        self._where = (options.text("host"), options.whole("port", None, 1, 65_535))
        self._tls = options.flag("tls", default=False)
        self._user = options.text("user")
        self._system_type = options.text("system_type", "")
        self._sender = options.text("sender")
        self._window = options.whole("window", 10, 1, 100)
        self._ids = options.word(ReceiptIds, "receipt_ids", ReceiptIds.SAME)
        self._zone = _zone(options, options.text("zone", "UTC"))
        options.check()
        self._settings = settings
        self._clock = clock
        self._chains = Chains()
        self._receipts: Inbox[Receipt] = Inbox()
        self._replies: Inbox[Reply] = Inbox()
        self._session: Session | None = None

    def hand(self, message: Message) -> Handed:
        """Hand a short message over, in as many segments as it takes.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: As the contract has them.
        """
        to = digits_of(message.to)
        segments = _segments(message)
        fields: dict[str, object] = {
            "source_addr_ton": self._sender_type,
            "source_addr_npi": 0 if self._sender_type == 5 else 1,
            "source_addr": self._sender.removeprefix("+"),
            "dest_addr_ton": 1,
            "dest_addr_npi": 1,
            "destination_addr": to,
        }
        try:
            ids = self._opened().submit(fields, segments)
        except GatewayDownError:
            self.close()
            raise
        reference = self._chains.handed([self._named(each) for each in ids])
        cost = self._settings.price * len(segments)
        return Handed(reference=reference, segments=len(segments), cost=cost)

    def receipts(self) -> Sequence[Receipt]:
        """Return what has come, and acknowledge what came before.

        Raises:
            GatewayDownError: The message centre does not answer.
        """
        return self._fetch(self._receipts)

    def replies(self) -> Sequence[Reply]:
        """Return what has come, and acknowledge what came before.

        Raises:
            GatewayDownError: The message centre does not answer.
        """
        return self._fetch(self._replies)

    def login(self) -> None:
        """Check that it lets us in and answers.

        Raises:
            GatewayDownError: It does not.
        """
        self._pumped(test=True)

    def close(self) -> None:
        """Say good-bye and hang up; what was not acknowledged is told again."""
        if self._session is not None:
            with suppress(GatewayDownError):  # it was gone before
                self._session.unbind()
            self._session.close()
        self._session = None
        self._receipts.forget()
        self._replies.forget()

    @property
    def _sender_type(self) -> int:
        """Type of number of the sender: a name, a number with its country, a short code."""
        if not self._sender.removeprefix("+").isdecimal():
            return 5
        return 1 if self._sender.startswith("+") else 3

    def _fetch(self, inbox: Inbox[Any]) -> Sequence[Any]:
        try:
            inbox.settle()
        except GatewayDownError:
            self.close()
            raise
        self._pumped()
        return inbox.fetch()

    def _pumped(self, *, test: bool = False) -> None:
        session = self._opened()
        try:
            session.pump()
            if test:
                sequence = session.next_sequence()
                session.ask([(sequence, session.test(sequence))])
        except GatewayDownError:
            self.close()
            raise

    def _opened(self) -> Session:
        if self._session is not None:
            return self._session
        timeout_s = self._settings.timeout_s
        host, port = self._where
        wire = PacketWire(host, port, timeout_s=timeout_s, tls=self._tls, least=LEAST, most=MOST)
        session = Session(wire, timeout_s=timeout_s, window=self._window, told=self._told)
        try:
            session.bind(self._user, self._settings.secret, self._system_type)
        except GatewayDownError:
            session.close()
            raise
        self._session = session
        return session

    def _told(self, session: Session, sequence: int, packet: Any) -> None:
        stored = partial(session.acknowledge, sequence)
        if packet.esm_class & delivery.RECEIPT:
            self._receipts.put(self._receipt(packet), stored)
        else:
            sender = e164_of(bytes(packet.source_addr or b"").decode("ascii", "replace"))
            text = delivery.text_of(packet)
            self._replies.put(Reply(sender=sender, text=text, at=self._clock.now()), stored)

    def _receipt(self, packet: Any) -> Receipt | None:
        try:
            name, state, reason = delivery.receipt_of(packet)
        except ValueError as error:  # nobody will ever make more of it
            log.warning("smpp.receipt_unread", gateway=self.name, cause=str(error))
            return None
        found = self._chains.told(name, state)
        if found is None:
            return None
        at = delivery.done_at(packet, self._zone) or self._clock.now()
        return Receipt(reference=found[0], state=found[1], at=at, reason=reason)

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
    narrow = alphabet_of(message.text) is Alphabet.GSM7
    written = [septets_of(each) if narrow else each.encode("utf-16-be") for each in texts]
    coding = _GSM7 if narrow else _UCS2
    if len(texts) == 1:
        return [Segment(content=written[0], data_coding=coding, esm_class=0)]
    number = crc32(message.key.bytes) & 0xFF  # the same when it is handed over again
    return [
        Segment(
            content=chain_header(number, len(texts), place) + content,
            data_coding=coding,
            esm_class=delivery.HEADER,
        )
        for place, content in enumerate(written, start=1)
    ]


def _zone(options: Options, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        options.problem(f"zone {name!r} is none of the tz database")
        return ZoneInfo("UTC")
