"""In: a site's rows. Out: records of its file, and rows again in an empty site. I/O: PostgreSQL.

What a site is made of beside its journals: attachments, and the keys of the persons whose sealed
fields stand in its entries. Views are not copied: followers make them again. Everything goes in
in one transaction as meterline_owner, so a killed import leaves an empty site.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg

from energy.base.clock import from_us
from energy.base.errors import JournalError, RefusedError
from energy.journal.chain import DamagedError, SealRow, SignedHead, entries_from
from energy.journal.entry import BATCH_TOPIC, Entry
from energy.journal.export_file import (
    ExportReader,
    Record,
)
from energy.journal.export_records import (
    Header,
    Part,
    Tag,
    attachment,
    head_from,
    json_bytes,
    part_from,
    seal_from,
)
from energy.journal.recorder import channel_name, head_position
from energy.journal.seal import SITE_APPLICATIONS, last_link
from energy.journal.seal_head import insert_heads
from energy.store.sites import DIRECTORY

Connection = psycopg.Connection[tuple[object, ...]]
_UUID = re.compile(rb"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
LAPTOP_TABLES = ("laptop_command", "laptop_pack")
TakeKey = Callable[[UUID, bytes], bytes]
"""Takes person and key as the file has it; returns it as this installation stores it."""


class NotEmptyError(RefusedError):
    """A site is to be brought into one that has entries of its own."""

    code = "site.not_empty"


class PersonsNamed:
    """Collects which persons with a key of their own the entries name."""

    def __init__(self, connection: Connection) -> None:
        """Look for those that have a key and are no user of the installation."""
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT k.person FROM {DIRECTORY}.person_key AS k LEFT JOIN {DIRECTORY}.person AS p "
            "ON p.person = k.person WHERE p.person IS NULL"
        ).fetchall()
        self._known = {row[0].hex.encode(): row[0] for row in rows}
        self.named: set[UUID] = set()

    def seen(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        """Pass entries on and look into them."""
        for entry in entries:
            if self._known and entry.topic != BATCH_TOPIC:
                for found in _UUID.findall(entry.state):
                    person = self._known.get(found.replace(b"-", b""))
                    if person is not None:
                        self.named.add(person)
            yield entry


def attachments_of(connection: Connection, schema: str) -> Iterator[tuple[bytes, str, bytes]]:
    """Give hash, media type and content of every attachment, one at a time."""
    last = b""
    while True:
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT sha256, media_type, content FROM {schema}.attachment WHERE sha256 > %s "
            "ORDER BY sha256 LIMIT 1",
            (last,),
            binary=True,
        ).fetchone()
        if row is None:
            return
        last = bytes(row[0])
        yield last, row[1], bytes(row[2])


def laptop_rows(connection: Connection, schema: str) -> Iterator[tuple[bytes, UUID | None]]:
    """Give the rows of what laptops did, as a record has them, and whose key seals one of them."""
    for table in LAPTOP_TABLES:
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT to_jsonb(t) FROM {schema}.{table} AS t ORDER BY 1"
        ).fetchall()
        for (row,) in rows:
            sealed_under = UUID(row["command"]) if row.get("sealed") else None
            yield json_bytes({"table": table, "row": row}), sealed_under


def require_empty(connection: Connection, schema: str, header: Header) -> bool:
    """Return whether the site is already the one of a file, which a killed import had brought in.

    Args:
        connection: Any connection.
        schema: The site's schema, migrated.
        header: Of the file.

    Raises:
        NotEmptyError: It has entries of its own.
    """
    heads = {
        part.application: head_position(connection, schema, part.application)
        for part in header.parts
    }
    if not any(heads.values()):
        return False
    if all(heads[part.application] == part.last for part in header.parts):
        return True
    have = ", ".join(f"{name} {position}" for name, position in heads.items())
    raise NotEmptyError(
        f"{schema} has entries of its own ({have}). A site goes into an empty one only: import it "
        "into another installation."
    )


def require_same(connection: Connection, schema: str, links: Mapping[str, SealRow]) -> None:
    """Check that a site which seems to be the one of a file has its seal.

    Args:
        connection: Any connection.
        schema: The site's schema.
        links: Last row of the seal in the file, by application.

    Raises:
        NotEmptyError: It is another one.
    """
    for application, row in links.items():
        sealed = connection.execute(
            f"SELECT links = %s FROM {schema}.seal WHERE application = %s AND first_position = %s",
            (row.links, application, row.first),
        ).fetchone()
        if sealed != (True,):
            at, _ = last_link(connection, schema, application)
            raise NotEmptyError(
                f"{schema} holds another journal of {application} (sealed up to {at}). A site "
                "goes into an empty one only: import it into another installation."
            )


class CopyIn:
    """Takes the records of a file into an empty site, inside the caller's transaction."""

    def __init__(self, connection: Connection, schema: str, take_key: TakeKey | None) -> None:
        """Begin.

        Args:
            connection: As meterline_owner, inside a transaction.
            schema: The site's schema, migrated and empty.
            take_key: Wraps a person's key; None leaves the keys out.
        """
        self._connection = connection
        self._schema = schema
        self._take_key = take_key
        self._part: Part | None = None
        self.heads: list[SignedHead] = []
        self.keys: list[bytes] = []
        self.entries = 0

    def take(self, reader: ExportReader, each: Callable[[int], None] | None = None) -> None:
        """Take every record.

        Args:
            reader: The file, checked before.
            each: Told now and then how many entries are in.

        Raises:
            DamagedError: The file changed since it was checked.
        """
        for record in reader.records():
            self._record(record)
            if each is not None and record.tag is Tag.ENTRIES:
                each(self.entries)
        for part in reader.header.parts:
            self._connection.execute(
                "SELECT pg_notify(%s, '')", (channel_name(self._schema, part.application),)
            )

    def _record(self, record: Record) -> None:
        match record.tag:
            case Tag.KEY:
                self.keys.append(record.body)
            case Tag.APPLICATION:
                self._begin(part_from(record.body))
            case Tag.HEAD:
                self.heads.append(head_from(record.body))
                insert_heads(self._connection, self._schema, self.heads[-1:])
            case Tag.SEAL:
                self._seal(seal_from(self._opened.application, record.body))
            case Tag.ENTRIES:
                self._entries(entries_from(record.body))
            case Tag.ATTACHMENT:
                self._connection.execute(
                    f"INSERT INTO {self._schema}.attachment VALUES (%s, %s, %s) "
                    "ON CONFLICT DO NOTHING",
                    attachment(record.body),
                )
            case Tag.PERSON_KEY:
                self._person(record.body)
            case Tag.LAPTOP:
                self._laptop(record.body)
            case _:
                pass

    @property
    def _opened(self) -> Part:
        if self._part is None:
            raise JournalError("Entries stand before the begin of their application.")
        return self._part

    def _begin(self, part: Part) -> None:
        if part.application not in SITE_APPLICATIONS:
            raise DamagedError(f"A site has no application {part.application!r}.")
        self._part = part
        self._connection.execute(
            f"UPDATE {self._schema}.journal_head SET position = %s, learned_at = "
            "coalesce(%s, '-infinity'::timestamptz) WHERE application = %s",
            (
                part.last,
                None if part.learned_us is None else from_us(part.learned_us),
                part.application,
            ),
        )

    def _seal(self, row: SealRow) -> None:
        self._connection.execute(
            f"INSERT INTO {self._schema}.seal (application, first_position, last_position, "
            "links, sealed_at) VALUES (%s, %s, %s, %s, %s)",
            (row.application, row.first, row.last, row.links, row.sealed_at),
        )

    def _entries(self, entries: Sequence[Entry]) -> None:
        self._connection.execute(
            f"INSERT INTO {self._schema}.{self._opened.application}_events "
            "(originator_id, originator_version, topic, state, notification_id) SELECT * FROM "
            "unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[])",
            (
                [entry.stream for entry in entries],
                [entry.version for entry in entries],
                [entry.topic for entry in entries],
                [entry.state for entry in entries],
                [entry.position for entry in entries],
            ),
        )
        self.entries += len(entries)

    def _person(self, body: bytes) -> None:
        if self._take_key is None:
            return
        person = UUID(bytes=body[:16])
        self._connection.execute(
            f"INSERT INTO {DIRECTORY}.person_key VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (person, self._take_key(person, body[16:])),
        )

    def _laptop(self, body: bytes) -> None:
        told = json.loads(body)
        if told["table"] not in LAPTOP_TABLES:
            raise DamagedError(f"A site has no laptops' table {told['table']!r}.")
        table = f"{self._schema}.{told['table']}"
        self._connection.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s::jsonb)).*",
            (json.dumps(told["row"]),),
        )
