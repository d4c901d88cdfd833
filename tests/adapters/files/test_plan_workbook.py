"""Workbooks of plans: written and read back; what a hostile one holds is told or refused."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from adapters.files import plan_workbook
from adapters.files.new_file import NewFileError
from adapters.files.plan_workbook import read_sheet, write_plan
from adapters.files.workbook import TableError
from energy.metering.plans.table import HEAD


def stored(folder: Path, change: Callable[[Any], None]) -> Path:
    """Return a workbook with the right head and one row, then changed."""
    book = Workbook()
    sheet = book.active
    sheet.append(list(HEAD))
    sheet.append(["place:hall", "Hall", "electricity", "quantity", "kWh", *[1.1] * 12])
    change(sheet)
    path = folder / "plan.xlsx"
    book.save(path)
    return path


def test_what_is_written_is_read_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    numbers = [Decimal("0.1"), Decimal(3), *[None] * 10]
    write_plan(path, [["place:hall", "=1+1", "water", "quantity", "m3", *numbers]], title="plan")
    sheet = read_sheet(path, 2027)
    assert sheet.problems == ()
    assert [cell.value for cell in sheet.rows[1]][:7] == [
        "place:hall",
        "=1+1",
        "water",
        "quantity",
        "m3",
        Decimal("0.1"),
        Decimal(3),
    ]
    assert load_workbook(path).active["B2"].data_type == "s"


def test_a_workbook_that_exists_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_text("mine")
    with pytest.raises(NewFileError, match="exists"):
        write_plan(path, [], title="plan")
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["plan.xlsx"]


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        (lambda sheet: sheet.__setitem__("F2", "=SUM(A1:A9)"), "F2"),
        (lambda sheet: sheet.__setitem__("G2", dt.date(2027, 1, 1)), "G2"),
        (lambda sheet: sheet.__setitem__("H2", True), "H2"),
        (lambda sheet: sheet.__setitem__("I2", "#DIV/0!"), "I2"),
        (lambda sheet: sheet.__setitem__("A2", "place:\u200bhall"), "A2"),
        (lambda sheet: sheet.__setitem__("B2", "x" * 201), "B2"),
        (lambda sheet: sheet.__setitem__("R9", 7), "R9"),
        (lambda sheet: sheet.merge_cells("A3:B4"), "A3:B4"),
    ],
)
def test_what_is_no_plain_number_or_text_is_told_with_its_cell(
    tmp_path: Path, change: Callable[[Any], None], cell: str
) -> None:
    sheet = read_sheet(stored(tmp_path, change), 2027)
    assert [str(each).partition(":")[0] for each in sheet.problems] == [cell.partition(":")[0]]


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "XFD1"])
def test_a_sheet_with_a_cell_far_away_is_refused_at_once(tmp_path: Path, cell: str) -> None:
    path = stored(tmp_path, lambda sheet: sheet.__setitem__(cell, 1))
    with pytest.raises(TableError, match="larger than"):
        read_sheet(path, 2027)


def repacked(path: Path, member: str, content: bytes) -> Path:
    """Return the workbook with another content of one member."""
    other = path.with_name("other.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            new.writestr(each.filename, content if each.filename == member else old.read(each))
    return other


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
LONG_NUMBER = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1"><v>' + b"9" * 5_000 + b"</v></c></row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (BOMB, "XML entities"),
        (b" " * (plan_workbook.MOST_UNPACKED + 1), "unpack"),
        (b"<worksheet", "no XLSX"),
        (LONG_NUMBER, "no XLSX"),
    ],
)
def test_a_hostile_workbook_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = repacked(stored(tmp_path, lambda _sheet: None), SHEET, content)
    with pytest.raises(TableError, match=says):
        read_sheet(path, 2027)


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(b"node,name\n")
    with pytest.raises(TableError):
        read_sheet(path, 2027)
    with pytest.raises(TableError, match="Name the plan's workbook"):
        read_sheet(tmp_path / "absent.xlsx", 2027)


@pytest.mark.parametrize("title", ["plan 2026", "2026", "Budget_2025-2026"])
def test_the_workbook_of_another_year_is_refused(tmp_path: Path, title: str) -> None:
    path = stored(tmp_path, lambda sheet: setattr(sheet, "title", title))
    with pytest.raises(TableError, match=f"the sheet '{title}' is of .*--year 202[56]"):
        read_sheet(path, 2027)


@pytest.mark.parametrize("title", ["plan 2027", "Tabelle1", "2026 to 2027", "room 120265"])
def test_a_sheet_named_by_its_year_or_by_none_is_read(tmp_path: Path, title: str) -> None:
    path = stored(tmp_path, lambda sheet: setattr(sheet, "title", title))
    assert read_sheet(path, 2027).name == title
