"""In: questions of M-Bus. Out: answers of simulated heat, cooling and water meters. Pure.

Written from the standard's tables and apart from the adapter on purpose: a slip in one of them
shows. A question that writes is counted and never obeyed; a test looks at the count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

LINK_RESET, READ, READ_COUNTED = 0x40, 0x5B, 0x7B
SENDS = (0x43, 0x53, 0x63, 0x73)
"""SND_UD, whatever its count bits."""
SELECT, APPLICATION_RESET = 0x52, 0x50
SELECTED, ALL_ANSWER = 0xFD, 0xFE
ACKNOWLEDGE = b"\xe5"


def frame(control: int, address: int, content: bytes) -> bytes:
    """Return a long frame.

    Args:
        control: C field.
        address: A field.
        content: CI field and what follows.
    """
    body = bytes((control, address)) + content
    return bytes((0x68, len(body), len(body), 0x68)) + body + bytes((sum(body) % 256, 0x16))


def manufacturer_octets(letters: str) -> bytes:
    """Return the two bytes of a manufacturer's three letters."""
    number = 0
    for letter in letters:
        number = number * 32 + ord(letter) - ord("A") + 1
    return bytes((number % 256, number // 256))


def bcd(value: int, size: int) -> bytes:
    """Return a decimal number, lowest byte first; F in its first place when below zero."""
    text = str(abs(value)).zfill(2 * size)
    assert len(text) == 2 * size, "the number has its digits"
    return bytes.fromhex("F" + text[1:] if value < 0 else text)[::-1]


def record(
    vif: str, value: int, *, size: int = 4, decimal: bool = False, storage: int = 0,
    tariff: int = 0, subunit: int = 0, function: int = 0,
) -> bytes:  # fmt: skip
    """Return a record.

    Args:
        vif: VIF with its extensions, hexadecimal, extension bits set.
        value: What it counts.
        size: Bytes of the value: 1, 2, 3, 4, 6 or 8. [byte]
        decimal: Whether it is written in decimals (up to 6 bytes), else binary.
        storage: Storage number.
        tariff: Tariff.
        subunit: Part of the meter.
        function: 0 now, 1 maximum, 2 minimum, 3 in error.
    """
    coding = {1: 9, 2: 10, 3: 11, 4: 12, 6: 14}[size] if decimal else {6: 6, 8: 7}.get(size, size)
    head = [storage % 2 << 6 | function << 4 | coding]
    rest = [storage // 2, tariff, subunit]
    while any(rest):
        head[-1] |= 0x80
        head.append(rest[2] % 2 << 6 | rest[1] % 4 << 4 | rest[0] % 16)
        rest = [rest[0] // 16, rest[1] // 4, rest[2] // 2]
    octets = bcd(value, size) if decimal else value.to_bytes(size, "little", signed=True)
    return bytes(head) + bytes.fromhex(vif) + octets


def date_record(text: str, *, storage: int = 0) -> bytes:
    """Return a date (YYYYMMDD) or date and time (YYYYMMDDhhmm) as a record."""
    year, month, day = int(text[2:4]), int(text[4:6]), int(text[6:8])
    date = bytes((year % 8 << 5 | day, year // 8 << 4 | month))
    head = bytes((storage << 6,))
    if len(text) == 8:
        return bytes((head[0] | 2, 0x6C)) + date
    clock = bytes((int(text[10:12]), int(text[8:10])))
    return bytes((head[0] | 4, 0x6D)) + clock + date


@dataclass(slots=True, kw_only=True)
class MbusMeter:
    """One simulated meter: its addresses and its telegrams as they go on the wire."""

    primary: int
    number: str
    """Eight digits, highest first."""
    telegrams: Sequence[bytes]
    """Records of each telegram."""
    manufacturer: str = "MTL"
    version: int = 1
    medium: int = 0x04
    status: int = 0
    obeys_count: bool = True
    """Whether the frame count bit decides which telegram comes; else it repeats the first one."""
    selected: bool = False
    access: int = 0
    _next: int = field(default=0)
    _last_count: bool | None = field(default=None)
    _last: bytes = field(default=b"")

    def address_octets(self) -> bytes:
        """Return its secondary address as it goes on the wire."""
        number = bytes.fromhex(self.number)[::-1]
        return number + manufacturer_octets(self.manufacturer) + bytes((self.version, self.medium))

    def begin(self) -> None:
        """Forget which telegram comes next."""
        self._next, self._last_count = 0, None

    def values(self, *, count: bool) -> bytes:
        """Return the next telegram, or the last one again when the frame count bit is the same."""
        if self.obeys_count and count == self._last_count:
            return self._last
        self._last_count = count
        place = self._next % len(self.telegrams) if self.obeys_count else 0
        self._next += 1
        self.access = (self.access + self.obeys_count) % 256
        more = b"\x1f" if place + 1 < len(self.telegrams) else b""
        head = self.address_octets() + bytes((self.access, self.status, 0, 0))
        self._last = frame(0x08, self.primary, b"\x72" + head + self.telegrams[place] + more)
        return self._last


class MbusSlaves:
    """Simulated meters on one bus."""

    def __init__(self, meters: Sequence[MbusMeter]) -> None:
        """Put meters on the bus."""
        self.meters = list(meters)
        self.writes = 0
        """Questions that were none of the four that change nothing."""

    def take(self, received: bytearray) -> bytes | None:
        """Cut the next whole question off what was received; None while it is not whole."""
        while received and received[0] not in {0x10, 0x68}:
            del received[0]
        size = 5 if received[:1] == b"\x10" else received[1] + 6 if len(received) > 1 else 9
        if len(received) < size:
            return None
        question = bytes(received[:size])
        del received[:size]
        return question

    def answer(self, question: bytes) -> bytes:
        """Return what the bus carries for a question; empty when nobody answers."""
        short = question[0] == 0x10
        body = question[1:-2] if short else question[4:-2]
        if question[-2] != sum(body) % 256:
            return b""
        return _together([a for a in (self._of(m, body) for m in self.meters) if a])

    def _of(self, meter: MbusMeter, body: bytes) -> bytes:
        control, address = body[0], body[1]
        if control in SENDS and address == SELECTED and body[2:3] == bytes((SELECT,)):
            return self._select(meter, body[3:])
        called = meter.selected if address == SELECTED else address in {meter.primary, ALL_ANSWER}
        if not called:
            return b""
        if control in {READ, READ_COUNTED}:
            return meter.values(count=control == READ_COUNTED)
        if control == LINK_RESET or body[2:] == bytes((APPLICATION_RESET,)):
            meter.begin()
            return ACKNOWLEDGE
        self.writes += 1
        return b""

    @staticmethod
    def _select(meter: MbusMeter, mask: bytes) -> bytes:
        own = meter.address_octets()
        number = zip(mask[:4].hex(), own[:4].hex(), strict=True)
        fits = all(wanted in {"f", digit} for wanted, digit in number)
        fits &= mask[4:6] in {b"\xff\xff", own[4:6]}
        meter.selected = fits and all(
            wanted in {0xFF, octet} for wanted, octet in zip(mask[6:], own[6:], strict=True)
        )
        if meter.selected:
            meter.begin()
        return ACKNOWLEDGE if meter.selected else b""


def _together(answers: Sequence[bytes]) -> bytes:
    """Return what arrives when all speak at once: a zero of anybody's wins."""
    heard = bytearray(max((len(answer) for answer in answers), default=0))
    for at in range(len(heard)):
        octet = 0xFF
        for answer in answers:
            octet &= answer[at] if at < len(answer) else 0xFF
        heard[at] = octet
    return bytes(heard)


def heat_meter(
    primary: int, number: str, *, energy: int = 123_456, volume: int = 7_654_321,
    month_end: int = 120_000, clock: str = "202611221200", status: int = 0,
) -> MbusMeter:  # fmt: skip
    """Return a heat meter with one telegram.

    Args:
        primary: Primary address.
        number: Eight digits.
        energy: [kWh]
        volume: [L]
        month_end: Energy at the last due date. [kWh]
        clock: Its own time, YYYYMMDDhhmm.
        status: Status byte.
    """
    records = (
        record("06", energy, decimal=True) + record("13", volume, decimal=True)
        + record("2B", 4711, decimal=True, size=3) + record("3B", 523, decimal=True, size=3)
        + record("5A", 903, decimal=True, size=2) + record("5E", 456, decimal=True, size=2)
        + record("61", 4470, size=2) + record("26", 8760, size=3)
        + date_record(clock) + record("06", month_end, decimal=True, storage=1)
        + date_record("20261031", storage=1) + record("FD17", 0, size=2)
    )  # fmt: skip
    return MbusMeter(primary=primary, number=number, telegrams=[records], status=status)


def water_meter(
    primary: int, number: str, *, volume: int = 1_234_567, month_end: int = 1_200_000
) -> MbusMeter:
    """Return a cold-water meter with two telegrams.

    Args:
        primary: Primary address.
        number: Eight digits.
        volume: [L]
        month_end: At the last due date. [L]
    """
    telegrams = [
        record("13", volume) + date_record("202611221200"),
        record("13", month_end, storage=1) + date_record("20261031", storage=1)
        + record("3B", 250, size=2),
    ]  # fmt: skip
    return MbusMeter(primary=primary, number=number, telegrams=telegrams, medium=0x16)
