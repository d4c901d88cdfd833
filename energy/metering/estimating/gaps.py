"""In: what was read of a counter, a span. Out: the gaps that an estimate may shape or fill. Pure.

Between two readings of one running register the total is measured: an estimate gives it a shape,
over the whole gap. Behind the last reading, before the first and across a reset the total itself
is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from energy.metering.channel import LARGEST_MODULUS
from energy.metering.usage import CounterSegment
from energy.metering.usage_segments import FOR_EVER_US, SegmentColumns
from energy.metering.usage_steps import turns_of

_HOUR_US = 3_600_000_000


class Lies(StrEnum):
    """Where a gap lies, and so whether its total is known."""

    BETWEEN = "between"
    """Between two readings of one running register: total measured."""
    RESET = "reset"
    """Between two readings with a break that no rollover explains: total missing."""
    BEHIND = "behind"
    """Behind the last reading: total missing."""
    BEFORE = "before"
    """Before the first reading: total missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A span of one register of which no reading tells."""

    lies: Lies
    start_us: int
    end_us: int
    start_count: int | None
    """What the register showed at its start; None before the first reading. [count]"""
    end_count: int | None
    """What the register showed at its end; None behind the last reading. [count]"""
    base_per_count: Fraction
    """[base unit / count]"""
    modulus: int | None
    """[count]"""
    max_per_hour: int | None = None
    """Most counts an hour the device can honestly make, where it is known. [count / h]"""

    def most(self, elapsed_us: int) -> Fraction:
        """Return the most that the fold believes of an estimate. [count].

        Args:
            elapsed_us: Since the nearest reading. [us]
        """
        hours = Fraction(elapsed_us, _HOUR_US)
        if self.max_per_hour is not None:
            return self.max_per_hour * hours * 6 / 5 + 1
        return Fraction(self.modulus or LARGEST_MODULUS, 100) * max(hours, Fraction(1))

    @property
    def rise(self) -> int | None:
        """Return what the register rose, where that is measured. [count]."""
        if self.lies is not Lies.BETWEEN:
            return None
        assert self.start_count is not None, "it lies between two readings"
        assert self.end_count is not None, "it lies between two readings"
        rise = self.end_count - self.start_count
        return rise if rise >= 0 or self.modulus is None else rise + self.modulus


def gaps_of(
    at_us: NDArray[np.int64],
    count: NDArray[np.int64],
    segments: Sequence[CounterSegment],
    start_us: int,
    end_us: int,
    step_us: int,
) -> list[Gap]:
    """Return the gaps of a counter that touch a span, in order.

    Args:
        at_us: Instants of what was read, estimates left out, ascending. [us]
        count: What was read. [count]
        segments: Of the counter, by start.
        start_us: Start of the span, on the counter's grid. [us]
        end_us: End of the span, on the grid; a gap behind the last reading ends here. [us]
        step_us: Width of the grid; neighbours less than two apart leave no whole interval. [us]
    """
    found: list[Gap] = []
    for segment in segments:
        last_us = FOR_EVER_US if segment.end_us is None else segment.end_us
        # A reading at the very end would count for the next device.
        low_us, high_us = max(start_us, segment.start_us), min(end_us, last_us - 1)
        if low_us >= high_us:
            continue
        read = _read(at_us, count, segment, last_us)
        if read:
            found += _around(read, segment, low_us, high_us, step_us)
    return found


def _read(
    at_us: NDArray[np.int64], count: NDArray[np.int64], segment: CounterSegment, last_us: int
) -> list[tuple[int, int]]:
    """Return instants and counts of a segment, those stated at its ends among them."""
    own = (at_us >= segment.start_us) & (at_us < last_us)
    read = dict(zip(at_us[own].tolist(), count[own].tolist(), strict=True))
    if segment.start_count is not None:
        read.setdefault(segment.start_us, segment.start_count)
    if segment.end_us is not None and segment.end_count is not None:
        read[segment.end_us] = segment.end_count
    return sorted(read.items())


def _around(
    read: list[tuple[int, int]], segment: CounterSegment, low_us: int, high_us: int, step_us: int
) -> list[Gap]:
    """Return the gaps of one segment that touch a span."""
    found: list[Gap] = []

    def add(lies: Lies, one: tuple[int, int | None], other: tuple[int, int | None]) -> None:
        found.append(
            Gap(
                lies=lies,
                start_us=one[0],
                end_us=other[0],
                start_count=one[1],
                end_count=other[1],
                base_per_count=segment.base_per_count,
                modulus=segment.modulus,
                max_per_hour=segment.max_per_hour,
            )
        )

    if low_us < read[0][0]:
        add(Lies.BEFORE, (low_us, None), read[0])
    for one, other in pairwise(read):
        if other[0] - one[0] > 2 * step_us and one[0] < high_us and other[0] > low_us:
            broken = _broken(one, other, segment)
            add(Lies.RESET if broken else Lies.BETWEEN, one, other)
    if read[-1][0] < high_us:
        add(Lies.BEHIND, read[-1], (high_us, None))
    return found


def _broken(one: tuple[int, int], other: tuple[int, int], segment: CounterSegment) -> bool:
    """Return whether a step is a break that no rollover explains."""
    before, after, elapsed = (
        np.array([n], dtype=np.int64) for n in (one[1], other[1], other[0] - one[0])
    )
    columns = SegmentColumns.of([[segment]])
    _, broken = turns_of(before, after, elapsed, columns, np.zeros(1, dtype=np.int64))
    return bool(broken[0])
