"""Step 4 of 6, interval channels. From: accepted readings. To: usage blocks. I/O: PostgreSQL.

What is folded is pure (energy/metering/interval_fold.py). A reading touches its own interval;
where a count is no whole number of base units, its local day. Every touched day is a window of
its own, so that late readings cost the days they fall into and nothing between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.journal.ingest import store_findings
from energy.metering.interval_fold import (
    FoldedIntervals,
    IntervalWindows,
    OddInterval,
    fold_intervals,
)
from energy.metering.usage import CUT, OFF_GRID, TOO_MUCH
from energy.metering.usage_strips import Ints
from energy.store.arrays import use_arrays
from energy.views.known import accepted_within
from energy.views.local_days import LocalDays, days_around
from energy.views.off_grid import days_with_some, tell_off_grid
from energy.views.old_readings import kept_from_us
from energy.views.slice import Slice
from energy.views.usage_rows import Parts, Rows, Windows, parts_of
from energy.views.usage_table import explain_breaks, held_rows, write_rows
from energy.views.usage_windows import chunks_of, put_back

Cursor = psycopg.Cursor[tuple[object, ...]]


def fold_fresh_intervals(cursor: Cursor, part: Slice) -> None:
    """Fold what a part's readings of interval channels changed.

    Args:
        cursor: Inside the follower's transaction, behind the view of readings.
        part: With readings.
    """
    told, intervals = part.readings, part.columns.intervals
    if told is None or len(intervals.channel) == 0:
        return
    columns = told.readings
    place = intervals.places(columns.channel)
    which = np.flatnonzero((place >= 0) & (columns.quality != Quality.SUSPECT))
    place, at_us = place[which], columns.at_us[which]
    served = at_us > intervals.segments.begun_us[place]
    if served.any():
        _fold_around(cursor, part, place[served], at_us[served])


def fold_changed_intervals(cursor: Cursor, part: Slice) -> None:
    """Fold what a meter event changed of interval channels: from its day to the last reading's."""
    changed, intervals = part.changed, part.columns.intervals
    if changed is None or changed.since is None or len(intervals.channel) == 0:
        return
    since_us = to_us(changed.since)
    place = np.flatnonzero(np.isin(intervals.channel, changed.channels))
    if len(place) == 0:
        return
    last_us = _last_us(cursor, part.schema, intervals.channel[place])
    place, last_us = place[last_us > since_us], last_us[last_us > since_us]
    if len(place) == 0:
        return
    days = days_around(since_us, int(last_us.max()), part.zone)
    first = int(days.place(np.array([since_us]))[0])
    many = days.place(last_us - 1) - first + 1
    owner = np.repeat(place, many)
    day = first + np.concatenate([np.arange(n, dtype=np.int64) for n in many.tolist()])
    _fold_days(cursor, part, days, owner, day, days.start_us[day], days.start_us[day + 1])


def _fold_around(cursor: Cursor, part: Slice, place: Ints, at_us: Ints) -> None:
    """Fold the intervals of some readings, of each day what lies from the first to the last."""
    intervals = part.columns.intervals
    days = days_around(int(at_us.min()), int(at_us.max()), part.zone)
    day = days.place(at_us - 1)  # what ends at midnight is of the day before
    start_us, day_us = days.start_us[day], np.diff(days.start_us)[day]
    unit_us = np.lcm(intervals.step_us[place], intervals.delivered_us(place, day_us))
    unit_us = np.where(intervals.whole[place], unit_us, day_us)
    low_us = start_us + (at_us - 1 - start_us) // unit_us * unit_us
    order = np.lexsort((low_us, day, place))
    place, day, low_us, unit_us = place[order], day[order], low_us[order], unit_us[order]
    new = np.append([True], (place[1:] != place[:-1]) | (day[1:] != day[:-1]))
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(new)) - 1
    high_us = np.minimum(low_us[last] + unit_us[last], days.start_us[day[last] + 1])
    _fold_days(cursor, part, days, place[first], day[first], low_us[first], high_us)


def _fold_days(
    cursor: Cursor,
    part: Slice,
    days: LocalDays,
    place: Ints,
    day: Ints,
    low_us: Ints,
    high_us: Ints,
) -> None:
    """Fold windows by channel and day, one a day."""
    intervals = part.columns.intervals
    every = Windows(
        channel=intervals.channel[place],
        counter=place,
        low_us=low_us,
        high_us=high_us,
        step_us=intervals.step_us[place],
    )
    for chunk in chunks_of(every):
        windows, own = every.chosen(chunk), day[chunk]
        folded = _folded(cursor, part, days, windows, own)
        _write(cursor, part, windows, days, folded)
        _tell_off_grid(cursor, part, days, windows, own, folded)


def _folded(
    cursor: Cursor, part: Slice, days: LocalDays, windows: Windows, day: Ints
) -> FoldedIntervals:
    """Return the fold of some windows, each within one day."""
    _put_back_days(cursor, part, windows)
    many = accepted_within(cursor, part.schema, windows.channel, windows.low_us, windows.high_us)
    intervals, day_us = part.columns.intervals, np.diff(days.start_us)[day]
    return fold_intervals(
        many.series(),
        IntervalWindows(
            place=windows.counter,
            day_us=days.start_us[day],
            low_us=windows.low_us,
            high_us=windows.high_us,
            step_us=windows.step_us,
            length_us=intervals.delivered_us(windows.counter, day_us),
        ),
        intervals.segments,
    )


def _tell_off_grid(
    cursor: Cursor,
    part: Slice,
    days: LocalDays,
    windows: Windows,
    day: Ints,
    folded: FoldedIntervals,
) -> None:
    """Write one finding a channel and day that has intervals beside its grid: the whole day's."""
    whole = Windows(
        channel=windows.channel,
        counter=windows.counter,
        low_us=days.start_us[day],
        high_us=days.start_us[day + 1],
        step_us=windows.step_us,
    )
    which = days_with_some(cursor, part.schema, whole, folded.odd)
    if len(which) == 0:
        return
    some = whole.chosen(np.isin(np.arange(len(day)), which))
    odd = _folded(cursor, part, days, some, day[which]).odd
    tell_off_grid(cursor, part.schema, some, odd, part.epoch)


def _write(
    cursor: Cursor, part: Slice, windows: Windows, days: LocalDays, folded: FoldedIntervals
) -> None:
    """Write rows and findings of folded windows; a day of which nothing is known has no row."""
    parts = parts_of(windows, days)
    held = held_rows(cursor, part.schema, parts, days, part.epoch)
    rows = interval_rows(parts, folded, held[0].rows)
    odd = _findings(windows, folded.odd)
    explain_breaks(cursor, part.schema, windows, odd, part.epoch, codes=(CUT, TOO_MUCH))
    write_rows(cursor, part.schema, parts, days, rows, held, part.epoch, blank=False)
    store_findings(cursor.connection, part.schema, odd)


def interval_rows(parts: Parts, folded: FoldedIntervals, held: Rows) -> Rows:
    """Return the rows of days of which a part was folded; the rest stands as it was.

    An interval channel has no register, so no row tells a value at its ends.

    Args:
        parts: Which grid intervals were folded, one part a window.
        folded: The fold of the windows.
        held: The newest rows there are of the same days.
    """
    usage, quality = held.usage.copy(), held.quality.copy()
    many = parts.last - parts.first
    target = np.repeat(parts.offsets[:-1] + parts.first - (np.cumsum(many) - many), many)
    target += np.arange(len(target), dtype=np.int64)
    usage[target], quality[target] = folded.usage, folded.quality
    newest = np.maximum.reduceat(folded.position, np.cumsum(many) - many)
    return Rows(
        usage=usage,
        quality=quality,
        start_value=held.start_value,
        start_known=held.start_known,
        end_value=held.end_value,
        end_known=held.end_known,
        position=np.maximum(held.position, newest),
    )


def _put_back_days(cursor: Cursor, part: Slice, windows: Windows) -> None:
    """Put back raw rows of windows that retention has dropped; a channel's windows stand by day."""
    kept_us = kept_from_us(cursor.connection, part.schema)
    if kept_us is None or not (windows.low_us < kept_us).any():
        return
    old = windows.chosen(windows.low_us < kept_us)
    channel, first = np.unique(old.channel, return_index=True)
    last = np.append(first[1:], len(old.channel)) - 1
    put_back(cursor, part, channel, old.low_us[first], old.high_us[last])


def _last_us(cursor: Cursor, schema: str, channel: Ints) -> Ints:
    """Return the newest instant of some channels; long ago where one never spoke. [us]."""
    use_arrays(cursor)
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT array_agg(channel::bigint), array_agg(at) FROM {schema}.latest "
        "WHERE channel = ANY(%s)",
        (channel,),
        binary=True,
    ).fetchall()
    last_us = np.full(len(channel), np.iinfo(np.int64).min, dtype=np.int64)
    if rows[0][0] is not None:
        last_us[np.searchsorted(channel, rows[0][0])] = rows[0][1]
    return last_us


def _findings(windows: Windows, odd: list[OddInterval]) -> list[Finding]:
    """Return odd intervals as findings, but those beside the grid, which a day tells at once.

    What is not folded is missing, so it need not block.
    """
    return [
        Finding(
            code=each.code,
            severity=Severity.DO_NOT_BILL if each.code == TOO_MUCH else Severity.WARN,
            channel=int(windows.channel[each.window]),
            start=from_us(each.start_us),
            end=from_us(each.end_us),
            position=each.position,
            proof={"count": each.count},
        )
        for each in odd
        if each.code != OFF_GRID
    ]
