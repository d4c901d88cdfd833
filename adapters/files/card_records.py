"""In: the rows of a card system's export. Out: records with exact amounts, refused rows. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from adapters.files.card_mapping import AMOUNTS, NEEDED, CardKind, CardMapping
from adapters.files.piece import Cause, RefusedRow, Why
from adapters.files.table import Row, Table
from adapters.files.time_text import Cell, TimeReader, TimeTextError, joined_time
from adapters.files.value_text import ValueReader, ValueTextError
from adapters.files.workbook import TableError
from energy.base.clock import from_us
from energy.base.text import tell

LONGEST = 64
"""Longest number of a card, meter or record. [character]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """One record of a card system."""

    row: int
    """Of the file."""
    record: str
    card: str
    meter: str
    kind: CardKind
    at: datetime
    """Aware UTC."""
    energy: Decimal | None
    """Bought or given back. [unit of the mapping]"""
    money: Decimal | None
    """[currency of the mapping]"""
    price: Decimal | None
    """[currency / unit]"""
    remaining: Decimal | None
    """Left afterwards. [unit]"""
    used: Decimal | None
    """Since the record before. [unit]"""


class _RowError(Exception):
    """Why a row gives no record."""

    def __init__(self, why: Why, cause: Cause, column: str = "") -> None:
        super().__init__(cause)
        self.why, self.cause, self.column = why, cause, column


def read_cards(table: Table, mapping: CardMapping) -> Iterator[CardRow | RefusedRow]:
    """Yield the records of a table; a row that gives none is yielded as refused.

    Raises:
        TableError: The file lacks a column that the mapping names.
    """
    places = {head: n for n, head in enumerate(table.heads) if head}
    wanted = [*mapping.columns.values(), *mapping.time.columns]
    missing = [column for column in wanted if column not in places]
    if missing:
        heads = ", ".join(repr(head) for head in list(places)[:30])
        raise TableError.of("table.no_column", column=missing[0], heads=heads)
    reader = _Cards(mapping, places)
    for row in table.rows:
        try:
            yield reader.record(row)
        except _RowError as error:
            yield RefusedRow(row.number, error.why, error.cause, error.column)


class _Cards:
    """Reads the records of one file."""

    def __init__(self, mapping: CardMapping, places: dict[str, int]) -> None:
        self._mapping = mapping
        self._at = {name: places[column] for name, column in mapping.columns.items()}
        self._time_at = [places[column] for column in mapping.time.columns]
        self._time = TimeReader(mapping.time)
        self._value = ValueReader(mapping.value)

    def record(self, row: Row) -> CardRow:
        """Return the record of a row.

        Raises:
            _RowError: It is none.
        """
        if row.fault:
            raise _RowError(Why.ROW, row.fault)
        texts = {name: self._text(row.cells, name) for name in NEEDED}
        amounts = {name: self._amount(row.cells, name) for name in AMOUNTS}
        kind = self._kind(row.cells)
        if kind is not CardKind.BALANCE and amounts["energy"] is None and amounts["money"] is None:
            raise _RowError(Why.VALUE, tell("why.row.no_amount"))
        return CardRow(
            row=row.number,
            kind=kind,
            at=self._instant(row.cells),
            record=texts["record"],
            card=texts["card"],
            meter=texts["meter"],
            energy=amounts["energy"],
            money=amounts["money"],
            price=amounts["price"],
            remaining=amounts["remaining"],
            used=amounts["used"],
        )

    def _text(self, cells: Sequence[Cell], name: str) -> str:
        cell = _cell(cells, self._at[name])
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        text = "" if cell is None else str(cell).strip()
        if not text or len(text) > LONGEST or not text.isprintable():
            column = self._mapping.columns[name]
            raise _RowError(Why.NAME, tell("why.row.no_name", text=text[:40], name=name), column)
        return text

    def _amount(self, cells: Sequence[Cell], name: str) -> Decimal | None:
        if name not in self._at:
            return None
        try:
            return self._value.decimal(_cell(cells, self._at[name]))
        except ValueTextError as error:
            raise _RowError(Why.VALUE, error.cause, self._mapping.columns[name]) from error

    def _kind(self, cells: Sequence[Cell]) -> CardKind:
        if "kind" not in self._at:
            return CardKind.PURCHASE
        word = str(_cell(cells, self._at["kind"]) or "").strip()
        if word not in self._mapping.kinds:
            raise _RowError(Why.NAME, tell("why.row.kind", word=word[:40]))
        return self._mapping.kinds[word]

    def _instant(self, cells: Sequence[Cell]) -> datetime:
        try:
            cell = joined_time([_cell(cells, place) for place in self._time_at])
            instants = self._time.instants(cell)
        except TimeTextError as error:
            raise _RowError(Why.TIME, error.cause) from error
        if len(instants) > 1:
            raise _RowError(Why.TWICE, tell("why.row.hour_twice"))
        return from_us(instants[0])


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None
