"""In: a sensor and the conditions at an instant. Out: what it shows. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from simulator.airport.luck import seed_of, wobble
from simulator.airport.parts import Sensor

CLOSED, OPEN = 1, 0
"""States of a breaker."""
FLOATING, BOOSTING = 1, 2
"""States of the DC panel's charger."""
RESIDUAL_FAULT_MA = 380.0
CONTACT_FAULT_C = 58.0
"""What a loose contact adds at full load after three days. [degC]"""
STAGE_KVAR = 150
STAGES = 12
_REACTIVE_SHARE = 0.42
"""Reactive power of the airport in its active power, before the capacitors. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What sensors see at an instant."""

    seed: int
    seconds: int
    """Since the origin. [s]"""
    temperature_c: float
    humidity_pct: float
    sun: float
    passengers: float
    flights: float
    site_w: float
    loads_w: Mapping[str, float]
    """Load of each building's feeder, grid supply and board. [W]"""
    faulty_s: Mapping[str, int]
    """Sensor with a fault and for how long it has had it. [s]"""

    def chance(self, sensor: Sensor, *, knot_s: int = 600) -> float:
        """Return a sensor's own course of chance, -1 to 1."""
        return wobble(seed_of(self.seed, sensor.point), self.seconds, knot_s=knot_s)

    def loading(self, sensor: Sensor) -> float:
        """Return the load of what a sensor watches in its rated load. [1]."""
        return max(self.loads_w.get(sensor.of, 0.0), 0.0) / sensor.rated_w

    @property
    def room_c(self) -> float:
        """Temperature of the substation's room. [degC]."""
        return 23.0 + 0.12 * (self.temperature_c - 20) + 1.5e-7 * self.site_w

    @property
    def cool_share(self) -> float:
        """How much cooling the weather asks for, 0 to 1."""
        return min(1.0, max(0.0, (self.temperature_c - 12) / 22))


Behaviour = Callable[[Sensor, Conditions], float]


def _residual(sensor: Sensor, at: Conditions) -> float:
    usual = 22 + 55 * at.loading(sensor) + 6 * at.chance(sensor)
    if sensor.point in at.faulty_s:
        usual += RESIDUAL_FAULT_MA * (1 + 0.1 * at.chance(sensor, knot_s=120))
    return usual


def _contact(sensor: Sensor, at: Conditions) -> float:
    load = at.loading(sensor)
    rise = 34 * load * load
    if sensor.point in at.faulty_s:
        aged = min(1.0, 0.55 + at.faulty_s[sensor.point] / (3 * 86_400))
        rise += CONTACT_FAULT_C * aged * (0.45 + load)
    return at.room_c + rise + 0.8 * at.chance(sensor)


def _stages(_: Sensor, at: Conditions) -> float:
    return min(STAGES, at.site_w * _REACTIVE_SHARE / 1000 // STAGE_KVAR)


def _people_hours(at: Conditions) -> float:
    return at.passengers / 10_000


BEHAVIOURS: Mapping[str, Behaviour] = {
    "tie": lambda _s, _c: OPEN,
    "breaker": lambda _s, _c: CLOSED,
    "dc_charger": lambda s, c: BOOSTING if c.chance(s, knot_s=21_600) > 0.9 else FLOATING,
    "stages": _stages,
    "residual": _residual,
    "contact": _contact,
    "cable": lambda s, c: c.room_c + 26 * c.loading(s) ** 2 + 0.5 * c.chance(s),
    "winding": lambda s, c: 18 + 0.9 * c.room_c + 62 * c.loading(s) ** 1.6 + 0.7 * c.chance(s),
    "loading": lambda s, c: 100 * c.loading(s) / 0.94,
    "outdoor": lambda s, c: c.temperature_c + 0.2 * c.chance(s),
    "wet": lambda s, c: min(100.0, c.humidity_pct + c.chance(s)),
    "sun": lambda s, c: 1000 * c.sun * (1 + 0.04 * c.chance(s)),
    "people": lambda s, c: c.passengers * (1 + 0.02 * c.chance(s)),
    "flights": lambda _s, c: c.flights,
    "room": lambda s, c: c.room_c + 0.3 * c.chance(s),
    "damp": lambda s, c: 50 + 0.15 * (c.humidity_pct - 70) + 2 * c.chance(s),
    "dc_volts": lambda s, c: 227.4 + 0.4 * c.chance(s),
    "dc_amps": lambda s, c: 11.5 + 0.9 * c.chance(s),
    "capacitors": lambda s, c: _stages(s, c) * STAGE_KVAR,
    "filter": lambda s, c: 60 + 5.5e-6 * c.site_w + 6 * c.chance(s),
    "thd_u": lambda s, c: 1.6 + 7e-8 * c.site_w + 0.15 * c.chance(s),
    "thd_i": lambda s, c: 4.4 + 9e-8 * c.site_w + 0.4 * c.chance(s),
    "unbalance": lambda s, c: 0.45 + 0.15 * c.chance(s),
    "flicker": lambda s, c: 0.24 + 0.08 * c.chance(s),
    "chilled_out": lambda s, c: 6.6 + 0.4 * c.chance(s),
    "chilled_back": lambda s, c: 9.4 + 3.6 * c.cool_share + 0.4 * c.chance(s),
    "hot_out": lambda s, c: 63 + 4 * max(0.0, 17 - c.temperature_c) / 10 + 0.8 * c.chance(s),
    "hot_back": lambda s, c: 46 + 1.2 * c.chance(s),
    "steam_bar": lambda s, c: 6.1 + 0.15 * c.chance(s),
    "feed": lambda s, c: 102 + 1.5 * c.chance(s) - 0.4 * math.sqrt(_people_hours(c)),
}


def shown_by(sensor: Sensor, at: Conditions) -> int:
    """Return the count that a sensor shows. [count]."""
    value = BEHAVIOURS[sensor.behaviour](sensor, at)
    return max(0, round(Fraction(value) / Fraction(sensor.resolution)))
