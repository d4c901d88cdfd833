"""In: positions of followers, marks. Out: how far the views are behind. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database
from energy.views.worker import METERING_VIEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How far one follower is behind its journal."""

    follower: str
    position: int
    head: int
    updated_at: datetime

    @property
    def entries(self) -> int:
        """Return the entries still to fold."""
        return self.head - self.position


def read_lags(database: Database, schema: str) -> list[Lag]:
    """Return the lag of every follower of a site whose name is its application's."""
    with database.connection() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT f.name, f.position, h.position, f.updated_at "
            f"FROM {schema}.follower AS f JOIN {schema}.journal_head AS h "
            "ON h.application = f.name ORDER BY f.name"
        ).fetchall()
    return [
        Lag(follower=name, position=position, head=head, updated_at=updated_at)
        for name, position, head, updated_at in rows
    ]


def readings_when_caught_up(database: Database, schema: str, *followers: str) -> int | None:
    """Return the rows of `reading`, or None while anything lags or the database is away.

    Args:
        database: The process's pool.
        schema: The site's schema.
        followers: Names of followers of the metering journal that must be at its head beside
            every view.
    """
    try:
        lags = {lag.follower: lag for lag in read_lags(database, schema)}
        if METERING_VIEWS not in lags or any(lag.entries for lag in lags.values()):
            return None
        if _at_head(database, schema, followers) < len(followers):
            return None
        return count_readings(database, schema)
    except DATABASE_AWAY:
        return None


def _at_head(database: Database, schema: str, followers: tuple[str, ...]) -> int:
    """Return how many of some followers of the metering journal are at its head."""
    with database.connection() as connection:
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT count(*) FROM {schema}.follower AS f JOIN {schema}.journal_head AS h "
            "ON h.application = 'metering' AND f.position >= h.position WHERE f.name = ANY(%s)",
            (list(followers),),
        ).fetchone()
    assert row is not None, "a count is a row"
    return int(row[0])


def freshness(database: Database, schema: str) -> datetime | None:
    """Return the oldest of the channels' newest instants, or None while the database is away."""
    try:
        with database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"SELECT min(at) FROM {schema}.latest"
            ).fetchone()
    except DATABASE_AWAY:
        return None
    return row[0] if row else None


def count_readings(database: Database, schema: str) -> int:
    """Return the rows of the view `reading`."""
    with database.connection() as connection:
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT count(*) FROM {schema}.reading"
        ).fetchone()
    assert row is not None, "a count is a row"
    return int(row[0])


def newest_mark(database: Database, schema: str, reason: str) -> datetime | None:
    """Return the newest instant marked with a reason that begins so, or None."""
    with database.connection() as connection:
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT max(at) FROM {schema}.mark WHERE starts_with(reason, %s)", (reason,)
        ).fetchone()
    return row[0] if row else None
