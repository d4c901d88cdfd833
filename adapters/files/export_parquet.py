"""In: blocks of an export. Out: a Parquet file, exact decimals, instants in UTC. I/O: a stream.

What holds for all of the file stands in its key-value metadata under "meterline". The library is
an extra of the installation; without it the refusal names the command that adds it.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, BinaryIO

from adapters.files.export_block import (
    COLUMNS,
    INSTANTS,
    Block,
    ExportError,
    ExportHead,
    ExportWriter,
    What,
    rows_of,
)

LIBRARY = "pyarrow>=20,<27"
"""What is installed: the extra `parquet` of the project."""
GROUP_ROWS = 200_000
"""Rows of a row group: blocks are gathered up to so many."""
METADATA_KEY = b"meterline"
_DICTIONARIES = frozenset({"point", "quantity", "utility", "unit", "base_unit", "quality"})
_WHOLE = frozenset({"usage_base", "count", "position"})
_SMALL = frozenset({"known", "expected"})


def command_to_add() -> str:
    """Return the command that adds the library to the Python that runs."""
    pip = f"{sys.executable} -m pip install"
    if find_spec("pip") is None:  # uv makes environments without it
        pip = f"uv pip install --python {sys.executable}"
    return f'{pip} "{LIBRARY}"'


class ParquetWriter(ExportWriter):
    """Writes Parquet."""

    def __init__(self, file: BinaryIO, head: ExportHead) -> None:
        """Begin a file.

        Args:
            file: Written to from its beginning.
            head: What is said once.

        Raises:
            ExportError: The library is not installed.
        """
        super().__init__(file, head)
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ModuleNotFoundError as error:
            raise ExportError.of("export.no_parquet", command=command_to_add()) from error
        self._arrow: Any = pa
        self._schema = _schema(pa, head)
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[tuple[object, ...]] = []

    def write(self, block: Block) -> None:
        """Add a block."""
        self._rows += rows_of(block)
        if len(self._rows) >= GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the foot of the file."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Let the library give up its stream; what it cannot write any more is not missed."""
        self._rows = []
        with suppress(OSError):
            self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = zip(*self._rows, strict=True)
        arrays = [
            self._arrow.array(list(values), type=field.type)
            for values, field in zip(columns, self._schema, strict=True)
        ]
        table = self._arrow.Table.from_arrays(arrays, schema=self._schema)
        self._writer.write_table(table)
        self._rows = []


def _schema(arrow: Any, head: ExportHead) -> Any:
    text = arrow.dictionary(arrow.int32(), arrow.string())

    def kind(name: str) -> Any:
        if name in INSTANTS:
            return arrow.timestamp("us", tz="UTC")
        if name in _WHOLE:
            return arrow.int64()
        if name in _SMALL:
            return arrow.int32()
        return text if name in _DICTIONARIES else arrow.decimal128(38, 12)

    nullable = {"usage", "usage_base"} if head.what is What.USAGE else set()
    fields = [
        arrow.field(name, kind(name), nullable=name in nullable) for name in COLUMNS[head.what]
    ]
    return arrow.schema(fields, metadata={METADATA_KEY: json.dumps(head.facts()).encode()})
