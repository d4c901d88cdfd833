"""In: a table of figures. Out: the same as CSV or XLSX. Pure.

Amounts stay exact: decimal text in CSV, numbers with their digits in XLSX. A text that a
spreadsheet would take for a formula stays a text; a sign that no XML may hold (XML 1.0, 2.2 Char)
stands as U+FFFD, so that a name with a control sign in it can be exported.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNTITLED = re.compile(r"[\\*?:/\[\]]")
"""Signs that the name of a sheet must not have."""
LONGEST_TITLE, LONGEST_TEXT = 31, 32_767
"""What a spreadsheet holds in the name of a sheet and in a cell."""
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
    writer.writerow([_text(head) for head in sheet.heads])
    for row in sheet.rows:
        writer.writerow([_text(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_of(sheet: Sheet) -> bytes:
    """Return a table as a workbook."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_title(sheet.name))
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
        case str():
            plain = writable(cell)
            return f"'{plain}" if plain.startswith(_FORMULA) else plain
    return str(cell)


def writable(text: str) -> str:
    """Return a text in which every sign that XML cannot hold is U+FFFD."""
    return _UNWRITABLE.sub("\ufffd", text)


def _title(name: str) -> str:
    return _UNTITLED.sub("-", writable(name)).strip("'\t\n\r")[:LONGEST_TITLE] or "-"


def _head(page: Any, head: str) -> Any:
    cell = _cell(page, head)
    cell.font = Font(bold=True)
    return cell


def _cell(page: Any, value: Cell) -> Any:
    if isinstance(value, str):
        cell = WriteOnlyCell(page, writable(value)[:LONGEST_TEXT])
        cell.data_type = "s"  # a text that begins with "=" is no formula
        return cell
    cell = WriteOnlyCell(page, value)
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        cell.number_format = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return cell
