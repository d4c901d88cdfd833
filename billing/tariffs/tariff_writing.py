"""In: a tariff version. Out: a document of a tariff file that reads back as the same. Pure.

For who makes tariffs by program: an import, a form on a screen. The document is whole: nothing is
left to a default but what is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum

from billing.money import plain
from billing.tariffs.clauses import (
    AdderClause,
    AgreedClause,
    Clause,
    DemandClause,
    EnergyClause,
    FixedClause,
    Floor,
    MinimumClause,
    OverQuotaClause,
    OverRule,
    PowerFactorClause,
    PowerFactorStep,
    PriceParts,
    PriceTable,
    Ratchet,
    SurchargeClause,
    Tax,
    Tier,
)
from billing.tariffs.power_factor_tables import shipped_tables
from billing.tariffs.tariff import DayCalendar, Season, TariffVersion, When
from billing.tariffs.tariff_calendar import EVERY, WORK_AND_REST
from energy.base.period import WEEKDAYS
from energy.base.wall_time import wall_text

KINDS: dict[type, str] = {
    EnergyClause: "energy",
    FixedClause: "fixed",
    AgreedClause: "agreed",
    DemandClause: "demand",
    PowerFactorClause: "power_factor",
    AdderClause: "adder",
    MinimumClause: "minimum",
    OverQuotaClause: "over_quota",
    SurchargeClause: "surcharge",
}
_RENAMED = {"key": "id", "names": "name", "seasons": "season"}


def document_of_version(tariff: TariffVersion) -> dict[str, object]:
    """Return the document of a version.

    Args:
        tariff: The version; calendar and price tables are written into it, whole.
    """
    document: dict[str, object] = {
        "tariff": tariff.tariff,
        "version": tariff.version,
        "name": dict(tariff.names),
        "utility": tariff.utility.value,
        "currency": tariff.currency,
        "zone": tariff.zone.key,
        "clock": tariff.clock.value,
        "unit": tariff.unit,
        "valid": {
            "from": tariff.valid_from.isoformat(),
            "to": None if tariff.valid_to is None else tariff.valid_to.isoformat(),
        },
        "interval": _filled({"minutes": tariff.interval_minutes, "stamp": tariff.stamp.value}),
        "tax": _tax(tariff.tax),
        "rounding": {
            "mode": "half_up",
            "line": tariff.rounding.amount,
            "quantity": tariff.rounding.quantity,
        },
        "tier_mode": None if tariff.tier_mode is None else tariff.tier_mode.value,
        "gas": _gas(tariff),
        "charges": [_charge(clause) for clause in tariff.clauses],
        "prices": {name: _rows(table) for name, table in tariff.tables.items() if table.months},
    }
    document |= _times(tariff)
    return {key: value for key, value in document.items() if value not in (None, {}, [])}


def _times(tariff: TariffVersion) -> dict[str, object]:
    found: dict[str, object] = {}
    if [season.key for season in tariff.seasons] != [EVERY] or tariff.seasons[0].start is not None:
        found["seasons"] = [_season(season) for season in tariff.seasons]
    if tariff.calendar is not None:
        found["calendar"] = _calendar(tariff.calendar)
    elif not _usual(tariff):
        found["day_classes"] = {
            each.key: [WEEKDAYS[day] for day in sorted(each.weekdays)]
            for each in tariff.day_classes
            if each.weekdays
        }
    found["periods"] = [
        {
            "id": period.key,
            "name": dict(period.names),
            "when": [_when(when) for when in period.when],
        }
        for period in tariff.periods
    ]
    return found


def _usual(tariff: TariffVersion) -> bool:
    """Return whether weekdays have the classes that a file need not say."""
    if [each.key for each in tariff.day_classes] == [EVERY]:
        return True
    return all(
        WORK_AND_REST[day] == each.key for each in tariff.day_classes for day in each.weekdays
    )


def _season(season: Season) -> dict[str, object]:
    if season.start is None or season.end is None:
        return {"id": season.key, "default": True}
    (month, day), (last_month, last_day) = season.start, season.end
    return {
        "id": season.key,
        "from": f"{month:02d}-{day:02d}",
        "to": f"{last_month:02d}-{last_day:02d}",
    }


def _when(when: When) -> dict[str, object]:
    spans = [f"{wall_text(first)}-{wall_text(after)}" for first, after in when.spans]
    return {"seasons": list(when.seasons), "days": list(when.days), "at": spans}


def _calendar(calendar: DayCalendar) -> dict[str, object]:
    years: dict[str, object] = {}
    for year, named in calendar.years.items():
        days: dict[str, list[str]] = {}
        for day, name in sorted(named.items()):
            days.setdefault(name, []).append(f"{day:%m-%d}")
        years[str(year)] = days
    by_class: dict[str, list[str]] = {}
    for number, name in sorted(calendar.weekdays.items()):
        by_class.setdefault(name, []).append(WEEKDAYS[number])
    return {"calendar": calendar.name, "weekdays": by_class, "years": years}


def _rows(table: PriceTable) -> list[dict[str, str]]:
    return [
        {"month": row.month, **{key: plain(value) for key, value in row.values.items()}}
        for row in table.months.values()
    ]


def _gas(tariff: TariffVersion) -> dict[str, object] | None:
    gas = tariff.gas
    if gas is None:
        return None
    found: dict[str, object] = {"correction": plain(gas.correction)}
    if gas.table is None:
        found["calorific_mj_per_m3"] = plain(gas.calorific_mj_per_m3)
    else:
        unit = "MJ/m3" if gas.mj_per_table_unit == 1 else "kWh/m3"
        found |= {"table": gas.table, "column": gas.column, "unit": unit}
    return _filled({**found, "energy_digits": gas.energy_digits})


def _tax(tax: Tax) -> dict[str, object]:
    return {"mode": tax.mode.value, "rate": plain(tax.rate), "rounding": tax.rounding.value}


def _charge(clause: Clause) -> dict[str, object]:
    row: dict[str, object] = {"id": clause.key, "kind": KINDS[type(clause)]}
    for each in fields(clause):
        row[_RENAMED.get(each.name, each.name)] = _value(getattr(clause, each.name))
    if isinstance(clause, EnergyClause) and clause.parts is not None:
        row["price"] = row.pop("parts")
        row.pop("tiers")
    if isinstance(clause, DemandClause):
        row["sliding"] = clause.slip is not None
        row["prorate"] = "days" if clause.prorate else "none"
    if isinstance(clause, MinimumClause):
        row["prorate"] = "days" if clause.prorate else "none"
    if isinstance(clause, FixedClause):
        row["prorate"] = "thirty" if row.pop("days_of_month") else "days"
    if isinstance(clause, PowerFactorClause):
        named = shipped_tables().get(str(row.pop("table_name")))
        if named is not None and named.steps == clause.table:
            row["table"] = clause.table_name
    return {key: value for key, value in row.items() if value not in (None, [])}


def _value(value: object) -> object:
    match value:
        case Decimal():
            return plain(value)
        case StrEnum():
            return value.value
        case Tax():
            return _tax(value)
        case Tier() | PowerFactorStep() | PriceParts() | OverRule() | Ratchet() | Floor():
            return _filled({f.name: _value(getattr(value, f.name)) for f in fields(value)})
        case tuple():
            return [_value(each) for each in value]
        case Mapping():
            return dict(value)
        case _:
            return value


def _filled(table: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in table.items() if value is not None and value != []}
