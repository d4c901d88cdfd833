"""In: agreed quantities by date, a price of their product. Out: charge lines by month. Pure.

Agreed kW x hours: what the contract says is billed, whatever was used. The product holds for a
month; a part of one pays its part.
"""

from __future__ import annotations

from fractions import Fraction

from billing.money import exact_text, plain
from billing.rating.charge import ChargeLine
from billing.rating.measured import Measured
from billing.rating.months import months
from billing.rating.prices.made import Made, made, stated
from billing.tariffs.clauses import AgreedClause


def charge_lines(usage: Measured, clause: AgreedClause) -> list[ChargeLine]:
    """Return a line for each month and what is agreed in it.

    Args:
        usage: The supply; what is not agreed is a finding.
        clause: The price. [currency / unit]
    """
    lines: list[ChargeLine] = []
    span = usage.span
    for part in months(span.first_day, span.last_day, span.cycle_day):
        for first, last, product in usage.product(clause.agreed, part.first_day, part.last_day):
            share = part.share * Fraction((last - first).days + 1, part.days)
            agreed = {
                name: plain(value)
                for name in clause.agreed
                if (value := usage.agreed(name, first, first)[0][2]) is not None
            }
            proof: dict[str, object] = {"agreed": agreed}
            if share != 1:
                proof["months"] = exact_text(share)
            what = Made(
                first_day=first,
                last_day=last,
                quantity=stated(Fraction(product) * share),
                unit=clause.unit,
                price=clause.price,
                part_of=part.label,
                proof=proof,
            )
            lines.append(made(usage, clause, what))
    return lines
