"""In: charge lines so far, a share of them or an amount a month. Out: one charge line. Pure.

Losses as a share, discounts (negative), amounts a month prorated by days. A discount never takes
more than there is.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from billing.rating.charge import ChargeLine
from billing.rating.measured import Measured
from billing.rating.months import months
from billing.rating.prices.made import Made, made
from billing.tariffs.clauses import SurchargeClause


def charge_lines(usage: Measured, clause: SurchargeClause) -> list[ChargeLine]:
    """Return the line of a share, or a line for each month of an amount.

    Args:
        usage: The supply.
        clause: Share [1] or amount [currency / month], and of which charges.
    """
    base = usage.based_on(clause.of)
    reached = sum((each.amount for each in base), Decimal(0))
    rests = {"base": [each.charge for each in base]}
    if clause.share is not None:
        share = max(clause.share, Decimal(-1))
        what = Made(
            first_day=usage.span.first_day,
            last_day=usage.span.last_day,
            quantity=reached,
            unit=usage.tariff.currency,
            price=share,
            proof=rests,
        )
        return [made(usage, clause, what)]
    assert clause.amount is not None, "a surcharge is a share or an amount"
    left = reached
    lines: list[ChargeLine] = []
    for part in months(usage.span.first_day, usage.span.last_day, usage.span.cycle_day):
        amount, share_of_month = clause.amount, part.share
        due = Fraction(amount) * share_of_month
        capped = amount < 0 and -due > left
        what = Made(
            first_day=part.first_day,
            last_day=part.last_day,
            quantity=Decimal(1) if capped else share_of_month,
            unit="month",
            price=-max(left, Decimal(0)) if capped else amount,
            part_of=None if capped else part.label,
            proof=rests,
        )
        line = made(usage, clause, what)
        left += line.amount
        lines.append(line)
    return lines
