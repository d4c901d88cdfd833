"""In: the text of a tariff file (TOML). Out: a checked tariff version, or every problem. Pure.

A float anywhere is refused: prices are decimals written as strings. Nothing is accepted half.
docs: the commented sample is simulator/sites/cambridge/tariffs/campus-electricity.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from billing.canonical import canonical_json, sha256_of
from billing.checked_table import CheckedTable, float_paths
from billing.errors import TariffFileError
from billing.money import EXPONENT
from billing.tariff import (
    ENERGY_UNIT,
    Clause,
    EnergyClause,
    FixedClause,
    FixedPer,
    GasConversion,
    Rounding,
    TariffVersion,
    Tax,
    TaxMode,
    TaxRounding,
)
from billing.tariff_calendar import Calendar, read_calendar
from energy.base.toml_text import NoTomlError, toml_of
from energy.base.units import TO_BASE, Utility

MOST_DIGITS = 9


def parse_tariff(text: str) -> TariffVersion:
    """Return the tariff version that a file describes.

    Args:
        text: The file's content (TOML).

    Raises:
        TariffFileError: Anything is wrong; all problems are listed with their paths.
    """
    return tariff_of(document_of(text))


def document_of(text: str) -> dict[str, object]:
    """Return a file as a JSON document: days as ISO texts, floats refused.

    Args:
        text: The file's content (TOML).

    Raises:
        TariffFileError: The file is no TOML, or holds a float.
    """
    try:
        raw = toml_of(text)
    except NoTomlError as error:
        raise TariffFileError([f"file: not TOML: {error}"]) from None
    floats = list(float_paths(raw))
    if floats:
        raise TariffFileError(
            [f'{path}: is a float; write it as a string, for example "0.1432"' for path in floats]
        )
    return {key: _jsonable(value) for key, value in raw.items()}


def tariff_of(document: Mapping[str, object]) -> TariffVersion:
    """Return the tariff version of a document (from a file, or from the books).

    Args:
        document: Result of `document_of`, or its JSON read back.

    Raises:
        TariffFileError: Anything is wrong; all problems are listed with their paths.
    """
    problems: list[str] = []
    top = CheckedTable(document, "", problems)
    tariff = _read(top, sha256_of(canonical_json(document)))
    top.done()
    if problems:
        raise TariffFileError(problems)
    return tariff


def _jsonable(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _jsonable(within) for key, within in value.items()}
    if isinstance(value, list):
        return [_jsonable(within) for within in value]
    return value


def _read(top: CheckedTable, sha256: str) -> TariffVersion:
    utility = top.choice("utility", Utility)
    gas = _gas(top, utility)
    valid_from = top.day("valid_from")
    valid_to = top.day("valid_to") if top.has("valid_to") else None
    if valid_to is not None and valid_to <= valid_from:
        top.note("valid_to", "is the first day on which it no longer holds: after valid_from")
    if top.text("clock") not in {"local", ""}:
        top.note("clock", "must be local: standard-time tariffs are not built yet")
    calendar = read_calendar(top)
    currency = _currency(top)
    return TariffVersion(
        tariff=top.key("tariff"),
        version=top.whole("version", least=1, most=9999),
        names=top.names("name"),
        utility=utility,
        currency=currency,
        zone=_zone(top),
        unit=_unit(top, utility, gas),
        valid_from=valid_from,
        valid_to=valid_to,
        tax=_tax(top),
        rounding=_rounding(top, currency),
        seasons=calendar.seasons,
        day_classes=calendar.day_classes,
        periods=calendar.periods,
        clauses=_clauses(top, calendar),
        gas=gas,
        sha256=sha256,
    )


def _currency(top: CheckedTable) -> str:
    currency = top.text("currency")
    if currency and currency not in EXPONENT:
        top.note("currency", f"{currency!r} is unknown; known are {', '.join(sorted(EXPONENT))}")
    return currency


def _zone(top: CheckedTable) -> ZoneInfo:
    name = top.text("zone")
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        top.note("zone", f"{name!r} is no time zone; write one like Europe/London")
        return ZoneInfo("UTC")


def _unit(top: CheckedTable, utility: Utility, gas: GasConversion | None) -> str:
    unit = top.text("unit")
    known = [ENERGY_UNIT] if gas is not None else list(TO_BASE[utility])
    if unit and unit not in known:
        hint = "; add [gas] to bill energy" if utility is Utility.GAS and gas is None else ""
        top.note("unit", f"{unit!r} is no unit of {utility}; use one of {', '.join(known)}{hint}")
    return unit


def _gas(top: CheckedTable, utility: Utility) -> GasConversion | None:
    if not top.has("gas"):
        return None
    table = top.table("gas")
    if utility is not Utility.GAS:
        table.note("", f"a calorific value belongs to gas, not to {utility}")
    smallest = Decimal("0.000001")
    gas = GasConversion(
        calorific_mj_per_m3=table.decimal("calorific_mj_per_m3", least=smallest),
        correction=table.decimal("correction", least=smallest),
    )
    table.done()
    return gas


def _tax(top: CheckedTable) -> Tax:
    table = top.table("tax")
    tax = Tax(
        mode=table.choice("mode", TaxMode),
        rate=table.decimal("rate", least=Decimal(0)),
        rounding=table.choice("rounding", TaxRounding),
    )
    if tax.rate >= 1:
        table.note("rate", f'{tax.rate} is 100 % or more; write 20 % as "0.20"')
    table.done()
    return tax


def _rounding(top: CheckedTable, currency: str) -> Rounding:
    table = top.table("rounding")
    rounding = Rounding(
        amount=table.whole("line", least=0, most=EXPONENT.get(currency, MOST_DIGITS)),
        quantity=table.whole("quantity", least=0, most=MOST_DIGITS),
    )
    table.done()
    return rounding


def _clauses(top: CheckedTable, calendar: Calendar) -> tuple[Clause, ...]:
    clauses: list[Clause] = []
    keys: set[str] = set()
    for row in top.tables("charge"):
        key = row.key("id")
        if key and key in keys:
            row.note("id", f"{key!r} is used twice")
        keys.add(key)
        clause = _clause(row, key, calendar)
        if clause is not None:
            clauses.append(clause)
        row.done()
    if not keys:
        top.note("charge", "a tariff needs at least one [[charge]]")
    priced = {clause.period for clause in clauses if isinstance(clause, EnergyClause)}
    for period in calendar.periods:
        if period.key and period.key not in priced:
            top.note(
                "charge",
                f"period {period.key!r} has no energy charge; usage in it would be free. "
                'Add a charge, with price "0" if it is meant',
            )
    return tuple(clauses)


def _clause(row: CheckedTable, key: str, calendar: Calendar) -> Clause | None:
    names = row.names("name")
    price = row.decimal("price")
    match row.text("kind"):
        case "energy":
            period = row.text("period") if row.has("period") else None
            known = [each.key for each in calendar.periods]
            if period and period not in known:
                row.note(
                    "period", f"{period!r} is not defined; periods are {', '.join(known) or 'none'}"
                )
            return EnergyClause(key=key, names=names, price=price, period=period)
        case "fixed":
            per = row.choice("per", FixedPer)
            return FixedClause(key=key, names=names, price=price, per=per)
        case "":
            return None
        case other:
            row.note("kind", f"{other!r} is not known; known are energy, fixed")
            return None
