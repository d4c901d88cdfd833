"""In: usage in one tariff period or at all times, a price in blocks. Out: charge lines. Pure.

Plain and time-of-use prices, blocks (graduated, volume, package) for a day, month, year or the
billed days, the three ways in which blocks and tariff periods meet, and prices that a table of
months gives. A ratio bills a part of the quantity (sewage of the water).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.rating.cells import BlockSpan, Pricing, cells_of
from billing.rating.charge import ChargeLine
from billing.rating.determinants import period_codes
from billing.rating.measured import PRICE_MISSING, Measured
from billing.rating.months import months, years
from billing.rating.prices.planned import Planned, planned, planned_lines
from billing.rating.sources import RegisterSource, Source
from billing.tariffs.clauses import EnergyClause, TierMode, TierSpan
from energy.base.clock import to_us
from energy.base.period import grid_of, span_of_days

QUANTITY_MISSING = "bill.quantity_missing"
SHAPE_NEEDED = "bill.shape_needed"
NO_READING = "bill.days_not_read"


def charge_lines(usage: Measured, clause: EnergyClause) -> list[ChargeLine]:
    """Return the charge lines of an energy charge: one a block in use and span of its bounds.

    What supplies of one stack have in common is worked out for the first of them and kept.

    Args:
        usage: The supply.
        clause: The price. [currency / bill unit]

    Raises:
        RatingError: Blocks and tariff periods meet, and the tariff says not how.
    """
    quantity = clause.quantity or usage.own
    yearly = len(clause.tiers) > 1 and clause.tier_span is TierSpan.YEAR
    shared = not yearly and usage.on_grid(quantity)
    plan: list[Planned] | None = usage.stack.kept.get(clause.key) if shared else None
    row = usage.row if shared else 0
    if plan is None:
        found = usage.source(quantity, alone=not shared)
        if found is None:
            usage.find(QUANTITY_MISSING, quantity=quantity, charge=clause.key)
            return []
        noted = len(usage.findings)
        plan = list(_plan(usage, clause, found[0]))
        if shared and len(usage.findings) == noted:
            usage.stack.kept[clause.key] = plan
    if yearly:
        for each in plan:
            used = Fraction(sum(each.quantity[row]), 10**each.pricing.digits)
            usage.positions.add(clause.key, each.span.first_day, used)
    return [charge for each in plan for charge in planned_lines(usage, each, row)]


def _plan(usage: Measured, clause: EnergyClause, source: Source) -> Iterator[Planned]:
    """Yield the priced spans of a charge; what stands in the way of one is a finding."""
    for span, prices in _spans(usage, clause):
        factor: Decimal | None = Decimal(1)
        if clause.quantity is None:
            factor = usage.energy_factor(span.first_day, span.last_day)
        if factor is None:
            continue
        pricing = _pricing(usage, clause, prices, factor, source.scale)
        first, last = span.first_day, span.last_day
        if pricing.index is not None and not source.has(first, last, pricing.index):
            if isinstance(source, RegisterSource) and _occurs(usage, pricing.index, first, last):
                usage.find(SHAPE_NEEDED, first, last, charge=clause.key, period=clause.period)
            continue
        cells = cells_of(source, pricing, span)
        if cells is None:
            told = source.sums(first, last) is not None
            usage.find(SHAPE_NEEDED if told else NO_READING, first, last, charge=clause.key)
            continue
        yield planned(usage, source, pricing, span, cells)


def _spans(
    usage: Measured, clause: EnergyClause
) -> Iterator[tuple[BlockSpan, tuple[Decimal, ...]]]:
    """Yield the spans that are priced alone, with the price of each block."""
    first, last = usage.span.first_day, usage.span.last_day
    prices = tuple(tier.price for tier in clause.tiers)
    if clause.parts is not None:
        for month in months(first, last):
            price = _table_price(usage, clause, month.first_day, month.last_day)
            if price is not None:
                yield BlockSpan(first_day=month.first_day, last_day=month.last_day), (price,)
        return
    if len(clause.tiers) == 1:
        gas = usage.tariff.gas
        monthly = gas is not None and gas.table is not None and clause.quantity is None
        parts = [(part.first_day, part.last_day) for part in months(first, last)]
        for begin, end in parts if monthly else [(first, last)]:
            yield BlockSpan(first_day=begin, last_day=end), prices
        return
    for span in block_spans(usage, clause.tier_span, _filling(usage, clause)):
        yield span, prices


def block_spans(usage: Measured, tier_span: TierSpan, keys: list[str]) -> list[BlockSpan]:
    """Return the spans in which blocks are filled, their factors and openings.

    Args:
        usage: The supply.
        tier_span: What bounds hold for.
        keys: Clauses that fill the blocks together.
    """
    first, last = usage.span.first_day, usage.span.last_day
    days = (last - first).days + 1
    if tier_span is TierSpan.DAY:
        return [BlockSpan(first_day=first, last_day=last, factor=Fraction(days))]
    if tier_span is TierSpan.PERIOD:
        whole_first, whole_last = usage.span.whole
        share = Fraction(days, (whole_last - whole_first).days + 1)
        return [BlockSpan(first_day=first, last_day=last, factor=share)]
    if tier_span is TierSpan.MONTH:
        return [
            BlockSpan(
                first_day=part.first_day,
                last_day=part.last_day,
                factor=part.share,
                part_of=part.label,
            )
            for part in months(first, last, usage.span.cycle_day)
        ]
    return [
        BlockSpan(
            first_day=part.first_day,
            last_day=part.last_day,
            opening=usage.positions.before(keys, part.first_day),
        )
        for part in years(first, last)
    ]


def _pricing(
    usage: Measured,
    clause: EnergyClause,
    prices: tuple[Decimal, ...],
    factor: Decimal,
    scale: int,
) -> Pricing:
    tariff = usage.tariff
    gas = tariff.gas if clause.quantity is None else None
    digits = tariff.rounding.quantity
    if gas is not None and gas.energy_digits is not None:
        digits = gas.energy_digits
    keys = [each.key for each in tariff.periods]
    members = [each.period for each in _companions(usage, clause)]
    per_base = usage.bill_per_base(clause.quantity, clause.unit) * Fraction(clause.ratio * factor)
    return Pricing(
        clause=clause,
        bill_per_unit=per_base / scale,
        prices=prices,
        digits=digits,
        calorific=factor if gas is not None and gas.table is not None else None,
        amount_digits=tariff.rounding.amount,
        index=None if clause.period is None else keys.index(clause.period),
        members=tuple(keys.index(key) for key in members if key is not None),
        mode=tariff.tier_mode,
    )


def _companions(usage: Measured, clause: EnergyClause) -> list[EnergyClause]:
    """Return the charges of tariff periods that have the same blocks: they fill them together."""
    if clause.period is None or len(clause.tiers) == 1:
        return [clause]
    return [
        each
        for each in usage.tariff.clauses
        if isinstance(each, EnergyClause)
        and each.period is not None
        and [tier.upto for tier in each.tiers] == [tier.upto for tier in clause.tiers]
        and (each.quantity, each.unit, each.ratio, each.tier_kind, each.tier_span)
        == (clause.quantity, clause.unit, clause.ratio, clause.tier_kind, clause.tier_span)
    ]


def _filling(usage: Measured, clause: EnergyClause) -> list[str]:
    """Return the keys of the clauses whose usage counts for the blocks of one."""
    if usage.tariff.tier_mode is TierMode.PER_PERIOD:
        return [clause.key]
    return [each.key for each in _companions(usage, clause)]


def _table_price(usage: Measured, clause: EnergyClause, first: date, last: date) -> Decimal | None:
    parts = clause.parts
    assert parts is not None, "asked before"
    month = f"{first:%Y-%m}"
    table = usage.tariff.tables.get(parts.table)
    columns = (parts.base, *parts.adders)
    values = [None if table is None else table.value(month, column) for column in columns]
    if None in values:
        missing = [each for each, value in zip(columns, values, strict=True) if value is None]
        usage.find(PRICE_MISSING, first, last, table=parts.table, month=month, columns=missing)
        return None
    base, *adders = (value for value in values if value is not None)
    return base * parts.factor + sum(adders, Decimal(0))


def _occurs(usage: Measured, index: int, first: date, last: date) -> bool:
    """Return whether a tariff period has a moment in some days."""
    days = span_of_days(first, last, usage.tariff.zone)
    step = 60 if usage.tariff.interval_minutes is None else usage.tariff.interval_minutes * 60
    codes = period_codes(usage.tariff, to_us(days.start), grid_of(days, step), step)
    return bool((codes == index).any())
