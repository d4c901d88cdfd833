"""Workbooks: formulas, merged heads, bombs and halves of files."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from adapters.files.mapping import FileKind, TableRule
from adapters.files.table import open_table
from adapters.files.workbook import TableError
from tests.fixtures.files import channel, mapping, read, sheet

RULE = TableRule(kind=FileKind.XLSX)
SAMPLE = Path("adapters/files/samples/chinese_register_sheet.toml")


def rows(path: Path, rule: TableRule = RULE) -> list[tuple[int, list[object]]]:
    with open_table(path, rule) as table:
        return [(row.number, list(row.cells)) for row in table.rows]


def test_rows_bear_the_numbers_of_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    sheet(path, [["a", "b"], [1, 2], [None, None], [3, None]])
    assert [number for number, _ in rows(path)] == [2, 4]


def test_a_formula_without_its_value_is_never_read_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    sheet(path, [["a", "b"], [1, "=A2*2"]])
    with pytest.raises(TableError, match="formulas whose values were not saved"):
        rows(path)


def test_half_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    sheet(path, [["a", "b"], *([n, n] for n in range(500))])
    path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(TableError, match="no whole XLSX workbook"):
        rows(path)


def test_a_workbook_with_damage_in_its_packed_octets_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    sheet(path, [["a", "b"], *([n, n] for n in range(500))])
    with zipfile.ZipFile(path) as packed:
        member = packed.getinfo("xl/worksheets/sheet1.xml")
    octets = bytearray(path.read_bytes())
    octets[member.header_offset + 30 + len(member.filename)] = 0x07  # no such kind of block
    path.write_bytes(octets)
    with pytest.raises(TableError, match="no whole XLSX workbook"):
        rows(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    sheet(path, [["a"], [1]])
    with zipfile.ZipFile(path, "a", compression=zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet2.xml", b" " * 30_000_000)
    with pytest.raises(TableError, match="unpacks to"):
        rows(path)


def test_an_unknown_sheet_is_named_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    sheet(path, [["a"], [1]], title="Werte")
    with pytest.raises(TableError, match="it has 'Werte'"):
        rows(path, TableRule(kind=FileKind.XLSX, sheet="Daten"))


def test_the_chinese_sample_reads_merged_heads_texts_and_dates(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "示数"
    page.append(["2026年11月抄表示数"])
    page.append(["表号", "抄表时间", "正向有功(kWh)", None, None])
    page.append([None, None, "总", "尖", "峰"])
    for merged in ("A2:A3", "B2:B3", "C2:E2"):
        page.merge_cells(merged)
    page.append(["000220811345", datetime(2026, 11, 1), "15,203.40", 1, 2])  # noqa: DTZ001
    page.append([220811345, "2026-11-02 00:00:00", 15210.5, 1, 2])
    page.append(["000220811345", "2026-11-03 00:00:00", "--", 1, 2])
    page.append(["000220811345", "2026-11-04 00:00:00", "#N/A", 1, 2])
    path = tmp_path / "sheet.xlsx"
    book.save(path)
    text = SAMPLE.read_text("utf-8").replace('point = "shop-a12"', 'point = "m1"')
    text += '[[channel]]\nname = "220811345"\npoint = "m1"\n'
    rule = mapping(tmp_path, text, name="chinese_register_sheet")
    got = read(path, rule, [channel(1, "m1")])
    assert [count for _, _, count in got.said] == [1520340, 1521050]
    assert (got.empty, [row.row for row in got.refused]) == (1, [7])
