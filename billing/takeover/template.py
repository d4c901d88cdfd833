"""In: a place. Out: an empty take-over workbook, its columns explained. I/O: writes a file."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from billing.takeover.sheets import CONTENT, RULES, Column, Holds, Sheet
from billing.takeover.workbook import GUIDE
from energy.base.text import t

_FORMATS = {
    Holds.KEY: "@",
    Holds.TEXT: "@",
    Holds.CHOICE: "@",
    Holds.DAY: "yyyy-mm-dd",
    Holds.INSTANT: "yyyy-mm-dd hh:mm",
    Holds.MONEY: "0.00",
    Holds.NUMBER: "General",
    Holds.WHOLE: "0",
}
_WIDTH = 18


def write_template(path: Path | IO[bytes], language: str) -> None:
    """Write an empty workbook.

    Args:
        path: Where to: a path, or an open file.
        language: Of the explanations, "en" or "zh"; sheets and columns have one name in both.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    bold, grey = Font(bold=True), PatternFill("solid", fgColor="E6ECF2")
    first: Any = book.active
    _explain(first, language, bold)
    for sheet, rule in RULES.items():
        own = book.create_sheet(sheet.value)
        own.freeze_panes = "A2"
        for place, column in enumerate(rule.columns, start=1):
            cell = own.cell(1, place, head_of(column))
            cell.font, cell.fill = bold, grey
            letter = get_column_letter(place)
            own.column_dimensions[letter].width = _WIDTH
            own.column_dimensions[letter].number_format = _FORMATS[column.holds]
    control = book[Sheet.CONTROL.value]
    for row, sheet in enumerate(CONTENT, start=2):
        control.cell(row, 1, sheet.value)
    book.save(path)


def head_of(column: Column) -> str:
    """Return the head of a column: its name, with a star where no cell may be empty."""
    return f"{column.name}*" if column.needed else column.name


def _explain(sheet: Any, language: str, bold: Any) -> None:
    sheet.title = GUIDE
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 26
    sheet.column_dimensions["C"].width = 90
    row = 1
    for text in t(language, "takeover.template.guide").splitlines():
        sheet.cell(row, 1, text)
        row += 1
    sheet.cell(1, 1).font = bold
    row += 1
    for each, rule in RULES.items():
        for column in rule.columns:
            told = t(language, f"takeover.holds.{column.holds}", choices=", ".join(column.choices))
            sheet.cell(row, 1, each.value)
            sheet.cell(row, 2, head_of(column))
            sheet.cell(row, 3, f"{_meaning(language, each, column)} {told}".strip())
            row += 1


def _meaning(language: str, sheet: Sheet, column: Column) -> str:
    """Return what a column is for."""
    return t(language, f"takeover.column.{sheet.name.lower()}.{column.name}")
