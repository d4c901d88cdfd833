"""In: columns of exact numbers. Out: their sums, products, quotients, roots, exact. Pure.

A column is `scale x num / den`, with whole numbers in `num` and `den`: 64 bits wide as long as
they fit, and as wide as they need behind that. Nothing is rounded but where `rounded` and the two
roots say so. What rests on an interval that is not known is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, isqrt, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.metering.usage import BADNESS

Ints = NDArray[Any]
"""Whole numbers: int64, or Python's own where they are wider."""
Bad = NDArray[np.uint8]
UNKNOWN = int(BADNESS[Quality.SUSPECT])
"""From this badness on a value is not known."""
MISSING = int(BADNESS[Quality.MISSING])
_WIDEST = 2**62
FINEST = Fraction(1, 10**9)
"""What an interval's own quotient is rounded to before many are added. [J, m3, kg and so on]"""
_PARTS = 10**6
"""Parts of a whole unit that an interval's own quotient is rounded to before it is added."""
PF_DIGITS = 10**6
"""Power factors are rounded half up to one part of this."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exact:
    """A column of exact numbers, or one for every interval; arrays of shape (n,) or (1,)."""

    scale: Fraction
    num: Ints
    den: Ints | None = None
    """Above zero; None for ones."""
    bad: Bad
    """How bad each value's quality is (energy/metering/usage.py)."""


def fixed(value: Fraction) -> Exact:
    """Return one number for every interval."""
    one = np.ones(1, dtype=np.int64)
    none = np.zeros(1, dtype=np.uint8)
    if value == 0:
        return Exact(scale=Fraction(1), num=one * 0, bad=none)
    return Exact(scale=value, num=one, bad=none)


def total(values: Sequence[Exact]) -> Exact:
    """Return the sum of some columns."""
    alike = all(each.scale == values[0].scale and each.den is None for each in values)
    if not alike or sum(_bound(each.num) for each in values) >= _WIDEST:
        found = values[0]
        for each in values[1:]:
            found = add(found, each)
        return found
    length = max(len(each.num) for each in values)
    num, bad = np.zeros(length, dtype=np.int64), np.zeros(length, dtype=np.uint8)
    for each in values:
        num += each.num.astype(np.int64, copy=False)  # it fits, however wide its column is
        np.maximum(bad, each.bad, out=bad)
    return Exact(scale=values[0].scale, num=num, bad=bad)


def add(first: Exact, second: Exact) -> Exact:
    """Return the sum of two columns."""
    scale = common_scale(first.scale, second.scale)
    one = times(first.num, int(first.scale / scale))
    other = times(second.num, int(second.scale / scale))
    if first.den is not None or second.den is not None:
        one, other = _crossed(one, first.den, other, second.den)
    return Exact(
        scale=scale, num=_plus(one, other), den=_under(first, second), bad=_worse(first, second)
    )


def negative(value: Exact) -> Exact:
    """Return the column with the other sign."""
    return Exact(scale=-value.scale, num=value.num, den=value.den, bad=value.bad)


def multiply(first: Exact, second: Exact) -> Exact:
    """Return the product of two columns."""
    return Exact(
        scale=first.scale * second.scale,
        num=times(first.num, second.num),
        den=_under(first, second),
        bad=_worse(first, second),
    )


def divide(first: Exact, second: Exact) -> Exact:
    """Return the quotient of two columns, MISSING where it divides by zero."""
    none = second.num == 0
    if len(second.num) == 1 and second.den is None and not none.any():
        scale = first.scale / (second.scale * int(second.num[0]))
        return Exact(scale=scale, num=first.num, den=first.den, bad=_worse(first, second))
    under = np.where(none, 1, second.num)
    sign = np.where(under < 0, -1, 1)
    num = times(first.num, sign)
    if second.den is not None:
        num = times(num, second.den)
    den = times(under, sign)
    if first.den is not None:
        den = times(den, first.den)
    bad = np.where(none, np.uint8(MISSING), _worse(first, second))
    num = np.where(none, 0, num)
    return Exact(scale=first.scale / second.scale, num=num, den=den, bad=bad)


def chosen(first: Exact, second: Exact, *, larger: bool) -> Exact:
    """Return the larger or the smaller of two columns, interval by interval."""
    one, other, under, scale = _beside(first, second)
    takes_one = one >= other if larger else one <= other
    return Exact(
        scale=scale, num=np.where(takes_one, one, other), den=under, bad=_worse(first, second)
    )


def absolute(value: Exact) -> Exact:
    """Return the column without signs."""
    return Exact(scale=abs(value.scale), num=np.abs(value.num), den=value.den, bad=value.bad)


def instead(value: Exact, other: Exact) -> Exact:
    """Return a column where it is known, else the other one: an estimate at best."""
    one, two, under, scale = _beside(value, other)
    known = value.bad < UNKNOWN
    estimate = np.maximum(other.bad, BADNESS[Quality.ESTIMATED])
    return Exact(
        scale=scale,
        num=np.where(known, one, two),
        den=under,
        bad=np.where(known, value.bad, estimate),
    )


def hypotenuse(first: Exact, second: Exact) -> Exact:
    """Return the root of the sum of squares, rounded half up to the columns' common scale."""
    one, other, under, scale = _beside(first, second)
    square = _plus(times(one, one), times(other, other))
    roots = [(isqrt(4 * int(each)) + 1) // 2 for each in square.tolist()]
    return Exact(scale=abs(scale), num=whole_numbers(roots), den=under, bad=_worse(first, second))


def cosine(first: Exact, second: Exact) -> Exact:
    """Return |a| / root of (a² + b²), rounded half up to PF_DIGITS; MISSING where both are 0."""
    one, other, _, _ = _beside(first, second)
    pairs = zip(one.tolist(), other.tolist(), strict=True)
    nums = [_cosine(int(a), int(b)) for a, b in pairs]
    none = (one == 0) & (other == 0)
    bad = np.where(none, np.uint8(MISSING), _worse(first, second))
    return Exact(scale=Fraction(1, PF_DIGITS), num=whole_numbers(nums), bad=bad)


def rounded(
    value: Exact, unit: Fraction, length: int, starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Bad]:
    """Return whole numbers of a unit per interval, and how bad each is.

    What is no whole number anyhow is added up from the start of each day; the sum is rounded half
    away from zero at each boundary, and intervals are differences: a day is off by half a unit at
    most, however small its intervals are, and what is asked for does not matter.

    Args:
        value: The column.
        unit: Size of the unit, in what the column is told in.
        length: Intervals.
        starts: First interval of each day, from 0 on.

    Returns:
        0 where it is not known; what needs more than 64 bits is not known.
    """
    num, under = value.num, 1
    factor = value.scale / unit
    if value.den is not None:  # each interval has a denominator of its own
        finest = factor * _PARTS
        num = _rounded(times(num, finest.numerator), times(value.den, finest.denominator))
        factor = Fraction(1, _PARTS)
    num, under = times(num, factor.numerator), factor.denominator
    bad = value.bad
    if num.dtype == object:
        bad = np.where(np.abs(num) >= _WIDEST * under, np.uint8(MISSING), bad)
    bad = np.broadcast_to(bad, (length,)).copy()
    num = np.where(bad < UNKNOWN, np.broadcast_to(num, (length,)), 0)
    if under != 1:
        num = _carried(num, under, starts)
    return num.astype(np.int64), bad


def _carried(num: Ints, under: int, starts: NDArray[np.int64]) -> Ints:
    """Return quotients whose sums from the start of each day are rounded, not they themselves."""
    length = len(num)
    wide = num if _bound(num) * (length + 1) < _WIDEST else num.astype(object)
    sums = np.cumsum(wide)
    before = np.concatenate([sums[:1] * 0, sums])[starts]
    lengths = np.diff(np.append(starts, length))
    running = sums - np.repeat(before, lengths)
    boundary = _rounded(running, np.full(1, under, dtype=object if under >= _WIDEST else np.int64))
    behind = np.concatenate([boundary[:1] * 0, boundary[:-1]])
    behind[starts] = 0
    carried: Ints = boundary - behind
    return carried


def stepped(pieces: Sequence[tuple[int, int, Fraction]], length: int) -> Exact:
    """Return a column of numbers that hold for some intervals each; MISSING where none does.

    Args:
        pieces: First interval, the one behind the last, and the number.
        length: Intervals.
    """
    if len(pieces) == 1 and pieces[0][0] <= 0 and pieces[0][1] >= length:
        return fixed(pieces[0][2])
    under = lcm(*(value.denominator for _, _, value in pieces))
    fits = all(abs(value * under) < _WIDEST for _, _, value in pieces)
    num: Ints = np.zeros(length, dtype=np.int64 if fits else object)
    bad = np.full(length, MISSING, dtype=np.uint8)
    for first, last, value in pieces:
        num[max(first, 0) : max(last, 0)] = int(value * under)
        bad[max(first, 0) : max(last, 0)] = 0
    return Exact(scale=Fraction(1, under), num=num, bad=bad)


def folded(value: Exact, starts: NDArray[np.int64], length: int, *, mean: bool) -> Exact:
    """Return the sums, or the means, of groups of neighbouring intervals.

    What has a denominator of its own in each interval is rounded there to FINEST first: sums of
    many such are no numbers that anybody could hold.

    Args:
        value: The column.
        starts: Where each group begins, from 0 on.
        length: Intervals.
        mean: Means of what is known instead of sums; then a group is as bad as its worst known.
    """
    scale, num = value.scale, value.num
    if value.den is not None:
        factor = value.scale / FINEST
        under = times(value.den, factor.denominator)
        scale, num = FINEST, _rounded(times(num, factor.numerator), under)
    bad = np.broadcast_to(value.bad, (length,))
    known = bad < UNKNOWN
    num = np.where(known, np.broadcast_to(num, (length,)), 0)
    wide = num if _bound(num) * length < _WIDEST else num.astype(object)
    sums = np.add.reduceat(wide, starts)
    if not mean:
        return Exact(scale=scale, num=sums, bad=np.maximum.reduceat(bad, starts))
    many = np.add.reduceat(known.astype(np.int64), starts)
    worst = np.maximum.reduceat(np.where(known, bad, 0), starts)
    worst = np.where(many == 0, np.uint8(MISSING), worst).astype(np.uint8)
    return Exact(scale=scale, num=sums, den=np.maximum(many, 1), bad=worst)


def fractions(value: Exact) -> list[Fraction | None]:
    """Return a column's values one by one; None where not known."""
    dens = [1] * len(value.num) if value.den is None else value.den.tolist()
    dens = dens * len(value.num) if len(dens) < len(value.num) else dens
    nums = value.num.tolist()
    nums = nums * len(dens) if len(nums) < len(dens) else nums
    bads = np.broadcast_to(value.bad, (len(nums),)).tolist()
    return [
        value.scale * Fraction(int(num), int(den)) if bad < UNKNOWN else None
        for num, den, bad in zip(nums, dens, bads, strict=True)
    ]


def _beside(first: Exact, second: Exact) -> tuple[Ints, Ints, Ints | None, Fraction]:
    """Return two columns over the same denominators and scale, of one length."""
    scale = common_scale(first.scale, second.scale)
    one = times(first.num, int(first.scale / scale))
    other = times(second.num, int(second.scale / scale))
    if first.den is not None or second.den is not None:
        one, other = _crossed(one, first.den, other, second.den)
    one, other = np.broadcast_arrays(one, other)
    return one, other, _under(first, second), scale


def _crossed(one: Ints, under: Ints | None, other: Ints, beneath: Ints | None) -> tuple[Ints, Ints]:
    crossed = one if beneath is None else times(one, beneath)
    return crossed, other if under is None else times(other, under)


def _under(first: Exact, second: Exact) -> Ints | None:
    if first.den is None or second.den is None:
        return second.den if first.den is None else first.den
    return times(first.den, second.den)


def _worse(first: Exact, second: Exact) -> Bad:
    return np.maximum(first.bad, second.bad)


def common_scale(first: Fraction, second: Fraction) -> Fraction:
    """Return the largest scale, above zero, of which both are whole numbers."""
    over = gcd(first.numerator * second.denominator, second.numerator * first.denominator)
    return Fraction(over, first.denominator * second.denominator)


def _bound(values: Ints) -> int:
    """Return a number that none of the values exceeds in size."""
    if len(values) == 0:
        return 0
    return max(abs(int(values.max())), abs(int(values.min())))


def times(values: Ints, other: Ints | int, *, room: int = 1) -> Ints:
    """Return products, in wider numbers where they, or sums of `room` of them, need it."""
    if isinstance(other, int):
        if other == 1:
            return values
        fits = abs(other) < _WIDEST and _bound(values) * abs(other) < _WIDEST
        return values * other if fits else values.astype(object) * other
    fits = _bound(values) * _bound(other) * room < _WIDEST
    return values * other if fits else values.astype(object) * other


def _plus(values: Ints, other: Ints) -> Ints:
    fits = _bound(values) + _bound(other) < _WIDEST
    return values + other if fits else values.astype(object) + other


def _rounded(num: Ints, under: Ints) -> Ints:
    """Return the quotients, rounded half away from zero."""
    magnitude = _plus(times(np.abs(num), 2), under) // times(under, 2)
    return np.where(num < 0, -magnitude, magnitude)


def whole_numbers(values: Sequence[int]) -> Ints:
    """Return a column of whole numbers, as wide as they need."""
    fits = all(abs(each) < _WIDEST for each in values)
    return np.array(values, dtype=np.int64 if fits else object)


def _cosine(one: int, other: int) -> int:
    square = one * one + other * other
    if square == 0:
        return 0
    return (isqrt(4 * one * one * PF_DIGITS**2 // square) + 1) // 2
