"""In: sealed and signed positions of a journal. Out: segment files, and leaner rows. I/O.

A segment is an export file of some positions of one application. It is written beside its final
name, brought to the disk, read back and checked, and only then recorded. The rows stay unless the
owner drops their payloads; then each row is compared with the file once more, in the transaction
that drops. What is left of a dropped batch is its row without the readings: a batch that is sent
again is still known, and positions have no gap.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from energy.base.clock import Clock
from energy.base.errors import JournalError, RefusedError
from energy.journal.archive_read import (
    Segment,
    find_segment,
    segment_entries,
    segments_of,
    without_payload,
)
from energy.journal.chain import FIRST_LINK, SignedHead
from energy.journal.entry import BATCH_TOPIC, Entry
from energy.journal.export import Advance, write_part
from energy.journal.export_check import check_export
from energy.journal.export_file import (
    ExportWriter,
)
from energy.journal.export_records import (
    Header,
    Kind,
    Part,
    Tag,
)
from energy.journal.recorder import entries_of
from energy.journal.seal import seal_rows
from energy.journal.seal_head import head_holds, table_heads
from energy.journal.seal_keys import SealKey, sync_folder
from energy.store.pool import Database

SEGMENT_ENTRIES = 20_000
"""Entries after which a segment ends with the row of the seal that it is in."""
SUFFIX = ".segment.zst"
_DROP_ROWS = 500
Connection = psycopg.Connection[tuple[object, ...]]
MakeHeader = Callable[[Kind, tuple[Part, ...]], Header]


class ArchiveError(JournalError):
    """A segment cannot be written or dropped."""

    code = "journal.archive"


class NothingToArchiveError(RefusedError):
    """Nothing new before a position is signed."""

    code = "journal.nothing_to_archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archiving:
    """Writes segments of one application."""

    database: Database
    """Pool of meterline_sealer."""
    schema: str
    application: str
    folder: Path
    """Where segments go."""
    clock: Clock
    key: SealKey
    """Signs each file."""
    keys: dict[str, bytes]
    """Public keys known, PEM by id."""
    header: MakeHeader

    def before(
        self,
        position: int,
        filed: Sequence[SignedHead],
        *,
        size: int = SEGMENT_ENTRIES,
        advance: Advance | None = None,
    ) -> list[Segment]:
        """Archive what stands before a position, as far as it is signed.

        Killed in between, what was recorded stands and the next call goes on behind it.

        Args:
            position: First position not wanted.
            filed: Signed heads that lie in files.
            size: Entries after which a segment ends.
            advance: Told how far it is.

        Raises:
            NothingToArchiveError: Nothing new before it is signed.
            ArchiveError: A segment does not hold what was sealed.
        """
        with self.database.connection() as connection:
            known = segments_of(connection, self.schema, self.application)
            after = known[-1].last if known else 0
            heads = [*table_heads(connection, self.schema, self.application), *filed]
            last = max(
                (
                    head.position
                    for head in heads
                    if head.application == self.application
                    and after < head.position < position
                    and head_holds(head, self.keys)
                ),
                default=0,
            )
            if not last:
                raise NothingToArchiveError(
                    f"{self.application}: nothing between position {after} and {position} is "
                    "signed and not archived yet. `journal seal` signs; name a later position."
                )
            cuts = list(self._cuts(connection, after, last, size))
        self.folder.mkdir(parents=True, exist_ok=True)
        return [self._write(part, filed, advance) for part in cuts]

    def _cuts(self, connection: Connection, after: int, last: int, size: int) -> Iterator[Part]:
        """Give the parts that become segments: whole rows of the seal."""
        begin, link = after, self._link_at(connection, after)
        for row in seal_rows(connection, self.schema, self.application, after=after, up_to=last):
            if row.last - begin >= size or row.last >= last:
                yield Part(
                    scope=self.schema,
                    application=self.application,
                    after=begin,
                    link=link.hex(),
                    last=row.last,
                    learned_us=None,
                )
                begin, link = row.last, row.link(row.last)

    def _link_at(self, connection: Connection, position: int) -> bytes:
        if position == 0:
            return FIRST_LINK
        rows = seal_rows(
            connection, self.schema, self.application, after=position - 1, up_to=position
        )
        return next(rows).link(position)

    def _write(self, part: Part, filed: Sequence[SignedHead], advance: Advance | None) -> Segment:
        name = f"{self.schema}-{self.application}-{part.after + 1}-{part.last}{SUFFIX}"
        fresh = self.folder / f".{name}.new"
        with fresh.open("wb") as out, self.database.connection() as connection:
            writer = ExportWriter(out, self.header(Kind.SEGMENT, (part,)))
            for pem in self.keys.values():
                writer.record(Tag.KEY, pem)
            entries = entries_of(
                connection, self.schema, self.application, after=part.after, up_to=part.last
            )
            write_part(writer, connection, part, entries, heads=filed, advance=advance)
            writer.close(lambda message: (self.key.key_id, self.key.sign(message)))
            out.flush()
            os.fsync(out.fileno())
        segment = Segment(
            application=self.application,
            first=part.after + 1,
            last=part.last,
            file_name=name,
            sha256=writer.sha256,
            octets=writer.octets,
            dropped=False,
        )
        require_whole(fresh, segment, self.keys)
        fresh.replace(self.folder / name)
        sync_folder(self.folder)
        self._record(segment)
        return segment

    def _record(self, segment: Segment) -> None:
        with self.database.connection() as connection:
            connection.execute(
                f"INSERT INTO {self.schema}.archive_segment (application, first_position, "
                "last_position, file_name, sha256, octets, archived_at) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (
                    segment.application,
                    segment.first,
                    segment.last,
                    segment.file_name,
                    segment.sha256,
                    segment.octets,
                    self.clock.now(),
                ),
            )


def require_whole(path: Path, segment: Segment, keys: dict[str, bytes]) -> None:
    """Read a segment back and check it from its first byte to its last.

    Args:
        path: The file.
        segment: What it should be.
        keys: Public keys trusted, PEM by id.

    Raises:
        ArchiveError: It is not what was written, or does not hold what was sealed.
    """
    with path.open("rb") as source:
        if hashlib.file_digest(source, "sha256").digest() != segment.sha256:
            raise ArchiveError(f"{path} is not the file that was recorded. Restore it.")
        source.seek(0)
        checked = check_export(source, keys=keys)
    (part,) = checked.parts
    if not checked.whole or part.verified.sealed != segment.last:
        broken = part.verified.broken_at
        why = checked.damage or f"position {broken}: {part.verified.reason}"
        raise ArchiveError(f"{path} does not hold what was sealed ({why}). Run `journal verify`.")


def drop_payloads(
    owner: Database,
    schema: str,
    application: str,
    before: int,
    *,
    folders: Sequence[Path],
    keys: dict[str, bytes],
    followers: Sequence[str],
    clock: Clock,
) -> list[Segment]:
    """Take the payloads of archived batches out of the table; return the segments concerned.

    One transaction a segment; killed in between, the next call goes on.

    Args:
        owner: Pool of meterline_owner: nobody else may change an entry.
        schema: Schema of the journal.
        application: Only "metering" has reading batches.
        before: First position that stays as it is.
        folders: Where segment files lie.
        keys: Public keys trusted, PEM by id.
        followers: Names of the followers that must have read them.
        clock: Stamps the segments.

    Raises:
        RefusedError: The application has no batches, or a follower has not read them yet.
        ArchiveError: A segment file is missing, damaged or not what the table holds.
    """
    require_droppable(application)
    done = []
    with owner.connection() as connection:
        for segment in segments_of(connection, schema, application):
            if segment.dropped or segment.last >= before:
                continue
            _require_read(connection, schema, segment, followers)
            path = find_segment(folders, segment)
            _to_disk(path)
            require_whole(path, segment, keys)
            with connection.transaction():
                _drop(connection, schema, segment, path, clock)
            done.append(segment)
    return done


def require_droppable(application: str) -> None:
    """Refuse an application whose entries must stay in the table.

    Raises:
        RefusedError: It is not metering: what its entries belong to is loaded from them.
    """
    if application != "metering":
        raise RefusedError(
            f"Nothing of {application} can leave the table: what its entries belong to is loaded "
            "from them. Archive it without --drop."
        )


def _require_read(
    connection: Connection, schema: str, segment: Segment, followers: Sequence[str]
) -> None:
    for name, position in connection.execute(
        f"SELECT name, position FROM {schema}.follower WHERE name = ANY(%s)", (list(followers),)
    ).fetchall():
        if int(str(position)) < segment.last:
            raise RefusedError(
                f"Follower {name} is at position {position} and has still to read up to "
                f"{segment.last}. Let `project` and `jobs` catch up; `view lag` shows it."
            )


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def _drop(connection: Connection, schema: str, segment: Segment, path: Path, clock: Clock) -> None:
    waiting: list[Entry] = []
    for entry in segment_entries(path):
        if entry.topic == BATCH_TOPIC:
            waiting.append(entry)
        if len(waiting) >= _DROP_ROWS:
            _drop_rows(connection, schema, waiting)
            waiting = []
    _drop_rows(connection, schema, waiting)
    connection.execute(
        f"UPDATE {schema}.archive_segment SET dropped_at = %s "
        "WHERE application = %s AND first_position = %s",
        (clock.now(), segment.application, segment.first),
    )


def _drop_rows(connection: Connection, schema: str, entries: Sequence[Entry]) -> None:
    """Replace states by what stays of them, where the table holds what the file holds."""
    if not entries:
        return
    dropped = connection.execute(
        f"UPDATE {schema}.metering_events AS e SET state = filed.stays "
        "FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[]) AS filed (position, hash, stays) "
        "WHERE e.notification_id = filed.position AND sha256(e.state) = filed.hash",
        (
            [entry.position for entry in entries],
            [hashlib.sha256(entry.state).digest() for entry in entries],
            [without_payload(entry.state) for entry in entries],
        ),
    ).rowcount
    if dropped != len(entries):
        raise ArchiveError(
            f"The table does not hold what the segment holds between positions "
            f"{entries[0].position} and {entries[-1].position}; nothing was dropped. "
            "Run `journal verify`."
        )
