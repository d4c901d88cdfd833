"""In: a file, its mapping, a site. Out: what it would bring, then its readings in the journal. I/O.

Looking comes first and writes nothing: the file is read once, sorted on disk, judged against
itself and the journal, and packed into batches. Writing stores those in one transaction: all of it
or nothing. The same file again finds everything there and writes nothing.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from adapters.files.mapping import FileMapping
from adapters.files.piece import RefusedRow, Why
from adapters.files.readings import read_pieces
from adapters.files.table import open_table
from adapters.files.workbook import TableError
from energy.base.clock import to_us
from energy.base.errors import RefusedError
from energy.base.text import Told, tell
from energy.journal.imported import ImportedRecord, KeptFile, store_import
from energy.metering.channel import Channel
from energy.metering.reading import ReadingColumns
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import System
from energy.views.imported import ImportRow, read_imports
from energy.views.known import Accepted
from energy.views.old_readings import readings_known, windows_of
from energy.views.registry import load_channels
from processes.import_alone import Alone
from processes.import_judge import Conflict, Judged, judge_block
from processes.import_names import SiteNames
from processes.import_parcels import Parcels, chosen
from processes.import_report import ChannelReport, Report
from processes.import_stage import Block, Stage

MOST_REFUSED = 1000
"""Refused rows that are told with their cause; all are counted."""
MOST_CONFLICTS = 100_000
"""Readings that contradict the journal of which corrections can be proposed."""
STAGE_FOLDER = "import"
"""Folder in the data directory for the disk side of a running import."""
Progress = Callable[[str, int, int], None]
"""Stage ("read", "compare", "write"), done, of how many."""


class ImportRefusedError(RefusedError):
    """A file has rows that cannot be taken; nothing was written."""

    code = "readings.import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a file would bring."""

    file: str
    sha256: str
    octets: int
    mapping: str
    rows: int
    empty: int
    """Cells that say "no value"."""
    readings: int
    """To be written."""
    known: int
    """The journal has them already."""
    duplicates: int
    """Rows that say again what another row says."""
    refused: int
    """Rows and cells that give no reading."""
    refused_by: Mapping[str, int]
    refused_rows: tuple[RefusedRow, ...]
    """The first MOST_REFUSED of them by row."""
    conflicts: tuple[Conflict, ...]
    channels: tuple[ChannelReport, ...]
    before: ImportRow | None
    """When the same file was imported the last time."""


@dataclass(slots=True)
class _Counted:
    """What is counted while looking."""

    rows: int = 0
    empty: int = 0
    known: int = 0
    duplicates: int = 0
    refused: dict[Why, int] = field(default_factory=dict)
    told: list[RefusedRow] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def refuse(self, told: Sequence[RefusedRow], by: Mapping[Why, int] | None = None) -> None:
        """Count refused rows; keep the first."""
        self.told = sorted([*self.told, *told], key=lambda row: row.row)[:MOST_REFUSED]
        if by is None:
            for row in told:
                self.refused[row.why] = self.refused.get(row.why, 0) + 1
        else:
            for why, number in by.items():
                self.refused[why] = self.refused.get(why, 0) + number


def _silent(stage: str, done: int, of: int) -> None:
    """Tell nobody."""


class FileImport:
    """The import of one file: look, then write."""

    def __init__(
        self,
        system: System,
        site: Site,
        path: Path,
        mapping: FileMapping,
        *,
        progress: Progress = _silent,
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            system: Parts of a process in the writer's role (the web's, to look only).
            site: The site.
            path: The file.
            mapping: What its cells mean.
            progress: Told how far it is.
        """
        self._database: Database = system.database
        self._clock = system.clock
        self._site = site
        self._path = path
        self._mapping = mapping
        self._progress = progress
        self._open = ExitStack()
        folder = system.config.data_dir / STAGE_FOLDER
        self._stage = self._open.enter_context(Stage(folder))
        self._parcels = self._open.enter_context(Parcels(folder))
        self._looked: Looked | None = None
        self.channels: dict[int, Channel] = {}

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give its disk space back."""
        self._open.close()

    def look(self) -> Looked:
        """Return what the file would bring; nothing is written.

        Raises:
            TableError: It is no such file, or lacks a column of the mapping.
        """
        sha256, octets = file_hash(self._path)
        with self._database.connection() as connection:
            self.channels = load_channels(connection, self._site.schema)
            before = read_imports(connection, self._site.schema, sha256=sha256, limit=1)
        counted = _Counted()
        self._read(counted, octets)
        report = self._compare(counted)
        refused = sum(counted.refused.values())
        self._looked = Looked(
            file=shown_name(self._path),
            sha256=sha256,
            octets=octets,
            mapping=self._mapping.id,
            rows=counted.rows,
            empty=counted.empty,
            readings=self._parcels.readings,
            known=counted.known,
            duplicates=counted.duplicates,
            refused=refused,
            refused_by={why.value: number for why, number in sorted(counted.refused.items())},
            refused_rows=tuple(counted.told),
            conflicts=tuple(counted.conflicts),
            channels=report.rows(),
            before=before[0] if before else None,
        )
        return self._looked

    def write(self, *, partial: bool, by: UUID | None, alone: Alone | None = None) -> int | None:
        """Write what `look` found; return the journal's position, None when there is nothing new.

        Args:
            partial: Write the good rows although others are refused.
            by: Who imports; None for the drop folder.
            alone: Of `importing_alone`; None where nobody else imports.

        Raises:
            ImportRefusedError: Rows are refused and `partial` is not asked for.
            ImportLostError: Another may have been let in meanwhile; nothing was written.
            ConflictError: The file has changed meanwhile; nothing was written.
        """
        looked = self._looked
        assert looked is not None, "looking comes first"
        if looked.refused and not partial:
            raise refusal_of(looked)
        if not looked.readings:
            return None
        source = f"file.{self._mapping.id}"
        stream = self._parcels.stream(self._site.key, looked.sha256, source)
        first_us, last_us = self._parcels.span
        kept = KeptFile(
            path=self._path,
            sha256=looked.sha256,
            media_type=mimetypes.guess_type(self._path.name)[0] or "application/octet-stream",
            mapping=self._mapping.source.encode(),
        )
        record = ImportedRecord(
            stream=stream,
            file=looked.file,
            sha256=looked.sha256,
            octets=looked.octets,
            pieces=[],
            mapping=looked.mapping,
            mapping_sha256="",
            source=source,
            readings=looked.readings,
            channels=self._parcels.channels,
            refused=looked.refused,
            first_us=first_us,
            last_us=last_us,
            imported_by=by,
        )
        self._progress("write", 0, 1)
        parts = self._parcels.batches(stream, source)
        position = store_import(
            self._database, self._site.schema, self._clock, kept, parts, record, require=alone
        )
        self._progress("write", 1, 1)
        return position

    def _read(self, counted: _Counted, octets: int) -> None:
        """Put the readings of the file on disk, by week and channel."""
        names = SiteNames(self._mapping, self.channels.values())
        listed = [channel.name for channel in self._mapping.channels]
        wanted = [*self._mapping.reserved, self._mapping.value.column, *listed]
        with open_table(self._path, self._mapping.table, wanted) as table:
            for piece in read_pieces(table, self._mapping, names):
                counted.rows += piece.rows
                counted.empty += piece.empty
                counted.refuse(piece.refused)
                self._stage.add(piece)
                self._progress("read", table.read(), octets)
        self._progress("read", octets, octets)

    def _compare(self, counted: _Counted) -> Report:
        """Judge the readings block by block; pack what is to be written."""
        report: Report | None = None
        done, now_us = 0, to_us(self._clock.now())
        for block in self._stage.blocks():
            if report is None:
                report = Report(self.channels, self._stage.spans, self._mapping.interval_s)
            judged = judge_block(block, self.channels, self._known(block), now_us)
            self._count(counted, judged)
            write = chosen(_columns(block), judged.write)
            self._parcels.add(write)
            report.add(write)
            done += len(block)
            self._progress("compare", done, self._stage.readings)
        self._parcels.close()
        return report or Report({}, {}, None)

    def _count(self, counted: _Counted, judged: Judged) -> None:
        counted.known += judged.known
        counted.duplicates += judged.duplicates
        counted.refuse(judged.refused, judged.refused_by)
        counted.conflicts += judged.conflicts
        if len(counted.conflicts) > MOST_CONFLICTS:
            raise TableError.of("table.contradicts", most=MOST_CONFLICTS)

    def _known(self, block: Block) -> Mapping[int, Accepted]:
        """Return what the journal says around the instants of a block."""
        windows = windows_of(_columns(block))
        with self._database.connection() as connection:
            return readings_known(connection, self._site.schema, windows, suspect=True)


def _columns(block: Block) -> ReadingColumns:
    return ReadingColumns(
        channel=block.channel, at_us=block.at_us, count=block.count, quality=block.quality
    )


def shown_name(path: Path) -> str:
    """Return the name of a file as text that every place can keep."""
    name = path.name.encode("utf-8", "backslashreplace").decode()
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:200]


def file_hash(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file in hex and its size. [octet].

    Raises:
        TableError: It cannot be read.
    """
    digest, octets = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(1_048_576):
                digest.update(piece)
                octets += len(piece)
    except OSError as error:
        raise TableError.of("table.unreadable", path=path, strerror=error.strerror) from error
    return digest.hexdigest(), octets


def refusal_of(looked: Looked, most: int = 20) -> ImportRefusedError:
    """Return the refusal of a file: its refused rows with cause and next step.

    Args:
        looked: What the file would bring.
        most: Most rows told; 0 where they stand already.
    """
    told = [row_told(row) for row in looked.refused_rows[:most]]
    if most and looked.refused > len(told):
        told.append(tell("why.import.more", number=looked.refused - len(told)))
    told.append(tell("why.import.refused", number=looked.refused, file=looked.file))
    return ImportRefusedError.of("import.rows", rows=told)


def row_told(row: RefusedRow) -> Told:
    """Return where a refused row stands and why."""
    if row.column:
        return tell("why.import.cell", row=row.row, column=row.column, cause=row.cause)
    return tell("why.import.row", row=row.row, cause=row.cause)
