"""In: a day of readings in memory. Out: how fast all checks of readings look at them. Pure.

Timed is what a look does with its readings: the steps of the fold, every fall told apart, gaps and
readings out of order. The baseline is what a notebook does: pandas sorts by channel and instant and
takes groupwise differences, and finds the falls and the gaps alone, no rollover and no cause.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from bench.ground import Ground
from bench.measure import Aim, Bench, Scale, Sides, rate, ready
from bench.readings import MIDNIGHT_US
from energy.base.ragged import offsets_of
from energy.metering.checks import missing, noise, out_of_order, reset, rollover, spike, swap
from energy.metering.checks.registers import registers_of
from energy.metering.usage import CounterSegment
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import SeriesColumns

SCAN_US = 10_000_000
"""Time between two scans. [us]"""
ONE_IN = 10_000
"""One reading in so many is a spike; as many gaps. [reading]"""
_DAY_US = 86_400_000_000
_GAP_US = 900_000_000
_CHECKS = (noise, spike, reset, rollover, swap, out_of_order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validate:
    """Looks at counters scanned every 10 s, a spike and a gap in each hour or so."""

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give the product's side and that of pandas."""
        channels = scale.fold_channels
        series = _series(np.random.default_rng(7), channels, scale.fold_days)
        segment = CounterSegment(
            start_us=MIDNIGHT_US,
            end_us=None,
            base_per_count=Fraction(1),
            modulus=10**10,
            max_per_hour=200_000,
        )
        segments = SegmentColumns.of([(segment,)] * channels)
        places = np.arange(channels, dtype=np.int64)
        expected = np.full(channels, SCAN_US)
        least = np.full(channels, _GAP_US)

        def look() -> None:
            registers = registers_of(series, segments, places)
            spans = [span for check in _CHECKS for span in check.found(registers)]
            assert spans, "there are spikes"
            assert missing.found(series, expected, least), "there are gaps"

        told = pd.DataFrame(
            {
                "channel": np.repeat(places, np.diff(series.offsets)),
                "at": series.at_us,
                "count": series.count,
            }
        )

        def notebook() -> None:
            rows = told.sort_values(["channel", "at"])
            groups = rows.groupby("channel")
            step, gap = groups["count"].diff(), groups["at"].diff()
            assert (step < 0).any(), "there are spikes"
            assert (gap > _GAP_US).any(), "there are gaps"

        many = len(series.at_us)
        return ready(Sides(product=lambda: rate(many, look), baseline=lambda: rate(many, notebook)))


def _series(generator: np.random.Generator, channels: int, days: int) -> SeriesColumns:
    """Return the readings of some counters with spikes, and with gaps of twenty minutes."""
    scans = days * _DAY_US // SCAN_US
    shape = (channels, scans)
    count = 100_000_000 + np.cumsum(generator.integers(0, 200, shape), axis=1)
    wrong = generator.integers(1, channels * scans, max(channels * scans // ONE_IN, 1))
    flat = count.reshape(-1)
    flat[wrong] += 1_000_000
    at_us = np.tile(MIDNIGHT_US + np.arange(scans, dtype=np.int64) * SCAN_US, channels)
    kept = np.ones(channels * scans, dtype=np.bool_)
    for first in generator.integers(0, channels * scans, max(channels * scans // ONE_IN, 1)):
        kept[first : first + 120] = False
    held = kept.reshape(shape).sum(axis=1).astype(np.int64)
    return SeriesColumns(
        offsets=offsets_of(held),
        at_us=at_us[kept],
        count=flat[kept].astype(np.int64),
        quality=np.zeros(int(held.sum()), dtype=np.uint8),
        position=np.arange(1, int(held.sum()) + 1, dtype=np.int64),
    )


BENCHES = (
    Bench(
        name="validate",
        says="all checks of readings every 10 s, with spikes and gaps; to pandas' groupwise diff",
        unit="reading/s",
        prepare=Validate(),
        aim=Aim.VALUE_AT_LEAST,
        target=300_000,
    ),
)
