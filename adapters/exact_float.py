"""In: a float from a device. Out: the whole counts it stands for, exactly. Pure.

Half a count goes up, never "to even", and whenever ordinary arithmetic comes near a half the exact
fraction decides.
"""

from __future__ import annotations

import math
from fractions import Fraction

FLOAT32_BITS, FLOAT64_BITS = 23, 52
"""Bits of the fraction of a float. [bit]"""
_SURE_BELOW = 2.0**31
_NEAR_HALF = 1e-5


def quantised(value: float, resolution: Fraction) -> int:
    """Return the whole counts nearest to a finite float, half a count going up. [count].

    Args:
        value: What the device sent. [raw]
        resolution: How much of it is one count. [raw / count]
    """
    raised = value * resolution.denominator / resolution.numerator + 0.5
    floor = math.floor(raised) if abs(raised) < _SURE_BELOW else None
    if floor is not None and _NEAR_HALF < raised - floor < 1 - _NEAR_HALF:
        return floor
    above, below = value.as_integer_ratio()
    twice, half = 2 * above * resolution.denominator, below * resolution.numerator
    return (twice + half) // (2 * half)


def is_coarse(value: float, fraction_bits: int, resolution: Fraction) -> bool:
    """Return whether a float of this size moves in steps wider than one count.

    Args:
        value: What the device sent, finite. [raw]
        fraction_bits: FLOAT32_BITS or FLOAT64_BITS. [bit]
        resolution: How much of it is one count. [raw / count]
    """
    _, power = math.frexp(value)
    return Fraction(2) ** (power - 1 - fraction_bits) > resolution
