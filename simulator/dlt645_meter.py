"""In: questions of DL/T 645-2007. Out: answers of simulated electricity meters. Pure.

Written from the standard's tables and apart from the adapter on purpose: a slip in one of them
shows. A question that writes is counted and refused; a test looks at the count.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

READ, READ_MORE, READ_ADDRESS = 0x11, 0x12, 0x13
ERROR_NO_DATA, ERROR_OTHER = 0x02, 0x01
MOST_VALUE = 196
"""Bytes of a value that one frame holds beside its identifier. [byte]"""


def bcd(value: int, size: int) -> bytes:
    """Return a number as decimals, lowest byte first; below zero the highest bit is set.

    Args:
        value: The number.
        size: Bytes. [byte]
    """
    octets = bytearray(bytes.fromhex(f"{abs(value):0{2 * size}d}")[::-1])
    assert len(octets) == size, "the number fits its size"
    if value < 0:
        octets[-1] |= 0x80
    return bytes(octets)


def frame(address: str, control: int, content: bytes) -> bytes:
    """Return a frame of a meter.

    Args:
        address: Twelve digits, highest first.
        control: Control code.
        content: Field before 33H is added.
    """
    head = b"\x68" + bytes.fromhex(address)[::-1] + b"\x68" + bytes((control, len(content)))
    body = head + bytes((octet + 0x33) % 256 for octet in content)
    return body + bytes((sum(body) % 256, 0x16))


@dataclass(slots=True, kw_only=True)
class Dlt645Meter:
    """One simulated meter: what it keeps under which identifier."""

    address: str
    """Twelve digits, highest first."""
    values: MutableMapping[str, bytes] = field(default_factory=dict)
    """Bytes, lowest first, by identifier of eight hexadecimal digits, highest first."""
    most_value: int = MOST_VALUE
    """Bytes of a value in one frame: a small number makes following frames. [byte]"""

    def keep(self, identifier: str, value: int, size: int) -> None:
        """Keep a number under an identifier."""
        self.values[identifier] = bcd(value, size)

    def read(self, identifier: str, number: int) -> tuple[int, bytes]:
        """Return control code and field of an answer.

        Args:
            identifier: Eight hexadecimal digits, highest first.
            number: 0 for the first frame, else that of the following frame.
        """
        function = READ if number == 0 else READ_MORE
        value = self.values.get(identifier)
        if value is None or number * self.most_value > len(value):
            return function | 0xC0, bytes((ERROR_NO_DATA,))
        part = value[number * self.most_value : (number + 1) * self.most_value]
        more = 0x20 if (number + 1) * self.most_value < len(value) else 0
        tail = bytes((number,)) if number else b""
        return function | 0x80 | more, bytes.fromhex(identifier)[::-1] + part + tail


class Dlt645Slaves:
    """Simulated meters on one bus."""

    def __init__(self, meters: Sequence[Dlt645Meter]) -> None:
        """Put meters on the bus."""
        self.meters = list(meters)
        self.writes = 0
        """Questions that were none of the three reading ones."""

    def take(self, received: bytearray) -> bytes | None:
        """Cut the next whole question off what was received; None while it is not whole."""
        start = received.find(0x68)
        if start < 0:
            received.clear()
            return None
        del received[:start]
        if len(received) < 10 or len(received) < 12 + received[9]:
            return None
        question = bytes(received[: 12 + received[9]])
        del received[: len(question)]
        return question

    def answer(self, question: bytes) -> bytes:
        """Return the frame that answers a question; empty when nobody does."""
        if question[-2] != sum(question[:-2]) % 256 or question[7] != 0x68:
            return b""
        asked = question[1:7][::-1].hex().upper()
        called = [meter for meter in self.meters if _called(meter.address, asked)]
        answers = [self._of(meter, question) for meter in called]
        if len(answers) > 1:  # they speak at the same time: what arrives is neither
            return bytes(a & b for a, b in zip(answers[0], answers[1], strict=False))
        return answers[0] if answers else b""

    def _of(self, meter: Dlt645Meter, question: bytes) -> bytes:
        control = question[8]
        content = bytes((octet - 0x33) % 256 for octet in question[10:-2])
        identifier = content[:4][::-1].hex().upper()
        match control:
            case 0x13:
                own = bytes.fromhex(meter.address)[::-1]
                return frame(meter.address, READ_ADDRESS | 0x80, own)
            case 0x11:
                return frame(meter.address, *meter.read(identifier, 0))
            case 0x12:
                return frame(meter.address, *meter.read(identifier, content[4]))
            case _:
                self.writes += 1
                return frame(meter.address, control | 0xC0, bytes((ERROR_OTHER,)))


def _called(address: str, asked: str) -> bool:
    return all(wanted in {"A", own} for own, wanted in zip(address, asked, strict=True))


def three_phase(
    address: str,
    *,
    drawn: Sequence[int],
    power: int,
    fed_back: Sequence[int] = (0, 0, 0, 0, 0),
) -> Dlt645Meter:
    """Return a three-phase meter with equal load on its phases.

    Args:
        address: Twelve digits, highest first.
        drawn: Total and four tariffs. [0.01 kWh]
        power: Below zero when it feeds back. [0.1 W]
        fed_back: Total and four tariffs. [0.01 kWh]
    """
    meter = Dlt645Meter(address=address)
    combined = [a + b for a, b in zip(drawn, fed_back, strict=True)]
    for kind, counts in (("00", combined), ("01", drawn), ("02", fed_back)):
        _column(meter, f"00{kind}", counts, 4)
    phase = power // 3
    _column(meter, "0203", (power, phase, phase, phase), 3)
    _column(meter, "0204", (0, 0, 0, 0), 3)
    _column(meter, "0205", (abs(power), *[abs(phase)] * 3), 3)
    _column(meter, "0206", (1000, 1000, 1000, 1000), 2)
    _column(meter, "0201", (2301, 2302, 2303), 2, first=1)
    _column(meter, "0202", [abs(phase) * 10 // 23 // 10] * 3, 3, first=1)
    for identifier, value, size in (
        ("02800001", 0, 3),
        ("02800002", 5001, 2),
        ("02800004", power, 3),
        ("04000306", 1, 3),
        ("04000307", 1, 3),
        ("04000409", 1200, 3),
        ("04000B01", 100, 2),
    ):
        meter.keep(identifier, value, size)
    meter.values["04000401"] = meter.values["04000402"] = bytes.fromhex(address)[::-1]
    meter.values["04000403"] = f"ASSET{address}".ljust(32, "\0").encode()[::-1]
    meter.values["04000503"] = bytes((0x00, 0x00))
    return meter


def freeze_month(
    meter: Dlt645Meter, back: int, drawn: Sequence[int], demand: tuple[int, str]
) -> None:
    """Let a meter keep a month end.

    Args:
        meter: The meter.
        back: 1 for the newest.
        drawn: Total and four tariffs. [0.01 kWh]
        demand: Maximum demand [0.0001 kW] and its instant, YYMMDDhhmm.
    """
    for place, count in enumerate(drawn):
        meter.keep(f"0001{place:02X}{back:02X}", count, 4)
    meter.values[f"010100{back:02X}"] = bcd(demand[0], 3) + bytes.fromhex(demand[1])[::-1]


def freeze_day(meter: Dlt645Meter, back: int, at: str, drawn: Sequence[int]) -> None:
    """Let a meter keep a day.

    Args:
        meter: The meter.
        back: 1 for the newest.
        at: Instant, YYMMDDhhmm by the meter's clock.
        drawn: Total and four tariffs. [0.01 kWh]
    """
    meter.values[f"050600{back:02X}"] = bytes.fromhex(at)[::-1]
    meter.values[f"050601{back:02X}"] = b"".join(bcd(count, 4) for count in drawn)


def set_clock(meter: Dlt645Meter, local: Mapping[str, str]) -> None:
    """Set a meter's clock.

    Args:
        meter: The meter.
        local: "date" as YYMMDDWW and "time" as hhmmss.
    """
    meter.values["04000101"] = bytes.fromhex(local["date"])[::-1]
    meter.values["04000102"] = bytes.fromhex(local["time"])[::-1]


def _column(
    meter: Dlt645Meter, kind: str, counts: Sequence[int], size: int, *, first: int = 0
) -> None:
    """Keep values one by one and as their block."""
    for place, count in enumerate(counts, first):
        meter.keep(f"{kind}{place:02X}00", count, size)
    meter.values[f"{kind}FF00"] = b"".join(bcd(count, size) for count in counts)
