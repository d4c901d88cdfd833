"""In: questions of CJ/T 188. Out: answers of simulated water, gas and heat meters. Pure.

Written from the standard's tables and apart from the adapter on purpose: a slip in one of them
shows. A question that writes is counted and refused; a test looks at the count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.dlt645_meter import bcd

READ, READ_ADDRESS = 0x01, 0x03
NO_CLOCK = bytes(7)


def frame(type_: int, address: str, control: int, content: bytes) -> bytes:
    """Return a frame of a meter.

    Args:
        type_: Kind of meter.
        address: Fourteen digits, highest first.
        control: Control code.
        content: Field.
    """
    head = bytes((0x68, type_)) + bytes.fromhex(address)[::-1] + bytes((control, len(content)))
    body = head + content
    return body + bytes((sum(body) % 256, 0x16))


@dataclass(slots=True, kw_only=True)
class Cjt188Meter:
    """One simulated meter: its present values as they go on the wire."""

    type: int
    address: str
    """Fourteen digits, highest first."""
    values: bytes
    low_first: bool = False
    """Whether it takes identifiers low byte first, and no others."""
    repeats: bool = True
    """Whether it repeats the sequence number."""

    def named(self, identifier: str) -> bytes:
        """Return an identifier as this meter writes it."""
        octets = bytes.fromhex(identifier)
        return octets[::-1] if self.low_first else octets


class Cjt188Slaves:
    """Simulated meters on one bus."""

    def __init__(self, meters: Sequence[Cjt188Meter]) -> None:
        """Put meters on the bus."""
        self.meters = list(meters)
        self.writes = 0
        """Questions that were none of the two reading ones."""

    def take(self, received: bytearray) -> bytes | None:
        """Cut the next whole question off what was received; None while it is not whole."""
        start = received.find(0x68)
        if start < 0:
            received.clear()
            return None
        del received[:start]
        if len(received) < 11 or len(received) < 13 + received[10]:
            return None
        question = bytes(received[: 13 + received[10]])
        del received[: len(question)]
        return question

    def answer(self, question: bytes) -> bytes:
        """Return the frame that answers a question; empty when nobody does."""
        if question[-2] != sum(question[:-2]) % 256:
            return b""
        type_, asked = question[1], question[2:9][::-1].hex().upper()
        called = [
            meter
            for meter in self.meters
            if type_ in {0xAA, meter.type} and asked in {"A" * 14, meter.address}
        ]
        answers = [self._of(meter, question[9], question[11:-2]) for meter in called]
        if len(answers) > 1:  # they speak at the same time: what arrives is neither
            return bytes(a & b for a, b in zip(answers[0], answers[1], strict=False))
        return answers[0] if answers else b""

    def _of(self, meter: Cjt188Meter, control: int, content: bytes) -> bytes:
        sequence = content[2] if meter.repeats and len(content) > 2 else 0
        known = {READ: meter.named("901F"), READ_ADDRESS: meter.named("810A")}
        if control not in known:
            self.writes += 1
            return frame(meter.type, meter.address, control | 0xC0, bytes((sequence, 0, 0)))
        if content[:2] != known[control]:
            return b""
        head = content[:2] + bytes((sequence,))
        values = meter.values if control == READ else b""
        return frame(meter.type, meter.address, control | 0x80, head + values)


def volume_values(
    *, volume: int, month_end: int, unit: int = 0x2C, clock: str = "", status: int = 0
) -> bytes:
    """Return the values of a water or gas meter.

    Args:
        volume: Counts of a hundredth of the unit.
        month_end: The same at the last settlement day.
        unit: Unit byte.
        clock: YYYYMMDDhhmmss by the meter; empty when it keeps none.
        status: Both status bytes, low byte first on the wire.
    """
    code = bytes((unit,))
    own = bytes.fromhex(clock)[::-1] if clock else NO_CLOCK
    return bcd(volume, 4) + code + bcd(month_end, 4) + code + own + status.to_bytes(2, "little")


def heat_values(
    *,
    energy: int,
    month_end: int,
    power: int,
    flow: int,
    volume: int,
    temp_flow: int,
    temp_return: int,
    hours: int,
    unit: int = 0x05,
    clock: str = "",
    status: int = 0,
) -> bytes:
    """Return the values of a heat meter.

    Args:
        energy: Counts of a hundredth of the unit.
        month_end: The same at the last settlement day.
        power: [0.01 kW]
        flow: [0.0001 m3/h]
        volume: [0.01 m3]
        temp_flow: [0.01 degC]
        temp_return: [0.01 degC]
        hours: Working time. [h]
        unit: Unit byte of both energies.
        clock: YYYYMMDDhhmmss by the meter; empty when it keeps none.
        status: Both status bytes, low byte first on the wire.
    """
    code = bytes((unit,))
    own = bytes.fromhex(clock)[::-1] if clock else NO_CLOCK
    return (
        bcd(month_end, 4) + code + bcd(energy, 4) + code
        + bcd(power, 4) + b"\x17" + bcd(flow, 4) + b"\x35" + bcd(volume, 4) + b"\x2c"
        + bcd(temp_flow, 3) + bcd(temp_return, 3) + bcd(hours, 3)
        + own + status.to_bytes(2, "little")
    )  # fmt: skip
