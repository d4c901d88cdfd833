"""In: active and reactive energy of the bill, a table of rates. Out: one charge line. Pure.

The factor is P / sqrt(P2 + Q2), rounded half-up to two digits in whole numbers, never through a
float; the table's rate is taken of the amounts of the base charges. Without active energy, or
without a reactive meter, there is no adjustment but a finding that says so.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isqrt

from billing.money import exact_text, plain
from billing.rating.charge import ChargeLine
from billing.rating.columns import decimal_of
from billing.rating.measured import Measured
from billing.rating.prices.made import Made, made
from billing.tariffs.clauses import PowerFactorClause
from energy.base.finding import Severity

NO_REACTIVE = "bill.no_reactive_meter"
NO_ACTIVE = "bill.no_active_energy"


def charge_lines(usage: Measured, clause: PowerFactorClause) -> list[ChargeLine]:
    """Return the surcharge or reward; no line where no factor can be told.

    Args:
        usage: The supply.
        clause: The table.
    """
    first, last = usage.span.first_day, usage.span.last_day
    active = _billed(usage, usage.own)
    reactive = [
        abs(total) for name in clause.reactive if (total := _billed(usage, name)) is not None
    ]
    if not reactive or active is None:
        usage.find(NO_REACTIVE, severity=Severity.WARN, charge=clause.key)
        return []
    if active <= 0:
        usage.find(NO_ACTIVE, severity=Severity.WARN, charge=clause.key)
        return []
    factor = power_factor(active, sum(reactive, Fraction(0)), clause.digits)
    step = next((each for each in reversed(clause.table) if each.least <= factor), clause.table[0])
    base = usage.based_on(clause.base)
    amount = sum((each.amount for each in base), Decimal(0))
    proof: dict[str, object] = {
        "power_factor": plain(factor),
        "standard": plain(clause.standard),
        "table": clause.table_name,
        "active_kwh": exact_text(active / 1000),
        "reactive_kvarh": exact_text(sum(reactive, Fraction(0)) / 1000),
        "base": [each.charge for each in base],
    }
    what = Made(
        first_day=first,
        last_day=last,
        quantity=amount,
        unit=usage.tariff.currency,
        price=step.rate,
        proof=proof,
    )
    return [made(usage, clause, what)]


def _billed(usage: Measured, quantity: str) -> Fraction | None:
    """Return a quantity over all billed days: a tariff that changes makes no two factors. [Wh]."""
    totals = [
        part.total(quantity, part.span.first_day, part.span.last_day)
        for part in usage.bill or [usage]
    ]
    told = [each for each in totals if each is not None]
    return sum(told, Fraction(0)) if len(told) == len(totals) else None


def power_factor(active: Fraction, reactive: Fraction, digits: int) -> Decimal:
    """Return P / sqrt(P2 + Q2), rounded half-up.

    Args:
        active: P, above zero. [Wh]
        reactive: Q. [varh]
        digits: Digits after the point.
    """
    square = active * active + reactive * reactive
    doubled = 4 * 10 ** (2 * digits) * active * active / square
    return decimal_of((isqrt(doubled.numerator // doubled.denominator) + 1) // 2, digits)
