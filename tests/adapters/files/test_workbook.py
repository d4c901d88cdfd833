"""A table's cells are the texts that a person sees typed."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from adapters.files.workbook import TableError, read_table


def workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(path)
    return path


def test_a_workbook_and_a_csv_file_give_the_same_rows(tmp_path: Path) -> None:
    rows = [("Point", "serial", "start"), ("m1", "007", "15203.4"), ("", "", ""), ("m2", "", "")]
    book = workbook(tmp_path / "meters.xlsx", *rows)
    table = tmp_path / "meters.csv"
    table.write_text("\ufeff" + "\n".join(",".join(row) for row in rows), encoding="utf-8")
    found = read_table(book)
    assert [(row.number, row.cells) for row in found] == [
        (2, {"point": "m1", "serial": "007", "start": "15203.4"}),
        (4, {"point": "m2", "serial": "", "start": ""}),
    ]
    assert read_table(table) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (15203.4, "15203.4"),
        (0.1 + 0.2, "0.3"),
        (220811345, "220811345"),
        (220811345.0, "220811345"),
        (1e21, "1000000000000000000000"),
        (datetime(2026, 11, 22), "2026-11-22"),  # noqa: DTZ001 - a cell has no zone
        (datetime(2026, 11, 22, 10, 15), "2026-11-22 10:15:00"),  # noqa: DTZ001
        (date(2026, 11, 22), "2026-11-22"),
        (True, "true"),
        (" S-1 ", "S-1"),
    ],
)
def test_a_cell_is_what_a_person_typed(tmp_path: Path, value: object, text: str) -> None:
    [row] = read_table(workbook(tmp_path / "t.xlsx", ("point",), (value,)))
    assert row.cells == {"point": text}


def test_what_is_no_table_is_refused_with_its_name(tmp_path: Path) -> None:
    fake = tmp_path / "meters.xlsx"
    fake.write_bytes(b"point,name")
    with pytest.raises(TableError, match=r"meters\.xlsx is no XLSX workbook"):
        read_table(fake)
    latin = tmp_path / "meters.csv"
    latin.write_bytes("name\nGebäude".encode("latin-1"))
    with pytest.raises(TableError, match="Save it as UTF-8"):
        read_table(latin)
    with pytest.raises(TableError, match="no such file"):
        read_table(tmp_path / "gone.csv")


def test_columns_are_named_once(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="names each column once"):
        read_table(workbook(tmp_path / "t.xlsx", ("point", "Point "), ("a", "b")))
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(TableError, match="names each column once"):
        read_table(empty)


@pytest.mark.parametrize(
    ("sign", "name"), [("\x00", "U+0000"), ("\x7f", "U+007F"), ("\u200b", "U+200B")]
)
def test_a_sign_that_nobody_sees_is_refused_with_its_row_and_column(
    tmp_path: Path, sign: str, name: str
) -> None:
    table = tmp_path / "meters.csv"
    table.write_text(f"point,name\nm1,Shop\nm{sign}2,Shop\n", encoding="utf-8")
    with pytest.raises(TableError, match=rf"row 3, point, .*{re.escape(name)}"):
        read_table(table)
    table.write_text(f"po{sign}int,name\nm1,Shop\n", encoding="utf-8")
    with pytest.raises(TableError, match=rf"row 1, .*{re.escape(name)}"):
        read_table(table)


def test_what_breaks_a_cell_into_rows_is_a_space(tmp_path: Path) -> None:
    cells = ("Shop 1\r\nground floor", "a\tb", "Gebäude 2\u2028links")
    [row] = read_table(workbook(tmp_path / "t.xlsx", ("name", "note", "way"), cells))
    assert list(row.cells.values()) == ["Shop 1 ground floor", "a b", "Gebäude 2 links"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "no.xlsx",
            b"no book",
            "no.xlsx 不是 XLSX 工作簿（不是压缩格式的文件）。请另存为 .xlsx 或 .csv。",
        ),
        (
            "old.csv",
            "表号".encode("gbk"),
            "old.csv 不是 UTF-8 文本（第 0 字节处为 0xB1）。请另存为 UTF-8。",
        ),
        ("none.csv", None, "没有此文件或文件夹。请指定表格文件。"),
    ],
)
def test_a_file_that_is_no_table_is_told_in_chinese_from_end_to_end(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError) as error:
        read_table(tmp_path / name)
    assert error.value.told("zh").endswith(said)
