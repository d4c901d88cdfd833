"""Amounts stay exact in both formats, and a text is never a formula."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl

from billing.ledger.sheets import Sheet, SheetFormat, written

SHEET = Sheet(
    name="bills",
    heads=("name", "day", "amount", "days"),
    rows=[
        ("=HYPERLINK(1)", date(2019, 2, 1), Decimal("1234567.10"), 3),
        ("机场能源", None, Decimal("-0.05"), None),
        ("@cmd", date(2019, 2, 2), Decimal(1000), 0),
    ],
)


def test_csv_keeps_digits_and_disarms_formulas() -> None:
    octets = written(SHEET, SheetFormat.CSV)
    assert octets.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(octets.decode("utf-8-sig"))))
    assert rows[1] == ["'=HYPERLINK(1)", "2019-02-01", "1234567.10", "3"]
    assert rows[2] == ["机场能源", "", "-0.05", ""]
    assert rows[3][0] == "'@cmd"


def test_xlsx_holds_texts_numbers_and_days() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(SHEET, SheetFormat.XLSX)))
    page = book["bills"]
    assert [cell.value for cell in page[1]] == list(SHEET.heads)
    assert (page["A2"].value, page["A2"].data_type) == ("=HYPERLINK(1)", "s")
    assert (page["C2"].data_type, page["C2"].number_format) == ("n", "#,##0.00")
    assert page["B2"].value.date() == date(2019, 2, 1)
    assert page["C4"].number_format == "#,##0"
