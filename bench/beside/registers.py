"""In: meters, days, a seed. Out: the counts of their registers, and the energy between. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.readings import MIDNIGHT_US, is_counter
from energy.base.quality import Quality
from energy.metering.reading import ReadingColumns

QUARTER_US = 900_000_000
"""Time between two readings. [us]"""
DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Registers:
    """Registers read at one pace, all at the same instants."""

    channel: NDArray[np.int32]
    """Channel numbers, shape (m,)."""
    at_us: NDArray[np.int64]
    """Instants, both ends of the days included, shape (n + 1,). [us]"""
    count: NDArray[np.int64]
    """Contents, shape (n + 1, m). [Wh]"""

    @property
    def energy(self) -> NDArray[np.int64]:
        """Return what was used from each instant to the next, shape (n, m). [Wh]."""
        return np.diff(self.count, axis=0)

    def columns(self, first: int, last: int) -> ReadingColumns:
        """Return the readings of instants [first, last), instant by instant."""
        count = self.count[first:last]
        return ReadingColumns(
            channel=np.tile(self.channel, len(count)),
            at_us=np.repeat(self.at_us[first:last], len(self.channel)),
            count=count.reshape(-1),
            quality=np.full(count.size, Quality.MEASURED, dtype=np.uint8),
        )

    def without(self, gone: NDArray[np.bool_]) -> Registers:
        """Return the registers as they are when some instants were never read."""
        return Registers(channel=self.channel, at_us=self.at_us[~gone], count=self.count[~gone])


def registers(meters: int, days: int, *, seed: int = 11, step_us: int = QUARTER_US) -> Registers:
    """Return registers from MIDNIGHT_US on whose load is four times as high by day.

    Args:
        meters: How many.
        days: Days of 24 hours.
        seed: Of the generator.
        step_us: Time between two readings; an hour is a multiple of it. [us]
    """
    generator = np.random.default_rng(seed)
    steps = days * DAY_US // step_us
    at_us = MIDNIGHT_US + np.arange(steps + 1, dtype=np.int64) * step_us
    hour = (at_us[:-1] - MIDNIGHT_US) // HOUR_US % 24
    watts = np.where((hour >= 7) & (hour < 19), 60_000, 15_000)[:, None]
    used = watts * (step_us / HOUR_US) * generator.uniform(0.5, 1.5, (steps, meters))
    first = generator.integers(1_000_000, 900_000_000, meters)
    risen = np.cumsum(np.rint(used).astype(np.int64), axis=0)
    return Registers(
        channel=np.array(counters(meters), dtype=np.int32),
        at_us=at_us,
        count=np.concatenate([first[None], first + risen]),
    )


def counters(meters: int) -> list[int]:
    """Return the numbers of so many counter channels of a bench site."""
    return [n for n in range(1, planned(meters) + 1) if is_counter(n)][:meters]


def planned(meters: int) -> int:
    """Return how many channels a bench site needs to have so many counters."""
    return -(-meters // 8) * 20
