"""In: an XLSX workbook of a plan. Out: its cells and what is wrong with them; or one written. I/O.

A plan is typed by people and decides about money, so nothing of a workbook is guessed: a formula,
a merged cell, a date, a text where a number belongs are problems with their address, and a
workbook that is too large is not unpacked at all.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from adapters.files.new_file import new_file
from adapters.files.workbook import TableError, hidden_sign
from energy.base.system_faults import fault_of
from energy.base.text import Key, Told, tell
from energy.metering.plans.table import HEAD, Cell

MOST_OCTETS = 5_000_000
"""Largest file. [octet]"""
MOST_UNPACKED = 12_000_000
"""Largest workbook once it is unpacked. [octet]"""
MOST_MEMBERS = 200
MOST_ROWS = 10_001
MOST_COLUMNS = 40
MOST_TEXT = 200
_YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d\d(?!\d)")
_WIDTHS = {"node": 28, "name": 32, "utility": 12, "what": 10, "unit": 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The first sheet of a workbook."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    """A cell for each column of HEAD; empty rows at the end are left out."""
    problems: tuple[Told, ...]
    """With the address of the cell each."""


class PlanSheetError(TableError):
    """A workbook cannot be read as a plan."""

    code = "plan.workbook"


def read_sheet(path: Path, year: int) -> Sheet:
    """Return the first sheet of a workbook.

    Args:
        path: The workbook.
        year: Of the plan; `plan template` names the sheet by it.

    Raises:
        TableError: It is no workbook, or too large, or its sheet is named by another year.
    """
    sheet = _opened(path)
    named = set(_YEAR.findall(sheet.title))
    if named and str(year) not in named:
        told = ", ".join(sorted(named))
        raise PlanSheetError.of(
            "plan_cell.year", name=path.name, sheet=sheet.title, told=told, year=year
        )
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        raise TableError.of("plan_cell.large", name=path.name, rows=MOST_ROWS, columns=MOST_COLUMNS)
    problems = [tell("why.plan_cell.merged", cell=str(span)) for span in sheet.merged_cells.ranges]
    rows = []
    for each in sheet.iter_rows(max_col=max(len(HEAD), sheet.max_column)):
        problems += [
            tell("why.plan_cell.beside", cell=cell.coordinate)
            for cell in each[len(HEAD) :]
            if cell.value is not None
        ]
        rows.append(tuple(_cell(cell, problems) for cell in each[: len(HEAD)]))
    while rows and all(cell.value is None for cell in rows[-1]):
        rows.pop()
    return Sheet(name=sheet.title, rows=tuple(rows), problems=tuple(problems))


def _opened(path: Path) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        if path.stat().st_size > MOST_OCTETS:
            raise TableError.of("table.large", name=path.name, most=MOST_OCTETS)
        _check_members(path)
        with path.open("rb") as file:  # openpyxl leaves a file of its own open when it fails
            return load_workbook(file, data_only=False, keep_links=False).worksheets[0]
    except OSError as error:
        raise PlanSheetError.of("plan_cell.no_file", path=path, fault=fault_of(error)) from error
    except zipfile.BadZipFile as error:
        why = Key("why.system.no_zip")
        raise TableError.of("table.no_xlsx", name=path.name, error=why) from error
    except (  # what openpyxl meets in a file that somebody made by hand
        InvalidFileException,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        AttributeError,
        SyntaxError,  # an XML that does not parse
        NotImplementedError,
        RuntimeError,  # encrypted
    ) as error:
        raise TableError.of("table.no_xlsx", name=path.name, error=error) from error


def _check_members(path: Path) -> None:
    """Refuse what unpacks to too much, or declares XML entities, before anything parses it.

    Raises:
        TableError: It does.
    """
    with zipfile.ZipFile(path) as packed:
        members = packed.infolist()
        if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED:
            raise TableError.of("table.unpacks", name=path.name, most=MOST_UNPACKED)
        for member in members:
            if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.read(member):
                raise TableError.of("plan_cell.doctype", name=path.name)


def _cell(cell: Any, problems: list[Told]) -> Cell:
    """Return a cell's value; what is neither a number nor a plain text is a problem."""
    address, value = cell.coordinate, cell.value
    fault = None
    if cell.data_type == "f":
        fault = "formula"
    elif cell.data_type == "e":
        fault = "error"
    elif isinstance(value, bool):
        fault = "boolean"
    elif isinstance(value, (datetime, date, time, timedelta)):
        fault = "date"
    if fault is not None:
        problems.append(tell(f"why.plan_cell.{fault}", cell=address))
        return Cell(address=address, value=None, faulty=True)
    if isinstance(value, (int, float)):
        number = Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))
        if number.is_finite():
            return Cell(address=address, value=number)
        problems.append(tell("why.plan_cell.error", cell=address))
        return Cell(address=address, value=None, faulty=True)
    return Cell(address=address, value=_plain(address, value, problems))


def _plain(address: str, value: object, problems: list[Told]) -> str | None:
    if value is None:
        return None
    text = str(value).strip()
    if sign := hidden_sign(text):
        problems.append(tell("why.plan_cell.sign", cell=address, sign=sign))
    elif len(text) > MOST_TEXT:
        problems.append(tell("why.plan_cell.long", cell=address, most=MOST_TEXT))
    else:
        return text or None
    return None


def write_plan(path: Path, rows: Sequence[Sequence[str | Decimal | None]], *, title: str) -> None:
    """Write a workbook of a plan; an existing file is not touched.

    Args:
        path: Of the new file.
        rows: Values of the columns of HEAD.
        title: Of the sheet.

    Raises:
        NewFileError: The file exists, or cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    sheet.append(list(HEAD))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column, value=value)
            if isinstance(value, str):
                cell.data_type = "s"  # a name that begins with = is a name
    for column, name in enumerate(HEAD, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(name, 14)
    sheet.freeze_panes = "F2"
    with new_file(path) as file:
        book.save(file)
