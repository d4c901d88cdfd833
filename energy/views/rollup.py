"""In: the dirty queues. Out: usage by hour, day, month; completeness; demand; gauges. I/O.

Rollups are for screens; a bill is never made from them. Recomputing a dirty day is idempotent,
so late, changed and repeated readings need no rule of their own. One at a time rolls a site up:
a month is summed from the days that others may be writing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.base.ragged import offsets_of, ramp
from energy.metering.usage import BADNESS, BY_BADNESS
from energy.store.arrays import INSTANT, use_arrays
from energy.views.completeness import write_completeness
from energy.views.demand import maxima
from energy.views.gauge_hours import WORST, roll_up_hours
from energy.views.usage_rows import unpacked_many

ROLLUP_LOCK = 7_246_002
"""First part of the advisory lock's key; the second is the schema's."""
_DAY = "(date '0001-01-01' + (s.day - 1)::int)"
Cursor = psycopg.Cursor[tuple[object, ...]]
Ints = NDArray[np.int64]


def roll_up(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, *, limit: int = 2_000
) -> int:
    """Compute what up to `limit` dirty days of usage and hours of gauges say; return how many.

    Args:
        connection: Role meterline_writer, outside a transaction.
        schema: The site's schema.
        limit: Most days, and most hours, in one transaction.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (ROLLUP_LOCK, schema))
        hours = roll_up_hours(cursor, schema, limit=limit)
        taken = _taken(cursor, schema, limit)
        if taken is None:
            return hours
        blocks = _blocks(cursor, schema, *taken)
        if blocks is not None:
            _write_days(cursor, schema, blocks)
            write_completeness(
                cursor,
                schema,
                blocks.channel,
                blocks.day,
                blocks.position,
                blocks.offsets,
                blocks.quality,
            )
            _write_hours(cursor, schema, blocks)
            _write_demand(cursor, schema, blocks)
            _write_months(cursor, schema, blocks)
        return hours + len(taken[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Blocks:
    """The newest rows of some days; usage and quality one day behind the other."""

    channel: Ints
    day: Ints
    """Ordinals."""
    position: Ints
    start_us: Ints
    step_s: Ints
    intervals: Ints
    total: Ints
    worst: Ints
    usage: Ints
    quality: NDArray[np.uint8]

    @property
    def offsets(self) -> Ints:
        """Return where each day's intervals begin and the last one's end."""
        return offsets_of(self.intervals)


def _taken(cursor: Cursor, schema: str, limit: int) -> tuple[Ints, Ints] | None:
    """Take dirty days from the queue: channels and ordinals of days."""
    use_arrays(cursor)
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"WITH taken AS (DELETE FROM {schema}.usage_dirty WHERE (channel, day) IN (SELECT channel, "
        f"day FROM {schema}.usage_dirty ORDER BY day, channel LIMIT %s FOR UPDATE SKIP LOCKED) "
        "RETURNING channel, day) SELECT array_agg(channel::bigint), "
        "array_agg((day - date '0001-01-01' + 1)::bigint) FROM taken",
        (limit,),
        binary=True,
    ).fetchall()
    channel, day = rows[0]
    return None if channel is None else (channel, day)


def _blocks(cursor: Cursor, schema: str, channel: Ints, day: Ints) -> _Blocks | None:
    rows: list[tuple[Any, ...]] = cursor.execute(
        "SELECT array_agg(b.channel::bigint), array_agg((b.day - date '0001-01-01' + 1)::bigint), "
        "array_agg(b.position), array_agg(b.start_at), array_agg(b.step_s::bigint), "
        "array_agg(b.intervals::bigint), array_agg(b.total), array_agg(b.worst::bigint), "
        "array_agg(octet_length(b.usage)::bigint), string_agg(b.usage, ''::bytea), "
        f"string_agg(b.quality, ''::bytea) FROM unnest(%s, %s) AS s (channel, day) "
        f"CROSS JOIN LATERAL (SELECT * FROM {schema}.usage_block WHERE channel = s.channel "
        f"AND day = {_DAY} ORDER BY epoch DESC LIMIT 1) AS b",
        (channel, day),
        binary=True,
    ).fetchall()
    if rows[0][0] is None:
        return None
    *columns, octets, usage, quality = rows[0]
    names = ("channel", "day", "position", "start_us", "step_s", "intervals", "total", "worst")
    named = dict(zip(names, columns, strict=True))
    return _Blocks(
        **named,
        usage=unpacked_many(bytes(usage), octets, named["intervals"]),
        quality=np.frombuffer(bytes(quality), dtype=np.uint8),
    )


def _write_days(cursor: Cursor, schema: str, blocks: _Blocks) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.usage_day (channel, day, usage, quality, position) "
        f"SELECT s.channel, {_DAY}, s.usage, s.quality, s.position "
        "FROM unnest(%s, %s, %s, %s, %s) AS s (channel, day, usage, quality, position) "
        "ON CONFLICT (channel, day) DO UPDATE SET usage = excluded.usage, "
        "quality = excluded.quality, position = excluded.position",
        (blocks.channel, blocks.day, blocks.total, blocks.worst, blocks.position),
    )


_MONTHS = """
WITH told AS (
    SELECT DISTINCT s.channel::int AS channel, date_trunc('month', {day})::date AS month
    FROM unnest(%s, %s) AS s (channel, day)
), touched AS (
    SELECT channel, month FROM told UNION
    SELECT t.channel, date_trunc('month', near.day)::date FROM told AS t
    JOIN {schema}.channel AS c ON c.number = t.channel AND c.kind = 'interval'
    CROSS JOIN LATERAL (
        (SELECT day FROM {schema}.usage_day
            WHERE channel = t.channel AND day < t.month ORDER BY day DESC LIMIT 1)
        UNION ALL (SELECT day FROM {schema}.usage_day
            WHERE channel = t.channel AND day >= t.month + interval '1 month'
            ORDER BY day LIMIT 1)
    ) AS near
)
INSERT INTO {schema}.usage_month
SELECT m.channel, m.month, sum(u.usage),
    CASE WHEN c.kind = 'interval' AND count(*) <
        CASE WHEN EXISTS (SELECT FROM {schema}.usage_day AS later
                WHERE later.channel = m.channel AND later.day >= m.month + interval '1 month')
            THEN (m.month + interval '1 month')::date ELSE max(u.day) + 1 END
        - CASE WHEN EXISTS (SELECT FROM {schema}.usage_day AS earlier
                WHERE earlier.channel = m.channel AND earlier.day < m.month)
            THEN m.month ELSE min(u.day) END
        THEN {missing} ELSE {worst} END,
    max(u.position)
FROM touched AS m
JOIN {schema}.channel AS c ON c.number = m.channel
JOIN {schema}.usage_day AS u ON u.channel = m.channel
    AND u.day >= m.month AND u.day < m.month + interval '1 month'
GROUP BY m.channel, m.month, c.kind
ON CONFLICT (channel, month) DO UPDATE SET usage = excluded.usage,
    quality = excluded.quality, position = excluded.position
"""
"""Sums of the days' months. A day of which no interval was ever known has no row (0039): a month
that lacks one between the channel's first day and its last one is MISSING, so the months beside
those told are looked at again."""


def _write_months(cursor: Cursor, schema: str, blocks: _Blocks) -> None:
    statement = _MONTHS.format(
        schema=schema,
        day=_DAY,
        missing=int(Quality.MISSING),
        worst=WORST.format(q="u.quality"),
    )
    cursor.execute(statement.encode(), (blocks.channel, blocks.day))


def _write_hours(cursor: Cursor, schema: str, blocks: _Blocks) -> None:
    """Write the hours of which anything is known; any other leaves no row behind."""
    many = blocks.intervals
    nth = ramp(np.zeros(len(many), dtype=np.int64), many)
    hour = nth * np.repeat(blocks.step_s, many) // 3600
    block = np.repeat(np.arange(len(many), dtype=np.int64), many)
    begins = np.flatnonzero(np.append([True], (hour[1:] != hour[:-1]) | (block[1:] != block[:-1])))
    worst = np.maximum.reduceat(BADNESS[blocks.quality], begins)
    known = np.minimum.reduceat(BADNESS[blocks.quality], begins) < BADNESS[Quality.MISSING]
    block, hour = block[begins], hour[begins]
    flags = np.zeros(len(many), dtype=np.int64)
    np.bitwise_or.at(flags, block[known], np.int64(1) << hour[known])
    start, end = INSTANT.format("s.start_us"), INSTANT.format("s.end_us")
    cursor.execute(
        f"DELETE FROM {schema}.usage_hour AS h USING unnest(%s, %s, %s, %s) "
        "AS s (channel, start_us, end_us, known) WHERE h.channel = s.channel::int "
        f"AND h.start_at >= {start} AND h.start_at < {end} AND (s.known >> "
        f"(extract(epoch FROM h.start_at - {start}) / 3600)::int) & 1 = 0",
        (
            blocks.channel,
            blocks.start_us,
            blocks.start_us + blocks.step_s * many * 1_000_000,
            flags,
        ),
    )
    block, hour = block[known], hour[known]
    cursor.execute(
        f"INSERT INTO {schema}.usage_hour AS h (channel, start_at, usage, quality, position) "
        f"SELECT s.channel, {start}, s.usage, s.quality, s.position "
        "FROM unnest(%s, %s, %s, %s, %s) AS s (channel, start_us, usage, quality, position) "
        "ON CONFLICT (channel, start_at) DO UPDATE SET usage = excluded.usage, "
        "quality = excluded.quality, position = excluded.position "
        "WHERE (h.usage, h.quality, h.position) "
        "IS DISTINCT FROM (excluded.usage, excluded.quality, excluded.position)",
        (
            blocks.channel[block],
            blocks.start_us[block] + hour * 3_600_000_000,
            np.add.reduceat(blocks.usage, begins)[known],
            BY_BADNESS[worst[known]],
            blocks.position[block],
        ),
    )


def _write_demand(cursor: Cursor, schema: str, blocks: _Blocks) -> None:
    """Write the greatest windows of the days; where none is whole, no row stays behind."""
    cursor.execute(
        f"DELETE FROM {schema}.demand_day AS d USING unnest(%s, %s) AS s (channel, day) "
        f"WHERE d.channel = s.channel::int AND d.day = {_DAY}",
        (blocks.channel, blocks.day),
    )
    shapes = np.unique(np.column_stack([blocks.intervals, blocks.step_s]), axis=0)
    for intervals, step_s in shapes.tolist():
        mine = np.flatnonzero((blocks.intervals == intervals) & (blocks.step_s == step_s))
        place = blocks.offsets[:-1][mine][:, None] + np.arange(intervals)
        for found in maxima(blocks.usage[place], blocks.quality[place], step_s):
            which = mine[found.known]
            cursor.execute(
                f"INSERT INTO {schema}.demand_day (channel, day, window_s, kind, start_at, usage, "
                f"quality, position) SELECT s.channel, {_DAY}, %s, %s, "
                f"{INSTANT.format('s.start_us')}, s.usage, s.quality, s.position "
                "FROM unnest(%s, %s, %s, %s, %s, %s) "
                "AS s (channel, day, start_us, usage, quality, position)",
                (
                    found.window_s,
                    found.kind,
                    blocks.channel[which],
                    blocks.day[which],
                    blocks.start_us[which] + found.first[found.known] * step_s * 1_000_000,
                    found.usage[found.known],
                    found.quality[found.known],
                    blocks.position[which],
                ),
            )
