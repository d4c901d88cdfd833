"""In: a tariff document. Out: its golden bill: a made-up month, rated. Pure.

The month is made of the document alone, so that the same document gives the same bill for good:
usage with a shape, agreed quantities, one holiday and one special day, prices of months. Kept with
the published version, it shows when a later program rates the tariff otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import gcd

import numpy as np

from billing.accounts.agreed import UNITS, AgreedQuantity
from billing.canonical import canonical_json, sha256_of
from billing.money import exact_text, plain
from billing.rating.quantities import OWN, Quantities
from billing.rating.rate import rate_supply
from billing.rating.tax import settle
from billing.tariffs.clauses import (
    AdderClause,
    DemandClause,
    EnergyClause,
    PriceMonth,
    PriceTable,
)
from billing.tariffs.day_calendar import CalendarYear, calendar_of_years
from billing.tariffs.tariff import DayCalendar, TariffVersion
from billing.tariffs.tariff_calendar import CLASSES, WORK_AND_REST
from billing.tariffs.tariff_file import Sources, tables_named, tariff_of
from energy.base.errors import EnergyError
from energy.base.period import span_of_days
from energy.base.units import Utility
from energy.metering.usage import UsageSpan

POINT = "golden"
MADE_DAYS = {"holiday": 10, "special": 11}
"""Day of the made-up month that is of a class which no weekday has."""
COARSEST = 15
"""Grid where nothing in the tariff asks for a finer one. [min]"""
SCALE: dict[Utility, int] = {
    Utility.ELECTRICITY: 40_000,
    Utility.WATER: 300,
    Utility.GAS: 900,
    Utility.HEATING: 900_000,
    Utility.COOLING: 900_000,
    Utility.STEAM: 60_000,
}
"""Usage of a quarter of an hour, about. [base unit]"""
AGREED: dict[str, str] = {
    "contract_demand_kw": "400",
    "installed_kva": "630",
    "area_m2": "1250.5",
    "agreed_kw": "120",
    "hours": "300",
    "quota": "5000",
    "persons": "40",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A charge that is rated otherwise than before."""

    charge: str
    field: str
    stored: str
    now: str

    def __str__(self) -> str:
        """Say it in one row."""
        return f"{self.charge} {self.field}: {self.stored} -> {self.now}"


def golden_bill(document: Mapping[str, object]) -> str:
    """Return the golden bill of a tariff document as canonical JSON.

    Args:
        document: Of a tariff that was checked.
    """
    tariff = reference_tariff(document)
    first, last = reference_days(tariff)
    quantities = reference_quantities(tariff, first, last)
    bill: dict[str, object] = {
        "tariff_hash": tariff.sha256,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "usage": {name: str(int(span.usage.sum())) for name, span in quantities.usage.items()},
        "agreed": {each.name: plain(each.value) for each in quantities.agreed},
    }
    try:
        rated = rate_supply(
            point=POINT,
            quantities=quantities,
            versions=[tariff],
            first_day=first,
            last_day=last,
            position=0,
        )
        settled = settle(rated.charges, tariff.currency)
    except EnergyError as error:  # a tariff that this program cannot rate yet: said, not hidden
        return canonical_json({**bill, "refused": f"{error.code}: {error}"})
    return canonical_json(
        {
            **bill,
            "lines": [
                {
                    "charge": charge.clause,
                    "quantity": _text(charge.quantity),
                    "unit": charge.unit,
                    "price": plain(charge.price),
                    "amount": plain(charge.amount),
                    "unrounded": exact_text(charge.unrounded),
                }
                for charge in settled.charges
            ],
            "findings": sorted({finding.code for finding in rated.findings}),
            "net": plain(settled.net),
            "tax": plain(settled.tax),
            "gross": plain(settled.total),
        }
    )


def _text(quantity: Decimal | Fraction) -> str:
    return plain(quantity) if isinstance(quantity, Decimal) else exact_text(quantity)


def differences(stored: str, now: str) -> Iterator[Difference]:
    """Yield where two golden bills differ, by charge; nothing where none was stored."""
    if not stored or stored == now:
        return
    before, after = _charges(json.loads(stored)), _charges(json.loads(now))
    for charge in dict.fromkeys([*before, *after]):
        old, new = before.get(charge, {}), after.get(charge, {})
        for field in dict.fromkeys([*old, *new]):
            if old.get(field) != new.get(field):
                yield Difference(
                    charge=charge,
                    field=field,
                    stored=old.get(field, "-"),
                    now=new.get(field, "-"),
                )


def _charges(bill: Mapping[str, object]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    rows = bill.get("lines", [])
    assert isinstance(rows, list), "the charge lines are a list"
    for row in rows:
        key, number = row["charge"], 1
        while key in found:
            number += 1
            key = f"{row['charge']}#{number}"
        found[key] = {field: str(value) for field, value in row.items() if field != "charge"}
    found["bill"] = {
        key: str(bill.get(key, "-")) for key in ("usage", "net", "tax", "gross", "refused")
    }
    return found


# ---------------------------------------------------------------- what the month is made of
def reference_tariff(document: Mapping[str, object]) -> TariffVersion:
    """Return the version of a document with a made-up calendar and made-up prices of months."""
    every = CalendarYear(
        name="made",
        year=2000,
        days={date(2000, 1, n): name for n, name in enumerate(CLASSES, 1)},
        weekdays=WORK_AND_REST,
    )
    known = calendar_of_years("made", {2000: every})
    tariff = tariff_of(document, sources=Sources(calendar=lambda _: known, strict=False))
    tariff = replace(tariff, valid_to=None)
    first, last = reference_days(tariff)
    tables = {name: _table(tariff, name, first) for name in tables_named(tariff)}
    if tariff.calendar is None:
        return replace(tariff, tables=tables)
    calendar = _calendar(tariff, tariff.calendar, last)
    return replace(tariff, tables=tables, calendar=calendar)


def reference_days(tariff: TariffVersion) -> tuple[date, date]:
    """Return the first whole calendar month of a version."""
    first = tariff.valid_from
    if first.day != 1:
        first = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first, last


def _calendar(tariff: TariffVersion, own: DayCalendar, month: date) -> DayCalendar:
    """Return a calendar with the one month and a day of each class that is priced all day."""
    season = tariff.season_of(month.month, month.day)
    classes = {each.key for each in tariff.day_classes}
    days = {
        month.replace(day=day): name
        for name, day in MADE_DAYS.items()
        if name in classes and min(tariff.period_of_minutes(season, name), default=0) >= 0
    }
    years = {
        year: CalendarYear(name=own.name, year=year, days=days, weekdays=own.weekdays)
        for year in (month.year - 1, month.year, month.year + 1)
    }
    return calendar_of_years(own.name, years)


def _table(tariff: TariffVersion, name: str, first: date) -> PriceTable:
    month = f"{first:%Y-%m}"
    columns = sorted(_columns(tariff, name))
    values = {column: Decimal(4100 + 37 * n) / 10_000 for n, column in enumerate(columns)}
    row = PriceMonth(month=month, values=values, sha256=sha256_of(month))
    return PriceTable(name=name, months={month: row})


def _columns(tariff: TariffVersion, name: str) -> Iterator[str]:
    for clause in tariff.clauses:
        match clause:
            case EnergyClause(parts=parts) if parts is not None and parts.table == name:
                yield from (parts.base, *parts.adders)
            case AdderClause(table=table, column=column) if table == name and column is not None:
                yield column
    gas = tariff.gas
    if gas is not None and gas.table == name and gas.column is not None:
        yield gas.column


def reference_quantities(tariff: TariffVersion, first: date, last: date) -> Quantities:
    """Return the made-up usage of a month and what is agreed upon."""
    own = OWN[tariff.utility]
    scale = SCALE[tariff.utility]
    minutes = _grid(tariff)
    usage = {own: _usage(tariff, first, last, minutes, scale)}
    for number, name in enumerate(sorted(_further(tariff) - {own}), 3):
        usage[name] = _usage(tariff, first, last, minutes, scale // number)
    agreed = tuple(
        AgreedQuantity(
            name=name, unit=UNITS[name], value=Decimal(value), valid_from=first, valid_to=None
        )
        for name, value in AGREED.items()
    )
    return Quantities(channel=0, usage=usage, agreed=agreed)


def _further(tariff: TariffVersion) -> set[str]:
    found: set[str] = set()
    for clause in tariff.clauses:
        quantity = getattr(clause, "quantity", None)
        found |= {quantity} if quantity is not None else set()
        found |= set(getattr(clause, "reactive", ()))
    return found


def _grid(tariff: TariffVersion) -> int:
    """Return a grid on which every band and window of the tariff begins. [min]."""
    bounds = [
        bound
        for period in tariff.periods
        for when in period.when
        for span in when.spans
        for bound in span
    ]
    steps: Sequence[int] = [
        step
        for clause in tariff.clauses
        if isinstance(clause, DemandClause)
        for step in (clause.window, clause.slip or clause.window)
    ]
    return gcd(tariff.interval_minutes or COARSEST, 60, *bounds, *steps)


def _usage(tariff: TariffVersion, first: date, last: date, minutes: int, scale: int) -> UsageSpan:
    period = span_of_days(first, last, tariff.zone)
    count = (period.end - period.start) // timedelta(minutes=minutes)
    step = np.arange(count, dtype=np.int64)
    minute = step * minutes
    hour, day = minute // 60 % 24, minute // 1440
    busy = ((hour >= 8) & (hour < 19)).astype(np.int64) * (3 + day % 5)
    usage = scale * (2 + busy) * minutes // (COARSEST * 4) + step * 7919 % 97
    return UsageSpan(
        channel=0,
        start=period.start,
        step_s=minutes * 60,
        usage=usage,
        quality=np.zeros(count, dtype=np.uint8),
    )
