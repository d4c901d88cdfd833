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

from energy.base.clock import from_us, to_us
from energy.base.finding import Finding
from energy.base.period import Period, day_period, grid_of, local_day
from energy.base.quality import Quality
from energy.journal.ingest import store_findings
from energy.metering.usage import BREAK_CODES, CounterSegment, UsageSpan
from energy.views.registry import Registry
from energy.views.usage_rows import Accepted, Block, fold_days, unpacked


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
    """Fold again the days between the neighbours of what changed, and write their blocks.

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
    days = _days_touched(cursor, schema, zone, registry, spans)
    windows = _windows(cursor, schema, zone, days)
    blocks: list[Block] = []
    findings: list[Finding] = []
    for channel, (first, last) in days.items():
        rows, breaks = fold_days(
            channel,
            windows[channel],
            registry.segments[channel],
            (first, last),
            zone,
            registry.channels[channel].facts.grid_s,
        )
        _forget_explained(cursor, schema, channel, windows[channel], breaks)
        blocks += rows
        findings += breaks
    _write(cursor, schema, blocks, epoch)
    store_findings(cursor.connection, schema, findings)


def _days_touched(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    zone: ZoneInfo,
    registry: Registry,
    spans: Sequence[Touched],
) -> dict[int, tuple[date, date]]:
    """Return the first and last local day between each span's neighbours.

    Where no reading lies beyond a span, its segment's stated count is the neighbour.
    """
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"""
        SELECT t.channel, t.first_at, t.last_at, before.at, behind.at
        FROM unnest(%s::int[], %s::timestamptz[], %s::timestamptz[])
            AS t (channel, first_at, last_at)
        LEFT JOIN LATERAL (SELECT at FROM {schema}.reading WHERE channel = t.channel
            AND at < t.first_at AND quality <> {Quality.SUSPECT:d}
            ORDER BY at DESC LIMIT 1) AS before ON true
        LEFT JOIN LATERAL (SELECT at FROM {schema}.reading WHERE channel = t.channel
            AND at > t.last_at AND quality <> {Quality.SUSPECT:d}
            ORDER BY at LIMIT 1) AS behind ON true
        """,
        (
            [span.channel for span in spans],
            [from_us(span.first_us) for span in spans],
            [from_us(span.last_us) for span in spans],
        ),
    ).fetchall()
    days: dict[int, tuple[date, date]] = {}
    for channel, first_at, last_at, before_at, behind_at in rows:
        segments = registry.segments[channel]
        first = local_day(before_at or _stated_start(segments, first_at), zone)
        last = local_day(behind_at or _stated_end(segments, last_at), zone)
        known = days.get(channel, (first, last))
        days[channel] = (min(first, known[0]), max(last, known[1]))
    return days


def _stated_start(segments: Sequence[CounterSegment], at: datetime) -> datetime:
    """Return the start of an instant's segment when its count is stated, else the instant."""
    at_us = to_us(at)
    for segment in segments:
        inside = segment.start_us <= at_us and (segment.end_us is None or at_us <= segment.end_us)
        if inside and segment.start_count is not None:
            return from_us(segment.start_us)
    return at


def _stated_end(segments: Sequence[CounterSegment], at: datetime) -> datetime:
    """Return the end of an instant's segment when its count is stated, else the instant."""
    at_us = to_us(at)
    for segment in reversed(segments):
        if segment.end_us is None or segment.end_count is None:
            continue
        if segment.start_us <= at_us <= segment.end_us:
            return from_us(segment.end_us)
    return at


def _forget_explained(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    channel: int,
    seen: Accepted,
    breaks: Sequence[Finding],
) -> None:
    """Delete open breaks between folded readings that a late one has explained.

    Findings of the fold follow from the readings alone, not from the order of their arrival.
    """
    if len(seen.at_us) == 0:
        return
    cursor.execute(
        f"DELETE FROM {schema}.finding AS f WHERE f.channel = %s AND f.code = ANY(%s) "
        "AND f.start_at >= %s AND f.end_at <= %s AND f.resolved_at IS NULL AND NOT EXISTS "
        "(SELECT FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::bigint[]) "
        "AS k (code, start_at, end_at, position) WHERE k.code = f.code "
        "AND k.start_at = f.start_at AND k.end_at = f.end_at AND k.position = f.position)",
        (
            channel,
            list(BREAK_CODES),
            from_us(int(seen.at_us[0])),
            from_us(int(seen.at_us[-1])),
            [finding.code for finding in breaks],
            [finding.start for finding in breaks],
            [finding.end for finding in breaks],
            [finding.position for finding in breaks],
        ),
    )


def _windows(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    zone: ZoneInfo,
    days: Mapping[int, tuple[date, date]],
) -> dict[int, Accepted]:
    """Return the accepted readings of each channel's days with one neighbour on either side."""
    periods = {
        channel: Period(start=day_period(first, zone).start, end=day_period(last, zone).end)
        for channel, (first, last) in days.items()
    }
    good = f"quality <> {Quality.SUSPECT:d}"
    cursor.execute(
        f"""
        SELECT r.channel, (extract(epoch FROM r.at) * 1000000)::bigint, r.count, r.quality,
            r.position
        FROM unnest(%s::int[], %s::timestamptz[], %s::timestamptz[]) AS t (channel, low, high)
        CROSS JOIN LATERAL (
            (SELECT * FROM {schema}.reading WHERE channel = t.channel AND at < t.low AND {good}
                ORDER BY at DESC LIMIT 1)
            UNION ALL
            (SELECT * FROM {schema}.reading WHERE channel = t.channel
                AND at >= t.low AND at <= t.high AND {good})
            UNION ALL
            (SELECT * FROM {schema}.reading WHERE channel = t.channel AND at > t.high AND {good}
                ORDER BY at LIMIT 1)
        ) AS r
        """,
        (
            list(periods),
            [period.start for period in periods.values()],
            [period.end for period in periods.values()],
        ),
    )
    table = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 5)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    edges = {
        channel: (
            int(np.searchsorted(table[:, 0], channel, side="left")),
            int(np.searchsorted(table[:, 0], channel, side="right")),
        )
        for channel in periods
    }
    return {
        channel: Accepted(
            at_us=table[low:high, 1],
            count=table[low:high, 2],
            quality=table[low:high, 3].astype(np.uint8),
            position=table[low:high, 4],
        )
        for channel, (low, high) in edges.items()
    }


def _write(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    blocks: Sequence[Block],
    epoch: int,
) -> None:
    """Write the blocks under the present epoch; none where it says what the last epoch said.

    So the rows are a function of the readings at each mark alone, and a rebuild equals the live
    table whatever slices either worked in.
    """
    keys = ([block.channel for block in blocks], [block.day for block in blocks])
    before = _content_before(cursor, schema, keys, epoch)
    same = [b for b in blocks if before.get((b.channel, b.day)) == b.content]
    changed = [b for b in blocks if before.get((b.channel, b.day)) != b.content]
    cursor.execute(
        f"DELETE FROM {schema}.usage_block AS b USING unnest(%s::int[], %s::date[]) "
        "AS k (channel, day) WHERE b.channel = k.channel AND b.day = k.day AND b.epoch = %s",
        ([b.channel for b in same], [b.day for b in same], epoch),
    )
    cursor.executemany(
        f"INSERT INTO {schema}.usage_block VALUES "
        "(%s, %s, %s, %s, %s, %s, %s, %b, %b, %s, %s, %s, %s) "
        "ON CONFLICT (channel, day, epoch) DO UPDATE SET position = excluded.position, "
        "usage = excluded.usage, quality = excluded.quality, start_value = excluded.start_value, "
        "end_value = excluded.end_value, total = excluded.total, worst = excluded.worst",
        [
            (
                b.channel,
                b.day,
                epoch,
                b.position,
                b.start,
                b.step_s,
                len(b.quality),
                b.usage,
                b.quality,
                b.start_value,
                b.end_value,
                b.total,
                b.worst,
            )
            for b in changed
        ],
    )
    cursor.execute(
        f"INSERT INTO {schema}.usage_dirty AS d "
        "SELECT k.channel, k.day, k.position FROM unnest(%s::int[], %s::date[], %s::bigint[]) "
        "AS k (channel, day, position) ON CONFLICT (channel, day) "
        "DO UPDATE SET position = greatest(d.position, excluded.position)",
        (*keys, [b.position for b in blocks]),
    )


def _content_before(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    keys: tuple[list[int], list[date]],
    epoch: int,
) -> dict[tuple[int, date], tuple[object, ...]]:
    """Return what the newest block before this epoch said, per (channel, day)."""
    rows: list[tuple[Any, ...]] = cursor.execute(
        "SELECT DISTINCT ON (b.channel, b.day) b.channel, b.day, b.usage, b.quality, "
        f"b.start_value, b.end_value FROM {schema}.usage_block AS b "
        "JOIN unnest(%s::int[], %s::date[]) AS k (channel, day) "
        "ON b.channel = k.channel AND b.day = k.day AND b.epoch < %s "
        "ORDER BY b.channel, b.day, b.epoch DESC",
        (*keys, epoch),
        binary=True,
    ).fetchall()
    return {(row[0], row[1]): (bytes(row[2]), bytes(row[3]), row[4], row[5]) for row in rows}


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
