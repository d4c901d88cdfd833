"""In: usage at all times, one price per unit. Out: one charge line. Pure."""

from __future__ import annotations

from fractions import Fraction

from billing.charge import ChargeLine, Determinants, TariffSpan, UsageSum, charge_id
from billing.money import round_half_up
from billing.tariff import EnergyClause


def charge_lines(usage: Determinants, clause: EnergyClause, span: TariffSpan) -> list[ChargeLine]:
    """Return the charge line of a price that holds at all times.

    Args:
        usage: Sums of the span. [base unit]
        clause: The price. [currency / bill unit]
        span: Days and tariff version.
    """
    return [priced(usage.whole, clause, span)]


def priced(usage: UsageSum, clause: EnergyClause, span: TariffSpan) -> ChargeLine:
    """Return rounded quantity x price of one sum of usage.

    Args:
        usage: The sum. [base unit]
        clause: The price. [currency / bill unit]
        span: Days and tariff version.
    """
    tariff = span.tariff
    quantity = round_half_up(
        usage.base_units * tariff.bill_units_per_base, tariff.rounding.quantity
    )
    unrounded = Fraction(quantity) * Fraction(clause.price)
    return ChargeLine(
        charge=charge_id(span, clause.key, span.first_day),
        clause=clause.key,
        period=clause.period,
        names=clause.names,
        point=span.point,
        channel=span.channel,
        tariff=tariff.tariff,
        tariff_sha256=tariff.sha256,
        first_day=span.first_day,
        last_day=span.last_day,
        quantity=quantity,
        unit=tariff.unit,
        price=clause.price,
        currency=tariff.currency,
        unrounded=unrounded,
        amount=round_half_up(unrounded, tariff.rounding.amount),
        tax=tariff.tax,
        intervals=usage.intervals,
    )
