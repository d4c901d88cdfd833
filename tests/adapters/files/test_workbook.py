"""A table's cells are the texts that a person sees typed."""

from __future__ import annotations

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
    with pytest.raises(TableError, match="No such file"):
        read_table(tmp_path / "gone.csv")


def test_columns_are_named_once(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="names each column once"):
        read_table(workbook(tmp_path / "t.xlsx", ("point", "Point "), ("a", "b")))
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(TableError, match="names each column once"):
        read_table(empty)
