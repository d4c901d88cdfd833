"""In: a table of figures. Out: the same as CSV or XLSX. Pure.

Amounts stay exact: decimal text in CSV, numbers with their digits in XLSX. A text that a
spreadsheet would take for a formula stays a text; a sign that no XML may hold (XML 1.0, 2.2 Char)
stands as U+FFFD, so that a name with a control sign in it can be exported.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNTITLED = re.compile(r"[\\*?:/\[\]]")
"""Signs that the name of a sheet must not have."""
_PROPERTIES = "docProps/core.xml"
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</)")
"""The one place of a workbook that tells when it was written."""
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
    widths: Sequence[int] = ()
    """Of the columns in a workbook, the first first. [sign]"""


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
    return _saved(_book([sheet]))


def xlsx_of_all(sheets: Sequence[Sheet], dated: datetime) -> bytes:
    """Return tables as one workbook; the same tables and instant are the same octets.

    Args:
        sheets: Each with a name of its own.
        dated: Instant that the file bears, from 1980 on.
    """
    local = dated.astimezone(UTC)
    stamp = (local.year, local.month, local.day, local.hour, local.minute, local.second)
    told = f"{local:%Y-%m-%dT%H:%M:%SZ}".encode()
    octets = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_saved(_book(sheets)))) as made,
        zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as settled,
    ):
        for member in made.infolist():
            content = made.read(member)
            if member.filename == _PROPERTIES:
                content = _STAMPS.sub(lambda found: found[1] + told + found[2], content)
            entry = zipfile.ZipInfo(member.filename, date_time=stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            settled.writestr(entry, content)
    return octets.getvalue()


def _book(sheets: Sequence[Sheet]) -> Any:
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(_title(sheet.name))
        page.freeze_panes = "A2"
        for n, width in enumerate(sheet.widths, start=1):
            page.column_dimensions[get_column_letter(n)].width = width
        page.append([_head(page, head) for head in sheet.heads])
        for row in sheet.rows:
            page.append([_cell(page, cell) for cell in row])
    return book


def _saved(book: Any) -> bytes:
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
