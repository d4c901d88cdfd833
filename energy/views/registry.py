"""In: events of meters and sources. Out: the registry and its tables. I/O.

The registry is what every other view needs to know about channels: their facts and the segments
of the meters that served them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import psycopg

from energy.base.clock import to_us
from energy.base.units import Utility
from energy.metering.channel import (
    USAGE_KINDS,
    Channel,
    ChannelFacts,
    Direction,
    Kind,
    Side,
    base_per_count,
)
from energy.metering.meter import Meter
from energy.metering.plant import ChannelRegister, Source
from energy.metering.usage import CounterSegment
from energy.views.segment_rows import (
    close_segments,
    feed_segments,
    join_segments,
    open_segments,
    read_pieces,
)
from energy.views.unproven import end_unproven, find_unproven

_PLATE = (
    "UPDATE {schema}.meter SET serial = %s, profile = %s, source = %s, address = %s, "
    "multiplier = %s, record = %s, commissioned_at = %s, retired_at = NULL WHERE point = %s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Channels whose usage must be folded again from an instant on."""

    channels: tuple[int, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Channels and meter segments of a site."""

    channels: Mapping[int, Channel]
    segments: Mapping[int, tuple[CounterSegment, ...]]
    """Of channels with usage, by start."""


class RegistryView:
    """Folds registry events into tables."""

    def fold(
        self,
        cursor: psycopg.Cursor[tuple[object, ...]],
        schema: str,
        position: int,
        event: Any,
    ) -> Changed:
        """Apply one event of the metering application.

        Args:
            cursor: Inside the follower's transaction.
            schema: The site's schema.
            position: The event's position.
            event: The domain event.
        """
        match event:
            case Meter.Created():
                _planned(cursor, schema, event)
            case Meter.Commissioned():
                return _commissioned(cursor, schema, position, event)
            case Meter.Replaced():
                return _replaced(cursor, schema, position, event)
            case Meter.RatioChanged():
                return _ratio_changed(cursor, schema, position, event)
            case Meter.RegisterReset():
                return _reset(cursor, schema, position, event)
            case Meter.ResetWithdrawn():
                joined = join_segments(cursor, schema, position, event.registers, event.at)
                return Changed(channels=joined, since=event.at if joined else None)
            case Meter.Reversed():
                channels = feed_segments(cursor, schema, position, event)
                return Changed(channels=channels, since=event.start if channels else None)
            case Meter.Retired():
                return _retired(cursor, schema, position, event)
            case Source.Created() | Source.Redefined():
                cursor.execute(
                    f"INSERT INTO {schema}.source VALUES (%s, %s, %s) ON CONFLICT (key) "
                    "DO UPDATE SET kind = excluded.kind, settings = excluded.settings",
                    (event.key, event.kind, json.dumps(event.settings)),
                )
            case ChannelRegister.Created() | ChannelRegister.Numbered():
                pass
            case _:
                raise TypeError(f"no fold for {type(event)}")
        return Changed()


def _planned(cursor: psycopg.Cursor[tuple[object, ...]], schema: str, event: Meter.Created) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.meter (point, meter, place, name, utility, address) "
        "VALUES (%s, %s, %s, %s, %s, '{}')",
        (event.point, event.originator_id, event.place, event.name, event.utility or None),
    )
    cursor.executemany(
        f"INSERT INTO {schema}.channel VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                channel["number"],
                event.point,
                channel["quantity"],
                channel["kind"],
                channel["utility"],
                channel["unit"],
                channel["resolution"],
                channel["modulus"],
                channel["direction"],
                channel["side"],
                channel["billing"],
                channel["grid_s"],
                channel["max_per_hour"],
            )
            for channel in event.channels
        ],
    )
    told = [
        (c["number"], c["interval_s"]) for c in event.channels if c.get("interval_s") is not None
    ]
    cursor.executemany(f"INSERT INTO {schema}.interval_channel VALUES (%s, %s)", told)


def _point_and_channels(
    cursor: psycopg.Cursor[tuple[object, ...]], schema: str, event: Any
) -> tuple[str, list[int]]:
    """Return the point of a meter event and the numbers of its channels."""
    where = f"FROM {schema}.meter WHERE meter = %s"
    row = cursor.execute(f"SELECT point {where}", (event.originator_id,)).fetchone()
    assert row is not None, "a meter begins with its plan"
    point = str(row[0])
    rows = cursor.execute(
        f"SELECT number FROM {schema}.channel WHERE point = %s ORDER BY number", (point,)
    ).fetchall()
    return point, [int(str(number)) for (number,) in rows]


def _plate(cursor: psycopg.Cursor[tuple[object, ...]], schema: str, point: str, event: Any) -> None:
    cursor.execute(
        _PLATE.format(schema=schema),
        (
            event.serial,
            event.profile,
            event.source,
            json.dumps(event.address),
            event.multiplier,
            json.dumps(event.record),
            event.at,
            point,
        ),
    )


def _commissioned(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    position: int,
    event: Meter.Commissioned,
) -> Changed:
    point, channels = _point_and_channels(cursor, schema, event)
    _plate(cursor, schema, point, event)
    find_unproven(cursor, schema, position, event)
    open_segments(
        cursor,
        schema,
        position,
        channels,
        event.at,
        event.serial,
        event.multiplier,
        event.start_counts,
    )
    return Changed(channels=tuple(channels), since=event.at)


def _replaced(
    cursor: psycopg.Cursor[tuple[object, ...]], schema: str, position: int, event: Meter.Replaced
) -> Changed:
    point, channels = _point_and_channels(cursor, schema, event)
    _plate(cursor, schema, point, event)
    close_segments(cursor, schema, position, channels, event.at, event.final_counts)
    end_unproven(cursor, schema, position, channels, event.at)
    open_segments(
        cursor,
        schema,
        position,
        channels,
        event.at,
        event.serial,
        event.multiplier,
        event.start_counts,
    )
    return Changed(channels=tuple(channels), since=event.at)


def _ratio_changed(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    position: int,
    event: Meter.RatioChanged,
) -> Changed:
    point, channels = _point_and_channels(cursor, schema, event)
    row = cursor.execute(
        f"SELECT serial, multiplier FROM {schema}.meter WHERE point = %s", (point,)
    ).fetchone()
    assert row is not None, "the point is planned"
    cursor.execute(
        f"UPDATE {schema}.meter SET multiplier = %s WHERE point = %s", (event.multiplier, point)
    )
    held = close_segments(cursor, schema, position, channels, event.at, event.counts)
    if Fraction(str(row[1])) != Fraction(event.multiplier):  # the same one is as unproven as before
        end_unproven(cursor, schema, position, channels, event.at)
    open_segments(
        cursor,
        schema,
        position,
        channels,
        event.at,
        str(row[0]),
        event.multiplier,
        event.counts,
        feeds=held,
    )
    return Changed(channels=tuple(channels), since=event.at)


def _reset(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    position: int,
    event: Meter.RegisterReset,
) -> Changed:
    """Cut the segments of the registers that fell; the others counted on."""
    registers = sorted(int(number) for number in event.counts_before)
    held = close_segments(cursor, schema, position, registers, event.at, event.counts_before)
    for each in held:
        open_segments(
            cursor,
            schema,
            position,
            [each.channel],
            event.at,
            each.serial,
            each.multiplier,
            event.counts_after,
            feeds=held,
        )
    return Changed(channels=tuple(sorted(each.channel for each in held)), since=event.at)


def _retired(
    cursor: psycopg.Cursor[tuple[object, ...]], schema: str, position: int, event: Meter.Retired
) -> Changed:
    point, channels = _point_and_channels(cursor, schema, event)
    cursor.execute(f"UPDATE {schema}.meter SET retired_at = %s WHERE point = %s", (event.at, point))
    close_segments(cursor, schema, position, channels, event.at, event.final_counts)
    end_unproven(cursor, schema, position, channels, event.at)
    return Changed(channels=tuple(channels), since=event.at)


def load_channels(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    *,
    only: Sequence[int] | None = None,
) -> dict[int, Channel]:
    """Return the channels of a site by number.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        only: Numbers of the channels wanted; None for all.
    """
    rows = connection.execute(
        "SELECT number, point, quantity, kind, utility, unit, resolution, modulus, direction, "
        f"side, billing, grid_s, max_per_hour, interval_s FROM {schema}.channel "
        f"LEFT JOIN {schema}.interval_channel ON channel = number "
        "WHERE %(only)s::int[] IS NULL OR number = ANY(%(only)s) ORDER BY number",
        {"only": None if only is None else list(only)},
    ).fetchall()
    return {int(str(row[0])): _channel(row) for row in rows}


def _channel(row: tuple[Any, ...]) -> Channel:
    return Channel(
        number=row[0],
        point=row[1],
        facts=ChannelFacts(
            quantity=row[2],
            kind=Kind(row[3]),
            utility=Utility(row[4]) if row[4] else None,
            unit=row[5],
            resolution=Fraction(row[6]),
            modulus=int(row[7]) if row[7] is not None else None,
            direction=Direction(row[8]),
            side=Side(row[9]),
            billing=row[10],
            grid_s=row[11],
            max_per_hour=row[12],
            interval_s=row[13],
        ),
    )


def load_registry(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    *,
    as_of: int | None = None,
    only: Sequence[int] | None = None,
) -> Registry:
    """Return channels and the segments of those with usage.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        as_of: Meter events as known at this metering position; None for now. A channel's facts
            never change, so every channel planned by now is there.
        only: Numbers of the channels wanted; None for all.
    """
    channels = load_channels(connection, schema, only=only)
    pieces = read_pieces(connection, schema, list(channels), as_of=as_of)
    others = {piece.register for piece in pieces} - set(channels)
    facts = channels | (load_channels(connection, schema, only=sorted(others)) if others else {})
    segments: dict[int, list[CounterSegment]] = {}
    for piece in pieces:
        own = channels[piece.channel].facts
        if own.kind not in USAGE_KINDS or own.utility is None:
            continue
        register = facts[piece.register].facts
        segments.setdefault(piece.channel, []).append(
            CounterSegment(
                start_us=to_us(piece.start),
                end_us=None if piece.end is None else to_us(piece.end),
                base_per_count=base_per_count(register, Fraction(piece.multiplier)),
                modulus=register.modulus if register.kind is Kind.COUNTER else None,
                max_per_hour=register.max_per_hour,
                start_count=piece.start_count,
                end_count=piece.end_count,
                position=piece.position,
                end_position=piece.end_position,
                feed=piece.feed,
            )
        )
    return Registry(channels=channels, segments={n: tuple(parts) for n, parts in segments.items()})
