"""In: columns of exact integers. Out: the same multiplied and rounded half-up, exactly. Pure.

The money of many charge lines at once, in whole smallest units: the same rounding as
billing.money, a column at a time. Where 64 bits might not hold a product, Python's integers do:
slower, never wrong.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[Any]
"""Integers: int64, or Python's own (dtype object) where these are too small."""

_SAFE = 2**62


def exact(values: Whole, factor: int) -> Whole:
    """Return integers of a type that can take being multiplied by a factor."""
    if values.dtype == object or not values.size:
        return values.astype(object) if abs(factor) >= _SAFE else values
    greatest = max(abs(int(values.max())), abs(int(values.min())), 1)
    return values.astype(np.int64 if greatest * abs(factor) < _SAFE else object)


def times_rounded(values: Whole, factor: Fraction) -> Whole:
    """Return values x factor, rounded once, ties away from zero.

    Args:
        values: Integers.
        factor: Exact. [unit / unit of values]
    """
    return quotient_rounded(values, factor, None)


def quotient_rounded(values: Whole, factor: Fraction, divisors: Whole | None) -> Whole:
    """Return values x factor / divisors, rounded once, ties away from zero.

    Args:
        values: Integers.
        factor: Exact.
        divisors: Whole numbers above zero, one a value; None for one.
    """
    top, bottom = 2 * factor.numerator, 2 * factor.denominator
    held = exact(values, top)
    if divisors is None:
        if held.dtype != object and bottom >= _SAFE:
            held = held.astype(object)
        half: Any = factor.denominator
        below: Any = bottom
    else:
        below = exact(divisors, bottom) * bottom
        half = below // 2
        if below.dtype == object:
            held = held.astype(object)
    scaled = (abs(held) * abs(top) + half) // below
    signed: Whole = np.where((held < 0) != (factor < 0), -scaled, scaled)
    return signed


def decimal_of(units: int, digits: int) -> Decimal:
    """Return a Decimal of so many smallest units. [unit / 10**digits]."""
    return Decimal(int(units)).scaleb(-digits)
