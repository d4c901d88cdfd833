"""In: hourly energy of one meter and an instant. Out: what its register shows then, exactly. Pure.

The energy of an hour is spread evenly over the hour. A year's series repeats every 52 weeks
(8,736 h, so that a Monday stays a Monday) and therefore never ends. Everything is integer
arithmetic: energy is carried in tenths of a kWh times microseconds, and rounded down once, where
a register shows whole counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

HOUR_US = 3_600_000_000
"""One hour. [us]"""
WEEK_US = 168 * HOUR_US
"""One week. [us]"""
CYCLE_HOURS = 52 * 168
"""Hours after which the series repeats. [h]"""
CALORIFIC_MJ_PER_M3 = Fraction("39.5")
"""The one calorific value of the simulated gas. [MJ / m3]"""
PULSE_M3 = Fraction(1, 100)
"""Volume of one pulse. [m3]"""
COUNT_KWH = Fraction(1, 100)
"""Energy of one electricity count, on the meter's side of its transformers. [kWh]"""
COUNT_CWH = 1_000
"""The same: a count an hour is so much power. [0.01 W]"""
TENTH_KWH = Fraction(1, 10)
GAS_COUNTS_PER_TENTH = TENTH_KWH * Fraction(36, 10) / CALORIFIC_MJ_PER_M3 / PULSE_M3
"""Gas pulses in a tenth of a kWh: 72/79. [count]"""


def electricity_counts_per_tenth(multiplier: Fraction) -> Fraction:
    """Return register counts in a tenth of a kWh of the building. [count].

    Args:
        multiplier: Ratio of the current transformers in front of the meter.
    """
    return TENTH_KWH / COUNT_KWH / multiplier


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HourlySeries:
    """Energy of one meter, hour by hour, repeating every 52 weeks."""

    start_us: int
    """Start of the first hour. [us since the epoch]"""
    tenths: NDArray[np.int64]
    """Energy of each hour, shape (CYCLE_HOURS,). [0.1 kWh]"""
    before: NDArray[np.int64]
    """Energy before each hour, shape (CYCLE_HOURS + 1,); the last is the cycle's. [0.1 kWh]"""

    @staticmethod
    def of(start_us: int, tenths: NDArray[np.integer]) -> HourlySeries:
        """Return the series of the first 52 weeks of some hours.

        Args:
            start_us: Start of the first hour. [us since the epoch]
            tenths: At least CYCLE_HOURS hours. [0.1 kWh]
        """
        assert len(tenths) >= CYCLE_HOURS, "a cycle is 52 whole weeks"
        hours = tenths[:CYCLE_HOURS].astype(np.int64)
        before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(hours)])
        return HourlySeries(start_us=start_us, tenths=hours, before=before)

    def hour_at(self, at_us: int) -> tuple[int, int, int]:
        """Return (cycle, hour of the cycle, microseconds into that hour) of an instant."""
        hours, within_us = divmod(at_us - self.start_us, HOUR_US)
        cycle, hour = divmod(hours, CYCLE_HOURS)
        return cycle, hour, within_us

    def tenths_at(self, at_us: int) -> int:
        """Return the energy of the hour that holds an instant. [0.1 kWh]."""
        _, hour, _ = self.hour_at(at_us)
        return int(self.tenths[hour])

    def energy_at(self, at_us: int) -> int:
        """Return the energy from the series' start to an instant, exactly. [0.1 kWh x us / h].

        Divide by HOUR_US for tenths of a kWh; negative before the start.
        """
        cycle, hour, within_us = self.hour_at(at_us)
        whole = cycle * int(self.before[CYCLE_HOURS]) + int(self.before[hour])
        return whole * HOUR_US + int(self.tenths[hour]) * within_us


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Register:
    """A register that counts a series, shifted in time by whole weeks."""

    series: HourlySeries
    shift_us: int
    """How much later than the series the register lives. [us]"""
    start_count: int
    """Register at the (shifted) start of the series. [count]"""
    counts_per_tenth: Fraction
    """Counts in a tenth of a kWh. [count]"""
    modulus: int | None
    """Counts at which the register returns to zero; None: it never does. [count]"""

    def true_count(self, at_us: int) -> int:
        """Return the count as if the register had endless digits. [count]."""
        energy = self.series.energy_at(at_us - self.shift_us)
        per = self.counts_per_tenth
        return self.start_count + energy * per.numerator // (per.denominator * HOUR_US)

    def shown_count(self, at_us: int) -> int:
        """Return the count that the register shows. [count]."""
        count = self.true_count(at_us)
        return count if self.modulus is None else count % self.modulus

    def power_cw(self, at_us: int) -> int:
        """Return the mean power of the hour on the meter's side, rounded down. [0.01 W].

        Only for electricity registers, whose count is 0.01 kWh.
        """
        tenths = self.series.tenths_at(at_us - self.shift_us)
        per = self.counts_per_tenth
        return tenths * per.numerator * COUNT_CWH // per.denominator
