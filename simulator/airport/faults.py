"""In: an airport, a level and where the show begins. Out: what goes wrong, where and when. Pure.

Every fault has its hour, counted from the show's first instant, so that a restart repeats it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from energy.base.units import Utility
from simulator.airport.luck import seed_of
from simulator.airport.parts import SDM, Airport, Metered, Sensor

HOUR_S, DAY_S = 3600, 86_400


class FaultKind(StrEnum):
    """What can go wrong."""

    SILENT = "silent"
    """A Modbus meter gives no answer for a while; never while a play waits for it."""
    RESET = "reset"
    """A counter falls to zero and goes on from there."""
    STUCK = "stuck"
    """A counter stands still for half a day and never makes up for it."""
    LEAK = "leak"
    """A water pipe leaks from one night on: seen when nobody uses water."""
    REVERSED = "reversed"
    """A current transformer is put in the wrong way round: power negative, import stands still."""
    RESIDUAL = "residual"
    """A residual current far above its limit, six hours a day."""
    CONTACT = "contact"
    """A loose contact: hotter with the load, and by the day."""


class FaultLevel(StrEnum):
    """How much goes wrong."""

    NONE = "none"
    SOME = "some"
    MANY = "many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong."""

    kind: FaultKind
    point: str
    first_s: int
    """Since the origin. [s]"""
    until_s: int | None = None
    every_s: int | None = None
    """It comes again after this long. [s]"""

    def active(self, seconds: int) -> bool:
        """Return whether it is there at an instant. Args: seconds since the origin."""
        since = seconds - self.first_s
        if since < 0:
            return False
        if self.until_s is None:
            return True
        length = self.until_s - self.first_s
        return since % self.every_s < length if self.every_s is not None else since < length


_HOURS: dict[FaultKind, tuple[float, float | None, float | None]] = {
    FaultKind.SILENT: (1.0, 1.75, 8.0),
    FaultKind.RESET: (9.25, None, None),
    FaultKind.STUCK: (6.0, 18.0, None),
    FaultKind.LEAK: (1.5, None, None),
    FaultKind.REVERSED: (4.0, None, None),
    FaultKind.RESIDUAL: (8.0, 14.0, 24.0),
    FaultKind.CONTACT: (3.0, None, None),
}
"""First hour of the show, last, and after how many it comes again. [h]"""
_MANY_ONE_OF = 8
"""Of this many places one has the fault, with `many`."""


def faults_of(airport: Airport, level: FaultLevel, show_s: int) -> tuple[Fault, ...]:
    """Return every fault of a show.

    Args:
        airport: Where.
        level: How much goes wrong: with `some`, one of each kind.
        show_s: First instant of the show. [s since the origin]
    """
    if level is FaultLevel.NONE:
        return ()
    places = _places(airport)
    faults = []
    for kind, points in places.items():
        most = 1 if level is FaultLevel.SOME else max(1, len(points) // _MANY_ONE_OF)
        order = sorted(points, key=lambda point: seed_of(airport.seed, kind.value, point))
        for number, point in enumerate(order[:most]):
            first, until, every = _HOURS[kind]
            later_s = number * 900
            faults.append(
                Fault(
                    kind=kind,
                    point=point,
                    first_s=show_s + _seconds(first) + later_s,
                    until_s=None if until is None else show_s + _seconds(until) + later_s,
                    every_s=None if every is None else _seconds(every),
                )
            )
    return tuple(faults)


def _seconds(hours: float) -> int:
    return int(hours * HOUR_S)


def _places(airport: Airport) -> dict[FaultKind, list[str]]:
    """Return where each kind may be; a register has one fault at most."""
    tenants = [m for m in airport.metered if m.level == "tenant"]
    electric = [m.point for m in tenants if m.utility is Utility.ELECTRICITY]
    floats = [m.point for m in tenants if m.profile == SDM]
    pulses = _points(m for m in tenants if m.utility is Utility.GAS or m.utility is Utility.HEATING)
    return {
        FaultKind.REVERSED: floats[0::3],
        FaultKind.STUCK: floats[1::3],
        FaultKind.SILENT: [p for p in electric if p not in floats[0::3] and p not in floats[1::3]],
        FaultKind.RESET: pulses,
        FaultKind.LEAK: _points(m for m in tenants if m.utility is Utility.WATER),
        FaultKind.RESIDUAL: _watching(airport.sensors, "residual"),
        FaultKind.CONTACT: _watching(airport.sensors, "contact"),
    }


def _points(meters: Iterable[Metered]) -> list[str]:
    return [meter.point for meter in meters]


def _watching(sensors: Sequence[Sensor], behaviour: str) -> list[str]:
    return [sensor.point for sensor in sensors if sensor.behaviour == behaviour]


def silent(faults: Sequence[Fault], meter: Metered, seconds: int) -> bool:
    """Return whether a meter gives no answer at an instant."""
    return any(
        fault.kind is FaultKind.SILENT and fault.point == meter.point and fault.active(seconds)
        for fault in faults
    )
