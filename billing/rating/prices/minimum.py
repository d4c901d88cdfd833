"""In: charge lines so far, a least amount. Out: what is missing to it. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.money import exact_text, round_half_up
from billing.rating.charge import ChargeLine
from billing.rating.measured import Measured
from billing.rating.months import Part, months
from billing.rating.prices.made import Made, made
from billing.tariffs.clauses import MinimumClause, MinimumPer


def charge_lines(usage: Measured, clause: MinimumClause) -> list[ChargeLine]:
    """Return what is missing from some charges to their least amount; no line where nothing is.

    Args:
        usage: The supply.
        clause: The least amount. [currency / month, day or bill]
    """
    base = usage.based_on(clause.of)
    reached = sum((each.amount for each in base), Decimal(0))
    times = _times(usage, clause)
    digits = usage.tariff.rounding.amount
    least = round_half_up(Fraction(clause.amount) * times, digits)
    missing = least - reached
    if missing <= 0:
        return []
    proof: dict[str, object] = {
        "least": str(least),
        "reached": str(reached),
        "base": [each.charge for each in base],
    }
    if times != 1:
        proof["times"] = exact_text(times)
    what = Made(
        first_day=usage.span.first_day,
        last_day=usage.span.last_day,
        quantity=Decimal(1),
        unit="minimum",
        price=missing,
        proof=proof,
    )
    return [made(usage, clause, what)]


def _times(usage: Measured, clause: MinimumClause) -> Fraction:
    """Return how often the least amount holds in the days. [month, day or bill]."""
    first, last = usage.span.first_day, usage.span.last_day
    whole_first, whole_last = usage.span.whole
    days = (last - first).days + 1
    match clause.per:
        case MinimumPer.DAY:
            return _agreed(usage, clause, Fraction(days), (first, last))
        case MinimumPer.PERIOD:
            share = Fraction(days, (whole_last - whole_first).days + 1)
            return _agreed(usage, clause, share, (first, last))
        case MinimumPer.MONTH:
            parts = months(first, last, usage.span.cycle_day)
            return sum(
                (
                    _agreed(usage, clause, _share(usage, clause, p), (p.first_day, p.last_day))
                    for p in parts
                ),
                Fraction(0),
            )


def _share(usage: Measured, clause: MinimumClause, part: Part) -> Fraction:
    if clause.prorate:
        return part.share
    first, last = usage.span.whole
    billed = (min(last, part.whole_last) - max(first, part.whole_first)).days + 1
    return Fraction(part.days, billed)


def _agreed(
    usage: Measured, clause: MinimumClause, times: Fraction, days: tuple[date, date]
) -> Fraction:
    if clause.agreed is None:
        return times
    count = (days[1] - days[0]).days + 1
    return sum(
        (
            times * Fraction((last - first).days + 1, count) * Fraction(value)
            for first, last, value in usage.product([clause.agreed], *days)
        ),
        Fraction(0),
    )
