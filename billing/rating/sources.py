"""In: a grid of usage, or sums between readings. Out: one way to ask either for sums. Pure.

Price models never ask where a sum is from. What a source cannot tell it answers with None, and the
model turns that into a finding: register sums have no shape, so they know no order of time and no
days but those between two readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import lcm
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from billing.rating.blocks import Grid, Sums
from billing.rating.columns import Whole
from billing.rating.quantities import RegisterSum
from billing.rating.windows import Maxima
from energy.base.quality import Quality


class Source(Protocol):
    """Sums of one quantity of some supplies over days of one tariff version."""

    @property
    def scale(self) -> int:
        """Its integers are in base units / scale."""

    def sums(self, first_day: date, last_day: date) -> Sums | None:
        """Return the sums of some days; None where no reading stands at their ends."""

    def has(self, first_day: date, last_day: date, index: int) -> bool:
        """Return whether the days' usage of a tariff period can be told."""

    def below(
        self, first_day: date, last_day: date, bounds: NDArray[Any], members: Sequence[int]
    ) -> tuple[Whole, Whole] | None:
        """Return usage below bounds filled in the order of time (Grid.below), None without one."""

    def counts(
        self, row: int, first_day: date, last_day: date, index: int | None
    ) -> dict[Quality, int]:
        """Return how many intervals or readings of each quality a sum has."""

    def common_counts(
        self, first_day: date, last_day: date, index: int | None
    ) -> dict[Quality, int] | None:
        """Return the counts that all supplies share; None where each has its own."""


class GridSource:
    """Sums of usage on a grid."""

    def __init__(self, grid: Grid, scale: int, rows: slice = slice(None)) -> None:
        """Look at a grid.

        Args:
            grid: Of the days of one tariff version.
            scale: Its integers are in base units / scale.
            rows: Supplies that are looked at.
        """
        self._grid = grid
        self._rows = rows
        self._scale = scale

    @property
    def scale(self) -> int:
        """Its integers are in base units / scale."""
        return self._scale

    def sums(self, first_day: date, last_day: date) -> Sums | None:
        """Return the sums of some days."""
        found = self._grid.sums(first_day, last_day)
        return Sums(periods=found.periods[self._rows], whole=found.whole[self._rows])

    def has(self, first_day: date, last_day: date, index: int) -> bool:
        """Return whether a tariff period occurs in the days."""
        return bool((self._grid.codes[self._grid.columns(first_day, last_day)] == index).any())

    def below(
        self, first_day: date, last_day: date, bounds: NDArray[Any], members: Sequence[int]
    ) -> tuple[Whole, Whole] | None:
        """Return usage below bounds filled in the order of time."""
        return self._grid.below(first_day, last_day, bounds, members, self._rows)

    def counts(
        self, row: int, first_day: date, last_day: date, index: int | None
    ) -> dict[Quality, int]:
        """Return how many intervals of each quality a sum has."""
        return self._grid.counts((self._rows.start or 0) + row, first_day, last_day, index)

    def common_counts(
        self, first_day: date, last_day: date, index: int | None
    ) -> dict[Quality, int] | None:
        """Return the counts that all supplies share: where every interval is measured."""
        if self._grid.quality is not None:
            return None
        return self._grid.counts(0, first_day, last_day, index)

    def maxima(self, window_s: int, slip_s: int, first_day: date, last_day: date) -> Maxima:
        """Return the greatest windows; see Grid.maxima."""
        return self._grid.maxima(window_s, slip_s, first_day, last_day)


class RegisterSource:
    """Sums between the billing readings of one supply."""

    def __init__(self, sums: Sequence[RegisterSum], periods: Sequence[str], scale: int) -> None:
        """Keep sums.

        Args:
            sums: Of one quantity, in the order of time.
            periods: Keys of the tariff's periods.
            scale: Their numbers are in base units / scale.
        """
        self._sums = sums
        self._periods = list(periods)
        self._finer = lcm(*(each.base_units.denominator for each in sums))
        self._scale = scale * self._finer

    @property
    def scale(self) -> int:
        """Its integers are in base units / scale."""
        return self._scale

    def sums(self, first_day: date, last_day: date) -> Sums | None:
        """Return the sums of some days; None where no reading stands at their ends."""
        within = self._within(first_day, last_day)
        bands = [[each for each in within if each.period == key] for key in self._periods]
        whole = [each for each in within if each.period is None]
        told = whole or [each for band in bands for each in band]
        if not told or not all(
            _tiles(rows, first_day, last_day) for rows in (whole, *bands) if rows
        ):
            return None
        totals = [self._total(band) for band in bands]
        return Sums(
            periods=np.array([totals], dtype=object).reshape(1, -1),
            whole=np.array([self._total(told)], dtype=object),
        )

    def has(self, first_day: date, last_day: date, index: int) -> bool:
        """Return whether the meter has a register of a tariff period."""
        key = self._periods[index]
        return any(each.period == key for each in self._within(first_day, last_day))

    def below(
        self, first_day: date, last_day: date, bounds: NDArray[Any], members: Sequence[int]
    ) -> tuple[Whole, Whole] | None:
        """Return None: register sums know no order of time."""
        del first_day, last_day, bounds, members
        return None

    def counts(
        self, row: int, first_day: date, last_day: date, index: int | None
    ) -> dict[Quality, int]:
        """Return how many register differences of each quality a sum has."""
        del row
        within = self._within(first_day, last_day)
        key = None if index is None else self._periods[index]
        mine = [each for each in within if each.period == key]
        counted: dict[Quality, int] = {}
        for each in mine or (within if index is None else []):
            counted[each.quality] = counted.get(each.quality, 0) + 1
        return counted

    def common_counts(
        self, first_day: date, last_day: date, index: int | None
    ) -> dict[Quality, int] | None:
        """Return the counts: there is one supply."""
        return self.counts(0, first_day, last_day, index)

    def _within(self, first_day: date, last_day: date) -> list[RegisterSum]:
        return [s for s in self._sums if s.first_day <= last_day and first_day <= s.last_day]

    def _total(self, sums: Sequence[RegisterSum]) -> int:
        return sum(int(each.base_units * self._finer) for each in sums)


def _tiles(sums: Sequence[RegisterSum], first_day: date, last_day: date) -> bool:
    """Return whether sums cover exactly some days, each once."""
    day = first_day
    for each in sorted(sums, key=lambda each: each.first_day):
        if each.first_day != day:
            return False
        day = each.last_day + timedelta(days=1)
    return day == last_day + timedelta(days=1)
