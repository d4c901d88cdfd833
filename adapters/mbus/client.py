"""In: a meter. Out: every record of its telegrams, or a named failure. I/O: a link.

It reads and nothing else: every question is made by frame.Asked, which knows none that writes. A
read begins anew each time (link reset, or selection), so that whatever a lost answer, a restart or
another master left behind in the meter is forgotten; the frame count bit then turns with every
telegram, for a meter that is asked with the same bit twice gives its old telegram again.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.link_fault import AskFailedError, LinkFault
from adapters.mbus.address import Address, Secondary
from adapters.mbus.frame import SELECTED, Ask, Asked, judge
from adapters.mbus.records import HEAD, Head, Record, Telegram, TelegramError, parse
from adapters.octet_ask import Question, ask
from adapters.octets import OctetLink

PROTOCOL = "mbus"
MOST_TELEGRAMS = 16
"""A meter that has more is not believed."""
LONGEST = 261
"""Bytes of the longest answer. [byte]"""
BITS = 11
"""Start, eight, parity and stop. [bit]"""
BUSY, ERROR = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """Everything that a meter said."""

    head: Head
    records: tuple[Record, ...]
    telegrams: int


class MbusClient:
    """Asks the meters of one bus."""

    def __init__(self, link: OctetLink, *, timeout_s: float = 1.0, baud: int = 2400) -> None:
        """Take the bus.

        Args:
            link: The bus; it serves one question at a time.
            timeout_s: Longest wait for an answer, beside its time on the wire. [s]
            baud: Speed of the bus, for the time of an answer on the wire. [bit/s]
        """
        self.link = link
        self.timeout_s = timeout_s
        self._wire_s = LONGEST * BITS / baud

    async def read(self, address: Address, *, reset: bool = False) -> Readout:
        """Return all records of a meter.

        Args:
            address: Where it answers.
            reset: Whether to reset its application first: some meters else go on with the telegram
                that somebody asked for last. It changes nothing but which telegram comes first.

        Raises:
            AskFailedError: Names the fault; nothing of any answer may be used.
        """
        where = await self.begin(address)
        if reset:
            await self._acknowledged(Asked(ask=Ask.APPLICATION_RESET, address=where), address)
        telegrams: list[Telegram] = []
        seen: list[bytes] = []
        while not telegrams or telegrams[-1].more:
            asked = Asked(ask=Ask.READ, address=where, count_bit=len(telegrams) % 2 == 0)
            values = await self._ask(asked, address, self.timeout_s + self._wire_s)
            telegram = self._telegram(values, address)
            if telegrams:
                self._follows(telegram, telegrams[0], address)
            content = values[HEAD:]  # the head counts answers: it is another one every time
            if content in seen or len(telegrams) == MOST_TELEGRAMS:
                what = f"telegram {len(telegrams) + 1} repeats an earlier one, or is one too many"
                raise self._failed(LinkFault.WRONG_SEQUENCE, address, what)
            telegrams.append(telegram)
            seen.append(content)
        records = tuple(record for telegram in telegrams for record in telegram.records)
        return Readout(head=telegrams[-1].head, records=records, telegrams=len(telegrams))

    async def begin(self, address: Address) -> int:
        """Reset the link to a meter, or select it; return the address it now answers at.

        Args:
            address: Where it answers.

        Raises:
            AskFailedError: It does not acknowledge.
        """
        if address.primary is not None:
            asked = Asked(ask=Ask.LINK_RESET, address=address.primary)
        else:
            asked = Asked(ask=Ask.SELECT, address=SELECTED, select=address.secondary)
        await self._acknowledged(asked, address)
        return asked.address

    async def _acknowledged(self, asked: Asked, address: Address) -> None:
        await self._ask(asked, address, self.timeout_s)

    async def _ask(self, asked: Asked, address: Address, timeout_s: float) -> bytes:
        question = Question(
            protocol=PROTOCOL,
            whom=f"meter {address} {asked.ask}",
            octets=asked.octets(),
            judge=lambda received: judge(received, asked),
        )
        return await ask(self.link, question, timeout_s)

    def _telegram(self, values: bytes, address: Address) -> Telegram:
        try:
            telegram = parse(values)
        except TelegramError as error:
            raise self._failed(LinkFault.WRONG_LENGTH, address, str(error)) from error
        head = telegram.head
        if address.secondary is not None and not address.secondary.fits(head.who):
            raise self._failed(LinkFault.WRONG_METER, address, f"an answer of meter {head.who}")
        if head.encrypted:
            raise self._failed(LinkFault.UNKNOWN_FORMAT, address, "the values are encrypted")
        if head.status & 3 in {BUSY, ERROR}:
            state = "busy" if head.status & 3 == BUSY else "in error"
            raise self._failed(LinkFault.REFUSED, address, f"the meter says it is {state}")
        return telegram

    def _follows(self, telegram: Telegram, first: Telegram, address: Address) -> None:
        if telegram.head.who != first.head.who:
            what = f"meter {first.head.who} began, meter {telegram.head.who} went on"
            raise self._failed(LinkFault.COLLISION, address, what)

    def _failed(self, fault: LinkFault, address: Address, what: str) -> AskFailedError:
        if fault in {LinkFault.COLLISION, LinkFault.WRONG_METER, LinkFault.WRONG_SEQUENCE}:
            self.link.drain()
        return AskFailedError(PROTOCOL, fault, f"{self.link.where} meter {address}", what)


def somebody(number: str) -> Address:
    """Return what selects every meter whose number begins with these digits."""
    return Address(secondary=Secondary(number=number.ljust(8, "F")))
