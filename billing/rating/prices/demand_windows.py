"""In: usage of a stack, a demand charge. Out: each supply's greatest window and its money. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from billing.rating.blocks import Grid
from billing.rating.columns import decimal_of, times_rounded
from billing.rating.measured import Measured
from billing.rating.windows import NO_WINDOW, Maxima
from billing.tariffs.clauses import DemandClause


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The greatest windows of a stack."""

    grid: Grid
    maxima: Maxima
    index: int | None
    demand: list[int]
    """By supply; rounded. [kW / 10**digits]"""
    amount: list[int]
    """By supply: what that costs at the first price, rounded. [currency / 10**digits]"""
    none: list[bool]
    """By supply: whether it has no whole window."""
    empty: bool
    """Whether no window begins in the tariff period."""


def windows_of(
    usage: Measured, clause: DemandClause, first_day: date, last_day: date, share: Fraction
) -> Windows | None:
    """Return the greatest windows of all supplies, worked out for the first that asks.

    Args:
        usage: Any of the supplies.
        clause: The demand charge.
        first_day: First local day.
        last_day: The last, included.
        share: Part of a month's price that the days pay. [1]
    """
    key = f"windows {clause.key} {first_day} {last_day}"
    if key not in usage.stack.kept:
        usage.stack.kept[key] = _worked_out(usage, clause, (first_day, last_day), share)
    found: Windows | None = usage.stack.kept[key]
    return found


def told(
    usage: Measured, clause: DemandClause, windows: Windows, proof: dict[str, object]
) -> Decimal | None:
    """Return a supply's demand; None where it has no window. [kW].

    Args:
        usage: The supply.
        clause: The demand charge.
        windows: Of its stack.
        proof: Takes when the greatest window was and how wide it is.
    """
    if windows.none[usage.row]:
        return None
    demand = decimal_of(windows.demand[usage.row], digits_of(usage, clause))
    if windows.empty:
        return demand  # the tariff period has no moment in these days
    column = windows.maxima.column(usage.row, windows.index)
    proof["at"] = windows.grid.at(column).isoformat()
    proof["window"] = clause.window
    if clause.slip is not None:
        proof["slip"] = clause.slip
    return demand


def _worked_out(
    usage: Measured, clause: DemandClause, days: tuple[date, date], share: Fraction
) -> Windows | None:
    """Return the greatest windows of all supplies; None where none has such usage."""
    quantity = clause.quantity or usage.own
    grid = usage.stack.grid(quantity)
    if grid is None:
        return None
    index = None
    if clause.period is not None:
        index = [each.key for each in usage.tariff.periods].index(clause.period)
    slip = clause.window if clause.slip is None else clause.slip
    maxima = grid.maxima(clause.window * 60, slip * 60, *days)
    greatest = maxima.greatest(index)
    none = greatest == NO_WINDOW
    empty = index is not None and not maxima.has(index)
    unit = clause.unit.removesuffix("/h") if clause.unit.endswith("/h") else f"{clause.unit}h"
    per_hour = usage.bill_per_base(quantity, unit) * Fraction(60, clause.window)
    fine = per_hour / usage.stack.scale * 10 ** digits_of(usage, clause)
    demand = times_rounded(np.where(none, 0, greatest), fine)
    shift = Fraction(10) ** (usage.tariff.rounding.amount - digits_of(usage, clause))
    return Windows(
        grid=grid,
        maxima=maxima,
        index=index,
        demand=demand.tolist(),
        amount=times_rounded(demand, Fraction(clause.price) * share * shift).tolist(),
        none=[False] * len(demand) if empty else none.tolist(),
        empty=empty,
    )


def digits_of(usage: Measured, clause: DemandClause) -> int:
    """Return the digits of a billed demand: the charge's own, else the tariff's."""
    return usage.tariff.rounding.quantity if clause.digits is None else clause.digits
