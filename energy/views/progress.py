"""In: positions of followers, marks. Out: how far the views are behind. I/O: reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from energy.journal.learned import learned_at
from energy.journal.recorder import read_entries
from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database
from energy.views.worker import METERING_VIEWS

FOLLOWERS_BESIDE = {"alert-evaluator": "metering", "notices": "operations"}
"""Followers that are not named after the journal they follow, with its application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How far one follower is behind its journal."""

    follower: str
    position: int
    head: int
    updated_at: datetime
    oldest_at: datetime | None = None
    """When the journal learned the oldest entry not folded yet; None when there is none."""

    @property
    def entries(self) -> int:
        """Return the entries still to fold."""
        return self.head - self.position

    def seconds(self, now: datetime) -> float:
        """Return the age of the oldest entry still to fold; 0 when there is none. [s].

        Args:
            now: Present instant of the injected clock.
        """
        return max(0.0, (now - self.oldest_at).total_seconds()) if self.oldest_at else 0.0


def read_lags(database: Database, schema: str) -> list[Lag]:
    """Return the lag of every follower of a site whose name is its application's."""
    return _lags(database, schema, {})


def read_all_lags(database: Database, schema: str) -> list[Lag]:
    """Return the lag of every follower of a site, those in FOLLOWERS_BESIDE too."""
    return _lags(database, schema, FOLLOWERS_BESIDE)


def _lags(database: Database, schema: str, beside: Mapping[str, str]) -> list[Lag]:
    with database.connection() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT f.name, h.application, f.position, greatest(h.position, f.position), "
            f"f.updated_at FROM {schema}.follower AS f JOIN {schema}.journal_head AS h "
            "ON h.application = coalesce(%s::jsonb ->> f.name, f.name) ORDER BY f.name",
            (json.dumps(dict(beside)),),
        ).fetchall()
        return [
            Lag(
                follower=name,
                position=position,
                head=head,
                updated_at=updated_at,
                oldest_at=_oldest_at(connection, schema, application, position)
                if head > position
                else None,
            )
            for name, application, position, head, updated_at in rows
        ]


def _oldest_at(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, application: str, after: int
) -> datetime | None:
    """Return when the journal learned the first entry behind a position."""
    entries = read_entries(connection, schema, application, after=after, limit=1)
    return learned_at(entries[0]) if entries else None


def newest_learned(database: Database, schema: str, application: str) -> datetime | None:
    """Return when a journal of a site learned its newest entry; None while it has none."""
    with database.connection() as connection:
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT position FROM {schema}.journal_head WHERE application = %s", (application,)
        ).fetchone()
        assert row is not None, "every application has its head"
        return _oldest_at(connection, schema, application, row[0] - 1)


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
        if at_head(database, schema, *followers) < len(followers):
            return None
        return count_readings(database, schema)
    except DATABASE_AWAY:
        return None


def at_head(database: Database, schema: str, *followers: str) -> int:
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
