"""In: a connection. Out: the readings of a plain PostgreSQL in partitions by month. I/O.

What belongs to no month's partition lies in the default one, so nothing is ever refused.
DETACH ... CONCURRENTLY is not to be had beside a default partition: the plain one is used, under a
short lock time-out (docs/decisions/0020-partitions-and-retention.md).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg import sql

from energy.store.series_locks import Connection, patiently
from energy.store.series_report import Dropped, PartSize, SizeReport

_MONTH = re.compile(r"reading_(\d{4})(\d{2})")
_DEFAULT = "reading_default"


class PlainSeries:
    """Native range partitions by month, with a default partition so nothing is ever refused."""

    name = "plain"

    def suffix(self) -> str:
        """Return PARTITION BY RANGE."""
        return " PARTITION BY RANGE (at)"

    def make_series(self, connection: Connection, schema: str) -> None:
        """Make the default partition."""
        connection.execute(
            sql.SQL("CREATE TABLE {0}.reading_default PARTITION OF {0}.reading DEFAULT").format(
                sql.Identifier(schema)
            )
        )

    def ensure_partitions(
        self, connection: Connection, schema: str, first: datetime, last: datetime
    ) -> None:
        """Make the months from first to last (owner only; idempotent).

        Readings of such a month that came before its partition move into it. Nobody waits longer
        for it than a tenth of a second and the move of those readings.

        Raises:
            SeriesBusyError: A long report held the table all the time.
        """
        there = set(_months(connection, schema))
        month = _month_of(first)
        while month <= last:
            if month not in there:
                self._ensure_month(connection, schema, month)
            month = _following(month)

    def settle(self, connection: Connection, schema: str, since: datetime | None) -> list[str]:
        """Give a partition to each month of readings in the default one; return what was made.

        Times that only a wrong clock can tell stay in the default one.

        Args:
            connection: As the owner.
            schema: The site's schema.
            since: Months before this one stay where they are: they are to be dropped.
        """
        rows: Any = connection.execute(
            sql.SQL(
                "SELECT DISTINCT date_trunc('month', at, 'UTC') FROM {}.reading_default "
                "WHERE at >= coalesce(%s, '-infinity'::timestamptz) "
                "AND at >= '1900-01-01Z' AND at < '2200-01-01Z' ORDER BY 1"
            ).format(sql.Identifier(schema)),
            (since and _following(_month_of(since - timedelta(microseconds=1))),),
        ).fetchall()
        for (month,) in rows:
            self._ensure_month(connection, schema, month)
        return [_part(month) for (month,) in rows]

    def boundary(self, connection: Connection, schema: str, at: datetime) -> datetime | None:
        """Return the last boundary between partitions that is not after an instant."""
        return _month_of(at)

    def drop_before(self, connection: Connection, schema: str, at: datetime) -> Dropped:
        """Drop the partitions that end by an instant, and older rows of the default one.

        Args:
            connection: As the owner, in autocommit mode.
            schema: The site's schema.
            at: A boundary.

        Raises:
            SeriesBusyError: A long report held the table all the time; call again.
        """
        names = [_part(m) for m in _months(connection, schema) if _following(m) <= at]
        for name in names:
            patiently(connection, lambda name=name: _drop_part(connection, schema, name))  # type: ignore[misc]
        gone = connection.execute(
            sql.SQL("DELETE FROM {}.reading_default WHERE at < %s").format(sql.Identifier(schema)),
            (at,),
        )
        return Dropped(parts=tuple(names), rows=gone.rowcount)

    def compact(self, connection: Connection, schema: str, before: datetime) -> tuple[str, ...]:
        """Do nothing: a plain partition is as small as it gets."""
        return ()

    def size_report(self, connection: Connection, schema: str) -> SizeReport:
        """Return what each partition takes."""
        rows: Any = connection.execute(
            "SELECT c.relname, greatest(c.reltuples, 0)::bigint, pg_table_size(c.oid), "
            "pg_indexes_size(c.oid) FROM pg_partition_tree(%s::regclass) AS t "
            "JOIN pg_class AS c ON c.oid = t.relid WHERE t.isleaf ORDER BY c.relname",
            (f"{schema}.reading",),
        ).fetchall()
        parts = tuple(
            PartSize(name=name, rows=count, table_octets=table, index_octets=index)
            for name, count, table, index in rows
        )
        return SizeReport(engine=self.name, parts=parts)

    @staticmethod
    def _ensure_month(connection: Connection, schema: str, month: datetime) -> None:
        patiently(connection, lambda: _make_part(connection, schema, month))


def _make_part(connection: Connection, schema: str, month: datetime) -> None:
    """Make one month's partition, ready before it is attached: no scan, no index built."""
    name = _part(month)
    there: Any = connection.execute(
        "SELECT to_regclass(%s) IS NOT NULL", (f"{schema}.{name}",)
    ).fetchone()
    if there[0]:
        return  # another process was faster
    names = {
        "schema": sql.Identifier(schema),
        "part": sql.Identifier(name),
        "check": sql.Identifier(f"{name}_at"),
        "low": sql.Literal(month),
        "high": sql.Literal(_following(month)),
    }
    # Reports go on. A writer waits here, before its rows are routed: one that waited at the default
    # partition would find afterwards that they do not belong there any more, and fail.
    connection.execute(
        sql.SQL("LOCK TABLE ONLY {schema}.reading IN SHARE ROW EXCLUSIVE MODE").format(**names)
    )
    waiting: Any = connection.execute(
        sql.SQL(
            "SELECT EXISTS (SELECT FROM {schema}.reading_default WHERE at >= {low} AND at < {high})"
        ).format(**names)
    ).fetchone()
    move = (
        "WITH moved AS (DELETE FROM {schema}.reading_default "
        "WHERE at >= {low} AND at < {high} RETURNING *) "
        "INSERT INTO {schema}.{part} SELECT * FROM moved"
    )
    ready = (
        "ALTER TABLE {schema}.{part} ADD PRIMARY KEY (channel, at), "
        "ADD CONSTRAINT {check} CHECK (at >= {low} AND at < {high})"
    )
    attach = (
        "ALTER TABLE {schema}.reading ATTACH PARTITION {schema}.{part} "
        "FOR VALUES FROM ({low}) TO ({high})"
    )
    for statement in (
        "CREATE TABLE {schema}.{part} (LIKE {schema}.reading INCLUDING DEFAULTS)",
        *((move,) if waiting[0] else ()),
        ready,
        attach,
        "ALTER TABLE {schema}.{part} DROP CONSTRAINT {check}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _drop_part(connection: Connection, schema: str, name: str) -> None:
    for statement in (
        "ALTER TABLE {schema}.reading DETACH PARTITION {schema}.{part}",
        "DROP TABLE {schema}.{part}",
    ):
        connection.execute(
            sql.SQL(statement).format(schema=sql.Identifier(schema), part=sql.Identifier(name))
        )


def _months(connection: Connection, schema: str) -> list[datetime]:
    """Return the months that have a partition, oldest first."""
    rows: Any = connection.execute(
        "SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = %s::regclass ORDER BY c.relname",
        (f"{schema}.reading",),
    ).fetchall()
    matches = [_MONTH.fullmatch(name) for (name,) in rows]
    return [datetime(int(m[1]), int(m[2]), 1, tzinfo=UTC) for m in matches if m is not None]


def _part(month: datetime) -> str:
    return f"reading_{month:%Y%m}"


def _month_of(at: datetime) -> datetime:
    day = at.astimezone(UTC)
    return datetime(day.year, day.month, 1, tzinfo=UTC)


def _following(month: datetime) -> datetime:
    day = date(month.year, month.month, 1) + timedelta(days=32)
    return datetime(day.year, day.month, 1, tzinfo=UTC)
