"""In: the newest readings of counters. Out: what a fresh reading is folded with. In memory, pure.

A tail is the last accepted reading of a counter, with the two readings that enclose the boundary
before it. A reading behind the tail needs nothing else: as long as it stays in the tail's interval
it changes no row at all, and when it leaves it the fold starts at that boundary. A counter has a
tail only while all is plain: an open meter segment fed by its own register from the first, no
estimate, no rollover, break or jump since that boundary. Everything else is asked of the table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.base.ragged import Places, offsets_of, ramp
from energy.metering.usage_segments import FOR_EVER_US
from energy.metering.usage_steps import odd_steps
from energy.metering.usage_strips import Flags, Ints, SeriesColumns
from energy.views.local_days import LocalDays
from energy.views.registry_columns import RegistryColumns
from energy.views.usage_rows import Windows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fresh:
    """Good readings of a part, by counter and instant."""

    counter: Ints
    """Place of each counter that spoke, ascending."""
    series: SeriesColumns
    """Their readings; an instant may come twice."""

    @property
    def first_us(self) -> Ints:
        """Return each counter's first instant. [us]."""
        return self.series.at_us[self.series.offsets[:-1]]

    @property
    def last_us(self) -> Ints:
        """Return each counter's last instant. [us]."""
        return self.series.at_us[self.series.offsets[1:] - 1]

    def chosen(self, which: Flags) -> Fresh:
        """Return the readings of some counters."""
        return Fresh(counter=self.counter[which], series=chosen_series(self.series, which))


def chosen_series(series: SeriesColumns, which: Flags) -> SeriesColumns:
    """Return the readings of some owners."""
    many = np.diff(series.offsets)
    kept = np.repeat(which, many)
    return SeriesColumns(
        offsets=offsets_of(many[which]),
        at_us=series.at_us[kept],
        count=series.count[kept],
        quality=series.quality[kept],
        position=series.position[kept],
    )


class Tails:
    """Tails of the counters of one registry."""

    def __init__(self, columns: RegistryColumns) -> None:
        """Begin without any tail.

        Args:
            columns: The counters.
        """
        self._columns = columns
        counters = len(columns.counter)
        self.known = np.zeros(counters, dtype=np.bool_)
        self._at_us = np.zeros((counters, 3), dtype=np.int64)
        """Before the boundary, at or behind it, last."""
        self._count = np.zeros((counters, 3), dtype=np.int64)
        self._quality = np.zeros((counters, 3), dtype=np.uint8)
        self._position = np.zeros((counters, 3), dtype=np.int64)
        self._has = np.zeros((counters, 3), dtype=np.bool_)
        self._fed = columns.segments.fed
        self._open = np.maximum(columns.segments.offsets[1:] - 1, 0)
        """Place of each counter's last segment."""

    def plain(self, fresh: Fresh) -> Flags:
        """Return which counters' fresh readings follow their tail plainly."""
        series, counter = fresh.series, fresh.counter
        owner = np.repeat(np.arange(len(counter), dtype=np.int64), np.diff(series.offsets))
        begins = series.offsets[:-1]
        before_us, before = np.roll(series.at_us, 1), np.roll(series.count, 1)
        before_us[begins], before[begins] = self._at_us[counter, 2], self._count[counter, 2]
        elapsed = series.at_us - before_us
        odd = odd_steps(
            before, series.count, elapsed, self._columns.segments, self._open[counter][owner]
        )
        odd |= (elapsed <= 0) | (series.quality == Quality.ESTIMATED)
        plain: Flags = self.known[counter] & ~np.logical_or.reduceat(odd, begins)
        return plain & ~self._far(counter)

    def _far(self, counter: Ints) -> Flags:
        """Return where the tail alone looks like a jump: what lay between is not kept."""
        at_us, count = self._at_us[counter], self._count[counter]
        far: Flags = self._has[counter, 1] & odd_steps(
            count[:, 1],
            count[:, 2],
            at_us[:, 2] - at_us[:, 1],
            self._columns.segments,
            self._open[counter],
        )
        return far

    def floor_us(self, counter: Ints, days: LocalDays) -> Ints:
        """Return the start of the interval in which each tail lies. [us]."""
        return days.floor(self._at_us[counter, 2], self._columns.step_us[counter])

    def lowest_us(self, counter: Ints) -> int:
        """Return the earliest of some tails' last instants. [us]."""
        return int(self._at_us[counter, 2].min())

    def move(self, fresh: Fresh) -> None:
        """Take the last of some plain readings that stay in their tails' intervals."""
        alone = fresh.counter[~self._has[fresh.counter, 1]]
        for kept in (self._at_us, self._count, self._quality, self._position):
            kept[alone, 1] = kept[alone, 2]
        self._has[alone, 1] = True
        last = fresh.series.offsets[1:] - 1
        self._set(fresh.counter, 2, fresh.series, last, np.ones(len(last), dtype=np.bool_))

    def joined(self, fresh: Fresh) -> SeriesColumns:
        """Return the tails' readings with the plain ones behind them."""
        counter, series = fresh.counter, fresh.series
        has = self._has[counter]
        ahead = has.sum(axis=1)
        many = np.diff(series.offsets)
        offsets = offsets_of(ahead + many)
        target = ramp(offsets[:-1] + ahead, many)
        head = ramp(offsets[:-1], ahead)

        def column(tail: NDArray[np.generic], own: NDArray[np.generic]) -> NDArray[np.generic]:
            whole = np.empty(int(offsets[-1]), dtype=own.dtype)
            whole[head], whole[target] = tail[counter][has], own
            return whole

        return SeriesColumns(
            offsets=offsets,
            at_us=column(self._at_us, series.at_us),  # type: ignore[arg-type]
            count=column(self._count, series.count),  # type: ignore[arg-type]
            quality=column(self._quality, series.quality),  # type: ignore[arg-type]
            position=column(self._position, series.position),  # type: ignore[arg-type]
        )

    def keep(self, windows: Windows, series: SeriesColumns, newest: Flags, days: LocalDays) -> None:
        """Take the tails of folded windows; where it is not plain there is none.

        Args:
            windows: What was folded.
            series: The readings it was folded from.
            newest: Whether no reading of the counter lies behind its window.
            days: The local days of the windows.
        """
        counter, segments = windows.counter, self._columns.segments
        self.known[counter] = False
        some = newest & (np.diff(series.offsets) > 0)
        if not some.any():
            return
        windows, series = windows.chosen(some), chosen_series(series, some)
        counter, begins, ends = windows.counter, series.offsets[:-1], series.offsets[1:]
        owner = np.repeat(np.arange(len(counter), dtype=np.int64), np.diff(series.offsets))
        last = ends - 1
        floor_us = days.floor(series.at_us[last], windows.step_us)
        first = Places(owner, series.at_us, len(counter)).find(
            np.arange(len(counter), dtype=np.int64), floor_us
        )
        left = np.maximum(first - 1, begins)
        segment = self._open[counter]
        plain = (floor_us >= windows.low_us) & (segments.start_us[segment] <= floor_us)
        plain &= (segments.end_us[segment] == FOR_EVER_US) & ~self._fed[counter]
        odd = np.zeros(len(series.at_us), dtype=np.int64)
        own = segment[owner[1:]]
        odd[1:] = odd_steps(
            series.count[:-1], series.count[1:], np.diff(series.at_us), segments, own
        )
        odd[1:] &= series.at_us[:-1] >= segments.start_us[own]
        odd[begins] = 0
        estimated = np.cumsum(series.quality == Quality.ESTIMATED)
        odd = np.cumsum(odd)
        plain &= odd[last] == odd[left]
        plain &= (estimated[last] == estimated[left]) & (series.quality[left] != Quality.ESTIMATED)
        self.known[counter] = plain
        self._set(counter, 0, series, left, first > begins)
        self._set(counter, 1, series, first, first < last)
        self._set(counter, 2, series, last, np.ones(len(last), dtype=np.bool_))

    def _set(
        self, counter: Ints, place: int, series: SeriesColumns, source: Ints, has: Flags
    ) -> None:
        self._at_us[counter, place] = series.at_us[source]
        self._count[counter, place] = series.count[source]
        self._quality[counter, place] = series.quality[source]
        self._position[counter, place] = series.position[source]
        self._has[counter, place] = has
