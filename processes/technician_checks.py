"""In: what a device answered and what a technician typed. Out: checks, each with its reason. Pure.

Counts and displays are compared exactly, as fractions; nothing here is rounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from billing.money import exact_text
from energy.base.errors import RefusedError
from energy.base.units import Utility, to_base

VOLTAGE_V = (Fraction(45), Fraction(300))
"""Phase voltages a meter may honestly show, voltage transformers included. [V]"""
DEAD_PHASE_V = Fraction(5)
"""Below this a phase is not connected. [V]"""
FREQUENCY_HZ = (Fraction(45), Fraction(65))
TYPING_S = 60
"""Time between reading the display and asking the device: the register goes on meanwhile. [s]"""
POWER_TOLERANCE = Fraction(1, 5)
SURE_COUNTS = 3
"""Counts that must have been expected before a counter may be said to stand still. [count]"""
_NUMBER = re.compile(r"\d{1,18}(\.\d{1,9})?")
_POWERS = [k for k in range(-6, 7) if k]


class Outcome(StrEnum):
    """What a check says."""

    OK = "ok"
    NOTED = "noted"
    """Not proven, written into the record, no hindrance."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check with its reason."""

    name: str
    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """A number as the display shows it."""

    text: str
    value: Fraction
    """[unit of the register]"""
    step: Fraction
    """Worth of the last digit shown. [unit of the register]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a device answered at one instant, in units."""

    at: datetime
    values: Mapping[str, Fraction]
    """By quantity. [unit]"""


class DisplayTextError(RefusedError):
    """A display value is no plain number."""

    code = "field.display"


def display_of(text: str) -> Display:
    """Return the display that a technician typed.

    Raises:
        DisplayTextError: It is no plain number such as 15203.4.
    """
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        raise DisplayTextError(
            f"{text!r} is no display value. Type the digits as they stand, for example 15203.4."
        )
    digits = len(plain.partition(".")[2])
    return Display(text=plain, value=Fraction(plain), step=Fraction(1, 10**digits))


def displays_of(texts: Sequence[str], default: str) -> dict[str, Display]:
    """Return the displays by quantity.

    Args:
        texts: "15203.4" for the default quantity, or "active_energy_export=12.5".
        default: Quantity meant by a bare number.

    Raises:
        DisplayTextError: One is no number, or a quantity stands twice.
    """
    found: dict[str, Display] = {}
    for text in texts:
        quantity, sign, value = text.rpartition("=")
        quantity = quantity.strip() if sign else default
        if quantity in found:
            raise DisplayTextError(f"The display of {quantity} is given twice. Give it once.")
        found[quantity] = display_of(value)
    return found


def compare_display(
    display: Display,
    register: Fraction,
    *,
    quantity: str,
    unit: str,
    resolution: Fraction,
    flow: Fraction,
    multiplier: Fraction,
) -> Check:
    """Return whether display and register are the same number.

    Args:
        display: As typed.
        register: As answered. [unit]
        quantity: Canonical name of the register.
        unit: Unit of both.
        resolution: Units per count. [unit / count]
        flow: What the present power adds while somebody types; 0 where it is unknown. [unit]
        multiplier: Ratio of the transformers: a display may count behind them.
    """
    name = f"display {quantity}"
    step = max(display.step, resolution)
    difference = register - display.value
    shown = exact_text(register)
    if -step <= difference <= step + flow:
        text = f"display {display.text}, register {shown} {unit}: "
        text += f"difference {exact_text(difference)}"
        return Check(name=name, outcome=Outcome.OK, text=text)
    reason = f"display {display.text} but register {shown}: "
    factor = _power_of_ten(display.value, register)
    if factor is not None:
        reason += f"scale off by {exact_text(factor)}. Is the profile that of this product? "
    elif multiplier != 1 and _near(display.value, register * multiplier):
        reason += (
            f"the display counts behind the transformers (x {exact_text(multiplier)}). Type the "
            "secondary value, or commission with the multiplier that is still to be applied. "
        )
    else:
        reason += (
            f"they differ by {exact_text(abs(difference))} {unit}, one display step is "
            f"{exact_text(step)}. Is this the meter you stand at? Read its display again. "
        )
    return Check(name=name, outcome=Outcome.REFUSED, text=reason.strip())


def _near(first: Fraction, second: Fraction) -> bool:
    return bool(second) and abs(first / second - 1) <= Fraction(1, 100)


def _power_of_ten(display: Fraction, register: Fraction) -> Fraction | None:
    for power in _POWERS:
        factor = Fraction(10) ** power
        if display and _near(display, register * factor):
            return factor
    return None


def check_voltages(observed: Observed) -> list[Check]:
    """Return what the voltages and the frequency say about word order, address and wiring."""
    phases = {q: v for q, v in observed.values.items() if re.fullmatch(r"voltage_l[123]", q)}
    checks: list[Check] = []
    if phases:
        text = ", ".join(f"{q[-2:].upper()} {_short(v)} V" for q, v in sorted(phases.items()))
        low, high = VOLTAGE_V
        odd = [q for q, v in phases.items() if not (low <= v <= high or abs(v) < DEAD_PHASE_V)]
        dead = [q[-2:].upper() for q, v in sorted(phases.items()) if abs(v) < DEAD_PHASE_V]
        if odd or len(dead) == len(phases):
            outcome = Outcome.REFUSED
            text += f": not between {low} and {high} V. Profile, word order or wiring is wrong"
        elif dead:
            outcome = Outcome.NOTED
            text += f": no voltage on {', '.join(dead)}"
        else:
            outcome = Outcome.OK
        checks.append(Check(name="voltage", outcome=outcome, text=text))
    frequency = observed.values.get("frequency")
    if frequency is not None:
        low, high = FREQUENCY_HZ
        fits = low <= frequency <= high
        text = f"{_short(frequency)} Hz" + ("" if fits else f": not between {low} and {high} Hz")
        outcome = Outcome.OK if fits else Outcome.REFUSED
        checks.append(Check(name="frequency", outcome=outcome, text=text))
    return checks


def flow_while_typing(
    power_w: Fraction | None, unit: str, utility: Utility | None, seconds: int = TYPING_S
) -> Fraction:
    """Return what a power adds to an electricity register in a while; 0 when unknown. [unit].

    Args:
        power_w: Active power. [W]
        unit: Unit of the register.
        utility: Utility of the register.
        seconds: The while. [s]
    """
    if power_w is None or utility is not Utility.ELECTRICITY:
        return Fraction(0)
    return abs(power_w) * seconds / 3600 / to_base(utility, unit)


def compare_rise(
    first: Observed, later: Observed, *, quantity: str, unit: str, resolution: Fraction
) -> Check:
    """Return whether an import counter rose as the power says.

    Args:
        first: At the start of the watch.
        later: At its end.
        quantity: The import counter, electricity.
        unit: Its unit.
        resolution: Units per count. [unit / count]
    """
    name = "counter and power"
    elapsed_s = Fraction((later.at - first.at) // timedelta(microseconds=1), 1_000_000)
    power_w = (first.values["active_power"] + later.values["active_power"]) / 2
    risen = later.values[quantity] - first.values[quantity]
    expected = power_w * elapsed_s / 3600 / to_base(Utility.ELECTRICITY, unit)
    told = (
        f"power {_short(power_w)} W for {_short(elapsed_s)} s makes {_short(expected, 4)} {unit}, "
        f"the counter rose {exact_text(risen)} {unit}"
    )
    if power_w < 0:
        text = f"{told}: power is negative while import is expected. Is a transformer reversed?"
        return Check(name=name, outcome=Outcome.REFUSED, text=text)
    slack = 2 * resolution + POWER_TOLERANCE * expected
    if abs(risen - expected) > slack:
        text = f"{told}. Read longer (--watch 60); if it stays, check wiring and profile."
        return Check(name=name, outcome=Outcome.REFUSED, text=text)
    if expected < SURE_COUNTS * resolution:
        text = f"{told}: too little to compare"
        return Check(name=name, outcome=Outcome.NOTED, text=text)
    return Check(name=name, outcome=Outcome.OK, text=told)


def _short(value: Fraction, digits: int = 2) -> str:
    """Return a value for people, rounded; never used in arithmetic."""
    scaled = round(value * 10**digits)
    return exact_text(Fraction(scaled, 10**digits))


def final_count(display: Display, resolution: Fraction) -> int:
    """Return the count that a display stands for. [count].

    Raises:
        DisplayTextError: The display shows more digits than the register has.
    """
    counts = display.value / resolution
    if counts.denominator != 1:
        raise DisplayTextError(
            f"Display {display.text} has more digits than the register, which counts "
            f"{exact_text(resolution)}. Leave the last ones out."
        )
    return counts.numerator


def refusals(checks: Sequence[Check]) -> list[str]:
    """Return the reasons of those checks that forbid to go on."""
    return [check.text for check in checks if check.outcome is Outcome.REFUSED]
