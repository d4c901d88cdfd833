"""In: a bank's file: camt.053, or CSV and XLSX with a mapping. Out: its entries, checked. I/O."""

from __future__ import annotations

from pathlib import Path

from adapters.files.bank_mapping import BankMapping, load_bank_mapping
from adapters.files.bank_rows import BankRow, read_bank_rows, wanted_columns
from adapters.files.piece import RefusedRow
from adapters.files.table import open_table
from billing.bank.bringing import MOST_ENTRIES, BankFile
from billing.bank.camt import MOST_OCTETS, read_camt
from billing.bank.statement import StatementEntry
from billing.receivables.errors import PaymentError
from processes.import_mappings import mapping_path
from processes.import_readings import file_hash, row_told, shown_name

TOLD = 20
"""Refused rows that are told one by one."""


def read_bank_file(path: Path, mapping: str | None, data_dir: Path) -> BankFile:
    """Return the entries of a bank's file, all of them or none.

    Args:
        path: The file.
        mapping: Mapping file or its name; None for camt.
        data_dir: Of the installation, where its own mappings lie.

    Raises:
        FileMappingError: The mapping is wrong.
        TableError: It is no such file, or lacks a column.
        PaymentError: Rows cannot be read; each is told with its cause.
    """
    sha256, octets = file_hash(path)
    name = shown_name(path)
    if mapping is None:
        if octets > MOST_OCTETS:
            raise PaymentError.of("camt_large", name=name, most=MOST_OCTETS // 1024**2)
        return BankFile(name=name, sha256=sha256, entries=tuple(read_camt(path.read_bytes(), name)))
    entries = _rows(path, load_bank_mapping(mapping_path(mapping, data_dir)), name)
    return BankFile(name=name, sha256=sha256, entries=tuple(entries))


def _rows(path: Path, mapping: BankMapping, name: str) -> list[StatementEntry]:
    found: list[StatementEntry] = []
    refused: list[RefusedRow] = []
    with open_table(path, mapping.table, wanted_columns(mapping)) as table:
        for row in read_bank_rows(table, mapping):
            if isinstance(row, RefusedRow):
                refused.append(row)
            elif row.amount:
                found.append(_entry(row))
            if len(found) > MOST_ENTRIES:
                raise PaymentError.of("camt_many", name=name, most=MOST_ENTRIES)
    if refused:
        told = [row_told(row) for row in refused[:TOLD]]
        raise PaymentError.of("bank_file", name=name, many=len(refused), problems=told)
    return found


def _entry(row: BankRow) -> StatementEntry:
    return StatementEntry(
        bank_account=row.account,
        reference=row.reference,
        booked_on=row.booked_on,
        amount=row.amount,
        currency=row.currency,
        payer=row.payer,
        payer_account=row.payer_account,
        told=row.told,
        end_to_end=row.end_to_end,
        row=row.row,
    )
