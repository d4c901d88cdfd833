"""In: drivers and an instant. Out: how much of each driver has gone by, and its rate. Pure.

A driver's rate runs in a straight line from hour to hour; what has gone by is its integral, in
whole numbers. So a register is a closed form of time: nothing runs, nothing is remembered, and a
simulator that was killed shows the same counts again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.airport.drivers import UNIT, Drivers
from simulator.airport.figures import CYCLE_HOURS

HOUR_S = 3600
PER_UNIT_HOUR = 2 * UNIT * HOUR_S
"""Amount that a driver of mean one gives in an hour."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """Drivers with their integrals."""

    rates: NDArray[np.int64]
    before: NDArray[np.int64]
    """Amount before each hour, shape (drivers, CYCLE_HOURS + 1). [1 / PER_UNIT_HOUR of an hour]"""

    @staticmethod
    def of(drivers: Drivers) -> Course:
        """Return the course of some drivers."""
        rates = drivers.rates
        hours = (rates + np.roll(rates, -1, axis=1)) * HOUR_S
        before = np.zeros((len(rates), CYCLE_HOURS + 1), dtype=np.int64)
        np.cumsum(hours, axis=1, out=before[:, 1:])
        return Course(rates=rates, before=before)

    def gone_by(self, seconds: int) -> NDArray[np.int64]:
        """Return what each driver gave from the origin to an instant.

        Args:
            seconds: Since the origin. [s]
        """
        hours, within_s = divmod(seconds, HOUR_S)
        cycle, hour = divmod(hours, CYCLE_HOURS)
        here, there = self.rates[:, hour], self.rates[:, (hour + 1) % CYCLE_HOURS]
        slope = (there - here) * (within_s * within_s) // HOUR_S
        whole: NDArray[np.int64] = self.before[:, CYCLE_HOURS] * cycle + self.before[:, hour]
        return whole + 2 * here * within_s + slope

    def rate(self, seconds: int) -> NDArray[np.int64]:
        """Return each driver's rate at an instant. [1 / UNIT of the mean]."""
        hours, within_s = divmod(seconds, HOUR_S)
        hour = hours % CYCLE_HOURS
        here, there = self.rates[:, hour], self.rates[:, (hour + 1) % CYCLE_HOURS]
        rate: NDArray[np.int64] = here + (there - here) * within_s // HOUR_S
        return rate
