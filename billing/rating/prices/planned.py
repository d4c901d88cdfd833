"""In: the cells of a charge for a stack of supplies. Out: the charge lines of one. Pure.

Everything that the supplies have in common (ids behind the point, prices as integers, proofs) is
made once for the stack; a line of one supply is then two integers of the columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from billing.money import exact_text, plain
from billing.rating.cells import BlockSpan, Cells, Pricing, bounds_of
from billing.rating.charge import ChargeLine
from billing.rating.columns import decimal_of
from billing.rating.measured import Measured
from billing.rating.prices.made import Made, made, stated
from billing.rating.sources import Source
from billing.tariffs.clauses import TierKind, TierSpan
from energy.base.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Cells of one span of a charge, ready to be told as charge lines."""

    source: Source
    pricing: Pricing
    span: BlockSpan
    quantity: list[list[int]]
    """By supply and block. [bill unit / 10**digits]"""
    amount: list[list[int]]
    """The same. [currency / 10**amount_digits]"""
    intervals: Mapping[Quality, int] | None
    """Where all supplies have the same; None where each is asked."""
    unit: str
    ids: tuple[str, ...]
    """What follows the point in a line's id, by block."""
    prices: tuple[Fraction, ...]
    """By block, for one smallest unit of quantity. [currency]"""
    proofs: tuple[Mapping[str, object], ...]
    """By block."""


def planned(
    usage: Measured, source: Source, pricing: Pricing, span: BlockSpan, cells: Cells
) -> Planned:
    """Return cells with all that their supplies have in common.

    Args:
        usage: Any of the supplies.
        source: Where their sums are from.
        pricing: The charge.
        span: Days and bounds.
        cells: Its columns.
    """
    clause = pricing.clause
    blocks = range(len(pricing.prices))
    stem = f"/{clause.key}/{span.first_day.isoformat()}"
    return Planned(
        source=source,
        pricing=pricing,
        span=span,
        quantity=cells.quantity.tolist(),
        amount=cells.amount.tolist(),
        intervals=source.common_counts(span.first_day, span.last_day, pricing.index),
        unit=clause.unit or usage.tariff.unit,
        ids=tuple(f"{stem}/{n + 1}" if n else stem for n in blocks),
        prices=tuple(Fraction(price) / 10**pricing.digits for price in pricing.prices),
        proofs=tuple(_proof(pricing, span, n) for n in blocks),
    )


def planned_lines(usage: Measured, plan: Planned, row: int) -> list[ChargeLine]:
    """Return the charge lines of one supply: one a block in use, the first where none is.

    Args:
        usage: The supply.
        plan: The priced span.
        row: The supply's row in it.
    """
    pricing, span = plan.pricing, plan.span
    clause, quantities, amounts = pricing.clause, plan.quantity[row], plan.amount[row]
    if clause.tier_kind is TierKind.PACKAGE and len(quantities) > 1:
        return _packages(usage, pricing, span, [n for n, units in enumerate(quantities) if units])
    used = [n for n, units in enumerate(quantities) if units] or [0]
    intervals = plan.intervals
    if intervals is None:
        intervals = plan.source.counts(row, span.first_day, span.last_day, pricing.index)
    tariff, of = usage.tariff, usage.span
    return [
        ChargeLine(
            charge=of.point + plan.ids[n],
            clause=clause.key,
            period=clause.period,
            names=clause.names,
            point=of.point,
            channel=of.channel,
            tariff=tariff.tariff,
            tariff_sha256=tariff.sha256,
            first_day=span.first_day,
            last_day=span.last_day,
            quantity=decimal_of(quantities[n], pricing.digits),
            unit=plan.unit,
            price=pricing.prices[n],
            currency=tariff.currency,
            unrounded=plan.prices[n] * quantities[n],
            amount=decimal_of(amounts[n], pricing.amount_digits),
            tax=clause.tax or tariff.tax,
            intervals=intervals,
            proof=plan.proofs[n],
        )
        for n in used
    ]


def _packages(
    usage: Measured, pricing: Pricing, span: BlockSpan, used: list[int]
) -> list[ChargeLine]:
    """Return a line for each block begun in the span; one begun before it is paid already."""
    lowers = [-span.opening, *bounds_of(pricing, span)]
    factor = span.factor if pricing.clause.tier_span is not TierSpan.YEAR else Fraction(1)
    return [
        made(
            usage,
            pricing.clause,
            Made(
                first_day=span.first_day,
                last_day=span.last_day,
                quantity=stated(factor),
                unit="block",
                price=pricing.prices[n],
                mark=str(n + 1) if n else "",
                period=pricing.clause.period,
                part_of=span.part_of,
                proof=_proof(pricing, span, n),
            ),
        )
        for n in used
        if not span.opening or lowers[n] >= 0
    ]


def _proof(pricing: Pricing, span: BlockSpan, block: int) -> dict[str, object]:
    """Return what a line rests on beyond its sum; empty for a plain price."""
    clause = pricing.clause
    proof: dict[str, object] = {}
    if len(pricing.prices) > 1:
        bounds = [each + span.opening for each in bounds_of(pricing, span)]
        proof["block"] = block + 1
        proof["above"] = exact_text(bounds[block - 1]) if block else "0"
        proof["upto"] = exact_text(bounds[block]) if block < len(bounds) else None
        proof["kind"] = clause.tier_kind.value
        if span.opening:
            proof["opening"] = exact_text(span.opening)
        if pricing.index is not None and pricing.mode is not None:
            proof["mode"] = pricing.mode.value
    if clause.ratio != 1:
        proof["ratio"] = plain(clause.ratio)
    if pricing.calorific is not None:
        proof["calorific_mj_per_m3"] = plain(pricing.calorific)
    if clause.parts is not None:
        proof["table"] = clause.parts.table
        proof["month"] = f"{span.first_day:%Y-%m}"
    return proof
