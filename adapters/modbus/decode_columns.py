"""In: the registers of many answers to one kind of read. Out: counts and flaws as arrays. Pure.

The hot path: all meters of one product give the same blocks, so their answers are decoded
together, value by value over all meters. What comes out is what `decode` says of each answer, bit
for bit: a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from adapters.modbus.decode import (
    MAX_COUNT,
    MOST_POWER,
    NO_SCALE,
    SMALLEST_NORMAL,
    Flaw,
    coarse_from,
    null_of,
    quantised,
    raised_by,
    word_order_of,
)
from adapters.modbus.read_plan import ReadBlock
from adapters.modbus.register_map import RegisterMap, RegisterPoint
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


class ColumnDecoder:
    """Decodes the answers of many meters to one kind of read."""

    def __init__(self, block: ReadBlock, register_map: RegisterMap) -> None:
        """Compile the layout of a block."""
        self.block = block
        self._picks = [
            np.array(word_order_of(point, block, register_map), dtype=np.intp)
            for point in block.points
        ]
        self._views = [f">{_letter(p)}{2 * p.type.width}" for p in block.points]
        self._nulls = [null_of(point, register_map) for point in block.points]
        self._coarse = [coarse_from(point) for point in block.points]

    def decode(self, answers: Sequence[Sequence[int]]) -> DecodedColumns:
        """Return the values of some answers.

        Args:
            answers: Registers of each, as many as were asked for, each 0 to 65535.
        """
        words = np.array(answers, dtype=">u2").reshape(len(answers), self.block.count)
        count = np.zeros((len(answers), len(self.block.points)), dtype=np.int64)
        flaw = np.zeros(count.shape, dtype=np.uint8)
        for place, point in enumerate(self.block.points):
            raw = np.ascontiguousarray(words[:, self._picks[place]])
            values = raw.view(self._views[place])[:, 0]
            if point.type.is_float:
                with np.errstate(invalid="ignore"):  # a signalling NaN is no news here
                    wide = values.astype(np.float64)
                result = _floats(wide, point, self._coarse[place])
            else:
                power = None
                if point.scale_address is not None:
                    power = words[:, point.scale_address - self.block.address].view(">i2")
                result = _integers(values, point, self._nulls[place], power)
            count[:, place], flaw[:, place] = result
        return DecodedColumns(count=count, flaw=flaw)


Columns = tuple[NDArray[np.int64], NDArray[np.uint8]]


def _letter(point: RegisterPoint) -> str:
    if point.type.is_float:
        return "f"
    return "i" if point.type.is_signed else "u"


def _integers(
    values: NDArray[np.generic],
    point: RegisterPoint,
    null: int | None,
    power: NDArray[np.int16] | None,
) -> Columns:
    flaw = np.zeros(len(values), dtype=np.uint8)
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
        count, scale_flaw = _raised(count, point, power)
        flaw = np.where(scale_flaw != 0, scale_flaw, flaw)
    if point.kind is Kind.COUNTER:
        flaw[(count < 0) & (flaw == 0)] = _CODE[Flaw.OUT_OF_RANGE]
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


def _floats(values: NDArray[np.float64], point: RegisterPoint, coarse: float | None) -> Columns:
    flaw = np.zeros(len(values), dtype=np.uint8)
    size = np.abs(values)
    finite = np.isfinite(values)
    flaw[np.isnan(values)] = _CODE[Flaw.NOT_A_NUMBER]
    flaw[np.isinf(values)] = _CODE[Flaw.INFINITE]
    flaw[finite & (values != 0) & (size < SMALLEST_NORMAL[point.type])] = _CODE[Flaw.DENORMAL]
    good = flaw == 0
    count, fits = _quantised(np.where(good, values, 0.0), point.raw_per_count)
    outside = good & ~fits
    if point.kind is Kind.COUNTER:
        outside |= good & (count < 0)
    if coarse is not None:
        flaw[good & (values >= coarse)] = _CODE[Flaw.COARSE]
    flaw[outside] = _CODE[Flaw.OUT_OF_RANGE]
    count[(flaw != 0) & (flaw != _CODE[Flaw.COARSE])] = 0
    return count, flaw


def _quantised(
    values: NDArray[np.float64], resolution: Fraction
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the whole counts nearest to finite values, and which of them an int64 can hold.

    Near a half, and where a float's steps are no longer fine enough, the exact fraction decides.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what runs over is not sure: see below
        raised = values * resolution.denominator / resolution.numerator + 0.5
        floor = np.floor(raised)
        rest = raised - floor
    sure = (np.abs(raised) < _SURE_BELOW) & (rest > _NEAR_HALF) & (rest < 1 - _NEAR_HALF)
    count = np.where(sure, floor, 0.0).astype(np.int64)
    fits = np.ones(len(values), dtype=bool)
    for place in np.flatnonzero(~sure).tolist():
        exact = quantised(float(values[place]), resolution)
        fits[place] = abs(exact) <= MAX_COUNT
        count[place] = exact if fits[place] else 0
    return count, fits
