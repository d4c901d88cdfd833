"""In: an installation's journals. Out: export files and archived segments. I/O: PostgreSQL, files.

What the commands `journal export`, `journal check` and `journal archive` do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from energy.base.clock import Clock
from energy.base.config import Config
from energy.base.errors import RefusedError
from energy.base.period import midnight
from energy.base.version import program_version
from energy.journal.archive import (
    Archiving,
    NothingToArchiveError,
    drop_payloads,
    require_droppable,
)
from energy.journal.archive_read import Segment
from energy.journal.export import Advance, parts_of, snapshot, write_part
from energy.journal.export_check import Checked, check_export
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
from energy.journal.seal import DIRECTORY_APPLICATIONS, SITE_APPLICATIONS
from energy.journal.seal_head import position_signed_before, read_head_files
from energy.journal.seal_keys import key_id, public_keys, sync_folder
from energy.store.migrate import schema_files
from energy.store.pool import Database
from energy.store.sites import DIRECTORY, Site
from energy.views.progress import FOLLOWERS_BESIDE
from processes.journal_seal import signing_key

JOURNAL_SUFFIX = ".journal.zst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file that was written."""

    path: Path
    octets: int
    sha256: str
    entries: int
    positions: dict[str, int]
    """Last position of each application."""


def header_of(
    site: Site | None,
    kind: Kind,
    parts: tuple[Part, ...],
    clock: Clock,
    *,
    transfer: Mapping[str, str] | None = None,
) -> Header:
    """Return the header of a file.

    Args:
        site: The site it is about, if any.
        kind: What the file is for.
        parts: What it will hold.
        clock: Tells when it was made.
        transfer: How the keys of personal fields are protected, when there are any.
    """
    facts = None
    if site is not None:
        facts = {
            "key": site.key,
            "name": site.name,
            "zone": site.zone.key,
            "currency": site.currency,
            "language": site.language,
        }
    return Header(
        kind=kind,
        made_at=clock.now(),
        program=f"meterline {program_version()}",
        schema_number=schema_files("site")[-1].number,
        site=facts,
        parts=parts,
        transfer=transfer,
    )


def file_for(target: Path, name: str) -> Path:
    """Return the file to write: `name` in a folder, or the file itself.

    Raises:
        RefusedError: There is such a file already, or no such folder.
    """
    path = target / name if target.is_dir() else target
    if path.exists():
        raise RefusedError.of("file.there_already", path=path)
    if not path.parent.is_dir():
        raise RefusedError.of("file.no_folder", parent=path.parent)
    return path


@contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that gets its name when it is whole and on the disk."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
        sync_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def export_journal(
    database: Database,
    site: Site,
    config: Config,
    clock: Clock,
    target: Path,
    *,
    folders: Sequence[Path],
    advance: Advance | None = None,
) -> Written:
    """Write every entry of a site and of the directory into one file for the offline verifier.

    Args:
        database: Pool of a role that reads journals.
        site: The site.
        config: Says where keys and signed heads lie.
        clock: Stamps the file.
        target: File or folder.
        folders: Where archived segments lie.
        advance: Told how far it is.

    Raises:
        RefusedError: The file is there already.
        JournalError: An entry is missing.
    """
    now = clock.now()
    path = file_for(target, f"{site.key}-{now:%Y%m%dT%H%M%SZ}{JOURNAL_SUFFIX}")
    wanted = [(site.schema, name) for name in SITE_APPLICATIONS]
    wanted += [(DIRECTORY, name) for name in DIRECTORY_APPLICATIONS]
    key, keys = signing_key(config), public_keys(config.seals_dir, site.schema)
    with appearing(path) as out, database.connection() as connection, snapshot(connection):
        parts = parts_of(connection, wanted)
        writer = ExportWriter(out, header_of(site, Kind.JOURNAL, parts, clock))
        for pem in keys.values():
            writer.record(Tag.KEY, pem)
        for part in parts:
            entries = entries_of(
                connection, part.scope, part.application, up_to=part.last, folders=folders
            )
            heads = read_head_files(config.seals_dir, part.scope)
            write_part(writer, connection, part, entries, heads=heads, advance=advance)
        writer.close(lambda message: (key.key_id, key.sign(message)))
    return written(path, writer, parts)


def written(path: Path, writer: ExportWriter, parts: Sequence[Part]) -> Written:
    """Return what is to be said of a file that was written."""
    return Written(
        path=path,
        octets=writer.octets,
        sha256=writer.sha256.hex(),
        entries=sum(part.last - part.after for part in parts),
        positions={part.application: part.last for part in parts},
    )


def check_file(path: Path, *, keys: Sequence[Path] = (), seals: Path | None = None) -> Checked:
    """Check an export file without any database.

    Args:
        path: The file.
        keys: Files of public keys that are trusted; none trusts those in the file.
        seals: Folder of signed heads kept elsewhere.

    Raises:
        DamagedError: It is no export file.
    """
    trusted = {key_id(pem): pem for pem in (each.read_bytes() for each in keys)} or None
    heads = []
    if seals is not None:
        scopes = [folder.name for folder in seals.iterdir() if folder.is_dir()]
        heads = [head for scope in scopes for head in read_head_files(seals, scope)]
        if trusted is None:
            trusted = public_keys(seals, *scopes) or None
    with path.open("rb") as source:
        return check_export(source, keys=trusted, heads=heads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Archives one application of a site."""

    sealer: Database
    """Pool of meterline_sealer."""
    site: Site
    application: str
    config: Config
    clock: Clock

    def position_of(self, before: str) -> int:
        """Return the first position not to be archived.

        Args:
            before: A position, or a day: then what was signed before its local midnight.

        Raises:
            RefusedError: It is neither, or nothing was signed before that day.
        """
        if before.isdecimal():
            return int(before)
        try:
            at: datetime = midnight(date.fromisoformat(before), self.site.zone)
        except ValueError as error:
            raise RefusedError(f"{before!r} is no position and no day like 2019-02-01.") from error
        with self.sealer.connection() as connection:
            position = position_signed_before(connection, self.site.schema, self.application, at)
        if position is None:
            raise RefusedError(f"Nothing of {self.application} was signed before {before}.")
        return position + 1

    def write(self, before: int, folder: Path, advance: Advance | None = None) -> list[Segment]:
        """Write segments of what stands before a position; return them.

        Args:
            before: First position not to be archived.
            folder: Where the files go.
            advance: Told how far it is.

        Raises:
            NothingToArchiveError: Nothing new before it is signed.
            ArchiveError: A segment does not hold what was sealed.
        """

        def header(kind: Kind, parts: tuple[Part, ...]) -> Header:
            return header_of(self.site, kind, parts, self.clock)

        key, seals = signing_key(self.config), self.config.seals_dir
        archiving = Archiving(
            database=self.sealer,
            schema=self.site.schema,
            application=self.application,
            folder=folder,
            clock=self.clock,
            key=key,
            keys=public_keys(seals, self.site.schema),
            header=header,
        )
        return archiving.before(before, read_head_files(seals, self.site.schema), advance=advance)

    def write_and_drop(
        self, before: int, folder: Path, owner: Database, advance: Advance | None = None
    ) -> tuple[list[Segment], list[Segment]]:
        """Write what is not archived yet, then drop; return the segments written and dropped.

        Raises:
            NothingToArchiveError: There was neither to write nor to drop.
            RefusedError: A view has not read them yet.
            ArchiveError: A file is not what was recorded.
        """
        require_droppable(self.application)
        try:
            fresh = self.write(before, folder, advance)
        except NothingToArchiveError:
            dropped = self.drop(before, owner)
            if not dropped:
                raise
            return [], dropped
        return fresh, self.drop(before, owner)

    def drop(self, before: int, owner: Database) -> list[Segment]:
        """Take the payloads of archived batches out of the table; return the segments concerned.

        Their files must lie where every process looks for them: in `config.archive_dir`.

        Args:
            before: First position that stays as it is.
            owner: Pool of meterline_owner.

        Raises:
            RefusedError: A view has not read them yet.
            ArchiveError: A file is not what was recorded.
        """
        beside = [name for name, of in FOLLOWERS_BESIDE.items() if of == self.application]
        return drop_payloads(
            owner,
            self.site.schema,
            self.application,
            before,
            folders=[self.config.archive_dir],
            keys=public_keys(self.config.seals_dir, self.site.schema),
            followers=(self.application, *beside),
            clock=self.clock,
        )
