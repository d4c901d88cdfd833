"""In: `file.imported` entries. Out: the table `file_import`, and its reads. I/O: PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from energy.base.clock import from_us
from energy.journal.entry import Entry
from energy.journal.imported import ImportedRecord, decode_imported

Connection = psycopg.Connection[tuple[object, ...]]
_COLUMNS = (
    "stream, file, sha256, octets, mapping, mapping_sha256, source, readings, channels, refused, "
    "first_at, last_at, imported_by, learned_at, position"
)
_NAMES = _COLUMNS.split(", ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One file that was imported."""

    stream: UUID
    """Source epoch of its readings."""
    file: str
    sha256: str
    octets: int
    """[octet]"""
    mapping: str
    mapping_sha256: str
    source: str
    readings: int
    channels: int
    refused: int
    """Rows and cells that gave no reading."""
    first_at: datetime
    last_at: datetime
    imported_by: UUID | None
    learned_at: datetime
    position: int


def fold_imported(cursor: psycopg.Cursor[tuple[object, ...]], schema: str, entry: Entry) -> None:
    """Write the row of an imported file, inside the follower's transaction.

    Args:
        cursor: Inside a transaction.
        schema: Schema of the views.
        entry: A `file.imported` entry.

    Raises:
        JournalError: The entry does not decode.
    """
    row = row_of(decode_imported(entry.state), entry.position)
    cursor.execute(
        f"INSERT INTO {schema}.file_import ({_COLUMNS}) VALUES "
        "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [getattr(row, name) for name in _NAMES],
    )


def row_of(told: ImportedRecord, position: int) -> ImportRow:
    """Return the row of an entry's record."""
    return ImportRow(
        stream=told.stream,
        file=told.file,
        sha256=told.sha256,
        octets=told.octets,
        mapping=told.mapping,
        mapping_sha256=told.mapping_sha256,
        source=told.source,
        readings=told.readings,
        channels=told.channels,
        refused=told.refused,
        first_at=from_us(told.first_us),
        last_at=from_us(told.last_us),
        imported_by=told.imported_by,
        learned_at=told.learned_at,
        position=position,
    )


def read_imports(
    connection: Connection, schema: str, *, sha256: str | None = None, limit: int = 1000
) -> list[ImportRow]:
    """Return imported files, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        sha256: Only of this file, in hex.
        limit: Most rows.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.file_import "
        "WHERE %(sha256)s::text IS NULL OR sha256 = %(sha256)s "
        "ORDER BY position DESC LIMIT %(limit)s",
        {"sha256": sha256, "limit": limit},
    ).fetchall()
    return [ImportRow(**dict(zip(_NAMES, row, strict=True))) for row in rows]
