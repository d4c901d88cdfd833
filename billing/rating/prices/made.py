"""In: what a price model worked out. Out: the charge line of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.money import exact_text, round_half_up
from billing.rating.charge import ChargeLine, TariffSpan, charge_id
from billing.rating.measured import Measured
from billing.tariffs.clauses import Clause
from energy.base.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What is special about a charge line."""

    first_day: date
    last_day: date
    quantity: Decimal | Fraction
    """[unit]"""
    unit: str
    price: Decimal
    """[currency / unit]"""
    mark: str = ""
    """What tells its id from other lines of the clause and day."""
    period: str | None = None
    amount: Decimal | None = None
    """Where it was rounded already. [currency]"""
    part_of: str | None = None
    intervals: Mapping[Quality, int] = field(default_factory=dict)
    proof: Mapping[str, object] = field(default_factory=dict)


def made(usage: Measured, clause: Clause, what: Made) -> ChargeLine:
    """Return the charge line of a clause.

    Args:
        usage: The supply.
        clause: The charge.
        what: Quantity, price and proof.
    """
    span, tariff = usage.span, usage.tariff
    unrounded = Fraction(what.quantity) * Fraction(what.price)
    amount = what.amount
    return ChargeLine(
        charge=charge_id(span, clause.key, what.first_day, what.mark),
        clause=clause.key,
        period=what.period,
        names=clause.names,
        point=span.point,
        channel=span.channel,
        tariff=tariff.tariff,
        tariff_sha256=tariff.sha256,
        first_day=what.first_day,
        last_day=what.last_day,
        quantity=what.quantity,
        unit=what.unit,
        price=what.price,
        currency=tariff.currency,
        unrounded=unrounded,
        amount=round_half_up(unrounded, tariff.rounding.amount) if amount is None else amount,
        tax=clause.tax or tariff.tax,
        intervals=what.intervals,
        part_of=what.part_of,
        proof=what.proof,
    )


def told_for(line: ChargeLine, span: TariffSpan) -> ChargeLine:
    """Return a supply's charge line that differs from another's of its stack in the point alone.

    Args:
        line: Of any supply of the stack, without a mark in its id.
        span: The supply's point, channel and days.
    """
    if line.point == span.point:
        return line
    charge = charge_id(span, line.clause, line.first_day)
    return replace(line, charge=charge, point=span.point, channel=span.channel)


def stated(value: Decimal | Fraction) -> Decimal | Fraction:
    """Return a quantity as a decimal where it is a finite one, else as it is."""
    text = exact_text(value)
    return Fraction(value) if "/" in text else Decimal(text)
