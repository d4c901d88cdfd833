"""In: a journal parts of which lie in segment files. Out: all its entries, in order. I/O: reads.

What has left the table is the payload of reading batches; the row stays with position, key, hash
and times. Whoever reads entries (energy/journal/recorder.py) reads through here: a batch without
its payload is taken from the segment that holds it, and has to fit the row.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from energy.base.errors import JournalError
from energy.journal.chain import entries_from
from energy.journal.entry import BATCH_TOPIC, BatchRecord, Entry, decode_batch
from energy.journal.export_file import (
    ExportReader,
)
from energy.journal.export_records import (
    Tag,
)
from energy.metering.codec import batch_hash

_STUB_BYTES = 1024
"""No batch without its readings is longer: two hashes, a name, some numbers. [byte]"""


class SegmentMissingError(JournalError):
    """A segment file is needed and lies in none of the folders known."""

    code = "journal.segment_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Some positions of an application, kept as a file."""

    application: str
    first: int
    last: int
    file_name: str
    sha256: bytes
    octets: int
    dropped: bool
    """Whether the payloads of its batches have left the table."""


def segments_of(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, application: str
) -> list[Segment]:
    """Return the archived segments of an application by position."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT application, first_position, last_position, file_name, sha256, octets, "
        f"dropped_at IS NOT NULL FROM {schema}.archive_segment WHERE application = %s "
        "ORDER BY first_position",
        (application,),
    ).fetchall()
    return [
        Segment(
            application=name,
            first=first,
            last=last,
            file_name=file_name,
            sha256=bytes(sha256),
            octets=octets,
            dropped=dropped,
        )
        for name, first, last, file_name, sha256, octets, dropped in rows
    ]


def find_segment(folders: Sequence[Path], segment: Segment) -> Path:
    """Return where a segment's file lies.

    Raises:
        SegmentMissingError: It lies in none of the folders.
    """
    for folder in folders:
        if (folder / segment.file_name).is_file():
            return folder / segment.file_name
    places = ", ".join(str(folder) for folder in folders) or "no folder"
    raise SegmentMissingError(
        f"Positions {segment.first} to {segment.last} of {segment.application} lie in "
        f"{segment.file_name}, which is not in {places}. Put it there, or name its "
        "folder: setting journal_archive, option --archive."
    )


def without_payload(state: bytes) -> bytes:
    """Return the state of a batch as it stays in the table when its segment holds the payload.

    All of it stays where the rest is so long that nobody would look for the payload elsewhere.
    """
    rest = msgspec.msgpack.encode(msgspec.structs.replace(decode_batch(state), payload=b""))
    return rest if len(rest) <= _STUB_BYTES else state


def segment_entries(path: Path) -> Iterator[Entry]:
    """Give the entries of a segment file in position order.

    Raises:
        DamagedError: The file is damaged.
    """
    with path.open("rb") as source:
        for record in ExportReader(source).records():
            if record.tag is Tag.ENTRIES:
                yield from entries_from(record.body)


@dataclass(slots=True)
class SegmentReader:
    """Fills in what lies in segments of one application.

    Asked for rising positions it reads each segment once.
    """

    schema: str
    application: str
    folders: tuple[Path, ...]
    """Where segment files lie."""
    _segments: list[Segment] = field(default_factory=list)
    _open: Segment | None = None
    _entries: Iterator[Entry] = field(default_factory=lambda: iter(()))
    _read: int = 0
    """Position of the last entry taken from the open segment."""

    def whole(self, connection: psycopg.Connection[tuple[object, ...]], entry: Entry) -> Entry:
        """Return an entry with its payload; the entry itself where no segment fits it.

        Raises:
            SegmentMissingError: The segment's file is not there.
            DamagedError: It is damaged.
        """
        segment = self._segment_of(connection, entry.position)
        if segment is None:
            return entry
        if self._open != segment or self._read >= entry.position:
            self._entries = segment_entries(find_segment(self.folders, segment))
            self._open, self._read = segment, segment.first - 1
        for filed in self._entries:
            self._read = filed.position
            if filed.position == entry.position:
                return filed if _fits(entry, filed) else entry
            if filed.position > entry.position:
                break
        return entry  # the segment does not hold it: the chain will not fit

    def _segment_of(
        self, connection: psycopg.Connection[tuple[object, ...]], position: int
    ) -> Segment | None:
        if not self._segments or position > self._segments[-1].last:
            every = segments_of(connection, self.schema, self.application)
            self._segments = [segment for segment in every if segment.dropped]
        for segment in self._segments:
            if segment.first <= position <= segment.last:
                return segment
        return None


class _Known(threading.local):
    """What a thread read last, so that the next slice goes on behind it."""

    reader: SegmentReader | None = None


_folders: tuple[Path, ...] = ()
_known = _Known()


def use_archive(folders: Sequence[Path]) -> None:
    """Set where this process looks for segments (once, by the composition root)."""
    global _folders  # noqa: PLW0603 - like the clock: one place for a whole process
    _folders = tuple(folders)


def whole_entries(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    entries: Iterable[Entry],
    folders: Sequence[Path] | None = None,
) -> Iterator[Entry]:
    """Give entries of the table with the payloads that lie in segments.

    Args:
        connection: Any connection.
        schema: Schema of the journal.
        application: One of its applications.
        entries: In rising positions, as the table has them.
        folders: Where segments lie; None means where the process looks.

    Raises:
        SegmentMissingError: A segment's file is not there.
        DamagedError: It is damaged.
    """
    for entry in entries:
        yield (
            entry
            if not _is_stub(entry)
            else _reader(schema, application, folders).whole(connection, entry)
        )


def _reader(schema: str, application: str, folders: Sequence[Path] | None) -> SegmentReader:
    places = _folders if folders is None else tuple(folders)
    reader = _known.reader
    if reader is None or (reader.schema, reader.application, reader.folders) != (
        schema,
        application,
        places,
    ):
        reader = _known.reader = SegmentReader(schema, application, places)
    return reader


def _record_of(entry: Entry) -> BatchRecord | None:
    try:
        return decode_batch(entry.state)
    except JournalError:
        return None


def _is_stub(entry: Entry) -> bool:
    """Return whether only the row of a batch stands in the table; its state is short then."""
    if entry.topic != BATCH_TOPIC or len(entry.state) > _STUB_BYTES:
        return False
    record = _record_of(entry)
    return record is not None and not record.payload


def _fits(row: Entry, filed: Entry) -> bool:
    """Return whether what the table kept of a batch, its hash above all, is what is filed."""
    record, kept = _record_of(filed), _record_of(row)
    return (
        (row.stream, row.version, row.topic) == (filed.stream, filed.version, filed.topic)
        and record is not None
        and msgspec.structs.replace(record, payload=b"") == kept
        and record.own_hash
        == batch_hash(
            previous_hash=record.previous_hash,
            stream=filed.stream,
            sequence=filed.version,
            source=record.source,
            payload=record.payload,
        )
    )
