"""In: a quantity and the agreed quota of the days. Out: charge lines of what is beyond it. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.money import exact_text, round_half_up
from billing.rating.cells import BlockSpan
from billing.rating.charge import ChargeLine
from billing.rating.measured import Measured
from billing.rating.prices.energy import NO_READING, QUANTITY_MISSING, block_spans
from billing.rating.prices.made import Made, made
from billing.tariffs.clauses import OverQuotaClause, TierSpan


def charge_lines(usage: Measured, clause: OverQuotaClause) -> list[ChargeLine]:
    """Return a line for each block beyond the quota that was used.

    Args:
        usage: The supply; its quantity, in the tariff's unit.
        clause: Prices by shares of the quota beyond it. [currency / bill unit]
    """
    if usage.source(usage.own) is None:
        usage.find(QUANTITY_MISSING, quantity=usage.own, charge=clause.key)
        return []
    lines: list[ChargeLine] = []
    for span in block_spans(usage, clause.tier_span, [clause.key]):
        units = usage.bill_units(span.first_day, span.last_day)
        if units is None:
            usage.find(NO_READING, span.first_day, span.last_day, charge=clause.key)
            continue
        used = round_half_up(units, usage.tariff.rounding.quantity)
        quota = _quota(usage, clause, span)
        if quota is not None:
            lines.extend(_beyond(usage, clause, span, used, quota))
        if clause.tier_span is TierSpan.YEAR:
            usage.positions.add(clause.key, span.first_day, Fraction(used))
    return lines


def _quota(usage: Measured, clause: OverQuotaClause, span: BlockSpan) -> Fraction | None:
    """Return the quota of the days; None with a finding where none is agreed. [bill unit]."""
    runs = usage.product([clause.agreed], span.first_day, span.last_day)
    days = (span.last_day - span.first_day).days + 1
    told = sum((last - first).days + 1 for first, last, _ in runs)
    if told != days:
        return None
    return sum(
        (
            Fraction(value) * span.factor * Fraction((last - first).days + 1, days)
            for first, last, value in runs
        ),
        Fraction(0),
    )


def _beyond(
    usage: Measured, clause: OverQuotaClause, span: BlockSpan, used: Decimal, quota: Fraction
) -> list[ChargeLine]:
    lines: list[ChargeLine] = []
    end = span.opening + Fraction(used)
    digits = usage.tariff.rounding.quantity
    below = round_half_up(0, digits)
    for n, tier in enumerate(clause.tiers):
        upper = None if tier.upto is None else quota * (1 + Fraction(tier.upto))
        reach = end - quota if upper is None else min(end, upper) - quota
        upto = round_half_up(max(reach, Fraction(0)) - _paid(span, quota, upper), digits)
        if upto > below:
            lines.append(
                _line(usage, clause, (span.first_day, span.last_day), upto - below, n, quota)
            )
        below = max(below, upto)
    return lines


def _paid(span: BlockSpan, quota: Fraction, upper: Fraction | None) -> Fraction:
    """Return what was beyond the quota before these days, up to a bound. [bill unit]."""
    opened = span.opening if upper is None else min(span.opening, upper)
    return max(opened - quota, Fraction(0))


def _line(
    usage: Measured,
    clause: OverQuotaClause,
    days: tuple[date, date],
    beyond: Decimal,
    block: int,
    quota: Fraction,
) -> ChargeLine:
    what = Made(
        first_day=days[0],
        last_day=days[1],
        quantity=beyond,
        unit=usage.tariff.unit,
        price=clause.tiers[block].price,
        mark=str(block + 1) if block else "",
        proof={"quota": exact_text(quota), "block": block + 1},
    )
    return made(usage, clause, what)
