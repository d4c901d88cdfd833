"""In: a load as a technician states it. Out: whether the meter shows it, and where. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from energy.base.errors import RefusedError
from processes.technician_checks import Outcome
from processes.technician_judgement import Judgement, digits
from processes.technician_side import NEAR, power_factor_of_ten
from processes.technician_told import ToldError

_POWER = re.compile(
    r"(?P<number>\d{1,9}([.,]\d{1,6})?)\s*"
    r"((?P<unit>[kKM]?)\s*[wW](?!\s*[hH](?![a-zA-Z]))|(?P<chinese>[千兆]?)瓦(?!\s*(时|小时)))"
)
"""A number with its unit, English or Chinese; never energy: 5 kWh is no load."""
_PHASE = re.compile(r"L\s?([123])(?!\d)", re.IGNORECASE)
_TIMES = {"": 1, "k": 1000, "K": 1000, "M": 1_000_000, "千": 1000, "兆": 1_000_000}


class LoadTextError(ToldError, RefusedError):
    """A stated load names no power."""

    code = "field.load"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A load that a technician has switched on."""

    power_w: Fraction
    """[W]"""
    phase: int | None
    """1 to 3; None for all three."""


def load_of(text: str) -> Load:
    """Return a load written as "3 kW heater on L1" or "3千瓦 电暖器 L1".

    Raises:
        LoadTextError: No power above zero stands in it.
    """
    power, phase = _POWER.search(text), _PHASE.search(text)
    if power is None or not Fraction(power["number"].replace(",", ".")):
        raise LoadTextError.of("load_text", text=repr(text))
    watts = (
        Fraction(power["number"].replace(",", "."))
        * _TIMES[power["unit"] or power["chinese"] or ""]
    )
    return Load(power_w=watts, phase=int(phase[1]) if phase else None)


def power_by_load(load: Load, known: Mapping[str, float]) -> Fraction | None:
    """Return power by the register over the power of the load; None when it was not measured."""
    quantity = f"active_power_l{load.phase}" if load.phase else "active_power"
    measured = known.get(quantity)
    return None if measured is None else abs(Fraction(measured)) / load.power_w


def judge_load(load: Load, known: Mapping[str, float], ratio: Fraction) -> list[Judgement]:
    """Return whether the power of a load is found where it was switched on.

    Args:
        load: As stated.
        known: By quantity. [W]
        ratio: CT x VT ratio by the plates: a secondary register shows the load divided by it.
    """
    seen = power_by_load(load, known)
    if seen is None:
        return []
    at = f"L{load.phase}" if load.phase else "L1-L3"
    told: dict[str, object] = {
        "at": at,
        "load": digits(float(load.power_w)),
        "power": digits(float(seen * load.power_w)),
    }
    if abs(seen - 1) <= NEAR:
        return [Judgement(name="load", outcome=Outcome.OK, code="load_ok", values=told)]
    if ratio != 1:
        if abs(seen * ratio - 1) <= NEAR:
            told["ratio"] = digits(float(ratio))
            return [Judgement(name="load", outcome=Outcome.OK, code="load_by_ratio", values=told)]
        if abs(seen / ratio - 1) <= NEAR:
            told["ratio"] = digits(float(ratio))
            return [Judgement(name="load", outcome=Outcome.REFUSED, code="load_twice", values=told)]
    elsewhere = _elsewhere(load, known, ratio)
    if elsewhere is not None:
        told["elsewhere"] = f"L{elsewhere}"
        return [Judgement(name="load", outcome=Outcome.REFUSED, code="load_moved", values=told)]
    factor = power_factor_of_ten(seen)
    if factor is not None:
        told["factor"] = factor
        return [Judgement(name="load", outcome=Outcome.REFUSED, code="load_scale", values=told)]
    return [Judgement(name="load", outcome=Outcome.NOTED, code="load_off", values=told)]


def _elsewhere(load: Load, known: Mapping[str, float], ratio: Fraction) -> int | None:
    """Return the phase that shows the load in place of its own."""
    if load.phase is None:
        return None
    for n in (1, 2, 3):
        power = known.get(f"active_power_l{n}")
        if n == load.phase or power is None:
            continue
        seen = abs(Fraction(power)) / load.power_w
        if abs(seen - 1) <= NEAR or abs(seen * ratio - 1) <= NEAR:
            return n
    return None
