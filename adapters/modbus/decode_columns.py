"""In: the registers of many answers to one kind of read. Out: counts and flaws as arrays. Pure.

The hot path: all meters of one product give the same blocks, so their answers are decoded
together, and so are the values of one type in them. What comes out is what `decode` says of each
answer, bit for bit: a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adapters.exact_float import quantised
from adapters.modbus.decode import (
    MAX_COUNT,
    MOST_POWER,
    NO_SCALE,
    SMALLEST_NORMAL,
    Flaw,
    coarse_from,
    null_of,
    raised_by,
    word_order_of,
)
from adapters.modbus.read_plan import ReadBlock
from adapters.modbus.register_map import RegisterMap, RegisterPoint, RegisterType
from energy.metering.channel import Kind

FLAWS: tuple[Flaw | None, ...] = (None, *Flaw)
"""Flaw by its code in a column; 0 is none."""
_CODE = {flaw: code for code, flaw in enumerate(FLAWS)}
_SURE_BELOW = 2.0**31
_NEAR_HALF = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedColumns:
    """Values of many answers: one row an answer, one column a point of the block."""

    count: NDArray[np.int64]
    """Whole counts; 0 without meaning where the flaw leaves no number. [count]"""
    flaw: NDArray[np.uint8]
    """Codes of FLAWS."""


Columns = tuple[NDArray[np.int64], NDArray[np.uint8]]


class _Group:
    """Values of a block that are decoded in one go: one type, and nothing special about one."""

    def __init__(self, block: ReadBlock, places: list[int], register_map: RegisterMap) -> None:
        """Compile what is the same for every answer.

        Args:
            block: The read.
            places: Which points of it.
            register_map: The product.
        """
        points = [block.points[place] for place in places]
        first = points[0]
        self.places = places if places != list(range(len(block.points))) else slice(None)
        self.first = first
        self.null = null_of(first, register_map)
        self.scale_at = None if first.scale_address is None else first.scale_address - block.address
        self.is_counter = np.array([point.kind is Kind.COUNTER for point in points])
        self.resolutions = [point.raw_per_count for point in points]
        self.numerator = np.array([float(r.numerator) for r in self.resolutions])
        self.denominator = np.array([float(r.denominator) for r in self.resolutions])
        coarse = [coarse_from(point) for point in points]
        self.coarse = np.array([np.inf if each is None else each for each in coarse])
        self._pick = np.array(
            [place for point in points for place in word_order_of(point, block, register_map)],
            dtype=np.intp,
        )
        self._view = f">{_letter(first)}{2 * first.type.width}"

    def values_of(self, words: NDArray[np.uint16]) -> NDArray[np.generic]:
        """Return the raw values: one row an answer, one column a point."""
        return np.ascontiguousarray(words[:, self._pick]).view(self._view)


class ColumnDecoder:
    """Decodes the answers of many meters to one kind of read."""

    def __init__(self, block: ReadBlock, register_map: RegisterMap) -> None:
        """Compile the layout of a block."""
        self.block = block
        alike: dict[tuple[RegisterType, int], list[int]] = {}
        for place, point in enumerate(block.points):
            plain = point.bits is None and point.scale_address is None
            alike.setdefault((point.type, -1 if plain else place), []).append(place)
        self._groups = [_Group(block, places, register_map) for places in alike.values()]

    def decode(self, answers: Sequence[Sequence[int]]) -> DecodedColumns:
        """Return the values of some answers.

        Args:
            answers: Registers of each, as many as were asked for, each 0 to 65535.
        """
        words = np.array(answers, dtype=">u2").reshape(len(answers), self.block.count)
        count = np.zeros((len(answers), len(self.block.points)), dtype=np.int64)
        flaw = np.zeros(count.shape, dtype=np.uint8)
        for group in self._groups:
            values = group.values_of(words)
            if group.first.type.is_float:
                with np.errstate(invalid="ignore"):  # a signalling NaN is no news here
                    result = _floats(values.astype(np.float64), group)
            else:
                power = None
                if group.scale_at is not None:
                    power = words[:, group.scale_at].view(">i2")
                result = _integers(values, group, power)
            count[:, group.places], flaw[:, group.places] = result
        return DecodedColumns(count=count, flaw=flaw)


def _letter(point: RegisterPoint) -> str:
    if point.type.is_float:
        return "f"
    return "i" if point.type.is_signed else "u"


def _integers(
    values: NDArray[np.generic], group: _Group, power: NDArray[np.int16] | None
) -> Columns:
    point, null = group.first, group.null
    flaw = np.zeros(values.shape, dtype=np.uint8)
    if point.type.is_signed:
        count = values.astype(np.int64)
        flaw[count == -MAX_COUNT - 1] = _CODE[Flaw.OUT_OF_RANGE]  # its amount fits nowhere
        is_null = count == null if null is not None else None
    else:
        whole = values.astype(np.uint64)
        is_null = whole == np.uint64(null) if null is not None else None
        if point.bits is not None:
            whole = whole >> np.uint64(point.bits[0]) & np.uint64((1 << point.bits[1]) - 1)
        flaw[whole > np.uint64(MAX_COUNT)] = _CODE[Flaw.OUT_OF_RANGE]
        count = whole.astype(np.int64)
    if power is not None:
        raised, scale_flaw = _raised(count[:, 0], point, power)
        count, scale_flaw = raised[:, np.newaxis], scale_flaw[:, np.newaxis]
        flaw = np.where(scale_flaw != 0, scale_flaw, flaw)
    flaw[group.is_counter & (count < 0) & (flaw == 0)] = _CODE[Flaw.OUT_OF_RANGE]
    if is_null is not None:
        flaw[is_null] = _CODE[Flaw.NULL_VALUE]
    count[flaw != 0] = 0
    return count, flaw


def _raised(
    raw: NDArray[np.int64], point: RegisterPoint, power: NDArray[np.int16]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return counts of values with scale registers, exactly, half a count upwards."""
    count = np.zeros(len(raw), dtype=np.int64)
    flaw = np.zeros(len(raw), dtype=np.uint8)
    for each in np.unique(power).tolist():
        here = power == each
        if abs(each) > MOST_POWER:
            flaw[here] = _CODE[Flaw.NULL_VALUE if each == NO_SCALE else Flaw.SCALE]
            continue
        factor = raised_by(point, each)
        twice, half = 2 * factor.numerator, factor.denominator
        most = int(np.abs(raw[here]).max())
        if most * twice + half <= MAX_COUNT:
            count[here] = (raw[here] * twice + half) // (2 * half)
            continue
        for place in np.flatnonzero(here).tolist():
            exact = (int(raw[place]) * twice + half) // (2 * half)
            if abs(exact) > MAX_COUNT:
                flaw[place] = _CODE[Flaw.OUT_OF_RANGE]
            else:
                count[place] = exact
    return count, flaw


def _floats(values: NDArray[np.float64], group: _Group) -> Columns:
    flaw = np.zeros(values.shape, dtype=np.uint8)
    size = np.abs(values)
    smallest = SMALLEST_NORMAL[group.first.type]
    odd = ~((size >= smallest) & (size < np.inf)) & (values != 0)
    if odd.any():
        flaw[odd] = _CODE[Flaw.DENORMAL]
        flaw[np.isnan(values)] = _CODE[Flaw.NOT_A_NUMBER]
        flaw[np.isinf(values)] = _CODE[Flaw.INFINITE]
        values = np.where(odd, 0.0, values)
    count, outside = _quantised(values, group)
    outside |= group.is_counter & (count < 0) & ~odd
    flaw[(values >= group.coarse) & ~odd] = _CODE[Flaw.COARSE]
    flaw[outside] = _CODE[Flaw.OUT_OF_RANGE]
    count[(flaw != 0) & (flaw != _CODE[Flaw.COARSE])] = 0
    return count, flaw


def _quantised(
    values: NDArray[np.float64], group: _Group
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the whole counts nearest to finite values, and which of them no int64 can hold.

    Near a half, and where a float's steps are no longer fine enough, the exact fraction decides.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what runs over is not sure: see below
        raised = values * group.denominator / group.numerator + 0.5
        floor = np.floor(raised)
        rest = raised - floor
    sure = (np.abs(raised) < _SURE_BELOW) & (rest > _NEAR_HALF) & (rest < 1 - _NEAR_HALF)
    outside = np.zeros(values.shape, dtype=np.bool_)
    if sure.all():
        return floor.astype(np.int64), outside
    count = np.where(sure, floor, 0.0).astype(np.int64)
    for row, place in np.argwhere(~sure).tolist():
        exact = quantised(float(values[row, place]), group.resolutions[place])
        if abs(exact) <= MAX_COUNT:
            count[row, place] = exact
        else:
            outside[row, place] = True
    return count, outside
