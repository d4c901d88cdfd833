"""In: entries of every application, in position order. Out: their chain in `seal`. I/O: PostgreSQL.

The seal follower (role meterline_sealer). The next row begins where the last one ended, and the
table's key is (application, first position): of two followers that seal the same slice one loses
and nothing happens. Killed between two statements, it goes on from the last row. A gap in the
positions is damage: nothing behind it is sealed until somebody has looked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import structlog

from energy.base.clock import Clock
from energy.base.errors import JournalError
from energy.journal.chain import FIRST_LINK, LINK_BYTES, SealRow, entry_bytes, next_link
from energy.journal.entry import Entry
from energy.journal.recorder import head_position, read_entries
from energy.store.pool import Database

SITE_APPLICATIONS = ("metering", "operations", "books")
DIRECTORY_APPLICATIONS = ("directory",)
SLICE = 512
"""Entries in one row of `seal` at most."""
_COLUMNS = "application, first_position, last_position, links, sealed_at"
log = structlog.get_logger("seal")


class SealError(JournalError):
    """The journal cannot be sealed or signed as it stands."""

    code = "journal.seal"


def seal_step(
    database: Database,
    schema: str,
    applications: Sequence[str],
    clock: Clock,
    *,
    limit: int = SLICE,
) -> int:
    """Seal one slice of each application; return how many entries were sealed.

    An application that cannot be sealed does not keep the others from it.

    Args:
        database: Pool of meterline_sealer.
        schema: Schema of the journal.
        applications: SITE_APPLICATIONS, or DIRECTORY_APPLICATIONS.
        clock: Stamps the rows.
        limit: Most entries of one application.

    Raises:
        SealError: A position is missing; what stands before it is sealed.
        StoreUnavailableError, psycopg.OperationalError: The database went away; call again.
    """
    sealed = 0
    broken: SealError | None = None
    for application in applications:
        try:
            with database.connection() as connection:
                sealed += _seal(connection, schema, application, clock, limit)
        except SealError as error:
            broken = error
    if broken is not None and not sealed:
        raise broken
    return sealed


def _seal(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    clock: Clock,
    limit: int,
) -> int:
    after, link = last_link(connection, schema, application)
    if head_position(connection, schema, application) <= after:
        return 0
    entries = read_entries(connection, schema, application, after=after, limit=limit)
    whole = _without_gap(entries, after)
    if not whole:
        raise SealError(
            f"{schema}.{application}: the entry at position {after + 1} is missing, so nothing "
            "behind it can be sealed. Run `journal verify`; restore the journal from a backup."
        )
    links = []
    for entry in whole:
        link = next_link(link, entry_bytes(entry))
        links.append(link)
    try:
        connection.execute(
            f"INSERT INTO {schema}.seal ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s)",
            (application, after + 1, whole[-1].position, b"".join(links), clock.now()),
        )
    except psycopg.errors.UniqueViolation:
        log.debug("sealed by somebody else", schema=schema, application=application)
        return 0
    return len(whole)


def _without_gap(entries: Sequence[Entry], after: int) -> list[Entry]:
    """Return the entries up to the first missing position."""
    return [entry for n, entry in enumerate(entries, after + 1) if entry.position == n]


def last_link(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, application: str
) -> tuple[int, bytes]:
    """Return the last sealed position and its link; 0 and link 0 before the first seal."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT last_position, substring(links FROM octet_length(links) - {LINK_BYTES - 1}) "
        f"FROM {schema}.seal WHERE application = %s ORDER BY first_position DESC LIMIT 1",
        (application,),
    ).fetchone()
    return (row[0], bytes(row[1])) if row else (0, FIRST_LINK)


def seal_rows(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    *,
    after: int = 0,
    up_to: int = 2**62,
) -> Iterator[SealRow]:
    """Give the rows of the seal that hold links of some positions, in order, a few at a time.

    Args:
        connection: Any connection that may read the seal; the rows are one snapshot's only
            inside a transaction.
        schema: Schema of the journal.
        application: One of its applications.
        after: Position before the first one wanted.
        up_to: Last position wanted.
    """
    before = -1
    while True:
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT {_COLUMNS} FROM {schema}.seal WHERE application = %s AND first_position > %s "
            "AND last_position > %s AND first_position <= %s ORDER BY first_position LIMIT 64",
            (application, before, after, up_to),
        ).fetchall()
        for name, first, last, links, sealed_at in rows:
            yield SealRow(
                application=name, first=first, last=last, links=bytes(links), sealed_at=sealed_at
            )
        if len(rows) < 64:
            return
        before = rows[-1][1]
