"""In: a day or a year of readings in memory. Out: how fast they become usage blocks. Pure.

Timed is what a full rebuild of the interval store computes: the exact fold of all channels and
the packing of their days into rows; no database, so no baseline.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np

from bench.ground import ZONE, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate, ready
from bench.readings import MIDNIGHT_US
from energy.base.ragged import offsets_of
from energy.metering.interval_fold import IntervalWindows, fold_intervals
from energy.metering.usage import CounterSegment
from energy.metering.usage_fold import fold_many
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import Ints, SeriesColumns
from energy.views.local_days import days_around
from energy.views.usage_intervals import interval_rows
from energy.views.usage_rows import Windows, nothing_known, packed, parts_of, rows_of
from energy.views.usage_windows import INTERVALS_AT_ONCE

_DAY_US = 86_400_000_000
_QUARTER_US = 900_000_000
_JITTER_US = 1_500_000
"""Scans come up to this much late. [us]"""
_SEGMENT = CounterSegment(
    start_us=MIDNIGHT_US,
    end_us=None,
    base_per_count=Fraction(1),
    modulus=10**10,
    max_per_hour=None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Folds counters scanned at one pace onto the 15-minute grid."""

    scan_us: int
    days_factor: int

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give the product's side."""
        days = scale.fold_days * self.days_factor
        together = min(scale.fold_channels, max(INTERVALS_AT_ONCE // (96 * days), 1))
        lots = [
            self._series(np.random.default_rng(n), together, days)
            for n in range(scale.fold_channels // together)
        ]
        segments = SegmentColumns.of([(_SEGMENT,)] * together)
        number = np.arange(together, dtype=np.int64)
        windows = Windows(
            channel=number + 1,
            counter=number,
            low_us=np.full(together, MIDNIGHT_US),
            high_us=np.full(together, MIDNIGHT_US + days * _DAY_US),
            step_us=np.full(together, 900_000_000),
        )
        local = days_around(MIDNIGHT_US, MIDNIGHT_US + days * _DAY_US, ZONE)

        def act() -> None:
            for series in lots:
                folded = fold_many(series, windows.grid(), segments, number, gap_us=windows.step_us)
                parts = parts_of(windows, local)
                rows = rows_of(parts, folded, nothing_known(parts))
                usage, _ = packed(parts, rows, np.ones(len(parts.day), dtype=np.bool_))
                assert len(usage) >= together, "every channel has days"

        readings = sum(len(series.at_us) for series in lots)
        return ready(Sides(product=lambda: rate(readings, act)))

    def _series(self, generator: np.random.Generator, channels: int, days: int) -> SeriesColumns:
        """Return the readings of some counters, each a little late."""
        scans = days * _DAY_US // self.scan_us
        shape = (channels, scans)
        step = generator.integers(0, 200, shape)
        at_us = MIDNIGHT_US + np.arange(scans, dtype=np.int64) * self.scan_us
        return SeriesColumns(
            offsets=offsets_of(np.full(channels, scans)),
            at_us=(at_us + generator.integers(0, _JITTER_US, shape)).reshape(-1),
            count=(100_000_000 + np.cumsum(step, axis=1, dtype=np.int64)).reshape(-1),
            quality=np.zeros(channels * scans, dtype=np.uint8),
            position=np.tile(np.arange(1, scans + 1, dtype=np.int64), channels),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalFold:
    """Folds channels that deliver 15-minute intervals, a window a day as the view does."""

    days: int

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give the product's side."""
        together = min(scale.fold_channels, max(INTERVALS_AT_ONCE // (96 * self.days), 1))
        many = together * self.days
        place = np.repeat(np.arange(together, dtype=np.int64), self.days)
        local = days_around(MIDNIGHT_US, MIDNIGHT_US + self.days * _DAY_US, ZoneInfo("UTC"))
        low_us = np.tile(local.start_us[1 : self.days + 1], together)
        step_us = np.full(many, _QUARTER_US)
        windows = Windows(
            channel=place + 1,
            counter=place,
            low_us=low_us,
            high_us=low_us + _DAY_US,
            step_us=step_us,
        )
        intervals = IntervalWindows(
            place=place,
            day_us=low_us,
            low_us=low_us,
            high_us=low_us + _DAY_US,
            step_us=step_us,
            length_us=step_us,
        )
        segments = SegmentColumns.of([(_SEGMENT,)] * together)
        lots = [
            _delivered(np.random.default_rng(n), low_us)
            for n in range(scale.fold_channels // together)
        ]

        def act() -> None:
            for series in lots:
                folded = fold_intervals(series, intervals, segments)
                parts = parts_of(windows, local)
                rows = interval_rows(parts, folded, nothing_known(parts))
                usage, _ = packed(parts, rows, np.ones(len(parts.day), dtype=np.bool_))
                assert len(usage) == many, "every channel has its days"

        readings = sum(len(series.at_us) for series in lots)
        return ready(Sides(product=lambda: rate(readings, act)))


def _delivered(generator: np.random.Generator, low_us: Ints) -> SeriesColumns:
    """Return the 96 intervals of some days."""
    shape = (len(low_us), 96)
    at_us = low_us[:, None] + np.arange(1, 97, dtype=np.int64) * _QUARTER_US
    return SeriesColumns(
        offsets=offsets_of(np.full(len(low_us), 96)),
        at_us=at_us.reshape(-1),
        count=generator.integers(0, 200, shape).reshape(-1),
        quality=np.zeros(at_us.size, dtype=np.uint8),
        position=np.arange(1, at_us.size + 1, dtype=np.int64),
    )


BENCHES = (
    Bench(
        name="fold-10s",
        says="readings every 10 s, exact fold and packing into rows of 15 minutes",
        unit="reading/s",
        prepare=Fold(scan_us=10_000_000, days_factor=1),
        aim=Aim.VALUE_AT_LEAST,
        target=1e6,
    ),
    Bench(
        name="fold-15min",
        says="the same with a reading every 15 minutes",
        unit="reading/s",
        prepare=Fold(scan_us=900_000_000, days_factor=365),
        aim=Aim.VALUE_AT_LEAST,
        target=1e6,
    ),
    Bench(
        name="fold-interval",
        says="channels that deliver 15-minute intervals, the same otherwise",
        unit="reading/s",
        prepare=IntervalFold(days=365),
        aim=Aim.VALUE_AT_LEAST,
        target=1e6,
    ),
)
