"""In: a site. Out: one file with all it is made of, and the same site elsewhere. I/O.

The file holds the three journals byte for byte with their positions, learned-at instants, seal and
signed heads, the attachments and (under a pass phrase) the keys of personal fields. Views are not
in it: after the import the followers make them again, so bills, seals and as-of figures are the
same to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.base.clock import Clock, from_us
from energy.base.config import Config
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.base.transfer import TransferKey
from energy.journal.chain import SealRow
from energy.journal.directory import found_site
from energy.journal.export import Advance, parts_of, snapshot, write_part
from energy.journal.export_check import (
    Checked,
    check_export,
)
from energy.journal.export_file import (
    ExportReader,
    ExportWriter,
)
from energy.journal.export_records import (
    Header,
    Kind,
    Tag,
    attachment_bytes,
    part_from,
    seal_from,
)
from energy.journal.recorder import entries_of
from energy.journal.seal import SITE_APPLICATIONS, seal_step
from energy.journal.seal_head import read_head_files, sign_heads, write_head_file
from energy.journal.seal_keys import keep_public, key_id, public_keys
from energy.journal.site_copy import (
    CopyIn,
    PersonsNamed,
    attachments_of,
    laptop_rows,
    require_empty,
    require_same,
)
from energy.store.migrate import PARTITIONS_AHEAD, migrate_site, recorded_series, schema_files
from energy.store.pool import Database
from energy.store.sites import Site, list_sites, valid_key
from processes.journal_files import Written, appearing, file_for, header_of, written
from processes.journal_seal import signing_key
from processes.project import catch_up

SITE_SUFFIX = ".site.zst"
MOST_HISTORY = timedelta(days=3653)
"""Months before this age get their partitions from `jobs`, each that holds readings."""


class SiteFileDamagedError(RefusedError):
    """A file cannot be imported; nothing was written."""

    code = "site.file"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteExport:
    """Writes a site's file."""

    reader: Database
    """Pool of meterline_writer: may read attachments and person keys."""
    sealer: Database
    """Pool of meterline_sealer."""
    site: Site
    config: Config
    clock: Clock
    vault: PersonVault
    folders: Sequence[Path] = ()
    """Where archived segments lie."""

    def write(self, target: Path, phrase: str | None, advance: Advance | None = None) -> Written:
        """Seal, sign and write the site; return the file.

        Args:
            target: File or folder.
            phrase: Protects the keys of personal fields; None leaves them out: names then read
                as erased at the other place.
            advance: Told how far it is.

        Raises:
            RefusedError: The file is there already, or the phrase is too short.
            JournalError: An entry is missing, or is not what was sealed.
        """
        name = f"{self.site.key}-{self.clock.now():%Y%m%dT%H%M%SZ}{SITE_SUFFIX}"
        path = file_for(target, name)
        transfer = TransferKey.fresh(phrase) if phrase is not None else None
        schema, seals = self.site.schema, self.config.seals_dir
        key = signing_key(self.config)
        while seal_step(self.sealer, schema, SITE_APPLICATIONS, self.clock):
            pass
        sign_heads(self.sealer, schema, SITE_APPLICATIONS, self.clock, key, seals)
        with appearing(path) as out, self.reader.connection() as connection, snapshot(connection):
            parts = parts_of(connection, [(schema, name) for name in SITE_APPLICATIONS])
            header = header_of(
                self.site,
                Kind.SITE,
                parts,
                self.clock,
                transfer=transfer.facts if transfer is not None else None,
            )
            writer = ExportWriter(out, header)
            for pem in public_keys(seals, schema).values():
                writer.record(Tag.KEY, pem)
            persons = PersonsNamed(connection)
            heads = read_head_files(seals, schema)
            for part in parts:
                entries = entries_of(
                    connection, schema, part.application, up_to=part.last, folders=self.folders
                )
                write_part(
                    writer, connection, part, persons.seen(entries), heads=heads, advance=advance
                )
            for attached in attachments_of(connection, schema):
                writer.record(Tag.ATTACHMENT, attachment_bytes(*attached))
            for body, sealed_under in laptop_rows(connection, schema):
                writer.record(Tag.LAPTOP, body)
                persons.named |= set() if sealed_under is None else {sealed_under}
            if transfer is not None:
                self._person_keys(writer, persons.named, transfer)
            writer.close(lambda message: (key.key_id, key.sign(message)))
        return written(path, writer, parts)

    def _person_keys(self, writer: ExportWriter, persons: set[UUID], transfer: TransferKey) -> None:
        for person in sorted(persons):
            raw = self.vault.taken_out(person)
            if raw is not None:
                writer.record(Tag.PERSON_KEY, person.bytes + transfer.seal(person, raw))


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import brought."""

    site: Site
    entries: int
    attachments: int
    key_ids: tuple[str, ...]
    """Keys that signed the site's heads so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteImport:
    """Brings a site's file into an installation, its directory migrated."""

    owner: Database
    writer: Database
    config: Config
    clock: Clock
    vault: PersonVault

    def check(self, path: Path, keys: Sequence[Path] = ()) -> Checked:
        """Read a file from its first byte to its last; nothing is written.

        Args:
            path: The file.
            keys: Files of public keys, one of which must have signed it.

        Raises:
            SiteFileDamagedError: It is damaged, no site's, or of a newer schema.
            DamagedError: It is no export file, or of a newer format.
        """
        trusted = {key_id(pem): pem for pem in (each.read_bytes() for each in keys)} or None
        with path.open("rb") as source:
            checked = check_export(source, keys=trusted)
        header = checked.header
        if header.kind is not Kind.SITE or header.site is None:
            raise SiteFileDamagedError(
                f"{path} holds a {header.kind}, no site. Name a file of `site export`."
            )
        if not checked.whole:
            broken = next((p.verified for p in checked.parts if not p.verified.chain_ok), None)
            why = checked.damage
            if broken is not None and not why:
                why = f"{broken.application} at position {broken.broken_at}: {broken.reason}"
            raise SiteFileDamagedError(
                f"{path} is not whole ({why}); nothing was imported. Copy it again from its origin."
            )
        if header.schema_number > schema_files("site")[-1].number:
            raise SiteFileDamagedError(
                f"{path} was written by a newer program ({header.program}). Use that one here too."
            )
        _require_site(path, header)
        return checked

    def run(
        self,
        path: Path,
        phrase: str | None,
        keys: Sequence[Path] = (),
        *,
        checked: Checked | None = None,
        each: Callable[[int], None] | None = None,
    ) -> Imported:
        """Import a site; killed in between, call it again.

        Args:
            path: The file.
            phrase: Pass phrase of the keys of personal fields; None leaves them out.
            keys: Files of public keys, one of which must have signed it.
            checked: What `check` found, when it was called before.
            each: Told how many entries are in.

        Raises:
            SiteFileDamagedError: The file is damaged, no site's, or of a newer schema.
            NotEmptyError: The site is there with entries of its own.
            TransferError: The pass phrase is not the one of the file.
        """
        checked = checked or self.check(path, keys)
        header = checked.header
        site = _site_of(header)
        transfer = None
        if header.transfer is not None and phrase is not None:
            transfer = TransferKey.of(phrase, header.transfer)
        if any(known.key == site.key for known in list_sites(self.writer)):
            raise RefusedError(
                f"Site {site.key} is here already. Import it into another installation."
            )
        self._schema(site, checked)
        self._copy(path, site, transfer, each)
        catch_up(self.writer, site, self.clock)
        # The directory names the site last: nobody sees one that is half made.
        found_site(
            self.writer,
            self.clock,
            key=site.key,
            name=site.name,
            zone=site.zone.key,
            currency=site.currency,
            language=site.language,
            command_id=id_of("site import", site.key),
        )
        return Imported(
            site=site,
            entries=sum(part.verified.entries for part in checked.parts),
            attachments=checked.attachments,
            key_ids=checked.key_ids,
        )

    def _schema(self, site: Site, checked: Checked) -> None:
        """Make the schema, and partitions for all readings to come."""
        now = self.clock.now()
        with self.owner.connection() as connection:
            migrate_site(connection, site.key, at=now)
            if checked.reading_span_us is not None:
                first, last = (from_us(at_us) for at_us in checked.reading_span_us)
                # One reading of a wrong clock shall not make a thousand empty months.
                first = max(first, now - MOST_HISTORY)
                with connection.transaction():
                    recorded_series(connection).ensure_partitions(
                        connection, site.schema, first, min(last, now + PARTITIONS_AHEAD)
                    )

    def _copy(
        self,
        path: Path,
        site: Site,
        transfer: TransferKey | None,
        each: Callable[[int], None] | None,
    ) -> None:
        def take_key(person: UUID, box: bytes) -> bytes:
            assert transfer is not None, "keys are taken only with a phrase"
            return self.vault.wrapped(person, transfer.open(person, box))

        with path.open("rb") as source, self.owner.transaction() as connection:
            reader = ExportReader(source)
            if require_empty(connection, site.schema, reader.header):
                require_same(connection, site.schema, last_seals(reader))
                return
            copy = CopyIn(connection, site.schema, take_key if transfer is not None else None)
            copy.take(reader, each)
            keep_public(self.config.seals_dir / site.schema, copy.keys)
            if copy.heads:
                newest = max(copy.heads, key=lambda head: head.signed_at)
                others = [head for head in copy.heads if head is not newest]
                write_head_file(self.config.seals_dir, site.schema, [newest, *others])


def last_seals(reader: ExportReader) -> dict[str, SealRow]:
    """Return the last row of the seal of each application in a file."""
    last: dict[str, SealRow] = {}
    application = ""
    for record in reader.records():
        if record.tag is Tag.APPLICATION:
            application = part_from(record.body).application
        elif record.tag is Tag.SEAL:
            last[application] = seal_from(application, record.body)
    return last


def _require_site(path: Path, header: Header) -> None:
    site = header.site or {}
    key = str(site.get("key", ""))
    wanted = [(f"site_{key}", application) for application in SITE_APPLICATIONS]
    if not valid_key(key) or [(p.scope, p.application) for p in header.parts] != wanted:
        raise SiteFileDamagedError(f"{path} does not hold the journals of a site.")
    _site_of(header)


def _site_of(header: Header) -> Site:
    site = header.site or {}
    try:
        return Site(
            key=site["key"],
            name=site["name"],
            zone=ZoneInfo(site["zone"]),
            currency=site["currency"],
            language=site["language"],
        )
    except (KeyError, ValueError, OSError) as error:
        raise SiteFileDamagedError(f"The file does not describe its site ({error!r}).") from error
