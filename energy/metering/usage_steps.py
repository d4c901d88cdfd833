"""In: the readings of strips. Out: which steps are rollovers, breaks or jumps, and unfit estimates.

Pure. A step the device cannot honestly have made is a finding. Where its greatest rate is known
that is the measure. Where it is not, a falling register has turned only from its last tenth into
its first, and a rising one made a jump when one step of up to an hour (or each hour of a longer
one) took more than a hundredth of the register.

An estimate between two readings of one segment may change the shape of their total and nothing
else: it must lie between them (modulo a turn) and not below an estimate before it, else it is
left out; and it is no party to a rollover, a break or a jump.
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
    enclosed, fit = _fitting(strips, segments, read)
    kept = ~enclosed | fit
    owner = strips.owner[kept]
    strips = replace(
        strips,
        offsets=offsets_of(np.bincount(owner, minlength=len(strips.window))),
        at_us=strips.at_us[kept],
        count=strips.count[kept],
        quality=strips.quality[kept],
        position=strips.position[kept],
    )
    return strips, _steps(strips, segments, np.flatnonzero(~enclosed[kept]))


def _steps(strips: Strips, segments: SegmentColumns, anchors: Ints) -> Steps:
    """Return the steps between anchors; what lies between two of them goes with the first.

    Args:
        strips: The strips.
        segments: Of all counters.
        anchors: Places of the readings that are no estimates between two others.
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
        turned[right], broken[right] = _turns(
            strips.count[left], strips.count[right], elapsed, segments, segment
        )
        jumped[right] = (step > _most(elapsed, segments, segment)) & ~turned[right]
        before[right] = left
    turns, run = np.cumsum(turned), np.cumsum(broken)
    if len(anchors) < readings:
        anchor = np.zeros(readings, dtype=np.int64)
        anchor[anchors] = anchors
        anchor = np.maximum.accumulate(anchor)
        back = strips.count < strips.count[anchor]
        turns = turns + back
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


def _turns(
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


def _fitting(strips: Strips, segments: SegmentColumns, read: Flags) -> tuple[Flags, Flags]:
    """Return which readings are estimates between two others, and which of those fit."""
    place = np.arange(len(read), dtype=np.int64)
    owner = strips.owner
    left = np.maximum.accumulate(np.where(read, place, -1))
    right = np.minimum.accumulate(np.where(read, place, len(read))[::-1])[::-1]
    enclosed: Flags = (
        ~read & (left >= strips.offsets[:-1][owner]) & (right < strips.offsets[1:][owner])
    )
    fit = np.zeros(len(read), dtype=np.bool_)
    which = np.flatnonzero(enclosed)
    if len(which) == 0:
        return enclosed, fit
    left, right, segment = left[which], right[which], strips.segment[owner[which]]
    first, last, count = strips.count[left], strips.count[right], strips.count[which]
    elapsed = strips.at_us[right] - strips.at_us[left]
    turned, broken = _turns(first, last, elapsed, segments, segment)
    rise = last - first + np.where(turned, segments.modulus[segment], 0)
    risen = count - first + np.where(turned & (count < first), segments.modulus[segment], 0)
    between = ~broken & (risen >= 0) & (risen <= rise)
    which, left, risen = which[between], left[between], risen[between]
    # The highest of the same gap so far: keys of a later gap are above all of an earlier one.
    gap = np.unique(left, return_inverse=True)[1]
    rank = np.unique(risen, return_inverse=True)[1]
    key = gap * (len(which) + 1) + rank
    fit[which[key == np.maximum.accumulate(key)]] = True
    return enclosed, fit
