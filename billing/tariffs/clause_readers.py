"""In: one row of a tariff file's `charges`. Out: its clause, checked. Pure.

One reader a kind, all with one signature: (row, id, file) -> clause. Problems are noted in the
row; the clause is then a stand-in that is never used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from billing.accounts.agreed import NAMES, UNITS
from billing.checked_table import CheckedTable
from billing.rating.quantities import UNITS as UNITS_OF
from billing.tariffs.clauses import (
    AdderClause,
    AgreedClause,
    Clause,
    EnergyClause,
    FixedClause,
    FixedPer,
    MinimumClause,
    MinimumPer,
    OverQuotaClause,
    PowerFactorClause,
    PriceParts,
    PriceTable,
    SurchargeClause,
    Tax,
    TaxMode,
    TaxRounding,
    Tier,
    TierKind,
    TierSpan,
)
from billing.tariffs.power_factor_tables import read_steps, shipped_tables
from billing.tariffs.tariff_calendar import read_names

ZERO = Decimal(0)
OPEN = (Tier(upto=None, price=ZERO),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFile:
    """What the charges of a file may name."""

    periods: tuple[str, ...]
    seasons: tuple[str, ...]
    tables: Mapping[str, PriceTable]
    """Price tables that stand in the file; others are published and cannot be looked at here."""
    tax: Tax
    unit: str
    interval_minutes: int | None


class Prorate(StrEnum):
    """How a part of a month pays."""

    DAYS = "days"
    THIRTY = "thirty"
    NONE = "none"


def read_tax(table: CheckedTable, default: Tax | None = None) -> Tax:
    """Return how something is taxed.

    Args:
        table: `mode`, `rate`, `rounding`.
        default: The tariff's tax, for what a charge's own leaves out.
    """
    tax = Tax(
        mode=table.choice("mode", TaxMode, default=default.mode if default else None),
        rate=table.decimal("rate", least=ZERO, default=default.rate if default else None),
        rounding=table.choice(
            "rounding", TaxRounding, default=default.rounding if default else TaxRounding.PER_RATE
        ),
    )
    if tax.rate >= 1:
        table.note("rate", f'{tax.rate} is 100 % or more; write 20 % as "0.20"')
    table.done()
    return tax


def own_tax(row: CheckedTable, file: ChargeFile) -> Tax | None:
    """Return the tax of this charge alone; None where it has the tariff's."""
    return read_tax(row.table("tax"), file.tax) if row.has("tax") else None


def read_tiers(row: CheckedTable, *, shares: bool = False) -> tuple[Tier, ...]:
    """Return the blocks of a charge: `price` for one without bound, or `tiers`.

    Args:
        row: The charge.
        shares: Bounds are shares of a quota.
    """
    if row.has("price"):
        if row.has("tiers"):
            row.note("price", "stands beside `tiers`; write one of both")
        return (Tier(upto=None, price=row.decimal("price")),)
    if not row.has("tiers"):
        row.note("price", 'is missing; write a decimal as a string, for example "0.1432"')
        return OPEN
    tiers: list[Tier] = []
    rows: list[CheckedTable] = []
    for part in row.tables("tiers"):
        bound = part.decimal("upto", least=ZERO) if part.has("upto") else None
        tiers.append(Tier(upto=bound, price=part.decimal("price")))
        rows.append(part)
        part.done()
    for n, (tier, part) in enumerate(zip(tiers, rows, strict=True)):
        last = n == len(tiers) - 1
        before = tiers[n - 1].upto if n else ZERO
        if last and tier.upto is not None:
            part.note("upto", "must be null: the last tier is open, so that all usage has a price")
        elif not last and tier.upto is None:
            part.note("upto", "is missing: only the last tier is open")
        elif tier.upto is not None and before is not None and tier.upto <= before:
            part.note("upto", f"{tier.upto} must be above {before}: tiers ascend")
        elif shares and tier.upto is not None and tier.upto > 100:
            part.note("upto", f'{tier.upto} is a share of the quota; write 10 % as "0.10"')
    if not tiers:
        row.note("tiers", 'has no tier; write [{upto: null, price: "0.1432"}]')
    return tuple(tiers) or OPEN


def period_of(row: CheckedTable, file: ChargeFile) -> str | None:
    """Return the tariff period of a charge; None at all times."""
    if not row.has("period"):
        return None
    period = row.text("period")
    if period and period not in file.periods:
        known = ", ".join(file.periods) or "none"
        row.note("period", f"{period!r} is not defined; periods are {known}")
    return period


def agreed_of(row: CheckedTable, key: str, default: str | None = None) -> str | None:
    """Return the agreed quantity that a charge names; the default where it names none."""
    if not row.has(key):
        return default
    name = row.text(key)
    if name and name not in NAMES:
        row.note(key, f"{name!r} is no agreed quantity; they are {', '.join(NAMES)}")
    return name


def table_of(row: CheckedTable, key: str, file: ChargeFile, columns: tuple[str, ...]) -> str:
    """Return the price table that a row names; one in the file must have the columns."""
    name = row.key(key)
    table = file.tables.get(name)
    if table is not None:
        known = sorted({column for month in table.months.values() for column in month.values})
        for column in columns:
            if column and column not in known:
                row.note("", f"table {name!r} has no column {column!r}; it has {', '.join(known)}")
    return name


def quantity_of(row: CheckedTable, file: ChargeFile) -> tuple[str | None, str | None]:
    """Return the quantity that a charge names and its unit; None for the tariff's own."""
    unit = row.text("unit") if row.has("unit") else None
    if not row.has("quantity"):
        if unit is not None and unit != file.unit:
            row.note("unit", f"{unit!r} is not {file.unit}, the tariff's; leave it out")
        return None, None
    quantity = row.key("quantity")
    known = UNITS_OF.get(quantity.split("_", maxsplit=1)[0])
    if known is None:
        row.note("quantity", f"{quantity!r} is unknown; it begins with {', '.join(UNITS_OF)}")
    elif unit is None:
        row.note("unit", f"is missing: the unit of {quantity}, one of {', '.join(known)}")
    elif unit not in known:
        row.note("unit", f"{unit!r} is no unit of {quantity}; use one of {', '.join(known)}")
    return quantity, unit


def _energy(row: CheckedTable, key: str, file: ChargeFile) -> EnergyClause:
    quantity, unit = quantity_of(row, file)
    parts = None
    if isinstance(row.raw("price"), Mapping):
        parts = _parts(row.table("price"), file)
        if row.has("tiers"):
            row.note("tiers", "stands beside a price of a table; write one of both")
    return EnergyClause(
        key=key,
        names=read_names(row, key),
        tiers=() if parts is not None else read_tiers(row),
        period=period_of(row, file),
        tier_kind=row.choice("tier_kind", TierKind, default=TierKind.GRADUATED),
        tier_span=row.choice("tier_span", TierSpan, default=TierSpan.MONTH),
        quantity=quantity,
        unit=unit,
        ratio=row.decimal("ratio", default=Decimal(1)),
        parts=parts,
        tax=own_tax(row, file),
    )


def _sewage(row: CheckedTable, key: str, file: ChargeFile) -> EnergyClause:
    clause = _energy(row, key, file)
    if not row.has("ratio"):
        row.note("ratio", 'is missing: the part of the water that is sewage, for example "0.9"')
    return clause


def _parts(table: CheckedTable, file: ChargeFile) -> PriceParts:
    base = table.key("base")
    adders = table.texts("adders") if table.has("adders") else ()
    parts = PriceParts(
        table=table_of(table, "table", file, (base, *adders)),
        base=base,
        factor=table.decimal("factor", default=Decimal(1)),
        adders=adders,
    )
    table.done()
    return parts


def _fixed(row: CheckedTable, key: str, file: ChargeFile) -> FixedClause:
    agreed = agreed_of(row, "agreed")
    season = row.text("season") if row.has("season") else None
    if season and season not in file.seasons:
        row.note("season", f"{season!r} is not defined; seasons are {', '.join(file.seasons)}")
    per = row.choice("per", FixedPer)
    if per is FixedPer.SEASON and season is None:
        row.note("season", "is missing: the season whose days share the price")
    prorate = row.choice("prorate", Prorate, default=Prorate.DAYS)
    if prorate is Prorate.NONE:
        row.note("prorate", "must be days or thirty: a part of a month pays a part")
    return FixedClause(
        key=key,
        names=read_names(row, key),
        price=row.decimal("price"),
        per=per,
        agreed=agreed,
        unit=row.text("unit") if row.has("unit") else UNITS.get(agreed or "") or None,
        season=season,
        days_of_month=30 if prorate is Prorate.THIRTY else None,
        tax=own_tax(row, file),
    )


def _agreed(row: CheckedTable, key: str, file: ChargeFile) -> AgreedClause:
    names = row.texts("agreed")
    for name in names:
        if name not in NAMES:
            row.note("agreed", f"{name!r} is no agreed quantity; they are {', '.join(NAMES)}")
    unit = "".join(UNITS.get(name, "") for name in names) or file.unit
    return AgreedClause(
        key=key,
        names=read_names(row, key),
        price=row.decimal("price"),
        agreed=names,
        unit=row.text("unit") if row.has("unit") else unit,
        tax=own_tax(row, file),
    )


def _adder(row: CheckedTable, key: str, file: ChargeFile) -> AdderClause:
    table = column = None
    price = None
    if row.has("table"):
        column = row.key("column")
        table = table_of(row, "table", file, (column,))
        if row.has("price"):
            row.note("price", "stands beside `table`; write one of both")
    else:
        price = row.decimal("price")
    return AdderClause(
        key=key,
        names=read_names(row, key),
        price=price,
        table=table,
        column=column,
        factor=row.decimal("factor", default=Decimal(1)),
        tax=own_tax(row, file),
    )


def _minimum(row: CheckedTable, key: str, file: ChargeFile) -> MinimumClause:
    prorate = row.choice("prorate", Prorate, default=Prorate.DAYS)
    if prorate is Prorate.THIRTY:
        row.note("prorate", "must be days or none")
    return MinimumClause(
        key=key,
        names=read_names(row, key),
        amount=row.decimal("amount", least=ZERO),
        of=row.texts("of"),
        per=row.choice("per", MinimumPer, default=MinimumPer.MONTH),
        prorate=prorate is not Prorate.NONE,
        agreed=agreed_of(row, "agreed"),
        tax=own_tax(row, file),
    )


def _over_quota(row: CheckedTable, key: str, file: ChargeFile) -> OverQuotaClause:
    return OverQuotaClause(
        key=key,
        names=read_names(row, key),
        agreed=agreed_of(row, "agreed", "quota") or "quota",
        tiers=read_tiers(row, shares=True),
        tier_span=row.choice("tier_span", TierSpan, default=TierSpan.MONTH),
        tax=own_tax(row, file),
    )


def _surcharge(row: CheckedTable, key: str, file: ChargeFile) -> SurchargeClause:
    share = row.decimal("share") if row.has("share") else None
    amount = row.decimal("amount") if row.has("amount") else None
    if (share is None) == (amount is None):
        row.note("share", 'write one of `share` (5 % is "0.05") and `amount` (a month)')
    if share is not None and not -1 <= share <= 1:
        row.note("share", f'{share} is more than the whole; write 5 % as "0.05"')
    return SurchargeClause(
        key=key,
        names=read_names(row, key),
        of=row.texts("of"),
        share=share,
        amount=amount,
        tax=own_tax(row, file),
    )


def _discount(row: CheckedTable, key: str, file: ChargeFile) -> SurchargeClause:
    clause = _surcharge(row, key, file)
    for at, value in (("share", clause.share), ("amount", clause.amount)):
        if value is not None and value < 0:
            row.note(at, f"{value}: a discount is written without its sign")
    return replace(
        clause,
        share=None if clause.share is None else -clause.share,
        amount=None if clause.amount is None else -clause.amount,
    )


def _power_factor(row: CheckedTable, key: str, file: ChargeFile) -> PowerFactorClause:
    standard = row.decimal("standard", least=ZERO)
    shipped = shipped_tables()
    name = "own"
    if isinstance(row.raw("table"), str):
        name = row.key("table")
        found = shipped.get(name)
        steps = () if found is None else found.steps
        if found is None:
            known = ", ".join(shipped)
            row.note("table", f"{name!r} is unknown; write one of {known}, or rows of your own")
        elif found.standard != standard:
            row.note("standard", f"{standard} is not the {found.standard} of table {name!r}")
    else:
        steps = read_steps(row, "table")
    return PowerFactorClause(
        key=key,
        names=read_names(row, key),
        standard=standard,
        table=steps,
        table_name=name,
        base=row.texts("base"),
        digits=row.whole("digits", least=1, most=6, default=2),
        reactive=row.texts("reactive") if row.has("reactive") else ("reactive_import",),
        tax=own_tax(row, file),
    )


Reader = Callable[[CheckedTable, str, ChargeFile], Clause]
READERS: dict[str, Reader] = {
    "energy": _energy,
    "fixed": _fixed,
    "power_factor": _power_factor,
    "adder": _adder,
    "minimum": _minimum,
    "agreed": _agreed,
    "over_quota": _over_quota,
    "sewage": _sewage,
    "surcharge": _surcharge,
    "discount": _discount,
}
"""By `kind`; demand_reader.py adds the demand."""
