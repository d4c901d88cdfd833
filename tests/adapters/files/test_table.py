"""Files that are not what they seem: every one ends with a cause and a next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.files.mapping import FileKind, TableRule
from adapters.files.table import MOST_COLUMNS, open_table
from adapters.files.workbook import TableError

CSV = TableRule(kind=FileKind.CSV, encoding="utf-8-sig", separator=";")


def heads_and_rows(path: Path, rule: TableRule) -> tuple[tuple[str, ...], list[tuple[int, str]]]:
    with open_table(path, rule) as table:
        return table.heads, [
            (row.number, str(row.fault) or "|".join(map(str, row.cells))) for row in table.rows
        ]


@pytest.mark.parametrize(
    ("octets", "kind", "cause"),
    [
        (b"", "csv", "is empty"),
        (b"PK\x03\x04rest", "csv", "is a workbook or an archive"),
        (b"\xd0\xcf\x11\xe0rest", "xlsx", "old workbook"),
        (b"a;b\n1;2\n", "xlsx", "is no XLSX workbook"),
        (b"PK\x03\x04" + b"cut" * 9, "xlsx", "is no whole XLSX workbook"),
        ("a;b".encode("utf-16"), "csv", "UTF-16"),
        (b"<html><table>", "csv", "web page"),
        (b"[1, 2", "json", "no strict JSON"),
        (b'{"a": 1}', "json", "no list of objects"),
        (b'[{"a": 1, "a": 2}]', "json", "stand twice"),
        (b"[" * 20, "json", "deeper"),
    ],
)
def test_a_file_of_another_kind_is_refused(
    tmp_path: Path, octets: bytes, kind: str, cause: str
) -> None:
    path = tmp_path / "f"
    path.write_bytes(octets)
    with pytest.raises(TableError) as error:
        heads_and_rows(path, TableRule(kind=FileKind(kind)))
    assert cause in str(error.value)


def test_a_mark_line_ends_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b'\xef\xbb\xbfa;"b;\nc"\r\n1;2\r\n\r\n"3\n4";5\r\n')
    assert heads_and_rows(path, CSV) == (("a", "b; c"), [(3, "1|2"), (5, "3\n4|5")])


def test_a_million_columns_are_refused_and_not_read_into_names(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b";".join(b"%d" % n for n in range(10**6)) + b"\n1;2\n")
    with pytest.raises(TableError, match=f"has 1000000 columns; {MOST_COLUMNS} are read"):
        heads_and_rows(path, CSV)
    path.write_bytes(b"a;b\n" + b";" * 10**6 + b"\n1;2\n")
    assert heads_and_rows(path, CSV)[1] == [
        (2, f"it has 1000001 columns; {MOST_COLUMNS} are read"),
        (3, "1|2"),
    ]


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.files.csv_rows.MOST_OCTETS_A_LINE", 1000)
    path = tmp_path / "f.csv"
    path.write_bytes(b"a;b\n" + b"1\r" * 2000)
    with pytest.raises(TableError, match="line 2 does not end within 1000 octets"):
        heads_and_rows(path, CSV)


def test_a_quote_that_is_never_closed_names_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text('a;b\n1;2\n"3;4\n5;6\n')
    assert heads_and_rows(path, CSV)[1] == [
        (2, "1|2"),
        (3, "a quote is opened and not closed down to row 4: mend it, or state `quote`"),
    ]


def test_heads_may_stand_in_two_rows_and_stand_again(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("title\n;A;;B\nTime;Value;State;State\n1;2;3;4\n")
    rule = TableRule(
        kind=FileKind.CSV, encoding="utf-8-sig", separator=";", head_rows=(2, 3), first_row=4
    )
    assert heads_and_rows(path, rule)[0] == ("Time", "A/Value", "A/State", "B/State")
    path.write_text("Time;Value;State;Value;State\n")
    assert heads_and_rows(path, CSV)[0] == ("Time", "Value", "State", "Value#2", "State#2")


def test_columns_without_heads_are_called_by_number(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("1;2\n3;4\n")
    rule = TableRule(
        kind=FileKind.CSV, encoding="utf-8-sig", separator=";", head_rows=(), first_row=1
    )
    assert heads_and_rows(path, rule) == (("1", "2"), [(1, "1|2"), (2, "3|4")])


@pytest.mark.parametrize("encoding", ["gb18030", "latin-1"])
def test_the_declared_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = "表号;值" if encoding == "gb18030" else "Zähler;Größe"
    path = tmp_path / "f.csv"
    path.write_bytes(f"{text}\n1;2\n".encode(encoding))
    rule = TableRule(kind=FileKind.CSV, encoding=encoding, separator=";")
    assert heads_and_rows(path, rule)[0] == tuple(text.split(";"))
    with pytest.raises(TableError, match="row 1 with the heads"):
        heads_and_rows(path, CSV)


def test_a_file_cut_in_the_middle_of_a_row_says_so(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a;b\n1;2\n;;\n3")
    cut = "the file ends in the middle of it: copy or export it again"
    assert heads_and_rows(path, CSV)[1] == [(2, "1|2"), (4, cut)]
    path.write_text("a;b\n1;2\n3;4")
    assert heads_and_rows(path, CSV)[1] == [(2, "1|2"), (3, "3|4")]
