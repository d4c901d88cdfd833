"""In: the values of one answer and how the profile says they lie. Out: counts or flaws. Pure.

Two layouts of identifier 901F: water and gas meters send volume and volume at the last month end;
heat meters send energies, power, flow, volume, two temperatures and hours. Both end with the
meter's clock and two status bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from adapters.bcd import digits, number
from adapters.cjt188.units import CODES, UNITS
from energy.metering.channel import ChannelFacts, Kind


class Flaw(StrEnum):
    """Why a value is suspect."""

    NULL_VALUE = "null_value"
    UNKNOWN_UNIT = "unknown_unit"
    OTHER_UNIT = "other_unit"


FLAW_MEANS: dict[Flaw, str] = {
    Flaw.NULL_VALUE: "the meter's sign for no value",
    Flaw.UNKNOWN_UNIT: "a unit byte that the standard does not know",
    Flaw.OTHER_UNIT: "the meter counts in another unit than its profile says",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One value of a layout."""

    first: int
    """First byte behind identifier and sequence."""
    size: int
    """Bytes of the number. [byte]"""
    decimals: int = 0
    has_unit: bool = False
    """Whether a unit byte follows."""


CLOCK_SIZE = 7
STATUS = "status"
_VOLUME = {
    "volume": Item(first=0, size=4, decimals=2, has_unit=True),
    "volume_month_end": Item(first=5, size=4, decimals=2, has_unit=True),
    "clock": Item(first=10, size=CLOCK_SIZE),
    STATUS: Item(first=17, size=2),
}
_HEAT = {
    "energy_month_end": Item(first=0, size=4, decimals=2, has_unit=True),
    "energy": Item(first=5, size=4, decimals=2, has_unit=True),
    "power": Item(first=10, size=4, decimals=2, has_unit=True),
    "flow": Item(first=15, size=4, decimals=4, has_unit=True),
    "volume": Item(first=20, size=4, decimals=2, has_unit=True),
    "temp_flow": Item(first=25, size=3, decimals=2),
    "temp_return": Item(first=28, size=3, decimals=2),
    "hours": Item(first=31, size=3),
    "clock": Item(first=34, size=CLOCK_SIZE),
    STATUS: Item(first=41, size=2),
}
LAYOUTS: dict[str, dict[str, Item]] = {"volume": _VOLUME, "heat": _HEAT}


def layout_size(layout: str) -> int:
    """Return the bytes of a layout's values. [byte]."""
    last = LAYOUTS[layout][STATUS]
    return last.first + last.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Where a value lies, and how it is written."""

    item: Item
    bits: tuple[int, int] | None = None
    """First bit and width of a state inside the status; None for numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What the bytes of a value hold."""

    count: int
    """0 where there is no number. [count]"""
    flaw: Flaw | None = None


def decode(values: bytes, wire: Wire, facts: ChannelFacts) -> Decoded:
    """Return the count of a value.

    Args:
        values: All values of the answer.
        wire: Where the value lies.
        facts: What its channel is: unit, resolution, kind.
    """
    item = wire.item
    octets = values[item.first : item.first + item.size]
    assert len(octets) == item.size, "the answer's length was checked"
    if wire.bits is not None:
        first, width = wire.bits
        return Decoded(count=int.from_bytes(octets, "little") >> first & (1 << width) - 1)
    plain = number(octets)
    if plain is None:
        return Decoded(count=0, flaw=Flaw.NULL_VALUE)
    if not item.has_unit:
        return Decoded(count=plain)
    unit = UNITS.get(values[item.first + item.size])
    if unit is None:
        return Decoded(count=0, flaw=Flaw.UNKNOWN_UNIT)
    if unit.name == facts.unit:
        return Decoded(count=_counts(Fraction(plain, 10**item.decimals), facts))
    own = UNITS[CODES[facts.unit]]
    if facts.kind is Kind.COUNTER or unit.measures != own.measures:
        return Decoded(count=0, flaw=Flaw.OTHER_UNIT)
    return Decoded(
        count=_counts(Fraction(plain, 10**item.decimals) * unit.factor / own.factor, facts)
    )


def _counts(value: Fraction, facts: ChannelFacts) -> int:
    """Return whole counts of the resolution, half a count upwards; exact for counters."""
    return floor(value / facts.resolution + Fraction(1, 2))


def meter_clock(values: bytes, layout: str, zone: ZoneInfo) -> datetime | None:
    """Return the meter's own time, aware UTC; None when it keeps none.

    Args:
        values: All values of the answer.
        layout: "volume" or "heat".
        zone: Zone of the meter's clock.
    """
    item = LAYOUTS[layout]["clock"]
    text = digits(values[item.first : item.first + item.size])
    if not text.isdecimal():
        return None
    month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
    try:
        local = datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    return local.astimezone(UTC)
