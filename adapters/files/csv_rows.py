"""In: the octets of a CSV file. Out: its rows, one at a time. I/O: reads them.

A line is decoded by itself, so that one with a foreign octet names its row and costs only itself.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO

from adapters.files.mapping import TableRule
from adapters.files.piece import Cause
from adapters.files.table import MOST_COLUMNS, Row
from adapters.files.workbook import TableError
from energy.base.text import tell

MOST_OCTETS_A_LINE = 16_777_216
"""Longer lines are read by nobody: the file has another end of line, or is no text. [octet]"""


class _Lines:
    """Gives the lines of a file as texts and remembers what is wrong with the last ones."""

    def __init__(self, file: BinaryIO, encoding: str, name: str) -> None:
        """Read from the beginning."""
        self._file = file
        self._encoding = encoding
        self._name = name
        self.number = 0
        self.fault: Cause = ""
        self.cut = False
        """Whether the last line has no end."""

    def __iter__(self) -> Iterator[str]:
        """Yield lines with their ends."""
        encoding = self._encoding
        while line := self._file.readline(MOST_OCTETS_A_LINE):
            self.number += 1
            if len(line) == MOST_OCTETS_A_LINE:
                raise TableError.of(
                    "table.long_row", name=self._name, number=self.number, most=MOST_OCTETS_A_LINE
                )
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError as error:
                self.fault = tell(
                    "why.row.no_encoding",
                    octet=line[error.start],
                    column=error.start + 1,
                    encoding=encoding,
                )
                text = line.decode("latin-1")
            self.cut = not text.endswith(("\n", "\r"))
            if encoding == "utf-8-sig":
                encoding = "utf-8"  # a mark stands at the beginning alone
            if "\0" in text:
                self.fault = tell("why.row.nul")
                text = text.replace("\0", "")
            yield text


def csv_rows(file: BinaryIO, rule: TableRule, name: str) -> Iterator[Row]:
    """Yield the rows of a CSV file; empty lines are left out, but counted.

    Args:
        file: At its beginning.
        rule: Its encoding, separator and quote.
        name: Of the file, for messages.

    Raises:
        TableError: A line has no end.
    """
    lines = _Lines(file, rule.encoding, name)
    reader = csv.reader(iter(lines), delimiter=rule.separator, quotechar=rule.quote, strict=True)
    width = 0  # of the first row, which mostly has the heads
    while True:
        first = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault, lines.fault = _fault(str(error), first, lines.number), ""
            yield Row(first, (), fault)
            continue
        width = width or len(cells)
        if lines.fault:
            yield Row(first, cells, lines.fault)
            lines.fault = ""
        elif lines.cut and len(cells) < width:
            yield Row(first, (), tell("why.row.cut"))
        elif len(cells) > MOST_COLUMNS and first >= rule.first_row:
            yield Row(first, (), tell("why.row.wide", given=len(cells), most=MOST_COLUMNS))
        elif cells and (cells[0] or any(cell.strip() for cell in cells)):
            yield Row(first, cells)


def _fault(error: str, first: int, last: int) -> Cause:
    if "field larger" in error or "unexpected end" in error:
        return tell("why.row.quote", last=last)
    return tell("why.row.no_csv", error=error, first=first, last=last)
