"""In: blocks of an export. Out: an XLSX workbook: rows, and a sheet about them. I/O: a stream.

A cell holds a number of at most 15 digits, as every spreadsheet program keeps it; a longer one is
a text, so that nothing is rounded. Instants are texts in UTC: a spreadsheet knows no zone.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any, BinaryIO

from adapters.files.export_block import (
    COLUMNS,
    Block,
    ExportError,
    ExportHead,
    ExportWriter,
    texted_rows,
)

MOST_ROWS = 1_048_575
"""Rows of a sheet below its head."""
MOST_DIGITS = 15


@contextmanager
def _faults() -> Iterator[None]:
    """Tell what the XML library says of a disk as the system says it.

    Raises:
        OSError: Nothing could be written.
    """
    from lxml.etree import SerialisationError

    try:
        yield
    except SerialisationError as error:
        number = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
        raise OSError(number, os.strerror(number)) from error


class XlsxWriter(ExportWriter):
    """Writes a workbook; rows go to a temporary file as they come."""

    def __init__(self, file: BinaryIO, head: ExportHead) -> None:
        """Begin a workbook.

        Args:
            file: Written to when it is closed.
            head: What is said once.
        """
        from openpyxl import Workbook

        super().__init__(file, head)
        self._columns = COLUMNS[head.what]
        self._book: Any = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(head.what.value)
        self._sheet.freeze_panes = "A2"
        self._sheet.append(list(self._columns))
        self._rows = 0

    def write(self, block: Block) -> None:
        """Add a block.

        Raises:
            ExportError: A sheet has no room for it.
        """
        rows = texted_rows(block, self._columns)
        self._rows += len(rows)
        if self._rows > MOST_ROWS:
            raise ExportError.of("export.rows", most=MOST_ROWS)
        with _faults():
            for row in rows:
                self._sheet.append([self._cell(value) for value in row])

    def close(self) -> None:
        """Write the workbook."""
        with _faults():
            about = self._book.create_sheet("about")
            for name, value in self._head.facts().items():
                about.append([name, value])
            self._book.save(self._file)

    def abandon(self) -> None:
        """Remove the temporary file of the rows."""
        with suppress(OSError), _faults():
            self._sheet.close()  # what is thrown away need not be written
        self._sheet._writer.cleanup()  # noqa: SLF001 - the library forgets it

    def _cell(self, value: object) -> object:
        if isinstance(value, int | Decimal):
            digits = len(Decimal(value).normalize().as_tuple().digits)
            return value if digits <= MOST_DIGITS else format(Decimal(value), "f")
        if isinstance(value, str) and value.startswith("="):
            from openpyxl.cell import WriteOnlyCell

            cell = WriteOnlyCell(self._sheet, value=value)
            cell.data_type = "s"  # a key that begins with = is a key
            return cell
        return value
