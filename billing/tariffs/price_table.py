"""In: rows of monthly prices. Out: a price table, checked. Pure.

One row a month, decimals as strings: base price of the month, transmission, losses, funds,
calorific values. A month that is not there is not free: it stops the bill.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from billing.canonical import canonical_json, sha256_of
from billing.checked_table import KEY, CheckedTable
from billing.money import plain
from billing.tariffs.clauses import PriceMonth, PriceTable
from billing.tariffs.errors import PriceFileError
from billing.tariffs.tariff_document import document_of

PRICE_UNPUBLISHED_CODE = "bill.price_unpublished"
"""Finding (do not bill): a billed month has no row, or no such column, in the price table."""
MONTH = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
CSV = ".csv"


def price_month(name: str, month: str, values: Mapping[str, Decimal]) -> PriceMonth:
    """Return a row with the hash of its content."""
    document = {
        "table": name,
        "month": month,
        "values": {column: plain(values[column]) for column in sorted(values)},
    }
    return PriceMonth(month=month, values=dict(values), sha256=sha256_of(canonical_json(document)))


def price_table(name: str, rows: Iterable[PriceMonth]) -> PriceTable:
    """Return a table of its rows, by month."""
    return PriceTable(name=name, months={row.month: row for row in sorted(rows, key=_month)})


def _month(row: PriceMonth) -> str:
    return row.month


def read_price_rows(table: CheckedTable, key: str, name: str) -> PriceTable:
    """Return the rows `[{month: 2025-01, base: "0.42", ...}]` of a table in a file.

    Args:
        table: The table that holds them; problems are noted in it.
        key: Of the rows.
        name: Of the price table.
    """
    rows: dict[str, PriceMonth] = {}
    for row in table.tables(key):
        month = row.text("month")
        if month and not MONTH.fullmatch(month):
            row.note("month", f"{month!r} is no month; write 2025-01")
        if month in rows:
            row.note("month", f"{month} stands twice")
        columns = [each for each in row.keys() if each != "month"]  # noqa: SIM118  # no dict
        if not columns:
            row.note("", 'has no price; write for example base: "0.4213"')
        for column in columns:
            if not KEY.fullmatch(column):
                row.note(column, "may hold letters, digits, '.', '-' and '_' only")
        rows[month] = price_month(name, month, {each: row.decimal(each) for each in columns})
    if not rows:
        table.note(key, 'has no row; write [{month: 2025-01, base: "0.4213"}]')
    return price_table(name, rows.values())


def read_price_file(text: str, ending: str, name: str | None = None) -> PriceTable:
    """Return the price table of a file that is to be published.

    Args:
        text: CSV (`month` and one column a price; the name is given), or YAML, JSON, TOML
            (`table`, `rows`).
        ending: Of the file's name.
        name: Of the price table; must be given for CSV.

    Raises:
        TariffFileError: Anything is wrong; all problems are listed with their paths.
    """
    document = _of_csv(text, name) if ending.lower() == CSV else document_of(text, ending)
    problems: list[str] = []
    top = CheckedTable(document, "", problems)
    said = top.key("table") if top.has("table") or name is None else name
    if name is not None and said != name:
        top.note("table", f"is {said!r}, but {name!r} was named")
    found = read_price_rows(top, "rows", said)
    top.done()
    if problems:
        raise PriceFileError(problems)
    return found


def _of_csv(text: str, name: str | None) -> dict[str, object]:
    if name is None:
        raise PriceFileError(["file: a CSV says no name of its price table; give --table NAME"])
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if row]
    if not rows or rows[0][0].strip() != "month" or len(set(rows[0])) != len(rows[0]):
        raise PriceFileError(["row 1: must be month and one column for each price"])
    head = [column.strip() for column in rows[0]]
    wrong = [
        f"row {number}: has {len(row)} columns, not {len(head)}"
        for number, row in enumerate(rows[1:], 2)
        if len(row) != len(head)
    ]
    if wrong:
        raise PriceFileError(wrong)
    return {
        "table": name,
        "rows": [
            {column: cell.strip() for column, cell in zip(head, row, strict=True) if cell.strip()}
            for row in rows[1:]
        ],
    }
