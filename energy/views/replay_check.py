"""In: a site's journal and its live views. Out: where they differ, table by table. I/O: PostgreSQL.

The journal is replayed into an empty shadow; the last of it in a transaction that sees the live
tables as they were at one position. Every table is compared by the hash of all its rows; of one
that differs, the first keys are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from energy.base.clock import Clock, monotonic_s
from energy.store.pool import Database
from energy.store.shadow import Connection, Shadow
from energy.store.shadow_catalog import table_oids
from energy.views.rebuild import Stage, Tell, fold_to_head, shadowed
from energy.views.replay import Group, Replay

KEYS_NAMED = 5
"""Differing keys named of each table."""
PARKED = "parked"
_NOT_FOLDED = {PARKED: ("parked_at",)}
"""Columns that say when something was done, not what the journal says."""
_NEVER_COMPARED = ("series_kept",)
"""What is kept of a series is decided by the operator, not by the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One table, live and replayed."""

    table: str
    live_rows: int
    replayed_rows: int
    live_hash: str
    replayed_hash: str
    first_keys: tuple[str, ...]
    """Keys of the first rows that differ, are missing or too many."""

    @property
    def equal(self) -> bool:
        """Return whether both hold the same rows."""
        return (self.live_rows, self.live_hash) == (self.replayed_rows, self.replayed_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The views of one application against its journal."""

    application: str
    position: int
    """Position at which they were compared."""
    readings: int
    tables: tuple[Compared, ...]
    elapsed_s: float

    @property
    def equal(self) -> bool:
        """Return whether every table is what the journal says."""
        return all(each.equal for each in self.tables)


def verify(
    database: Database, live: str, group: Group, clock: Clock, *, tell: Tell = lambda _stage: None
) -> Verified:
    """Replay a journal into an empty shadow and compare every table with the live one.

    Args:
        database: Role meterline_owner.
        live: The site's schema.
        group: Views of the application.
        clock: Stamps entries parked for the first time.
        tell: Called with how far it has come.

    Raises:
        RebuildRunningError: A rebuild or another verification is at work.
        ShapeError: The live tables are not as the schema files make them.
        DiskFullError: There is no room for the shadow.
    """
    shadow, began_s = Shadow(live=live), monotonic_s()
    tell(Stage(name="make"))
    with shadowed(database, shadow, group.tables, dependents_matter=False) as ground:
        fold = group.fold(shadow, group.application)
        replay = Replay(database, shadow, group, fold, clock)
        fold_to_head(ground.worker, replay, tell, began_s, only_folded=True)
        group.derive(ground.worker, shadow.name)
        with ground.worker.transaction():
            ground.worker.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            position = replay.live_position(ground.worker)
            while replay.position < position and replay.advance(ground.worker, up_to=position):
                pass
            group.derive(ground.worker, shadow.name)
            tell(Stage(name="compare", elapsed_s=monotonic_s() - began_s))
            compare = partial(_compare, ground.worker, shadow, group)
            tables = [t for t in group.tables if t not in (*_NEVER_COMPARED, *_queues(group))]
            compared = tuple(compare(table) for table in (*tables, PARKED))
        return Verified(
            application=group.application,
            position=position,
            readings=replay.readings,
            tables=compared,
            elapsed_s=monotonic_s() - began_s,
        )


def _queues(group: Group) -> tuple[str, ...]:
    """Return the queues of what is still to be derived: how full they are says nothing."""
    return tuple(table for table in group.tables if table.endswith("_dirty"))


def _compare(connection: Connection, shadow: Shadow, group: Group, table: str) -> Compared:
    columns = [
        c for c in _columns(connection, shadow, table) if c not in _NOT_FOLDED.get(table, ())
    ]
    where = _where(group, shadow, table)
    (live_rows, live_hash), (replayed_rows, replayed_hash) = (
        _hash(connection, f"{schema}.{table}", columns, where)
        for schema in (shadow.live, shadow.name)
    )
    equal = (live_rows, live_hash) == (replayed_rows, replayed_hash)
    return Compared(
        table=table,
        live_rows=live_rows,
        replayed_rows=replayed_rows,
        live_hash=live_hash,
        replayed_hash=replayed_hash,
        first_keys=() if equal else _first_keys(connection, shadow, table, columns, where),
    )


def _columns(connection: Connection, shadow: Shadow, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = ANY(%s) AND attnum > 0 "
        "AND NOT attisdropped ORDER BY attnum",
        (table_oids(connection, shadow.live, [table]),),
    ).fetchall()
    return [str(row[0]) for row in rows]


_BESIDE = (
    "EXISTS (SELECT FROM {live}.channel AS c WHERE c.number = t.channel AND c.kind = 'interval') "
    "AND NOT EXISTS (SELECT FROM {live}.usage_month AS b WHERE b.channel = t.channel "
    "AND (t.month < b.month AND b.month < date_trunc('month', d.day) "
    "OR date_trunc('month', d.day) < b.month AND b.month < t.month))"
)
"""SQL: no month lies between; whether a month of intervals is whole depends on those beside it."""


def _where(group: Group, shadow: Shadow, table: str) -> str:
    """Return which rows are compared.

    Not what retention may have dropped, and not what a queue says is still to be derived.
    """
    live = shadow.live
    if table == PARKED:
        return f"follower = '{group.follower}'"
    if table == "reading":
        return (
            f"at >= coalesce((SELECT kept_from FROM {live}.series_kept "
            "WHERE series = 'reading'), '-infinity')"
        )
    if table in ("gauge_hour", "gauge_day", "state_hour"):
        same = "d.day = t.day" if table == "gauge_day" else "d.start_at = t.start_at"
        return (
            f"NOT EXISTS (SELECT FROM {live}.gauge_dirty AS d "
            f"WHERE d.channel = t.channel AND {same})"
        )
    if table not in group.derived:
        return "true"
    waiting = f"FROM {live}.usage_dirty AS d WHERE d.channel = t.channel"
    return {
        "usage_hour": f"NOT EXISTS (SELECT {waiting} AND t.start_at "
        "BETWEEN d.day::timestamptz - interval '1 day' AND d.day::timestamptz + interval '2 days')",
        "usage_month": f"NOT EXISTS (SELECT {waiting} AND (date_trunc('month', d.day) = t.month "
        f"OR {_BESIDE.format(live=live)}))",
    }.get(table, f"NOT EXISTS (SELECT {waiting} AND d.day = t.day)")


def _row_text(columns: Sequence[str]) -> str:
    return "ROW(" + ", ".join(f"t.{column}" for column in columns) + ")::text"


def _hash(
    connection: Connection, table: str, columns: Sequence[str], where: str
) -> tuple[int, str]:
    """Return how many rows a table has, and 128 bits over all of them in any order."""
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT count(*), coalesce(sum(hashtextextended(r.row, 1)::numeric), 0), "
        "coalesce(sum(hashtextextended(r.row, 2)::numeric), 0) "
        f"FROM (SELECT {_row_text(columns)} AS row FROM {table} AS t WHERE {where}) AS r".encode()
    ).fetchone()
    assert row is not None, "a count is a row"
    first, second = (int(value) % 2**64 for value in row[1:])
    return int(row[0]), f"{first:016x}{second:016x}"


def _first_keys(
    connection: Connection, shadow: Shadow, table: str, columns: Sequence[str], where: str
) -> tuple[str, ...]:
    """Return the first keys whose rows differ, each as `column=value ...`."""
    keys = _key(connection, shadow, table)
    text = _row_text(columns)
    sides = [
        f"(SELECT {', '.join(f't.{key}' for key in keys)}, {text} AS row "
        f"FROM {schema}.{table} AS t WHERE {where})"
        for schema in (shadow.live, shadow.name)
    ]
    named = ", ".join(keys)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {named}, a.row IS NULL, b.row IS NULL FROM {sides[0]} AS a "
        f"FULL JOIN {sides[1]} AS b USING ({named}) WHERE a.row IS DISTINCT FROM b.row "
        f"ORDER BY {named} LIMIT {KEYS_NAMED}".encode()
    ).fetchall()
    found = []
    for *values, missing, extra in rows:
        key = " ".join(f"{name}={value}" for name, value in zip(keys, values, strict=True))
        found.append(key + (" (missing)" if missing else " (too many)" if extra else ""))
    return tuple(found)


def _key(connection: Connection, shadow: Shadow, table: str) -> list[str]:
    """Return the columns of a table's primary key, in order."""
    rows = connection.execute(
        "SELECT a.attname FROM pg_constraint AS c "
        "CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (number, place) "
        "JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number "
        "WHERE c.conrelid = ANY(%s) AND c.contype = 'p' ORDER BY k.place",
        (table_oids(connection, shadow.live, [table]),),
    ).fetchall()
    return [str(row[0]) for row in rows]
