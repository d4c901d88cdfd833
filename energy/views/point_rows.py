"""In: the registry tables of a site. Out: places, points, segments, marks as rows. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from energy.base.quality import Quality
from energy.metering.channel import Channel
from energy.views.point_values import PlaceRow, PointRow
from energy.views.registry import load_channels

Connection = psycopg.Connection[tuple[object, ...]]
_NOT_SHOWN = f"({Quality.SUSPECT:d}, {Quality.ESTIMATED:d})"
"""Qualities of readings that do not tell what a register showed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow:
    """The time one device with one multiplier served a channel."""

    channel: int
    quantity: str
    serial: str
    start: datetime
    end: datetime | None
    multiplier: str
    start_count: int | None
    """[count]"""
    end_count: int | None
    """[count]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """A mark of the metering journal: knowledge can be asked for as it was there."""

    position: int
    at: datetime
    reason: str
    learned_at: datetime


def places(connection: Connection, schema: str) -> list[PlaceRow]:
    """Return every place by key."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT key, parent, kind, name FROM {schema}.place ORDER BY key"
    ).fetchall()
    return [
        PlaceRow(key=key, parent=parent, kind=kind, name=name) for key, parent, kind, name in rows
    ]


def points(connection: Connection, schema: str) -> list[PointRow]:
    """Return every metering point by key."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT point, place, name, utility, serial, source, address, multiplier, "
        f"commissioned_at, retired_at FROM {schema}.meter ORDER BY point"
    ).fetchall()
    return [
        PointRow(
            point=row[0],
            place=row[1],
            name=row[2],
            utility=row[3],
            serial=row[4],
            source=row[5],
            address=dict(row[6] or {}),
            multiplier=row[7],
            commissioned_at=row[8],
            retired_at=row[9],
        )
        for row in rows
    ]


def channels_of(connection: Connection, schema: str, point: str) -> list[Channel]:
    """Return the channels of a point by number; none when the point is unknown."""
    return [c for c in load_channels(connection, schema).values() if c.point == point]


def segments_of(connection: Connection, schema: str, point: str) -> list[SegmentRow]:
    """Return the segments of a point's channels with usage, the oldest first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT s.channel, c.quantity, s.serial, s.start_at, s.end_at, s.multiplier, "
        f"s.start_count, s.end_count FROM {schema}.segment AS s "
        f"JOIN {schema}.channel AS c ON c.number = s.channel "
        "WHERE c.point = %s AND c.kind IN ('counter', 'interval') "
        "ORDER BY s.start_at, s.channel",
        (point,),
    ).fetchall()
    return [
        SegmentRow(
            channel=row[0],
            quantity=row[1],
            serial=row[2],
            start=row[3],
            end=row[4],
            multiplier=row[5],
            start_count=row[6],
            end_count=row[7],
        )
        for row in rows
    ]


def record_at(connection: Connection, schema: str, point: str) -> dict[str, Any]:
    """Return the record of the meter at a point with its papers; empty when there is none."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT record FROM {schema}.meter WHERE point = %s", (point,)
    ).fetchone()
    return dict(row[0]) if row is not None and row[0] else {}


def newest_counts(
    connection: Connection, schema: str, channels: Sequence[int]
) -> dict[int, tuple[datetime, int]]:
    """Return instant and count of the newest reading of some channels. [count]."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, at, count FROM {schema}.latest WHERE channel = ANY(%s)",
        (list(channels),),
    ).fetchall()
    return {channel: (at, count) for channel, at, count in rows}


def newest_shown(
    connection: Connection, schema: str, channels: Sequence[int]
) -> dict[int, tuple[datetime, int]]:
    """Return the newest that some registers showed: when, and the count. [count].

    What is suspect or estimated is nothing that a register showed.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, at, count FROM {schema}.latest WHERE channel = ANY(%(channels)s) "
        f"AND quality NOT IN {_NOT_SHOWN} "
        f"UNION ALL SELECT l.channel, r.at, r.count FROM {schema}.latest AS l "
        f"CROSS JOIN LATERAL (SELECT at, count FROM {schema}.reading WHERE channel = l.channel "
        f"AND at <= l.at AND quality NOT IN {_NOT_SHOWN} ORDER BY at DESC LIMIT 1) AS r "
        f"WHERE l.channel = ANY(%(channels)s) AND l.quality IN {_NOT_SHOWN}",
        {"channels": list(channels)},
    ).fetchall()
    return {channel: (at, count) for channel, at, count in rows}


def first_counts_since(
    connection: Connection, schema: str, channels: Sequence[int], since: datetime
) -> dict[int, tuple[datetime, int]]:
    """Return the first that some registers showed since an instant: when, and the count. [count].

    What is suspect or estimated is nothing that a register showed.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT wanted.number, r.at, r.count FROM unnest(%s::int[]) AS wanted (number) "
        f"CROSS JOIN LATERAL (SELECT at, count FROM {schema}.reading "
        f"WHERE channel = wanted.number AND at >= %s AND quality NOT IN {_NOT_SHOWN} "
        "ORDER BY at LIMIT 1) AS r",
        (list(channels), since),
    ).fetchall()
    return {channel: (at, count) for channel, at, count in rows}


def readings_around(
    connection: Connection, schema: str, channel: int, at: datetime
) -> tuple[list[tuple[datetime, int]], tuple[datetime, int] | None]:
    """Return the last two readings up to an instant, newest first, and the first one behind it.

    They tell what the register showed: what is suspect or estimated is none of them.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channel: Channel number.
        at: The instant.
    """
    before: list[tuple[Any, ...]] = connection.execute(
        f"SELECT at, count FROM {schema}.reading WHERE channel = %s AND at <= %s "
        f"AND quality NOT IN {_NOT_SHOWN} ORDER BY at DESC LIMIT 2",
        (channel, at),
    ).fetchall()
    behind: tuple[Any, ...] | None = connection.execute(
        f"SELECT at, count FROM {schema}.reading WHERE channel = %s AND at > %s "
        f"AND quality NOT IN {_NOT_SHOWN} ORDER BY at LIMIT 1",
        (channel, at),
    ).fetchone()
    return [(row[0], row[1]) for row in before], None if behind is None else (behind[0], behind[1])


def mark_at_or_before(connection: Connection, schema: str, position: int) -> MarkRow | None:
    """Return the last mark up to a metering position, None when there is none."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT position, at, reason, learned_at FROM {schema}.mark WHERE position <= %s "
        "ORDER BY position DESC LIMIT 1",
        (position,),
    ).fetchone()
    if row is None:
        return None
    return MarkRow(position=row[0], at=row[1], reason=row[2], learned_at=row[3])


def marks(connection: Connection, schema: str) -> list[MarkRow]:
    """Return every mark, the newest first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT position, at, reason, learned_at FROM {schema}.mark ORDER BY position DESC"
    ).fetchall()
    return [
        MarkRow(position=position, at=at, reason=reason, learned_at=learned_at)
        for position, at, reason, learned_at in rows
    ]
