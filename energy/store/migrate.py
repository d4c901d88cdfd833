"""In: numbered schema files. Out: the schemas of directory and sites, up to date. I/O.

The only place that creates tables. Roles first (as the cluster's superuser or an account with
CREATEROLE), then everything else as meterline_owner.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import psycopg
import structlog
from psycopg import sql

from energy.base.clock import wait
from energy.store import series
from energy.store.errors import MigrationError
from energy.store.pool import ROLES, Database
from energy.store.sites import DIRECTORY, valid_key

_FILE = re.compile(r"(directory|site)_(\d{3})_([a-z0-9_]+)\.sql")
INTERVALS_SINCE = 3
"""Number of the site's schema file since which usage of delivered intervals is derived."""
_MIGRATE_LOCK = 7_246_000
_LEAST_VERSION = 150_000
LOCK_WAIT_MS = 500
"""Longest that others queue behind one try to change a table. [ms]"""
LOCK_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0)
"""Pauses between the tries. [s]"""
log = structlog.get_logger("store.migrate")
PARTITIONS_AHEAD = timedelta(days=62)
"""How far ahead monthly partitions are kept; jobs makes them every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFile:
    """One numbered schema file; never edited once released."""

    scope: str
    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Return the hash that shows a later edit."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def schema_files(scope: str) -> list[SchemaFile]:
    """Return the files of "directory" or "site" in order."""
    found = []
    for entry in files("energy.store").joinpath("schema").iterdir():
        match = _FILE.fullmatch(entry.name)
        if match and match[1] == scope:
            text = entry.read_text(encoding="utf-8")
            found.append(SchemaFile(scope=scope, number=int(match[2]), name=match[3], text=text))
    return sorted(found, key=lambda file: file.number)


def make_roles(dsn: str) -> None:
    """Create the roles through an account that may.

    Args:
        dsn: The cluster's superuser, or an account with CREATEROLE.

    Raises:
        MigrationError: The server is older than 15 or the account may not create roles.
        StoreUnavailableError: The server does not answer.
    """
    database = Database(dsn, max_size=1)
    try:
        with database.connection() as connection:
            ensure_roles(connection)
            _use_timescale(connection)
    finally:
        database.close()


def _use_timescale(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Install TimescaleDB in the database where the server has loaded it."""
    row = connection.execute("SHOW shared_preload_libraries").fetchone()
    if row is not None and "timescaledb" in str(row[0]).split(","):
        connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")


def ensure_roles(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Create the four roles where absent, with LOGIN and no password of their own.

    Raises:
        MigrationError: The server is older than 15 or the account may not create roles.
    """
    if connection.info.server_version < _LEAST_VERSION:
        raise MigrationError(
            f"PostgreSQL {connection.info.server_version // 10_000} is too old. Use 15 or newer."
        )
    present = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    for role in ROLES:
        if role in present:
            continue
        try:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        except psycopg.errors.DuplicateObject:
            continue  # another process was faster
        except psycopg.errors.InsufficientPrivilege as error:
            statements = " ".join(f"CREATE ROLE {name} LOGIN;" for name in ROLES)
            raise MigrationError(
                f"The account may not create roles. Let an administrator run: {statements} "
                "and grant them to the account, then migrate again."
            ) from error
    database = connection.info.dbname
    connection.execute(
        sql.SQL("GRANT CREATE, CONNECT ON DATABASE {} TO meterline_owner").format(
            sql.Identifier(database)
        )
    )
    _let_choose_wal_compression(connection)


def _let_choose_wal_compression(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Let the owner switch the compression of WAL off while a rebuild makes its indexes.

    Compressing every page of a new index with pglz takes three times as long as making it. An
    account that may not grant this costs a rebuild time, nothing else.
    """
    row = connection.execute(
        "SELECT has_parameter_privilege('meterline_owner', 'wal_compression', 'SET')"
    ).fetchone()
    if row is not None and row[0]:
        return
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute("GRANT SET ON PARAMETER wal_compression TO meterline_owner")


def migrate_directory(
    connection: psycopg.Connection[tuple[object, ...]], *, at: datetime
) -> list[str]:
    """Bring the directory schema up to date as meterline_owner; return what was applied.

    Raises:
        MigrationError: A released schema file was edited or the database is newer.
    """
    return _patiently(connection, lambda: _migrate_directory(connection, at))


def _migrate_directory(
    connection: psycopg.Connection[tuple[object, ...]], at: datetime
) -> list[str]:
    applied = []
    for file in _missing(connection, DIRECTORY, "directory"):
        _apply(connection, file, DIRECTORY, series.PlainSeries(), at=at)
        applied.append(f"directory {file.number:03} {file.name}")
    offer = series.probe(connection)
    if applied:
        connection.execute(
            f"INSERT INTO {DIRECTORY}.setting VALUES ('series', %s) ON CONFLICT DO NOTHING",
            (offer.name,),
        )
    for warning in series.check_series(connection):
        log.warning("series", found=warning)
    series.record_offer(connection, offer)
    return applied


def migrate_site(
    connection: psycopg.Connection[tuple[object, ...]], key: str, *, at: datetime
) -> list[str]:
    """Create or bring up to date a site's schema as meterline_owner; return what was applied.

    Raises:
        MigrationError: The key cannot be a schema name, a released file was edited, or the
            database is newer than this program.
    """
    if not valid_key(key):
        raise MigrationError(
            f"Site key {key!r} cannot be a schema name. Use a-z, 0-9 and _, at most 40 long."
        )
    return _patiently(connection, lambda: _migrate_site(connection, f"site_{key}", at))


def _migrate_site(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, at: datetime
) -> list[str]:
    applied = []
    engine = recorded_series(connection)
    for file in _missing(connection, schema, "site"):
        _apply(connection, file, schema, engine, at=at)
        if file.number == 1:
            engine.make_series(connection, schema)
            engine.ensure_partitions(connection, schema, at, at + PARTITIONS_AHEAD)
        applied.append(f"{schema} {file.number:03} {file.name}")
        applied += _left_to_do(connection, file, schema)
    return applied


def _left_to_do(
    connection: psycopg.Connection[tuple[object, ...]], file: SchemaFile, schema: str
) -> list[str]:
    """Return what a person must do once behind a file, in the row to be typed."""
    if file.number != INTERVALS_SINCE:
        return []
    row = connection.execute(
        f"SELECT count(*) FROM {schema}.channel WHERE kind = 'interval'"
    ).fetchone()
    assert row is not None, "a count is a row"
    if not row[0]:
        return []
    key = schema.removeprefix("site_")
    return [
        (
            f"next, once: scripts/meterline --site {key} view rebuild usage   ({row[0]} channels "
            f"of {schema} deliver intervals; the usage of their past is derived by it)"
        )
    ]


def _patiently(
    connection: psycopg.Connection[tuple[object, ...]], act: Callable[[], list[str]]
) -> list[str]:
    """Migrate in one transaction; whoever uses the tables meanwhile is never held up for long."""
    for pause_s in (*LOCK_PAUSES_S, None):
        try:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATE_LOCK,))
                connection.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT_MS}ms'")
                return act()
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
            if pause_s is None:
                raise _busy(connection) from error
        wait(pause_s)
    raise AssertionError("the last try returns or raises")


def _busy(connection: psycopg.Connection[tuple[object, ...]]) -> MigrationError:
    rows: Any = connection.execute(
        "SELECT DISTINCT a.pid, a.usename FROM pg_locks AS l "
        "JOIN pg_stat_activity AS a USING (pid) "
        "WHERE a.datname = current_database() AND l.locktype = 'relation' AND l.granted "
        "AND a.pid <> pg_backend_pid() ORDER BY a.pid"
    ).fetchall()
    users = ", ".join(f"{role} (process {pid})" for pid, role in rows) or "somebody"
    return MigrationError(
        f"The tables are in use all the time, now by {users}. Nothing was changed. Stop `project`, "
        "`jobs` and long reports, then `scripts/meterline db migrate` again."
    )


def recorded_series(connection: psycopg.Connection[tuple[object, ...]]) -> series.TimeSeries:
    """Return the time-series engine recorded at the first migration."""
    row = connection.execute(
        f"SELECT value FROM {DIRECTORY}.setting WHERE name = 'series'"
    ).fetchone()
    assert row is not None, "the directory is migrated before any site"
    return series.by_name(str(row[0]))


def _missing(
    connection: psycopg.Connection[tuple[object, ...]], scope: str, family: str
) -> list[SchemaFile]:
    known = schema_files(family)
    there = connection.execute(
        "SELECT to_regclass(%s) IS NOT NULL", (f"{DIRECTORY}.migration",)
    ).fetchone()
    if there is None or not there[0]:
        return known
    rows = connection.execute(
        f"SELECT number, sha256 FROM {DIRECTORY}.migration WHERE scope = %s", (scope,)
    ).fetchall()
    done = {int(str(number)): str(sha) for number, sha in rows}
    for file in known:
        if file.number in done and done[file.number] != file.sha256:
            raise MigrationError(
                f"Schema file {family}_{file.number:03}_{file.name}.sql was edited after it was "
                "applied. Restore the released file; changes go into a new number."
            )
    newer = set(done) - {file.number for file in known}
    if newer:
        raise MigrationError(
            f"Schema {scope} is at {max(newer)}, newer than this program. Use the newer program."
        )
    return [file for file in known if file.number not in done]


def _apply(
    connection: psycopg.Connection[tuple[object, ...]],
    file: SchemaFile,
    schema: str,
    engine: series.TimeSeries,
    *,
    at: datetime,
) -> None:
    text = file.text.format(schema=schema, series_suffix=engine.suffix())
    connection.execute(text.encode())  # our own shipped file; schema names are checked
    connection.execute(
        f"INSERT INTO {DIRECTORY}.migration VALUES (%s, %s, %s, %s, %s)",
        (schema, file.number, file.name, file.sha256, at),
    )
