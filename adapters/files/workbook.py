"""In: an XLSX workbook or a CSV file. Out: its rows as texts under the names of its columns. I/O.

A cell's text is what a person sees typed: 15203.4 stays 15203.4, never a float's tail; an empty
cell is an empty text. Formulas count by the value the program that saved them had found.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path

from energy.base.errors import RefusedError
from energy.base.system_faults import fault_of, octet_of
from energy.base.text import Key

MOST_ROWS = 50_000
"""Rows of a table that are read; a larger one is refused."""
MOST_OCTETS = 50_000_000
"""Largest file, and largest workbook once it is unpacked. [octet]"""
_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
_BREAKS = re.compile(r"[\t\r\n\u2028\u2029]+")


class TableError(RefusedError):
    """A file is no table that can be read."""

    code = "files.table"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of a table."""

    number: int
    """As the program that made the table numbers it: the heads are row 1."""
    cells: dict[str, str]
    """Text by the name of the column, lower case."""


def read_table(path: Path) -> list[TableRow]:
    """Return the rows of the first sheet, empty ones left out.

    Args:
        path: .xlsx or .csv, the first row names the columns.

    Raises:
        TableError: It is neither, too large, two columns have one name, or a cell holds a sign
            that nobody sees.
    """
    try:
        if path.stat().st_size > MOST_OCTETS:
            raise TableError.of("table.large", name=path.name, most=MOST_OCTETS)
        rows = _workbook(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _csv(path)
        return _under_heads(path, rows)
    except OSError as error:
        raise TableError.of("table.name_one", path=path, strerror=fault_of(error)) from error


def _under_heads(path: Path, rows: Iterable[Sequence[str]]) -> list[TableRow]:
    numbered = enumerate(islice(rows, MOST_ROWS + 2), start=1)
    first = next(numbered, None)
    heads = [_seen(path, 1, "-", h).lower() for h in first[1]] if first is not None else []
    named = [head for head in heads if head]
    if not named or len(set(named)) != len(named):
        raise TableError.of("table.heads_twice", name=path.name, named=", ".join(named) or "-")
    found = []
    for number, row in numbered:
        if number > MOST_ROWS + 1:
            raise TableError.of("table.long", name=path.name, most=MOST_ROWS)
        under = zip(heads, row, strict=False)
        cells = {head: _seen(path, number, head, text) for head, text in under if head}
        if any(cells.values()):
            found.append(TableRow(number=number, cells={h: cells.get(h, "") for h in named}))
    return found


def hidden_sign(text: str) -> str:
    """Return the first sign of a text that nobody sees, as "U+0000"; "" when there is none.

    Control and formatting signs and halves of pairs make two names that look the same, or one
    that no database takes.
    """
    hidden = (sign for sign in text if unicodedata.category(sign) in _HIDDEN)
    return next((f"U+{ord(sign):04X}" for sign in hidden), "")


def _seen(path: Path, row: int, column: str, text: str) -> str:
    """Return a cell on one row: what breaks it is a space.

    Raises:
        TableError: It holds a sign that nobody sees.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _BREAKS.sub(" ", text).strip()
    if sign := hidden_sign(text):
        raise TableError.of("table.sign", name=path.name, row=row, column=column, sign=sign)
    return text


def _workbook(path: Path) -> Iterator[Sequence[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(member.file_size for member in packed.infolist()) > MOST_OCTETS:
                raise TableError.of("table.unpacks", name=path.name, most=MOST_OCTETS)
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        why = Key("why.system.no_zip") if isinstance(error, zipfile.BadZipFile) else error
        raise TableError.of("table.no_xlsx", name=path.name, error=why) from error
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_text(value) for value in row]
    finally:
        book.close()


def _csv(path: Path) -> Iterator[Sequence[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        where = octet_of(error)
        raise TableError.of("table.no_utf8_text", name=path.name, error=where) from error
    yield from ([cell.strip() for cell in row] for row in csv.reader(io.StringIO(text)))


def _text(value: object) -> str:
    """Return what a cell shows."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return format(Decimal(format(value, ".15g")), "f")  # as many digits as Excel shows
        case datetime():
            whole_day = value.time() == time(0)
            return value.date().isoformat() if whole_day else value.isoformat(sep=" ")
        case date():
            return value.isoformat()
    return str(value).strip()
