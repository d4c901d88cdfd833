"""In: journals in a database. Out: records of an export file. I/O: reads PostgreSQL.

One snapshot for everything, a few entries in memory at a time. What is written of an application:
its signed heads (those of the table and of the folder beside the database), then rows of the seal,
each before the entries it covers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from energy.base.errors import JournalError
from energy.journal.chain import FIRST_LINK, SealRow, SignedHead, entry_bytes
from energy.journal.entry import Entry
from energy.journal.export_file import (
    ExportWriter,
)
from energy.journal.export_records import (
    Part,
    Tag,
    head_bytes,
    part_bytes,
    seal_bytes,
)
from energy.journal.recorder import head_position
from energy.journal.seal import seal_rows
from energy.journal.seal_head import table_heads

_RECORD_BYTES = 2**20
"""Entries are written together until they are so long. [byte]"""
Advance = Callable[[str, int, int], None]
"""Told application, position reached and last position."""


@contextmanager
def snapshot(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[None]:
    """Let everything read within be of one instant."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def parts_of(
    connection: psycopg.Connection[tuple[object, ...]],
    wanted: Sequence[tuple[str, str]],
) -> tuple[Part, ...]:
    """Return what a file of whole applications will hold, inside the snapshot to be written.

    Args:
        connection: Inside a transaction of one snapshot.
        wanted: Pairs of schema and application.
    """
    parts = []
    for schema, application in wanted:
        row: tuple[Any, ...] | None = connection.execute(
            "SELECT CASE WHEN isfinite(learned_at) "
            "THEN (extract(epoch FROM learned_at) * 1000000)::bigint END "
            f"FROM {schema}.journal_head WHERE application = %s",
            (application,),
        ).fetchone()
        assert row is not None, "every application has a head row"
        parts.append(
            Part(
                scope=schema,
                application=application,
                after=0,
                link=FIRST_LINK.hex(),
                last=head_position(connection, schema, application),
                learned_us=row[0],
            )
        )
    return tuple(parts)


@dataclass(slots=True)
class _Buffer:
    """Entries that wait to be written together."""

    writer: ExportWriter
    pieces: list[bytes] = field(default_factory=list)
    octets: int = 0

    def add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.octets += len(piece)
        if self.octets >= _RECORD_BYTES:
            self.flush()

    def flush(self) -> None:
        if self.pieces:
            self.writer.record(Tag.ENTRIES, b"".join(self.pieces))
        self.pieces, self.octets = [], 0


def write_part(
    writer: ExportWriter,
    connection: psycopg.Connection[tuple[object, ...]],
    part: Part,
    entries: Iterable[Entry],
    *,
    heads: Iterable[SignedHead] = (),
    advance: Advance | None = None,
) -> None:
    """Write one application, or the positions of it that a part names.

    Args:
        writer: The file, its header written.
        connection: Inside a transaction of one snapshot.
        part: What to write.
        entries: The entries of the part in position order.
        heads: Signed heads that lie in files.
        advance: Told now and then how far it is.

    Raises:
        JournalError: An entry is missing; the file is of no use.
    """
    writer.record(Tag.APPLICATION, part_bytes(part))
    for head in _heads_within(connection, part, heads):
        writer.record(Tag.HEAD, head_bytes(head))
    rows: Iterator[SealRow] = seal_rows(
        connection, part.scope, part.application, after=part.after, up_to=part.last
    )
    row = next(rows, None)
    buffer, position = _Buffer(writer), part.after
    for entry in entries:
        while row is not None and row.first <= entry.position:
            buffer.flush()
            writer.record(Tag.SEAL, seal_bytes(row))
            row = next(rows, None)
        buffer.add(entry_bytes(entry))
        if entry.position != position + 1:
            break
        position = entry.position
        if advance is not None and position % 500 == 0:
            advance(part.application, position, part.last)
    if position != part.last:
        raise JournalError(
            f"{part.scope}.{part.application}: the entry at position {position + 1} is missing; "
            "nothing was exported. Run `journal verify`."
        )
    buffer.flush()
    if advance is not None:
        advance(part.application, position, part.last)


def _heads_within(
    connection: psycopg.Connection[tuple[object, ...]], part: Part, filed: Iterable[SignedHead]
) -> list[SignedHead]:
    """Return the signed heads of a part's positions, each once, those of the table first."""
    stored = table_heads(connection, part.scope, part.application)
    every = dict.fromkeys(
        head
        for head in (*stored, *filed)
        if head.application == part.application and part.after < head.position <= part.last
    )
    return sorted(every, key=lambda head: head.position)
