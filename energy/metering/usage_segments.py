"""In: meter segments of many counters. Out: the same as columns, for the fold. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from energy.metering.channel import LARGEST_MODULUS
from energy.metering.usage import CounterSegment

FOR_EVER_US = 2**62
"""End of a segment that is open. [us]"""
_WORD = 2**62
"""Numbers below this are reckoned with in int64."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentColumns:
    """Segments by counter and start, one behind the other, arrays of shape (s,)."""

    offsets: NDArray[np.int64]
    """Where each counter's segments begin and the last one's end, shape (counters + 1,)."""
    start_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    """FOR_EVER_US while it is open."""
    factor: tuple[Fraction, ...]
    """[base unit / count]"""
    numerator: NDArray[np.int64]
    """Of the factor; 0 where it does not fit."""
    denominator: NDArray[np.int64]
    """Of the factor; 0 where it does not fit."""
    modulus: NDArray[np.int64]
    """0 where there is none."""
    turn: NDArray[np.int64]
    """A whole turn; 0 where there is none, or it does not fit. [base unit]"""
    max_per_hour: NDArray[np.float64]
    """NaN where the device's greatest rate is not known. [count / h]"""
    hundredth: NDArray[np.float64]
    """A hundredth of the register. [count]"""
    start_count: NDArray[np.int64]
    """0 where none is stated."""
    start_stated: NDArray[np.bool_]
    end_count: NDArray[np.int64]
    """0 where none is stated."""
    end_stated: NDArray[np.bool_]
    position: NDArray[np.int64]
    end_position: NDArray[np.int64]
    feed: NDArray[np.int64]
    """Number of the channel whose register feeds it; 0 for the counter's own."""

    @property
    def fed(self) -> NDArray[np.bool_]:
        """Return which counters were ever fed by another register than their own."""
        other = np.concatenate([[0], np.cumsum(self.feed != 0)])
        fed: NDArray[np.bool_] = other[self.offsets[1:]] > other[self.offsets[:-1]]
        return fed

    @property
    def begun_us(self) -> NDArray[np.int64]:
        """Return the start of each counter's first segment: nothing before it counts. [us]."""
        return self.start_us[self.offsets[:-1]]

    @staticmethod
    def of(counters: Sequence[Sequence[CounterSegment]]) -> SegmentColumns:
        """Return the columns of some counters' segments.

        Args:
            counters: Of each counter its segments by start, not overlapping.
        """
        every = [segment for segments in counters for segment in segments]
        ratios = [segment.base_per_count.as_integer_ratio() for segment in every]
        words = [max(abs(top), bottom) < _WORD for top, bottom in ratios]
        return SegmentColumns(
            offsets=_ints([0, *np.cumsum([len(segments) for segments in counters]).tolist()]),
            start_us=_ints([s.start_us for s in every]),
            end_us=_ints([FOR_EVER_US if s.end_us is None else s.end_us for s in every]),
            factor=tuple(s.base_per_count for s in every),
            numerator=_ints([r[0] if w else 0 for r, w in zip(ratios, words, strict=True)]),
            denominator=_ints([r[1] if w else 0 for r, w in zip(ratios, words, strict=True)]),
            modulus=_ints([s.modulus or 0 for s in every]),
            turn=_ints([_turn(s) for s in every]),
            max_per_hour=np.array(
                [np.nan if s.max_per_hour is None else s.max_per_hour for s in every],
                dtype=np.float64,
            ),
            hundredth=np.array([(s.modulus or LARGEST_MODULUS) / 100 for s in every]),
            start_count=_ints([s.start_count or 0 for s in every]),
            start_stated=_flags([s.start_count is not None for s in every]),
            end_count=_ints([s.end_count or 0 for s in every]),
            end_stated=_flags([s.end_us is not None and s.end_count is not None for s in every]),
            position=_ints([s.position for s in every]),
            end_position=_ints([s.end_position for s in every]),
            feed=_ints([s.feed or 0 for s in every]),
        )


def _turn(segment: CounterSegment) -> int:
    """Return a whole turn of a register in base units; 0 when values are not taken within one."""
    turn = segment.base_per_count * (segment.modulus or 0)
    return int(turn) if turn.denominator == 1 and turn < _WORD else 0


def _ints(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _flags(values: Sequence[bool]) -> NDArray[np.bool_]:
    return np.array(values, dtype=np.bool_)
