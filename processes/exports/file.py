"""In: a selection and a file's name. Out: the selection in the file, whole or not at all. I/O.

Everything is read from one state of the database; what is written says at which position.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import BinaryIO

from adapters.files.export_block import ExportError, ExportHead, ExportWriter, FileFormat, What
from adapters.files.export_csv import CsvWriter
from adapters.files.export_green_button import GreenButtonWriter
from adapters.files.export_parquet import ParquetWriter
from adapters.files.export_xlsx import XlsxWriter
from adapters.files.new_file import new_file
from energy.base.clock import Clock
from energy.base.period import span_of_days
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.as_of import folded_position
from energy.views.node_usage import Connection
from energy.views.readings_told import position_when
from processes.exports.blocks import Advance, Selection, blocks_of, chosen_channels

WRITERS: dict[FileFormat, Callable[[BinaryIO, ExportHead], ExportWriter]] = {
    FileFormat.CSV: CsvWriter,
    FileFormat.XLSX: XlsxWriter,
    FileFormat.PARQUET: ParquetWriter,
    FileFormat.GREEN_BUTTON: GreenButtonWriter,
}
_BY_SUFFIX = {
    ".csv": FileFormat.CSV,
    ".xlsx": FileFormat.XLSX,
    ".parquet": FileFormat.PARQUET,
    ".xml": FileFormat.GREEN_BUTTON,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    file: Path
    format: FileFormat
    rows: int
    channels: int
    as_of: int
    """Metering position."""


def format_of(path: Path, said: FileFormat | None) -> FileFormat:
    """Return the format of a file: the one that was said, else by the end of its name.

    Raises:
        ExportError: The name tells none.
    """
    found = said or _BY_SUFFIX.get(path.suffix.lower())
    if found is None:
        raise ExportError.of("export.format", file=path, known=", ".join(_BY_SUFFIX))
    return found


def export_file(
    database: Database,
    site: Site,
    clock: Clock,
    wanted: Selection,
    path: Path,
    *,
    said: FileFormat | None = None,
    advance: Advance = lambda _done, _of: None,
) -> Exported:
    """Write a selection to a file.

    Args:
        database: Any pool that may read.
        site: The site.
        clock: The injected clock.
        wanted: What is exported.
        path: Of the new file.
        said: Its format; None: by the end of its name.
        advance: Told how many blocks are done, and of how many.

    Raises:
        ExportError: The selection is empty or names what is unknown, or the format cannot hold it.
        NewFileError: The file exists, or cannot be written; nothing was left behind.
        UnknownKnowledgeError: Nothing is known at `as_of`.
        NotFoldedError: The views have not come that far.
    """
    form = format_of(path, said)
    with database.connection() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        chosen = chosen_channels(connection, site, wanted)
        as_of = position_when(connection, site, wanted.as_of)
        head = _head(connection, site, clock, wanted, as_of)
        rows = 0
        with new_file(path) as file, WRITERS[form](file, head) as writer:
            for block in blocks_of(connection, site, chosen, wanted, as_of, advance):
                writer.write(block)
                rows += len(block.quality)
    return Exported(
        file=path, format=form, rows=rows, channels=len(chosen.channels), as_of=head.as_of
    )


def _head(
    connection: Connection, site: Site, clock: Clock, wanted: Selection, as_of: int | None
) -> ExportHead:
    period = span_of_days(wanted.first, wanted.last, site.zone)
    return ExportHead(
        site=site.key,
        zone=site.zone.key,
        what=wanted.what,
        every=wanted.every.value if wanted.what is What.USAGE else "",
        first=period.start,
        end=period.end,
        as_of=folded_position(connection, site.schema) if as_of is None else as_of,
        written_at=clock.now().astimezone(UTC).replace(microsecond=0),
    )
