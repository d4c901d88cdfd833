"""In: an XLSX workbook. Out: the rows of one sheet, one at a time. I/O: reads it.

Read-only mode: a sheet of a million rows is never in memory. Looked at before it is opened: how
large it unpacks, and whether formulas were saved without their values (they would read as empty).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast
from xml.etree.ElementTree import ParseError

from adapters.files.mapping import TableRule
from adapters.files.table import Row
from adapters.files.time_text import Cell
from adapters.files.workbook import TableError

MOST_UNPACKED = 2_147_483_648
"""Largest workbook once it is unpacked. [octet]"""
MOST_TEXTS = 268_435_456
"""Largest part that is read whole: the workbook's table of texts. [octet]"""
MOST_RATIO = 300
"""How much smaller packing can make a sheet of readings; a bomb is a thousand times smaller."""
_FORMULA = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_PIECE = 1_048_576
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, ParseError, EOFError,
    RuntimeError,  # a member with a password, or packed in an unknown way
)  # fmt: skip


def sheet_rows(file: BinaryIO, rule: TableRule, name: str) -> Iterator[Row]:
    """Yield the rows of the sheet that the rule names, else of the first.

    Args:
        file: The workbook.
        rule: Names its sheet.
        name: Of the file, for messages.

    Raises:
        TableError: It is damaged, a bomb, has formulas without values or no such sheet.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _look_inside(file, name)
        book = load_workbook(file, read_only=True, data_only=True)
    except (*_DAMAGED, InvalidFileException) as error:
        raise _damaged(name, error) from error
    try:
        if rule.sheet and rule.sheet not in book.sheetnames:
            known = ", ".join(repr(title) for title in book.sheetnames)
            raise TableError.of("table.no_sheet", name=name, sheet=rule.sheet, known=known)
        sheet = book[rule.sheet] if rule.sheet else book.worksheets[0]
        sheet.reset_dimensions()
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            if any(value is not None for value in values):
                yield Row(number, cast("tuple[Cell, ...]", values))
    except IndexError as error:
        raise TableError.of("table.sheetless", name=name) from error
    except _DAMAGED as error:
        raise _damaged(name, error) from error
    finally:
        book.close()


def _damaged(name: str, error: BaseException) -> TableError:
    return TableError.of("table.broken_workbook", name=name, error=str(error)[:120])


def _look_inside(file: BinaryIO, name: str) -> None:
    """Refuse a bomb and formulas without values, before anything is unpacked into memory."""
    with zipfile.ZipFile(file) as packed:
        members = packed.infolist()
        unpacked = sum(member.file_size for member in members)
        bombs = [
            member.filename
            for member in members
            if member.file_size > _PIECE
            and member.file_size > MOST_RATIO * max(1, member.compress_size)
        ]
        texts = sum(m.file_size for m in members if m.filename.endswith("sharedStrings.xml"))
        if unpacked > MOST_UNPACKED or texts > MOST_TEXTS or bombs:
            raise TableError.of("table.bomb", name=name, unpacked=unpacked)
        for member in members:
            if member.filename.startswith("xl/worksheets/") and _has_bare_formula(packed, member):
                raise TableError.of("table.formulas", name=name, filename=member.filename)


def _has_bare_formula(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with packed.open(member) as part:
        before = b""
        while piece := part.read(_PIECE):
            if _FORMULA.search(before + piece):
                return True
            before = piece[-4096:]
    return False
