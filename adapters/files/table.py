"""In: a file and the rule of its table. Out: its heads and rows, one at a time. I/O: reads it.

Rows are numbered as the program that made the file numbers them. A row that cannot be read is
given with its fault: the rows behind it are read all the same. What cannot be read at all is a
TableError that names the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from adapters.files.mapping import FileKind, TableRule
from adapters.files.piece import Cause
from adapters.files.time_text import Cell
from adapters.files.workbook import TableError

MOST_COLUMNS = 16_384
"""Columns of a row that are read: as many as a sheet can have."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Row(NamedTuple):
    """One row of a file."""

    number: int
    cells: Sequence[Cell]
    fault: Cause = ""
    """Why it cannot be read; empty when it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file that is being read."""

    heads: tuple[str, ...]
    """Names of the columns, each once."""
    rows: Iterator[Row]
    read: Callable[[], int]
    """Octets read so far, of those of the file. [octet]"""


@contextmanager
def open_table(path: Path, rule: TableRule, wanted: Sequence[str] = ()) -> Iterator[Table]:
    """Give the table of a file, read as its rows are asked for.

    Args:
        path: The file.
        rule: How its rows and columns are found.
        wanted: Columns the mapping names; of a JSON document they may be pointers.

    Raises:
        TableError: It is no such file, or damaged.
    """
    from adapters.files.csv_rows import csv_rows
    from adapters.files.json_rows import json_table
    from adapters.files.sheet_rows import sheet_rows

    try:
        file = path.open("rb")
    except OSError as error:
        raise TableError.of("table.unreadable", path=path, strerror=error.strerror) from error
    with file:
        check_kind(file.read(4096), rule.kind, path.name)
        file.seek(0)
        match rule.kind:
            case FileKind.CSV:
                yield _headed(csv_rows(file, rule, path.name), rule, path.name, file.tell)
            case FileKind.XLSX:
                yield _headed(sheet_rows(file, rule, path.name), rule, path.name, lambda: 0)
            case FileKind.JSON:
                heads, rows = json_table(file, rule, wanted, path.name)
                yield Table(heads=heads, rows=rows, read=file.tell)


def check_kind(beginning: bytes, kind: FileKind, name: str) -> None:
    """Refuse a file whose first octets show that it is of another kind than its mapping says.

    Args:
        beginning: Its first octets.
        kind: What the mapping says.
        name: Of the file, for messages.

    Raises:
        TableError: It is of another kind.
    """
    if not beginning:
        raise TableError.of("table.empty", name=name)
    if beginning.startswith(_OLE):
        raise TableError.of("table.old_workbook", name=name)
    zipped, text = beginning.startswith(_ZIP), beginning.lstrip(b"\xef\xbb\xbf \t\r\n")
    if kind is FileKind.XLSX and not zipped:
        raise TableError.of("table.no_workbook", name=name)
    if kind is FileKind.XLSX:
        return
    if zipped:
        raise TableError.of("table.archive", name=name, kind=kind.value)
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableError.of("table.utf16", name=name)
    if text[:15].lower().startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise TableError.of("table.web_page", name=name, kind=kind.value)


def _headed(rows: Iterator[Row], rule: TableRule, name: str, read: Callable[[], int]) -> Table:
    """Return a table whose first rows were read as heads."""
    given: list[Row] = []
    last = rule.first_row - 1
    first: Row | None = None
    for row in rows:
        if row.number > last:
            first = row
            break
        given.append(row)
    if first is None and not given:
        raise TableError.of("table.no_rows", name=name)
    by_number = {row.number: row for row in given}
    faulty = next((row for row in given if row.fault and row.number in rule.head_rows), None)
    if faulty is not None:
        raise TableError.of(
            "table.faulty_heads", name=name, number=faulty.number, fault=faulty.fault
        )
    width = max((len(row.cells) for row in [*given, *([first] if first else [])]), default=0)
    if width > MOST_COLUMNS:
        raise TableError.of("table.wide", name=name, width=width, most=MOST_COLUMNS)
    if rule.head_rows:
        heads = _heads([by_number[n].cells if n in by_number else () for n in rule.head_rows])
        if not any(heads):
            raise TableError.of("table.no_heads", name=name, row=rule.head_rows[-1])
    else:
        heads = tuple(str(n) for n in range(1, len(first.cells if first else ()) + 1))

    def behind() -> Iterator[Row]:
        if first is not None:
            yield first
        yield from rows

    return Table(heads=heads, rows=behind(), read=read)


def _heads(rows: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """Return the names of columns from one row or several; a merged head stands over its columns.

    A name that stands again gets its number: "Status", "Status#2".
    """
    width = max((len(row) for row in rows), default=0)
    texts = [[_text(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    own = [next((row[n] for row in reversed(texts) if row[n]), "") for n in range(width)]
    for row in texts[:-1]:
        for n in range(1, width):
            row[n] = row[n] or row[n - 1]
    seen: dict[str, int] = {}
    heads = []
    for n in range(width):
        parts = [row[n] for row in texts if row[n]]
        head = "/".join(parts) if texts[-1][n] else own[n]  # merged downwards: one name
        if head:
            seen[head] = seen.get(head, 0) + 1
            head = head if seen[head] == 1 else f"{head}#{seen[head]}"
        heads.append(head)
    return tuple(heads)


def _text(cell: Cell) -> str:
    return "" if cell is None else " ".join(str(cell).split())
