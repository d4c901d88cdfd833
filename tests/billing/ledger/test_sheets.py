"""Amounts stay exact in both formats, and a text is never a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

import openpyxl
from hypothesis import example, given
from hypothesis import strategies as st

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


ANY = st.text(st.characters(codec=None), max_size=40)
"""Any text at all: control signs, halves of surrogate pairs and what is no sign among them."""


@given(name=ANY, head=ANY, text=ANY)
@example(name="a/b:c", head="=1+1", text="\x00\x1b[31m\ud800\ufffe")
@example(name="'", head="＝1", text="-2+3\r\n@SUM(A1)")
@example(name="", head="", text="x" * 40_000)
def test_any_name_can_be_written_and_none_is_a_formula(name: str, head: str, text: str) -> None:
    sheet = Sheet(name=name, heads=(head, "amount"), rows=[(text, Decimal("-1.50"))])
    rows = list(csv.reader(io.StringIO(written(sheet, SheetFormat.CSV).decode("utf-8-sig"), "")))
    told = {cell for row in rows for cell in row} - {"-1.50"}
    assert not [cell for cell in told if cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))]
    octets = written(sheet, SheetFormat.XLSX)
    with zipfile.ZipFile(io.BytesIO(octets)) as parts:
        for part in parts.namelist():
            ET.fromstring(parts.read(part))
    page = openpyxl.load_workbook(io.BytesIO(octets)).worksheets[0]
    assert page["B2"].data_type == "n"
    assert "f" not in {cell.data_type for row in page.iter_rows() for cell in row}
    kept = "".join(sign for sign in text if sign.isalnum())
    shown = str(page["A2"].value or "")
    assert [sign for sign in kept[:100] if sign not in shown] == []
