"""In: days, a price per day or per month. Out: charge lines, one a calendar month. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from billing.charge import ChargeLine, Determinants, TariffSpan, charge_id
from billing.money import round_half_up
from billing.tariff import FixedClause, FixedPer


def charge_lines(usage: Determinants, clause: FixedClause, span: TariffSpan) -> list[ChargeLine]:
    """Return one line of days, or a line for each calendar month prorated by its days.

    Args:
        usage: Not looked at: a fixed charge is due without usage.
        clause: The price. [currency / day or month]
        span: Days and tariff version.
    """
    del usage
    if clause.per is FixedPer.DAY:
        days = (span.last_day - span.first_day).days + 1
        return [_fixed(clause, span, span.first_day, span.last_day, Decimal(days))]
    return [
        _fixed(clause, span, first, last, Fraction((last - first).days + 1, in_month))
        for first, last, in_month in months_of(span.first_day, span.last_day)
    ]


def months_of(first: date, last: date) -> list[tuple[date, date, int]]:
    """Return the parts of a span in each calendar month: first day, last day, days of the month."""
    parts: list[tuple[date, date, int]] = []
    day = first
    while day <= last:
        in_month = monthrange(day.year, day.month)[1]
        end = min(last, day.replace(day=in_month))
        parts.append((day, end, in_month))
        day = end + timedelta(days=1)
    return parts


def _fixed(
    clause: FixedClause,
    span: TariffSpan,
    first: date,
    last: date,
    quantity: Decimal | Fraction,
) -> ChargeLine:
    tariff = span.tariff
    unrounded = Fraction(quantity) * Fraction(clause.price)
    return ChargeLine(
        charge=charge_id(span, clause.key, first),
        clause=clause.key,
        period=None,
        names=clause.names,
        point=span.point,
        channel=span.channel,
        tariff=tariff.tariff,
        tariff_sha256=tariff.sha256,
        first_day=first,
        last_day=last,
        quantity=quantity,
        unit=clause.per.value,
        price=clause.price,
        currency=tariff.currency,
        unrounded=unrounded,
        amount=round_half_up(unrounded, tariff.rounding.amount),
        tax=tariff.tax,
    )
