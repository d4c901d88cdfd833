"""In: an airport, its faults and an instant. Out: every register and sensor at it. Pure.

All counters of an instant are computed together: flows as whole multiples of the drivers' courses,
rounded down to whole counts; a summing meter is the sum of its flows' counts, so that it equals
its parts and losses to the count at every instant.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.units import Utility
from simulator.airport.behaviours import Conditions, shown_by
from simulator.airport.course import HOUR_S, PER_UNIT_HOUR, Course
from simulator.airport.drivers import UNIT, at_hour, drivers_of
from simulator.airport.faults import Fault, FaultKind
from simulator.airport.figures import ORIGIN
from simulator.airport.luck import seed_of
from simulator.airport.parts import HEAT, PULSE, PULSE_MODULUS, SDM, TVA, Airport, Metered, Sensor

_START_RANGE = {SDM: 500_000, PULSE: 5_000_000, HEAT: 900_000, TVA: 400_000}
_START_RANGE_ELSE = 20_000_000
_KEPT = 8
"""Instants kept: the present one, and those at which faults begin and end."""
_LEAK_L_H = 1_100
"""A leaking pipe. [L / h]"""
_ORIGIN_US = to_us(ORIGIN)
_SECOND_US = 1_000_000


def seconds_of(at_us: int) -> int:
    """Return whole seconds from the origin to an instant. [us since the epoch -> s]."""
    return (at_us - _ORIGIN_US) // _SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instant:
    """What is true at one instant, before faults of registers."""

    seconds: int
    base: NDArray[np.int64]
    """What each metering point has counted since the origin. [Wh; L; g]"""
    rate: NDArray[np.int64]
    """What each metering point passes on. [W; L / h; g / h]"""
    flows: NDArray[np.int64]
    """What each flow has used since the origin, losses among them. [Wh; L; g]"""


class AirportModel:
    """Registers and sensors of an airport as functions of time."""

    def __init__(self, airport: Airport, faults: Sequence[Fault] = ()) -> None:
        """Lay out the tables.

        Args:
            airport: What there is.
            faults: What goes wrong.
        """
        self.airport = airport
        self.faults = tuple(faults)
        self._drivers = drivers_of(airport.seed)
        self._course = Course.of(self._drivers)
        column = {name: n for n, name in enumerate(self._drivers.names)}
        self._terms = np.zeros((len(airport.flows), len(column)), dtype=np.int64)
        for row, flow in enumerate(airport.flows):
            for name, amount in flow.terms.items():
                self._terms[row, column[name]] = amount
        self._flow_step = np.array([flow.per_count for flow in airport.flows], dtype=np.int64)
        self._row = {meter.point: n for n, meter in enumerate(airport.metered)}
        place = {flow.key: n for n, flow in enumerate(airport.flows)}
        parts = [(sign, place[key]) for meter in airport.metered for sign, key in meter.parts]
        self._sign = np.array([sign for sign, _ in parts], dtype=np.int64)
        self._part = np.array([flow for _, flow in parts], dtype=np.int64)
        lengths = [len(meter.parts) for meter in airport.metered]
        self._first = np.cumsum([0, *lengths[:-1]])
        self._instants: OrderedDict[int, Instant] = OrderedDict()
        self._of_point: dict[str, Fault] = {fault.point: fault for fault in self.faults}
        self._leaks = [
            (place[fault.point], fault.first_s)
            for fault in self.faults
            if fault.kind is FaultKind.LEAK
        ]
        self._conditions: Conditions | None = None

    def at(self, seconds: int) -> Instant:
        """Return what is true at an instant; computed once for all meters.

        Args:
            seconds: Since the origin. [s]
        """
        known = self._instants.get(seconds)
        if known is not None:
            self._instants.move_to_end(seconds)
            return known
        gone = self._terms @ self._course.gone_by(seconds)
        rate = self._terms @ self._course.rate(seconds) // UNIT
        for row, first_s in self._leaks:
            gone[row] += max(0, seconds - first_s) * _LEAK_L_H * (PER_UNIT_HOUR // HOUR_S)
            rate[row] += _LEAK_L_H if seconds >= first_s else 0
        counts = gone // (PER_UNIT_HOUR * self._flow_step)
        base = counts * self._flow_step
        found = Instant(
            seconds=seconds,
            base=np.add.reduceat(self._sign * base[self._part], self._first),
            rate=np.add.reduceat(self._sign * rate[self._part], self._first),
            flows=base,
        )
        self._instants[seconds] = found
        if len(self._instants) > _KEPT + 2 * len(self.faults):
            self._instants.popitem(last=False)
        return found

    def true_base(self, point: str, seconds: int) -> int:
        """Return what a point has truly counted since the origin. [Wh; L; g]."""
        return int(self.at(seconds).base[self._row[point]])

    def true_count(self, meter: Metered, seconds: int) -> int:
        """Return a register as if it had endless digits, faults included. [count].

        Args:
            meter: A metering point of the airport.
            seconds: Since the origin. [s]
        """
        fault = self._of_point.get(meter.point)
        if fault is None or seconds < fault.first_s:
            return self._sound_count(meter, seconds)
        match fault.kind:
            case FaultKind.RESET:
                since = self.true_base(meter.point, fault.first_s) // meter.per_count
                return self.true_base(meter.point, seconds) // meter.per_count - since
            case FaultKind.STUCK | FaultKind.REVERSED:
                stood = self._sound_count(meter, fault.first_s)
                if fault.until_s is None or seconds < fault.until_s:
                    return stood
                lost = self._sound_count(meter, fault.until_s) - stood
                return self._sound_count(meter, seconds) - lost
            case _:
                return self._sound_count(meter, seconds)

    def _sound_count(self, meter: Metered, seconds: int) -> int:
        counted = int(self.at(seconds).base[self._row[meter.point]]) // meter.per_count
        return self.start_count(meter) + counted

    def start_count(self, meter: Metered) -> int:
        """Return a register at the origin; the same in every run. [count]."""
        span = _START_RANGE.get(meter.profile, _START_RANGE_ELSE)
        return seed_of(self.airport.seed, "start", meter.point) % span

    def rate(self, meter: Metered, seconds: int) -> int:
        """Return what passes a meter, below zero when it is reversed. [W; L / h; g / h]."""
        fault = self._of_point.get(meter.point)
        power = int(self.at(seconds).rate[self._row[meter.point]])
        reversed_now = (
            fault is not None and fault.kind is FaultKind.REVERSED and fault.active(seconds)
        )
        return -power if reversed_now else power

    def conditions(self, seconds: int) -> Conditions:
        """Return what the sensors see at an instant."""
        if self._conditions is not None and self._conditions.seconds == seconds:
            return self._conditions
        drivers, rate = self._drivers, self.at(seconds).rate
        loads = {
            meter.point: float(rate[row])
            for row, meter in enumerate(self.airport.metered)
            if meter.utility is Utility.ELECTRICITY and meter.level in {"incomer", "board"}
        }
        for meter in self.airport.metered:
            if meter.point in loads and meter.level == "board":
                loads[meter.place] = loads.get(meter.place, 0.0) + loads[meter.point]
        self._conditions = Conditions(
            seed=self.airport.seed,
            seconds=seconds,
            temperature_c=at_hour(drivers.weather.temperature_c, seconds),
            humidity_pct=at_hour(drivers.weather.humidity_pct, seconds),
            sun=at_hour(drivers.weather.sun, seconds),
            passengers=at_hour(drivers.passengers, seconds),
            flights=at_hour(drivers.flights, seconds),
            site_w=sum(w for point, w in loads.items() if point.startswith("grid-")),
            loads_w=loads,
            faulty_s={
                fault.point: seconds - fault.first_s
                for fault in self.faults
                if fault.active(seconds)
            },
        )
        return self._conditions

    def sensor_count(self, sensor: Sensor, seconds: int) -> int:
        """Return what a sensor shows at an instant. [count]."""
        return shown_by(sensor, self.conditions(seconds))


def modulus_of(meter: Metered) -> int | None:
    """Return the counts at which a register returns to zero, None where it never does. [count]."""
    return PULSE_MODULUS if meter.profile == PULSE else None
