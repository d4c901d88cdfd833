"""In: the old system's bills (XLSX or CSV). Out: bills of an account and utility. I/O: reads.

Sheet "bills", and "lines" where the old system tells its charges; of CSV one file each.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from billing.money import exponent_of
from billing.takeover.bills import ZERO, Bill, BillCharge, folded
from billing.takeover.errors import TakeOverError
from billing.takeover.packed import MOST_OCTETS
from billing.takeover.problems import Problems
from billing.takeover.sheets import Column, Holds, SheetRule
from billing.takeover.workbook import (
    MOST_ROWS,
    Row,
    checked_text,
    columns_named,
    open_workbook,
    sheet_rows,
)
from energy.base.units import Utility

BILLS, LINES = "bills", "lines"
_UTILITY = Column(
    name="utility", holds=Holds.CHOICE, choices=tuple(utility.value for utility in Utility)
)
BILL_RULE = SheetRule(
    columns=(
        Column(name="account", holds=Holds.KEY),
        Column(name="from", holds=Holds.DAY),
        Column(name="to", holds=Holds.DAY),
        _UTILITY,
        Column(name="quantity", holds=Holds.MONEY),
        Column(name="unit", holds=Holds.TEXT, needed=False),
        Column(name="net", holds=Holds.MONEY),
        Column(name="tax", holds=Holds.MONEY),
        Column(name="total", holds=Holds.MONEY),
    ),
    key=("account", "utility", "from", "to", "quantity", "total"),
)
LINE_RULE = SheetRule(
    columns=(
        Column(name="account", holds=Holds.KEY),
        _UTILITY,
        Column(name="charge", holds=Holds.TEXT),
        Column(name="quantity", holds=Holds.MONEY),
        Column(name="price", holds=Holds.MONEY, needed=False),
        Column(name="net", holds=Holds.MONEY),
    ),
    key=(),
)


def read_old_bills(path: Path, lines: Path | None, currency: str, problems: Problems) -> list[Bill]:
    """Return the old system's bills, those of one account and utility as one.

    Args:
        path: XLSX with the sheet "bills" (and "lines"), or CSV with the bills.
        lines: CSV with the charges; None where there are none or the workbook has them.
        currency: The site's.
        problems: Takes everything that is wrong.

    Raises:
        TakeOverError: A file cannot be read.
    """
    if path.suffix.lower() == ".csv":
        bills = _csv(path, BILLS, BILL_RULE, problems)
        charges = [] if lines is None else _csv(lines, LINES, LINE_RULE, problems)
    else:
        bills, charges = _workbook(path, problems)
        if lines is not None:
            charges = _csv(lines, LINES, LINE_RULE, problems)
    _check(bills, charges, currency, problems)
    return [] if problems.rows else _together(bills, charges)


def _workbook(path: Path, problems: Problems) -> tuple[list[Row], list[Row]]:
    book = open_workbook(path)
    try:
        named = {sheet.title.strip().lower(): sheet for sheet in book.worksheets}
        bills: Any = named.get(BILLS) or (book.worksheets[0] if len(named) == 1 else None)
        if bills is None:
            problems.note(BILLS, 0, "", "no_sheet")
            return [], []
        own = named.get(LINES)
        charges = [] if own is None else sheet_rows(own, LINES, LINE_RULE, problems)
        return sheet_rows(bills, BILLS, BILL_RULE, problems), charges
    finally:
        book.close()


def _csv(path: Path, name: str, rule: SheetRule, problems: Problems) -> list[Row]:
    try:
        if path.stat().st_size > MOST_OCTETS:
            raise TakeOverError.of("takeover.too_large", file=path.name, most=MOST_OCTETS)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TakeOverError.of(
            "takeover.unreadable", file=path.name, why=error.strerror or "-"
        ) from error
    except UnicodeDecodeError as error:
        raise TakeOverError.of("takeover.no_utf8", file=path.name) from error
    try:
        table = list(islice(csv.reader(io.StringIO(text), strict=True), MOST_ROWS + 1))
    except csv.Error as error:
        raise TakeOverError.of("takeover.no_csv", file=path.name, why=str(error)) from error
    if len(table) > MOST_ROWS:
        problems.note(name, 0, "", "too_many_rows", most=MOST_ROWS)
        return []
    heads = dict(enumerate(table[0])) if table else {}
    columns = columns_named({n: h for n, h in heads.items() if h}, name, rule, problems)
    found = []
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for n, cell in enumerate(cells) if n not in columns):
            problems.note(name, number, "", "beside_columns")
        own = {
            column.name: checked_text(
                cells[place] if place < len(cells) else "", column, (name, number), problems
            )
            for place, column in columns.items()
        }
        found.append(Row(number=number, cells=own))
    return found


def _check(bills: Sequence[Row], charges: Sequence[Row], currency: str, problems: Problems) -> None:
    digits = exponent_of(currency)
    seen: dict[tuple[str, ...], int] = {}
    keys = {(row["account"], row["utility"]) for row in bills}
    for row in bills:
        key = tuple(row[name] for name in BILL_RULE.key)
        first = seen.setdefault(key, row.number)
        if first != row.number:
            problems.note(BILLS, row.number, "", "twice", key=row["account"], first=first)
        if row["from"] and row["to"] and row["to"] < row["from"]:
            problems.note(BILLS, row.number, "to", "days_backwards")
        for name in ("net", "tax", "total"):
            if len(row[name].partition(".")[2]) > digits:
                problems.note(BILLS, row.number, name, "money_digits", currency=currency,
                              digits=digits)  # fmt: skip
    for row in charges:
        if (row["account"], row["utility"]) not in keys:
            problems.note(LINES, row.number, "account", "unknown_name", key=row["account"],
                          sheet=BILLS)  # fmt: skip
    if not bills and not problems.rows:
        problems.note(BILLS, 0, "", "nothing_there")


def _together(bills: Sequence[Row], charges: Sequence[Row]) -> list[Bill]:
    """Return the bills of each account and utility as one."""
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in bills:
        rows[row["account"], row["utility"]].append(row)
    own: dict[tuple[str, str], list[BillCharge]] = defaultdict(list)
    for row in charges:
        own[row["account"], row["utility"]].append(_charge(row))
    return [_bill(key, mine, own[key]) for key, mine in sorted(rows.items())]


def _charge(row: Row) -> BillCharge:
    price = row.amount("price")
    return BillCharge(
        names=(folded(row["charge"]),),
        quantity=Fraction(row.amount("quantity") or ZERO),
        unit="",
        price=None if price is None else Fraction(price),
        net=row.amount("net") or ZERO,
    )


def _bill(key: tuple[str, str], rows: Sequence[Row], charges: Sequence[BillCharge]) -> Bill:
    def sum_of(column: str) -> Decimal:
        return sum((row.amount(column) or ZERO for row in rows), ZERO)

    units = {row["unit"] for row in rows}
    return Bill(
        account=key[0],
        utility=key[1],
        first_day=min(date.fromisoformat(row["from"]) for row in rows),
        last_day=max(date.fromisoformat(row["to"]) for row in rows),
        quantity=Fraction(sum_of("quantity")),
        unit=units.pop() if len(units) == 1 else "",
        net=sum_of("net"),
        tax=sum_of("tax"),
        total=sum_of("total"),
        charges=tuple(charges),
    )
