"""In: the registers of a plate value. Out: its number or its text. Pure."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from fractions import Fraction

from adapters.modbus.decode import STRUCT_CODE
from adapters.modbus.register_point import Identify, PlatePoint


def decode_plate(
    point: PlatePoint, registers: Sequence[int], *, word_order: str = "big"
) -> int | Fraction | str | None:
    """Return what a text or a setting of a device holds.

    Args:
        point: Where it lies.
        registers: As many as it is wide, each 0 to 65535.
        word_order: Of the map: "big" or "little"; letters of a text are never turned.

    Returns:
        A text without what fills it up; a number in its unit, an int where it is whole; None
        for a float that is no number.
    """
    value = raw_value(point, registers, word_order=word_order)
    if isinstance(value, str) or value is None:
        return value
    number = Fraction(value) * point.resolution
    return int(number) if number.denominator == 1 else number


def raw_value(
    place: PlatePoint | Identify, registers: Sequence[int], *, word_order: str = "big"
) -> int | float | str | None:
    """Return what stands in some registers, unscaled; None for a float that is no number."""
    assert len(registers) == place.width, "the client has checked the length"
    if place.type is None:
        letters = struct.pack(f">{place.width}H", *registers)
        if not any(letters[::2]):  # one letter a register
            letters = letters[1::2]
        return letters.split(b"\0", 1)[0].decode("utf-8", "replace").strip()
    words = registers if word_order == "big" else registers[::-1]
    (value,) = struct.unpack(">" + STRUCT_CODE[place.type], struct.pack(f">{place.width}H", *words))
    assert isinstance(value, (int, float)), "no other kind of type is known"
    return None if isinstance(value, float) and not math.isfinite(value) else value
