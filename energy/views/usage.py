"""Step 4 of 6. From: accepted readings. To: usage blocks. I/O: PostgreSQL.

One row per channel, local day and mark. What is folded is pure (energy/metering/usage_fold.py),
and so are the rows (usage_rows.py); here stand which windows are touched, and the reads. A fresh
reading behind a tail (usage_tails.py) is folded from memory; everything else asks the table.
Interval channels have their own fold and windows (usage_intervals.py), and the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg

from energy.base.clock import to_us
from energy.base.period import Period, grid_of
from energy.base.quality import Quality
from energy.base.ragged import Places, offsets_of
from energy.journal.ingest import store_findings
from energy.metering.usage import UsageSpan
from energy.metering.usage_fold import fold_many
from energy.metering.usage_strips import Flags, Ints, SeriesColumns
from energy.store.arrays import use_arrays
from energy.views.fed_readings import (
    accepted_fed,
    counters_fed,
    neighbours_fed,
    registers_of,
    registers_of_one,
)
from energy.views.known import NO_NEIGHBOUR, Neighbours
from energy.views.local_days import LocalDays, days_around
from energy.views.positioned import or_last
from energy.views.registry_columns import RegistryColumns
from energy.views.slice import Slice
from energy.views.usage_intervals import fold_changed_intervals, fold_fresh_intervals
from energy.views.usage_rows import Blocks, Windows, findings_of, parts_of, rows_of, spread
from energy.views.usage_table import explain_breaks, held_rows, write_rows
from energy.views.usage_tails import Fresh, Tails
from energy.views.usage_windows import chunks_of, good_spans, put_back

Cursor = psycopg.Cursor[tuple[object, ...]]
DEFAULT_GRID_S = 900
"""Grid of a channel that nobody has planned. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spans:
    """Spans of changed readings, arrays of shape (n,)."""

    counter: Ints
    first_us: Ints
    last_us: Ints


class UsageView:
    """Folds readings and meter events into usage_block."""

    name = "usage"
    needs = ("registry", "reading")
    tables = ("usage_block", "usage_dirty")

    def __init__(self) -> None:
        """Begin without tails."""
        self._tails: Tails | None = None

    def forget(self) -> None:
        """Drop the tails: the next part is not the one right behind."""
        self._tails = None

    def fold(self, cursor: Cursor, part: Slice) -> None:
        """Fold again the intervals between the neighbours of what changed.

        Args:
            cursor: Inside the follower's transaction, behind the view of readings.
            part: Readings, or what a meter event changed.
        """
        columns = part.columns
        if part.readings is None:
            self._tails = None
            fold_changed_intervals(cursor, part)
            spans = _changed_spans(cursor, part)
            if spans is not None:
                self._general(cursor, part, spans)
            return
        fold_fresh_intervals(cursor, part)
        fresh = _fresh(part)
        if len(fresh.counter) == 0:
            return
        if self._tails is None:
            self._tails = Tails(columns)
        tails = self._tails
        plain = tails.plain(fresh)
        if plain.any():
            self._plain(cursor, part, fresh.chosen(plain))
        if not plain.all():
            odd = fresh.chosen(~plain)
            spans = _Spans(counter=odd.counter, first_us=odd.first_us, last_us=odd.last_us)
            self._general(cursor, part, spans)

    def _plain(self, cursor: Cursor, part: Slice, fresh: Fresh) -> None:
        """Fold readings that follow their tails; those of the same interval change no row."""
        tails = self._tails
        assert tails is not None, "plain readings have tails"
        days = days_around(tails.lowest_us(fresh.counter), int(fresh.last_us.max()), part.zone)
        step_us = part.columns.step_us[fresh.counter]
        floor_us = tails.floor_us(fresh.counter, days)
        behind_us = days.floor(fresh.last_us, step_us)
        stays = behind_us == floor_us
        tails_fresh = fresh.chosen(stays)
        if stays.any():
            tails.move(tails_fresh)
        if stays.all():
            return
        leaves = fresh.chosen(~stays)
        windows = Windows(
            channel=part.columns.counter[leaves.counter],
            counter=leaves.counter,
            low_us=floor_us[~stays],
            high_us=(behind_us + step_us)[~stays],
            step_us=step_us[~stays],
        )
        newest = np.ones(len(leaves.counter), dtype=np.bool_)
        self._fold(cursor, part, windows, tails.joined(leaves), newest, days)

    def _general(self, cursor: Cursor, part: Slice, spans: _Spans) -> None:
        """Fold what changed between its neighbours, asked of the table."""
        columns, schema = part.columns, part.schema
        touched = (spans.counter, spans.first_us, spans.last_us)
        put_back(cursor, part, *registers_of(columns, *touched))
        near = neighbours_fed(cursor, schema, columns, *touched)
        low_us, high_us = _reach(near, columns, spans)
        days = days_around(int(low_us.min()), int(high_us.max()), part.zone)
        step_us = columns.step_us[spans.counter]
        every = Windows(
            channel=columns.counter[spans.counter],
            counter=spans.counter,
            low_us=days.floor(low_us, step_us),
            high_us=days.floor(high_us, step_us) + step_us,
            step_us=step_us,
        )
        newest = near.behind_us == NO_NEIGHBOUR
        for chunk in chunks_of(every):
            windows = every.chosen(chunk)
            asked = (windows.counter, windows.low_us, windows.high_us)
            put_back(cursor, part, *registers_of(columns, *asked))
            many = accepted_fed(cursor, schema, columns, *asked)
            self._fold(cursor, part, windows, many.series(), newest[chunk], days)

    def _fold(
        self,
        cursor: Cursor,
        part: Slice,
        windows: Windows,
        series: SeriesColumns,
        newest: Flags,
        days: LocalDays,
    ) -> None:
        """Fold some windows, write their rows and findings, keep their tails."""
        folded = fold_many(
            series,
            windows.grid(),
            part.columns.segments,
            windows.counter,
            gap_us=windows.step_us,
        )
        parts = parts_of(windows, days)
        held = held_rows(cursor, part.schema, parts, days, part.epoch)
        rows = rows_of(parts, folded, held[0].rows)
        breaks = findings_of(windows, series, folded)
        explain_breaks(cursor, part.schema, windows, breaks, part.epoch)
        write_rows(cursor, part.schema, parts, days, rows, held, part.epoch)
        store_findings(cursor.connection, part.schema, breaks)
        if self._tails is not None:
            self._tails.keep(windows, series, newest, days)


def _fresh(part: Slice) -> Fresh:
    """Return the good readings of counters by counter and instant.

    One before the counter's first segment changes no interval: a clock that was set back by
    decades must not cost a row for each of their days.
    """
    told = part.readings
    assert told is not None, "the part holds readings"
    columns = told.readings
    counter = counters_fed(part.columns, columns.channel, columns.at_us)
    which = np.flatnonzero((counter >= 0) & (columns.quality != Quality.SUSPECT))
    which = which[columns.at_us[which] >= part.columns.segments.begun_us[counter[which]]]
    counter, at_us = counter[which], columns.at_us[which]
    order = np.lexsort((at_us, counter))
    which, counter = which[order], counter[order]
    own, many = np.unique(counter, return_counts=True)
    return Fresh(
        counter=own,
        series=SeriesColumns(
            offsets=offsets_of(many),
            at_us=columns.at_us[which],
            count=columns.count[which],
            quality=columns.quality[which],
            position=told.position[which],
        ),
    )


def _changed_spans(cursor: Cursor, part: Slice) -> _Spans | None:
    """Return what a meter event changed: from its instant to the last reading.

    Its own counts are readings of that instant: it is folded where nothing came after, too.
    """
    changed, columns = part.changed, part.columns
    if changed is None or changed.since is None:
        return None
    since_us, segments = to_us(changed.since), columns.segments
    channel = np.array(sorted(changed.channels), dtype=np.int64)
    counters = columns.counters(channel)
    counters = counters[counters >= 0]
    if len(counters) == 0:
        return None
    since = np.full(len(counters), since_us)
    asked = registers_of(columns, counters, since, since)
    put_back(cursor, part, *asked)
    read = good_spans(cursor, part.schema, asked[0].tolist())
    spans: list[tuple[int, int, int]] = []
    for counter in counters.tolist():
        own = slice(int(segments.offsets[counter]), int(segments.offsets[counter + 1]))
        registers = registers_of_one(columns, counter)
        starts = segments.start_us[own][segments.start_stated[own]]
        ends = segments.end_us[own][segments.end_stated[own]]
        known = [at for each in registers for at in read.get(each, ())]
        known += [*starts.tolist(), *ends.tolist()]
        if known:
            first_us = max(since_us, min(known))
            spans.append((counter, first_us, max(first_us, *known)))
    if not spans:
        return None
    counter_column, first, last = np.array(spans, dtype=np.int64).T
    return _Spans(counter=counter_column, first_us=first, last_us=last)


def _reach(near: Neighbours, columns: RegistryColumns, spans: _Spans) -> tuple[Ints, Ints]:
    """Return how far each span reaches: to its neighbours. [us].

    Where no reading lies beyond a span, or estimates alone, its segment's stated count is one.
    """
    starts, ends = _stated(columns, spans.counter, spans.first_us, spans.last_us)
    before = np.where(near.before_us == NO_NEIGHBOUR, spans.first_us, near.before_us)
    behind = np.where(near.behind_us == NO_NEIGHBOUR, spans.last_us, near.behind_us)
    return (
        np.where(near.before_read, before, np.minimum(before, starts)),
        np.where(near.behind_read, behind, np.maximum(behind, ends)),
    )


def _stated(
    columns: RegistryColumns, counter: Ints, first_us: Ints, last_us: Ints
) -> tuple[Ints, Ints]:
    """Return start and end of the segments of two instants where stated, else the instants."""
    segments = columns.segments
    owner = np.repeat(np.arange(len(columns.counter)), np.diff(segments.offsets))
    places = Places(owner, segments.start_us, len(columns.counter))

    def around(at_us: Ints) -> tuple[Ints, Flags, Ints, Flags]:
        """Return the segment of each instant, and the one that ends right there."""
        own = places.find(counter, at_us, "right") - 1
        begun = own >= segments.offsets[counter]
        before = own - 1
        ended = begun & (before >= segments.offsets[counter])
        own, before = np.maximum(own, 0), np.maximum(before, 0)  # before the first: no segment
        return (
            own,
            begun & (at_us <= segments.end_us[own]),
            before,
            ended & (segments.end_us[before] == at_us),
        )

    own, inside, before, touching = around(first_us)
    starts = np.where(inside & segments.start_stated[own], segments.start_us[own], first_us)
    older = touching & segments.start_stated[before]
    starts = np.where(older, segments.start_us[before], starts)
    own, inside, before, touching = around(last_us)
    ends = np.where(touching & segments.end_stated[before], segments.end_us[before], last_us)
    ends = np.where(inside & segments.end_stated[own], segments.end_us[own], ends)
    return starts, ends


def read_spans(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channels: Sequence[int],
    period: Period,
    *,
    as_of: int | None = None,
) -> dict[int, UsageSpan]:
    """Return the usage of some channels over a period, MISSING where nothing is known.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
        period: Span on whole grid intervals of every channel asked for.
        as_of: Position of a mark: usage as known there; None for now.
    """
    in_order = "ORDER BY day, epoch"  # the order of the key: nothing is sorted
    with connection.cursor(binary=True) as cursor:
        use_arrays(cursor)
        rows: list[tuple[Any, ...]] = cursor.execute(
            f"SELECT channel, min(step_s), array_agg(start_at {in_order}), "
            f"array_agg(intervals::bigint {in_order}), "
            f"array_agg(octet_length(usage)::bigint {in_order}), "
            f"string_agg(usage, ''::bytea {in_order}), string_agg(quality, ''::bytea {in_order}) "
            f"FROM {schema}.usage_block WHERE channel = ANY(%s) AND day >= %s AND day <= %s "
            "AND epoch < %s GROUP BY channel",
            (
                list(channels),
                (period.start - timedelta(days=1)).date(),
                (period.end + timedelta(days=1)).date(),
                or_last(as_of),
            ),
        ).fetchall()
    spans = {
        channel: spread(
            empty_span(channel, period, step_s),
            Blocks(
                start_us=start_us, intervals=intervals, octets=octets, usage=usage, quality=quality
            ),
        )
        for channel, step_s, start_us, intervals, octets, usage, quality in rows
    }
    silent = [channel for channel in channels if channel not in spans]
    grids = _grids(connection, schema, silent) if silent else {}
    return spans | {n: empty_span(n, period, grids.get(n, DEFAULT_GRID_S)) for n in silent}


def _grids(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, channels: Sequence[int]
) -> dict[int, int]:
    """Return the width of the grid of some channels, where they are planned. [s]."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT number, grid_s FROM {schema}.channel WHERE number = ANY(%s)", (list(channels),)
    ).fetchall()
    return dict(rows)


def empty_span(channel: int, period: Period, step_s: int) -> UsageSpan:
    """Return a span of which nothing is known."""
    intervals = grid_of(period, step_s)
    return UsageSpan(
        channel=channel,
        start=period.start,
        step_s=step_s,
        usage=np.zeros(intervals, dtype=np.int64),
        quality=np.full(intervals, Quality.MISSING, dtype=np.uint8),
    )
