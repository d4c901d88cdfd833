"""In: meter events, a point's channels. Out: rows of `segment` and what they said before. I/O.

A segment that an event closes, cuts or lets another register feed is kept as it was in
`segment_superseded`: usage as known before the event is folded from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg

from energy.base.finding import Finding, Severity
from energy.journal.ingest import store_findings
from energy.metering.channel import Kind
from energy.metering.feed import Piece, fed
from energy.metering.meter import FedSpan, Meter
from energy.views.noted import FOR_GOOD
from energy.views.positioned import or_last

WIRED_WRONG = "meter.reversed"
"""The register that counted is not read: what flowed cannot be told."""
Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
_COLUMNS = (
    "channel, start_at, end_at, serial, multiplier, start_count, end_count, position, "
    "end_position, feed"
)


def read_pieces(
    connection: Connection, schema: str, channels: Sequence[int], *, as_of: int | None = None
) -> list[Piece]:
    """Return the segments of some channels by channel and start.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
        as_of: As known at this metering position; None for now.
    """
    mine = "greatest(position, end_position) <= %(limit)s AND channel = ANY(%(channels)s)"
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.segment WHERE {mine} "
        f"UNION ALL SELECT {_COLUMNS} FROM {schema}.segment_superseded "
        f"WHERE {mine} AND until_position > %(limit)s ORDER BY channel, start_at",
        {"limit": or_last(as_of), "channels": list(channels)},
    ).fetchall()
    return [_piece(row) for row in rows]


def open_segments(
    cursor: Cursor,
    schema: str,
    position: int,
    channels: Sequence[int],
    at: datetime,
    serial: str,
    multiplier: str,
    counts: Mapping[str, int],
    *,
    feeds: Iterable[Piece] = (),
) -> None:
    """Open a segment of each channel.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: Of the event.
        channels: Their numbers.
        at: When they begin.
        serial: Of the device.
        multiplier: In force from then on.
        counts: What the registers show there, by their own channel. [count]
        feeds: Segments whose registers feed the same channels on.
    """
    feed = {piece.channel: piece.feed for piece in feeds}
    _insert(
        cursor,
        schema,
        [
            Piece(
                channel=number,
                start=at,
                end=None,
                serial=serial,
                multiplier=multiplier,
                start_count=counts.get(str(feed.get(number) or number)),
                end_count=None,
                position=position,
                end_position=0,
                feed=feed.get(number),
            )
            for number in channels
        ],
    )


def close_segments(
    cursor: Cursor,
    schema: str,
    position: int,
    registers: Sequence[int],
    at: datetime,
    counts: Mapping[str, int],
) -> list[Piece]:
    """Close the open segments and keep what they said until this event; return them.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: Of the event.
        registers: Registers whose segments are closed, by their own channel, whichever channels
            they count for: a meter wired the wrong way counts for the other one.
        at: When they end.
        counts: What the registers showed there, by their own channel. [count]
    """
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT {_COLUMNS} FROM {schema}.segment WHERE coalesce(feed, channel) = ANY(%s) "
        "AND end_at IS NULL ORDER BY channel",
        (list(registers),),
    ).fetchall()
    held = [_piece(row) for row in rows]
    closed = [
        replace(piece, end=at, end_count=counts.get(str(piece.register)), end_position=position)
        for piece in held
    ]
    _supersede(cursor, schema, held, position)
    _insert(cursor, schema, closed)
    return held


def join_segments(
    cursor: Cursor, schema: str, position: int, registers: Sequence[int], at: datetime
) -> tuple[int, ...]:
    """Make one segment of the two that a reset cut, and keep what they said; return the channels.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: Of the event that takes the reset back.
        registers: Registers that the reset named, by their own channel.
        at: When it cut.
    """
    channels: list[int] = []
    for left, right in cut_at(cursor.connection, schema, registers, at):
        if not left.continues(right):
            continue  # something else cut there, too
        joined = replace(
            left,
            end=right.end,
            end_count=right.end_count,
            position=position,
            end_position=0 if right.end is None else position,
        )
        _supersede(cursor, schema, [left, right], position)
        _insert(cursor, schema, [joined])
        channels.append(left.channel)
    return tuple(sorted(channels))


def cut_at(
    connection: Connection, schema: str, registers: Sequence[int], at: datetime
) -> list[tuple[Piece, Piece]]:
    """Return the segments before and behind an instant where those of some registers are cut.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        registers: Registers that feed the segment before it, by their own channel.
        at: The instant.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.segment WHERE start_at = %s OR end_at = %s "
        "ORDER BY channel, start_at",
        (at, at),
    ).fetchall()
    pieces = [_piece(row) for row in rows]
    behind = {piece.channel: piece for piece in pieces if piece.start == at}
    return [
        (piece, behind[piece.channel])
        for piece in pieces
        if piece.end == at and piece.register in registers and piece.channel in behind
    ]


def feed_segments(
    cursor: Cursor, schema: str, position: int, event: Meter.Reversed
) -> tuple[int, ...]:
    """Let other registers feed the channels over a span; return the channels of the point.

    Where nothing is known of the register that counted, a finding bars the bill of the span.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: Of the event.
        event: What feeds what.
    """
    feeds = {int(channel): register for channel, register in event.feeds.items()}
    if not feeds:
        return _barred(cursor, schema, position, event)
    span = FedSpan(
        start=event.start,
        end=event.end,
        feeds=feeds,
        start_counts=_numbered(event.start_counts),
        end_counts=_numbered(event.end_counts),
    )
    pieces = read_pieces(cursor.connection, schema, sorted(feeds))
    found = fed(pieces, span, position=position)
    gone = [piece for piece in pieces if piece not in found]
    _supersede(cursor, schema, gone, position)
    _insert(cursor, schema, [piece for piece in found if piece not in pieces])
    return tuple(sorted(feeds))


def _barred(cursor: Cursor, schema: str, position: int, event: Meter.Reversed) -> tuple[int, ...]:
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT number FROM {schema}.channel JOIN {schema}.meter USING (point) "
        "WHERE meter = %s AND kind = %s AND channel.utility IS NOT NULL ORDER BY number",
        (event.originator_id, Kind.COUNTER.value),
    ).fetchall()
    found = [
        Finding(
            code=WIRED_WRONG,
            severity=Severity.DO_NOT_BILL,
            channel=number,
            start=event.start,
            end=event.end or FOR_GOOD,
            position=position,
            proof={"reason": event.reason},
        )
        for (number,) in rows
    ]
    store_findings(cursor.connection, schema, found)
    return ()


def _supersede(cursor: Cursor, schema: str, pieces: Sequence[Piece], until: int) -> None:
    """Take segments out of the table and keep what they said."""
    cursor.executemany(
        f"WITH gone AS (DELETE FROM {schema}.segment WHERE channel = %s AND start_at = %s "
        f"RETURNING *) INSERT INTO {schema}.segment_superseded ({_COLUMNS}, until_position) "
        f"SELECT {_COLUMNS}, %s FROM gone",
        [(piece.channel, piece.start, until) for piece in pieces],
    )


def _insert(cursor: Cursor, schema: str, pieces: Sequence[Piece]) -> None:
    cursor.executemany(
        f"INSERT INTO {schema}.segment ({_COLUMNS}) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                *(piece.channel, piece.start, piece.end, piece.serial, piece.multiplier),
                *(piece.start_count, piece.end_count, piece.position, piece.end_position),
                piece.feed,
            )
            for piece in pieces
        ],
    )


def _piece(row: tuple[Any, ...]) -> Piece:
    return Piece(
        channel=row[0],
        start=row[1],
        end=row[2],
        serial=row[3],
        multiplier=row[4],
        start_count=row[5],
        end_count=row[6],
        position=row[7],
        end_position=row[8],
        feed=row[9],
    )


def _numbered(counts: Mapping[str, int]) -> dict[int, int]:
    return {int(number): count for number, count in counts.items()}
