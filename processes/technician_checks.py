"""In: what a device answered and what a technician typed. Out: checks, each with its reason. Pure.

Counts and displays are compared exactly, as fractions; nothing here is rounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from billing.money import exact_text
from energy.base.errors import RefusedError
from energy.base.units import Utility, to_base
from energy.metering.told_check import told_check
from processes.technician_told import ToldError

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
    """One check with its reason, in English; made by `of` it can be told in every language."""

    name: str
    outcome: Outcome
    text: str
    title: str = ""
    """Key of its name: `look.name.<title>`; "" where it has none."""
    code: str = ""
    """Key of its reason: `look.<code>`; "" where it has none."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What fills both."""
    of_old: bool = False
    """Whether it is of the meter that goes."""

    @staticmethod
    def of(title: str, outcome: Outcome, code: str, **values: object) -> Check:
        """Return a check whose name and reason stand in the catalogue.

        Args:
            title: Key of its name.
            outcome: How it came out.
            code: Key of its reason.
            values: What fills both; one that is the key of a word is filled with that word.
        """
        bare = Check(
            name="",
            outcome=outcome,
            text="",
            title=title,
            code=code,
            values={name: str(value) for name, value in values.items()},
        )
        name, text = bare.told("en")
        return replace(bare, name=name, text=text)

    def old(self) -> Check:
        """Return the same check as one of the meter that goes."""
        bare = replace(self, of_old=True)
        if not self.code:
            return replace(bare, name=f"final {self.name}", text=f"old meter: {self.text}")
        name, text = bare.told("en")
        return replace(bare, name=name, text=text)

    def told(self, language: str) -> tuple[str, str]:
        """Return name and reason in a language; in English where they stand in no other."""
        if not self.code:
            return self.name, self.text
        return told_check(
            language, title=self.title, code=self.code, values=self.values, of_old=self.of_old
        )


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


class DisplayTextError(ToldError, RefusedError):
    """A display value is no plain number."""

    code = "field.display"


def display_of(text: str) -> Display:
    """Return the display that a technician typed.

    Raises:
        DisplayTextError: It is no plain number such as 15203.4.
    """
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        raise DisplayTextError.of("display_text", text=repr(text))
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
            raise DisplayTextError.of("display_twice", quantity=quantity)
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
    step = max(display.step, resolution)
    difference = register - display.value
    told = {
        "quantity": quantity,
        "display": display.text,
        "register": exact_text(register),
        "unit": unit,
    }
    if -step <= difference <= step + flow:
        told["difference"] = exact_text(difference)
        return Check.of("display_of", Outcome.OK, "display_ok", **told)
    factor = _power_of_ten(display.value, register)
    if factor is not None:
        code, told["factor"] = "display_scale", exact_text(factor)
    elif multiplier != 1 and _near(display.value, register * multiplier):
        code, told["ratio"] = "display_behind", exact_text(multiplier)
    else:
        code = "display_apart"
        told |= {"difference": exact_text(abs(difference)), "step": exact_text(step)}
    return Check.of("display_of", Outcome.REFUSED, code, **told)


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
        outcome, code = Outcome.OK, "voltage_ok"
        if odd or len(dead) == len(phases):
            outcome, code = Outcome.REFUSED, "voltage_outside"
        elif dead:
            outcome, code = Outcome.NOTED, "voltage_dead"
        told = {"volts": text, "dead": ", ".join(dead), "low": low, "high": high}
        checks.append(Check.of("voltage", outcome, code, **told))
    frequency = observed.values.get("frequency")
    if frequency is not None:
        low, high = FREQUENCY_HZ
        fits = low <= frequency <= high
        outcome = Outcome.OK if fits else Outcome.REFUSED
        code = "frequency_ok" if fits else "frequency_outside"
        told = {"hertz": _short(frequency), "low": low, "high": high}
        checks.append(Check.of("frequency", outcome, code, **told))
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
    elapsed_s = Fraction((later.at - first.at) // timedelta(microseconds=1), 1_000_000)
    power_w = (first.values["active_power"] + later.values["active_power"]) / 2
    risen = later.values[quantity] - first.values[quantity]
    expected = power_w * elapsed_s / 3600 / to_base(Utility.ELECTRICITY, unit)
    told = {
        "power": _short(power_w),
        "seconds": _short(elapsed_s),
        "expected": _short(expected, 4),
        "risen": exact_text(risen),
        "unit": unit,
    }
    slack = 2 * resolution + POWER_TOLERANCE * expected
    outcome, code = Outcome.OK, "rise_ok"
    if power_w < 0:
        outcome, code = Outcome.REFUSED, "rise_negative"
    elif abs(risen - expected) > slack:
        outcome, code = Outcome.REFUSED, "rise_off"
    elif expected < SURE_COUNTS * resolution:
        outcome, code = Outcome.NOTED, "rise_little"
    return Check.of("counter", outcome, code, **told)


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
        raise DisplayTextError.of("display_fine", display=display.text, step=exact_text(resolution))
    return counts.numerator


def refused_checks(checks: Sequence[Check]) -> list[Check]:
    """Return those checks that forbid to go on."""
    return [check for check in checks if check.outcome is Outcome.REFUSED]
