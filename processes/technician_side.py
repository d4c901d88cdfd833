"""In: ratio, display, load and current of a meter. Out: which side its registers count. Pure.

A register counts on the primary side when the device has multiplied by its transformers already,
on the secondary side when that is still to be done. Taken for the other, every bill is wrong by
the ratio. Nothing here guesses: without proof the side is None and the meter is not commissioned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from billing.money import exact_text
from energy.metering.channel import Side
from processes.technician_checks import Outcome
from processes.technician_judgement import Judgement, digits

NEAR = Fraction(1, 4)
"""A load's power is known about this well."""
EXACT = Fraction(1, 100)
"""A display is."""
LEAST_RATIO = Fraction(2)
"""Below this the two sides cannot be told apart by a load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What speaks for a side; None where nobody looked."""

    display_by_register: Fraction | None = None
    """What the display shows over what the register holds."""
    power_by_load: Fraction | None = None
    """Power by the register over the power of a known load."""
    current_by_clamp: Fraction | None = None
    """Current by the register over the current a clamp shows on the conductor."""
    device_ratio: Fraction | None = None
    """Ratio that is set in the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledSide:
    """Which side the registers count, if that is proven, and why."""

    side: Side | None
    code: str
    """Key of the reason: `look.<code>`."""
    values: Mapping[str, object] = field(default_factory=dict)

    def judgement(self) -> Judgement:
        """Return it as a check: an unsettled side forbids to commission."""
        outcome = Outcome.REFUSED if self.side is None else Outcome.OK
        return Judgement(name="side", outcome=outcome, code=self.code, values=self.values)


def settle_side(stated: Side, ratio: Fraction, proofs: Proofs) -> SettledSide:
    """Return which side the registers count, or None with what is missing.

    Args:
        stated: What the profile says.
        ratio: CT x VT ratio by the plates of the transformers, 1 where there are none.
        proofs: What was seen at the device.
    """
    told = {"ratio": exact_text(ratio)}
    if ratio == 1:
        return SettledSide(side=Side.PRIMARY, code="side_direct")
    votes = _votes(ratio, proofs)
    if "twice" in votes:
        return SettledSide(side=None, code="side_twice_inside", values=told)
    sides = {side for side in votes.values() if isinstance(side, Side)}
    if stated is not Side.UNKNOWN and sides <= {stated}:
        told |= {"proofs": ", ".join(votes)} if votes else {}
        return SettledSide(side=stated, code=f"side_stated_{stated}", values=told)
    if stated is not Side.UNKNOWN or len(sides) > 1:
        by = ", ".join(f"{name}: {side}" for name, side in votes.items())
        profile = "" if stated is Side.UNKNOWN else f"profile: {stated}, "
        return SettledSide(side=None, code="side_conflict", values={"proofs": profile + by})
    if not sides:
        return SettledSide(side=None, code="side_unsettled", values=told)
    [side] = sides
    return SettledSide(
        side=side, code=f"side_proven_{side}", values={**told, "proofs": ", ".join(votes)}
    )


def _votes(ratio: Fraction, proofs: Proofs) -> dict[str, Side | str]:
    """Return which side each proof speaks for, "twice" when the device multiplied twice."""
    votes: dict[str, Side | str] = {}
    shown = proofs.display_by_register
    if shown is not None and _near(shown, ratio, EXACT):
        votes["display"] = Side.SECONDARY
    if shown is not None and _near(shown, 1 / ratio, EXACT):
        votes["display"] = Side.PRIMARY
    if proofs.device_ratio == 1:
        votes["device"] = Side.SECONDARY  # it cannot have multiplied by what it does not know
    if ratio >= LEAST_RATIO:
        for name, seen in (("load", proofs.power_by_load), ("clamp", proofs.current_by_clamp)):
            if seen is None:
                continue
            if _near(seen, Fraction(1), NEAR):
                votes[name] = Side.PRIMARY
            elif _near(seen, 1 / ratio, NEAR):
                votes[name] = Side.SECONDARY
            elif _near(seen, ratio, NEAR):
                votes["twice"] = "twice"
    return votes


def _near(value: Fraction, expected: Fraction, tolerance: Fraction) -> bool:
    return abs(value / expected - 1) <= tolerance


def judge_multiplier(
    side: Side | None, ratio: Fraction, multiplier: Fraction, proofs: Proofs
) -> list[Judgement]:
    """Return whether the multiplier goes with side and ratio; a ratio applied twice is found.

    Args:
        side: Which side the registers count; None where it is not settled.
        ratio: CT x VT ratio by the plates of the transformers.
        multiplier: What the point's counts are multiplied by.
        proofs: What was seen at the device.
    """
    told: dict[str, object] = {"multiplier": exact_text(multiplier), "ratio": exact_text(ratio)}
    seen = proofs.power_by_load
    if seen is not None and multiplier >= LEAST_RATIO and _near(seen, Fraction(1), NEAR):
        return [_multiplier(Outcome.REFUSED, "twice_by_load", told)]
    if side is Side.PRIMARY and multiplier != 1:
        return [_multiplier(Outcome.REFUSED, "twice_by_side", told)]
    if side is Side.SECONDARY and multiplier == 1 and ratio != 1:
        return [_multiplier(Outcome.REFUSED, "never_applied", told)]
    if side is Side.SECONDARY and multiplier != ratio:
        return [_multiplier(Outcome.REFUSED, "other_multiplier", told)]
    if side is None:
        return []
    return [_multiplier(Outcome.OK, "multiplier_ok", told)]


def _multiplier(outcome: Outcome, code: str, told: Mapping[str, object]) -> Judgement:
    return Judgement(name="multiplier", outcome=outcome, code=code, values=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class SideCandidate:
    """What a bill would count if the registers counted on a side, and what proves it."""

    side: Side
    multiplier: Fraction
    energy: Fraction
    """[unit of the register]"""
    unit: str
    current_a: Fraction | None
    """What a clamp on the conductor shows if this is right. [A]"""
    power_w: Fraction | None
    """What the load takes if this is right. [W]"""


def side_candidates(
    register: Fraction,
    unit: str,
    ratio: Fraction,
    *,
    current_a: Fraction | None,
    power_w: Fraction | None,
) -> list[SideCandidate]:
    """Return the two readings of one register, ratio applied and not, with what proves each.

    Args:
        register: The billed counter. [unit]
        unit: Its unit.
        ratio: CT x VT ratio by the plates.
        current_a: Current of a phase by the register. [A]
        power_w: Power by the register. [W]
    """
    found = []
    for side, multiplier in ((Side.PRIMARY, Fraction(1)), (Side.SECONDARY, ratio)):
        found.append(
            SideCandidate(
                side=side,
                multiplier=multiplier,
                energy=register * multiplier,
                unit=unit,
                current_a=None if current_a is None else current_a * multiplier,
                power_w=None if power_w is None else power_w * multiplier,
            )
        )
    return found


def judge_ratio(ratio: Fraction, stated: bool, proofs: Proofs) -> list[Judgement]:  # noqa: FBT001
    """Return whether the ratio set in the device is that of the plates.

    Args:
        ratio: By the plates of the transformers.
        stated: Whether somebody read the plates.
        proofs: What was seen at the device.
    """
    device = proofs.device_ratio
    if device is None:
        return []
    told: dict[str, object] = {"device": exact_text(device), "ratio": exact_text(ratio)}
    if not stated:
        outcome, code = Outcome.NOTED, "ratio_unread"
    elif device == ratio:
        outcome, code = Outcome.OK, "ratio_ok"
    elif device == 1:
        outcome, code = Outcome.NOTED, "ratio_not_set"
    else:
        outcome, code = Outcome.REFUSED, "ratio_differs"
    return [Judgement(name="ratio", outcome=outcome, code=code, values=told)]


def power_factor_of_ten(seen: Fraction) -> str | None:
    """Return by which power of ten a value is off, as text; None when it is not."""
    for power in (-3, -2, -1, 1, 2, 3):
        if _near(seen, Fraction(10) ** power, NEAR / 2):
            return digits(float(10.0**-power))
    return None
