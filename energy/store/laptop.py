"""In: commands of laptops. Out: what became of each, kept by its id. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]
SYNC_LOCK = 0x4C41_5054
"""First part of the advisory lock's key; the second is the schema's."""
APPLIED, REVIEW, REFUSED = "applied", "review", "refused"
_COLUMNS = (
    "command, laptop, pack, number, verb, point, at, own_hash, state, reason, position, "
    "received_at, decided_at, decided_by, decision, sealed, person, brought_by"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaptopCommand:
    """A command of a laptop and what became of it."""

    command: UUID
    laptop: UUID
    pack: UUID
    number: int
    """In the laptop's outbox, from 1."""
    verb: str
    point: str
    at: datetime
    """When it was done, by the laptop's clock."""
    own_hash: bytes
    """Chains it to the command before."""
    state: str
    """APPLIED, REVIEW or REFUSED."""
    reason: str
    """Why it is in review, or was."""
    position: int
    """Of the metering journal behind it; 0 when nothing was stored."""
    received_at: datetime
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    decision: str = ""
    """What the person who decided said."""
    sealed: str = ""
    """The act, as long as it may be needed."""
    person: UUID | None = None
    """Whose pack it was done with; None of a pack that names nobody."""
    brought_by: UUID | None = None
    """Who signed in for the bundle that brought it."""


@contextmanager
def only_one_sync(connection: Connection, schema: str) -> Iterator[bool]:
    """Give whether this session alone may do laptops' commands at a site, until the end.

    Two at once would judge one command twice, and the second put into review what the first did.

    Args:
        connection: A session of one's own; who is killed lets go with it.
        schema: The site's schema.
    """
    key = (SYNC_LOCK, schema)
    row = connection.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", key).fetchone()
    alone = row is not None and bool(row[0])
    try:
        yield alone
    finally:
        if alone and not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)


def command_rows(
    connection: Connection, schema: str, *, laptop: UUID | None = None, state: str = ""
) -> list[LaptopCommand]:
    """Return commands by laptop and number.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        laptop: Only of this laptop.
        state: Only in this state.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.laptop_command "
        "WHERE (%s::uuid IS NULL OR laptop = %s) AND (%s = '' OR state = %s) "
        "ORDER BY received_at, laptop, number",
        (laptop, laptop, state, state),
    ).fetchall()
    names = _COLUMNS.split(", ")
    return [
        LaptopCommand(**{**dict(zip(names, row, strict=True)), "own_hash": bytes(row[7])})
        for row in rows
    ]


def keep_command(connection: Connection, schema: str, row: LaptopCommand) -> None:
    """Keep what became of a command; a later word replaces the one before."""
    names = _COLUMNS.split(", ")
    changed = ("state", "reason", "position", "decided_at", "decided_by", "decision", "sealed")
    connection.execute(
        f"INSERT INTO {schema}.laptop_command ({_COLUMNS}) "
        f"VALUES ({', '.join(['%s'] * len(names))}) ON CONFLICT (command) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in changed),
        [getattr(row, name) for name in names],
    )


def laptop_of_pack(
    connection: Connection, schema: str, pack: UUID, laptop: UUID, now: datetime
) -> UUID:
    """Return the laptop that a pack belongs to: the first that sent something with it."""
    connection.execute(
        f"INSERT INTO {schema}.laptop_pack VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (pack, laptop, now),
    )
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT laptop FROM {schema}.laptop_pack WHERE pack = %s", (pack,)
    ).fetchone()
    assert row is not None, "it was just kept"
    return UUID(str(row[0]))
