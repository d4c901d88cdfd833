"""In: the `gas` of a tariff file. Out: how volume becomes energy, checked. Pure.

kWh = m3 x z x calorific value / 3.6. The state number z is stated or worked out of pressures and
temperatures and rounded; the calorific value is stated, or published month by month.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from billing.checked_table import CheckedTable
from billing.money import round_half_up
from billing.tariffs.clauses import PriceTable
from billing.tariffs.tariff import GasConversion
from energy.base.units import Utility

SMALLEST = Decimal("0.000001")
MJ_PER_KWH = Decimal("3.6")
_VALUES = ("calorific_mj_per_m3", "calorific_kwh_per_m3", "table")
Z_DIGITS = 4


def read_gas(
    top: CheckedTable, utility: Utility, tables: Mapping[str, PriceTable]
) -> GasConversion | None:
    """Return the conversion of a gas tariff that bills energy; None where it bills volume.

    Args:
        top: The file; problems are noted in it.
        utility: Of the tariff.
        tables: Price tables that stand in the file.
    """
    if not top.has("gas"):
        return None
    table = top.table("gas")
    if utility is not Utility.GAS:
        table.note("", f"a calorific value belongs to gas, not to {utility}")
    if sum(table.has(key) for key in _VALUES) != 1:
        table.note("calorific_mj_per_m3", f"write one of {', '.join(_VALUES)}")
        calorific, name, column, factor = Decimal(1), None, None, Decimal(1)
    else:
        calorific, name, column, factor = _calorific(table, tables)
    gas = GasConversion(
        calorific_mj_per_m3=calorific,
        correction=_correction(table),
        table=name,
        column=column,
        mj_per_table_unit=factor,
        energy_digits=table.whole("energy_digits", least=0, most=9)
        if table.has("energy_digits")
        else None,
    )
    table.done()
    return gas


def _calorific(
    table: CheckedTable, tables: Mapping[str, PriceTable]
) -> tuple[Decimal, str | None, str | None, Decimal]:
    if table.has("calorific_mj_per_m3"):
        return table.decimal("calorific_mj_per_m3", least=SMALLEST), None, None, Decimal(1)
    if table.has("calorific_kwh_per_m3"):
        kwh = table.decimal("calorific_kwh_per_m3", least=SMALLEST)
        return kwh * MJ_PER_KWH, None, None, Decimal(1)
    name, column = table.key("table"), table.key("column")
    found = tables.get(name)
    if found is not None and not all(column in month.values for month in found.months.values()):
        table.note("column", f"table {name!r} has months without {column!r}")
    unit = table.text("unit") if table.has("unit") else "MJ/m3"
    if unit not in {"MJ/m3", "kWh/m3"}:
        table.note("unit", f"{unit!r} must be MJ/m3 or kWh/m3: what the column's values are in")
    return Decimal(1), name, column, MJ_PER_KWH if unit == "kWh/m3" else Decimal(1)


def _correction(table: CheckedTable) -> Decimal:
    """Return z as stated, or (p_abs / p_base) x (t_base / t) / k, rounded half-up."""
    if not table.has("z"):
        return table.decimal("correction", least=SMALLEST)
    if table.has("correction"):
        table.note("correction", "stands beside `z`; write one of both")
    within = table.table("z")
    p_abs = within.decimal("p_abs_mbar", least=SMALLEST)
    t = within.decimal("t_kelvin", least=SMALLEST, default=Decimal("288.15"))
    p_base = within.decimal("p_base_mbar", least=SMALLEST, default=Decimal("1013.25"))
    t_base = within.decimal("t_base_kelvin", least=SMALLEST, default=Decimal("273.15"))
    k = within.decimal("k", least=SMALLEST, default=Decimal(1))
    digits = within.whole("digits", least=1, most=9, default=Z_DIGITS)
    within.done()
    if not (p_base and t and k):
        return Decimal(1)
    z = Fraction(p_abs) / Fraction(p_base) * Fraction(t_base) / Fraction(t) / Fraction(k)
    return round_half_up(z, digits)
