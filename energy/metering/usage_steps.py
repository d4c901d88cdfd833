"""In: the readings of strips. Out: which steps are rollovers, breaks or jumps, and unfit estimates.

Pure. A step the device cannot honestly have made is a finding. Where its greatest rate is known
that is the measure. Where it is not, a falling register has turned only from its last tenth into
its first, and a rising one made a jump when one step of up to an hour (or each hour of a longer
one) took more than a hundredth of the register.

An estimate between two readings of one segment may change the shape of their total and nothing
else: it must lie between them (modulo a turn) and not below an estimate before it, else it is
left out. One behind the last reading, or before the first, must not make the register run back
either: it gives way to what was read. Across a break it is on the side of what was read before,
or of what was read behind. An estimate is no party to a rollover, a break or a jump.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.base.ragged import offsets_of
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import Flags, Ints, Strips

_HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """What happened from reading to reading of some strips; arrays of shape (r,)."""

    turns: Ints
    """How often the register has turned since the strip's first reading."""
    run: Ints
    """Number of the reading's unbroken run; no two strips share one."""
    before: Ints
    """Place of the reading from which the step led; the reading's own where there is no step."""
    broken: Flags
    jumped: Flags
    turned: Flags


def steps_of(strips: Strips, segments: SegmentColumns) -> tuple[Strips, Steps]:
    """Return the strips without estimates that do not fit, and their steps.

    Args:
        strips: Strips with every accepted reading.
        segments: Of all counters.
    """
    read = strips.quality != Quality.ESTIMATED
    if read.all():
        return strips, _steps(strips, segments, np.arange(len(read), dtype=np.int64))
    near = _Near.of(strips, read)
    kept = ~near.loose | _fitting(strips, segments, near)
    owner = strips.owner[kept]
    strips = replace(
        strips,
        offsets=offsets_of(np.bincount(owner, minlength=len(strips.window))),
        at_us=strips.at_us[kept],
        count=strips.count[kept],
        quality=strips.quality[kept],
        position=strips.position[kept],
    )
    return strips, _steps(strips, segments, np.flatnonzero(~near.loose[kept]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Near:
    """The anchors of some readings, arrays of shape (r,).

    Anchors are the readings that are no estimates; all of them where a strip has none of those.
    """

    loose: Flags
    """Whether it is no anchor."""
    before: Ints
    """Place of the anchor before it in its strip, or itself; -1 where there is none."""
    behind: Ints
    """Place of the anchor behind it in its strip, or itself; -1 where there is none."""

    @staticmethod
    def of(strips: Strips, read: Flags) -> _Near:
        """Return them.

        Args:
            strips: The strips.
            read: Which readings are no estimates.
        """
        owner = strips.owner
        some = np.bincount(owner[read], minlength=len(strips.window)) > 0
        anchor = read | ~some[owner]
        place = np.arange(len(read), dtype=np.int64)
        before = np.maximum.accumulate(np.where(anchor, place, -1))
        behind = np.minimum.accumulate(np.where(anchor, place, len(read))[::-1])[::-1]
        return _Near(
            loose=~anchor,
            before=np.where(before >= strips.offsets[:-1][owner], before, -1),
            behind=np.where(behind < strips.offsets[1:][owner], behind, -1),
        )


def _steps(strips: Strips, segments: SegmentColumns, anchors: Ints) -> Steps:
    """Return the steps between anchors; what lies between two of them goes with one of them.

    Args:
        strips: The strips.
        segments: Of all counters.
        anchors: Places of the readings that are no loose estimates.
    """
    readings = len(strips.at_us)
    owner = strips.owner
    turned, broken, jumped = (np.zeros(readings, dtype=np.bool_) for _ in range(3))
    before = np.arange(readings, dtype=np.int64)
    if len(anchors) > 1:
        left, right = anchors[:-1], anchors[1:]
        same = owner[left] == owner[right]
        left, right = left[same], right[same]
        segment = strips.segment[owner[right]]
        step = strips.count[right] - strips.count[left]
        elapsed = strips.at_us[right] - strips.at_us[left]
        turned[right], broken[right] = turns_of(
            strips.count[left], strips.count[right], elapsed, segments, segment
        )
        jumped[right] = (step > _most(elapsed, segments, segment)) & ~turned[right]
        before[right] = left
    turns, run = np.cumsum(turned), np.cumsum(broken)
    if len(anchors) < readings:
        read = np.zeros(readings, dtype=np.bool_)
        read[anchors] = True
        back, ahead, across = _loose_steps(strips, _Near.of(strips, read), broken)
        turns, run = turns + back - ahead, run + across
    # The run's number grows by one at every strip, so that no run reaches into the next.
    return Steps(
        turns=turns - turns[strips.offsets[:-1]][owner],
        run=run + owner,
        before=before,
        broken=broken,
        jumped=jumped,
        turned=turned,
    )


def _loose_steps(strips: Strips, near: _Near, broken: Flags) -> tuple[Flags, Flags, Flags]:
    """Return which estimates lie a turn behind, a turn ahead and across the break of their gap.

    Args:
        strips: With estimates that fit.
        near: Their anchors.
        broken: Which readings stand behind a break.
    """
    count = strips.count
    lower = near.loose & (near.before >= 0) & (count < count[near.before])
    higher = near.loose & (near.before < 0) & (count > count[near.behind])
    torn = (near.behind >= 0) & broken[near.behind]
    return lower & ~torn, higher, lower & torn


def odd_steps(
    before: Ints, after: Ints, elapsed: Ints, segments: SegmentColumns, segment: Ints
) -> Flags:
    """Return which steps are a rollover, a break or a jump.

    Args:
        before: Counts before the steps. [count]
        after: Counts behind them. [count]
        elapsed: How long each took. [us]
        segments: Of all counters.
        segment: Place of each step's segment.
    """
    odd: Flags = (after < before) | (after - before > _most(elapsed, segments, segment))
    return odd


def turns_of(
    before: Ints, after: Ints, elapsed: Ints, segments: SegmentColumns, segment: Ints
) -> tuple[Flags, Flags]:
    """Return which steps are rollovers and which are breaks; see the module's first lines."""
    modulus, rate = segments.modulus[segment], segments.max_per_hour[segment]
    step = after - before
    back = step < 0
    tenths = (10 * before >= 9 * modulus) & (10 * after < modulus)
    honest = step + modulus <= _most(elapsed, segments, segment)
    plausible = (modulus > 0) & np.where(np.isnan(rate), tenths, honest)
    return back & plausible, back & ~plausible


def _most(elapsed: Ints, segments: SegmentColumns, segment: Ints) -> NDArray[np.float64]:
    """Return the most that the register can honestly rise in each step. [count]."""
    hours = elapsed / _HOUR_US
    rate = segments.max_per_hour[segment]
    unknown = segments.hundredth[segment] * np.maximum(hours, 1)
    most: NDArray[np.float64] = np.where(np.isnan(rate), unknown, rate * hours * 1.2 + 1)
    return most


def _fitting(strips: Strips, segments: SegmentColumns, near: _Near) -> Flags:
    """Return which loose estimates fit what was read around them."""
    fit = np.zeros(len(near.loose), dtype=np.bool_)
    between = near.loose & (near.before >= 0) & (near.behind >= 0)
    behind = near.loose & (near.behind < 0)
    before = near.loose & (near.before < 0)
    place = np.flatnonzero(between)
    if len(place):
        risen = _risen_between(strips, segments, near, place)
        fit[place[_highest(near.before[place], risen)]] = True
    place = np.flatnonzero(behind)
    if len(place):
        risen = _rise(strips, segments, near.before[place], place)
        fit[place[_highest(near.before[place], risen)]] = True
    place = np.flatnonzero(before)[::-1]
    if len(place):  # told from the first reading backwards
        risen = _rise(strips, segments, place, near.behind[place])
        fit[place[_highest(-near.behind[place], risen)]] = True
    return fit


def _risen_between(strips: Strips, segments: SegmentColumns, near: _Near, place: Ints) -> Ints:
    """Return what a register rose up to estimates between two readings; below zero: unfit."""
    left, right, count = near.before[place], near.behind[place], strips.count[place]
    first, last = strips.count[left], strips.count[right]
    rise, straight = _rise(strips, segments, left, right), count - first
    turned = (rise >= 0) & (last < first)
    modulus = segments.modulus[strips.segment[strips.owner[place]]]
    risen = straight + np.where(turned & (straight < 0), modulus, 0)
    whole = np.where((risen >= 0) & (risen <= rise), risen, -1)
    # Across a break: no lower than before it, or no higher than behind it.
    torn = np.where(straight >= 0, straight, np.where(count <= last, _ACROSS + count, -1))
    return np.where(rise < 0, torn, whole)


_ACROSS = 2**60
"""Above every count: what lies behind a break ranks behind what lies before it."""


def _highest(gap: Ints, risen: Ints) -> Flags:
    """Return which are not below zero and not below any before them in their gap.

    Args:
        gap: Ascending.
        risen: Of each estimate.
    """
    good = risen >= 0
    # Keys of a later gap are above all of an earlier one.
    rank = np.where(good, np.unique(risen, return_inverse=True)[1], -1)
    key = np.unique(gap, return_inverse=True)[1] * (len(gap) + 1) + rank
    highest: Flags = good & (key == np.maximum.accumulate(key))
    return highest


def _rise(strips: Strips, segments: SegmentColumns, left: Ints, right: Ints) -> Ints:
    """Return what a register rose from reading to reading, below zero across a break. [count]."""
    segment = strips.segment[strips.owner[left]]
    elapsed = strips.at_us[right] - strips.at_us[left]
    turned, _ = turns_of(strips.count[left], strips.count[right], elapsed, segments, segment)
    step: Ints = strips.count[right] - strips.count[left]
    return step + np.where(turned, segments.modulus[segment], 0)
