"""In: accepted readings of counters, their segments, grid boundaries. Out: usage. Pure.

The counter's value at a boundary is interpolated exactly between its accepted neighbours, turned
into base units from the count of its own segment and rounded (half up) there; an interval's usage
is the difference of two such values. So intervals always add up to the register, and a late
reading changes only the intervals between its neighbours.

A rollover adds the modulus to the later count. Because a full turn is a whole number of base
units (energy/metering/channel.py refuses anything else), values may be taken modulo a turn:
a day can be folded from its own readings and their two neighbours alone.

All counters are folded at once, as strips (usage_strips.py); what a step means stands in
usage_steps.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.base.ragged import Places
from energy.metering.usage import (
    BADNESS,
    BY_BADNESS,
    JUMP,
    NEGATIVE_STEP,
    Break,
    CounterSegment,
    Folded,
    worst,
)
from energy.metering.usage_cuts import Cuts, cuts_of
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_steps import Steps, steps_of
from energy.metering.usage_strips import (
    Flags,
    GridColumns,
    Ints,
    SeriesColumns,
    Strips,
    strips_of,
)

_SAFE = float(2**61)
"""Products below this fit int64, with room for a sum of four."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoldedMany:
    """What the fold knows about some windows, one behind the other."""

    usage: Ints
    """Per interval; a window has one interval less than boundaries. [base unit]"""
    quality: NDArray[np.uint8]
    """Per interval."""
    value: Ints
    """At each boundary, as in Folded. [base unit]"""
    known: Flags
    """Whether the value at each boundary is known."""
    left: Ints
    """Place in `strips` of the reading before each boundary, where one encloses it; else -1."""
    right: Ints
    """Place in `strips` of the reading at or behind each boundary; -1 where none encloses it."""
    strips: Strips
    """What was folded: the readings that count, with stated counts."""
    steps: Steps
    breaks: list[tuple[int, Break]] = field(default_factory=list)
    """(place of the window, break)."""


def fold(
    at_us: Ints,
    count: Ints,
    quality: NDArray[np.uint8],
    segments: Sequence[CounterSegment],
    boundaries_us: Ints,
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
    many = fold_many(
        SeriesColumns(
            offsets=np.array([0, len(at_us)], dtype=np.int64),
            at_us=at_us,
            count=count,
            quality=quality,
            position=np.zeros(len(at_us), dtype=np.int64),
        ),
        GridColumns(offsets=np.array([0, len(boundaries_us)]), at_us=boundaries_us),
        SegmentColumns.of([segments]),
        np.zeros(1, dtype=np.int64),
        gap_us=np.array([gap_us], dtype=np.int64),
    )
    return Folded(
        usage=many.usage,
        quality=many.quality,
        value=many.value,
        known=many.known,
        breaks=[each for _, each in many.breaks],
    )


def fold_many(
    series: SeriesColumns,
    grid: GridColumns,
    segments: SegmentColumns,
    counters: Ints,
    *,
    gap_us: Ints,
) -> FoldedMany:
    """Fold the accepted readings of many counters at once.

    Args:
        series: Readings of each window with its neighbours.
        grid: Boundaries of each window.
        segments: Of all counters.
        counters: Place of each window's counter in `segments`, shape (windows,).
        gap_us: Neighbours further apart than this make a boundary INTERPOLATED, per window. [us]
    """
    strips, steps = steps_of(strips_of(series, grid, segments, counters), segments)
    cuts = cuts_of(strips, steps, grid)
    at = _at_cuts(strips, steps, cuts, segments, gap_us)
    usage, quality = _intervals(grid, cuts, at)
    value = np.zeros(len(grid.at_us), dtype=np.int64)
    known = np.zeros(len(grid.at_us), dtype=np.bool_)
    left, right = (np.full(len(grid.at_us), -1, dtype=np.int64) for _ in range(2))
    # Where one segment ends and the next begins, the later one speaks: it comes last.
    here = cuts.on_grid & (at.run >= 0)
    value[cuts.boundary[here]] = _within_turn(at.value[here], strips, segments, cuts.strip[here])
    known[cuts.boundary[here]] = True
    inside = cuts.on_grid & at.inside
    right[cuts.boundary[inside]] = at.right[inside]
    inside = inside[::-1]
    left[cuts.boundary[::-1][inside]] = at.left[::-1][inside]
    return FoldedMany(
        usage=usage,
        quality=quality,
        value=value,
        known=known,
        left=left,
        right=right,
        strips=strips,
        steps=steps,
        breaks=_breaks(strips, steps, segments),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _AtCuts:
    """What is known at each cut, shape (c,)."""

    value: Ints
    run: Ints
    """Unbroken run of the register, -1 where the value is unknown."""
    quality: NDArray[np.uint8]
    left: Ints
    right: Ints
    inside: Flags
    """Whether two readings of the strip enclose the cut."""


def _at_cuts(
    strips: Strips, steps: Steps, cuts: Cuts, segments: SegmentColumns, gap_us: Ints
) -> _AtCuts:
    """Return value, run and quality at each cut."""
    if len(cuts.at_us) == 0:
        none, flags = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
        return _AtCuts(
            value=none,
            run=none,
            quality=none.astype(np.uint8),
            left=none,
            right=none,
            inside=flags,
        )
    begin, end = strips.offsets[:-1][cuts.strip], strips.offsets[1:][cuts.strip]
    places = Places(strips.owner, strips.at_us, len(strips.window))
    after = places.find(cuts.strip, cuts.at_us)
    some = np.minimum(after, end - 1)
    exact = (after < end) & (strips.at_us[some] == cuts.at_us)
    left = np.where(exact, after, after - 1)
    inside: Flags = (left >= begin) & (after < end)
    left = np.maximum(left, begin)
    same_run = steps.run[left] == steps.run[some]
    between = worst(strips.quality[left], strips.quality[some])
    wide = ~exact & (strips.at_us[some] - strips.at_us[left] > gap_us[strips.window[cuts.strip]])
    spread = worst(between, np.full(len(between), Quality.INTERPOLATED, dtype=np.uint8))
    return _AtCuts(
        value=_values(strips, steps, cuts, segments, left, some, inside),
        run=np.where(inside & same_run, steps.run[left], -1),
        quality=np.where(exact, strips.quality[left], np.where(wide, spread, between)),
        left=left,
        right=some,
        inside=inside,
    )


def _intervals(grid: GridColumns, cuts: Cuts, at: _AtCuts) -> tuple[Ints, NDArray[np.uint8]]:
    """Return usage and quality of every interval: the sums of what its strips tell."""
    # A window has one interval less than boundaries: interval n of window w lies w places back.
    windows = len(grid.offsets) - 1
    last = np.zeros(len(grid.at_us), dtype=np.bool_)
    last[grid.offsets[1:] - 1] = True
    place = np.arange(len(grid.at_us)) - np.repeat(np.arange(windows), np.diff(grid.offsets))
    intervals = len(grid.at_us) - windows
    usage, covered = (np.zeros(intervals, dtype=np.int64) for _ in range(2))
    badness = np.zeros(intervals, dtype=np.uint8)
    whole = (cuts.strip[1:] == cuts.strip[:-1]) & (at.run[:-1] >= 0) & (at.run[1:] == at.run[:-1])
    pair = np.flatnonzero(whole)
    home = place[cuts.boundary[pair]]
    np.add.at(usage, home, at.value[pair + 1] - at.value[pair])
    np.add.at(covered, home, cuts.at_us[pair + 1] - cuts.at_us[pair])
    worse = np.maximum(BADNESS[at.quality[pair]], BADNESS[at.quality[pair + 1]])
    np.maximum.at(badness, home, worse)
    width = np.diff(grid.at_us)[~last[:-1]] if len(grid.at_us) else covered
    if cuts.bridge is not None:
        pair = np.flatnonzero(cuts.bridge)
        home = place[cuts.boundary[pair]]
        np.add.at(covered, home, cuts.at_us[pair + 1] - cuts.at_us[pair])
        np.maximum.at(badness, home, BADNESS[Quality.ESTIMATED])
    missing = covered < width
    usage[missing] = 0
    quality = BY_BADNESS[badness]
    quality[missing] = Quality.MISSING
    return usage, quality


def _within_turn(values: Ints, strips: Strips, segments: SegmentColumns, strip: Ints) -> Ints:
    """Return values within one turn of the register, where that is a whole number."""
    turn = segments.turn[strips.segment[strip]]
    return np.where(turn > 0, values % np.maximum(turn, 1), values)


def _breaks(strips: Strips, steps: Steps, segments: SegmentColumns) -> list[tuple[int, Break]]:
    found: list[tuple[int, Break]] = []
    for code, flags in ((NEGATIVE_STEP, steps.broken), (JUMP, steps.jumped)):
        for place in np.flatnonzero(flags).tolist():
            strip = int(np.searchsorted(strips.offsets, place, side="right")) - 1
            segment, before = int(strips.segment[strip]), int(steps.before[place])
            end_us = int(strips.at_us[place])
            closing = end_us == int(segments.end_us[segment])
            found.append(
                (
                    int(strips.window[strip]),
                    Break(
                        code=code,
                        start_us=int(strips.at_us[before]),
                        end_us=end_us,
                        before=int(strips.count[before]),
                        after=int(strips.count[place]),
                        segment_position=max(
                            int(segments.position[segment]),
                            int(segments.end_position[segment]) if closing else 0,
                        ),
                    ),
                )
            )
    return found


def _values(
    strips: Strips,
    steps: Steps,
    cuts: Cuts,
    segments: SegmentColumns,
    left: Ints,
    right: Ints,
    inside: Flags,
) -> Ints:
    """Return round-half-up((count interpolated at the cut) x base per count), exactly.

    In int64 where every product provably fits, else in Python's own integers.
    """
    segment = strips.segment[cuts.strip]
    modulus = segments.modulus[segment]
    top, bottom = segments.numerator[segment], segments.denominator[segment]
    begin = strips.count[left] + steps.turns[left] * modulus
    rise = strips.count[right] + steps.turns[right] * modulus - begin
    run_us = np.maximum(strips.at_us[right] - strips.at_us[left], 1)
    into_us = np.where(right == left, 0, cuts.at_us - strips.at_us[left])
    reach = np.abs(strips.count[left].astype(np.float64)) + steps.turns[left] * modulus.astype(
        np.float64
    )
    far = np.abs(strips.count[right].astype(np.float64)) + steps.turns[right] * modulus.astype(
        np.float64
    )
    fits = _fits(reach, far, into_us, run_us, top, bottom)
    if not fits.all():
        # Years between two readings: the same fraction of them in steps of a quarter-hour fits.
        step_us = np.where(fits, 1, np.gcd(run_us, into_us))
        run_us, into_us = run_us // step_us, into_us // step_us
        fits = _fits(reach, far, into_us, run_us, top, bottom)
    run_us, safe = np.where(fits, run_us, 1), np.where(fits, bottom, 1)
    whole, rest = begin * top // safe, begin * top % safe
    over = 2 * (rest * run_us + rise * into_us * top) + run_us * safe
    exact: Ints = whole + over // (2 * run_us * safe)
    for n in np.flatnonzero(~fits & inside).tolist():
        exact[n] = _exact(strips, steps, segments, cuts, n, int(left[n]), int(right[n]))
    return exact


def _fits(
    reach: NDArray[Any],
    far: NDArray[Any],
    into_us: Ints,
    run_us: Ints,
    top: Ints,
    bottom: Ints,
) -> Flags:
    """Return where every product of _values fits int64."""
    size, low = top.astype(np.float64), bottom.astype(np.float64)
    # Factors too large for int64 have the denominator 0.
    found: Flags = (
        (bottom > 0)
        & (reach * size < _SAFE)
        & (far < _SAFE)
        & (2.0 * (reach + far) * np.abs(into_us.astype(np.float64)) * size < _SAFE)
        & (4.0 * run_us * low * low < _SAFE)
    )
    return found


def _exact(
    strips: Strips,
    steps: Steps,
    segments: SegmentColumns,
    cuts: Cuts,
    cut: int,
    left: int,
    right: int,
) -> int:
    """Return one value in Python's integers, wrapped into int64.

    Differences of wrapped values are right, and nothing overflows.
    """
    segment = int(strips.segment[cuts.strip[cut]])
    modulus, factor = int(segments.modulus[segment]), segments.factor[segment]
    begin = int(strips.count[left]) + int(steps.turns[left]) * modulus
    rise = int(strips.count[right]) + int(steps.turns[right]) * modulus - begin
    run_us = max(int(strips.at_us[right]) - int(strips.at_us[left]), 1)
    into_us = 0 if right == left else int(cuts.at_us[cut]) - int(strips.at_us[left])
    twice = 2 * factor.numerator * (begin * run_us + rise * into_us)
    exact = (twice + run_us * factor.denominator) // (2 * run_us * factor.denominator)
    return (exact + 2**63) % 2**64 - 2**63
