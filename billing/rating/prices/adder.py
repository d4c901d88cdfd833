"""In: the whole quantity, a price per unit, fixed or by month. Out: charge lines. Pure.

Index, fuel and fund adders: one price for every unit, whatever its tariff period. A month whose
value is not published is a do-not-bill finding.
"""

from __future__ import annotations

from billing.rating.charge import ChargeLine
from billing.rating.measured import Measured
from billing.rating.prices import energy
from billing.tariffs.clauses import AdderClause, EnergyClause, PriceParts, Tier


def charge_lines(usage: Measured, clause: AdderClause) -> list[ChargeLine]:
    """Return a line, or where a table gives the price a line for each calendar month.

    Args:
        usage: The supply.
        clause: The price. [currency / bill unit]
    """
    kept = usage.stack.kept.get(f"adder {clause.key}")
    if kept is None:
        kept = usage.stack.kept[f"adder {clause.key}"] = _as_energy(clause)
    return energy.charge_lines(usage, kept)


def _as_energy(clause: AdderClause) -> EnergyClause:
    """Return the energy charge at all times that an adder is."""
    if clause.table is not None and clause.column is not None:
        parts = PriceParts(table=clause.table, base=clause.column, factor=clause.factor, adders=())
        tiers: tuple[Tier, ...] = ()
    else:
        assert clause.price is not None, "an adder has a price or a table"
        parts = None
        tiers = (Tier(upto=None, price=clause.price * clause.factor),)
    return EnergyClause(
        key=clause.key, names=clause.names, tiers=tiers, parts=parts, tax=clause.tax
    )
