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
    loose = _fitting(strips, segments, near)
    kept = ~near.loose | loose.fit
    owner = strips.owner[kept]
    strips = replace(
        strips,
        offsets=offsets_of(np.bincount(owner, minlength=len(strips.window))),
        at_us=strips.at_us[kept],
        count=strips.count[kept],
        quality=strips.quality[kept],
        position=strips.position[kept],
    )
    return strips, _steps(
        strips, segments, np.flatnonzero(~near.loose[kept]), loose.turns[kept], loose.across[kept]
    )


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


def _steps(
    strips: Strips,
    segments: SegmentColumns,
    anchors: Ints,
    loose_turns: Ints | int = 0,
    across: Flags | int = 0,
) -> Steps:
    """Return the steps between anchors; what lies between two of them goes with one of them.

    Args:
        strips: The strips.
        segments: Of all counters.
        anchors: Places of the readings that are no loose estimates.
        loose_turns: Turns from the anchor of each estimate to it; 0 of anchors.
        across: Which estimates lie behind the break of their gap.
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
    turns, run = np.cumsum(turned) + loose_turns, np.cumsum(broken) + across
    # The run's number grows by one at every strip, so that no run reaches into the next.
    return Steps(
        turns=turns - turns[strips.offsets[:-1]][owner],
        run=run + owner,
        before=before,
        broken=broken,
        jumped=jumped,
        turned=turned,
    )


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Loose:
    """What is told of loose estimates, arrays of shape (r,)."""

    fit: Flags
    turns: Ints
    """Turns of the register from the anchor before it, or back from the one behind it."""
    across: Flags
    """Whether it lies behind the break of its gap."""


def _fitting(strips: Strips, segments: SegmentColumns, near: _Near) -> _Loose:
    """Return which loose estimates fit what was read around them."""
    many = len(near.loose)
    found = _Loose(
        fit=np.zeros(many, dtype=np.bool_),
        turns=np.zeros(many, dtype=np.int64),
        across=np.zeros(many, dtype=np.bool_),
    )
    place = np.flatnonzero(near.loose & (near.before >= 0) & (near.behind >= 0))
    if len(place):
        _fit_between(found, strips, segments, near, place)
    place = np.flatnonzero(near.loose & (near.behind < 0))
    if len(place):
        _fit_beyond(found, strips, segments, near.before[place], place, 1)
    place = np.flatnonzero(near.loose & (near.before < 0))[::-1]
    if len(place):  # told from the first reading backwards
        _fit_beyond(found, strips, segments, near.behind[place], place, -1)
    return found


def _fit_between(
    found: _Loose, strips: Strips, segments: SegmentColumns, near: _Near, place: Ints
) -> None:
    """Tell of estimates between two readings."""
    left, right, count = near.before[place], near.behind[place], strips.count[place]
    first, last = strips.count[left], strips.count[right]
    segment = strips.segment[strips.owner[place]]
    modulus = segments.modulus[segment]
    elapsed = strips.at_us[right] - strips.at_us[left]
    turned, broken = turns_of(first, last, elapsed, segments, segment)
    rise, straight = last - first + np.where(turned, modulus, 0), count - first
    over = turned & (straight < 0)
    risen = straight + np.where(over, modulus, 0)
    # Across a break: no lower than before it, or no higher than behind it.
    across = broken & (straight < 0) & (count <= last)
    torn = np.where(straight >= 0, straight, np.where(across, _ACROSS + count, -1))
    whole = np.where((risen >= 0) & (risen <= rise), risen, -1)
    found.fit[place] = _highest(left, np.where(broken, torn, whole))
    found.turns[place], found.across[place] = over, across


def _fit_beyond(
    found: _Loose,
    strips: Strips,
    segments: SegmentColumns,
    anchor: Ints,
    place: Ints,
    way: int,
) -> None:
    """Tell of estimates behind the last reading (way 1) or before the first (way -1).

    A turn is told from each to the next. What the device cannot have counted since was estimated
    up to a turn that came sooner: it is left out, and its step to the next is no turn any more.
    """
    segment = strips.segment[strips.owner[place]]
    modulus = segments.modulus[segment]
    beside = place - way
    low, high = (beside, place) if way > 0 else (place, beside)
    apart = strips.at_us[high] - strips.at_us[low]
    turned, _ = turns_of(strips.count[low], strips.count[high], apart, segments, segment)
    gap = anchor * way
    begins = np.append([True], gap[1:] != gap[:-1])
    straight = way * (strips.count[place] - strips.count[anchor])
    most = _most(np.abs(strips.at_us[place] - strips.at_us[anchor]), segments, segment)
    turned[1:] &= begins[1:] | (straight <= most)[:-1]
    turns = np.cumsum(turned)
    before = np.maximum.accumulate(np.where(begins, np.arange(len(gap)), 0))
    turns = turns - (turns - turned)[before]
    risen = straight + turns * modulus
    risen = np.where(risen > most, -1, risen)
    found.fit[place] = _highest(gap, risen)
    found.turns[place] = way * turns


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
