"""In: the values a candidate reads of a three-phase meter. Out: evidence from physics. Pure.

Three voltages alike, 50 or 60 Hz, phase to phase by the square root of three, S^2 = P^2 + Q^2 and
phases that add up are rare among words that happen to lie there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.modbus.probing.evidence import EXACT, Evidence
from adapters.modbus.probing.values import Values

LOW_V = (80.0, 300.0)
"""Phase voltages of low-voltage networks. [V]"""
SECONDARY_V = (45.0, 80.0)
"""Phase voltages behind voltage transformers. [V]"""
MEDIUM_V = (1_000.0, 40_000.0)
"""Phase voltages in front of them. [V]"""
DEAD_V = 5.0
FREQUENCY_HZ = ((47.0, 53.0), (57.0, 63.0))
POWERS = (0, 1, -1, 2, -2, 3, -3)
"""Powers of ten by which a scale may be off, the likeliest first."""
SCALE_BITS = -4.0
"""For a family whose scale is not the map's. [bit]"""
LEAST_LOAD_VA = 5.0
"""Below this, powers tell nothing. [VA]"""
_PAIRS = {"l1l2": (1, 2), "l2l3": (2, 3), "l3l1": (3, 1), "l3l2": (3, 2), "l1l3": (1, 3)}


@dataclass(frozen=True, slots=True)
class Judged:
    """Evidence and, by family, the power of ten that the map's scale lacks."""

    evidence: list[Evidence]
    scales: Mapping[str, int]


def electric(values: Values) -> Judged:
    """Return the evidence of voltages, frequency, currents and powers."""
    evidence, volts = _voltages(values)
    scales = {"voltage": volts} if volts else {}
    found, hertz = _frequency(values)
    evidence += found
    if hertz:
        scales["frequency"] = hertz
    scaled = {
        quantity: value * 10.0**volts if quantity.startswith("voltage_l") else value
        for quantity, value in values.known.items()
    }
    evidence += _between_phases(scaled)
    evidence += _factors(values)
    for group in (_sums, _triangles, _volt_amperes):
        evidence += group(scaled)
    return Judged(evidence, scales)


def voltages_fit(values: Values) -> bool:
    """Return whether the phase voltages may be voltages at all, whatever their scale."""
    evidence, _ = _voltages(values)
    return any(each.code == "voltages" for each in evidence)


def _inside(value: float, band: tuple[float, float]) -> bool:
    return band[0] <= value <= band[1]


def _phases(known: Mapping[str, float], quantity: str) -> dict[int, float]:
    names = {n: f"{quantity}_l{n}" for n in (1, 2, 3)}
    return {n: known[name] for n, name in names.items() if name in known}


def _voltages(values: Values) -> tuple[list[Evidence], int]:
    looked = [q for q in values.expected if re.fullmatch(r"voltage_l[123]", q)]
    phases = _phases(values.known, "voltage")
    if not looked or all(q in values.refused for q in looked):
        return [], 0
    told = {"volts": "/".join(f"{v:.5g}" for v in phases.values())}
    alive = [v for v in phases.values() if abs(v) > 0.01]
    if not alive:
        return [Evidence(code="dead", bits=-5.5)], 0
    power = next((k for k in POWERS if all(_inside(v * 10.0**k, LOW_V) for v in alive)), None)
    middle = sorted(alive)[len(alive) // 2]
    if power != 0 and any(
        all(_inside(v, band) for v in alive) and max(alive) <= 1.2 * min(alive)
        for band in (SECONDARY_V, MEDIUM_V)
    ):
        bits = 4.0 if _inside(middle, SECONDARY_V) else 3.0
        return [Evidence(code="voltages", bits=bits, values=told)], 0
    if power is None or max(alive) > 1.3 * min(alive):
        return [Evidence(code="odd_voltages", bits=-8.0, values=told)], 0
    told["volts"] = "/".join(f"{v * 10.0**power:.5g}" for v in phases.values())
    bits = {1: 5.0, 2: 7.0, 3: 9.0}[len(alive)] - 2.0 * (len(looked) - len(alive))
    found = [Evidence(code="voltages", bits=bits, values=told)]
    if power:
        found.append(Evidence(code="scale", bits=SCALE_BITS, values=_factor("voltage", power)))
    return found, power


def _factor(family: str, power: int) -> dict[str, object]:
    return {"family": family, "factor": f"{10.0**power:g}"}


def _frequency(values: Values) -> tuple[list[Evidence], int]:
    value = values.known.get("frequency")
    if value is None:
        if "frequency" not in values.flawed:
            return [], 0
        return [Evidence(code="odd_frequency", bits=-4.0, values={"hertz": "-"})], 0
    told: dict[str, object] = {"hertz": f"{value:.5g}"}
    if not value:
        return [Evidence(code="odd_frequency", bits=-6.0, values=told)], 0
    for power in POWERS:
        scaled = value * 10.0**power
        if any(_inside(scaled, band) for band in FREQUENCY_HZ):
            found = [Evidence(code="frequency", bits=8.0, values={"hertz": f"{scaled:.5g}"})]
            if power:
                what = _factor("frequency", power)
                found.append(Evidence(code="scale", bits=SCALE_BITS, values=what))
            return found, power
    return [Evidence(code="odd_frequency", bits=-7.0, values=told)], 0


def _between_phases(known: Mapping[str, float]) -> list[Evidence]:
    phases = _phases(known, "voltage")
    fits: list[bool] = []
    for name, (a, b) in _PAIRS.items():
        between = known.get(f"voltage_{name}")
        if between and phases.get(a, 0) > DEAD_V and phases.get(b, 0) > DEAD_V:
            first, second = phases[a], phases[b]
            expected = math.sqrt(first**2 + second**2 + first * second)
            fits.append(abs(between - expected) <= 0.03 * expected)
    if not fits:
        return []
    if all(fits):
        return [Evidence(code="root_three", bits=6.0)]
    return [Evidence(code="root_three_off", bits=-3.0)]


def _factors(values: Values) -> list[Evidence]:
    factors = [v for q, v in values.known.items() if q.startswith("power_factor")]
    live = [abs(v) for v in factors if v]
    if not live:
        return []
    if max(live) <= 1.001:
        return [Evidence(code="factor", bits=min(3.0, 1.0 * len(live)))]
    return [Evidence(code="odd_factor", bits=-1.0 if max(live) <= 2 else -4.0)]


def _sums(known: Mapping[str, float]) -> list[Evidence]:
    phases, total = _phases(known, "active_power"), known.get("active_power")
    if len(phases) < 3 or total is None or max(map(abs, [total, *phases.values()])) < LEAST_LOAD_VA:
        return []
    size = sum(map(abs, phases.values()))
    off = abs(sum(phases.values()) - total)
    if off <= EXACT * size:
        return [Evidence(code="power_sum", bits=9.0)]
    if off <= 0.015 * size + 3:
        return [Evidence(code="power_sum", bits=6.0)]
    if off <= 0.1 * size:
        return [Evidence(code="power_sum_off", bits=-2.0)]  # a load may change between two reads
    return [Evidence(code="power_sum_off", bits=-5.0)]


def _triangles(known: Mapping[str, float]) -> list[Evidence]:
    offs: list[float] = []
    for end in ("", "_l1", "_l2", "_l3"):
        active, reactive = known.get(f"active_power{end}"), known.get(f"reactive_power{end}")
        apparent, factor = known.get(f"apparent_power{end}"), known.get(f"power_factor{end}")
        if active is None:
            continue
        if reactive is not None and apparent and abs(apparent) > LEAST_LOAD_VA:
            offs.append(abs(apparent**2 - active**2 - reactive**2) / apparent**2)
        elif factor and abs(factor) <= 1.001 and reactive is not None:
            size = math.hypot(active, reactive)
            if size > LEAST_LOAD_VA:
                offs.append(abs(abs(active) / size - abs(factor)))
    if not offs:
        return []
    if max(offs) <= EXACT:
        return [Evidence(code="triangle", bits=min(11.0, 6.0 + 2.0 * len(offs)))]
    if max(offs) <= 0.04:
        return [Evidence(code="triangle", bits=min(8.0, 3.0 + 2.0 * len(offs)))]
    return [Evidence(code="triangle_off", bits=-3.0)]


def _volt_amperes(known: Mapping[str, float]) -> list[Evidence]:
    fits: list[bool] = []
    for n in (1, 2, 3):
        volts, amperes = known.get(f"voltage_l{n}"), known.get(f"current_l{n}")
        active = known.get(f"active_power_l{n}")
        if not volts or not amperes or active is None or abs(volts * amperes) < LEAST_LOAD_VA:
            continue
        ratio = abs(active) / abs(volts * amperes)
        fits.append(0.05 <= ratio <= 1.06 or (ratio < 0.05 and active == 0))
    if not fits:
        return []
    if all(fits):
        return [Evidence(code="volt_amperes", bits=4.0)]
    return [Evidence(code="volt_amperes_off", bits=-3.0)]
