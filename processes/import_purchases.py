"""In: a file of purchase invoices, CSV or XLSX, a row a charge line. Out: the invoices. I/O: reads.

The columns are fixed: supplier, number, utility, point, tariff, dated, due_on, first_day, last_day,
charge, quantity, unit, price, amount, tax. Rows of one supplier and number are one invoice; tax is
that of the charge line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from adapters.files.mapping import FileKind, TableRule
from adapters.files.table import Row, open_table
from adapters.files.workbook import TableError
from adapters.number_text import NumberFormat, digits_in
from billing.money import exponent_of, to_units
from billing.receivables.errors import PaymentError
from billing.suppliers.purchase import Purchase, PurchasedCharge
from energy.base.errors import EnergyError
from energy.base.text import tell
from energy.base.units import Utility
from processes.import_readings import shown_name

COLUMNS = (
    "supplier", "number", "utility", "point", "tariff", "dated", "due_on", "first_day", "last_day",
    "charge", "quantity", "unit", "price", "amount", "tax",
)  # fmt: skip
_OPTIONAL = frozenset({"tariff"})
_SHARED = COLUMNS[2:9]
"""What every row of one invoice says alike."""
TOLD = 20
MOST_ROWS = 20_000


def read_purchases_file(path: Path, currency: str) -> list[Purchase]:
    """Return the purchase invoices of a file, all of them or none.

    Args:
        path: The file; its ending says which kind it is.
        currency: Of the site.

    Raises:
        TableError: It is no such file, or lacks a column.
        PaymentError: Rows cannot be read; each is told with its cause.
    """
    kind = FileKind.XLSX if path.suffix.lower() == ".xlsx" else FileKind.CSV
    rule = TableRule(kind=kind)
    problems: list[object] = []
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    first: dict[tuple[str, str], int] = {}
    with open_table(path, rule) as table:
        places = {head: n for n, head in enumerate(table.heads) if head}
        missing = [column for column in COLUMNS if column not in places]
        if missing:
            heads = ", ".join(repr(head) for head in list(places)[:30])
            raise TableError.of("table.no_column", column=missing[0], heads=heads)
        for row in table.rows:
            told = _told(row, places)
            if not any(told.values()) and not row.fault:
                continue
            if row.fault or len(first) > MOST_ROWS:
                problems.append(_problem(row.number, row.fault or "more rows than are read"))
                continue
            key = told["supplier"], told["number"]
            found.setdefault(key, []).append(told | {"row": str(row.number)})
            first.setdefault(key, row.number)
    purchases = []
    for rows in found.values():
        purchase = _purchase(rows, currency, problems)
        if purchase is not None:
            purchases.append(purchase)
    if problems:
        raise PaymentError.of(
            "purchase_file", name=shown_name(path), many=len(problems), problems=problems[:TOLD]
        )
    return purchases


def _told(row: Row, places: dict[str, int]) -> dict[str, str]:
    told = {}
    for column in COLUMNS:
        place = places[column]
        cell = row.cells[place] if place < len(row.cells) else None
        if isinstance(cell, float):
            cell = Decimal(format(cell, ".15g"))
        text = "" if cell is None else str(cell).strip()
        told[column] = text[:10] if text.endswith(" 00:00:00") else text
    return told


def _purchase(
    rows: Sequence[dict[str, str]], currency: str, problems: list[object]
) -> Purchase | None:
    """Return the invoice of its rows; what is wrong goes to the problems."""
    before = len(problems)
    head = rows[0]
    for row in rows:
        empty = [c for c in COLUMNS if not row[c] and c not in _OPTIONAL]
        other = [c for c in _SHARED if row[c] != head[c]]
        problems += [_problem(row["row"], f"{column} is empty") for column in empty]
        problems += [
            _problem(row["row"], f"{column} is another one in row {head['row']}")
            for column in other
        ]
    if head["utility"] not in {str(each.value) for each in Utility}:
        problems.append(_problem(head["row"], f"utility {head['utility'][:40]!r} is none of ours"))
    days = {name: _day(head, name, problems) for name in _SHARED if name in _DAYS}
    charges = tuple(_charge(row, currency, problems) for row in rows)
    taxes = [_number(row, "tax", problems, currency) for row in rows]
    if len(problems) > before:
        return None
    net = sum((each.amount for each in charges), Decimal(0))
    tax = sum(taxes, Decimal(0))
    return Purchase(
        supplier=head["supplier"],
        number=head["number"],
        utility=head["utility"],
        point=head["point"],
        tariff=head["tariff"],
        dated=days["dated"],
        due_on=days["due_on"],
        first_day=days["first_day"],
        last_day=days["last_day"],
        currency=currency,
        charges=charges,
        net=net,
        tax=tax,
        total=net + tax,
    )


_DAYS = frozenset({"dated", "due_on", "first_day", "last_day"})


def _charge(row: dict[str, str], currency: str, problems: list[object]) -> PurchasedCharge:
    return PurchasedCharge(
        charge=row["charge"],
        quantity=_number(row, "quantity", problems),
        unit=row["unit"],
        price=_number(row, "price", problems),
        amount=_number(row, "amount", problems, currency),
    )


def _number(
    row: dict[str, str], column: str, problems: list[object], currency: str | None = None
) -> Decimal:
    found = digits_in(row[column], NumberFormat.PLAIN)
    if found is None:
        if row[column]:
            problems.append(_problem(row["row"], f"{column} {row[column][:40]!r} is no number"))
        return Decimal(0)
    digits, behind = found
    number = Decimal((int(digits < 0), tuple(map(int, str(abs(digits)))), -behind))
    if currency is not None:
        try:
            to_units(number, exponent_of(currency))
        except EnergyError as error:
            problems.append(_problem(row["row"], f"{column}: {error}"))
    return number


def _day(row: dict[str, str], column: str, problems: list[object]) -> date:
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        if row[column]:
            text = f"{column} {row[column][:40]!r} is no day such as 2026-01-31"
            problems.append(_problem(row["row"], text))
        return date.min


def _problem(row: object, cause: object) -> object:
    return tell("why.import.row", row=row, cause=cause)
