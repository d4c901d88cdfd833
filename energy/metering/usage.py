"""In: readings of one counter, its meter segments, grid boundaries. Out: usage per interval. Pure.

The counter's value at a boundary is interpolated exactly between its accepted neighbours, turned
into base units from the count of its own segment and rounded (half up) there; an interval's usage
is the difference of two such values. So intervals always add up to the register, and a late
reading changes only the intervals between its neighbours.

A step the device cannot honestly have made is a finding. Where its greatest rate is known that is
the measure. Where it is not, a falling register has turned only from its last tenth into its
first, and a rising one made a jump when one step of up to an hour (or each hour of a longer one)
took more than a hundredth of the register.

A rollover adds the modulus to the later count. Because a full turn is a whole number of base
units (energy/metering/channel.py refuses anything else), values may be taken modulo a turn:
a day can be folded from its own readings and their two neighbours alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.metering.channel import LARGEST_MODULUS

_SAFE = 2**62
"""Products below this fit int64."""
_BADNESS = np.zeros(256, dtype=np.uint8)
_BADNESS[[0, 1, 2, 4, 3, 5, 6]] = range(7)
_BY_BADNESS = np.array([0, 1, 2, 4, 3, 5, 6], dtype=np.uint8)
_HOUR_US = 3_600_000_000
NEGATIVE_STEP, JUMP = BREAK_CODES = ("register.negative_step", "register.jump")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UsageSpan:
    """Usage of one channel on its grid."""

    channel: int
    start: datetime
    """Start of the first interval, aware UTC."""
    step_s: int
    """Width of an interval. [s]"""
    usage: NDArray[np.int64]
    """Usage per interval, shape (n,); 0 where quality is MISSING: never sum that. [base unit]"""
    quality: NDArray[np.uint8]
    """Quality codes, shape (n,)."""

    @property
    def end(self) -> datetime:
        """Return the end of the last interval."""
        return self.start + timedelta(seconds=self.step_s * len(self.usage))


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterSegment:
    """The time one device with one multiplier counted, as the fold needs it."""

    start_us: int
    end_us: int | None
    base_per_count: Fraction
    """[base unit / count]"""
    modulus: int | None
    max_per_hour: int | None
    start_count: int | None = None
    end_count: int | None = None
    position: int = 0
    """Journal position of the event that opened the segment."""
    end_position: int = 0
    """Journal position of the event that closed it; 0 while it is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A step of a register that no rollover explains; the usage across it is unknown."""

    code: str
    start_us: int
    end_us: int
    before: int
    after: int
    segment_position: int = 0
    """Journal position of the meter event without which the step is not known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folded:
    """What the fold knows about a span."""

    usage: NDArray[np.int64]
    """Per interval, shape (n,). [base unit]"""
    quality: NDArray[np.uint8]
    """Per interval, shape (n,)."""
    value: NDArray[np.int64]
    """Value of the running segment at each boundary, within one turn of its register, so that
    it does not depend on where the fold began; shape (n + 1,). [base unit]"""
    known: NDArray[np.bool_]
    """Whether the value at each boundary is known, shape (n + 1,)."""
    breaks: list[Break] = field(default_factory=list)


def worst(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the worse of two arrays of quality codes, element by element."""
    worse: NDArray[np.uint8] = _BY_BADNESS[np.maximum(_BADNESS[first], _BADNESS[second])]
    return worse


def worst_in(qualities: NDArray[np.uint8]) -> int:
    """Return the worst quality code of an array; MISSING when it is empty."""
    if len(qualities) == 0:
        return int(Quality.MISSING)
    return int(_BY_BADNESS[_BADNESS[qualities].max()])


def fold(
    at_us: NDArray[np.int64],
    count: NDArray[np.int64],
    quality: NDArray[np.uint8],
    segments: Sequence[CounterSegment],
    boundaries_us: NDArray[np.int64],
    *,
    gap_us: int,
) -> Folded:
    """Fold the accepted readings of one counter into usage per interval.

    Args:
        at_us: Instants of the readings, strictly ascending, shape (r,). [us]
        count: Register contents, shape (r,). [count]
        quality: Quality codes, none SUSPECT, shape (r,).
        segments: Meter segments by start, not overlapping.
        boundaries_us: Grid boundaries, strictly ascending, shape (n + 1,). [us]
        gap_us: Neighbours further apart than this make a boundary INTERPOLATED. [us]

    Returns:
        n intervals. MISSING where no two neighbours of one segment enclose the interval.
    """
    intervals = len(boundaries_us) - 1
    usage = np.zeros(intervals, dtype=np.int64)
    covered = np.zeros(intervals, dtype=np.int64)
    quality_out = np.zeros(intervals, dtype=np.uint8)
    value = np.zeros(intervals + 1, dtype=np.int64)
    known = np.zeros(intervals + 1, dtype=np.bool_)
    breaks: list[Break] = []
    for segment in segments:
        readings = _of_segment(at_us, count, quality, segment, boundaries_us)
        if len(readings[0]) == 0:
            continue
        cuts = _cuts(boundaries_us, segment)
        if len(cuts) == 0:
            continue
        at_cut, state, worst_cut = _values(*readings, segment, cuts, gap_us, breaks)
        home = np.searchsorted(boundaries_us, cuts[:-1], side="right") - 1
        whole = (state[:-1] >= 0) & (state[1:] == state[:-1])
        np.add.at(usage, home[whole], np.diff(at_cut)[whole])
        np.add.at(covered, home[whole], np.diff(cuts)[whole])
        pair = worst(worst_cut[:-1], worst_cut[1:])
        quality_out[home[whole]] = worst(quality_out[home[whole]], pair[whole])
        on_grid = np.searchsorted(cuts, boundaries_us)
        here = (on_grid < len(cuts)) & (cuts[np.minimum(on_grid, len(cuts) - 1)] == boundaries_us)
        here[here] = state[on_grid[here]] >= 0
        value[here] = _within_turn(at_cut[on_grid[here]], segment)
        known |= here
    missing = covered < np.diff(boundaries_us)
    usage[missing] = 0
    quality_out[missing] = Quality.MISSING
    return Folded(usage=usage, quality=quality_out, value=value, known=known, breaks=breaks)


def _of_segment(
    at_us: NDArray[np.int64],
    count: NDArray[np.int64],
    quality: NDArray[np.uint8],
    segment: CounterSegment,
    boundaries_us: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Return the segment's own readings, with its stated start and end counts.

    A stated count stands only where no reading lies between it and the boundaries: readings in
    between may have been left out, and with them a rollover.
    """
    end_us = segment.end_us if segment.end_us is not None else _SAFE
    low = int(np.searchsorted(at_us, segment.start_us, side="left"))
    # An instant at the end belongs to the next device: the stated final count speaks there.
    high = int(np.searchsorted(at_us, end_us, side="left"))
    at, counts, qualities = at_us[low:high], count[low:high], quality[low:high]
    first_us, last_us = int(boundaries_us[0]), int(boundaries_us[-1])
    starts = len(at) == 0 or (at[0] > first_us and at[0] != segment.start_us)
    ends = len(at) == 0 or at[-1] < last_us
    if segment.start_count is not None and starts:
        at = np.insert(at, 0, segment.start_us)
        counts = np.insert(counts, 0, segment.start_count)
        qualities = np.insert(qualities, 0, np.uint8(Quality.MEASURED))
    if segment.end_count is not None and segment.end_us is not None and ends:
        at = np.append(at, segment.end_us)
        counts = np.append(counts, segment.end_count)
        qualities = np.append(qualities, np.uint8(Quality.MEASURED))
    return at, counts, qualities


def _within_turn(values: NDArray[np.int64], segment: CounterSegment) -> NDArray[np.int64]:
    """Return values within one turn of the register, which is a whole number of base units."""
    if segment.modulus is None:
        return values
    turn = segment.base_per_count * segment.modulus
    return values % int(turn) if turn.denominator == 1 and turn < _SAFE else values


def _cuts(boundaries_us: NDArray[np.int64], segment: CounterSegment) -> NDArray[np.int64]:
    """Return the instants at which the segment's value is wanted: boundaries and its own ends."""
    first, last = int(boundaries_us[0]), int(boundaries_us[-1])
    low = max(first, segment.start_us)
    high = last if segment.end_us is None else min(last, segment.end_us)
    if low > high:
        return boundaries_us[:0]
    inner = boundaries_us[(boundaries_us > low) & (boundaries_us < high)]
    ends = np.array([low, high] if low < high else [low], dtype=np.int64)
    return np.concatenate([ends[:1], inner, ends[1:]])


def _values(
    at_us: NDArray[np.int64],
    count: NDArray[np.int64],
    quality: NDArray[np.uint8],
    segment: CounterSegment,
    cuts: NDArray[np.int64],
    gap_us: int,
    breaks: list[Break],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Return value, state and quality at each cut.

    State numbers the unbroken run of the register (-1: unknown); only two cuts of one run have
    a difference.
    """
    elapsed = np.diff(at_us)
    turned, broken = _turns(count, elapsed, segment)
    _report(at_us, count, turned, broken, segment, breaks)
    run = np.concatenate([[0], np.cumsum(broken)]).astype(np.int64)
    turns = np.concatenate([[0], np.cumsum(turned)]).astype(np.int64)
    after = np.searchsorted(at_us, cuts, side="left")
    exact = (after < len(at_us)) & (at_us[np.minimum(after, len(at_us) - 1)] == cuts)
    left = np.where(exact, after, after - 1)
    right = np.minimum(np.where(exact, after, after), len(at_us) - 1)
    inside = (left >= 0) & (exact | (after < len(at_us)))
    left = np.maximum(left, 0)
    same_run = run[left] == run[right]
    state = np.where(inside & same_run, run[left], -1)
    value = _exact_values(at_us, count, turns, left, right, cuts, segment)
    cut_quality = np.where(exact, quality[left], worst(quality[left], quality[right]))
    wide = ~exact & (at_us[right] - at_us[left] > gap_us)
    cut_quality = np.where(
        wide,
        worst(cut_quality, np.full(len(cuts), Quality.INTERPOLATED, dtype=np.uint8)),
        cut_quality,
    )
    return value, state, cut_quality.astype(np.uint8)


def _turns(
    count: NDArray[np.int64], elapsed: NDArray[np.int64], segment: CounterSegment
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which steps are rollovers and which are breaks; see the module's first lines."""
    step = np.diff(count)
    back = step < 0
    if segment.modulus is None:
        return np.zeros(len(step), dtype=np.bool_), back
    if segment.max_per_hour is None:
        last_tenth = 10 * count[:-1] >= 9 * segment.modulus
        plausible = last_tenth & (10 * count[1:] < segment.modulus)
    else:
        plausible = step + segment.modulus <= _most(elapsed, segment)
    return back & plausible, back & ~plausible


def _most(elapsed: NDArray[np.int64], segment: CounterSegment) -> NDArray[np.float64]:
    """Return the most that the register can honestly rise in each step. [count]."""
    hours = elapsed / _HOUR_US
    if segment.max_per_hour is not None:
        return segment.max_per_hour * hours * 1.2 + 1
    hundredth = (segment.modulus or LARGEST_MODULUS) / 100
    most: NDArray[np.float64] = hundredth * np.maximum(hours, 1)
    return most


def _report(
    at_us: NDArray[np.int64],
    count: NDArray[np.int64],
    turned: NDArray[np.bool_],
    broken: NDArray[np.bool_],
    segment: CounterSegment,
    breaks: list[Break],
) -> None:
    jumped = (np.diff(count) > _most(np.diff(at_us), segment)) & ~turned
    for code, where in ((NEGATIVE_STEP, broken), (JUMP, jumped)):
        breaks.extend(
            Break(
                code=code,
                start_us=int(at_us[n]),
                end_us=int(at_us[n + 1]),
                before=int(count[n]),
                after=int(count[n + 1]),
                segment_position=max(
                    segment.position, segment.end_position if at_us[n + 1] == segment.end_us else 0
                ),
            )
            for n in np.flatnonzero(where).tolist()
        )


def _exact_values(
    at_us: NDArray[np.int64],
    count: NDArray[np.int64],
    turns: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    cuts: NDArray[np.int64],
    segment: CounterSegment,
) -> NDArray[np.int64]:
    """Return round-half-up((count interpolated at the cut) x base per count), exactly.

    In int64 when every product provably fits, else in Python's own integers.
    """
    numerator, denominator = segment.base_per_count.as_integer_ratio()
    modulus = segment.modulus or 0
    begin = count[left] + turns[left] * modulus
    rise = count[right] + turns[right] * modulus - begin
    run_us = np.maximum(at_us[right] - at_us[left], 1)
    into_us = np.where(right == left, 0, cuts - at_us[left])
    biggest = (
        int(np.abs(begin).max(initial=0)) * numerator,
        2 * int(np.abs(rise).max(initial=0)) * int(into_us.max(initial=0)) * numerator,
        4 * int(run_us.max(initial=0)) * denominator * denominator,
    )
    if max(biggest) >= _SAFE:
        begin, rise, run_us, into_us = (a.astype(object) for a in (begin, rise, run_us, into_us))
    whole, rest = begin * numerator // denominator, begin * numerator % denominator
    over = 2 * (rest * run_us + rise * into_us * numerator) + run_us * denominator
    exact = whole + over // (2 * run_us * denominator)
    if exact.dtype == object:  # differences of wrapped values are right, and nothing overflows
        exact = (exact + 2**63) % 2**64 - 2**63
    rounded: NDArray[np.int64] = exact.astype(np.int64)
    return rounded
