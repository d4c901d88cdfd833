"""In: the rows of a bank's file. Out: entries with exact amounts, refused rows. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adapters.files.bank_mapping import BankMapping
from adapters.files.piece import Cause, RefusedRow, Why
from adapters.files.table import Row, Table
from adapters.files.time_text import Cell, TimeReader, TimeTextError, joined_time
from adapters.files.value_text import ValueReader, ValueTextError
from adapters.files.workbook import TableError
from energy.base.clock import from_us
from energy.base.period import local_day
from energy.base.text import tell

LONGEST = 500
"""Longest text of a cell. [character]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRow:
    """One entry of a bank statement."""

    row: int
    """Of the file."""
    account: str
    currency: str
    booked_on: date
    amount: Decimal
    """Above zero: money in; below: money out. [currency]"""
    payer: str
    payer_account: str
    told: str
    reference: str
    end_to_end: str


class _RowError(Exception):
    """Why a row gives no entry."""

    def __init__(self, why: Why, cause: Cause, column: str = "") -> None:
        super().__init__(cause)
        self.why, self.cause, self.column = why, cause, column


def wanted_columns(mapping: BankMapping) -> list[str]:
    """Return the columns that a mapping names."""
    return [*mapping.columns.values(), *mapping.told, *mapping.time.columns]


def read_bank_rows(table: Table, mapping: BankMapping) -> Iterator[BankRow | RefusedRow]:
    """Yield the entries of a table; a row that gives none is yielded as refused.

    Rows without any text are passed over.

    Raises:
        TableError: The file lacks a column that the mapping names.
    """
    places = {head: n for n, head in enumerate(table.heads) if head}
    missing = [column for column in wanted_columns(mapping) if column not in places]
    if missing:
        heads = ", ".join(repr(head) for head in list(places)[:30])
        raise TableError.of("table.no_column", column=missing[0], heads=heads)
    reader = _Rows(mapping, places)
    for row in table.rows:
        if not row.fault and not any(_shown(cell) for cell in row.cells):
            continue
        try:
            yield reader.entry(row)
        except _RowError as error:
            yield RefusedRow(row.number, error.why, error.cause, error.column)


class _Rows:
    """Reads the entries of one file."""

    def __init__(self, mapping: BankMapping, places: dict[str, int]) -> None:
        self._mapping = mapping
        self._places = places
        self._time = TimeReader(mapping.time)
        self._value = ValueReader(mapping.value)

    def entry(self, row: Row) -> BankRow:
        """Return the entry of a row.

        Raises:
            _RowError: It is none.
        """
        if row.fault:
            raise _RowError(Why.ROW, row.fault)
        mapping = self._mapping
        return BankRow(
            row=row.number,
            account=mapping.account or self._needed(row, "account_column"),
            currency=mapping.currency or self._needed(row, "currency_column"),
            booked_on=self._day(row),
            amount=self._amount(row),
            payer=self._text(row, "payer"),
            payer_account=self._text(row, "payer_account"),
            told=" ".join(t for c in mapping.told if (t := self._at(row, c))),
            reference=self._text(row, "reference"),
            end_to_end=self._text(row, "end_to_end"),
        )

    def _day(self, row: Row) -> date:
        zone = self._mapping.time.zone
        assert zone is not None, "the mapping file was checked"
        cells = [_cell(row.cells, self._places[c]) for c in self._mapping.time.columns]
        try:
            instants = self._time.instants(joined_time(cells))
        except TimeTextError as error:
            column = self._mapping.time.columns[0]
            raise _RowError(Why.TIME, error.cause, column) from error
        return local_day(from_us(instants[0]), zone)

    def _amount(self, row: Row) -> Decimal:
        if "amount" in self._mapping.columns:
            amount = self._decimal(row, "amount")
            if amount is None:
                raise _RowError(Why.VALUE, tell("why.row.no_bank_amount"))
            if "direction" not in self._mapping.columns:
                return amount
            return -abs(amount) if self._text(row, "direction") in self._mapping.out else amount
        credit, debit = self._decimal(row, "credit"), self._decimal(row, "debit")
        if (credit or Decimal(0)) and (debit or Decimal(0)):
            raise _RowError(Why.CONTRADICTION, tell("why.row.both_amounts"))
        if credit is None and debit is None:
            raise _RowError(Why.VALUE, tell("why.row.no_bank_amount"))
        return credit or -abs(debit or Decimal(0))

    def _decimal(self, row: Row, name: str) -> Decimal | None:
        column = self._mapping.columns[name]
        try:
            return self._value.decimal(_cell(row.cells, self._places[column]))
        except ValueTextError as error:
            raise _RowError(Why.VALUE, error.cause, column) from error

    def _needed(self, row: Row, name: str) -> str:
        text = self._text(row, name)
        if not text:
            column = self._mapping.columns[name]
            raise _RowError(Why.NAME, tell("why.row.no_name", text="", name=column), column)
        return text

    def _text(self, row: Row, name: str) -> str:
        column = self._mapping.columns.get(name)
        return "" if column is None else self._at(row, column)

    def _at(self, row: Row, column: str) -> str:
        text = _shown(_cell(row.cells, self._places[column]))
        if len(text) > LONGEST or not text.isprintable():
            raise _RowError(
                Why.NAME, tell("why.row.no_words", text=text[:40], most=LONGEST), column
            )
        return text


def _shown(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else " ".join(str(cell).split())


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None
