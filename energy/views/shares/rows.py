"""In: events of apportionments. Out: their dated keys as known then. I/O: PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from energy.metering.shares.apportionment import SHARE_TOPICS, Apportionment
from energy.metering.shares.version import KeyVersion, held_version, version_from_json
from energy.views.positioned import or_last

__all__ = ["SHARE_TOPICS", "fold_share"]
RULE = "share"
"""Rule of the channels that are shares, in computed_channel."""
Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A dated key and who told it."""

    version: KeyVersion
    reason: str
    decided_by: UUID
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """An apportionment as known at a position."""

    key: str
    name: str
    whole: Mapping[str, str]
    """{"point", "quantity"} or {"utility", "node"}."""
    grid_s: int
    """Width of an interval. [s]"""
    keys: tuple[KeyRow, ...]
    """In the order in which they were told."""
    channels: Mapping[str, int]
    """Part -> number of the channel that is its share."""
    valid_to: date | None
    """First local day on which it is divided no longer."""

    @property
    def first_day(self) -> date:
        """Return the first local day on which it is divided."""
        return min(row.version.valid_from for row in self.keys)

    def held_on(self, day: date) -> KeyVersion | None:
        """Return the key of a local day; None where nothing is divided."""
        if self.valid_to is not None and day >= self.valid_to:
            return None
        return held_version([row.version for row in self.keys], day)


def fold_share(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of an apportionment.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    match event:
        case Apportionment.Created():
            cursor.execute(
                f"INSERT INTO {schema}.apportionment VALUES (%s, %s, %s, %s, %s)",
                (event.key, event.name, json.dumps(event.whole), event.grid_s, position),
            )
            _key(cursor, schema, position, event, "")
        case Apportionment.Revised():
            _key(cursor, schema, position, event, event.reason)
        case Apportionment.Ended():
            cursor.execute(
                f"INSERT INTO {schema}.apportionment_end VALUES (%s, %s, %s, %s, %s)",
                (event.key, event.valid_to, event.reason, event.decided_by, position),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _key(cursor: Cursor, schema: str, position: int, event: Any, reason: str) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.apportionment_key VALUES (%s, %s, %s, %s, %s, %s)",
        (
            event.key,
            event.version["valid_from"],
            json.dumps(event.version),
            reason,
            event.decided_by,
            position,
        ),
    )
    for part, channel in sorted(event.channels.items()):
        cursor.execute(
            f"INSERT INTO {schema}.apportionment_part VALUES (%s, %s, %s, %s)",
            (event.key, part, channel, position),
        )
        cursor.execute(f"INSERT INTO {schema}.computed_channel VALUES (%s, %s)", (channel, RULE))


def read_shares(
    connection: Connection,
    schema: str,
    *,
    only: Sequence[str] | None = None,
    as_of: int | None = None,
) -> list[ShareRow]:
    """Return the apportionments of a site by key.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        only: Keys of those wanted; None for all.
        as_of: Metering position: as known there; None for now.
    """
    known = or_last(as_of)
    asked = {"known": known, "only": None if only is None else list(only)}

    def rows(columns: str, table: str, key: str) -> list[tuple[Any, ...]]:
        return connection.execute(
            f"SELECT {columns} FROM {schema}.{table} WHERE position <= %(known)s "
            f"AND (%(only)s::text[] IS NULL OR {key} = ANY(%(only)s)) ORDER BY {key}, position",
            asked,
        ).fetchall()

    keys: dict[str, list[KeyRow]] = {}
    for share, document, reason, by, position in rows(
        "share, document, reason, decided_by, position", "apportionment_key", "share"
    ):
        version = version_from_json(document)
        row = KeyRow(version=version, reason=reason, decided_by=by, position=position)
        keys.setdefault(share, []).append(row)
    parts: dict[str, dict[str, int]] = {}
    for share, part, channel in rows("share, part, channel", "apportionment_part", "share"):
        parts.setdefault(share, {})[part] = channel
    ends = dict(rows("share, valid_to", "apportionment_end", "share"))
    return [
        ShareRow(
            key=key,
            name=name,
            whole=whole,
            grid_s=grid_s,
            keys=tuple(keys[key]),
            channels=dict(sorted(parts[key].items())),
            valid_to=ends.get(key),
        )
        for key, name, whole, grid_s in rows("key, name, whole, grid_s", "apportionment", "key")
    ]


def shares_of(connection: Connection, schema: str, channels: Sequence[int]) -> list[str]:
    """Return the apportionments that some channels are shares of."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT share FROM {schema}.apportionment_part WHERE channel = ANY(%s) "
        "ORDER BY share",
        (list(channels),),
    ).fetchall()
    return [share for (share,) in rows]


def channel_of_whole(connection: Connection, schema: str, whole: Mapping[str, str]) -> int | None:
    """Return the channel that is divided; None where it is what a supply node lacks."""
    if "point" not in whole:
        return None
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT number FROM {schema}.channel WHERE point = %s AND quantity = %s",
        (whole["point"], whole["quantity"]),
    ).fetchone()
    assert row is not None, "checked when the apportionment was defined"
    return int(row[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKeys:
    """What a site knows by its key."""

    place_of: Mapping[str, str]
    """Metering point -> its place."""
    places: frozenset[str]
    nodes: frozenset[tuple[str, str]]
    """(utility, supply node), whenever it was one."""


def known_keys(connection: Connection, schema: str) -> KnownKeys:
    """Return what a site knows by its key."""

    def rows(columns: str, table: str) -> list[tuple[Any, ...]]:
        return connection.execute(f"SELECT DISTINCT {columns} FROM {schema}.{table}").fetchall()

    return KnownKeys(
        place_of=dict(rows("point, place", "meter")),
        places=frozenset(key for (key,) in rows("key", "place")),
        nodes=frozenset((utility, key) for utility, key in rows("utility, key", "supply_node")),
    )
