"""In: a day or a year of readings in memory. Out: how fast they become usage blocks. Pure.

Timed is what a full rebuild of the interval store computes: the exact fold of every channel and
the packing of its days into rows; no database, so no baseline.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bench.ground import ZONE, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate, ready
from bench.readings import MIDNIGHT_US
from energy.metering.usage import CounterSegment
from energy.views.usage_rows import Accepted, fold_window

_DAY_US = 86_400_000_000
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
        series = [
            self._accepted(np.random.default_rng(seed), days) for seed in range(scale.fold_channels)
        ]
        window = (MIDNIGHT_US, MIDNIGHT_US + days * _DAY_US)
        readings = sum(len(one.at_us) for one in series)

        def act() -> None:
            for channel, one in enumerate(series, start=1):
                blocks, _ = fold_window(channel, one, (_SEGMENT,), window, ZONE, 900, {})
                assert blocks, "every channel has days"

        return ready(Sides(product=lambda: rate(readings, act)))

    def _accepted(self, generator: np.random.Generator, days: int) -> Accepted:
        """Return the readings of one counter, each a little late."""
        scans = days * _DAY_US // self.scan_us
        late = generator.integers(0, _JITTER_US, scans)
        step = generator.integers(0, 200, scans)
        return Accepted(
            at_us=MIDNIGHT_US + np.arange(scans, dtype=np.int64) * self.scan_us + late,
            count=100_000_000 + np.cumsum(step, dtype=np.int64),
            quality=np.zeros(scans, dtype=np.uint8),
            position=np.arange(1, scans + 1, dtype=np.int64),
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
)
