"""In: notices for telephones. Out: sent by a modem; its status reports, replies. I/O: serial.

Whatever comes stays in the modem's own store until it was stored with us: then it is deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar
from zlib import crc32

import structlog

from adapters.gateway_inbox import Inbox
from adapters.gateway_options import Options
from adapters.sms.centre import chain_number
from adapters.sms.chains import Chains
from adapters.sms.modem.line import ModemError, ModemLine
from adapters.sms.modem.pdu import Delivered, Report, read, submits_of
from adapters.sms.numbers import digits_of, e164_of
from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayKind,
    GatewayRefusedError,
    GatewaySettings,
    Handed,
    Message,
    Receipt,
    ReceiptState,
    Reply,
)
from energy.base.clock import Clock

log = structlog.get_logger("modem")
T = TypeVar("T", Receipt, Reply)
_BUSY = frozenset({22, 42, 47, 322})
"""Congestion, no resources, store full (TS 24.011 annex E, TS 27.005 3.2.5)."""
_REFUSED = frozenset({1, 8, 10, 21, 27, 28, 29, 30, 50, 304, 305})
"""Unassigned number, barred, rejected, out of service, unknown subscriber, a wrong PDU."""
_SENT = re.compile(r"\+CMGS: *(\d+)")
_LISTED = re.compile(r"\+CMGL: *(\d+),")
_REGISTERED = re.compile(r"\+CREG: *\d, *[15]\b")
_MESSAGES, _REPORTS = "SM", "SR"
"""Stores of the card: messages received, status reports."""


class ModemGateway:
    """A modem with a card of its own."""

    kind = GatewayKind.SMS
    _refused: ClassVar[set[tuple[str, str]]] = set()
    """Device and PIN that its card refused: a gateway made anew after a failure knows it, too."""

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        """Take the settings; the port is not opened.

        Args:
            settings: Its secret is the card's PIN, "" without one; options as sample.toml.
            clock: Not asked: the network dates what comes.

        Raises:
            ConfigError: An option is wrong or unknown.
        """
        options = Options(settings)
        self._device = options.text("device")
        self._baud = options.whole("baud", 115_200, 300, 4_000_000)
        self.receipted = options.flag("reports", default=True)
        options.check()
        self.name = settings.name
        self._settings = settings
        self._chains = Chains()
        self._receipts: Inbox[Receipt] = Inbox()
        self._replies: Inbox[Reply] = Inbox()
        self._line: ModemLine | None = None

    def hand(self, message: Message) -> Handed:
        """Send a short message.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: As the contract has them.
        """
        digits = digits_of(message.to)
        chain = chain_number(message)
        submits = submits_of(message.text, digits, chain=chain, report=self.receipted)
        try:
            line = self._opened()
            names = []
            for submit in submits:
                content = submit.octets.hex().upper().encode()
                rows = line.ask_with(f"AT+CMGS={submit.length}", content)
                names.append(_name(_number_in(rows), digits))
        except ModemError as error:
            raise _error_of(error) from error
        except GatewayDownError:
            self.close()
            raise
        cost = self._settings.price * len(submits)
        return Handed(reference=self._chains.handed(names), segments=len(submits), cost=cost)

    def receipts(self) -> Sequence[Receipt]:
        """Return the status reports of the modem's store, and delete those fetched before.

        Raises:
            GatewayDownError: The modem does not answer.
        """
        return self._fetched(_REPORTS, self._receipts, Receipt) if self.receipted else ()

    def replies(self) -> Sequence[Reply]:
        """Return the messages of the modem's store, and delete those fetched before.

        Raises:
            GatewayDownError: The modem does not answer.
        """
        return self._fetched(_MESSAGES, self._replies, Reply)

    def login(self) -> None:
        """Check that the modem answers and a network has it.

        Raises:
            GatewayDownError: It does not.
        """
        try:
            self._require_network(self._opened())
        except ModemError as error:
            raise GatewayDownError(str(error)) from error
        except GatewayDownError:
            self.close()
            raise

    def close(self) -> None:
        """Close the port; what was not deleted is told again."""
        self._receipts.forget()
        self._replies.forget()
        if self._line is not None:
            self._line.close()
        self._line = None

    def _opened(self) -> ModemLine:
        if self._line is None:
            line = ModemLine(self._device, self._baud, self._settings.timeout_s)
            try:
                self._prepare(line)
            except ModemError as error:
                line.close()
                raise GatewayDownError(str(error)) from error
            except GatewayDownError:
                line.close()
                raise
            self._line = line
        return self._line

    def _prepare(self, line: ModemLine) -> None:
        line.wake()
        line.ask("AT+CMEE=1")
        self._unlock(line)
        line.ask("AT+CMGF=0")
        if self.receipted:
            line.ask("AT+CNMI=2,1,0,2,0")  # messages and reports are stored, none comes unasked
        self._require_network(line)

    def _unlock(self, line: ModemLine) -> None:
        """Give the card its PIN, once: three wrong ones would lock it for good."""
        state = " ".join(line.ask("AT+CPIN?"))
        if "READY" in state:
            return
        tried = (self._device, self._settings.secret)
        if tried in self._refused or "SIM PIN" not in state or not self._settings.secret:
            raise GatewayDownError("the card asks for a PIN or PUK: see to it by hand")
        try:
            line.ask(f'AT+CPIN="{self._settings.secret}"')
        except ModemError as error:
            self._refused.add(tried)
            raise GatewayDownError("the card refused its PIN; it is not tried again") from error

    def _require_network(self, line: ModemLine) -> None:
        rows = line.ask("AT+CREG?")
        if not any(_REGISTERED.match(row) for row in rows):
            raise GatewayDownError("no network has the modem")

    def _fetched(self, store: str, inbox: Inbox[T], wanted: type[T]) -> Sequence[T]:
        try:
            inbox.settle()
            line = self._opened()
            line.ask(f'AT+CPMS="{store}"')
            for index, octets in _listed(line.ask("AT+CMGL=4")):
                told = self._told(octets)
                item: Any = told if isinstance(told, wanted) else None
                inbox.put(item, partial(self._delete, store, index))
        except ModemError as error:
            raise GatewayDownError(str(error)) from error
        except GatewayDownError:
            self.close()
            raise
        return inbox.fetch()

    def _told(self, octets: bytes) -> Receipt | Reply | None:
        try:
            found = read(octets)
        except ValueError as error:  # nobody will ever make more of it
            log.warning("modem.message_unread", gateway=self.name, cause=str(error))
            return None
        match found:
            case Delivered():
                return Reply(sender=e164_of(found.sender), text=found.text, at=found.at,
                             reference=f"{crc32(octets):08x}")  # fmt: skip
            case Report():
                told = self._chains.told(_name(found.number, found.to), found.state)
                if told is None:
                    return None
                failed = told[1] is ReceiptState.FAILED
                reason = f"status 0x{found.status:02x}" if failed else ""
                return Receipt(reference=told[0], state=told[1], at=found.at, reason=reason)

    def _delete(self, store: str, index: int) -> None:
        line = self._opened()
        line.ask(f'AT+CPMS="{store}"')
        line.ask(f"AT+CMGD={index}")


def _name(number: int, digits: str) -> str:
    """Return the name of a message; its recipient stands in it unread."""
    return f"{number}-{crc32(digits.encode()):08x}"


def _number_in(rows: Sequence[str]) -> int:
    for row in rows:
        if found := _SENT.match(row):
            return int(found[1])
    raise GatewayDownError("the modem does not say what it sent")


def _listed(rows: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """Yield place and PDU of what a store holds."""
    index: int | None = None
    for row in rows:
        if found := _LISTED.match(row):
            index = int(found[1])
        elif index is not None:
            try:
                yield index, bytes.fromhex(row)
            except ValueError:
                yield index, b""
            index = None


def _error_of(error: ModemError) -> GatewayDownError | GatewayBusyError | GatewayRefusedError:
    if error.number in _BUSY:
        return GatewayBusyError(str(error))
    return (GatewayRefusedError if error.number in _REFUSED else GatewayDownError)(str(error))
