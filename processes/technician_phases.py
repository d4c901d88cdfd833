"""In: what a three-phase meter measures. Out: a phasor for each phase. Pure.

Angles are in degrees, current behind its voltage positive. Floats: they are judged and drawn,
never stored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

VOLTAGE_AT = {1: 0.0, 2: -120.0, 3: 120.0}
"""Where the voltage of each phase stands when they turn L1, L2, L3. [degree]"""
LEAST_CURRENT_A = 0.02
LEAST_SHARE = 0.02
"""Currents below this share of the largest tell nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase as the meter sees it."""

    number: int
    voltage_v: float | None
    current_a: float | None
    active_w: float | None
    reactive_var: float | None
    factor: float | None
    """Power factor: told by the device, else by its powers."""
    angle: float | None
    """Current behind its own voltage. [degree]"""
    signed: bool
    """Whether it is known which of the two is behind."""
    live: bool
    """Whether enough current flows for the angle to tell something."""


def phases_of(known: Mapping[str, float]) -> list[Phase]:
    """Return the phases that were measured.

    Args:
        known: By quantity. [V, A, W, var, VA]
    """
    currents = [abs(known.get(f"current_l{n}", 0.0)) for n in (1, 2, 3)]
    powers = [abs(known.get(f"active_power_l{n}", 0.0)) for n in (1, 2, 3)]
    found = []
    for n in (1, 2, 3):
        if not {f"voltage_l{n}", f"current_l{n}", f"active_power_l{n}"} & set(known):
            continue
        if f"current_l{n}" in known:
            live = currents[n - 1] > max(LEAST_CURRENT_A, LEAST_SHARE * max(currents))
        else:
            live = powers[n - 1] > max(5.0, LEAST_SHARE * max(powers))
        found.append(_phase(known, n, live=live))
    return found


def _phase(known: Mapping[str, float], n: int, *, live: bool) -> Phase:
    volts, amperes = known.get(f"voltage_l{n}"), known.get(f"current_l{n}")
    active, reactive = known.get(f"active_power_l{n}"), known.get(f"reactive_power_l{n}")
    apparent = known.get(f"apparent_power_l{n}")
    if apparent is None and volts is not None and amperes is not None:
        apparent = abs(volts * amperes)
    told = known.get(f"power_factor_l{n}")
    factor = told
    if factor is None and active is not None and apparent:
        factor = active / apparent
    angle, signed = None, False
    if active is not None and reactive is not None and (active or reactive):
        angle, signed = math.degrees(math.atan2(reactive, active)), True
    elif active is not None and apparent:
        angle = math.degrees(math.acos(max(-1.0, min(1.0, active / apparent))))
    return Phase(
        number=n,
        voltage_v=volts,
        current_a=amperes,
        active_w=active,
        reactive_var=reactive,
        factor=factor,
        angle=angle,
        signed=signed,
        live=live and angle is not None,
    )


def turned(degrees: float) -> float:
    """Return an angle between -180 (left out) and 180. [degree]."""
    rest = degrees % 360.0
    return rest - 360.0 if rest > 180.0 else rest
