"""In: a whole database. Out: every journal in it, verified: how far, how whole. I/O: reads.

For the person who has just restored or upgraded a database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from energy.journal.verify import Proofs, Verified, verify
from energy.store.sites import DIRECTORY


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFound:
    """One application's journal."""

    schema: str
    application: str
    position: int
    learned_at: datetime | None
    """When it learned its last entry; None when it is empty."""
    broken_at: int | None
    """First broken position, or None when it is whole."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a whole database holds."""

    journals: tuple[JournalFound, ...]
    batches: Mapping[UUID, int]
    """Number of the last batch of each source epoch asked for."""
    last_replayed_at: datetime | None
    """Server's clock of the last transaction that a recovery replayed; None without one."""


def survey(dsn: str, *, folders: Sequence[Path] = (), streams: Sequence[UUID] = ()) -> Survey:
    """Verify every journal of a database and return how far it goes.

    Args:
        dsn: Of an account that may read everything.
        folders: Where archived segments of journals lie.
        streams: Source epochs whose last batch is asked for.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        row: Any = connection.execute("SELECT pg_last_xact_replay_timestamp()").fetchone()
        return Survey(
            journals=tuple(journals_of(connection, folders)),
            batches=last_batches(connection, streams),
            last_replayed_at=row[0],
        )


def journals_of(
    connection: psycopg.Connection[tuple[object, ...]], folders: Sequence[Path] = ()
) -> list[JournalFound]:
    """Return every journal of a database, verified; the directory's first.

    Args:
        connection: A connection that may read everything, in autocommit mode.
        folders: Where archived segments of journals lie.
    """
    proofs = Proofs(folders=tuple(folders))
    return [
        journal
        for schema in schemas_of(connection)
        for journal in _of_schema(connection, schema, proofs)
    ]


def schemas_of(connection: psycopg.Connection[tuple[object, ...]]) -> Sequence[str]:
    """Return the directory's schema and every site's."""
    rows: Any = connection.execute(
        "SELECT nspname FROM pg_namespace WHERE to_regclass(format('%%I.journal_head', nspname)) "
        "IS NOT NULL ORDER BY nspname <> %s, nspname",
        (DIRECTORY,),
    ).fetchall()
    return [str(name) for (name,) in rows]


def _of_schema(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, proofs: Proofs
) -> list[JournalFound]:
    rows: Any = connection.execute(
        "SELECT application, position, CASE WHEN isfinite(learned_at) THEN learned_at END "
        f"FROM {schema}.journal_head ORDER BY application"
    ).fetchall()
    found = []
    for application, position, learned_at in rows:
        verified: Verified = verify(connection, schema, application, proofs=proofs)
        found.append(
            JournalFound(
                schema=schema,
                application=application,
                position=position,
                learned_at=learned_at,
                broken_at=verified.broken_at,
                reason=verified.reason,
            )
        )
    return found


def last_batches(
    connection: psycopg.Connection[tuple[object, ...]], streams: Sequence[UUID]
) -> dict[UUID, int]:
    """Return the number of the last batch that any site holds of some source epochs.

    Args:
        connection: A connection that may read everything, in autocommit mode.
        streams: Source epochs; one without a batch is not in the answer.
    """
    found: dict[UUID, int] = {}
    for schema in schemas_of(connection):
        if schema == DIRECTORY:
            continue
        rows: Any = connection.execute(
            "SELECT originator_id, max(originator_version) "
            f"FROM {schema}.metering_events WHERE originator_id = ANY(%s) GROUP BY originator_id",
            (list(streams),),
        ).fetchall()
        for stream, last in rows:
            found[stream] = max(found.get(stream, 0), int(last))
    return found
