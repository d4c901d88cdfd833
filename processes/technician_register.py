"""In: counter, display, power and clock of a device. Out: whether they tell one story. Pure.

Counts and displays are compared exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from adapters.modbus.register_product import RegisterMap
from adapters.profile_point import Point
from billing.money import exact_text
from energy.base.units import Utility, to_base
from processes.technician_checks import (
    POWER_TOLERANCE,
    SURE_COUNTS,
    Display,
    Outcome,
    compare_display,
    flow_while_typing,
)
from processes.technician_judgement import Judgement, digits
from processes.technician_reading import Shown, billed

LONGEST_WATCH_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Power and counter at one instant."""

    at: datetime
    power_w: Fraction
    """[W]"""
    count: Fraction
    """[unit of the counter]"""


def judge_flaws(shown: Shown) -> list[Judgement]:
    """Return a refusal for every register without a usable number; say what lacks its unit."""
    product = f"{shown.map.vendor} {', '.join(shown.map.models)}"
    unsettled = [q for q in shown.values if not shown.map.points[q].unit_known]
    notes = [
        Judgement(
            name="register",
            outcome=Outcome.NOTED,
            code="unit_unsettled",
            values={"quantities": ", ".join(unsettled)},
        )
    ]
    return [*(notes if unsettled else []), *_flawed(shown, product)]


def _flawed(shown: Shown, product: str) -> list[Judgement]:
    return [
        Judgement(
            name="register",
            outcome=Outcome.REFUSED,
            code="register_flawed",
            values={"quantity": quantity, "why": why, "product": product},
        )
        for quantity, why in shown.flaws.items()
    ]


def judge_illegal(register_map: RegisterMap, looks_like: str | None) -> Judgement:
    """Return the refusal of a device that knows no register of its profile.

    Args:
        register_map: The profile.
        looks_like: Profile that the device fits, None when nobody can say.
    """
    counter = billed(register_map)
    point = register_map.points[counter or next(iter(register_map.points))]
    told: dict[str, object] = {
        "address": f"0x{point.address:04X}",
        "product": f"{register_map.vendor} {', '.join(register_map.models)}",
        "profile": looks_like or "",
    }
    code = "illegal_unknown" if looks_like is None else "illegal_looks_like"
    return Judgement(name="register", outcome=Outcome.REFUSED, code=code, values=told)


def judge_display(display: Display, shown: Shown, counter: str, ratio: Fraction) -> list[Judgement]:
    """Return whether the display and the billed register are one number, or one times the ratio."""
    point = shown.map.points[counter]
    register, told = shown.values[counter], {"display": display.text, "unit": point.unit}
    told["register"] = exact_text(register)
    power_w = shown.in_base("active_power")
    check = compare_display(
        display,
        register,
        quantity=counter,
        unit=point.unit,
        resolution=point.resolution,
        flow=flow_while_typing(power_w, point.unit, point.utility),
        multiplier=ratio,
    )
    if check.outcome is Outcome.OK:
        told["difference"] = exact_text(register - display.value)
        return [_display(Outcome.OK, "display_ok", told)]
    if not register or not display.value:
        return [_display(Outcome.REFUSED, "display_differs", told)]
    by = display.value / register
    told["ratio"] = exact_text(ratio)
    if ratio != 1 and abs(by / ratio - 1) <= Fraction(1, 100):
        return [_display(Outcome.OK, "display_primary", told)]
    if ratio != 1 and abs(by * ratio - 1) <= Fraction(1, 100):
        return [_display(Outcome.OK, "display_secondary", told)]
    for power in (2, -2, 1, -1, 3, -3, 4, -4, 5, -5, 6, -6):
        if abs(by / Fraction(10) ** power - 1) <= Fraction(1, 100):
            told["factor"] = exact_text(Fraction(10) ** power)
            return [_display(Outcome.REFUSED, "display_scale", told)]
    return [_display(Outcome.REFUSED, "display_differs", told)]


def _display(outcome: Outcome, code: str, told: dict[str, str]) -> Judgement:
    return Judgement(name="display", outcome=outcome, code=code, values=told)


def judge_counter(samples: Sequence[Sample], point: Point, *, may_feed: bool) -> list[Judgement]:
    """Return whether the counter rose as the integral of the power.

    Args:
        samples: In the order they were taken.
        point: The billed electricity counter; others have no power to be held against.
        may_feed: Whether power may flow back at this point.
    """
    if point.utility is not Utility.ELECTRICITY or not samples:
        return []
    if len(samples) < 2:
        return [_counter(Outcome.NOTED, "not_watched", {})]
    integral_j = sum(
        ((a.power_w + b.power_w) / 2 * _seconds(a, b) for a, b in pairwise(samples)), Fraction(0)
    )
    watched_s = _seconds(samples[0], samples[-1])
    expected = integral_j / 3600 / to_base(Utility.ELECTRICITY, point.unit)
    risen = samples[-1].count - samples[0].count
    power_w = integral_j / watched_s if watched_s else Fraction(0)
    told: dict[str, object] = {
        "risen": exact_text(risen),
        "expected": digits(float(expected), 3),
        "unit": point.unit,
        "seconds": digits(float(watched_s), 3),
        "power": digits(float(power_w)),
    }
    if expected < 0 and not may_feed and risen <= 0:
        return [_counter(Outcome.REFUSED, "counter_negative", told)]
    expected = max(expected, Fraction(0))
    slack = 2 * point.resolution + POWER_TOLERANCE * expected
    if expected < SURE_COUNTS * point.resolution and abs(risen - expected) <= slack:
        told["more"] = _more_s(power_w, point)
        code = "counter_idle" if abs(power_w) < 1 else "counter_still"
        return [_counter(Outcome.NOTED, code, told)]
    if abs(risen - expected) <= slack:
        return [_counter(Outcome.OK, "counter_ok", told)]
    if risen > 0:
        told["factor"] = digits(float(risen / expected), 3) if expected else "-"
        return [_counter(Outcome.REFUSED, "counter_other", told)]
    return [_counter(Outcome.REFUSED, "counter_stands", told)]


def _seconds(first: Sample, later: Sample) -> Fraction:
    return Fraction((later.at - first.at) // timedelta(microseconds=1), 1_000_000)


def _more_s(power_w: Fraction, point: Point) -> int:
    """Return how long to watch until the counter must have moved. [s]."""
    if power_w <= 0:
        return 60
    joule = 2 * SURE_COUNTS * point.resolution * to_base(Utility.ELECTRICITY, point.unit) * 3600
    needed = math.ceil(joule / power_w)
    return min(LONGEST_WATCH_S, max(60, -(-needed // 30) * 30))


def _counter(outcome: Outcome, code: str, told: dict[str, object]) -> Judgement:
    return Judgement(name="counter", outcome=outcome, code=code, values=told)


def judge_clock(shown: Shown) -> list[Judgement]:
    """Return how far the device's own clock is from ours, as far as it tells."""
    coded = shown.plate.get("clock_year_month")
    if not isinstance(coded, int):
        return []
    year, month = 2000 + (coded >> 8), coded & 0xFF
    if not 1 <= month <= 12 or not 2000 <= year <= 2099:
        return [Judgement(name="clock", outcome=Outcome.NOTED, code="clock_unread")]
    told: dict[str, object] = {"device": f"{year}-{month:02d}", "ours": f"{shown.at:%Y-%m}"}
    months = abs((year - shown.at.year) * 12 + month - shown.at.month)
    if months > 1 or (months == 1 and 2 < shown.at.day < 28):
        return [Judgement(name="clock", outcome=Outcome.NOTED, code="clock_off", values=told)]
    return [Judgement(name="clock", outcome=Outcome.OK, code="clock_ok", values=told)]
