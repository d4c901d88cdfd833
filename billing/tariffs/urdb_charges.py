"""In: the prices of a URDB rate, its times read already. Out: charges of a tariff file. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billing.tariffs.urdb import (
    OPEN_FROM,
    Making,
    RatchetScale,
    number_of,
    table_of,
    text_of,
)
from billing.tariffs.urdb_schedule import key_of

SPANS = {"kWh": "month", "kWh daily": "day"}
LOOKED_BACK = 11
"""Months a ratchet of URDB looks back at where the rate does not say it."""
FIXED_PER = {"$/month": "month", "$/day": "day", "$/year": "year"}


def add_charges(making: Making, scale: RatchetScale | None) -> None:
    """Add the charges of a rate, in the order energy, demand, fixed, minimum."""
    _energy(making)
    ratchet = _ratchet(making, scale)
    _demand(making, ratchet)
    _flat_demand(making, ratchet)
    _fixed(making)
    _minimum(making)


def _energy(making: Making) -> None:
    structure = table_of(making, "energyratestructure")
    for number, rows in enumerate(structure):
        path = f"energyratestructure[{number}]"
        periods = [key_of(pair) for pair in making.pairs if pair[0] == number]
        if not periods:
            making.reject(path, "no hour of the schedules is in this period")
            continue
        tiers, span = _tiers(making, rows, path, SPANS, "kWh")
        price = _price_of(tiers)
        for period in periods if making.periods else [None]:
            name = period if len(periods) > 1 else f"e{number}"
            charge: dict[str, object] = {"id": f"E.{name}", "kind": "energy"}
            charge |= {"period": period} if period is not None else {}
            charge |= price
            charge |= {"tier_span": span} if len(tiers) > 1 and span != "month" else {}
            making.charges.append(charge)


def _tiers(
    making: Making, rows: object, path: str, units: Mapping[str, str], default: str
) -> tuple[list[dict[str, object]], str]:
    """Return tiers as a tariff file has them, and what their bounds hold for."""
    span = units[default]
    if not isinstance(rows, list) or not rows:
        making.problems.append(f"{path}: must be a list of tiers")
        return [], span
    tiers: list[dict[str, object]] = []
    for number, row in enumerate(rows):
        at = f"{path}[{number}]"
        if not isinstance(row, dict):
            making.problems.append(f"{at}: must be a tier")
            continue
        price = number_of(making, row.get("rate", 0), f"{at}.rate")
        price += number_of(making, row.get("adj", 0), f"{at}.adj")
        if row.get("sell"):
            making.reject(f"{at}.sell", "a price of feeding in: it is not billed by this tariff")
        unit = str(row.get("unit") or default)
        if unit not in units:
            making.reject(f"{at}.unit", f"{unit}: bounds or prices in it cannot be written")
        span = units.get(unit, span)
        bound = number_of(making, row["max"], f"{at}.max") if row.get("max") is not None else None
        if bound is not None and bound >= OPEN_FROM:
            bound = None
        if number == len(rows) - 1 and bound is not None:
            making.reject(f"{at}.max", f"{bound}: the last tier is open, its price holds beyond")
            bound = None
        tiers.append({"upto": None if bound is None else text_of(bound), "price": text_of(price)})
    return tiers, span


def _price_of(tiers: list[dict[str, object]]) -> dict[str, object]:
    if len(tiers) == 1:
        return {"price": tiers[0]["price"]}
    return {"tiers": tiers}


def _demand(making: Making, ratchet: dict[str, object] | None) -> None:
    for number, rows in enumerate(table_of(making, "demandratestructure")):
        path = f"demandratestructure[{number}]"
        tiers, _ = _tiers(making, rows, path, {"kW": "month"}, "kW")
        if not _costs(tiers):
            continue
        pairs = [pair for pair in making.pairs if pair[1] == number]
        if not pairs:
            making.reject(path, "no hour of the schedules is in this period")
        elif len(pairs) > 1:
            energies = ", ".join(str(pair[0]) for pair in pairs)
            making.reject(
                path,
                f"its hours have the energy periods {energies}; a demand charge has one",
            )
        else:
            charge: dict[str, object] = {"id": f"D.d{number}", "kind": "demand"}
            charge |= {"period": key_of(pairs[0])} if making.periods else {}
            _add_demand(making, charge, tiers, ratchet)


def _flat_demand(making: Making, ratchet: dict[str, object] | None) -> None:
    structure = table_of(making, "flatdemandstructure")
    months = table_of(making, "flatdemandmonths") or [0] * 12
    if len(months) != 12 or any(type(m) is not int or not 0 <= m < 99 for m in months):
        making.problems.append("flatdemandmonths: must be 12 whole numbers, a period each")
        return
    for number, rows in enumerate(structure):
        path = f"flatdemandstructure[{number}]"
        tiers, _ = _tiers(making, rows, path, {"kW": "month"}, "kW")
        charged = [month for month in range(12) if months[month] == number]
        if not _costs(tiers) or not charged:
            continue
        charge: dict[str, object] = {"id": f"D.flat{number}", "kind": "demand"}
        if len(charged) == 12:
            _add_demand(making, charge, tiers, ratchet)
            continue
        seasons = list(dict.fromkeys(making.season_of_month[month] for month in charged))
        _add_demand(making, {**charge, "season": seasons}, tiers, ratchet)


def _costs(tiers: list[dict[str, object]]) -> bool:
    return any(tier["price"] != "0" for tier in tiers)


def _add_demand(
    making: Making,
    charge: dict[str, object],
    tiers: list[dict[str, object]],
    ratchet: dict[str, object] | None,
) -> None:
    window = making.rate.get("demandwindow") or 15
    if type(window) is not int or not 1 <= window <= 60 or 60 % window:
        making.problems.append(f"demandwindow: {window!r} must be minutes that divide the hour")
        window = 15
    charge |= {"basis": "actual", "window": window, **_price_of(tiers)}
    making.charges.append(charge | ({"ratchet": ratchet} if ratchet is not None else {}))


def _ratchet(making: Making, scale: RatchetScale | None) -> dict[str, object] | None:
    figures = table_of(making, "demandratchetpercentage")
    shares = [number_of(making, each, "demandratchetpercentage") for each in figures]
    looked = making.rate.get("lookbackPercent")
    path = "demandratchetpercentage"
    months, seasons = LOOKED_BACK, list[str]()
    if looked:
        path = "lookbackPercent"
        shares = [number_of(making, looked, path)]
        months, seasons = _lookback(making)
    if not any(shares):
        return None
    if len(set(shares)) > 1:
        making.reject(path, "differs from month to month: a ratchet has one share")
        return None
    if scale is None:
        making.problems.append(
            f"{path}: {shares[0]} may be a fraction or per cent; say --ratchet fraction or percent"
        )
        return None
    share = shares[0] / (100 if scale is RatchetScale.PERCENT else 1)
    if not Decimal(0) < share <= 1:
        making.problems.append(f"{path}: {shares[0]} as a {scale} is no part of the whole")
        return None
    if path == "demandratchetpercentage":
        making.reject(path, f"says no months looked back at: {months} are written, check them")
    ratchet: dict[str, object] = {"share": text_of(share), "months": months}
    return ratchet | ({"seasons": seasons} if seasons else {})


def _lookback(making: Making) -> tuple[int, list[str]]:
    """Return the months that are looked back at, and the seasons they must begin in."""
    months: Any = making.rate.get("lookbackRange") or LOOKED_BACK
    if type(months) is not int or not 1 <= months <= 60:
        making.problems.append(f"lookbackRange: {months!r} must be 1 to 60 months")
        months = LOOKED_BACK
    flags = table_of(making, "lookbackMonths")
    if len(flags) != 12 or all(flags) or not any(flags):
        return months, []
    chosen = {making.season_of_month[n] for n in range(12) if flags[n]}
    others = {making.season_of_month[n] for n in range(12) if not flags[n]}
    if chosen & others or not making.periods:
        making.reject("lookbackMonths", "its months are no whole seasons: all months are looked at")
        return months, []
    return months, sorted(chosen)


def _fixed(making: Making) -> None:
    first = making.rate.get("fixedchargefirstmeter")
    if first:
        units = str(making.rate.get("fixedchargeunits") or "$/month")
        if units not in FIXED_PER:
            making.reject("fixedchargeunits", f"{units}: write the fixed charge by hand")
        else:
            price = text_of(number_of(making, first, "fixedchargefirstmeter"))
            making.charges.append(
                {"id": "FIX", "kind": "fixed", "per": FIXED_PER[units], "price": price}
            )
    monthly = making.rate.get("fixedmonthlycharge")
    if monthly and not first:
        price = text_of(number_of(making, monthly, "fixedmonthlycharge"))
        making.charges.append({"id": "FIX", "kind": "fixed", "per": "month", "price": price})


def _minimum(making: Making) -> None:
    key = "mincharge" if making.rate.get("mincharge") else "minmonthlycharge"
    if not making.rate.get(key):
        return
    units = str(making.rate.get("minchargeunits") or "$/month")
    per = FIXED_PER.get(units)
    if per not in {"month", "day"}:
        making.reject("minchargeunits", f"{units}: write the minimum by hand")
        return
    amount = text_of(number_of(making, making.rate[key], key))
    charges = [str(row["id"]) for row in making.charges]
    making.charges.append(
        {"id": "MIN", "kind": "minimum", "per": per, "amount": amount, "of": charges}
    )
