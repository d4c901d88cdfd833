"""In: a common quantity on its grid, portions by day. Out: whole shares that add up to it. Pure.

Every interval is divided in whole base units by the largest remainder, with what rounding gave or
took before carried along: within the carried stretch no part is ever more than about one unit away
from its exact share, so nobody gains by rounding. The carry begins anew with each local month, and
where the circle of those who bear changes: a share can be recomputed from its own month alone,
and what comes later in the month never changes what came before.

What is given back (a negative quantity) has a carry of its own. Nobody's share has another sign
than the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.metering.shares.version import DayPortions
from energy.metering.usage import worst

Ints = NDArray[np.int64]
Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whole:
    """A common quantity over one local day."""

    day: date
    usage: Ints
    """Per interval, shape (n,). [base unit]"""
    quality: Codes
    """Per interval, shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayShares:
    """What each part bears of one local day."""

    day: date
    usage: Mapping[str, Ints]
    """Part -> per interval, shape (n,); 0 where the quality is MISSING. [base unit]"""
    quality: Codes
    """Of every part, shape (n,)."""
    carried: Mapping[str, Fraction] = field(default_factory=dict)
    """Part -> what rounding owes it as the day ends, of what is taken. [base unit]"""


class Divider:
    """Divides one local day after the other, carrying what rounding gave and took."""

    def __init__(self) -> None:
        """Begin without a carry."""
        self._circle: tuple[int, int, tuple[str, ...]] | None = None
        self._carry: dict[int, list[int]] = {}
        self._unit = 1

    def divide(self, whole: Whole, found: DayPortions) -> DayShares:
        """Return the shares of the next day.

        Args:
            whole: What is divided; a later day than before.
            found: The day's portions.

        Returns:
            MISSING for every part where the whole is not known, or the portions are not.
        """
        portions = found.portions
        if portions is None:
            missing = np.full(len(whole.usage), Quality.MISSING, dtype=np.uint8)
            return DayShares(day=whole.day, usage={}, quality=missing)
        bearing = tuple(sorted(key for key, portion in portions.items() if portion > 0))
        self._begin(whole.day, bearing, [portions[key] for key in bearing])
        shares = self._shares(whole, [portions[key] for key in bearing])
        nothing = np.zeros(len(whole.usage), dtype=np.int64)
        usage = dict.fromkeys(portions, nothing) | dict(zip(bearing, shares, strict=True))
        known = _known(whole.quality)
        ours = np.full(len(whole.usage), found.quality, dtype=np.uint8)
        return DayShares(
            day=whole.day,
            usage=usage,
            quality=np.where(known, worst(whole.quality, ours), whole.quality).astype(np.uint8),
            carried={
                key: Fraction(owed, self._unit)
                for key, owed in zip(bearing, self._carry[1], strict=True)
            },
        )

    def _begin(self, day: date, bearing: tuple[str, ...], portions: Sequence[Fraction]) -> None:
        """Bring the carry to the day's unit, or to zero where it does not go on."""
        circle = (day.year, day.month, bearing)
        if circle != self._circle:
            self._circle, self._unit = circle, 1
            self._carry = {1: [0] * len(bearing), -1: [0] * len(bearing)}
        unit = lcm(self._unit, *(portion.denominator for portion in portions))
        factor = unit // self._unit
        self._carry = {sign: [c * factor for c in carry] for sign, carry in self._carry.items()}
        self._unit = unit

    def _shares(self, whole: Whole, portions: Sequence[Fraction]) -> Ints:
        """Return one row a bearing part."""
        unit = self._unit
        weights = [portion.numerator * (unit // portion.denominator) for portion in portions]
        known = _known(whole.quality)
        shares = np.zeros((len(weights), len(whole.usage)), dtype=np.int64)
        turn = (whole.day.year * 12 + whole.day.month) % max(len(weights), 1)
        meant = np.flatnonzero(known & (whole.usage != 0))
        divided = []
        for amount in whole.usage[meant].tolist():
            sign = 1 if amount > 0 else -1
            own = one_division(abs(amount), weights, self._carry[sign], unit, turn)
            divided.append(own if sign > 0 else [-each for each in own])
        if divided:
            shares[:, meant] = np.array(divided, dtype=np.int64).T
        return shares


def one_division(
    amount: int, weights: Sequence[int], carry: list[int], unit: int, turn: int = 0
) -> list[int]:
    """Return whole shares of an amount, and change the carry by what rounding did.

    Args:
        amount: What is divided, from 0 on. [base unit]
        weights: One a part, above zero, adding up to `unit`.
        carry: What each part is owed, adding up to 0; changed. [base unit / unit]
        unit: The whole of the weights.
        turn: Which part comes first where remainders are the same.
    """
    told = [
        divmod(weight * amount + owed, unit) for weight, owed in zip(weights, carry, strict=True)
    ]
    shares = [share for share, _ in told]
    order = [(n + turn) % len(shares) for n in range(len(shares))]
    if min(shares) < 0:
        return _without_debts(amount, told, carry, unit, order)
    rests = [rest for _, rest in told]
    order.sort(key=rests.__getitem__, reverse=True)  # equal ones stay in their order
    for n in order[: amount - sum(shares)]:
        shares[n] += 1
        rests[n] -= unit
    carry[:] = rests
    return shares


def _without_debts(
    amount: int,
    told: Sequence[tuple[int, int]],
    carry: list[int],
    unit: int,
    order: Sequence[int],
) -> list[int]:
    """Return shares where somebody has more than its due already: nobody gives anything back."""
    shares = [max(share, 0) for share, _ in told]
    owed = [(share - own) * unit + rest for (share, rest), own in zip(told, shares, strict=True)]
    left = amount - sum(shares)
    while left:
        step = 1 if left > 0 else -1
        able = [n for n in order if step > 0 or shares[n] > 0]
        n = max(able, key=lambda each: step * owed[each])
        shares[n] += step
        owed[n] -= step * unit
        left -= step
    carry[:] = owed
    return shares


def _known(quality: Codes) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = (quality != Quality.MISSING) & (quality != Quality.SUSPECT)
    return known
