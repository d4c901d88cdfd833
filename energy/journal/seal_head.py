"""In: a sealed journal and a key. Out: signed heads, in the database and beside it. I/O.

A head is signed only after the chain from the last signed head to it was computed again from the
entries, so nothing that was changed meanwhile gets a signature. Each signing leaves a small file
in `<seals>/<schema>/`: who owns the database cannot change that; copy the folder elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from energy.base.clock import Clock
from energy.base.errors import JournalError
from energy.journal.chain import (
    FIRST_LINK,
    SignedHead,
    entry_bytes,
    head_from_json,
    head_message,
    head_to_json,
    next_link,
)
from energy.journal.recorder import read_entries
from energy.journal.seal import SLICE, SealError, last_link
from energy.journal.seal_keys import SealKey, public_keys, signature_holds, write_whole
from energy.store.pool import Database

FORMAT = 1


class HeadFileError(JournalError):
    """A file of signed heads cannot be read."""

    code = "journal.head_file"


def sign_heads(
    database: Database,
    schema: str,
    applications: Sequence[str],
    clock: Clock,
    key: SealKey,
    seals: Path,
) -> list[SignedHead]:
    """Sign the newest sealed position of each application; return the new heads.

    The file is written before the rows: killed in between, the next call signs again.

    Args:
        database: Pool of meterline_sealer.
        schema: Schema of the journal.
        applications: Its applications.
        clock: Stamps the heads.
        key: Signs them.
        seals: Folder of signed heads.

    Raises:
        SealError: What was sealed or signed before does not follow from the entries.
    """
    signed_at = clock.now()
    filed, keys = read_head_files(seals, schema), public_keys(seals, schema)
    heads = []
    with database.connection() as connection:
        for application in applications:
            known = [head for head in filed if head.application == application]
            known += table_heads(connection, schema, application)
            proved = [head for head in known if head_holds(head, keys)]
            head = _next_head(connection, schema, application, proved)
            if head is not None:
                message = head_message(schema, application, *head, signed_at)
                heads.append(
                    SignedHead(
                        scope=schema,
                        application=application,
                        position=head[0],
                        link=head[1],
                        signed_at=signed_at,
                        key_id=key.key_id,
                        signature=key.sign(message),
                    )
                )
        if heads:
            write_head_file(seals, schema, heads)
            insert_heads(connection, schema, heads)
    return heads


def _next_head(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    known: Sequence[SignedHead],
) -> tuple[int, bytes] | None:
    """Return the position and link to sign, or None when the newest is signed already."""
    sealed, stored = last_link(connection, schema, application)
    newest = max(known, key=lambda head: head.position, default=None)
    after, link = (newest.position, newest.link) if newest is not None else (0, FIRST_LINK)
    if sealed < after:
        raise SealError(
            f"{schema}.{application} is sealed up to position {sealed}, but {after} was signed "
            "already. Run `journal verify`; after a restore to an earlier time read "
            "docs/guides/operations.md, The seal."
        )
    if sealed == after and stored == link:
        return None
    while after < sealed:
        entries = read_entries(
            connection, schema, application, after=after, limit=SLICE, up_to=sealed
        )
        if not entries:
            break
        for entry in entries:
            link = next_link(link, entry_bytes(entry))
        after = entries[-1].position
    if after != sealed or link != stored:
        raise SealError(
            f"{schema}.{application} is not what was sealed up to position {sealed}; it was not "
            "signed. `journal verify` names the first broken position."
        )
    return sealed, link


def table_heads(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, application: str
) -> list[SignedHead]:
    """Return the signed heads that the database holds, by position."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT position, link, signed_at, key_id, signature "
        f"FROM {schema}.seal_head WHERE application = %s ORDER BY position",
        (application,),
    ).fetchall()
    return [
        SignedHead(
            scope=schema,
            application=application,
            position=position,
            link=bytes(link),
            signed_at=signed_at,
            key_id=name,
            signature=bytes(signature),
        )
        for position, link, signed_at, name, signature in rows
    ]


def position_signed_before(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    at: datetime,
) -> int | None:
    """Return the last position that was signed before an instant; None when there is none."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT max(position) FROM {schema}.seal_head WHERE application = %s AND signed_at < %s",
        (application, at),
    ).fetchone()
    return None if row is None else row[0]


def insert_heads(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, heads: Iterable[SignedHead]
) -> None:
    """Store signed heads; one that is there already stays."""
    for head in heads:
        connection.execute(
            f"INSERT INTO {schema}.seal_head "
            "(application, position, link, signed_at, key_id, signature) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                head.application,
                head.position,
                head.link,
                head.signed_at,
                head.key_id,
                head.signature,
            ),
        )


def write_head_file(seals: Path, schema: str, heads: Sequence[SignedHead]) -> Path:
    """Write the heads of one signing as a file of their own; return it.

    Args:
        seals: Folder of signed heads.
        schema: Schema of the journal.
        heads: At least one, signed at one instant.
    """
    folder = seals / schema
    folder.mkdir(parents=True, exist_ok=True)
    at = heads[0].signed_at.astimezone(UTC)
    path = folder / f"{at:%Y%m%dT%H%M%S%fZ}.json"
    document = {"format": FORMAT, "heads": [head_to_json(head) for head in heads]}
    write_whole(path, json.dumps(document, indent=1).encode() + b"\n")
    return path


def read_head_files(seals: Path, schema: str) -> list[SignedHead]:
    """Return the signed heads that lie in files, oldest first.

    Raises:
        HeadFileError: A file is damaged, of another journal, or of a newer program.
    """
    heads: list[SignedHead] = []
    for path in sorted((seals / schema).glob("*.json")):
        try:
            document = json.loads(path.read_bytes())
            if document["format"] != FORMAT:
                raise HeadFileError(f"{path} was written by a newer program. Use that one.")
            found = [head_from_json(each) for each in document["heads"]]
        except (ValueError, KeyError, TypeError) as error:
            raise HeadFileError(
                f"{path} is damaged ({error!r}). Put back the copy you keep elsewhere."
            ) from error
        if any(head.scope != schema for head in found):
            raise HeadFileError(f"{path} belongs to another journal. Move it to its own folder.")
        heads += found
    return heads


def head_holds(head: SignedHead, keys: Mapping[str, bytes]) -> bool | None:
    """Return whether a head's signature holds; None when its key is not known."""
    return signature_holds(keys, head.key_id, head.message, head.signature)
