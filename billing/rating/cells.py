"""In: sums of some supplies, an energy charge, bounds. Out: rounded quantity and money. Pure.

Columns of cells, one a block and supply, in whole smallest units. A bound is exact (100 kWh for 17
days of 31 is 1700/31 kWh); the quantity below each bound is rounded to the bill's digits, and a
block has the difference to the block below it: the blocks always add up to the rounded quantity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from billing.errors import RatingError
from billing.rating.blocks import Sums
from billing.rating.columns import Whole, exact, quotient_rounded, times_rounded
from billing.rating.sources import Source
from billing.tariffs.clauses import EnergyClause, TierKind, TierMode

_FAR = 2**62
"""Stands for a bound that 64 bits do not hold: no usage reaches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSpan:
    """Days in which blocks are filled, and what their bounds are there."""

    first_day: date
    last_day: date
    """Local days, both included."""
    factor: Fraction = Fraction(1)
    """Bounds are multiplied by it: the part of the month, or the days. [1]"""
    opening: Fraction = Fraction(0)
    """Already in the blocks before. [bill unit]"""
    part_of: str | None = None
    """First day of the whole that it is a part of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """How an energy charge turns sums into quantity and money."""

    clause: EnergyClause
    bill_per_unit: Fraction
    """Bill units in one integer of the source. [bill unit]"""
    prices: tuple[Decimal, ...]
    """One a block. [currency / bill unit]"""
    digits: int
    """Digits of a quantity after the point."""
    amount_digits: int
    """Digits of an amount after the point."""
    index: int | None
    """Tariff period that is charged; None for all."""
    members: tuple[int, ...] = ()
    """Tariff periods that fill the blocks together."""
    mode: TierMode | None = None
    calorific: Decimal | None = None
    """Of the month, where a table gives it; in `bill_per_unit` already. [MJ/m3]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Quantity and money of each block."""

    quantity: Whole
    """Shape (supplies, blocks). [bill unit / 10**digits]"""
    amount: Whole
    """The same shape. [currency / 10**amount_digits]"""


def cells_of(source: Source, pricing: Pricing, span: BlockSpan) -> Cells | None:
    """Return the cells of some days; None where the source cannot tell them.

    Args:
        source: Sums of some supplies.
        pricing: The charge.
        span: Days and bounds.

    Raises:
        RatingError: Blocks and tariff periods meet, and the tariff says not how.
    """
    sums = source.sums(span.first_day, span.last_day)
    if sums is None:
        return None
    own = sums.whole if pricing.index is None else sums.periods[:, pricing.index]
    per = pricing.bill_per_unit * 10**pricing.digits
    whole = times_rounded(own, per)
    if len(pricing.prices) == 1:
        quantity = whole.reshape(-1, 1)
    elif pricing.clause.tier_kind is TierKind.VOLUME:
        quantity = _volume(own, whole, sums, pricing, span)
    else:
        below = _below(source, own, sums, pricing, span)
        if below is None:
            return None
        upto = np.concatenate([below, whole.reshape(-1, 1)], axis=1)
        quantity = np.diff(upto, axis=1, prepend=np.zeros((len(upto), 1), dtype=upto.dtype))
    shift = Fraction(10) ** (pricing.amount_digits - pricing.digits)
    amounts = [
        times_rounded(quantity[:, n], Fraction(price) * shift)
        for n, price in enumerate(pricing.prices)
    ]
    return Cells(quantity=quantity, amount=np.stack(amounts, axis=1))


def bounds_of(pricing: Pricing, span: BlockSpan) -> list[Fraction]:
    """Return the upper bounds of all blocks but the last, less what was filled. [bill unit]."""
    return [
        Fraction(tier.upto) * span.factor - span.opening
        for tier in pricing.clause.tiers
        if tier.upto is not None
    ]


def _together(pricing: Pricing) -> bool:
    """Return whether usage of other tariff periods fills the blocks too."""
    if pricing.index is None:
        return False
    if pricing.mode is None:
        raise RatingError(
            f"Charge {pricing.clause.key} has blocks and a tariff period, but the tariff has no "
            "tier_mode. Say how they meet: chronological, pro_rata or per_period."
        )
    return pricing.mode is not TierMode.PER_PERIOD


def _volume(
    own: Whole, whole: Whole, sums: Sums, pricing: Pricing, span: BlockSpan
) -> NDArray[Any]:
    """Return the whole quantity in the block that it ends in."""
    per = pricing.bill_per_unit * 10**pricing.digits
    reference = whole
    if _together(pricing):
        reference = times_rounded(sums.periods[:, list(pricing.members)].sum(axis=1), per)
    del own
    reached = np.zeros(len(whole), dtype=np.int64)
    for bound in bounds_of(pricing, span):
        limit = bound * 10**pricing.digits
        reached += reference > limit.numerator // limit.denominator
    blocks = np.arange(len(pricing.prices))
    return np.where(reached.reshape(-1, 1) == blocks, whole.reshape(-1, 1), 0)


def _below(
    source: Source, own: Whole, sums: Sums, pricing: Pricing, span: BlockSpan
) -> NDArray[Any] | None:
    """Return the rounded quantity below each bound, shape (supplies, bounds)."""
    bounds = [each / pricing.bill_per_unit for each in bounds_of(pricing, span)]
    floors = [min(max(each.numerator // each.denominator, -_FAR), _FAR) for each in bounds]
    rests = [
        each % 1 if abs(floor) < _FAR else Fraction(0)
        for each, floor in zip(bounds, floors, strict=True)
    ]
    finer = lcm(*(each.denominator for each in rests))
    if _together(pricing) and pricing.mode is TierMode.CHRONOLOGICAL:
        found = source.below(
            span.first_day, span.last_day, np.array([floors], dtype=np.int64), pricing.members
        )
        if found is None:
            return None
        below, over = (each[:, :, pricing.index] for each in found)
        return _rounded(pricing, below, over, rests, finer, None)
    total = own
    if _together(pricing):
        total = sums.periods[:, list(pricing.members)].sum(axis=1)
    below = np.stack([np.minimum(total, low) - min(0, low) for low in floors], axis=1)
    over = np.stack([(total > low).astype(np.int64) - (low < 0) for low in floors], axis=1)
    return _rounded(pricing, below, over, rests, finer, None if total is own else (own, total))


def _rounded(
    pricing: Pricing,
    below: Whole,
    over: Whole,
    rests: Sequence[Fraction],
    finer: int,
    share: tuple[Whole, Whole] | None,
) -> NDArray[Any]:
    """Return quantities below bounds, rounded.

    Args:
        pricing: The charge.
        below: Whole units below each bound, shape (supplies, bounds).
        over: Whether a fraction of a unit in the bound is used too, the same shape.
        rests: That fraction, one a bound.
        finer: Its denominator.
        share: Numerators and denominators of the part of the whole that is meant; None for all.
    """
    per = pricing.bill_per_unit * 10**pricing.digits / finer
    columns: list[Whole] = []
    for n, rest in enumerate(rests):
        fine = exact(below[:, n], finer) * finer + over[:, n] * int(rest * finer)
        if share is None:
            columns.append(times_rounded(fine, per))
            continue
        own, total = share
        safe = np.where(total > 0, total, 1)
        greatest = max((abs(int(each)) for each in own), default=1)
        product = exact(fine, greatest or 1) * own
        part = quotient_rounded(np.where(total > 0, product, own * finer), per, safe)
        columns.append(part)
    return np.stack(columns, axis=1)
