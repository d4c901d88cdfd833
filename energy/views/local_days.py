"""In: instants, a zone. Out: the local days that hold them, as columns. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.period import local_day, midnight

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocalDays:
    """Local days one behind the other."""

    first: int
    """Ordinal of the first day, as date.toordinal tells it."""
    start_us: Ints
    """Where each day begins and the last one ends, shape (days + 1,). [us]"""

    def place(self, at_us: Ints) -> Ints:
        """Return the place of the day that holds each instant. [us -> place]."""
        return np.searchsorted(self.start_us, at_us, side="right") - 1

    def floor(self, at_us: Ints, step_us: Ints | int) -> Ints:
        """Return the start of the grid interval that holds each instant. [us].

        Args:
            at_us: Instants within the days. [us]
            step_us: Width of the grid's interval; every day begins one. [us]
        """
        start_us = self.start_us[self.place(at_us)]
        return start_us + (at_us - start_us) // step_us * step_us

    def dates(self, place: Ints) -> list[date]:
        """Return the dates of some places."""
        low = int(place.min()) if len(place) else 0
        high = int(place.max()) if len(place) else -1
        every = [date.fromordinal(self.first + n) for n in range(low, high + 1)]
        return [every[n - low] for n in place.tolist()]


def days_around(low_us: int, high_us: int, zone: ZoneInfo) -> LocalDays:
    """Return the local days from one instant to another, and one more on either side.

    Args:
        low_us: Earliest instant. [us]
        high_us: Latest instant. [us]
        zone: The site's zone.
    """
    first = local_day(from_us(low_us), zone).toordinal() - 1
    last = local_day(from_us(high_us), zone).toordinal() + 1
    starts = [_midnight_us(n, zone) for n in range(first, last + 2)]
    return LocalDays(first=first, start_us=np.array(starts, dtype=np.int64))


@lru_cache(maxsize=65_536)
def _midnight_us(ordinal: int, zone: ZoneInfo) -> int:
    return to_us(midnight(date.fromordinal(ordinal), zone))
