"""In: a table of figures. Out: the same as CSV or XLSX. Pure.

Amounts stay exact: decimal text in CSV, numbers with their digits in XLSX. A text that a
spreadsheet would take for a formula stays a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | Decimal | date | int | None


class SheetFormat(StrEnum):
    """How a table is written."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table with a name."""

    name: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def written(sheet: Sheet, form: SheetFormat) -> bytes:
    """Return a table in a format."""
    return csv_of(sheet) if form is SheetFormat.CSV else xlsx_of(sheet)


def csv_of(sheet: Sheet) -> bytes:
    """Return a table as CSV: UTF-8 with a mark, so that spreadsheets read Chinese; rows by CRLF."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(sheet.heads)
    for row in sheet.rows:
        writer.writerow([_text(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_of(sheet: Sheet) -> bytes:
    """Return a table as a workbook."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.name[:31])
    page.freeze_panes = "A2"
    page.append([_head(page, head) for head in sheet.heads])
    for row in sheet.rows:
        page.append([_cell(page, cell) for cell in row])
    octets = io.BytesIO()
    book.save(octets)
    return octets.getvalue()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return format(cell, "f")
        case date():
            return cell.isoformat()
        case str() if cell.startswith(_FORMULA):
            return f"'{cell}"
    return str(cell)


def _head(page: Any, head: str) -> Any:
    cell = WriteOnlyCell(page, head)
    cell.font = Font(bold=True)
    return cell


def _cell(page: Any, value: Cell) -> Any:
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with "=" is no formula
    elif isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        cell.number_format = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return cell
