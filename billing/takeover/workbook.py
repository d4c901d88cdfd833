"""In: a take-over workbook (XLSX). Out: its cells as normal texts, and what is wrong. I/O: reads.

A cell is taken as it is typed, never guessed: a formula has no value of its own, a number is no
date, a number is no key (its leading zeros are lost), and what is hidden was not seen by whoever
signs. Everything that is wrong is told at once.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from billing.money import plain
from billing.takeover.errors import TakeOverError
from billing.takeover.packed import MOST_CELLS, require_readable
from billing.takeover.problems import Problems
from billing.takeover.sheets import RULES, Column, Holds, Sheet, SheetRule

MOST_ROWS = 100_000
"""Rows of a sheet that are read."""
GUIDE = "read me first"
"""Name of the sheet that explains the others; it is not read."""
MOST_KEY, MOST_TEXT = 60, 500
LARGEST = Decimal(10) ** 15
MOST_DIGITS = 9
"""Digits after the point of a number."""
FIRST_YEAR, LAST_YEAR = 1950, 2200
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a sheet."""

    number: int
    """As the program that made the workbook numbers it: the heads are row 1."""
    cells: Mapping[str, str]
    """Normal text by column: days ISO, numbers plain; "" where the cell is empty or wrong."""

    def __getitem__(self, column: str) -> str:
        """Return a cell."""
        return self.cells.get(column, "")

    def day(self, column: str) -> date | None:
        """Return the day of a cell; None where it is empty."""
        return date.fromisoformat(self[column]) if self[column] else None

    def amount(self, column: str) -> Decimal | None:
        """Return the number of a cell; None where it is empty."""
        return Decimal(self[column]) if self[column] else None


Sheets = Mapping[Sheet, Sequence[Row]]


def read_workbook(path: Path, problems: Problems) -> dict[Sheet, list[Row]]:
    """Return the rows of every sheet; empty rows are left out.

    Args:
        path: The workbook.
        problems: Takes everything that is wrong.

    Raises:
        TakeOverError: It is no workbook that can be read.
    """
    book = open_workbook(path)
    try:
        named = {sheet.title.strip().lower(): sheet for sheet in book.worksheets}
        found: dict[Sheet, list[Row]] = {}
        for sheet, rule in RULES.items():
            mine = named.pop(sheet.value, None)
            if mine is None:
                problems.note(sheet, 0, "", "no_sheet")
                found[sheet] = []
            else:
                found[sheet] = sheet_rows(mine, sheet, rule, problems)
        for title, other in named.items():
            if title != GUIDE and (other.max_row > 1 or other.max_column > 1):
                problems.note(title, 0, "", "unknown_sheet", known=", ".join(Sheet))
        return found
    finally:
        book.close()


def open_workbook(path: Path) -> Any:
    """Return a workbook with formulas as formulas.

    Raises:
        TakeOverError: It cannot be read.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        require_readable(path.name, path)
        book = load_workbook(path, data_only=False)
    except OSError as error:
        raise TakeOverError.of(
            "takeover.unreadable", file=path.name, why=error.strerror or type(error).__name__
        ) from error
    except TakeOverError:
        raise
    # openpyxl raises whatever its parsers raise: every kind of damage is the same refusal.
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError) as error:
        raise TakeOverError.of(
            "takeover.no_workbook", file=path.name, why=type(error).__name__
        ) from error
    except (SyntaxError, AttributeError, IndexError, RuntimeError) as error:
        raise TakeOverError.of(
            "takeover.no_workbook", file=path.name, why=type(error).__name__
        ) from error
    # Reading row by row makes the cells between those that are there, too.
    if sum(sheet.max_row * sheet.max_column for sheet in book.worksheets) > MOST_CELLS:
        raise TakeOverError.of("takeover.too_many_cells", file=path.name, most=MOST_CELLS)
    return book


def sheet_rows(sheet: Any, name: str, rule: SheetRule, problems: Problems) -> list[Row]:
    """Return the rows of one sheet; empty ones are left out.

    Args:
        sheet: Of an open workbook.
        name: As problems name it.
        rule: Its columns.
        problems: Takes what is wrong.
    """
    if sheet.sheet_state != "visible":
        problems.note(name, 0, "", "hidden_sheet")
    if sheet.merged_cells.ranges:
        first = next(iter(sheet.merged_cells.ranges))
        problems.note(name, first.min_row, "", "merged", cells=str(first))
    columns = _heads(sheet, name, rule, problems)
    if sheet.max_row > MOST_ROWS + 1:
        problems.note(name, 0, "", "too_many_rows", most=MOST_ROWS)
        return []
    hidden = _hidden_columns(sheet)
    for place, column in columns.items():
        if place in hidden:
            problems.note(name, 1, column.name, "hidden_column")
    found = []
    width = max(columns, default=0)
    for number, cells in enumerate(sheet.iter_rows(min_row=2, max_col=sheet.max_column), start=2):
        if all(cell.value is None or cell.value == "" for cell in cells):
            continue
        if sheet.row_dimensions[number].hidden:
            problems.note(name, number, "", "hidden_row")
        for cell in cells:
            if cell.value not in {None, ""} and cell.column not in columns:
                problems.note(name, number, cell.column_letter, "beside_columns")
        own = {
            column.name: _cell(cells[place - 1], column, (name, number), problems)
            for place, column in columns.items()
            if place <= min(width, len(cells))
        }
        found.append(Row(number=number, cells=own))
    return found


def _hidden_columns(sheet: Any) -> set[int]:
    """Return the places of hidden columns; one entry may stand for a group of them."""
    hidden: set[int] = set()
    for each in sheet.column_dimensions.values():
        if each.hidden and each.min is not None:
            hidden |= set(range(each.min, min(each.max or each.min, 500) + 1))
    return hidden


def _heads(sheet: Any, name: str, rule: SheetRule, problems: Problems) -> dict[int, Column]:
    """Return the columns of a sheet by place."""
    heads = {
        cell.column: str(cell.value)
        for cell in next(sheet.iter_rows(min_row=1, max_row=1), ())
        if cell.value is not None
    }
    return columns_named(heads, name, rule, problems)


def columns_named(
    heads: Mapping[int, str], name: str, rule: SheetRule, problems: Problems
) -> dict[int, Column]:
    """Return the columns that some heads name, by place.

    Args:
        heads: Text by place.
        name: Of the sheet or file, as problems name it.
        rule: Its columns.
        problems: Takes what is wrong.
    """
    found: dict[int, Column] = {}
    known = rule.by_name
    for place, text in heads.items():
        head = text.strip().lower().removesuffix("*").strip().replace(" ", "_")
        column = known.get(head)
        if column is None:
            problems.note(name, 1, text[:MOST_KEY], "unknown_column", known=", ".join(known))
        elif column in found.values():
            problems.note(name, 1, head, "column_twice")
        else:
            found[place] = column
    for column in rule.columns:
        if column.needed and column not in found.values():
            problems.note(name, 1, column.name, "no_column")
    return found


def _cell(cell: Any, column: Column, where: tuple[str, int], problems: Problems) -> str:
    """Return the normal text of a cell; "" where it is empty or wrong."""
    code = ""
    if cell.data_type == "f":
        code = "formula"
    elif cell.data_type == "e":
        code = "error_cell"
    elif isinstance(cell.value, bool):
        code = "truth_value"
    if code:
        problems.note(*where, column.name, code, value=str(cell.value)[:MOST_KEY])
        return ""
    return checked_text(cell.value, column, where, problems)


def checked_text(value: object, column: Column, where: tuple[str, int], problems: Problems) -> str:
    """Return the normal text of a value; "" where it is empty or wrong.

    Args:
        value: Of a cell.
        column: What it should hold.
        where: Sheet and row.
        problems: Takes what is wrong.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        if column.needed:
            problems.note(*where, column.name, "empty")
        return ""
    text, code = normal_text(value, column)
    if not code:
        return text
    shown = str(value)[:MOST_KEY].encode("ascii", "backslashreplace").decode()
    problems.note(*where, column.name, code, value=shown, choices=", ".join(column.choices))
    return ""


def normal_text(value: object, column: Column) -> tuple[str, str]:
    """Return a value's normal text and no code, or nothing and the code of what is wrong.

    Args:
        value: As a cell holds it: text, number, day or instant.
        column: What the cell should hold.
    """
    match column.holds:
        case Holds.KEY | Holds.TEXT | Holds.CHOICE:
            return _text(value, column)
        case Holds.DAY:
            return _day(value)
        case Holds.INSTANT:
            return _instant(value)
        case Holds.MONEY | Holds.NUMBER | Holds.WHOLE:
            return _number(value, column)


def _text(value: object, column: Column) -> tuple[str, str]:
    if not isinstance(value, str):
        return "", "no_text"
    lines = [" ".join(part.split()) for part in value.strip().splitlines()]
    text = "\n".join(line for line in lines if line)
    if column.holds is not Holds.TEXT and "\n" in text:
        return "", "several_rows"
    if any(unicodedata.category(sign) in _HIDDEN for sign in text if sign != "\n"):
        return "", "hidden_sign"
    if len(text) > (MOST_TEXT if column.holds is Holds.TEXT else MOST_KEY):
        return "", "too_long"
    if column.holds is Holds.CHOICE:
        text = text.lower()
        if text not in column.choices:
            return "", "no_choice"
    return text, ""


def _day(value: object) -> tuple[str, str]:
    text, code = _instant(value)
    if not code and "T" in text:
        return "", "time_in_day"
    return text, code


def _instant(value: object) -> tuple[str, str]:
    """Return a local instant as ISO text; of midnight the day alone."""
    if isinstance(value, int | float | Decimal | time):
        return "", "date_as_number"
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return "", "no_date"
    if not isinstance(value, date):
        return "", "no_date"
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        return "", "far_date"
    if not isinstance(value, datetime):
        return value.isoformat(), ""
    if value.tzinfo is not None:
        return "", "offset"
    if value.time() == time(0):
        return value.date().isoformat(), ""
    return value.replace(microsecond=0).isoformat(), ""


def _number(value: object, column: Column) -> tuple[str, str]:
    """Return a number as a person sees it typed, never a float's tail."""
    if isinstance(value, date | time):
        return "", "number_as_date"
    if isinstance(value, str):
        text = value.strip()
        if not _NUMBER.fullmatch(text):
            return "", "no_number"
    else:
        text = format(value, ".15g") if isinstance(value, float) else str(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "", "no_number"
    if not number.is_finite() or abs(number) >= LARGEST:
        return "", "no_number"
    number = Decimal(plain(number))
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "it is finite"
    if -exponent > MOST_DIGITS:
        return "", "too_fine"
    if column.holds is not Holds.MONEY and number < 0:
        return "", "below_zero"
    if column.holds is Holds.WHOLE and (exponent < 0 or number < 1):
        return "", "no_whole"
    return plain(number.quantize(Decimal(1)) if exponent >= 0 else number.normalize()), ""
