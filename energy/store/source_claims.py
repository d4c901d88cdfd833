"""In: a collector and the sources it wants. Out: those it may ask. I/O: PostgreSQL.

Times are the server's: no collector's clock decides who owns a source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from energy.store.pool import Database

STALE_S = 900
"""A claim that was not renewed for so long may be taken over. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who asks a source."""

    source: str
    owner: UUID
    name: str
    """The owner's machine."""
    renewed_at: datetime
    """Aware UTC."""


def claim_sources(
    database: Database, schema: str, owner: UUID, name: str, sources: Sequence[str]
) -> list[Claim]:
    """Claim or renew what is free, ours or stale; return who asks each source now.

    Args:
        database: The process's pool (role meterline_writer).
        schema: The site's schema.
        owner: The collector.
        name: Its machine.
        sources: What it wants to ask.
    """
    with database.transaction() as connection:
        connection.execute(
            f"INSERT INTO {schema}.source_claim AS held "
            "SELECT s, %(owner)s, %(name)s, clock_timestamp(), clock_timestamp() "
            "FROM unnest(%(sources)s::text[]) AS s ORDER BY s "
            "ON CONFLICT (source) DO UPDATE SET owner = excluded.owner, name = excluded.name, "
            "claimed_at = CASE WHEN held.owner = excluded.owner THEN held.claimed_at "
            "ELSE excluded.claimed_at END, renewed_at = excluded.renewed_at "
            "WHERE held.owner = excluded.owner "
            "OR held.renewed_at < clock_timestamp() - make_interval(secs => %(stale)s)",
            {"owner": owner, "name": name, "sources": list(sources), "stale": STALE_S},
        )
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT source, owner, name, renewed_at FROM {schema}.source_claim "
            "WHERE source = ANY(%s) ORDER BY source",
            (list(sources),),
        ).fetchall()
    return [
        Claim(source=source, owner=holder, name=machine, renewed_at=renewed)
        for source, holder, machine, renewed in rows
    ]


def give_back(database: Database, schema: str, owner: UUID) -> None:
    """Give every source of a collector back."""
    with database.transaction() as connection:
        connection.execute(f"DELETE FROM {schema}.source_claim WHERE owner = %s", (owner,))
