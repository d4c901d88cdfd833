"""Whatever the owner of the tables does to one row, `journal verify` names the position.

Four kinds of attack on four applications: an entry altered (any byte of any field), deleted,
swapped with another, or the tail cut off; with or without putting the visible order right again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg import sql

from energy.journal.seal import SITE_APPLICATIONS
from energy.store.sites import DIRECTORY
from tests.fixtures.journals import append_events, fill_journals, seal_site, sign_site, verified
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
APPLICATIONS = (*SITE_APPLICATIONS, "directory")
Attack = Callable[[psycopg.Connection[Any], np.random.Generator, str, int], int]
"""Harms the table of a name that holds so many entries; returns the position to be named."""


@pytest.fixture
def site(site_schema: TestSite, directory: object, tmp_path: Path) -> TestSite:
    """A site and a directory, sealed and signed."""
    fill_journals(site_schema)
    append_events(site_schema, "directory", 9)
    seal_site(site_schema)
    seal_site(site_schema, ["directory"], schema=DIRECTORY)
    sign_site(site_schema, tmp_path)
    sign_site(site_schema, tmp_path, ["directory"], schema=DIRECTORY)
    return site_schema


def alter(
    connection: psycopg.Connection[Any], luck: np.random.Generator, table: str, count: int
) -> int:
    """Flip one bit of a state, or change another column."""
    position = int(luck.integers(1, count + 1))
    what = luck.choice(["state", "state", "originator_version", "topic", "originator_id"])
    if what == "state":
        (length,) = connection.execute(
            f"SELECT octet_length(state) FROM {table} WHERE notification_id = %s".encode(),
            (position,),
        ).fetchone() or (0,)
        bit = int(luck.integers(0, 8 * length))
        change = f"set_bit(state, {bit}, 1 - get_bit(state, {bit}))"
    else:
        change = {
            "originator_version": "originator_version + 1000",
            "topic": "topic || '.'",
            "originator_id": "'00000000-0000-0000-0000-00000000000a'",
        }[what]
    connection.execute(
        f"UPDATE {table} SET {what} = {change} WHERE notification_id = %s".encode(), (position,)
    )
    return position


def delete(
    connection: psycopg.Connection[Any], luck: np.random.Generator, table: str, count: int
) -> int:
    """Delete an entry that is not the last; half of the time close the gap."""
    position = int(luck.integers(1, count))
    connection.execute(f"DELETE FROM {table} WHERE notification_id = %s".encode(), (position,))
    if luck.integers(0, 2):
        for later in range(position + 1, count + 1):
            _move(connection, table, later, later - 1)
    return position


def swap(
    connection: psycopg.Connection[Any], luck: np.random.Generator, table: str, count: int
) -> int:
    """Let two entries change places."""
    one, other = sorted(int(n) for n in luck.choice(np.arange(1, count + 1), 2, replace=False))
    _move(connection, table, one, 10_000)
    _move(connection, table, other, one)
    _move(connection, table, 10_000, other)
    return one


def cut(
    connection: psycopg.Connection[Any], luck: np.random.Generator, table: str, count: int
) -> int:
    """Cut the tail off: of the events alone, of the head row too, of the seal and its heads too."""
    position = int(luck.integers(1, count + 1))
    schema, _, name = table.partition(".")
    application = name.removesuffix("_events")
    depth = int(luck.integers(0, 4))
    connection.execute(f"DELETE FROM {table} WHERE notification_id >= %s".encode(), (position,))
    steps = (
        "UPDATE {s}.journal_head SET position = %s - 1 WHERE application = %s",
        "DELETE FROM {s}.seal WHERE last_position >= %s AND application = %s",
        "DELETE FROM {s}.seal_head WHERE position >= %s AND application = %s",
    )
    for step in steps[:depth]:
        connection.execute(step.format(s=schema).encode(), (position, application))
    return position


def _move(connection: psycopg.Connection[Any], table: str, old: int, new: int) -> None:
    connection.execute(
        f"UPDATE {table} SET notification_id = %s WHERE notification_id = %s".encode(), (new, old)
    )


@pytest.mark.parametrize(
    "seeds", [range(4), pytest.param(range(4, 100), marks=pytest.mark.slow)], ids=["few", "many"]
)
@pytest.mark.parametrize("attack", [alter, delete, swap, cut])
@pytest.mark.parametrize("application", APPLICATIONS)
def test_first_harmed_position_is_named(
    site: TestSite, tmp_path: Path, application: str, attack: Attack, seeds: range
) -> None:
    schema = DIRECTORY if application == "directory" else site.schema
    whole = verified(site, application, tmp_path, schema=schema)
    assert (whole.broken_at, whole.signed) == (None, whole.position)
    for seed in seeds:
        luck = np.random.default_rng(seed)
        with site.server.superuser() as connection:
            kept = _kept(connection, schema)
            position = attack(connection, luck, f"{schema}.{application}_events", whole.position)
            result = verified(site, application, tmp_path, schema=schema)
            assert result.broken_at == position, f"seed {seed}: {result.reason}"
            _put_back(connection, schema, kept)
    assert verified(site, application, tmp_path, schema=schema) == whole


def _kept(connection: psycopg.Connection[Any], schema: str) -> dict[str, list[tuple[Any, ...]]]:
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s "
        "AND (tablename LIKE '%%_events' OR tablename ~ '^(seal|seal_head|journal_head)$')",
        (schema,),
    ).fetchall()
    return {
        name: connection.execute(f"SELECT * FROM {schema}.{name}".encode()).fetchall()
        for (name,) in tables
    }


def _put_back(
    connection: psycopg.Connection[Any], schema: str, kept: dict[str, list[tuple[Any, ...]]]
) -> None:
    for name, rows in kept.items():
        table = sql.Identifier(schema, name)
        connection.execute(sql.SQL("TRUNCATE {}").format(table))
        values = sql.SQL(", ").join([sql.Placeholder()] * len(rows[0])) if rows else sql.SQL("")
        for row in rows:
            connection.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(table, values), row)


@pytest.mark.parametrize("application", APPLICATIONS)
def test_altered_link_of_the_seal_is_named(
    site: TestSite, tmp_path: Path, application: str
) -> None:
    schema = DIRECTORY if application == "directory" else site.schema
    for position in (1, 5, 6, 9):
        with site.server.superuser() as connection:
            statement = (
                "UPDATE {s}.seal SET links = set_byte(links, {at}, get_byte(links, {at}) # 1) "
                "WHERE application = %s AND %s BETWEEN first_position AND last_position"
            ).format(s=schema, at=f"(32 * ({position} - first_position))::int + 7")
            connection.execute(statement.encode(), (application, position))
            result = verified(site, application, tmp_path, schema=schema)
            assert (result.broken_at, result.reason) == (
                position,
                "the entry or its seal was altered",
            )
            connection.execute(statement.encode(), (application, position))


@pytest.mark.parametrize("signed_rows", [True, False])
def test_chain_written_anew_by_the_owner_of_the_tables_is_found_by_the_signed_heads(
    site: TestSite, tmp_path: Path, *, signed_rows: bool
) -> None:
    append_events(site, "books", 4)
    with site.server.superuser() as connection:
        connection.execute(
            f"UPDATE {site.schema}.books_events SET state = 'x' WHERE notification_id = 7".encode()
        )
        connection.execute(f"DELETE FROM {site.schema}.seal WHERE application = 'books'".encode())
        if not signed_rows:
            connection.execute(f"DELETE FROM {site.schema}.seal_head".encode())
    seal_site(site)
    assert verified(site, "books").chain_ok != signed_rows
    result = verified(site, "books", tmp_path)
    assert result.broken_at == 1, "the whole span up to the signed head is in doubt"
    assert "between here and 12" in result.reason


def test_deleted_rows_of_the_seal_are_named(site: TestSite, tmp_path: Path) -> None:
    with site.server.superuser() as connection:
        connection.execute(
            f"DELETE FROM {site.schema}.seal WHERE application = 'books' "
            "AND first_position = 6".encode()
        )
    result = verified(site, "books", tmp_path)
    assert (result.broken_at, result.reason) == (6, "the seal from here to 12 is missing")


@pytest.mark.parametrize("column", ["link", "signature"])
def test_altered_head_is_named(site: TestSite, tmp_path: Path, column: str) -> None:
    with site.server.superuser() as connection:
        connection.execute(
            f"UPDATE {site.schema}.seal_head SET {column} = set_byte({column}, 3, "
            f"get_byte({column}, 3) # 1) WHERE application = 'books'".encode()
        )
    assert verified(site, "books", tmp_path).broken_at == 12


def test_head_signed_with_a_strange_key_is_named(site: TestSite, tmp_path: Path) -> None:
    with site.server.superuser() as connection:
        connection.execute(
            f"UPDATE {site.schema}.seal_head SET key_id = 'f00' "
            "WHERE application = 'books'".encode()
        )
    result = verified(site, "books", tmp_path)
    assert result.broken_at == 12
    assert "names key f00, which is not known" in result.reason
