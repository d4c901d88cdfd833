"""A bank's file is read whole or refused with row and cause, whatever it is made of."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from adapters.files.mapping_file import SAMPLES
from adapters.files.workbook import TableError
from billing.receivables.errors import PaymentError
from processes.import_bank import read_bank_file
from tests.billing.bank.camt import details, document, entry

HEAD = ["Booked", "Amount", "Name", "IBAN", "Text", "Text 2", "Reference"]


def test_a_camt_file_needs_no_mapping(tmp_path: Path) -> None:
    file = tmp_path / "bank.xml"
    file.write_bytes(document(entry("5.00", details=details("CAM-1"))))
    found = read_bank_file(file, None, tmp_path)
    assert [each.told for each in found.entries] == ["CAM-1"]
    assert len(found.sha256) == 64


def test_rows_that_cannot_be_read_are_all_told_and_nothing_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "bank.csv"
    rows = ["01.02.2019;1,00;N;;;;", "99.02.2019;1,00;N;;;;", "01.02.2019;x;N;;;;"]
    file.write_text("\n".join([";".join(HEAD), *rows]) + "\n", "utf-8")
    with pytest.raises(PaymentError, match="2 row") as error:
        read_bank_file(file, "bank_statement", tmp_path)
    assert "row 3" in str(error.value)
    assert "row 4" in str(error.value)
    assert "第 2 行" not in error.value.told("zh")


def test_a_workbook_is_read_by_the_same_mapping(tmp_path: Path) -> None:
    text = (SAMPLES / "bank_statement.toml").read_text("utf-8")
    mapping = tmp_path / "sheet.toml"
    mapping.write_text(
        text.replace('"bank_statement"', '"sheet"')
        .replace('file = "csv"\nseparator = ";"', 'file = "xlsx"')
        .replace('number = "1.234,5"', 'number = "plain"'),
        "utf-8",
    )
    book = Workbook()
    book.active.append(HEAD)
    book.active.append(["05.02.2019", 12.5, "Mill", None, "=cmd|' /C calc'!A0", None, 4711])
    book.active["E2"].data_type = "s"
    book.save(tmp_path / "bank.xlsx")
    (found,) = read_bank_file(tmp_path / "bank.xlsx", str(mapping), tmp_path).entries
    assert (found.amount, found.reference) == (Decimal("12.5"), "4711")
    assert found.told.startswith("=cmd")


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("empty.csv", b""),
        ("zip.csv", b"PK\x03\x04" + bytes(64)),
        ("page.csv", b"<html><body>"),
        ("utf16.csv", ";".join(HEAD).encode("utf-16")),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str, octets: bytes) -> None:
    (tmp_path / name).write_bytes(octets)
    with pytest.raises(TableError):
        read_bank_file(tmp_path / name, "bank_statement", tmp_path)
