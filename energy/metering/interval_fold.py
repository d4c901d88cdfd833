"""In: accepted readings of interval channels, their segments, windows. Out: usage. Pure.

A reading tells the quantity of the interval that ends at its instant. Intervals are anchored at
the local day: counts are summed up from its start (and from the start of a meter segment), the sum
is turned into base units and rounded (half up) at each boundary, and usage is the difference of two
such values. So a day adds up to what was delivered, and a reading changes its own day only; where
every count is a whole number of base units, its own interval only.

An interval longer than the grid's is spread evenly: total measured, shape estimated. A grid
interval of which a part was not delivered is MISSING, never a part of itself. What is not folded is
told: an interval that does not begin on the channel's grid, one that reaches over a meter's change.
All channels are folded at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.base.ragged import Places, offsets_of, ramp
from energy.metering.usage import BADNESS, BY_BADNESS, CUT, OFF_GRID, TOO_MUCH
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import Flags, Ints, SeriesColumns

_SAFE = float(2**61)
"""Numbers below this fit int64, with room for a sum of two."""
_HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalWindows:
    """Parts of local days to be folded, arrays of shape (windows,).

    Each begins and ends with an interval of the grid and with one that the channel delivers; where
    a count is no whole number of base units it begins at the day's start.
    """

    place: Ints
    """Of the channel in the segments' columns."""
    day_us: Ints
    """Start of the local day. [us]"""
    low_us: Ints
    high_us: Ints
    step_us: Ints
    """Width of a grid interval. [us]"""
    length_us: Ints
    """Width of a delivered interval. [us]"""

    @property
    def offsets(self) -> Ints:
        """Return where each window's grid intervals begin and the last one's end."""
        return offsets_of((self.high_us - self.low_us) // self.step_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class OddInterval:
    """A delivered interval that needs somebody's eyes."""

    code: str
    window: int
    """Place of its window."""
    start_us: int
    end_us: int
    count: int
    position: int
    """Journal position from which on it is known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoldedIntervals:
    """What the fold knows about the grid intervals of some windows, one behind the other."""

    usage: Ints
    """0 where quality is MISSING. [base unit]"""
    quality: NDArray[np.uint8]
    position: Ints
    """Of the newest reading of each known interval, else 0."""
    odd: list[OddInterval]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Delivered:
    """Delivered intervals by window and instant, arrays of shape (n,)."""

    window: Ints
    begin_us: Ints
    at_us: Ints
    count: Ints
    quality: NDArray[np.uint8]
    position: Ints
    segment: Ints
    """Place of the segment in which it counts."""

    def chosen(self, which: Flags) -> _Delivered:
        """Return some of them."""
        return _Delivered(
            window=self.window[which],
            begin_us=self.begin_us[which],
            at_us=self.at_us[which],
            count=self.count[which],
            quality=self.quality[which],
            position=self.position[which],
            segment=self.segment[which],
        )


def fold_intervals(
    series: SeriesColumns, windows: IntervalWindows, segments: SegmentColumns
) -> FoldedIntervals:
    """Fold the accepted readings of many interval channels at once.

    Args:
        series: Of each window the readings behind its start and up to its end.
        windows: What is folded.
        segments: Of all interval channels.
    """
    every = _delivered(series, windows)
    every, inside, served = _in_segments(every, windows, segments)
    on_grid = (every.begin_us - windows.day_us[every.window]) % windows.length_us[every.window] == 0
    stated = every.quality != Quality.MEASURED
    counted = on_grid & served & (inside | stated)
    told = every.chosen(counted)
    usage, quality, position = _spread(told, windows, segments)
    return FoldedIntervals(
        usage=usage,
        quality=quality,
        position=position,
        odd=[
            *_odd(OFF_GRID, every, served & ~on_grid, segments),
            *_odd(CUT, every, on_grid & served & ~counted, segments),
            *_odd(TOO_MUCH, told, _too_much(told, segments), segments),
        ],
    )


def _delivered(series: SeriesColumns, windows: IntervalWindows) -> _Delivered:
    many = np.diff(series.offsets)
    window = np.repeat(np.arange(len(many), dtype=np.int64), many)
    return _Delivered(
        window=window,
        begin_us=series.at_us - windows.length_us[window],
        at_us=series.at_us,
        count=series.count,
        quality=series.quality,
        position=series.position,
        segment=np.zeros(len(window), dtype=np.int64),
    )


def _in_segments(
    every: _Delivered, windows: IntervalWindows, segments: SegmentColumns
) -> tuple[_Delivered, Flags, Flags]:
    """Return the intervals with the last segment that served in each.

    Returns:
        The intervals, which of them lie in one segment, and in which any segment served at all.
    """
    if len(segments.start_us) == 0 or len(every.at_us) == 0:
        none = np.zeros(len(every.at_us), dtype=np.bool_)
        return every, none, none
    channels = len(segments.offsets) - 1
    owner = np.repeat(np.arange(channels, dtype=np.int64), np.diff(segments.offsets))
    place = windows.place[every.window]
    last = Places(owner, segments.start_us, channels).find(place, every.at_us) - 1
    begun = last >= segments.offsets[place]
    last = np.maximum(last, 0)
    served: Flags = begun & (segments.end_us[last] > every.begin_us)
    inside: Flags = (
        served
        & (segments.start_us[last] <= every.begin_us)
        & (segments.end_us[last] >= every.at_us)
    )
    found = _Delivered(
        window=every.window,
        begin_us=every.begin_us,
        at_us=every.at_us,
        count=every.count,
        quality=every.quality,
        position=every.position,
        segment=last,
    )
    return found, inside, served


def _spread(
    told: _Delivered, windows: IntervalWindows, segments: SegmentColumns
) -> tuple[Ints, NDArray[np.uint8], Ints]:
    """Return usage, quality and position of every grid interval."""
    offsets = windows.offsets
    usage, covered, position = (np.zeros(int(offsets[-1]), dtype=np.int64) for _ in range(3))
    badness = np.zeros(int(offsets[-1]), dtype=np.uint8)
    low, step = windows.low_us[told.window], windows.step_us[told.window]
    first = (told.begin_us - low) // step
    many = -((low - told.at_us) // step) - first
    source = np.repeat(np.arange(len(first), dtype=np.int64), many)
    block = ramp(first, many)
    begin = np.maximum(told.begin_us[source], low[source] + block * step[source])
    end = np.minimum(told.at_us[source], low[source] + (block + 1) * step[source])
    values = _Values(told, windows, segments)
    home = offsets[:-1][told.window[source]] + block
    np.add.at(usage, home, values.at(source, end) - values.at(source, begin))
    np.add.at(covered, home, end - begin)
    np.maximum.at(position, home, told.position[source])
    worse = np.where(many > 1, BADNESS[Quality.INTERPOLATED], 0).astype(np.uint8)
    np.maximum.at(badness, home, np.maximum(BADNESS[told.quality], worse)[source])
    missing = covered < np.repeat(windows.step_us, np.diff(offsets))
    usage[missing], position[missing] = 0, 0
    quality = BY_BADNESS[badness]
    quality[missing] = Quality.MISSING
    return usage, quality, position


class _Values:
    """Sums of counts since the day or the segment began, in base units."""

    def __init__(
        self, told: _Delivered, windows: IntervalWindows, segments: SegmentColumns
    ) -> None:
        """Sum up the counts before each interval; a sum begins at each window and segment."""
        self._told = told
        self._segments = segments
        length = windows.length_us[told.window]
        self._unit = np.gcd(windows.step_us[told.window], length)
        self._of = length // self._unit
        new = np.ones(len(told.count), dtype=np.bool_)
        new[1:] = (told.window[1:] != told.window[:-1]) | (told.segment[1:] != told.segment[:-1])
        begins = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
        self._begins = begins.astype(np.int64)
        run = np.cumsum(told.count) - told.count
        self._before = run - run[self._begins]  # what wrapped over wraps back
        size = np.cumsum(np.abs(told.count.astype(np.float64)))
        reach = size - np.where(begins > 0, size[begins - 1], 0)
        top = np.abs(segments.numerator[told.segment].astype(np.float64))
        low = segments.denominator[told.segment].astype(np.float64)
        part = self._of.astype(np.float64)
        self._fits = (low > 0) & (4 * reach * top * part < _SAFE) & (4 * low * part < _SAFE)

    def at(self, source: Ints, at_us: Ints) -> Ints:
        """Return the value at some instants, each within one interval. [base unit].

        Args:
            source: Place of the interval.
            at_us: From its begin to its end. [us]
        """
        told, segment = self._told, self._told.segment[source]
        into = (at_us - told.begin_us[source]) // self._unit[source]
        fits, of = self._fits[source], self._of[source]
        top = np.where(fits, self._segments.numerator[segment], 0)
        bottom = np.where(fits, self._segments.denominator[segment], 1)
        parts = np.where(fits, self._before[source] * of + told.count[source] * into, 0)
        value: Ints = np.floor_divide(2 * top * parts + bottom * of, 2 * bottom * of)
        for n in np.flatnonzero(~fits).tolist():
            value[n] = self._exact(int(source[n]), int(into[n]))
        return value

    def _exact(self, place: int, into: int) -> int:
        """Return one value in Python's integers, wrapped into int64."""
        told, of = self._told, int(self._of[place])
        before = sum(told.count[int(self._begins[place]) : place].tolist())
        factor = self._segments.factor[int(told.segment[place])]
        twice = 2 * factor.numerator * (before * of + int(told.count[place]) * into)
        exact: int = (twice + factor.denominator * of) // (2 * factor.denominator * of)
        return (exact + 2**63) % 2**64 - 2**63


def _too_much(told: _Delivered, segments: SegmentColumns) -> Flags:
    """Return which read intervals hold more than their device can honestly count."""
    read = (told.quality == Quality.MEASURED) | (told.quality == Quality.MANUAL)
    hours = (told.at_us - told.begin_us) / _HOUR_US
    most = segments.max_per_hour[told.segment] * hours * 1.2 + 1
    much: Flags = read & (np.abs(told.count) > most)  # a rate that is not known is NaN
    return much


def _odd(code: str, every: _Delivered, which: Flags, segments: SegmentColumns) -> list[OddInterval]:
    """Return some intervals as odd ones, known since their reading and the meter's events."""
    found: list[OddInterval] = []
    chosen = every.chosen(which)
    if len(chosen.at_us) == 0:
        return found
    known = np.maximum(chosen.position, segments.position[chosen.segment])
    if code == CUT:
        ended = segments.end_us[chosen.segment] < chosen.at_us
        known = np.maximum(known, np.where(ended, segments.end_position[chosen.segment], 0))
    for window, begin_us, at_us, count, position in zip(
        chosen.window.tolist(),
        chosen.begin_us.tolist(),
        chosen.at_us.tolist(),
        chosen.count.tolist(),
        known.tolist(),
        strict=True,
    ):
        found.append(
            OddInterval(
                code=code,
                window=window,
                start_us=at_us if code == OFF_GRID else begin_us,
                end_us=at_us,
                count=count,
                position=position,
            )
        )
    return found
