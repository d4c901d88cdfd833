"""In: voltages and frequency of a meter. Out: what they tell of its connection. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from processes.technician_checks import DEAD_PHASE_V, Outcome
from processes.technician_judgement import Judgement, digits, listed

LOW_V, HIGH_V = 45.0, 300.0
"""Phase voltages of low voltage, and behind voltage transformers. [V]"""
MEDIUM_V = (1_000.0, 40_000.0)
"""Phase voltages of a meter that multiplies by its voltage transformers. [V]"""
UNEQUAL = 0.10
"""Difference of phase voltages from which something is wrong with the supply or the neutral."""
BETWEEN_TOLERANCE = 0.03
FREQUENCY_HZ = (45.0, 65.0)
_PAIRS = {"l1l2": (1, 2), "l2l3": (2, 3), "l3l1": (3, 1), "l3l2": (3, 2), "l1l3": (1, 3)}


def judge_voltages(known: Mapping[str, float]) -> list[Judgement]:
    """Return what the phase voltages tell, and those between phases."""
    phases = {n: known[f"voltage_l{n}"] for n in (1, 2, 3) if f"voltage_l{n}" in known}
    if not phases:
        return []
    told: dict[str, object] = {"volts": ", ".join(f"L{n} {digits(v)} V" for n, v in phases.items())}
    dead = [n for n, v in phases.items() if abs(v) < DEAD_PHASE_V]
    alive = [v for n, v in phases.items() if n not in dead]
    factor = _factor(list(phases.values()))
    if factor is not None:
        told["factor"] = factor
        return [_voltage(Outcome.REFUSED, "voltage_scale", told)]
    fits = [LOW_V <= v <= HIGH_V or MEDIUM_V[0] <= v <= MEDIUM_V[1] for v in alive]
    if not alive or not all(fits):
        return [_voltage(Outcome.REFUSED, "voltage_odd", told)]
    if dead:
        told["dead"] = listed(dead)
        return [_voltage(Outcome.NOTED, "voltage_dead", told)]
    if max(alive) - min(alive) > UNEQUAL * max(alive):
        return [_voltage(Outcome.NOTED, "voltage_unequal", told), *_between(known, phases)]
    return [_voltage(Outcome.OK, "voltage_ok", told), *_between(known, phases)]


def _voltage(outcome: Outcome, code: str, told: Mapping[str, object]) -> Judgement:
    return Judgement(name="voltage", outcome=outcome, code=code, values=told)


def _factor(volts: list[float]) -> str | None:
    """Return the power of ten that makes voltages of what are none, as text."""
    if any(LOW_V <= v <= HIGH_V or MEDIUM_V[0] <= v <= MEDIUM_V[1] for v in volts):
        return None
    for power in (1, -1, 2, -2, 3, -3):
        if all(80.0 <= v * 10.0**power <= HIGH_V for v in volts):
            return digits(10.0**power)
    return None


def _between(known: Mapping[str, float], phases: Mapping[int, float]) -> list[Judgement]:
    """Return whether the voltages between phases are those of three phases 120 degrees apart."""
    off: list[str] = []
    equal = looked = 0
    for name, (a, b) in _PAIRS.items():
        between = known.get(f"voltage_{name}")
        if not between or a not in phases or b not in phases:
            continue
        looked += 1
        expected = math.sqrt(phases[a] ** 2 + phases[b] ** 2 + phases[a] * phases[b])
        if abs(between - expected) > BETWEEN_TOLERANCE * expected:
            off.append(f"{name[:2].upper()}-{name[2:].upper()} {digits(between)} V")
            equal += abs(between - max(phases[a], phases[b])) <= 0.05 * between
    if not looked:
        return []
    if not off:
        return [Judgement(name="between", outcome=Outcome.OK, code="between_ok")]
    code = "between_reversed" if equal else "between_off"
    return [
        Judgement(
            name="between", outcome=Outcome.REFUSED, code=code, values={"volts": ", ".join(off)}
        )
    ]


def judge_frequency(known: Mapping[str, float]) -> list[Judgement]:
    """Return whether the frequency is one of a network."""
    hertz = known.get("frequency")
    if hertz is None:
        return []
    fits = FREQUENCY_HZ[0] <= hertz <= FREQUENCY_HZ[1]
    outcome, code = (Outcome.OK, "frequency_ok") if fits else (Outcome.REFUSED, "frequency_odd")
    return [
        Judgement(name="frequency", outcome=outcome, code=code, values={"hertz": digits(hertz)})
    ]
