"""In: usage of many supplies on one grid. Out: their sums, blocks and maxima as columns. Pure.

Rows are supplies, columns are intervals. The columns are cut where the tariff period changes and
at each local midnight; one pass adds up these segments, and all the rest is made of their sums:
sums of tariff periods, of any run of days, and blocks filled in the order of time. A single supply
is a stack of one row; there is no second way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from billing.errors import RatingError
from billing.rating.columns import Whole
from billing.rating.determinants import period_codes
from billing.rating.quantities import Quantities
from billing.rating.windows import Maxima, window_sums
from billing.tariffs.tariff import TariffVersion
from energy.base.clock import to_us
from energy.base.period import Period, day_starts, grid_of, span_of_days
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan

AT_ONCE = 32
"""Supplies that are added up together: a month of theirs stays in the processor's cache."""
FILLED_AT_ONCE = 64
"""Supplies whose blocks are filled together: the sums of a month's segments stay there as well."""
UNBILLABLE = (int(Quality.MISSING), int(Quality.SUSPECT))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """One quantity of some supplies over the billed days."""

    start: datetime
    """Start of the first interval, a local midnight, aware UTC."""
    step_s: int
    """Width of an interval. [s]"""
    shape_s: int
    """Width within which the shape is estimated; 0 for none. [s]"""
    usage: NDArray[Any]
    """int32 or int64, shape (supplies, intervals); 0 where nothing is known. [base unit / scale]"""
    quality: NDArray[np.uint8] | None = None
    """Quality codes, the same shape; None where all is measured."""
    unknown: NDArray[np.bool_] | None = None
    """Which intervals must not be billed; None where none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Quantities of some supplies that share grid and billed days."""

    rows: int
    """Number of supplies."""
    series: Mapping[str, Series]
    """By quantity name."""
    scale: int = 1
    """Integers are in base units / scale."""


def stack_of(supplies: Sequence[Quantities], period: Period) -> Stack:
    """Return supplies cut to the billed days and laid on each other.

    Args:
        supplies: At least one; all have the same quantities on the same grids, and one scale.
        period: The billed days, on every grid; what usage does not cover is missing.
    """
    first = supplies[0]
    series: dict[str, Series] = {}
    for name, span in first.usage.items():
        cut = [_cut(each.usage[name], period) for each in supplies]
        quality = np.stack([part for _, part in cut])
        series[name] = Series(
            start=period.start,
            step_s=span.step_s,
            shape_s=span.shape_s,
            usage=np.stack([part for part, _ in cut]),
            quality=quality if quality.any() else None,
            unknown=unknown if (unknown := np.isin(quality, UNBILLABLE)).any() else None,
        )
    return Stack(rows=len(supplies), series=series, scale=first.scale)


def _cut(span: UsageSpan, period: Period) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return usage and quality of exactly the period; MISSING outside the span."""
    count = grid_of(period, span.step_s)
    offset, rest = divmod(period.start - span.start, timedelta(seconds=span.step_s))
    assert not rest, "period and usage share a grid"
    if offset == 0 and count == len(span.usage):
        return span.usage, span.quality
    usage = np.zeros(count, dtype=np.int64)
    quality = np.full(count, int(Quality.MISSING), dtype=np.uint8)
    first, after = max(offset, 0), min(offset + count, len(span.usage))
    if first < after:
        usage[first - offset : after - offset] = span.usage[first:after]
        quality[first - offset : after - offset] = span.quality[first:after]
    return usage, quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Sums of some days."""

    periods: Whole
    """Shape (supplies, tariff periods). [base unit / scale]"""
    whole: Whole
    """Shape (supplies,). [base unit / scale]"""


class Grid:
    """One quantity of a stack over days of one tariff version."""

    def __init__(
        self, series: Series, tariff: TariffVersion, first_day: date, last_day: date
    ) -> None:
        """Cut the columns of some days.

        Args:
            series: Of whole local days that hold these.
            tariff: Version in force on all of the days.
            first_day: First local day.
            last_day: Last local day, included.

        Raises:
            RatingError: A tariff period begins inside an interval, or a day has no class.
        """
        self.series = series
        self.periods = len(tariff.periods)
        self._first_day = first_day
        self._zone = tariff.zone
        self.period = span_of_days(first_day, last_day, tariff.zone)
        step = timedelta(seconds=series.step_s)
        self._low = (self.period.start - series.start) // step
        self.count = grid_of(self.period, series.step_s)
        self.codes = period_codes(
            tariff,
            to_us(self.period.start),
            self.count,
            series.step_s,
            shape_s=series.shape_s,
        )
        self._days = np.array([*day_starts(self.period, series.step_s, tariff.zone), self.count])
        self._segment_of_day = np.searchsorted(self._starts, self._days)
        self._maxima: dict[tuple[int, int, date, date], Maxima] = {}
        self._sums: dict[tuple[date, date], Sums] = {}
        self._below: dict[tuple[object, ...], tuple[Whole, Whole]] = {}

    @property
    def usage(self) -> NDArray[Any]:
        """Return the usage of the days. [base unit / scale]."""
        return self.series.usage[:, self._low : self._low + self.count]

    @property
    def quality(self) -> NDArray[np.uint8] | None:
        """Return the quality codes of the days; None where all is measured."""
        quality = self.series.quality
        return None if quality is None else quality[:, self._low : self._low + self.count]

    @property
    def unknown(self) -> NDArray[np.bool_] | None:
        """Return which intervals of the days must not be billed; None where none."""
        unknown = self.series.unknown
        return None if unknown is None else unknown[:, self._low : self._low + self.count]

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        changes = np.flatnonzero(np.diff(self.codes)) + 1
        return np.union1d(changes, self._days[:-1]).astype(np.int64)

    @cached_property
    def _segment_codes(self) -> NDArray[np.int16]:
        return self.codes[self._starts]

    @cached_property
    def _segment_sums(self) -> NDArray[np.int64]:
        usage = self.usage
        if self.unknown is not None:
            usage = np.where(self.unknown, 0, usage)
        sums = np.empty((len(usage), len(self._starts)), dtype=np.int64)
        longest = int(np.diff(self._starts, append=self.count).max(initial=0))
        for first in range(0, len(usage), AT_ONCE):
            rows = slice(first, first + AT_ONCE)
            part = usage[rows]
            kind = np.int32 if _held(part, longest) else np.int64
            sums[rows] = np.add.reduceat(part, self._starts, axis=1, dtype=kind)
        return sums

    def columns(self, first_day: date, last_day: date) -> slice:
        """Return the columns of some of the days."""
        low, high = self._day_places(first_day, last_day)
        return slice(int(self._days[low]), int(self._days[high]))

    def sums(self, first_day: date, last_day: date) -> Sums:
        """Return the sums of some of the days. [base unit / scale]."""
        kept = self._sums.get((first_day, last_day))
        if kept is None:
            kept = self._sums[first_day, last_day] = self._added(first_day, last_day)
        return kept

    def _added(self, first_day: date, last_day: date) -> Sums:
        within = self._segments(first_day, last_day)
        sums, codes = self._segment_sums[:, within], self._segment_codes[within]
        periods = np.zeros((len(sums), self.periods), dtype=np.int64)
        for index in range(self.periods):
            periods[:, index] = sums[:, codes == index].sum(axis=1)
        return Sums(periods=periods, whole=sums.sum(axis=1))

    def below(
        self,
        first_day: date,
        last_day: date,
        bounds: NDArray[Any],
        members: Sequence[int],
        rows: slice = slice(None),
    ) -> tuple[Whole, Whole]:
        """Return how much of each tariff period lies below bounds filled in the order of time.

        Usage is filled interval by interval; one on a bound is divided. Within a segment all
        intervals are of one tariff period, so its two ends tell everything, exactly, also where
        usage is negative.

        Args:
            first_day: First of the days on which the blocks are filled.
            last_day: The last, included.
            bounds: Whole numbers, shape (supplies or 1, bounds). [base unit / scale]
            members: Tariff periods whose usage fills the blocks.
            rows: Supplies that are looked at.

        Returns:
            Usage below each bound, shape (supplies, bounds, tariff periods) [base unit / scale];
            and how many steps over the bound each tariff period made on the whole (0, 1 or -1),
            the same shape: what a fraction of a unit in the bound belongs to.
        """
        key = (first_day, last_day, bounds.tobytes(), tuple(members), rows.start, rows.stop)
        if key not in self._below:
            self._below[key] = self._filled(first_day, last_day, bounds, members, rows)
        return self._below[key]

    def _filled(
        self,
        first_day: date,
        last_day: date,
        bounds: NDArray[Any],
        members: Sequence[int],
        rows: slice,
    ) -> tuple[Whole, Whole]:
        within = self._segments(first_day, last_day)
        codes = self._segment_codes[within]
        mine = np.zeros(self.periods + 1, dtype=np.int64)
        mine[list(members)] = 1
        every = self._segment_sums[rows, within]
        bounds = np.broadcast_to(bounds, (len(every), bounds.shape[1]))
        shape = (len(every), bounds.shape[1], self.periods)
        below, crossed = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for first in range(0, len(every), FILLED_AT_ONCE):
            some = slice(first, first + FILLED_AT_ONCE)
            sums = every[some] * mine[codes]
            filled = np.zeros((len(sums), sums.shape[1] + 1), dtype=np.int64)
            np.cumsum(sums, axis=1, out=filled[:, 1:])
            for n in range(bounds.shape[1]):
                bound = bounds[some, n : n + 1]
                capped = np.diff(np.minimum(filled, bound), axis=1)
                over = np.diff((filled > bound).astype(np.int8), axis=1)
                for index in members:
                    below[some, n, index] = capped[:, codes == index].sum(axis=1)
                    crossed[some, n, index] = over[:, codes == index].sum(axis=1)
        return below, crossed

    def maxima(self, window_s: int, slip_s: int, first_day: date, last_day: date) -> Maxima:
        """Return the greatest windows that lie whole in some of the days.

        Args:
            window_s: Width of a window. [s]
            slip_s: From the beginning of a window to that of the next. [s]
            first_day: First of the days.
            last_day: The last, included.

        Raises:
            RatingError: Window or slip is no multiple of what is known of the usage's shape.
        """
        key = (window_s, slip_s, first_day, last_day)
        if key not in self._maxima:
            self._maxima[key] = self._greatest(*key)
        return self._maxima[key]

    def counts(
        self, row: int, first_day: date, last_day: date, index: int | None
    ) -> dict[Quality, int]:
        """Return how many intervals of each quality a supply has in some of the days.

        Args:
            row: The supply.
            first_day: First of the days.
            last_day: The last, included.
            index: Tariff period; None for all.
        """
        columns = self.columns(first_day, last_day)
        codes = self.codes[columns]
        mine = np.ones(len(codes), dtype=np.bool_) if index is None else codes == index
        if self.quality is None:
            many = int(mine.sum())
            return {Quality.MEASURED: many} if many else {}
        counted = np.bincount(self.quality[row, columns][mine], minlength=len(Quality))
        return {each: int(counted[each]) for each in Quality if counted[each]}

    def at(self, column: int) -> datetime:
        """Return the instant at which an interval begins."""
        return self.period.start + column * timedelta(seconds=self.series.step_s)

    def _greatest(self, window_s: int, slip_s: int, first_day: date, last_day: date) -> Maxima:
        known_s = max(self.series.step_s, self.series.shape_s)
        if window_s % known_s or slip_s % known_s:
            raise RatingError(
                f"Demand in windows of {window_s // 60} minutes every {slip_s // 60} cannot be "
                f"told from usage of {known_s // 60} minutes. Set a finer grid for the channel, "
                "or charge demand by wider windows."
            )
        columns = self.columns(first_day, last_day)
        width, slip = window_s // self.series.step_s, slip_s // self.series.step_s
        unknown = None if self.unknown is None else self.unknown[:, columns]
        windows = window_sums(self.usage[:, columns], unknown, width, slip)
        return Maxima(
            usage=windows,
            codes=self.codes[columns][:: max(slip, 1)][: windows.shape[1]],
            first=columns.start,
            slip=slip,
        )

    def _segments(self, first_day: date, last_day: date) -> slice:
        low, high = self._day_places(first_day, last_day)
        return slice(int(self._segment_of_day[low]), int(self._segment_of_day[high]))

    def _day_places(self, first_day: date, last_day: date) -> tuple[int, int]:
        low = (first_day - self._first_day).days
        return low, (last_day - self._first_day).days + 1


def _held(usage: NDArray[Any], many: int) -> bool:
    """Return whether 32 bits hold any sum of so many intervals: they are added twice as fast."""
    if usage.dtype != np.int32:
        return False
    return many * max(int(usage.max(initial=0)), -int(usage.min(initial=0))) < 2**31


def gaps(unknown: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of intervals that are not known, as first and after."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], unknown.view(np.int8), [0]))))
    return [(int(first), int(after)) for first, after in list(pairwise(edges))[::2]]
