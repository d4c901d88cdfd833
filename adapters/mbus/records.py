"""In: what stands behind the CI field of an answer. Out: its head and records, or why not. Pure.

Every length that the bytes state is checked against what is there: a telegram that lies in one
place is refused whole, for behind the lie nothing stands where it seems to.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from adapters.bcd import digits
from adapters.errors import AdapterError
from adapters.mbus.address import Secondary, letters_of

HEAD = 12
MOST_EXTENSIONS = 10
"""Bytes that may extend a DIF or a VIF. [byte]"""
EXTENDED = 0x80
MANUFACTURER_DATA, MORE_FOLLOWS, FILLER = 0x0F, 0x1F, 0x2F
SPECIAL, VARIABLE_SIZE = 0x0F, 0x0D
SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 6, 7: 8, 8: 0, 9: 1, 10: 2, 11: 3, 12: 4, 14: 6}
"""Bytes of a value by the low half of its DIF. [byte]"""
PLAIN_TEXT = 0x7C
LAST_TEXT, BCD_UP, BCD_DOWN, BINARY = 0xBF, range(0xC0, 0xCA), range(0xD0, 0xDA), range(0xE0, 0xF0)


class TelegramError(AdapterError):
    """The bytes of an answer are no telegram, though the sum is right."""

    code = "mbus.telegram"


class Function(IntEnum):
    """What kind of value a record holds."""

    INSTANTANEOUS = 0
    MAXIMUM = 1
    MINIMUM = 2
    IN_ERROR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Who answers, and how the meter is."""

    who: Secondary
    """Its full secondary address."""
    access: int
    """Counts the meter's answers, modulo 256."""
    status: int
    """Bits 0, 1: 1 busy, 2 error; 2: power low; 3: lasting, 4: passing error; 5 to 7: maker's."""
    configuration: int
    """Not zero in its mode bits when the values are encrypted."""

    @property
    def encrypted(self) -> bool:
        """Return whether the records cannot be read without a key."""
        return bool(self.configuration & 0x1F00)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One value as it came."""

    function: Function
    storage: int
    """0 is now; 1 and up what the meter stored, for example at its due date."""
    tariff: int
    subunit: int
    coding: int
    """Low half of the DIF: how the value is written."""
    vif: tuple[int, ...]
    """VIF and its extensions, extension bits cleared."""
    text: str
    """Unit in plain text, for VIF 7CH."""
    octets: bytes
    """The value, lowest byte first; of variable size behind its length byte."""
    size_octet: int = 0
    """Length byte of a value of variable size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """One answer of a meter."""

    head: Head
    records: tuple[Record, ...]
    more: bool
    """Whether the meter has another telegram."""
    maker: bytes
    """Bytes whose meaning the manufacturer keeps."""


class _Octets:
    """Bytes that are taken from the front, never beyond the end."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._octets) - self._at

    def take(self, count: int, what: str) -> bytes:
        if count > self.left:
            raise TelegramError(f"{what} needs {count} byte(s), the answer has {self.left} left")
        self._at += count
        return self._octets[self._at - count : self._at]

    def one(self, what: str) -> int:
        return self.take(1, what)[0]

    def chain(self, first: int, what: str) -> list[int]:
        """Return a byte and all that extend it."""
        every = [first]
        while every[-1] & EXTENDED:
            if len(every) > MOST_EXTENSIONS:
                raise TelegramError(f"{what} is extended more than {MOST_EXTENSIONS} times")
            every.append(self.one(what))
        return every


def parse(values: bytes) -> Telegram:
    """Return the telegram in the bytes behind the CI field.

    Args:
        values: Head and records.

    Raises:
        TelegramError: They are none; nothing of it may be used.
    """
    octets = _Octets(values)
    head = _head(octets.take(HEAD, "the head"))
    records: list[Record] = []
    while octets.left:
        dif = octets.one("a DIF")
        if dif == FILLER:
            continue
        if dif in {MANUFACTURER_DATA, MORE_FOLLOWS}:
            maker = octets.take(octets.left, "the maker's part")
            return Telegram(
                head=head, records=tuple(records), more=dif == MORE_FOLLOWS, maker=maker
            )
        if dif & SPECIAL == SPECIAL:
            raise TelegramError(f"DIF {dif:02X}H has no meaning in an answer")
        records.append(_record(dif, octets))
    return Telegram(head=head, records=tuple(records), more=False, maker=b"")


def _head(octets: bytes) -> Head:
    number = digits(octets[:4])
    maker = int.from_bytes(octets[4:6], "little")
    return Head(
        who=Secondary(
            number=number, manufacturer=letters_of(maker), version=octets[6], medium=octets[7]
        ),
        access=octets[8],
        status=octets[9],
        configuration=int.from_bytes(octets[10:12], "little"),
    )


def _record(dif: int, octets: _Octets) -> Record:
    chain = octets.chain(dif, "a DIF")
    storage, tariff, subunit = dif >> 6 & 1, 0, 0
    for place, extension in enumerate(chain[1:]):
        storage |= (extension & 0x0F) << 1 + 4 * place
        tariff |= (extension >> 4 & 3) << 2 * place
        subunit |= (extension >> 6 & 1) << place
    vif, text = _vif(octets)
    coding = dif & 0x0F
    size_octet = octets.one("a length") if coding == VARIABLE_SIZE else 0
    size = _variable(size_octet) if coding == VARIABLE_SIZE else SIZES[coding]
    return Record(
        function=Function(dif >> 4 & 3),
        storage=storage,
        tariff=tariff,
        subunit=subunit,
        coding=coding,
        vif=vif,
        text=text,
        octets=octets.take(size, "a value"),
        size_octet=size_octet,
    )


def _vif(octets: _Octets) -> tuple[tuple[int, ...], str]:
    """Return the VIF with its extensions, and its plain text, which stands behind the first byte.

    The order of text and extensions is that of the meters met by the public readers of M-Bus.
    """
    first = octets.one("a VIF")
    text = ""
    if first & 0x7F == PLAIN_TEXT:
        size = octets.one("a unit's length")
        text = octets.take(size, "a unit in plain text")[::-1].decode("latin-1")
    return tuple(each & 0x7F for each in octets.chain(first, "a VIF")), text


def _variable(size_octet: int) -> int:
    if size_octet <= LAST_TEXT:
        return size_octet
    for span in (BCD_UP, BCD_DOWN, BINARY):
        if size_octet in span:
            return size_octet - span.start
    raise TelegramError(f"a value of variable size with length byte {size_octet:02X}H")
