"""In: windows of channels. Out: the readings that count there, raw rows kept or not. I/O.

Raw rows leave `reading` after their retention; the journal stays. `rehydrate` puts the rows of an
old window back before it is folded again, `readings_known` merges table and journal in memory for
readers. Either reaches to the nearest neighbours that no estimate may stand in for, so the cost
depends on the days between the neighbours, not on the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.channel import Channel
from energy.metering.reading import ReadingColumns
from energy.store.arrays import INSTANT, use_arrays
from energy.views.known import Accepted
from energy.views.old_neighbours import Side, neighbours_told
from energy.views.positioned import Positioned
from energy.views.registry import load_channels
from energy.views.told import Connection, Window, counting, joined, told_in

MEASURED = f"quality NOT IN ({Quality.SUSPECT:d}, {Quality.ESTIMATED:d})"
"""SQL of a reading that bounds what an estimate or a late reading can change."""
_LOT = 64
"""Channels whose readings cross as one row of columns: few rows, none of them too long."""
_OLDEST_US = -2_208_988_800_000_000
"""1900: no register is older. [us]"""


def kept_from_us(connection: Connection, schema: str, *, hold: bool = False) -> int | None:
    """Return from where on `reading` holds every row; None when nothing was ever dropped. [us].

    Args:
        connection: Any connection that may read.
        schema: Schema of the views.
        hold: Keep retention from moving it until the transaction ends; ask for it before the
            transaction touches `reading`.
    """
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT kept_from FROM {schema}.series_kept WHERE series = 'reading'"
        + (" FOR SHARE" if hold else "")
    ).fetchone()
    return None if row is None else to_us(row[0])


def windows_of(readings: ReadingColumns) -> dict[int, Window]:
    """Return the span of each channel's readings, SUSPECT ones too: what `rehydrate` is asked."""
    order = np.lexsort((readings.at_us, readings.channel))
    channel, at_us = readings.channel[order], readings.at_us[order]
    starts = np.flatnonzero(np.diff(channel, prepend=-1))
    ends = np.append(starts[1:], len(channel)) - 1
    spans = zip(channel[starts].tolist(), at_us[starts].tolist(), at_us[ends].tolist(), strict=True)
    return {number: (low_us, high_us) for number, low_us, high_us in spans}


def rehydrate(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    windows: Mapping[int, Window],
    channels: Mapping[int, Channel] | None = None,
    *,
    journal_schema: str | None = None,
) -> int:
    """Put back into `reading` the counting rows of old windows and of their neighbours.

    Afterwards the table holds every reading of each window and, on either side, everything up to
    the nearest one that is neither SUSPECT nor ESTIMATED. Windows that raw rows cover cost one
    query; call it before the new readings of a slice are written and indexed.

    Args:
        cursor: Inside the follower's transaction.
        schema: Schema of the views.
        windows: First and last instant touched, per channel number: see `windows_of`. [us]
        channels: Facts of the channels; read when not given.
        journal_schema: Schema of the journal, when it is not that of the views.

    Returns:
        Rows put back.
    """
    connection = cursor.connection
    kept_us = kept_from_us(connection, schema, hold=True)
    if kept_us is None or not windows:
        return 0
    old = {n: w for n, w in windows.items() if w[0] < kept_us}
    new = {n: w for n, w in windows.items() if w[0] >= kept_us}
    old |= {n: new[n] for n in _without_neighbour(connection, schema, new, kept_us)}
    if not old:
        return 0
    facts = channels if channels is not None else load_channels(connection, schema, only=list(old))
    told = _from_journal(
        connection, schema, old, facts, kept_us, up_to=None, journal_schema=journal_schema
    )
    return _put_back(cursor, schema, told)


def rehydrate_behind(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    readings: ReadingColumns,
    channels: Mapping[int, Channel],
    *,
    journal_schema: str | None = None,
) -> int:
    """Put back what stood around readings older than the raw rows, before they are written.

    Which reading of an instant counts is decided against the row that is there.

    Args:
        cursor: Inside the follower's transaction, before it touches `reading`.
        schema: Schema of the views.
        readings: Of known channels, as they arrived.
        channels: Facts of the channels.
        journal_schema: Schema of the journal, when it is not that of the views.

    Returns:
        Rows put back.
    """
    kept_us = kept_from_us(cursor.connection, schema, hold=True)
    if kept_us is None:
        return 0
    old = np.flatnonzero(readings.at_us < kept_us)
    if len(old) == 0:
        return 0
    behind = ReadingColumns(
        channel=readings.channel[old],
        at_us=readings.at_us[old],
        count=readings.count[old],
        quality=readings.quality[old],
    )
    windows = windows_of(behind)
    return rehydrate(cursor, schema, windows, channels, journal_schema=journal_schema)


def readings_known(
    connection: Connection,
    schema: str,
    windows: Mapping[int, Window],
    *,
    as_of: int | None = None,
    suspect: bool = False,
) -> dict[int, Accepted]:
    """Return the readings that count, with those up to a neighbour that no estimate stands for.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        windows: First and last instant asked for, per channel number. [us]
        as_of: As known at this metering position, which the views have passed; None for now.
        suspect: Return SUSPECT readings too.

    Returns:
        Per channel; none where nothing is known.
    """
    kept_us = kept_from_us(connection, schema)
    low_us = _OLDEST_US if kept_us is None else kept_us
    parts = [_from_table(connection, schema, windows, low_us, as_of)]
    if kept_us is not None:
        old = {n: w for n, w in windows.items() if w[0] < kept_us}
        new = {n: w for n, w in windows.items() if w[0] >= kept_us}
        old |= {n: new[n] for n in _unbounded(parts[0], new)}
        channels = load_channels(connection, schema, only=list(old))
        parts.insert(0, _from_journal(connection, schema, old, channels, kept_us, up_to=as_of))
    return _per_channel(joined(parts), windows, suspect=suspect)


def _from_journal(
    connection: Connection,
    schema: str,
    windows: Mapping[int, Window],
    channels: Mapping[int, Channel],
    kept_us: int,
    *,
    up_to: int | None,
    journal_schema: str | None = None,
) -> Positioned:
    """Return the counting readings of windows and neighbours before `kept_us`."""
    inside = {n: (low, min(high, kept_us - 1)) for n, (low, high) in windows.items()}
    inside = {n: (low, high) for n, (low, high) in inside.items() if low <= high}

    def told(asked: Mapping[int, Window]) -> Positioned:
        return counting(
            told_in(connection, schema, asked, channels, up_to=up_to, journal_schema=journal_schema)
        )

    edges = {n: min(low, kept_us) for n, (low, _) in windows.items()}
    after = {n: high for n, (_, high) in windows.items() if high < kept_us - 1}
    return joined(
        [
            told(inside) if inside else joined([]),
            neighbours_told(connection, schema, Side.BEFORE, edges, _OLDEST_US, up_to, told),
            neighbours_told(connection, schema, Side.BEHIND, after, kept_us - 1, up_to, told),
        ]
    )


def _known(schema: str, as_of: int | None) -> list[str]:
    """Return SQL of the parts of which what counts is made, each a table with its condition."""
    if as_of is None:
        return [f"{schema}.reading WHERE true"]
    return [
        f"{schema}.reading WHERE position <= {as_of:d}",
        f"{schema}.reading_superseded WHERE position <= {as_of:d} AND until_position > {as_of:d}",
    ]


def _from_table(
    connection: Connection,
    schema: str,
    windows: Mapping[int, Window],
    kept_us: int,
    as_of: int | None,
) -> Positioned:
    """Return what the tables know of windows and their neighbours from `kept_us` on."""
    tables = _known(schema, as_of)
    mine = f"AND channel = t.channel AND {MEASURED}"
    before = [
        f"(SELECT at FROM {table} {mine} AND at < t.low AND at >= t.kept ORDER BY at DESC LIMIT 1)"
        for table in tables
    ]
    behind = [
        f"(SELECT at FROM {table} {mine} AND at > t.high AND at >= t.kept ORDER BY at LIMIT 1)"
        for table in tables
    ]
    rows = [
        f"SELECT at, count, quality, position FROM {table} AND channel = t.channel "
        "AND at >= n.low AND at <= n.high"
        for table in tables
    ]
    instants = {name: INSTANT.format(f"{name}_us") for name in ("low", "high", "kept")}
    chosen = ", ".join(f"{sql} AS {name}" for name, sql in instants.items())
    with connection.cursor(binary=True) as cursor:
        use_arrays(cursor)
        found: list[tuple[Any, ...]] = cursor.execute(
            f"""
            SELECT array_agg(t.channel::bigint), array_agg(r.at), array_agg(r.count),
                array_agg(r.quality::bigint), array_agg(r.position)
            FROM (SELECT lot, channel::int, {chosen}
                FROM unnest(%s, %s, %s, %s, %s) AS s (lot, channel, low_us, high_us, kept_us)) AS t
            CROSS JOIN LATERAL (SELECT
                coalesce(greatest({", ".join(before)}), t.kept) AS low,
                coalesce(least({", ".join(behind)}), 'infinity') AS high) AS n
            CROSS JOIN LATERAL ({" UNION ALL ".join(rows)}) AS r
            GROUP BY t.lot
            """,
            (
                np.arange(len(windows)) // _LOT,
                np.array(list(windows), dtype=np.int64),
                np.array([w[0] for w in windows.values()], dtype=np.int64),
                np.array([w[1] for w in windows.values()], dtype=np.int64),
                np.full(len(windows), kept_us, dtype=np.int64),
            ),
        ).fetchall()
    return joined([_positioned(*row) for row in found])


def _positioned(
    channel: NDArray[np.int64],
    at_us: NDArray[np.int64],
    count: NDArray[np.int64],
    quality: NDArray[np.int64],
    position: NDArray[np.int64],
) -> Positioned:
    return Positioned(
        readings=ReadingColumns(
            channel=channel.astype(np.int32),
            at_us=at_us,
            count=count,
            quality=quality.astype(np.uint8),
        ),
        position=position,
        learned_us=np.zeros(len(at_us), dtype=np.int64),
    )


def _is_measured(quality: NDArray[np.uint8]) -> NDArray[np.bool_]:
    measured: NDArray[np.bool_] = (quality != Quality.SUSPECT) & (quality != Quality.ESTIMATED)
    return measured


def _unbounded(known: Positioned, windows: Mapping[int, Window]) -> list[int]:
    """Return the channels whose window has no measured reading before it."""
    columns = known.readings
    measured = _is_measured(columns.quality)
    return [
        number
        for number, (low_us, _) in windows.items()
        if not (measured & (columns.channel == number) & (columns.at_us < low_us)).any()
    ]


def _without_neighbour(
    connection: Connection, schema: str, windows: Mapping[int, Window], kept_us: int
) -> list[int]:
    """Return the channels of which the table holds no measured reading before the window."""
    if not windows:
        return []
    with connection.cursor(binary=True) as cursor:
        use_arrays(cursor)
        rows: list[tuple[Any, ...]] = cursor.execute(
            f"SELECT t.channel FROM unnest(%s, %s) AS t (channel, low_us) WHERE NOT EXISTS "
            f"(SELECT FROM {schema}.reading WHERE channel = t.channel::int AND {MEASURED} "
            f"AND at < {INSTANT.format('t.low_us')} AND at >= {INSTANT.format('%s::bigint')})",
            (
                np.array(list(windows), dtype=np.int64),
                np.array([low_us for low_us, _ in windows.values()], dtype=np.int64),
                kept_us,
            ),
        ).fetchall()
    return [number for (number,) in rows]


def _put_back(cursor: psycopg.Cursor[tuple[object, ...]], schema: str, told: Positioned) -> int:
    columns = told.readings
    if len(columns) == 0:
        return 0
    use_arrays(cursor)
    cursor.execute(
        f"INSERT INTO {schema}.reading (channel, at, count, quality, position) "
        f"SELECT channel, {INSTANT.format('at_us')}, count, quality, position "
        "FROM unnest(%s, %s, %s, %s, %s) AS r (channel, at_us, count, quality, position) "
        "ON CONFLICT DO NOTHING",
        (columns.channel, columns.at_us, columns.count, columns.quality, told.position),
    )
    return cursor.rowcount


def _per_channel(
    every: Positioned, windows: Mapping[int, Window], *, suspect: bool
) -> dict[int, Accepted]:
    """Return the readings of each channel by instant, cut at the window's neighbours."""
    columns = every.readings
    order = np.lexsort((columns.at_us, columns.channel))
    if not suspect:
        order = order[columns.quality[order] != Quality.SUSPECT]
    sorted_ = every.chosen(order)
    columns = sorted_.readings
    numbers = np.array(list(windows), dtype=np.int64)
    low_us, high_us = np.array(list(windows.values()), dtype=np.int64).reshape(-1, 2).T
    by_number = np.argsort(numbers)
    own = by_number[np.searchsorted(numbers, columns.channel, sorter=by_number)]
    measured = _is_measured(columns.quality)
    before = np.flatnonzero(measured & (columns.at_us < low_us[own]))
    behind = np.flatnonzero(measured & (columns.at_us > high_us[own]))
    starts = np.searchsorted(columns.channel, numbers, side="left")
    ends = np.searchsorted(columns.channel, numbers, side="right")
    # From the last one before the window, if the channel has one, to the first one behind it.
    lows = np.maximum(starts, np.append([0], before)[np.searchsorted(before, ends)])
    highs = np.minimum(ends, np.append(behind, [len(columns)])[np.searchsorted(behind, starts)] + 1)
    spans = zip(numbers.tolist(), lows.tolist(), highs.tolist(), strict=True)
    return {
        number: Accepted(
            at_us=columns.at_us[low:high],
            count=columns.count[low:high],
            quality=columns.quality[low:high],
            position=sorted_.position[low:high],
        )
        for number, low, high in spans
    }
