"""In: rows of usage blocks. Out: the table, its dirty days, findings of breaks. I/O: PostgreSQL.

One row per channel, local day and mark. A row is written only when it says something new, and no
row says what the one at the mark before says: the rows are a function of the readings at each mark
alone, whatever slices the journal was folded in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.finding import Finding
from energy.base.ragged import ramp
from energy.metering.usage import BREAK_CODES
from energy.metering.usage_strips import Flags, Ints
from energy.store.arrays import INSTANT, use_arrays
from energy.views.local_days import LocalDays
from energy.views.usage_rows import (
    Held,
    Parts,
    Rows,
    Windows,
    nothing_known,
    packed,
    same_content,
    some_known,
    totals,
    unpacked_many,
    worst_qualities,
)

Cursor = psycopg.Cursor[tuple[object, ...]]
_DAY = "(date '0001-01-01' + (s.day - 1)::int)"
"""SQL of a date from its ordinal."""


def held_rows(
    cursor: Cursor, schema: str, parts: Parts, days: LocalDays, epoch: int
) -> tuple[Held, Held]:
    """Return the newest row of each part's day, and the newest one before this epoch.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        parts: Days asked for.
        days: The local days the parts speak of.
        epoch: Position of the last mark; 0 before the first.
    """
    use_arrays(cursor)
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"""
        SELECT array_agg(k.n), array_agg(b.epoch), array_agg(b.position),
            array_agg(coalesce(b.start_value, 0)), array_agg(num_nonnulls(b.start_value)::bigint),
            array_agg(coalesce(b.end_value, 0)), array_agg(num_nonnulls(b.end_value)::bigint),
            array_agg(octet_length(b.usage)::bigint),
            string_agg(b.usage, ''::bytea), string_agg(b.quality, ''::bytea)
        FROM (SELECT s.n - 1 AS n, s.channel::int AS channel, {_DAY} AS day
            FROM unnest(%s, %s) WITH ORDINALITY AS s (channel, day, n)) AS k
        CROSS JOIN LATERAL (SELECT * FROM {schema}.usage_block
            WHERE channel = k.channel AND day = k.day AND epoch <= %s
            ORDER BY epoch DESC LIMIT 2) AS b
        """,
        (parts.channel, parts.day + days.first, epoch),
        binary=True,
    ).fetchall()
    none = Held(rows=nothing_known(parts), epoch=np.full(len(parts.day), -1, dtype=np.int64))
    if rows[0][0] is None:
        return none, none
    number, at_epoch, *_ = rows[0]
    order = np.lexsort((at_epoch, number))
    number, at_epoch = number[order], at_epoch[order]
    last = np.append(number[1:] != number[:-1], [True])
    older = at_epoch < epoch
    # Of at most two rows a day the newest one, and the newest one of those before this epoch.
    marked = older & (last | ~np.append(older[1:], [True]))
    return (
        _unpacked(parts, rows[0], order[last]),
        _unpacked(parts, rows[0], order[marked]),
    )


def _unpacked(parts: Parts, columns: Sequence[Any], which: Ints) -> Held:
    """Return some fetched rows in the places of their parts."""
    rows = nothing_known(parts)
    number, epochs, position, start, start_known, end, end_known, octets, usage, quality = columns
    place = number[which]
    intervals = parts.intervals[number]
    assert np.isin(octets, (4 * intervals, 8 * intervals)).all(), "a day keeps its grid"
    target = ramp(parts.offsets[:-1][place], intervals[which])
    codes = np.cumsum(intervals) - intervals
    source = ramp(codes[which], intervals[which])
    rows.quality[target] = np.frombuffer(bytes(quality), dtype=np.uint8)[source]
    rows.usage[target] = unpacked_many(bytes(usage), octets, intervals)[source]
    for column, values in (
        (rows.start_value, start),
        (rows.start_known, start_known),
        (rows.end_value, end),
        (rows.end_known, end_known),
        (rows.position, position),
    ):
        column[place] = values[which]
    epoch = np.full(len(parts.day), -1, dtype=np.int64)
    epoch[place] = epochs[which]
    return Held(rows=rows, epoch=epoch)


def write_rows(
    cursor: Cursor,
    schema: str,
    parts: Parts,
    days: LocalDays,
    rows: Rows,
    held: tuple[Held, Held],
    epoch: int,
    *,
    blank: bool = True,
) -> None:
    """Write the rows that say something new under the present epoch, and mark their days dirty.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        parts: Days the rows speak of.
        days: The local days the parts speak of.
        rows: One a part.
        held: What held_rows returned.
        epoch: Position of the last mark.
        blank: Whether a day of which nothing was ever known gets a row.
    """
    newest, marked = held
    as_marked = (marked.epoch >= 0) & same_content(parts, rows, marked.rows)
    gone = as_marked & (newest.epoch == epoch)
    unchanged = (
        (newest.epoch == epoch)
        & same_content(parts, rows, newest.rows)
        & (rows.position == newest.rows.position)
    )
    changed = ~as_marked & ~unchanged
    if not blank:
        changed &= (newest.epoch >= 0) | (some_known(parts, rows))
    if gone.any():
        cursor.execute(
            f"DELETE FROM {schema}.usage_block AS b USING (SELECT s.channel::int AS channel, "
            f"{_DAY} AS day FROM unnest(%s, %s) AS s (channel, day)) AS k "
            "WHERE b.channel = k.channel AND b.day = k.day AND b.epoch = %s",
            (parts.channel[gone], parts.day[gone] + days.first, epoch),
        )
    if changed.any():
        _upsert(cursor, schema, parts, days, rows, changed, epoch)
    dirty = gone | changed
    if dirty.any():
        # A key that is there is only locked: a roll-up passes over it until this commits.
        cursor.execute(
            f"INSERT INTO {schema}.usage_dirty AS d (channel, day, position) "
            f"SELECT s.channel, {_DAY}, s.position FROM unnest(%s, %s, %s) "
            "AS s (channel, day, position) ON CONFLICT (channel, day) "
            "DO UPDATE SET position = excluded.position WHERE false",
            (parts.channel[dirty], parts.day[dirty] + days.first, rows.position[dirty]),
        )


def _upsert(
    cursor: Cursor,
    schema: str,
    parts: Parts,
    days: LocalDays,
    rows: Rows,
    which: Flags,
    epoch: int,
) -> None:
    usage, quality = packed(parts, rows, which)
    cursor.execute(
        f"INSERT INTO {schema}.usage_block (channel, day, epoch, position, start_at, step_s, "
        "intervals, usage, quality, start_value, end_value, total, worst) "
        f"SELECT s.channel, {_DAY}, %s, s.position, {INSTANT.format('s.start_us')}, s.step_s, "
        "octet_length(s.quality), s.usage, s.quality, "
        "CASE s.start_known WHEN 1 THEN s.start_value END, "
        "CASE s.end_known WHEN 1 THEN s.end_value END, s.total, s.worst "
        "FROM unnest(%s, %s, %s, %s, %s, %b::bytea[], %b::bytea[], %s, %s, %s, %s, %s, %s) "
        "AS s (channel, day, position, start_us, step_s, usage, quality, start_value, "
        "start_known, end_value, end_known, total, worst) "
        "ON CONFLICT (channel, day, epoch) DO UPDATE SET position = excluded.position, "
        "usage = excluded.usage, quality = excluded.quality, start_value = excluded.start_value, "
        "end_value = excluded.end_value, total = excluded.total, worst = excluded.worst",
        (
            epoch,
            parts.channel[which],
            parts.day[which] + days.first,
            rows.position[which],
            parts.start_us[which],
            parts.step_us[which] // 1_000_000,
            usage,
            quality,
            rows.start_value[which],
            rows.start_known[which],
            rows.end_value[which],
            rows.end_known[which],
            totals(parts, rows)[which],
            worst_qualities(parts, rows)[which],
        ),
    )


def explain_breaks(
    cursor: Cursor,
    schema: str,
    windows: Windows,
    breaks: Sequence[Finding],
    epoch: int,
    *,
    codes: Sequence[str] = BREAK_CODES,
) -> None:
    """Close open findings of a fold that reach into a folded window and were not found again.

    Findings of the fold follow from the readings alone, not from the order of their arrival: a
    late reading may explain a break. A bill run asks what was open at its mark, so a break that
    a mark has seen stays as a row, explained from behind the last mark on. One that no mark has
    seen leaves none: the rows do not depend on how the journal was sliced.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        windows: What was folded.
        breaks: What was found.
        epoch: Position of the last mark.
        codes: Codes that the fold finds.
    """
    opened: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT code, channel, start_at, end_at, position FROM {schema}.finding "
        "WHERE code = ANY(%s) AND resolved_at IS NULL AND explained_position IS NULL "
        "AND start_at < %s AND end_at > %s",
        (list(codes), from_us(int(windows.high_us.max())), from_us(int(windows.low_us.min()))),
    ).fetchall()
    if not opened:
        return
    found = {(f.code, f.channel, f.start, f.end, f.position) for f in breaks}
    order = np.argsort(windows.channel, kind="stable")
    channel = windows.channel[order]
    low, high = windows.low_us[order], windows.high_us[order]
    for code, number, start, end, position in opened:
        mine = slice(*np.searchsorted(channel, [number, number + 1]).tolist())
        reached = ((to_us(start) < high[mine]) & (to_us(end) > low[mine])).any()
        if not reached or (code, number, start, end, position) in found:
            continue
        key = (code, number, start, position)
        where = "code = %s AND channel = %s AND start_at = %s AND position = %s"
        if position > epoch:
            cursor.execute(f"DELETE FROM {schema}.finding WHERE {where}", key)
        else:
            cursor.execute(
                f"UPDATE {schema}.finding SET explained_position = %s WHERE {where}",
                (epoch + 1, *key),
            )
