"""In: the registers of one read. Out: whole counts, and what is wrong with the others. Pure.

One table of types, one unpack per read. Integers are counts as they stand; floats are rounded
to whole counts of the point's resolution, exactly: half a count goes up, never "to even", and
whenever ordinary arithmetic comes near a half the exact fraction decides. A value with a scale
register of its own (SunSpec) is multiplied by that power of ten, read in the same answer.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from operator import itemgetter

from adapters.exact_float import quantised
from adapters.modbus.read_plan import ReadBlock
from adapters.modbus.register_map import Null, RegisterMap, RegisterPoint, RegisterType
from energy.metering.channel import Kind

STRUCT_CODE: dict[RegisterType, str] = {
    RegisterType.U16: "H",
    RegisterType.S16: "h",
    RegisterType.U32: "I",
    RegisterType.S32: "i",
    RegisterType.U64: "Q",
    RegisterType.S64: "q",
    RegisterType.F32: "f",
    RegisterType.F64: "d",
    RegisterType.ACC32: "I",
    RegisterType.BITS16: "H",
    RegisterType.BITS32: "I",
}
FRACTION_BITS: dict[RegisterType, int] = {RegisterType.F32: 23, RegisterType.F64: 52}
SMALLEST_NORMAL: dict[RegisterType, float] = {
    RegisterType.F32: 2.0**-126,
    RegisterType.F64: 2.0**-1022,
}
MAX_COUNT = 2**63 - 1
MOST_POWER = 10
"""A scale register beyond this power of ten, up or down, holds no scale."""
NO_SCALE = -(2**15)
"""What a scale register holds when the product has no such value."""


class Flaw(StrEnum):
    """Why a value is suspect."""

    NOT_A_NUMBER = "not_a_number"
    INFINITE = "infinite"
    DENORMAL = "denormal"
    NULL_VALUE = "null_value"
    OUT_OF_RANGE = "out_of_range"
    COARSE = "coarse_float"
    SCALE = "no_scale"


FLAW_MEANS: dict[Flaw, str] = {
    Flaw.NOT_A_NUMBER: "the register holds no number",
    Flaw.INFINITE: "the register holds an infinity",
    Flaw.DENORMAL: "the register holds a denormal float, as swapped words do",
    Flaw.NULL_VALUE: "the register holds the product's sign for 'not available'",
    Flaw.OUT_OF_RANGE: "the count is below zero for a counter or too large for any register",
    Flaw.COARSE: "a float this large moves in steps wider than the resolution",
    Flaw.SCALE: "the register of its scale holds no power of ten",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One value: a count, and a flaw when nothing may rest on it."""

    point: RegisterPoint
    count: int
    """Whole counts; 0 without meaning when the flaw leaves no number. [count]"""
    flaw: Flaw | None


class BlockDecoder:
    """Decodes the answers to one read; made once, when the plan is made."""

    def __init__(self, block: ReadBlock, register_map: RegisterMap) -> None:
        """Compile the layout of a block."""
        self._points = block.points
        self._expected = block.count
        order: list[int] = []
        for point in block.points:
            order += word_order_of(point, block, register_map)
        layout = "".join(STRUCT_CODE[p.type] for p in block.points)
        self._powers: list[int | None] = []
        for point in block.points:
            place = None if point.scale_address is None else len(layout)
            self._powers.append(place)
            if point.scale_address is not None:
                order.append(point.scale_address - block.address)
                layout += "h"
        self._pick = itemgetter(*order) if len(order) > 1 else None
        self._words = struct.Struct(f">{len(order)}H")
        self._values = struct.Struct(">" + layout)
        self._nulls = [null_of(point, register_map) for point in block.points]
        self._coarse = [coarse_from(point) for point in block.points]
        self._whole = self._expected == len(order) and order == sorted(order)

    def decode(self, registers: Sequence[int]) -> list[Decoded]:
        """Return the values of an answer, in the block's order.

        Args:
            registers: As many as were asked for, each 0 to 65535.
        """
        assert len(registers) == self._expected, "the client has checked the length"
        words = registers if self._whole or self._pick is None else self._pick(registers)
        values = self._values.unpack(self._words.pack(*words))
        return [
            _decoded(point, value, null, coarse, 0 if power is None else values[power])
            for point, value, null, coarse, power in zip(
                self._points, values, self._nulls, self._coarse, self._powers, strict=False
            )
        ]


def _decoded(
    point: RegisterPoint, value: float, null: int | None, coarse: float | None, power: int
) -> Decoded:
    if not point.type.is_float:
        count, flaw = int(value), None
        if count == null or power == NO_SCALE:
            return Decoded(point=point, count=0, flaw=Flaw.NULL_VALUE)
        if abs(power) > MOST_POWER:
            return Decoded(point=point, count=0, flaw=Flaw.SCALE)
        if point.bits is not None:
            count = count >> point.bits[0] & (1 << point.bits[1]) - 1
        elif point.scale_address is not None:
            count = math.floor(count * raised_by(point, power) + Fraction(1, 2))
    elif math.isnan(value):
        return Decoded(point=point, count=0, flaw=Flaw.NOT_A_NUMBER)
    elif math.isinf(value):
        return Decoded(point=point, count=0, flaw=Flaw.INFINITE)
    elif value and abs(value) < SMALLEST_NORMAL[point.type]:
        return Decoded(point=point, count=0, flaw=Flaw.DENORMAL)
    else:
        count = quantised(value, point.raw_per_count)
        flaw = Flaw.COARSE if coarse is not None and value >= coarse else None
    if abs(count) > MAX_COUNT or (count < 0 and point.kind is Kind.COUNTER):
        return Decoded(point=point, count=0, flaw=Flaw.OUT_OF_RANGE)
    return Decoded(point=point, count=count, flaw=flaw)


def word_order_of(
    point: RegisterPoint, block: ReadBlock, register_map: RegisterMap
) -> Sequence[int]:
    """Return the places of a point's registers in its block's answer, highest word first."""
    offset = point.address - block.address
    places = range(offset, offset + point.type.width)
    return places if register_map.word_order == "big" else places[::-1]


def raised_by(point: RegisterPoint, power: int) -> Fraction:
    """Return counts in one of the raw value under a power of ten. [count / raw]."""
    return Fraction(10) ** power / point.resolution


def null_of(point: RegisterPoint, register_map: RegisterMap) -> int | None:
    """Return the value by which a product says "not available", or None."""
    if point.type is RegisterType.ACC32:
        return 0
    signed = point.type.is_signed
    null = register_map.signed_null if signed else register_map.unsigned_null
    half = 1 << (point.type.bits - 1)
    match null:
        case None:
            return None
        case Null.ALL_ONES:
            return -1 if signed else 2 * half - 1
        case Null.MAX_POSITIVE:
            return half - 1
        case Null.MIN_NEGATIVE:
            return -half if signed else half


def coarse_from(point: RegisterPoint) -> float | None:
    """Return the raw value from which a float counter's step exceeds its resolution. [raw]."""
    if not point.type.is_float or point.kind is not Kind.COUNTER:
        return None
    step = point.raw_per_count
    power = math.floor(math.log2(step)) - 1
    while Fraction(2) ** power <= step:
        power += 1
    return 2.0 ** (power + FRACTION_BITS[point.type])


def float_step(point: RegisterPoint, count: int) -> Fraction | None:
    """Return the step in which a float counter moves at a count, None for whole numbers. [unit].

    A float32 has 24 bits for its digits: from 131,072 kWh on a kWh counter moves by 0.0156 kWh,
    from 1,048,576 kWh by 0.125 kWh. Commissioning warns when this exceeds the display's step.

    Args:
        point: Where the counter lies.
        count: What it counts now, 0 or more. [count]
    """
    if not point.type.is_float:
        return None
    raw = count * point.raw_per_count
    if raw <= 0:
        return point.scale * Fraction(SMALLEST_NORMAL[point.type])
    power = math.floor(math.log2(raw))
    while Fraction(2) ** power > raw:
        power -= 1
    while Fraction(2) ** (power + 1) <= raw:
        power += 1
    return point.scale * Fraction(2) ** (power - FRACTION_BITS[point.type])
