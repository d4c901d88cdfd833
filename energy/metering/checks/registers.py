"""In: readings of counters, their segments. Out: what the checks of readings look at. Pure.

The steps are those of the fold (usage_steps.py): a check and the usage never differ in what a
rollover, a fall or a jump is. A fall is looked at with the readings around it: how fast the
register counted before, and whether it came back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_steps import Steps, odd_steps, steps_of
from energy.metering.usage_strips import Flags, GridColumns, Ints, SeriesColumns, Strips, strips_of

HOUR_US: Final = 3_600_000_000
MOST_SUSPECTS: Final = 100
"""Readings that may be wrong one behind the other; more of them are no slip. [reading]"""
PACE_READINGS: Final = 50
"""Readings before a fall that tell how fast the register counts. [reading]"""
OUT_OF_PACE: Final = 4
"""So many times the pace is no change of load."""
FEW_COUNTS: Final = 10
"""A step of so few counts is never out of pace. [count]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excursion:
    """Readings that left the register's way, between two that are on it."""

    left_us: int
    """[us]"""
    left: int
    """[count]"""
    right_us: int
    """[us]"""
    right: int
    """[count]"""
    suspects: tuple[tuple[int, int], ...]
    """(instant [us], count [count]) of what lies between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A step down that no rollover explains, with what is around it."""

    place: int
    """Place of the counter among those looked at."""
    start_us: int
    end_us: int
    before: int
    """[count]"""
    after: int
    """[count]"""
    modulus: int
    """0 where there is none. [count]"""
    pace_per_hour: int
    """Median of what the register counted before; 0 where that is not known. [count / h]"""
    behind: int
    """Readings of the same device after the fall. [reading]"""
    above: Excursion | None
    """What lies too high before the fall, if the register then goes on as before it."""
    below: Excursion | None
    """What lies too low from the fall on, if the register then goes on as before it."""
    other_device: bool = False
    """Whether another serial number answered about that time."""
    turned: bool = False
    """Whether the fold takes it for a rollover: then it is one, but for a spike to the top."""

    @property
    def elapsed_us(self) -> int:
        """Return how long the step took. [us]."""
        return self.end_us - self.start_us

    @property
    def depth(self) -> int:
        """Return how far it fell. [count]."""
        return self.before - self.after


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Registers:
    """Counters with their steps, one behind the other."""

    strips: Strips
    steps: Steps
    segments: SegmentColumns
    falls: tuple[Fall, ...]
    """By counter and time."""


def registers_of(
    series: SeriesColumns,
    segments: SegmentColumns,
    counters: Ints,
    *,
    other_device: Collection[tuple[int, int, int]] = (),
) -> Registers:
    """Return what checks of readings look at.

    Args:
        series: Accepted readings of some counters, each by instant.
        segments: Of all counters.
        counters: Place of each counter in `segments`.
        other_device: Where another serial number answered: (place, first [us], last [us]).
    """
    strips = strips_of(series, _whole(series), segments, counters)
    strips, steps = steps_of(strips, segments)
    told = Registers(strips=strips, steps=steps, segments=segments, falls=())
    falling = np.flatnonzero(steps.broken | _behind_a_jump(steps)).tolist()
    falls = tuple(_fall(told, n, other_device) for n in falling)
    return Registers(strips=strips, steps=steps, segments=segments, falls=falls)


def _behind_a_jump(steps: Steps) -> Flags:
    """Return the turns of registers that had jumped a little before."""
    place = np.arange(len(steps.jumped))
    jump = np.maximum.accumulate(np.where(steps.jumped, place, -MOST_SUSPECTS - 1))
    behind: Flags = steps.turned & (place - jump <= MOST_SUSPECTS)
    return behind


def _whole(series: SeriesColumns) -> GridColumns:
    """Return one window a counter, from its first reading to behind its last."""
    many = len(series.offsets) - 1
    at_us = np.tile(np.array([0, 1], dtype=np.int64), many)
    some = np.flatnonzero(np.diff(series.offsets) > 0)
    at_us[2 * some] = series.at_us[series.offsets[some]]
    at_us[2 * some + 1] = series.at_us[series.offsets[some + 1] - 1] + 1
    return GridColumns(offsets=2 * np.arange(many + 1, dtype=np.int64), at_us=at_us)


def _fall(told: Registers, place: int, other_device: Collection[tuple[int, int, int]]) -> Fall:
    strips, before = told.strips, int(told.steps.before[place])
    strip = int(np.searchsorted(strips.offsets, place, side="right")) - 1
    low, high = int(strips.offsets[strip]), int(strips.offsets[strip + 1])
    window = int(strips.window[strip])
    start_us, end_us = int(strips.at_us[before]), int(strips.at_us[place])
    return Fall(
        place=window,
        start_us=start_us,
        end_us=end_us,
        before=int(strips.count[before]),
        after=int(strips.count[place]),
        modulus=int(told.segments.modulus[strips.segment[strip]]),
        pace_per_hour=_pace(strips, low, before),
        behind=high - 1 - place,
        above=_above(told, strip, before, place),
        below=_below(told, strip, before, place),
        other_device=any(
            own == window and first <= end_us and last >= start_us
            for own, first, last in other_device
        ),
        turned=bool(told.steps.turned[place]),
    )


def _pace(strips: Strips, low: int, before: int) -> int:
    """Return the median pace of the rising steps before a fall. [count / h]."""
    first = max(low, before - PACE_READINGS)
    steps = np.diff(strips.count[first : before + 1])
    elapsed = np.maximum(np.diff(strips.at_us[first : before + 1]), 1)
    rising = steps >= 0
    if not rising.any():
        return 0
    paces = np.sort(steps[rising].astype(np.float64) * HOUR_US / elapsed[rising])
    return int(paces[len(paces) // 2])


def _above(told: Registers, strip: int, before: int, place: int) -> Excursion | None:
    """Return the readings before a fall that are too high, back to one that is not above it."""
    strips = told.strips
    low = int(strips.offsets[strip])
    first = max(low, before - MOST_SUSPECTS)
    fits = np.flatnonzero(strips.count[first : before + 1] <= strips.count[place])
    if len(fits) == 0:
        return None
    left = first + int(fits[-1])
    # A register that has just begun has no pace of its own before it.
    pace = max(_pace(strips, low, left), _pace(strips, low, before))
    leaves = _out_of_pace(strips, left, left + 1, pace)
    return _excursion(told, strip, left, place) if leaves else None


def _below(told: Registers, strip: int, before: int, place: int) -> Excursion | None:
    """Return the readings from a fall on that are too low, up to one that is not below it."""
    strips = told.strips
    low, high = int(strips.offsets[strip]), int(strips.offsets[strip + 1])
    last = min(high, place + MOST_SUSPECTS + 1)
    fits = np.flatnonzero(strips.count[place:last] >= strips.count[before])
    if len(fits) == 0:
        return None
    right = place + int(fits[0])
    few = int(strips.count[before] - strips.count[place]) <= FEW_COUNTS
    returns = few or _out_of_pace(strips, right - 1, right, _pace(strips, low, before))
    return _excursion(told, strip, before, right) if returns else None


def _out_of_pace(strips: Strips, left: int, right: int, pace: int) -> bool:
    """Return whether a step is more than any load of this register explains."""
    rise = int(strips.count[right] - strips.count[left])
    elapsed_us = int(strips.at_us[right] - strips.at_us[left])
    return rise > FEW_COUNTS and rise * HOUR_US > OUT_OF_PACE * pace * elapsed_us


def _excursion(told: Registers, strip: int, left: int, right: int) -> Excursion | None:
    """Return what lies between two readings, if the register can have gone from one to other."""
    strips = told.strips
    ends = np.array([left, right], dtype=np.int64)
    count, at_us = strips.count[ends], strips.at_us[ends]
    segment = strips.segment[strip : strip + 1]
    if odd_steps(count[:1], count[1:], np.diff(at_us), told.segments, segment).any():
        return None
    between = slice(left + 1, right)
    suspects = zip(strips.at_us[between].tolist(), strips.count[between].tolist(), strict=True)
    return Excursion(
        left_us=int(at_us[0]),
        left=int(count[0]),
        right_us=int(at_us[1]),
        right=int(count[1]),
        suspects=tuple(suspects),
    )
