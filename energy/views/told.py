"""In: channels and windows of time. Out: what the journal tells of them, however old. I/O: reads.

`batch_index` says which entries hold readings of a channel and when; only those are decoded. So the
cost depends on the time asked for, not on the length of the history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.quality import LAST_WINS, PRECEDENCE, Quality
from energy.journal.archive_read import whole_entries
from energy.journal.entry import Entry, Told, told_by
from energy.metering.channel import Channel
from energy.metering.reading import ReadingColumns
from energy.store.arrays import INSTANT, use_arrays
from energy.views.plausible import out_of_range
from energy.views.positioned import Positioned, or_last

Connection = psycopg.Connection[tuple[object, ...]]
Window = tuple[int, int]
"""First and last instant, both included. [us]"""
FETCHED = 64
"""Entries read from the journal at once."""
_RANK = np.full(256, 9, dtype=np.int64)
for _quality, _place in PRECEDENCE.items():
    _RANK[_quality] = _place


def told_in(
    connection: Connection,
    schema: str,
    windows: Mapping[int, Window],
    channels: Mapping[int, Channel],
    *,
    up_to: int | None = None,
    journal_schema: str | None = None,
) -> Positioned:
    """Return every reading that folded entries tell of some channels, impossible ones SUSPECT.

    In the order of the journal: by position, then by place within the entry.

    Args:
        connection: Any connection that may read.
        schema: Schema of the views.
        windows: Time asked for, per channel number.
        channels: Facts of these channels.
        up_to: Entries after this position are not asked; None for all that are folded.
        journal_schema: Schema of the journal, when it is not that of the views.
    """
    wanted = _wanted(connection, schema, windows, up_to)
    parts = [
        _of_entry(entry, wanted[entry.position], windows)
        for entry in entries_at(connection, journal_schema or schema, sorted(wanted))
    ]
    return judged(joined(parts), channels)


def joined(parts: Sequence[Positioned]) -> Positioned:
    """Return several lots of readings one behind the other."""
    none = [np.empty(0, dtype=np.int64)]
    return Positioned(
        readings=ReadingColumns.joined(part.readings for part in parts),
        position=np.concatenate([part.position for part in parts] or none),
        learned_us=np.concatenate([part.learned_us for part in parts] or none),
    )


def judged(told: Positioned, channels: Mapping[int, Channel]) -> Positioned:
    """Return the readings with the impossible ones as SUSPECT; a pure plausible.judge."""
    columns = told.readings
    if len(columns) == 0:
        return told
    bad = (columns.quality != Quality.SUSPECT) & (out_of_range(columns, channels) | told.ahead)
    return Positioned(
        readings=ReadingColumns(
            channel=columns.channel,
            at_us=columns.at_us,
            count=columns.count,
            quality=np.where(bad, np.uint8(Quality.SUSPECT), columns.quality),
        ),
        position=told.position,
        learned_us=told.learned_us,
    )


def counting(told: Positioned) -> Positioned:
    """Return the reading that counts at each (channel, instant), by channel and instant.

    Approved correction before measured before manual before estimated; within a rank the first,
    among corrections and among estimates the last.

    Args:
        told: Readings in the order of the journal.
    """
    columns = told.readings
    if len(columns) == 0:
        return told
    turn = np.arange(len(columns))
    turn = np.where(np.isin(columns.quality, LAST_WINS), -turn, turn)
    order = np.lexsort((turn, _RANK[columns.quality], columns.at_us, columns.channel))
    channel, at_us = columns.channel[order], columns.at_us[order]
    first = np.concatenate([[True], (channel[1:] != channel[:-1]) | (at_us[1:] != at_us[:-1])])
    return told.chosen(order[first])


def readings_told(
    entry: Entry, channel: int, channels: Mapping[int, Channel]
) -> tuple[Positioned, str | None]:
    """Return an entry's readings of a channel, impossible ones SUSPECT, and its source.

    Args:
        entry: An entry that the index names.
        channel: Channel number.
        channels: Facts of the channel.
    """
    told = told_by(entry)
    assert told is not None, "the index names entries with readings"
    every = _positioned(entry, told)
    return judged(every.chosen(told.readings.channel == channel), channels), told.source


def _positioned(entry: Entry, told: Told) -> Positioned:
    many = len(told.readings)
    return Positioned(
        readings=told.readings,
        position=np.full(many, entry.position, dtype=np.int64),
        learned_us=np.full(many, told.learned_us, dtype=np.int64),
    )


def _wanted(
    connection: Connection, schema: str, windows: Mapping[int, Window], up_to: int | None
) -> dict[int, list[int]]:
    """Return the channels asked for by position of the entries that hold them."""
    low, high = INSTANT.format("low_us"), INSTANT.format("high_us")
    index = f"SELECT position FROM {schema}.batch_index WHERE channel = t.channel"
    spans = "last_at >= t.low AND first_at <= t.high AND position <= %s"
    with connection.cursor(binary=True) as cursor:
        use_arrays(cursor)
        rows: list[tuple[Any, ...]] = cursor.execute(
            f"""
            SELECT b.position, t.channel FROM (SELECT channel::int, {low} AS low, {high} AS high
                FROM unnest(%s, %s, %s) AS s (channel, low_us, high_us)) AS t
            CROSS JOIN LATERAL (
                {index} AND first_at >= t.low - interval '1 day' AND {spans}
                    AND last_at - first_at <= interval '1 day'
                UNION ALL
                {index} AND {spans} AND last_at - first_at > interval '1 day'
            ) AS b
            """,
            (
                np.array(list(windows), dtype=np.int64),
                np.array([window[0] for window in windows.values()], dtype=np.int64),
                np.array([window[1] for window in windows.values()], dtype=np.int64),
                *(2 * [or_last(up_to)]),
            ),
        ).fetchall()
    wanted: dict[int, list[int]] = {}
    for position, channel in rows:
        wanted.setdefault(position, []).append(channel)
    return wanted


def entries_at(connection: Connection, schema: str, positions: Sequence[int]) -> Iterator[Entry]:
    """Yield the entries at some positions, few at a time: a batch may be large.

    Args:
        connection: Any connection that may read.
        schema: Schema of the journal.
        positions: In the order wanted, ascending.
    """
    for start in range(0, len(positions), FETCHED):
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT notification_id, originator_id, originator_version, topic, state "
            f"FROM {schema}.metering_events WHERE notification_id = ANY(%s) "
            "ORDER BY notification_id",
            (list(positions[start : start + FETCHED]),),
            binary=True,
        ).fetchall()
        stored = (
            Entry(
                position=position, stream=stream, version=version, topic=topic, state=bytes(state)
            )
            for position, stream, version, topic, state in rows
        )
        yield from whole_entries(connection, schema, "metering", stored)


def _of_entry(entry: Entry, channels: Sequence[int], windows: Mapping[int, Window]) -> Positioned:
    """Return the readings of an entry that lie in the windows of the channels it counts for."""
    told = told_by(entry)
    assert told is not None, "the index names entries with readings"
    columns = told.readings
    numbers = np.array(sorted(channels), dtype=np.int64)
    bounds = np.array([windows[n] for n in numbers.tolist()], dtype=np.int64)
    place = np.minimum(np.searchsorted(numbers, columns.channel), len(numbers) - 1)
    mine: NDArray[np.bool_] = (
        (numbers[place] == columns.channel)
        & (columns.at_us >= bounds[place, 0])
        & (columns.at_us <= bounds[place, 1])
    )
    return _positioned(entry, told).chosen(mine)
