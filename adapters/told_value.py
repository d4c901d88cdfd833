"""In: what a server says of one value. Out: whole counts, and what is wrong with them. Pure.

Integers are exact, floats are rounded to whole counts of the channel's resolution. A text is never
read as a number: a profile that meets one is wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from adapters.exact_float import FLOAT64_BITS, is_coarse, quantised
from adapters.server_fault import ServerFault
from energy.metering.channel import ChannelFacts, Kind

MAX_COUNT = 2**63 - 1


class Flaw(StrEnum):
    """Why a value is suspect."""

    NOT_A_NUMBER = "not_a_number"
    INFINITE = "infinite"
    NULL_VALUE = "null_value"
    OUT_OF_RANGE = "out_of_range"
    COARSE = "coarse_float"
    WRONG_TYPE = "wrong_type"
    FINER_STEP = "finer_step"
    UNCERTAIN = "uncertain"
    STALE = "stale"
    TIME_AHEAD = "time_ahead"
    DEVICE_FAULT = "device_fault"
    OUT_OF_SERVICE = "out_of_service"
    OVERRIDDEN = "overridden"


FLAW_MEANS: dict[Flaw, str] = {
    Flaw.NOT_A_NUMBER: "the server tells no number",
    Flaw.INFINITE: "the server tells an infinity",
    Flaw.NULL_VALUE: "the server holds no value yet",
    Flaw.OUT_OF_RANGE: "the count is below zero for a counter or too large for any register",
    Flaw.COARSE: "a float this large moves in steps wider than the resolution",
    Flaw.WRONG_TYPE: "the server tells a value of another type than the profile",
    Flaw.FINER_STEP: "the server counts in finer steps than the profile",
    Flaw.UNCERTAIN: "the server calls its value uncertain",
    Flaw.STALE: "the value is older than two intervals",
    Flaw.TIME_AHEAD: "the value is dated ahead of the collector's clock",
    Flaw.DEVICE_FAULT: "the device reports a fault of this value",
    Flaw.OUT_OF_SERVICE: "the value is out of service: it no longer follows the meter",
    Flaw.OVERRIDDEN: "somebody overrides this value at the device",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a server says of one value."""

    value: object = None
    """None where it has none."""
    fraction_bits: int = FLOAT64_BITS
    """Bits of the fraction, for a float. [bit]"""
    flaw: Flaw | None = None
    """What the server or the device says against the value."""
    why: str = ""
    """The same in words, or what there is instead of a value."""
    fault: ServerFault | None = None
    """Why there is no answer for this value; None where there is one."""
    latency_us: int = 0
    """From the question to its answer. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a value is worth."""

    count: int
    """0 where there is no number. [count]"""
    flaw: Flaw | None = None


def counted(
    told: Told, facts: ChannelFacts, scale: Fraction, bits: tuple[int, int] | None
) -> Counted:
    """Return the count of a value.

    Args:
        told: What the server says; not a fault.
        facts: What the channel is: kind, resolution.
        scale: Units of the channel in one of the server. [unit / raw]
        bits: First bit and width of a state; None takes the whole value.
    """
    found = _number(told, facts, scale, bits)
    if found.flaw in {None, Flaw.COARSE} and (
        abs(found.count) > MAX_COUNT or (found.count < 0 and facts.kind is Kind.COUNTER)
    ):
        found = Counted(count=0, flaw=Flaw.OUT_OF_RANGE)
    if told.flaw is not None and found.flaw in {None, Flaw.COARSE}:
        return Counted(count=found.count, flaw=told.flaw)
    return found


def _number(
    told: Told, facts: ChannelFacts, scale: Fraction, bits: tuple[int, int] | None
) -> Counted:
    value = told.value
    if value is None:
        return Counted(count=0, flaw=Flaw.NULL_VALUE)
    if isinstance(value, bool):
        state = facts.kind is Kind.STATE
        return Counted(count=int(value)) if state else Counted(count=0, flaw=Flaw.WRONG_TYPE)
    if isinstance(value, int):
        if bits is not None:
            return Counted(count=value >> bits[0] & (1 << bits[1]) - 1)
        return _exact(Fraction(value), facts, scale)
    if isinstance(value, Decimal) and value.is_finite():
        return _exact(Fraction(value), facts, scale)
    if isinstance(value, float) and bits is None:
        return _float(value, told.fraction_bits, facts, scale)
    return Counted(count=0, flaw=Flaw.WRONG_TYPE)


def _exact(value: Fraction, facts: ChannelFacts, scale: Fraction) -> Counted:
    counts = value * scale / facts.resolution
    if counts.denominator != 1 and facts.kind is Kind.COUNTER:
        return Counted(count=0, flaw=Flaw.FINER_STEP)
    return Counted(count=math.floor(counts + Fraction(1, 2)))


def _float(value: float, fraction_bits: int, facts: ChannelFacts, scale: Fraction) -> Counted:
    if math.isnan(value):
        return Counted(count=0, flaw=Flaw.NOT_A_NUMBER)
    if math.isinf(value):
        return Counted(count=0, flaw=Flaw.INFINITE)
    step = facts.resolution / scale
    coarse = facts.kind is Kind.COUNTER and value > 0 and is_coarse(value, fraction_bits, step)
    return Counted(count=quantised(value, step), flaw=Flaw.COARSE if coarse else None)
