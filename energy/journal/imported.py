"""In: a file's readings as batches, and the file. Out: one transaction in the journal. I/O.

The file and its mapping are kept as attachments, the batches are a source epoch of their own, and
an entry behind them names all of it: whoever sees a reading finds its file. All of it or nothing:
a process that is killed meanwhile has stored nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
import zstandard

from energy.base.clock import Clock, from_us, to_us
from energy.base.errors import ConflictError, JournalError
from energy.base.ids import id_of
from energy.journal.entry import Entry
from energy.journal.ingest import APPLICATION, Ingest
from energy.journal.recorder import insert_entries, read_stream, take_positions
from energy.metering.reading import SpooledBatch
from energy.store.attachment import keep_attachment, kept_attachment
from energy.store.pool import Database

IMPORTED_TOPIC: Final = "file.imported"
PIECE_OCTETS: Final = 16_777_216
"""A larger file is kept in pieces of this size, packed. [octet]"""
_PACKED = "application/zstd"


class ImportedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """State of a `file.imported` entry: JSON, fields only ever added with a default."""

    stream: UUID
    """Source epoch of the batches."""
    file: str
    """Its name."""
    sha256: str
    """Of the file, in hex."""
    octets: int
    """Size of the file. [octet]"""
    pieces: list[str]
    """SHA-256 of the attachments that hold it, in order, in hex."""
    mapping: str
    """Name of the mapping."""
    mapping_sha256: str
    """Of the attachment with the mapping's text, in hex."""
    source: str
    """Name of the source in the batches."""
    readings: int
    channels: int
    refused: int
    """Rows and cells that gave no reading."""
    first_us: int
    """[us]"""
    last_us: int
    """[us]"""
    imported_by: UUID | None
    """Who imported it; None for the drop folder."""
    learned_us: int = 0
    """When the journal learned it. [us]"""

    @property
    def learned_at(self) -> datetime:
        """Return when the journal learned it, aware UTC."""
        return from_us(self.learned_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file to be kept with its readings."""

    path: Path
    sha256: str
    """As it was read, in hex."""
    media_type: str
    mapping: bytes
    """Text of the mapping."""


def imported_stream(stream: UUID) -> UUID:
    """Return the stream of the entry that names the file of a source epoch."""
    return id_of("file_import", str(stream))


def decode_imported(state: bytes) -> ImportedRecord:
    """Return the record of a `file.imported` entry.

    Raises:
        JournalError: The state is no such record.
    """
    try:
        return msgspec.json.decode(state, type=ImportedRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError(
            f"A file.imported entry does not decode ({error}). Run `journal verify`."
        ) from error


def store_import(
    database: Database,
    schema: str,
    clock: Clock,
    kept: KeptFile,
    parts: Iterable[Sequence[SpooledBatch]],
    record: ImportedRecord,
    *,
    require: Callable[[psycopg.Connection[tuple[object, ...]]], None] | None = None,
) -> int:
    """Store a file, its readings and the entry that names both; return the position.

    Given again after an unknown commit it finds its own result.

    Args:
        database: A pool in the writer's role.
        schema: The site's schema.
        clock: The injected clock.
        kept: The file.
        parts: Its batches in order, some at a time.
        record: What is said of it; pieces and clock are filled in here.
        require: Called first in the transaction; what it raises keeps the file out.

    Raises:
        ConflictError: The file has changed meanwhile; nothing was stored.
        StoreUnavailableError, psycopg.OperationalError: Unknown whether it was stored; do the
            same again.
    """
    ingest = Ingest(database, schema, clock)
    with database.transaction() as connection:
        if require is not None:
            require(connection)
        mapping = keep_attachment(connection, schema, kept.mapping, "application/toml")
        pieces = list(_pieces(connection, schema, kept))
        for batches in parts:
            accepted = ingest.accept_in(connection, batches)
            assert not accepted.conflicts, "the stream is made of what its batches hold"
        identity = imported_stream(record.stream)
        if there := read_stream(connection, schema, APPLICATION, identity):
            return there[0].position
        position, learned_at = take_positions(connection, schema, APPLICATION, 1, clock.now())
        told = msgspec.structs.replace(
            record, pieces=pieces, mapping_sha256=mapping, learned_us=to_us(learned_at)
        )
        entry = Entry(
            position=position,
            stream=identity,
            version=1,
            topic=IMPORTED_TOPIC,
            state=msgspec.json.encode(told),
        )
        insert_entries(connection, schema, APPLICATION, [entry])
        return position


def _pieces(connection: psycopg.Connection[Any], schema: str, kept: KeptFile) -> Iterator[str]:
    """Keep a file; yield the hashes of its pieces.

    Raises:
        ConflictError: It is not the file that was read.
    """
    digest = hashlib.sha256()
    with kept.path.open("rb") as file:
        whole = file.read(PIECE_OCTETS + 1)
        if len(whole) <= PIECE_OCTETS:
            digest.update(whole)
            yield keep_attachment(connection, schema, whole, kept.media_type)
        else:
            file.seek(0)
            while piece := file.read(PIECE_OCTETS):
                digest.update(piece)
                packed = zstandard.ZstdCompressor(level=3).compress(piece)
                yield keep_attachment(connection, schema, packed, _PACKED)
    if digest.hexdigest() != kept.sha256:
        raise ConflictError.of("import.changed", name=kept.path.name)


def kept_file(
    connection: psycopg.Connection[Any], schema: str, record: ImportedRecord
) -> Iterator[bytes]:
    """Yield the octets of an imported file, piece by piece.

    Raises:
        JournalError: A piece is not there.
    """
    for sha256 in record.pieces:
        found = kept_attachment(connection, schema, sha256)
        if len(found) != 1:
            raise JournalError(f"Attachment {sha256} is not there. Restore it from a backup.")
        _, media_type, content = found[0]
        if len(record.pieces) > 1 or media_type == _PACKED:
            content = zstandard.ZstdDecompressor().decompress(content, PIECE_OCTETS)
        yield content


def record_of_stream(
    connection: psycopg.Connection[Any], schema: str, stream: UUID
) -> ImportedRecord | None:
    """Return what is said of the file of a source epoch; None when it is no file's."""
    entries = read_stream(connection, schema, APPLICATION, imported_stream(stream))
    return decode_imported(entries[0].state) if entries else None
