"""A workbook that asks for more than it holds is refused before anything of it is built."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from billing.takeover.errors import TakeOverError
from billing.takeover.packed import MOST_OCTETS, cells_in, require_readable
from billing.takeover.problems import Problems
from billing.takeover.workbook import read_workbook
from tests.billing.takeover.workbooks import filled, saved

SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
LAUGHS = (
    b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
)


def changed(path: Path, parts: Mapping[str, bytes]) -> Path:
    """Return a right workbook with some parts replaced."""
    right = saved(filled(), path / "right.xlsx")
    made = path / "hostile.xlsx"
    with zipfile.ZipFile(right) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member, parts.get(member.filename, old.read(member)))
    return made


def sheet_of(inner: bytes) -> bytes:
    return HEAD + b"<worksheet>" + inner + b"</worksheet>"


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (HEAD + LAUGHS, "entities"),
        (sheet_of(b"<sheetData/>" + b" " * MOST_OCTETS), "octets"),
        (sheet_of(b"<sheetData>" + b"<row/>" * 10_000_000 + b"</sheetData>"), "cells"),
        (sheet_of(b"<sheetData><row>" + b"<c/>" * 1_600_000 + b"</row></sheetData>"), "cells"),
        (sheet_of(b"<x:sheetData xmlns:x='y'>" + b"<x:c/>" * 1_600_000 + b"</x:sheetData>"),
         "cells"),
        (sheet_of(b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), "merges"),
        (sheet_of(b'<hyperlinks><hyperlink ref="A:A"/></hyperlinks>'), "merges"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><worksheet/>', "no workbook"),
        (HEAD + b"<worksheet><row></worksheet>", "no workbook"),
    ],
)  # fmt: skip
def test_a_hostile_sheet_is_refused_in_words(tmp_path: Path, part: bytes, told: str) -> None:
    with pytest.raises(TakeOverError, match=told):
        read_workbook(changed(tmp_path, {SHEET: part}), Problems())


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"not a workbook", b"PK\x03\x04" + b"\x00" * 400, b"\x89PNG\r\n"]
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(TakeOverError, match="no workbook"):
        require_readable("w.xlsx", io.BytesIO(content))


def test_any_other_archive_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("word.xml", "<a/>")
    with pytest.raises(TakeOverError, match="no workbook"):
        require_readable("w.xlsx", packed)


def test_two_cells_at_far_corners_are_no_million_empty_ones(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = saved(filled(), tmp_path / "w.xlsx")
    book = load_workbook(path)
    book["deposits"].cell(90_000, 1, "x")
    book["deposits"].cell(1, 16_000, "x")
    book.save(path)
    with pytest.raises(TakeOverError, match="cells"):
        read_workbook(path, Problems())


def test_a_right_workbook_is_read(tmp_path: Path) -> None:
    require_readable("w.xlsx", saved(filled(), tmp_path / "w.xlsx"))


@pytest.mark.parametrize(
    ("reference", "cells"),
    [("A1", 1), ("$A$1:B2", 4), ("A1:XFD1048576", 16_384 * 1_048_576), ("B2:A1", 4)],
)
def test_a_range_is_counted(reference: str, cells: int) -> None:
    assert cells_in(reference) == cells
