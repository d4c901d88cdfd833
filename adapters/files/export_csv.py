"""In: blocks of an export. Out: a CSV file, UTF-8, exact decimals, instants in UTC. I/O: a stream.

The file is a plain table: its head row names the columns. What holds for all of it (as-of, span,
site) stands in rows that begin with # before the head row.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import BinaryIO

from adapters.files.export_block import (
    COLUMNS,
    Block,
    ExportHead,
    ExportWriter,
    texted_rows,
)


class CsvWriter(ExportWriter):
    """Writes CSV."""

    def __init__(self, file: BinaryIO, head: ExportHead) -> None:
        """Begin a file.

        Args:
            file: Written to from its beginning.
            head: What is said once.
        """
        super().__init__(file, head)
        self._columns = COLUMNS[head.what]
        facts = (f"# {name}: {value}\n" for name, value in head.facts().items())
        file.write("".join(facts).encode())
        self._put([self._columns])

    def write(self, block: Block) -> None:
        """Add a block."""
        rows = texted_rows(block, self._columns)
        self._put([[_text(value) for value in row] for row in rows])

    def close(self) -> None:
        """End the file: nothing is left to write."""

    def _put(self, rows: object) -> None:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
        self._file.write(out.getvalue().encode())


def _text(value: object) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
