"""In: readings and grids of many counters, their segments. Out: strips, one per segment. Pure.

A strip is what one meter segment tells of one window: its own readings with its stated counts,
and the instants at which its value is wanted (cuts). Strips lie one behind the other, by counter
and start, so that one operation treats them all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.base.ragged import Places, offsets_of, ramp
from energy.metering.usage_segments import SegmentColumns

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesColumns:
    """Accepted readings of many counters one behind the other, each by instant."""

    offsets: Ints
    """Where each counter's readings begin and the last one's end, shape (counters + 1,)."""
    at_us: Ints
    """Strictly ascending within a counter. [us]"""
    count: Ints
    quality: NDArray[np.uint8]
    """None is SUSPECT."""
    position: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GridColumns:
    """Boundaries of many counters' grids one behind the other, two or more each."""

    offsets: Ints
    """Where each counter's boundaries begin and the last one's end, shape (counters + 1,)."""
    at_us: Ints
    """Strictly ascending within a counter. [us]"""

    @property
    def first_us(self) -> Ints:
        """Return each counter's first boundary. [us]."""
        return self.at_us[self.offsets[:-1]]

    @property
    def last_us(self) -> Ints:
        """Return each counter's last boundary. [us]."""
        return self.at_us[self.offsets[1:] - 1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strips:
    """Strips by window and start; arrays of shape (strips,) unless stated otherwise."""

    window: Ints
    """Place of the window among those of the fold."""
    segment: Ints
    """Place of the segment in its columns."""
    low_us: Ints
    """Where the segment enters the window. [us]"""
    high_us: Ints
    """Where it leaves it. [us]"""
    offsets: Ints
    """Where each strip's readings begin and the last one's end, shape (strips + 1,)."""
    at_us: Ints
    """Readings and stated counts, shape (r,). [us]"""
    count: Ints
    quality: NDArray[np.uint8]
    position: Ints
    """0 for stated counts, shape (r,)."""

    @property
    def owner(self) -> Ints:
        """Return the strip of each reading."""
        return np.repeat(np.arange(len(self.window), dtype=np.int64), np.diff(self.offsets))


def strips_of(
    series: SeriesColumns, grid: GridColumns, segments: SegmentColumns, counters: Ints
) -> Strips:
    """Return the strips of some windows; segments that tell nothing of theirs have none.

    A stated count stands only where no reading lies between it and the window: readings in
    between may have been left out, and with them a rollover. Behind estimates alone it stands:
    a window comes with all of them up to a reading that is none. What is estimated of the very
    instant of a stated start gives way to it, as it does at a stated end.

    Args:
        series: Readings of each window with one neighbour on either side.
        grid: Boundaries of each window.
        segments: Of all counters.
        counters: Place of each window's counter in `segments`.
    """
    held = segments.offsets[counters + 1] - segments.offsets[counters]
    window = np.repeat(np.arange(len(counters), dtype=np.int64), held)
    segment = ramp(segments.offsets[counters], held)
    low = np.maximum(grid.first_us[window], segments.start_us[segment])
    high = np.minimum(grid.last_us[window], segments.end_us[segment])
    owner = np.repeat(np.arange(len(counters), dtype=np.int64), np.diff(series.offsets))
    places = Places(owner, series.at_us, len(counters))
    first = places.find(window, segments.start_us[segment])
    # An instant at the end belongs to the next device: the stated final count speaks there.
    own = places.find(window, segments.end_us[segment]) - first
    outdone = _outdone(series, segments, segment, first, own)
    first, own = first + outdone, own - outdone
    starts, ends = _stated(series, grid, segments, window, segment, first, own)
    kept = (low <= high) & (own + starts + ends > 0)
    window, segment, first, own = window[kept], segment[kept], first[kept], own[kept]
    starts, ends = starts[kept], ends[kept]
    offsets = offsets_of(own + starts + ends)
    at_us, count, quality, position = _readings(
        series, segments, segment, offsets, ramp(first, own), own, starts, ends
    )
    return Strips(
        window=window,
        segment=segment,
        low_us=low[kept],
        high_us=high[kept],
        offsets=offsets,
        at_us=at_us,
        count=count,
        quality=quality,
        position=position,
    )


def _outdone(
    series: SeriesColumns, segments: SegmentColumns, segment: Ints, first: Ints, own: Ints
) -> Flags:
    """Return at which strips the first reading estimates what is stated of its instant."""
    guessed = series.quality == Quality.ESTIMATED
    if not guessed.any():
        return np.zeros(len(own), dtype=np.bool_)
    opening = np.minimum(first, len(guessed) - 1)
    same = (own > 0) & (series.at_us[opening] == segments.start_us[segment])
    outdone: Flags = segments.start_stated[segment] & same & guessed[opening]
    return outdone


def _stated(
    series: SeriesColumns,
    grid: GridColumns,
    segments: SegmentColumns,
    window: Ints,
    segment: Ints,
    first: Ints,
    own: Ints,
) -> tuple[Flags, Flags]:
    """Return at which strips the stated start count stands, and at which the stated end count."""
    none, at_us = own == 0, series.at_us
    if len(at_us) == 0:
        return segments.start_stated[segment], segments.end_stated[segment]
    opening = np.minimum(first, len(at_us) - 1)
    closing = np.maximum(first + own - 1, 0)
    first_at, last_at = at_us[opening], at_us[closing]
    guessed = series.quality == Quality.ESTIMATED
    near = (first_at > grid.first_us[window]) | guessed[opening]
    inner = near & (first_at != segments.start_us[segment])
    starts: Flags = segments.start_stated[segment] & (none | inner)
    outer = (last_at < grid.last_us[window]) | guessed[closing]
    ends: Flags = segments.end_stated[segment] & (none | outer)
    return starts, ends


def _readings(
    series: SeriesColumns,
    segments: SegmentColumns,
    segment: Ints,
    offsets: Ints,
    source: Ints,
    own: Ints,
    starts: Flags,
    ends: Flags,
) -> tuple[Ints, Ints, NDArray[np.uint8], Ints]:
    """Return instant, count, quality and position of every reading of the strips."""
    total = int(offsets[-1])
    at_us, count, position = (np.zeros(total, dtype=np.int64) for _ in range(3))
    quality = np.full(total, Quality.MEASURED, dtype=np.uint8)
    target = ramp(offsets[:-1] + starts, own)
    at_us[target], count[target] = series.at_us[source], series.count[source]
    quality[target], position[target] = series.quality[source], series.position[source]
    opening, closing = offsets[:-1][starts], offsets[1:][ends] - 1
    at_us[opening] = segments.start_us[segment[starts]]
    count[opening] = segments.start_count[segment[starts]]
    at_us[closing] = segments.end_us[segment[ends]]
    count[closing] = segments.end_count[segment[ends]]
    return at_us, count, quality, position
