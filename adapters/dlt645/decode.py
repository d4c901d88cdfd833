"""In: the bytes of a value and how the profile says it lies. Out: a count, or its flaw. Pure.

Values are decimals, lowest byte first; signed ones carry the sign in their highest bit. A value
with a half-byte above nine (FFH, EEH) is how a meter says "none": it is no number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from adapters.bcd import digits, number, signed_number

INSTANT_SIZE = 5
"""Year, month, day, hour, minute: two digits each. [byte]"""


class Flaw(StrEnum):
    """Why a value is suspect."""

    NULL_VALUE = "null_value"
    BELOW_ZERO = "below_zero"


FLAW_MEANS: dict[Flaw, str] = {
    Flaw.NULL_VALUE: "the meter's sign for no value",
    Flaw.BELOW_ZERO: "a counter below zero",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Where a value lies in the answers of a meter, and how it is written."""

    identifier: str
    """Eight hexadecimal digits, highest first."""
    block: str = ""
    """Identifier of a block that holds it too; empty when there is none."""
    place: int = 0
    """Its place in the block, in values of its size."""
    digits: int = 8
    decimals: int = 0
    signed: bool = False
    timed: bool = False
    """Whether the instant of its occurrence follows: maximum demands."""
    bits: tuple[int, int] | None = None
    """First bit and width of a state inside a status word; None for numbers."""

    @property
    def size(self) -> int:
        """Return the bytes of the value with its instant. [byte]."""
        return self.digits // 2 + (INSTANT_SIZE if self.timed else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What the bytes of a value hold."""

    count: int
    """0 where there is no number. [count]"""
    flaw: Flaw | None = None
    occurred: str = ""
    """Digits of the instant of a maximum demand, YYMMDDhhmm; empty when there is none."""


def decode(octets: bytes, wire: Wire, *, counter: bool) -> Decoded:
    """Return the count in the bytes of a value.

    Args:
        octets: Exactly the bytes of the value.
        wire: How it is written.
        counter: Whether it only grows: then it cannot be below zero.
    """
    assert len(octets) == wire.size, "the answer's length was checked"
    if wire.bits is not None:
        first, width = wire.bits
        return Decoded(count=int.from_bytes(octets, "little") >> first & (1 << width) - 1)
    plain = octets[: wire.digits // 2]
    count = signed_number(plain) if wire.signed else number(plain)
    if count is None:
        return Decoded(count=0, flaw=Flaw.NULL_VALUE)
    if counter and count < 0:
        return Decoded(count=count, flaw=Flaw.BELOW_ZERO)
    return Decoded(count=count, occurred=digits(octets[wire.digits // 2 :]))


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the aware UTC instant of a meter's local time, None when it is none.

    A meter that has never met its maximum fills zeros. In the hour that comes twice the first is
    taken; China keeps no summer time.

    Args:
        text: YYMMDDhhmm or YYMMDDhhmmss.
        zone: Zone of the meter's clock.
    """
    if not text.isdecimal() or len(text) not in {10, 12}:
        return None
    year, month, day, hour, minute, *seconds = (int(pair) for pair in _pairs(text))
    second = seconds[0] if seconds else 0
    try:
        local = datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    return local.astimezone(UTC)


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(0, len(text), 2)]
