"""In: usage in one tariff period, its price per unit. Out: one charge line. Pure."""

from __future__ import annotations

from billing.charge import ChargeLine, Determinants, TariffSpan
from billing.prices.unit import priced
from billing.tariff import EnergyClause


def charge_lines(usage: Determinants, clause: EnergyClause, span: TariffSpan) -> list[ChargeLine]:
    """Return the charge line of one tariff period; none when it never holds in the span.

    Args:
        usage: Sums of the span. [base unit]
        clause: The price in that tariff period. [currency / bill unit]
        span: Days and tariff version.
    """
    assert clause.period is not None, "a time-of-use price belongs to a tariff period"
    within = usage.by_period[clause.period]
    return [priced(within, clause, span)] if within.intervals else []
