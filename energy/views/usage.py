"""Step 4 of 6. From: accepted readings. To: usage blocks. I/O: PostgreSQL.

One row per channel, local day and mark. What is folded is pure (energy/metering/usage.py); here
stand which days are touched, the writes, and the reads; the rows are made in usage_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.finding import Finding
from energy.base.period import Period, grid_of
from energy.base.quality import Quality
from energy.journal.ingest import store_findings
from energy.metering.usage import BREAK_CODES, UsageSpan
from energy.store.arrays import INSTANT, use_arrays
from energy.views.registry import Registry
from energy.views.usage_rows import (
    Accepted,
    Block,
    days_of,
    fold_window,
    stated_end,
    stated_start,
    unpacked,
    window_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Span of a channel's readings that changed, in microseconds."""

    channel: int
    first_us: int
    last_us: int


def refold(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    zone: ZoneInfo,
    registry: Registry,
    touched: Iterable[Touched],
    epoch: int,
) -> None:
    """Fold again the intervals between the neighbours of what changed, and write their blocks.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        zone: The site's zone: days are local.
        registry: Channels and segments.
        touched: Spans of changed readings, counters and others.
        epoch: Position of the last mark; 0 before the first.
    """
    spans = [t for t in touched if t.channel in registry.segments]
    if not spans:
        return
    use_arrays(cursor)
    windows = _windows_touched(cursor, schema, zone, registry, spans)
    accepted = _accepted(cursor, schema, windows)
    keys = [(channel, day) for channel, window in windows.items() for day in days_of(window, zone)]
    there, marked = _blocks_there(cursor, schema, keys, epoch)
    blocks: list[Block] = []
    findings: list[Finding] = []
    for channel, window in windows.items():
        rows, breaks = fold_window(
            channel,
            accepted[channel],
            registry.segments[channel],
            window,
            zone,
            registry.channels[channel].facts.grid_s,
            there,
        )
        blocks += rows
        findings += breaks
    _explain(cursor, schema, windows, findings, epoch)
    _write(cursor, schema, blocks, marked, epoch)
    store_findings(cursor.connection, schema, findings)


def _windows_touched(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    zone: ZoneInfo,
    registry: Registry,
    spans: Sequence[Touched],
) -> dict[int, tuple[int, int]]:
    """Return the whole intervals between each span's neighbours, as [start, end). [us].

    Where no reading lies beyond a span, its segment's stated count is the neighbour.
    """
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"""
        SELECT t.channel, t.first_at, t.last_at, before.at, behind.at
        FROM (SELECT channel::int, {INSTANT.format("first_us")} AS first_at,
                {INSTANT.format("last_us")} AS last_at
            FROM unnest(%s, %s, %s) AS s (channel, first_us, last_us)) AS t
        LEFT JOIN LATERAL (SELECT at FROM {schema}.reading WHERE channel = t.channel
            AND at < t.first_at AND quality <> {Quality.SUSPECT:d}
            ORDER BY at DESC LIMIT 1) AS before ON true
        LEFT JOIN LATERAL (SELECT at FROM {schema}.reading WHERE channel = t.channel
            AND at > t.last_at AND quality <> {Quality.SUSPECT:d}
            ORDER BY at LIMIT 1) AS behind ON true
        """,
        (
            np.array([span.channel for span in spans]),
            np.array([span.first_us for span in spans]),
            np.array([span.last_us for span in spans]),
        ),
    ).fetchall()
    windows: dict[int, tuple[int, int]] = {}
    for channel, first_at, last_at, before_at, behind_at in rows:
        segments = registry.segments[channel]
        low, high = window_of(
            before_at or stated_start(segments, first_at),
            behind_at or stated_end(segments, last_at),
            zone,
            registry.channels[channel].facts.grid_s,
        )
        known = windows.get(channel, (low, high))
        windows[channel] = (min(low, known[0]), max(high, known[1]))
    return windows


def _explain(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    windows: Mapping[int, tuple[int, int]],
    breaks: Sequence[Finding],
    epoch: int,
) -> None:
    """Close open breaks that reach into a folded window and were not found again.

    Findings of the fold follow from the readings alone, not from the order of their arrival: a
    late reading may explain a break. A bill run asks what was open at its mark, so a break that
    a mark has seen stays as a row, explained from behind the last mark on. One that no mark has
    seen leaves none: the rows do not depend on how the journal was sliced.
    """
    spans = "unnest(%s, %s, %s) AS t (channel, low_us, high_us)"
    gone = (
        "f.channel = t.channel AND f.code = ANY(%s) "
        f"AND f.start_at < {INSTANT.format('t.high_us')} "
        f"AND f.end_at > {INSTANT.format('t.low_us')} "
        "AND f.resolved_at IS NULL AND f.explained_position IS NULL AND NOT EXISTS "
        "(SELECT FROM unnest(%s, %s::text[], %s::timestamptz[], %s::timestamptz[], %s) "
        "AS k (channel, code, start_at, end_at, position) WHERE k.channel = f.channel "
        "AND k.code = f.code "
        "AND k.start_at = f.start_at AND k.end_at = f.end_at AND k.position = f.position)"
    )
    parameters = (
        np.array(list(windows), dtype=np.int64),
        np.array([low_us for low_us, _ in windows.values()], dtype=np.int64),
        np.array([high_us for _, high_us in windows.values()], dtype=np.int64),
        list(BREAK_CODES),
        np.array([finding.channel for finding in breaks], dtype=np.int64),
        [finding.code for finding in breaks],
        [finding.start for finding in breaks],
        [finding.end for finding in breaks],
        np.array([finding.position for finding in breaks], dtype=np.int64),
    )
    cursor.execute(
        f"DELETE FROM {schema}.finding AS f USING {spans} WHERE {gone} AND f.position > %s",
        (*parameters, epoch),
    )
    cursor.execute(
        f"UPDATE {schema}.finding AS f SET explained_position = %s FROM {spans} WHERE {gone}",
        (epoch + 1, *parameters),
    )


def _accepted(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    windows: Mapping[int, tuple[int, int]],
) -> dict[int, Accepted]:
    """Return the accepted readings of each channel's window with one neighbour on either side."""
    good = f"quality <> {Quality.SUSPECT:d}"
    wanted = f"SELECT at, count, quality, position FROM {schema}.reading"
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"""
        SELECT t.channel, array_agg(r.at), array_agg(r.count), array_agg(r.quality::bigint),
            array_agg(r.position)
        FROM (SELECT channel::int, {INSTANT.format("low_us")} AS low,
                {INSTANT.format("high_us")} AS high
            FROM unnest(%s, %s, %s) AS s (channel, low_us, high_us)) AS t
        CROSS JOIN LATERAL (
            ({wanted} WHERE channel = t.channel AND at < t.low AND {good}
                ORDER BY at DESC LIMIT 1)
            UNION ALL
            ({wanted} WHERE channel = t.channel AND at >= t.low AND at <= t.high AND {good})
            UNION ALL
            ({wanted} WHERE channel = t.channel AND at > t.high AND {good}
                ORDER BY at LIMIT 1)
        ) AS r GROUP BY t.channel
        """,
        (
            np.array(list(windows), dtype=np.int64),
            np.array([low for low, _ in windows.values()], dtype=np.int64),
            np.array([high for _, high in windows.values()], dtype=np.int64),
        ),
        binary=True,
    ).fetchall()
    none = np.empty(0, dtype=np.int64)
    found = dict.fromkeys(windows, _in_order(none, none, none, none))
    found.update((row[0], _in_order(*row[1:])) for row in rows)
    return found


def _in_order(
    at_us: NDArray[np.int64],
    count: NDArray[np.int64],
    quality: NDArray[np.int64],
    position: NDArray[np.int64],
) -> Accepted:
    """Return readings by instant: an aggregate gives them in any order."""
    order = np.argsort(at_us, kind="stable")
    return Accepted(
        at_us=at_us[order],
        count=count[order],
        quality=quality[order].astype(np.uint8),
        position=position[order],
    )


def _blocks_there(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    keys: Sequence[tuple[int, date]],
    epoch: int,
) -> tuple[dict[tuple[int, date], Block], dict[tuple[int, date], Block]]:
    """Return the newest row of each (channel, day), and the newest one before this epoch."""
    rows: list[tuple[Any, ...]] = cursor.execute(
        "SELECT b.channel, b.day, b.epoch, b.position, b.start_at, b.step_s, b.usage, b.quality, "
        f"b.start_value, b.end_value, b.total, b.worst FROM {schema}.usage_block AS b "
        "JOIN unnest(%s, %s::date[]) AS k (channel, day) "
        "ON b.channel = k.channel::int AND b.day = k.day AND b.epoch <= %s ORDER BY b.epoch",
        (np.array([channel for channel, _ in keys]), [day for _, day in keys], epoch),
        binary=True,
    ).fetchall()
    newest: dict[tuple[int, date], Block] = {}
    marked: dict[tuple[int, date], Block] = {}
    for channel, day, at_epoch, position, start, step_s, usage, quality, *values in rows:
        start_value, end_value, total, worst = values
        block = newest[channel, day] = Block(
            channel=channel,
            day=day,
            position=position,
            start=start,
            step_s=step_s,
            usage=bytes(usage),
            quality=bytes(quality),
            start_value=start_value,
            end_value=end_value,
            total=total,
            worst=worst,
        )
        if at_epoch < epoch:
            marked[channel, day] = block
    return newest, marked


def _write(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    blocks: Sequence[Block],
    marked: Mapping[tuple[int, date], Block],
    epoch: int,
) -> None:
    """Write the blocks under the present epoch; none where it says what the last epoch said.

    So the rows are a function of the readings at each mark alone, and a rebuild equals the live
    table whatever slices either worked in.
    """
    last = {key: block.content for key, block in marked.items()}
    same = [b for b in blocks if last.get((b.channel, b.day)) == b.content]
    changed = [b for b in blocks if last.get((b.channel, b.day)) != b.content]
    if same:
        cursor.execute(
            f"DELETE FROM {schema}.usage_block AS b USING unnest(%s, %s::date[]) "
            "AS k (channel, day) WHERE b.channel = k.channel::int AND b.day = k.day "
            "AND b.epoch = %s",
            (np.array([b.channel for b in same]), [b.day for b in same], epoch),
        )
    if changed:
        _upsert(cursor, schema, changed, epoch)
    cursor.execute(
        f"INSERT INTO {schema}.usage_dirty AS d (channel, day, position) "
        "SELECT k.channel, k.day, k.position FROM unnest(%s, %s::date[], %s) "
        "AS k (channel, day, position) ON CONFLICT (channel, day) "
        "DO UPDATE SET position = greatest(d.position, excluded.position)",
        (
            np.array([b.channel for b in blocks]),
            [b.day for b in blocks],
            np.array([b.position for b in blocks]),
        ),
    )


def _upsert(
    cursor: psycopg.Cursor[tuple[object, ...]], schema: str, blocks: Sequence[Block], epoch: int
) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.usage_block (channel, day, epoch, position, start_at, step_s, "
        "intervals, usage, quality, start_value, end_value, total, worst) "
        f"SELECT channel, day, %s, position, {INSTANT.format('start_us')}, step_s, "
        "octet_length(quality), usage, quality, start_value, end_value, total, worst "
        "FROM unnest(%s, %s::date[], %s, %s, %s, %b::bytea[], %b::bytea[], %s::bigint[], "
        "%s::bigint[], %s, %s) AS b (channel, day, position, start_us, step_s, usage, quality, "
        "start_value, end_value, total, worst) "
        "ON CONFLICT (channel, day, epoch) DO UPDATE SET position = excluded.position, "
        "usage = excluded.usage, quality = excluded.quality, start_value = excluded.start_value, "
        "end_value = excluded.end_value, total = excluded.total, worst = excluded.worst",
        (
            epoch,
            np.array([b.channel for b in blocks]),
            [b.day for b in blocks],
            np.array([b.position for b in blocks]),
            np.array([to_us(b.start) for b in blocks]),
            np.array([b.step_s for b in blocks]),
            [b.usage for b in blocks],
            [b.quality for b in blocks],
            [b.start_value for b in blocks],
            [b.end_value for b in blocks],
            np.array([b.total for b in blocks]),
            np.array([b.worst for b in blocks]),
        ),
    )


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
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT DISTINCT ON (channel, day) channel, start_at, step_s, intervals, usage, quality "
        f"FROM {schema}.usage_block WHERE channel = ANY(%s) AND day >= %s AND day <= %s "
        "AND epoch < %s ORDER BY channel, day, epoch DESC",
        (
            list(channels),
            (period.start - timedelta(days=1)).date(),
            (period.end + timedelta(days=1)).date(),
            as_of if as_of is not None else 2**62,
        ),
        binary=True,
    ).fetchall()
    spans: dict[int, UsageSpan] = {}
    for channel, start_at, step_s, intervals, usage, quality in rows:
        span = spans.get(channel)
        if span is None:
            span = spans[channel] = empty_span(channel, period, step_s)
        offset = (start_at - period.start) // timedelta(seconds=step_s)
        low, high = max(offset, 0), min(offset + intervals, len(span.usage))
        if low < high:
            part = slice(low - offset, high - offset)
            span.usage[low:high] = unpacked(bytes(usage), intervals)[part]
            span.quality[low:high] = np.frombuffer(bytes(quality), dtype=np.uint8)[part]
    for channel in channels:
        spans.setdefault(channel, empty_span(channel, period, 900))
    return spans


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
