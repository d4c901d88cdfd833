"""In: a reading. Out: the file and the row it came from. I/O: PostgreSQL, a temporary file.

The journal keeps the file and the mapping; the row is found by reading the file again as it was
read then. So a reading explains itself without a row number stored beside each.
"""

from __future__ import annotations

import tempfile
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from adapters.files.mapping import FileMapping
from adapters.files.mapping_file import parse_file_mapping
from adapters.files.readings import read_pieces
from adapters.files.table import open_table
from adapters.files.time_text import shown
from energy.base.clock import from_us, to_us
from energy.base.errors import JournalError, RefusedError
from energy.base.quality import Quality
from energy.journal.entry import unwrapped
from energy.journal.imported import ImportedRecord, kept_file, record_of_stream
from energy.journal.learned import learned_at
from energy.metering.channel import Channel
from energy.store.attachment import kept_attachment
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import System
from energy.views.imported import ImportRow, row_of
from energy.views.old_readings import readings_known
from energy.views.registry import load_channels
from energy.views.told import entries_at
from processes.import_names import SiteNames

Cells: TypeAlias = tuple[tuple[str, str], ...]
MOST_CELLS = 12
"""Cells of a row that are shown."""


class NoReadingError(RefusedError):
    """A channel has no reading at an instant."""

    code = "readings.none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a reading comes from."""

    at: datetime
    count: int
    """[count]"""
    quality: Quality
    position: int
    learned_at: datetime | None
    source: str
    """Name of the source; empty when a person stated it."""
    imported: ImportRow | None
    """The file, when it came in one."""
    rows: tuple[int, ...] = ()
    """Rows of the file that say it."""
    cells: Cells = ()
    """Head and text of the first of those rows."""


def origin_of(system: System, site: Site, channel: Channel, at: datetime) -> Origin:
    """Return where the reading of a channel at an instant comes from.

    Args:
        system: Parts of a process that may read.
        site: The site.
        channel: The channel.
        at: The instant, aware.

    Raises:
        NoReadingError: There is no reading then.
        JournalError: The file is not kept any more.
    """
    database, at_us = system.database, to_us(at)
    with database.connection() as connection:
        known = readings_known(
            connection, site.schema, {channel.number: (at_us, at_us)}, suspect=True
        )[channel.number]
        places = [n for n, each in enumerate(known.at_us.tolist()) if each == at_us]
        if not places:
            raise NoReadingError.of("reading.none", key=channel.key, at=at.isoformat())
        place = places[0]
        position = int(known.position[place])
        entry = unwrapped(next(entries_at(connection, site.schema, [position])))
        record = record_of_stream(connection, site.schema, entry.stream)
    origin = Origin(
        at=from_us(at_us),
        count=int(known.count[place]),
        quality=Quality(int(known.quality[place])),
        position=position,
        learned_at=learned_at(entry),
        source="" if record is None else record.source,
        imported=None if record is None else row_of(record, position),
    )
    return origin if record is None else _with_rows(database, site, channel, origin, record)


def _with_rows(
    database: Database, site: Site, channel: Channel, origin: Origin, record: ImportedRecord
) -> Origin:
    with tempfile.TemporaryDirectory() as folder, database.connection() as connection:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            for piece in kept_file(connection, site.schema, record):
                file.write(piece)
        kept = kept_attachment(connection, site.schema, record.mapping_sha256)
        if len(kept) != 1:
            raise JournalError(f"Mapping {record.mapping_sha256} is not there. Restore a backup.")
        text = kept[0][2].decode()
        mapping = parse_file_mapping(text, tomllib.loads(text), name=record.mapping)
        channels = load_channels(connection, site.schema)
        names = SiteNames(mapping, channels.values())
        rows = _rows(path, mapping, names, channel.number, to_us(origin.at))
        cells = _cells(path, mapping, rows[0]) if rows else ()
    return Origin(
        at=origin.at,
        count=origin.count,
        quality=origin.quality,
        position=origin.position,
        learned_at=origin.learned_at,
        source=origin.source,
        imported=origin.imported,
        rows=rows,
        cells=cells,
    )


def _wanted(mapping: FileMapping) -> list[str]:
    listed = [channel.name for channel in mapping.channels]
    return [*mapping.reserved, mapping.value.column, *listed]


def _rows(
    path: Path, mapping: FileMapping, names: SiteNames, channel: int, at_us: int
) -> tuple[int, ...]:
    found: list[int] = []
    with open_table(path, mapping.table, _wanted(mapping)) as table:
        for piece in read_pieces(table, mapping, names):
            here = (piece.channel == channel) & (piece.at_us == at_us)
            found += piece.row[here].tolist()
    return tuple(found)


def _cells(path: Path, mapping: FileMapping, number: int) -> Cells:
    with open_table(path, mapping.table, _wanted(mapping)) as table:
        for row in table.rows:
            if row.number == number:
                pairs = zip(table.heads, row.cells, strict=False)
                return tuple((head, shown(cell)) for head, cell in pairs if head)[:MOST_CELLS]
    return ()
