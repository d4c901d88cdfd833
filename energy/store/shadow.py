"""In: a site's schema. Out: an empty schema of the same shape beside it, for a rebuild. I/O.

The shadow is made by the schema files themselves, so grants, policies and functions come from
where the live ones came from. Its name can be no site's: sites begin with `site_`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from energy.store.errors import MigrationError, StoreError
from energy.store.migrate import recorded_series, schema_files
from energy.store.sites import DIRECTORY

Connection = psycopg.Connection[tuple[object, ...]]
REBUILD_LOCK = 7_246_003
"""First part of the advisory lock's key; the second is the schema's."""
_SETTINGS = {
    "application_name": "meterline view rebuild",
    "client_connection_check_interval": "1s",  # a killed rebuild lets go of its locks
    "maintenance_work_mem": "256MB",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
_JOURNAL = (
    "journal_head",
    "metering_events",
    "operations_events",
    "books_events",
    "archive_segment",
)
"""Tables a fold may read its journal from: the shadow shows the live ones."""


class RebuildRunningError(StoreError):
    """Another rebuild or verification of the same site is at work."""

    code = "store.rebuild_running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """The names of a live schema and of its shadow."""

    live: str

    @property
    def name(self) -> str:
        """Return the shadow's schema."""
        return f"rebuild_{self.live}"


def prepare_session(connection: Connection) -> None:
    """Set what long work of the owner needs, for the whole session."""
    for name, value in _SETTINGS.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    # Pages of new indexes are large and come once: see energy/store/migrate.py.
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute("SET wal_compression = off")


@contextmanager
def only_one(connection: Connection, live: str) -> Iterator[None]:
    """Hold the right to rebuild or verify a site, for as long as the session lives.

    Raises:
        RebuildRunningError: Somebody else holds it.
    """
    row = connection.execute(
        "SELECT pg_try_advisory_lock(%s, hashtext(%s))", (REBUILD_LOCK, live)
    ).fetchone()
    if row is None or not row[0]:
        raise RebuildRunningError(
            f"A rebuild or verification of {live} is at work already. Wait until it is done; "
            "one that was killed lets go within a few seconds."
        )
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", (REBUILD_LOCK, live))


def drop_shadow(connection: Connection, shadow: Shadow) -> bool:
    """Remove a shadow; return whether there was one (a rebuild was killed)."""
    row = connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", (shadow.name,)).fetchone()
    if row is None or not row[0]:
        return False
    # Table by table: one transaction over every partition could run out of locks.
    for name in _tables(connection, shadow.name):
        connection.execute(
            sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(shadow.name, name))
        )
    connection.execute(
        sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(shadow.name))
    )
    return True


def _tables(connection: Connection, schema: str) -> list[str]:
    """Return the tables of a schema that are no part of another."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) "
        "AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname",
        (schema,),
    ).fetchall()
    return [str(row[0]) for row in rows]


def make_shadow(connection: Connection, shadow: Shadow) -> None:
    """Make an empty shadow of an up-to-date site, with the partitions of the live one.

    Its journal tables are views of the live ones: what a fold reads of the journal is there.

    Args:
        connection: Role meterline_owner, outside a transaction.
        shadow: Which site; a left-over shadow has been dropped.

    Raises:
        MigrationError: The live schema is not at the last schema file.
    """
    with connection.transaction():
        _demand_current(connection, shadow.live)
        engine = recorded_series(connection)
        for file in schema_files("site"):
            text = file.text.format(schema=shadow.name, series_suffix=engine.suffix())
            connection.execute(text.encode())  # our own shipped file
            if file.number == 1:
                engine.make_series(connection, shadow.name)
        for table in _JOURNAL:
            connection.execute(
                sql.SQL("DROP TABLE {shadow}; CREATE VIEW {shadow} AS SELECT * FROM {live}").format(
                    shadow=sql.Identifier(shadow.name, table),
                    live=sql.Identifier(shadow.live, table),
                )
            )
        match_partitions(connection, shadow)


def _demand_current(connection: Connection, live: str) -> None:
    rows = connection.execute(
        f"SELECT number FROM {DIRECTORY}.migration WHERE scope = %s ORDER BY number", (live,)
    ).fetchall()
    if [row[0] for row in rows] != [file.number for file in schema_files("site")]:
        raise MigrationError(
            f"Schema {live} is not the one of this program. Run `db migrate`, then rebuild."
        )


def match_partitions(connection: Connection, shadow: Shadow) -> None:
    """Give the shadow every partition that the live schema has; rows of its default move in.

    Args:
        connection: Role meterline_owner, inside a transaction.
        shadow: Which site.
    """
    there = {each.name for each in _partitions(connection, shadow.name)}
    default = {e.parent: e.name for e in _partitions(connection, shadow.name) if e.is_default}
    for each in _partitions(connection, shadow.live):
        if each.name in there or each.is_default:
            continue
        part, parent = (sql.Identifier(shadow.name, name) for name in (each.name, each.parent))
        connection.execute(
            sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS)").format(part, parent)
        )
        if each.parent in default:
            connection.execute(
                sql.SQL(
                    "WITH moved AS (DELETE FROM {} WHERE {} RETURNING *) "
                    "INSERT INTO {} SELECT * FROM moved"
                ).format(sql.Identifier(shadow.name, default[each.parent]), each.condition, part)
            )
        connection.execute(
            sql.SQL("ALTER TABLE {} ATTACH PARTITION {} {}").format(parent, part, each.bound)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A partition as the server describes it."""

    parent: str
    name: str
    bound: sql.SQL
    condition: sql.SQL
    is_default: bool


def _partitions(connection: Connection, schema: str) -> list[Partition]:
    """Return the partitions of a schema's tables by name."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT p.relname, c.relname, pg_get_expr(c.relpartbound, c.oid), "
        "coalesce(pg_get_partition_constraintdef(c.oid), 'true') FROM pg_inherits AS i "
        "JOIN pg_class AS p ON p.oid = i.inhparent AND p.relkind = 'p' "
        "JOIN pg_class AS c ON c.oid = i.inhrelid "
        "WHERE p.relnamespace = to_regnamespace(%s) ORDER BY p.relname, c.relname",
        (schema,),
    ).fetchall()
    return [
        Partition(
            parent=parent,
            name=name,
            bound=sql.SQL(bound),
            condition=sql.SQL(condition),
            is_default=bound == "DEFAULT",
        )
        for parent, name, bound, condition in rows
    ]


def partition_names(connection: Connection, schema: str, table: str) -> list[str]:
    """Return the partitions of one table by name."""
    return [each.name for each in _partitions(connection, schema) if each.parent == table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Definitions of what was taken off a table, to be put back when it is filled."""

    statements: tuple[str, ...]


def defer_indexes(connection: Connection, shadow: Shadow, tables: Sequence[str]) -> Deferred:
    """Drop keys and indexes of some shadow tables; return what makes them again.

    Args:
        connection: Role meterline_owner.
        shadow: Which site.
        tables: Tables that are filled in bulk.
    """
    made: list[str] = []
    with connection.transaction():
        for table in tables:
            name = f"{shadow.name}.{table}"
            keys: list[tuple[Any, ...]] = connection.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conrelid = %s::regclass AND contype IN ('p', 'u') ORDER BY conname",
                (name,),
            ).fetchall()
            indexes: list[tuple[Any, ...]] = connection.execute(
                "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index AS i "
                "JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = %s::regclass "
                "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) "
                "ORDER BY c.relname",
                (name,),
            ).fetchall()
            for key, definition in keys:
                connection.execute(f"ALTER TABLE {name} DROP CONSTRAINT {key}".encode())
                made.append(f"ALTER TABLE {name} ADD CONSTRAINT {key} {definition}")
            for index, definition in indexes:
                connection.execute(f"DROP INDEX {shadow.name}.{index}".encode())
                made.append(definition)
    return Deferred(statements=tuple(made))


def put_back(connection: Connection, deferred: Deferred) -> None:
    """Make the keys and indexes that were taken off."""
    for statement in deferred.statements:
        connection.execute(statement.encode())
