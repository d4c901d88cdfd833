"""In: the rows of a workbook. Out: what does not fit together in it. Pure.

What a row needs of the site (points, tariffs, meters) is checked in site_checks.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from billing.accounts.agreed import UNITS
from billing.accounts.cycle import MONTHS
from billing.accounts.party import country_fits, iban_fits
from billing.money import exponent_of
from billing.prepaid.cycle import LAST_CYCLE_DAY
from billing.takeover.problems import Problems
from billing.takeover.sheets import CONTENT, RULES, Holds, Sheet
from billing.takeover.workbook import Row, Sheets

_LATER = date.max


def check_rows(
    sheets: Sheets, currency: str, accounts: frozenset[str], parties: frozenset[str],
    problems: Problems,
) -> None:  # fmt: skip
    """Note everything that does not fit together in a workbook.

    Args:
        sheets: Its rows.
        currency: The site's.
        accounts: Those that the site has.
        parties: Those that the site has.
        problems: Takes what is found.
    """
    for sheet in (*CONTENT, Sheet.CONTROL):
        _twice(sheets, sheet, problems)
        _money(sheets, sheet, currency, problems)
    _named(sheets, "account", accounts, problems)
    _named(sheets, "party", parties, problems)
    _parties(sheets, problems)
    _contracts(sheets, problems)
    _agreed(sheets, problems)
    _receivables(sheets, problems)
    _prepaid(sheets, problems)
    for row in sheets[Sheet.DEPOSITS]:
        if (row.amount("amount") or 1) <= 0:
            problems.note(Sheet.DEPOSITS, row.number, "amount", "not_positive")


def _twice(sheets: Sheets, sheet: Sheet, problems: Problems) -> None:
    """Note rows of one key."""
    seen: dict[tuple[str, ...], int] = {}
    for row in sheets[sheet]:
        key = tuple(row[name] for name in RULES[sheet].key)
        if not any(key):
            continue
        first = seen.setdefault(key, row.number)
        if first != row.number:
            problems.note(
                sheet,
                row.number,
                RULES[sheet].key[0],
                "twice",
                key=", ".join(each for each in key if each),
                first=first,
            )


def _money(sheets: Sheets, sheet: Sheet, currency: str, problems: Problems) -> None:
    """Note amounts finer than the currency."""
    digits = exponent_of(currency)
    columns = [c.name for c in RULES[sheet].columns if c.holds is Holds.MONEY and c.name != "sum"]
    for row in sheets[sheet]:
        for name in columns:
            if len(row[name].partition(".")[2]) > digits:
                problems.note(sheet, row.number, name, "money_digits", currency=currency,
                              digits=digits)  # fmt: skip


_OWN = {"account": Sheet.ACCOUNTS, "party": Sheet.PARTIES}


def _named(sheets: Sheets, column: str, there: frozenset[str], problems: Problems) -> None:
    """Note rows that name what neither workbook nor site has, and what the site has already."""
    own = {row[column] for row in sheets[_OWN[column]]}
    for row in sheets[_OWN[column]]:
        if row[column] in there:
            problems.note(_OWN[column], row.number, column, "there_already", key=row[column])
    for sheet in CONTENT:
        if sheet is _OWN[column] or column not in RULES[sheet].by_name:
            continue
        for row in sheets[sheet]:
            if row[column] and row[column] not in own | there:
                problems.note(
                    sheet, row.number, column, "unknown_name", key=row[column], sheet=_OWN[column]
                )


def _parties(sheets: Sheets, problems: Problems) -> None:
    mandate = ("iban", "mandate_holder", "mandate_reference", "mandate_signed_on")
    for row in sheets[Sheet.PARTIES]:
        told = [name for name in mandate if row[name]]
        if told and len(told) < len(mandate):
            lacks = ", ".join(name for name in mandate if name not in told)
            problems.note(Sheet.PARTIES, row.number, told[0], "half_mandate", lacks=lacks)
        if row["country"] and not country_fits(row["country"]):
            problems.note(Sheet.PARTIES, row.number, "country", "no_country", value=row["country"])
        if row["iban"] and not iban_fits(row["iban"]):
            problems.note(Sheet.PARTIES, row.number, "iban", "no_iban")
        if (row["contact_phone"] or row["contact_email"]) and not row["contact_name"]:
            problems.note(Sheet.PARTIES, row.number, "contact_name", "no_contact_name")


def _contracts(sheets: Sheets, problems: Problems) -> None:
    opened = {row["account"]: row["opened_on"] for row in sheets[Sheet.ACCOUNTS]}
    for row in sheets[Sheet.CONTRACTS]:
        _days(Sheet.CONTRACTS, row, problems)
        begins = opened.get(row["account"], "")
        if row["valid_from"] and begins and row["valid_from"] < begins:
            problems.note(Sheet.CONTRACTS, row.number, "valid_from", "before_opening", day=begins)
        day, months = row.amount("cycle_day"), row.amount("cycle_months")
        if day is not None and day > LAST_CYCLE_DAY:
            problems.note(
                Sheet.CONTRACTS, row.number, "cycle_day", "no_cycle_day", most=LAST_CYCLE_DAY
            )
        if months is not None and (day is None or months not in MONTHS):
            problems.note(Sheet.CONTRACTS, row.number, "cycle_months", "no_cycle_months")
    _same_contract(sheets, problems)
    for point, rows in _by_point(sheets).items():
        for earlier, later in pairwise(sorted(rows, key=lambda each: each["valid_from"])):
            if later["valid_from"] < (earlier["valid_to"] or _LATER.isoformat()):
                problems.note(
                    Sheet.CONTRACTS, later.number, "point", "paid_twice", point=point,
                    first=earlier.number,
                )  # fmt: skip


def _same_contract(sheets: Sheets, problems: Problems) -> None:
    """Note rows of one contract or one account that say different things of it."""
    signed: dict[tuple[str, str], str] = {}
    cycles: dict[tuple[str, str], tuple[str, str]] = {}
    for row in sheets[Sheet.CONTRACTS]:
        key = row["account"], row["contract"]
        if signed.setdefault(key, row["signed_on"]) != row["signed_on"]:
            problems.note(Sheet.CONTRACTS, row.number, "signed_on", "signed_twice",
                          contract=row["contract"])  # fmt: skip
        cycle = row["cycle_day"], row["cycle_months"]
        if cycles.setdefault((row["account"], row["tariff"]), cycle) != cycle:
            problems.note(Sheet.CONTRACTS, row.number, "cycle_day", "cycle_twice",
                          account=row["account"])  # fmt: skip


def _by_point(sheets: Sheets) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sheets[Sheet.CONTRACTS]:
        if row["point"] and row["valid_from"]:
            found[row["point"]].append(row)
    return found


def _agreed(sheets: Sheets, problems: Problems) -> None:
    supplied = {(row["account"], row["point"]) for row in sheets[Sheet.CONTRACTS]}
    accounts = {row["account"] for row in sheets[Sheet.ACCOUNTS]}
    for row in sheets[Sheet.AGREED]:
        _days(Sheet.AGREED, row, problems)
        unit = UNITS.get(row["name"], "")
        if unit and row["unit"] not in {"", unit}:
            problems.note(Sheet.AGREED, row.number, "unit", "other_unit", unit=unit)
        if row["name"] and not unit and not row["unit"]:
            problems.note(Sheet.AGREED, row.number, "unit", "no_unit")
        mine = row["account"] in accounts
        if mine and row["point"] and (row["account"], row["point"]) not in supplied:
            problems.note(Sheet.AGREED, row.number, "point", "not_supplied", point=row["point"],
                          account=row["account"])  # fmt: skip


def _receivables(sheets: Sheets, problems: Problems) -> None:
    for row in sheets[Sheet.RECEIVABLES]:
        if row["dated"] and row["due_on"] and row["due_on"] < row["dated"]:
            problems.note(Sheet.RECEIVABLES, row.number, "due_on", "due_before")
        if row["amount"] == "0":
            problems.note(Sheet.RECEIVABLES, row.number, "amount", "nothing_open")


def _prepaid(sheets: Sheets, problems: Problems) -> None:
    own = {row["account"] for row in sheets[Sheet.ACCOUNTS]}
    for row in sheets[Sheet.PREPAID]:
        if row["account"] and row["account"] not in own:
            problems.note(Sheet.PREPAID, row.number, "account", "not_in_workbook",
                          key=row["account"], sheet=Sheet.ACCOUNTS)  # fmt: skip
        day = row.amount("cycle_day")
        if day is not None and day > LAST_CYCLE_DAY:
            problems.note(
                Sheet.PREPAID, row.number, "cycle_day", "no_cycle_day", most=LAST_CYCLE_DAY
            )


def _days(sheet: Sheet, row: Row, problems: Problems) -> None:
    """Note days that run backwards."""
    if row["valid_to"] and row["valid_from"] and row["valid_to"] <= row["valid_from"]:
        problems.note(sheet, row.number, "valid_to", "days_backwards")
