"""In: a connection. Out: the suffix and partitions of time series: plain or TimescaleDB. I/O.

The one seam between a plain PostgreSQL and one with TimescaleDB; chosen at migrate time and
recorded in directory.setting. Everything else is common SQL.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import psycopg
from psycopg import sql

SERIES_LOCK = 7_246_001
"""Advisory lock key under which partitions are made."""


class TimeSeries(Protocol):
    """What differs between the two engines."""

    name: str

    def suffix(self) -> str:
        """Return the DDL behind a series table's column list."""
        ...

    def make_series(self, connection: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
        """Turn a site's fresh `reading` table into a series."""
        ...

    def ensure_partitions(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        schema: str,
        first: datetime,
        last: datetime,
    ) -> None:
        """Make the partitions that instants first to last need."""
        ...


class PlainSeries:
    """Native range partitions by month, with a default partition so nothing is ever refused."""

    name = "plain"

    def suffix(self) -> str:
        """Return PARTITION BY RANGE."""
        return " PARTITION BY RANGE (at)"

    def make_series(self, connection: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
        """Make the default partition."""
        connection.execute(
            sql.SQL("CREATE TABLE {0}.reading_default PARTITION OF {0}.reading DEFAULT").format(
                sql.Identifier(schema)
            )
        )

    def ensure_partitions(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        schema: str,
        first: datetime,
        last: datetime,
    ) -> None:
        """Make the months from first to last (owner only; idempotent).

        Readings of such a month that came before its partition move into it.
        """
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (SERIES_LOCK,))
        month = date(first.year, first.month, 1)
        while month <= last.date():
            following = (month + timedelta(days=32)).replace(day=1)
            _ensure_month(connection, schema, month, following)
            month = following


def _ensure_month(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, month: date, following: date
) -> None:
    part = f"reading_{month:%Y%m}"
    there = connection.execute(
        "SELECT to_regclass(%s) IS NOT NULL", (f"{schema}.{part}",)
    ).fetchone()
    if there is not None and there[0]:
        return
    names = {
        "schema": sql.Identifier(schema),
        "part": sql.Identifier(part),
        "low": sql.Literal(datetime(month.year, month.month, 1, tzinfo=UTC)),
        "high": sql.Literal(datetime(following.year, following.month, 1, tzinfo=UTC)),
    }
    for statement in (
        "CREATE TABLE {schema}.{part} (LIKE {schema}.reading INCLUDING DEFAULTS)",
        (
            "WITH moved AS (DELETE FROM {schema}.reading_default "
            "WHERE at >= {low} AND at < {high} RETURNING *) "
            "INSERT INTO {schema}.{part} SELECT * FROM moved"
        ),
        (
            "ALTER TABLE {schema}.reading ATTACH PARTITION {schema}.{part} "
            "FOR VALUES FROM ({low}) TO ({high})"
        ),
    ):
        connection.execute(sql.SQL(statement).format(**names))


class TimescaleSeries:
    """A hypertable with weekly chunks."""

    name = "timescale"

    def suffix(self) -> str:
        """Return nothing: a hypertable begins as an ordinary table."""
        return ""

    def make_series(self, connection: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
        """Make the hypertable; its indexes are ours."""
        connection.execute(
            "SELECT create_hypertable(%s::regclass, by_range('at', INTERVAL '7 days'), "
            "create_default_indexes => false)",
            (f"{schema}.reading",),
        )

    def ensure_partitions(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        schema: str,
        first: datetime,
        last: datetime,
    ) -> None:
        """Do nothing: chunks are made on insert."""


def probe(connection: psycopg.Connection[tuple[object, ...]]) -> TimeSeries:
    """Return the engine a server offers: TimescaleDB when its extension is installed."""
    found = connection.execute(
        "SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'"
    ).fetchone()
    return TimescaleSeries() if found else PlainSeries()


def by_name(name: str) -> TimeSeries:
    """Return the engine recorded at migrate time."""
    engines: dict[str, TimeSeries] = {e.name: e for e in (PlainSeries(), TimescaleSeries())}
    return engines[name]
