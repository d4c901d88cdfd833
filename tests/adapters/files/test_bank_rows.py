"""Rows of a bank's file become entries with exact amounts, or are refused with their cause."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.files.bank_mapping import load_bank_mapping
from adapters.files.bank_rows import BankRow, read_bank_rows
from adapters.files.mapping_file import SAMPLES
from adapters.files.piece import RefusedRow, Why
from adapters.files.table import open_table
from adapters.files.workbook import TableError

SAMPLE = SAMPLES / "bank_statement.toml"
HEAD = "Booked;Amount;Name;IBAN;Text;Text 2;Reference"


def rows(folder: Path, *lines: str) -> list[BankRow | RefusedRow]:
    file = folder / "bank.csv"
    file.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    mapping = load_bank_mapping(SAMPLE)
    with open_table(file, mapping.table) as table:
        return list(read_bank_rows(table, mapping))


def test_a_row_gives_an_entry_with_day_and_exact_amount(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "31.01.2019;1.234,50;Mill Ltd;GB29;CAM-2019-000001;thanks;R-1")
    assert row == BankRow(
        row=2,
        account="GB33BUKB20201555555555",
        currency="GBP",
        booked_on=date(2019, 1, 31),
        amount=Decimal("1234.50"),
        payer="Mill Ltd",
        payer_account="GB29",
        told="CAM-2019-000001 thanks",
        reference="R-1",
        end_to_end="",
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("31.02.2019;1,00;N;;;;", Why.TIME),
        ("01/31/2019;1,00;N;;;;", Why.TIME),
        ("31.01.2019;1.00;N;;;;", Why.VALUE),
        ("31.01.2019;;N;;;;", Why.VALUE),
        ("31.01.2019;=1+1;N;;;;", Why.VALUE),
        ("31.01.2019;NaN;N;;;;", Why.VALUE),
        ("31.01.2019;1e999999;N;;;;", Why.VALUE),
        (f"31.01.2019;1,00;{'x' * 600};;;;", Why.NAME),
        ("31.01.2019;1,00;Mill\x07;;;;", Why.NAME),
    ],
)
def test_a_hostile_row_is_refused_with_its_number_and_cause(
    tmp_path: Path, line: str, why: Why
) -> None:
    (_, refused) = rows(tmp_path, "31.01.2019;1,00;N;;;;", line)
    assert isinstance(refused, RefusedRow)
    assert (refused.row, refused.why) == (3, why)


def test_a_file_without_a_named_column_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bank.csv"
    file.write_text("Booked;Name\n31.01.2019;N\n", encoding="utf-8")
    mapping = load_bank_mapping(SAMPLE)
    with open_table(file, mapping.table) as table, pytest.raises(TableError, match="no column"):
        list(read_bank_rows(table, mapping))


def test_money_out_stands_in_a_column_of_its_own_or_in_a_word(tmp_path: Path) -> None:
    file = tmp_path / "bank.csv"
    text = SAMPLE.read_text("utf-8")
    apart = tmp_path / "apart.toml"
    apart.write_text(
        text.replace('"bank_statement"', '"apart"').replace(
            'amount = "Amount"', 'credit = "In"\ndebit = "Out"'
        ),
        "utf-8",
    )
    worded = tmp_path / "worded.toml"
    worded.write_text(
        text.replace('"bank_statement"', '"worded"').replace(
            'amount = "Amount"', 'amount = "In"\ndirection = "Name"\nout = ["Mill"]'
        ),
        "utf-8",
    )
    head = "Booked;In;Out;Name;IBAN;Text;Text 2;Reference"
    file.write_text(f"{head}\n31.01.2019;;2,00;Mill;;;;\n31.01.2019;3,00;;Mill;;;;\n", "utf-8")
    found = []
    for path in (apart, worded):
        mapping = load_bank_mapping(path)
        with open_table(file, mapping.table) as table:
            found.append(
                [
                    r.amount if isinstance(r, BankRow) else r.why
                    for r in read_bank_rows(table, mapping)
                ]
            )
    assert found == [[-2, 3], [Why.VALUE, -3]]


def test_both_money_in_and_out_contradict_each_other(tmp_path: Path) -> None:
    path = tmp_path / "apart.toml"
    text = SAMPLE.read_text("utf-8").replace('"bank_statement"', '"apart"')
    path.write_text(text.replace('amount = "Amount"', 'credit = "Amount"\ndebit = "Name"'), "utf-8")
    file = tmp_path / "bank.csv"
    file.write_text(f"{HEAD}\n31.01.2019;1,00;2,00;;;;\n", "utf-8")
    mapping = load_bank_mapping(path)
    with open_table(file, mapping.table) as table:
        (row,) = read_bank_rows(table, mapping)
    assert isinstance(row, RefusedRow)
    assert row.why is Why.CONTRADICTION
