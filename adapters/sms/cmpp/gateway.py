"""In: notices for telephones. Out: handed to a CMPP gateway; its receipts, replies. I/O: CMPP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial

import structlog

from adapters.gateway_options import Options
from adapters.sms.centre import CentreGateway, chain_number
from adapters.sms.cmpp.fields import Value, unpacked
from adapters.sms.cmpp.packets import HEADER_BYTES, MOST_BYTES, Packet, Version, status_fields
from adapters.sms.cmpp.session import Session
from adapters.sms.numbers import digits_of, e164_of
from adapters.sms.wire import PacketWire
from energy.alerting.notices.gateway import (
    GatewayDownError,
    GatewayRefusedError,
    GatewaySettings,
    Message,
    Receipt,
    ReceiptState,
    Reply,
)
from energy.base.clock import Clock
from energy.base.sms_text import MOST_SEGMENTS, Alphabet, chain_header, segments_of

log = structlog.get_logger("cmpp")
_ASCII, _UCS2, _GB = 0, 8, 15
"""Msg_Fmt: how a content is written."""
_MOST_ASCII = 160
"""Signs of a content in ASCII; a longer one goes as a chain in UCS-2, as every gateway takes it."""
_STATES = {
    "DELIVRD": ReceiptState.DELIVERED,
    "EXPIRED": ReceiptState.FAILED,
    "DELETED": ReceiptState.FAILED,
    "UNDELIV": ReceiptState.FAILED,
    "REJECTD": ReceiptState.FAILED,
    "ACCEPTD": ReceiptState.ON_ITS_WAY,
    "UNKNOWN": ReceiptState.ON_ITS_WAY,
}


class Spoken(StrEnum):
    """Version of CMPP as the options have it."""

    V2_0 = "2.0"
    V3_0 = "3.0"


class CmppGateway(CentreGateway[Session]):
    """A CMPP gateway (ISMG) as a gateway of notices."""

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        """Take the settings; nothing is connected.

        Args:
            settings: Its secret is the shared one; options as sample.toml has them.
            clock: Dates the sign-in, and what the gateway does not.

        Raises:
            ConfigError: An option is wrong or unknown.
        """
        super().__init__(settings, clock)
        options = Options(settings)
        spoken = options.word(Spoken, "version", Spoken.V2_0)
        self._version = Version.V2_0 if spoken is Spoken.V2_0 else Version.V3_0
        self._where = (options.text("host"), options.whole("port", 7890, 1, 65_535))
        self._source = _ascii(options, "source", 6)
        self._sender = _ascii(options, "sender", 21)
        self._service = _ascii(options, "service", 10)
        self._window = options.whole("window", 16, 1, 100)
        self._zone = options.zone("zone", "Asia/Shanghai")
        options.check()

    def _submitted(self, message: Message) -> Callable[[Session], list[str]]:
        segments = self._segments(message, digits_of(message.to))
        return lambda session: [_name(each) for each in session.submit(segments)]

    def _segments(self, message: Message, to: str) -> list[Mapping[str, Value]]:
        narrow = message.text.isascii() and len(message.text) <= _MOST_ASCII
        texts = (message.text,) if narrow else segments_of(message.text, Alphabet.UCS2)
        if len(texts) > MOST_SEGMENTS:
            raise GatewayRefusedError(f"{len(texts)} segments are no message")
        chained = len(texts) > 1
        number = chain_number(message)
        common: dict[str, Value] = {
            "parts": len(texts),
            "receipt": 1,
            "priority": 1,
            "service": self._service,
            "fee_user": 2,  # the account pays
            "header": int(chained),
            "coding": _ASCII if narrow else _UCS2,
            "source": self._source,
            "fee_type": "01",  # free for who gets it
            "fee_code": "000000",
            "sender": self._sender,
            "recipients": 1,
            "to": to,
        }
        found: list[Mapping[str, Value]] = []
        for part, text in enumerate(texts, start=1):
            content = text.encode("ascii" if narrow else "utf-16-be", "surrogatepass")
            header = chain_header(number, len(texts), part) if chained else b""
            found.append({**common, "part": part, "content": header + content})
        return found

    def _connected(self) -> Session:
        timeout_s = self._settings.timeout_s
        host, port = self._where
        wire = PacketWire(
            host, port, timeout_s=timeout_s, tls=False, least=HEADER_BYTES, most=MOST_BYTES
        )
        session = Session(
            wire, self._version, timeout_s=timeout_s, window=self._window, told=self._told
        )
        try:
            now = self._clock.now().astimezone(self._zone)
            session.connect(self._source, self._settings.secret, now)
        except GatewayDownError:
            session.close()
            raise
        return session

    def _farewell(self, session: Session) -> None:
        session.terminate()

    def _told(self, session: Session, packet: Packet) -> None:
        stored = partial(session.acknowledge, packet)
        if packet.number("receipt"):
            self._receipts.put(self._receipt_of(packet), stored)
            return
        reply = Reply(
            sender=e164_of(packet.text("sender")),
            text=_text_of(packet),
            at=self._clock.now(),
            reference=_name(packet.number("msg_id")),
        )
        self._replies.put(reply, stored)

    def _receipt_of(self, packet: Packet) -> Receipt | None:
        try:
            values = unpacked(status_fields(self._version), packet.octets("content"))
        except ValueError as error:  # nobody will ever make more of it
            log.warning("cmpp.receipt_unread", gateway=self.name, cause=str(error))
            return None
        report = Packet(packet.command, packet.sequence, values)
        word = report.text("state")
        state = _STATES.get(word, ReceiptState.FAILED)
        reason = word if state is ReceiptState.FAILED else ""
        return self._receipt(
            _name(report.number("msg_id")), state, self._at(report.text("done")), reason
        )

    def _at(self, digits: str) -> datetime | None:
        """Return the instant of YYMMDDHHMM in the gateway's zone; None where it is none."""
        try:
            local = datetime.strptime(digits, "%y%m%d%H%M").replace(tzinfo=self._zone)
        except ValueError:
            return None
        return local.astimezone(UTC)


def _name(msg_id: int) -> str:
    return f"{msg_id:016x}"


def _text_of(packet: Packet) -> str:
    octets = packet.octets("content")
    if packet.number("header") and octets:
        octets = octets[octets[0] + 1 :]
    codec = {_UCS2: "utf-16-be", _GB: "gb18030"}.get(packet.number("coding"), "ascii")
    return octets.decode(codec, "replace")


def _ascii(options: Options, key: str, most: int) -> str:
    value = options.text(key)
    if len(value) > most or not value.isascii():
        options.problem(f"{key} must be ASCII of at most {most} signs")
    return value
