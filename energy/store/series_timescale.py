"""In: a connection. Out: the readings as a hypertable of TimescaleDB, packed where licensed. I/O.

Chunks of 7 days. The columnstore (13 times smaller) is under the Timescale License: with the
Apache edition everything but `compact` works the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import sql

from energy.store.series_locks import Connection, patiently
from energy.store.series_report import Dropped, PartSize, SizeReport

LICENSED = "timescale"
"""Value of `timescaledb.license` that allows the columnstore; the other one is `apache`."""


class TimescaleSeries:
    """A hypertable with weekly chunks."""

    name = "timescale"

    def suffix(self) -> str:
        """Return nothing: a hypertable begins as an ordinary table."""
        return ""

    def make_series(self, connection: Connection, schema: str) -> None:
        """Make the hypertable; its indexes are ours."""
        connection.execute(
            "SELECT create_hypertable(%s::regclass, by_range('at', INTERVAL '7 days'), "
            "create_default_indexes => false)",
            (f"{schema}.reading",),
        )

    def ensure_partitions(
        self, connection: Connection, schema: str, first: datetime, last: datetime
    ) -> None:
        """Do nothing: chunks are made on insert."""

    def settle(self, connection: Connection, schema: str, since: datetime | None) -> list[str]:
        """Do nothing: every reading lies in its chunk."""
        return []

    def boundary(self, connection: Connection, schema: str, at: datetime) -> datetime | None:
        """Return the last end of a chunk not after an instant; None without one."""
        row: Any = connection.execute(
            "SELECT max(range_end) FROM timescaledb_information.chunks "
            "WHERE hypertable_schema = %s AND hypertable_name = 'reading' AND range_end <= %s",
            (schema, at),
        ).fetchone()
        boundary: datetime | None = row[0]
        return boundary

    def drop_before(self, connection: Connection, schema: str, at: datetime) -> Dropped:
        """Drop the chunks that end by an instant.

        Args:
            connection: As the owner, in autocommit mode.
            schema: The site's schema.
            at: A boundary.

        Raises:
            SeriesBusyError: A long report held a chunk all the time; call again.
        """

        def drop() -> tuple[str, ...]:
            rows: Any = connection.execute(
                "SELECT drop_chunks(%s::regclass, older_than => %s::timestamptz)",
                (f"{schema}.reading", at),
            ).fetchall()
            return tuple(str(name).rpartition(".")[2] for (name,) in rows)

        return Dropped(parts=patiently(connection, drop), rows=0)

    def compact(self, connection: Connection, schema: str, before: datetime) -> tuple[str, ...]:
        """Pack the chunks that end by an instant into the columnstore; return their names.

        Late readings still go into a packed chunk. With the Apache edition nothing is done.

        Args:
            connection: As the owner, in autocommit mode.
            schema: The site's schema.
            before: Chunks in use stay as they are.

        Raises:
            SeriesBusyError: A long report held a chunk all the time; call again.
        """
        if edition(connection) != LICENSED:
            return ()
        rows: Any = connection.execute(
            "SELECT chunk_schema, chunk_name FROM timescaledb_information.chunks "
            "WHERE hypertable_schema = %s AND hypertable_name = 'reading' AND range_end <= %s "
            "AND NOT is_compressed ORDER BY range_start",
            (schema, before),
        ).fetchall()
        if rows:
            patiently(connection, lambda: _enable(connection, schema))
        for chunk in rows:
            patiently(connection, lambda chunk=chunk: _pack(connection, *chunk))  # type: ignore[misc]
        return tuple(str(name) for _, name in rows)

    def size_report(self, connection: Connection, schema: str) -> SizeReport:
        """Return what each chunk takes."""
        rows: Any = connection.execute(
            "SELECT d.chunk_name, greatest(p.reltuples, 0)::bigint, d.table_bytes + d.toast_bytes, "
            "d.index_bytes, c.is_compressed "
            "FROM chunks_detailed_size(%s::regclass) AS d JOIN timescaledb_information.chunks AS c "
            "USING (chunk_schema, chunk_name) "
            "JOIN pg_class AS p ON p.oid = format('%%I.%%I', chunk_schema, chunk_name)::regclass "
            "ORDER BY c.range_start",
            (f"{schema}.reading",),
        ).fetchall()
        parts = tuple(
            PartSize(
                name=name, rows=count, table_octets=table, index_octets=index, packed=bool(packed)
            )
            for name, count, table, index, packed in rows
        )
        return SizeReport(engine=self.name, parts=parts)


def edition(connection: Connection) -> str:
    """Return "timescale", "apache", or "" where the server has not loaded the extension."""
    row: Any = connection.execute(
        "SELECT coalesce(current_setting('timescaledb.license', true), '')"
    ).fetchone()
    return str(row[0])


def packed_chunks(connection: Connection) -> int:
    """Return how many chunks of the database are in the columnstore."""
    row: Any = connection.execute(
        "SELECT count(*) FROM timescaledb_information.chunks WHERE is_compressed"
    ).fetchone()
    return int(row[0])


def _enable(connection: Connection, schema: str) -> None:
    row: Any = connection.execute(
        "SELECT compression_enabled FROM timescaledb_information.hypertables "
        "WHERE hypertable_schema = %s AND hypertable_name = 'reading'",
        (schema,),
    ).fetchone()
    if not row[0]:
        connection.execute(
            sql.SQL(
                "ALTER TABLE {}.reading SET (timescaledb.compress, "
                "timescaledb.compress_segmentby = 'channel', timescaledb.compress_orderby = 'at')"
            ).format(sql.Identifier(schema))
        )


def _pack(connection: Connection, schema: str, chunk: str) -> None:
    connection.execute(
        "SELECT compress_chunk(format('%%I.%%I', %s::text, %s::text)::regclass)", (schema, chunk)
    )
