"""In: queued hours. Out: gauge_hour, gauge_day and state_hour, and their reads. I/O: PostgreSQL.

An hour is made of its good readings in `reading`. A state's time runs until the next word, or
until it is stale; what is missing to the hour is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.period import Period
from energy.base.quality import Quality
from energy.store.arrays import INSTANT, use_arrays
from energy.views.known import GOOD

STALE_US = 3_600_000_000
"""A state is unknown when its last word is older than this. [us]"""
_STALE = f"interval '{STALE_US // 1_000_000} s'"
Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
Ints = NDArray[np.int64]
WORST = (
    "(ARRAY[0,1,2,4,3,5,6])[1 + max(CASE {q} WHEN 3 THEN 4 WHEN 4 THEN 3 ELSE {q} END)]::smallint"
)
"""SQL of the worst quality of a group."""
_GAUGE = (
    "SELECT k.channel, k.start_at, k.day, min(r.count), max(r.count), sum(r.count), count(*)::int, "
    "(array_agg(r.count ORDER BY r.at DESC))[1], " + WORST.format(q="r.quality") + ", "
    "max(r.position) FROM key AS k JOIN {schema}.channel AS c ON c.number = k.channel "
    "AND c.kind = 'gauge' JOIN {schema}.reading AS r ON r.channel = k.channel "
    f"AND r.at >= k.start_at AND r.at < k.end_at AND r.{GOOD} "
    "GROUP BY k.channel, k.start_at, k.day"
)
_UNTIL = f"least(w.next_at, w.at + {_STALE}, w.end_at)"
_STATE = (
    "SELECT w.channel, w.start_at, w.state, "
    f"(extract(epoch FROM sum({_UNTIL} - greatest(w.at, w.start_at))) * 1000000)::bigint, "
    "(count(*) FILTER (WHERE w.at >= w.start_at AND w.state <> w.previous "
    f"AND w.previous_at >= w.at - {_STALE}))::int, max(w.position) FROM ("
    "SELECT k.*, r.at, r.count AS state, r.position, lead(r.at) OVER word AS next_at, "
    "lag(r.count) OVER word AS previous, lag(r.at) OVER word AS previous_at "
    "FROM key AS k JOIN {schema}.channel AS c ON c.number = k.channel AND c.kind = 'state' "
    "JOIN {schema}.reading AS r ON r.channel = k.channel "
    f"AND r.at >= k.start_at - {_STALE} AND r.at < k.end_at AND r.{GOOD} "
    "WINDOW word AS (PARTITION BY k.channel, k.start_at ORDER BY r.at)) AS w "
    f"WHERE {_UNTIL} > greatest(w.at, w.start_at) GROUP BY w.channel, w.start_at, w.state"
)
_KEYS = (
    f"WITH key AS (SELECT s.channel::int AS channel, {INSTANT.format('s.start_us')} AS start_at, "
    f"{INSTANT.format('s.end_us')} AS end_at, date '0001-01-01' + (s.day - 1)::int AS day "
    "FROM unnest(%s, %s, %s, %s) AS s (channel, start_us, end_us, day)) "
)


def roll_up_hours(cursor: Cursor, schema: str, *, limit: int) -> int:
    """Compute up to `limit` queued hours that are over; return how many.

    Args:
        cursor: Inside the roll-up's transaction.
        schema: The site's schema.
        limit: Most hours.
    """
    use_arrays(cursor)
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"WITH taken AS (DELETE FROM {schema}.gauge_dirty WHERE (channel, start_at) IN ("
        f"SELECT channel, start_at FROM {schema}.gauge_dirty "
        f"WHERE end_at <= (SELECT max(at) FROM {schema}.latest) "
        "ORDER BY start_at, channel LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING *) "
        "SELECT array_agg(channel::bigint), array_agg(start_at), array_agg(end_at), "
        "array_agg((day - date '0001-01-01' + 1)::bigint) FROM taken",
        (limit,),
        binary=True,
    ).fetchall()
    channel, start_us, end_us, day = rows[0]
    if channel is None:
        return 0
    compute_hours(cursor, schema, channel, start_us, end_us, day)
    return len(channel)


def compute_hours(
    cursor: Cursor, schema: str, channel: Ints, start_us: Ints, end_us: Ints, day: Ints
) -> None:
    """Compute hours of gauges and states, and the days they lie in.

    Args:
        cursor: Inside a transaction.
        schema: The site's schema.
        channel: Channel of each hour, shape (n,).
        start_us: Start of each hour. [us]
        end_us: End of each hour. [us]
        day: Ordinal of each hour's local day.
    """
    use_arrays(cursor)
    hours = (channel, start_us, end_us, day)
    for table in ("gauge_hour", "state_hour"):
        cursor.execute(
            f"{_KEYS} DELETE FROM {schema}.{table} AS h USING key AS k "
            "WHERE h.channel = k.channel AND h.start_at = k.start_at",
            hours,
        )
    columns = "channel, start_at, day, least, greatest, sum, readings, last, quality, position"
    cursor.execute(
        f"{_KEYS} INSERT INTO {schema}.gauge_hour ({columns}) {_GAUGE.format(schema=schema)}", hours
    )
    cursor.execute(
        f"{_KEYS} INSERT INTO {schema}.state_hour (channel, start_at, state, duration_us, changes, "
        f"position) {_STATE.format(schema=schema)}",
        hours,
    )
    cursor.execute(
        f"{_KEYS} DELETE FROM {schema}.gauge_day AS d USING key AS k "
        "WHERE d.channel = k.channel AND d.day = k.day",
        hours,
    )
    cursor.execute(
        f"{_KEYS} INSERT INTO {schema}.gauge_day (channel, day, least, greatest, sum, readings, "
        "last, quality, position) SELECT h.channel, h.day, min(h.least), max(h.greatest), "
        "sum(h.sum), sum(h.readings)::int, (array_agg(h.last ORDER BY h.start_at DESC))[1], "
        f"{WORST.format(q='h.quality')}, max(h.position) FROM {schema}.gauge_hour AS h "
        "JOIN (SELECT DISTINCT channel, day FROM key) AS k USING (channel, day) "
        "WHERE h.start_at >= k.day - interval '2 days' AND h.start_at < k.day + interval '3 days' "
        "GROUP BY h.channel, h.day",
        hours,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeHour:
    """What a gauge showed within an hour. [count]."""

    channel: int
    start: datetime
    day: date
    least: int
    greatest: int
    total: int
    """Sum of the counts: with `readings` the mean."""
    readings: int
    last: int
    quality: Quality
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateHour:
    """How long a channel was in a state within an hour."""

    channel: int
    start: datetime
    state: int
    duration_us: int
    changes: int
    """How often it came into this state."""
    position: int


def read_gauges(
    connection: Connection, schema: str, channels: Sequence[int], period: Period
) -> list[GaugeHour]:
    """Return the hours of gauges that begin within a period, the running one as it stands.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
        period: Instants.
    """
    rows = _stored_and_running(
        connection,
        schema,
        "gauge_hour",
        "channel, start_at, day, least, greatest, sum, readings, last, quality, position",
        _GAUGE,
        channels,
        period,
    )
    return [
        GaugeHour(
            channel=row[0],
            start=row[1],
            day=row[2],
            least=row[3],
            greatest=row[4],
            total=int(row[5]),
            readings=row[6],
            last=row[7],
            quality=Quality(row[8]),
            position=row[9],
        )
        for row in rows
    ]


def read_states(
    connection: Connection, schema: str, channels: Sequence[int], period: Period
) -> list[StateHour]:
    """Return the time in each state of the hours that begin within a period; see read_gauges.

    That of the running hour ends at the newest instant of the site: what comes is not known.
    """
    rows = _stored_and_running(
        connection,
        schema,
        "state_hour",
        "channel, start_at, state, duration_us, changes, position",
        _STATE,
        channels,
        period,
        until=f"least(end_at, (SELECT max(at) FROM {schema}.latest))",
    )
    return [
        StateHour(
            channel=row[0],
            start=row[1],
            state=row[2],
            duration_us=row[3],
            changes=row[4],
            position=row[5],
        )
        for row in rows
    ]


def _stored_and_running(
    connection: Connection,
    schema: str,
    table: str,
    columns: str,
    computed: str,
    channels: Sequence[int],
    period: Period,
    until: str = "end_at",
) -> list[tuple[Any, ...]]:
    """Return the rows of a table, those of queued hours computed now."""
    asked = "channel = ANY(%(channels)s) AND start_at >= %(start)s AND start_at < %(end)s"
    return connection.execute(
        f"WITH key AS (SELECT channel, start_at, {until} AS end_at, day "
        f"FROM {schema}.gauge_dirty WHERE {asked}) "
        f"SELECT {columns} FROM {schema}.{table} AS h WHERE {asked} AND NOT EXISTS "
        "(SELECT FROM key WHERE key.channel = h.channel "
        f"AND key.start_at = h.start_at) UNION ALL {computed.format(schema=schema)} "
        "ORDER BY 1, 2, 3",
        {"channels": list(channels), "start": period.start, "end": period.end},
    ).fetchall()
