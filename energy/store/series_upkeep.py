"""In: the owner's pool, a site, the clock. Out: readings partitioned, packed, dropped. I/O.

Done by `jobs` beside the ingest. The journal is the record: a reading that leaves `reading` is
read again from there when an old day is asked for (energy/views/old_readings.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from energy.store.migrate import PARTITIONS_AHEAD, recorded_series
from energy.store.pool import Database
from energy.store.series import TimeSeries
from energy.store.series_locks import Connection, wait_for_older_transactions
from energy.store.series_report import Dropped

SERIES = "reading"
PACK_AFTER = timedelta(days=14)
"""A chunk is packed when it has been over for so long: late readings are rare by then."""
NOTHING = Dropped(parts=(), rows=0)
FOLLOWER = "metering"
MOST_ENTRIES_BEHIND = 1000
"""Nothing is dropped while more entries than this wait to be folded."""
log = structlog.get_logger("store.upkeep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a round of retention did."""

    kept_from: datetime | None
    """From where on the table is complete; None when nothing was ever dropped."""
    dropped: Dropped = NOTHING
    waits: str = ""
    """Why nothing was dropped though something is old enough."""


def keep_series(owner: Database, schema: str, now: datetime, days: int) -> Kept:
    """Drop the raw readings that are older than some days, in whole partitions.

    `kept_from` moves first, in a transaction of its own; rows go only when every transaction that
    may still rely on the old one has ended.

    Args:
        owner: Pool in the owner's role.
        schema: The site's schema.
        now: Present instant.
        days: Days kept; 0 keeps everything. [d]

    Returns:
        From where on the table is complete, and what was dropped.

    Raises:
        SeriesBusyError: A long report held the readings all the time; call again.
    """
    with owner.connection() as connection:
        before = kept_from(connection, schema)
        if days == 0:
            return Kept(kept_from=before)
        engine = recorded_series(connection)
        wanted = engine.boundary(connection, schema, now - timedelta(days=days))
        at = max((t for t in (wanted, before) if t is not None), default=None)
        if at is None:
            return Kept(kept_from=None)
        waits = _not_yet(connection, schema, at)
        if waits:
            return Kept(kept_from=before, waits=waits)
        _move_kept_from(connection, schema, at, now)
        if not wait_for_older_transactions(connection):
            return Kept(kept_from=at, waits="a long transaction still reads the old readings")
        dropped = engine.drop_before(connection, schema, at)
    if dropped.parts:
        log.info("readings.dropped", schema=schema, kept_from=at.isoformat(), parts=dropped.parts)
    return Kept(kept_from=at, dropped=dropped)


def tend_series(owner: Database, schema: str, now: datetime, days: int) -> Kept:
    """Make partitions ahead, settle stragglers, pack what is over, drop what is old.

    Args:
        owner: Pool in the owner's role.
        schema: The site's schema.
        now: Present instant.
        days: Days of raw readings kept; 0 keeps everything. [d]

    Raises:
        SeriesBusyError: A long report held the readings all the time; call again.
    """
    with owner.connection() as connection:
        engine: TimeSeries = recorded_series(connection)
        engine.ensure_partitions(connection, schema, now, now + PARTITIONS_AHEAD)
    kept = keep_series(owner, schema, now, days)
    with owner.connection() as connection:
        made = engine.settle(connection, schema, kept.kept_from)
        packed = engine.compact(connection, schema, now - PACK_AFTER)
    if made or packed:
        log.info("readings.tended", schema=schema, settled=made, packed=len(packed))
    return kept


def kept_from(connection: Connection, schema: str) -> datetime | None:
    """Return from where on `reading` holds every row of the journal; None for all of them."""
    row: Any = connection.execute(
        f"SELECT kept_from FROM {schema}.series_kept WHERE series = %s", (SERIES,)
    ).fetchone()
    return None if row is None else row[0]


def _not_yet(connection: Connection, schema: str, at: datetime) -> str:
    """Return why rows before an instant are still needed; empty when they are not."""
    row: Any = connection.execute(
        f"SELECT h.position - coalesce(f.position, 0) FROM {schema}.journal_head AS h "
        f"LEFT JOIN {schema}.follower AS f ON f.name = %s WHERE h.application = 'metering'",
        (FOLLOWER,),
    ).fetchone()
    if row[0] > MOST_ENTRIES_BEHIND:
        return f"the views are {row[0]} entries behind the journal"
    dirty: Any = connection.execute(
        f"SELECT EXISTS (SELECT FROM {schema}.gauge_dirty WHERE start_at < %s)", (at,)
    ).fetchone()
    return "hours of gauges before it are still to be computed" if dirty[0] else ""


def _move_kept_from(connection: Connection, schema: str, at: datetime, now: datetime) -> None:
    """Say that the table is complete from an instant on; it never goes back."""
    connection.execute(
        f"INSERT INTO {schema}.series_kept VALUES (%s, %s, %s) ON CONFLICT (series) DO UPDATE "
        "SET kept_from = excluded.kept_from, changed_at = excluded.changed_at "
        "WHERE series_kept.kept_from < excluded.kept_from",
        (SERIES, at, now),
    )
