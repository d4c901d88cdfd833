"""In: phasors of a meter. Out: what they tell of its current transformers. Pure.

Every mistake of wiring is tried: which transformer sits on which phase and which way round, 48 in
all. A wiring is believed when every true angle it implies is one that loads have; the simplest
believable one is named, and none when two are equally simple.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product

from processes.technician_checks import Outcome
from processes.technician_judgement import Judgement, digits, listed
from processes.technician_phases import VOLTAGE_AT, Phase, turned

LOAD_ANGLE = (-37.0, 56.0)
"""Angles of honest loads: power factor 0.8 leading to 0.56 lagging. [degree]"""
WRONG_FACTOR = 0.55
"""Below this a transformer is suspected to sit on another phase (the limit of PhaseChek)."""
MOST_MISTAKES = 3
"""More mistakes at once are no explanation but an excuse."""
ALIKE = 15.0
"""Spread of angles below which three loads are alike: a motor at no load, no wiring. [degree]"""
SUM_TOLERANCE = 0.01
TRIANGLE_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Wiring:
    """Which phase each current transformer sits on, and which way round."""

    on: tuple[int, int, int]
    """Phase of the transformer at the input of L1, L2, L3."""
    way: tuple[int, int, int]
    """1 as marked, -1 reversed."""

    @property
    def moved(self) -> list[int]:
        """Return the inputs whose transformer sits on another phase."""
        return [n for n in (1, 2, 3) if self.on[n - 1] != n]

    @property
    def reversed(self) -> list[int]:
        """Return the inputs whose transformer is reversed."""
        return [n for n in (1, 2, 3) if self.way[n - 1] < 0]

    @property
    def mistakes(self) -> int:
        """Return how many mistakes make it: an exchange of two is one, of three is two."""
        return max(0, len(self.moved) - 1) + len(self.reversed)


WIRINGS = sorted(
    (
        Wiring((a, b, c), (x, y, z))
        for a, b, c in permutations((1, 2, 3))
        for x, y, z in product((1, -1), repeat=3)
    ),
    key=lambda wiring: wiring.mistakes,
)


def believable(phases: Sequence[Phase], *, may_feed: bool) -> list[Wiring]:
    """Return the simplest wirings that explain the angles; empty when none does.

    Args:
        phases: As measured.
        may_feed: Whether power may flow back at this point.
    """
    live = [phase for phase in phases if phase.live]
    numbers = {phase.number for phase in live}
    found: list[Wiring] = []
    for wiring in WIRINGS:
        if wiring.mistakes > (found[0].mistakes if found else MOST_MISTAKES):
            break
        if not set(wiring.moved) <= numbers or not set(wiring.reversed) <= numbers:
            continue  # nothing is known of a phase without current
        if all(_explains(wiring, phase, may_feed=may_feed) for phase in live):
            found.append(wiring)
    return found


def _explains(wiring: Wiring, phase: Phase, *, may_feed: bool) -> bool:
    assert phase.angle is not None, "a live phase has one"
    measured = [phase.angle] if phase.signed else [phase.angle, -phase.angle]
    return any(_loads_have(_true_angle(wiring, phase.number, a), may_feed) for a in measured)


def _true_angle(wiring: Wiring, n: int, angle: float) -> float:
    """Return the angle of the load, were the device wired so. [degree]."""
    current_at = VOLTAGE_AT[n] - angle + (180.0 if wiring.way[n - 1] < 0 else 0.0)
    return turned(VOLTAGE_AT[wiring.on[n - 1]] - current_at)


def _loads_have(angle: float, may_feed: bool) -> bool:  # noqa: FBT001 - one yes or no
    low, high = LOAD_ANGLE
    return low <= angle <= high or (may_feed and low <= turned(angle - 180.0) <= high)


def judge_transformers(phases: Sequence[Phase], *, may_feed: bool) -> list[Judgement]:
    """Return what the angles tell: reversed, on another phase, or as they should be.

    Args:
        phases: As measured.
        may_feed: Whether power may flow back at this point (solar panels, lifts).
    """
    live = [phase for phase in phases if phase.live]
    if not live:
        return [_say(Outcome.NOTED, "no_current")] if phases else []
    found = believable(phases, may_feed=may_feed)
    if not found or (found[0].mistakes and _low_alike(live)):
        return _unexplained(live)
    if not found[0].mistakes:
        idle = [phase.number for phase in phases if not phase.live]
        code = "transformers_ok" if not idle else "transformers_ok_idle"
        return [_say(Outcome.OK, code, phases=listed([p.number for p in live]), idle=listed(idle))]
    if len(found) > 1:
        ways = " / ".join(_in_words(wiring) for wiring in found[:3])
        return [_say(Outcome.REFUSED, "transformers_either", ways=ways)]
    [wiring] = found
    watts = {phase.number: digits((phase.active_w or 0.0) / 1000, 3) for phase in live}
    if wiring.reversed and not wiring.moved:
        power = ", ".join(f"L{n} {watts[n]} kW" for n in wiring.reversed)
        at = listed(wiring.reversed)
        return [_say(Outcome.REFUSED, "transformer_reversed", phases=at, power=power)]
    if len(wiring.moved) == 2 and not wiring.reversed:
        a, b = wiring.moved
        return [_say(Outcome.REFUSED, "transformers_exchanged", first=f"L{a}", second=f"L{b}")]
    return [_say(Outcome.REFUSED, "transformers_mixed", ways=_in_words(wiring))]


def _say(outcome: Outcome, code: str, **values: object) -> Judgement:
    return Judgement(name="transformers", outcome=outcome, code=code, values=values)


def _in_words(wiring: Wiring) -> str:
    """Return a wiring in signs that need no translation: "L1→L2, L2→L1 (−)"."""
    parts = []
    for n in (1, 2, 3):
        if n in wiring.moved or n in wiring.reversed:
            sign = " (-)" if n in wiring.reversed else ""
            parts.append(f"L{n}>L{wiring.on[n - 1]}{sign}")
    return ", ".join(parts)


def _low_alike(live: Sequence[Phase]) -> bool:
    angles = [phase.angle or 0.0 for phase in live]
    low = all((p.active_w or 0.0) > 0 and abs(p.factor or 0.0) < WRONG_FACTOR for p in live)
    return low and len(live) == 3 and max(angles) - min(angles) < ALIKE


def _unexplained(live: Sequence[Phase]) -> list[Judgement]:
    if _low_alike(live):
        told = digits(sum(abs(p.factor or 0.0) for p in live) / 3, 2)
        return [_say(Outcome.NOTED, "low_factor_alike", factor=told)]
    low = [p for p in live if p.factor is not None and abs(p.factor) < WRONG_FACTOR]
    negative = [p for p in live if (p.active_w or 0.0) < 0]
    if low:
        told = ", ".join(f"L{p.number} {digits(p.factor or 0.0, 2)}" for p in low)
        return [_say(Outcome.REFUSED, "low_factor", factors=told)]
    if negative:
        return [_say(Outcome.REFUSED, "negative", phases=listed([p.number for p in negative]))]
    return [_say(Outcome.NOTED, "unexplained")]


def judge_rotation(known: Mapping[str, float], phases: Sequence[Phase]) -> list[Judgement]:
    """Return what is known of the rotation: no device of the shipped maps tells its angles.

    A rotation the wrong way leaves kWh as they are as long as every current meets its own voltage,
    which `judge_transformers` has looked at.
    """
    if len([p for p in phases if p.voltage_v]) < 3:
        return []
    order = known.get("phase_order")
    if order is None:
        return [Judgement(name="rotation", outcome=Outcome.NOTED, code="rotation_untold")]
    right = order == 1
    outcome, code = (Outcome.OK, "rotation_ok") if right else (Outcome.REFUSED, "rotation_reversed")
    return [Judgement(name="rotation", outcome=outcome, code=code)]


def judge_sums(known: Mapping[str, float]) -> list[Judgement]:
    """Return whether the phases add up to the total."""
    parts = [known.get(f"active_power_l{n}") for n in (1, 2, 3)]
    total = known.get("active_power")
    if total is None or any(part is None for part in parts):
        return []
    powers = [part for part in parts if part is not None]
    size = sum(map(abs, powers))
    if max(size, abs(total)) < 5.0:
        return []
    off = abs(sum(powers) - total) / max(size, abs(total))
    told = {
        "sum": digits(sum(powers)),
        "total": digits(total),
        "percent": digits(100 * off, 2),
    }
    if off <= SUM_TOLERANCE:
        return [Judgement(name="sum", outcome=Outcome.OK, code="sum_ok", values=told)]
    if abs(sum(map(abs, powers)) - abs(total)) <= SUM_TOLERANCE * size:
        return [Judgement(name="sum", outcome=Outcome.NOTED, code="sum_unsigned", values=told)]
    return [Judgement(name="sum", outcome=Outcome.REFUSED, code="sum_off", values=told)]


def judge_triangle(known: Mapping[str, float]) -> list[Judgement]:
    """Return whether S^2 = P^2 + Q^2, in total and in each phase."""
    worst, at = 0.0, ""
    looked = False
    for end in ("", "_l1", "_l2", "_l3"):
        active, reactive = known.get(f"active_power{end}"), known.get(f"reactive_power{end}")
        apparent = known.get(f"apparent_power{end}")
        if active is None or reactive is None or not apparent or abs(apparent) < 5.0:
            continue
        looked = True
        off = abs(apparent**2 - active**2 - reactive**2) / apparent**2
        if off >= worst:
            worst, at = off, end[1:].upper()
    if not looked:
        return []
    told = {"percent": digits(100 * worst, 2), "at": at or "L1-L3"}
    good = worst <= TRIANGLE_TOLERANCE
    outcome, code = (Outcome.OK, "triangle_ok") if good else (Outcome.NOTED, "triangle_off")
    return [Judgement(name="triangle", outcome=outcome, code=code, values=told)]


def judge_factors(phases: Sequence[Phase]) -> list[Judgement]:
    """Return whether the power factors are ones, and go with power, voltage and current."""
    live = [p for p in phases if p.live and p.factor is not None]
    impossible = [p for p in live if abs(p.factor or 0.0) > 1.005]
    if impossible:
        told = ", ".join(f"L{p.number} {digits(p.factor or 0.0, 3)}" for p in impossible)
        return [
            Judgement(
                name="factor", outcome=Outcome.NOTED, code="factor_off", values={"factors": told}
            )
        ]
    off = []
    for p in live:
        if p.active_w is None or not p.voltage_v or not p.current_a:
            continue
        size = p.voltage_v * p.current_a
        if abs(abs(p.active_w) / size - abs(p.factor or 0.0)) > 0.05:
            off.append((p.number, p.active_w / size))
    if off:
        told = ", ".join(f"L{n} {digits(ratio, 3)}" for n, ratio in off)
        return [
            Judgement(
                name="factor", outcome=Outcome.NOTED, code="factor_differs", values={"ratios": told}
            )
        ]
    if not live:
        return []
    told = ", ".join(f"L{p.number} {digits(p.factor or 0.0, 2)}" for p in live)
    return [
        Judgement(name="factor", outcome=Outcome.OK, code="factor_ok", values={"factors": told})
    ]
