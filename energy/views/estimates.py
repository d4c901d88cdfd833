"""In: a channel, a span. Out: what an estimate rests on, and what it would change. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.period import Period, local_day, span_of_days
from energy.base.quality import Quality
from energy.metering.channel import Channel, Kind
from energy.metering.usage import CounterSegment, UsageSpan
from energy.metering.usage_groups import Every, group_usage
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_steps import steps_of
from energy.metering.usage_strips import GridColumns, SeriesColumns, strips_of
from energy.views.as_of import folded_as_of
from energy.views.computed import channel_usage
from energy.views.known import Accepted
from energy.views.old_readings import readings_known
from energy.views.registry import load_registry
from energy.views.told import Connection

TRUSTED = (Quality.MEASURED, Quality.CORRECTED, Quality.MANUAL)
"""Qualities of usage that a method may rest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEffect:
    """What an estimate changes of a local day."""

    day: date
    before: int
    """Sum of the known intervals without it. [base unit]"""
    after: int
    """Sum of the known intervals with it. [base unit]"""
    known_before: int
    """Intervals known."""
    known_after: int
    """Intervals known."""
    expected: int
    """Intervals of the day."""
    quality_before: Quality
    quality_after: Quality
    intervals: int
    """Intervals whose usage or quality changes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read:
    """What was read of a channel around a span, estimates left out."""

    at_us: np.ndarray[Any, np.dtype[np.int64]]
    count: np.ndarray[Any, np.dtype[np.int64]]
    segments: Sequence[CounterSegment]
    """Of the channel, by start; none of a gauge."""


def read_around(
    connection: Connection,
    schema: str,
    channel: int,
    period: Period,
    position: int,
    *,
    estimates: bool = False,
) -> Read:
    """Return what was read in a span, with a neighbour on either side.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channel: Channel number.
        period: The span.
        position: Metering position that the views have passed.
        estimates: With the estimates that count.
    """
    registry = load_registry(connection, schema, as_of=position, only=[channel])
    window = (to_us(period.start), to_us(period.end))
    known = readings_known(connection, schema, {channel: window}, as_of=position)[channel]
    segments = registry.segments.get(channel, ())
    read = known.quality != Quality.ESTIMATED
    if estimates:
        read |= _fits(known, segments, window)
    return Read(at_us=known.at_us[read], count=known.count[read], segments=segments)


def _fits(
    known: Accepted, segments: Sequence[CounterSegment], window: tuple[int, int]
) -> NDArray[np.bool_]:
    """Return which readings of a counter the fold takes."""
    columns = SegmentColumns.of([segments])
    series = SeriesColumns(
        offsets=np.array([0, len(known.at_us)], dtype=np.int64),
        at_us=known.at_us,
        count=known.count,
        quality=known.quality,
        position=known.position,
    )
    grid = GridColumns(offsets=np.array([0, 2], dtype=np.int64), at_us=np.array(window))
    strips, _ = steps_of(strips_of(series, grid, columns, np.zeros(1, dtype=np.int64)), columns)
    return np.isin(known.at_us, strips.at_us[strips.position > 0])


def measured_usage(
    connection: Connection, schema: str, zone: ZoneInfo, channel: Channel, period: Period
) -> dict[datetime, Fraction]:
    """Return the usage of the intervals that were measured, by start. [base unit].

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channel: A channel with usage, measured or computed.
        period: The span; whole local days.
    """
    trusted = [int(each) for each in TRUSTED]
    if channel.facts.kind is Kind.INTERVAL and channel.facts.delivered_s > channel.facts.grid_s:
        trusted.append(int(Quality.INTERPOLATED))  # spread evenly, always
    span = channel_usage(connection, schema, zone, [channel.number], period)[channel.number]
    step = timedelta(seconds=span.step_s)
    return {
        span.start + n * step: Fraction(int(span.usage[n]))
        for n in np.flatnonzero(np.isin(span.quality, trusted)).tolist()
    }


def hourly_levels(
    connection: Connection, schema: str, channel: int, period: Period
) -> dict[datetime, Fraction]:
    """Return the mean of a gauge in the hours that were measured, by start. [count]."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT start_at, sum, readings FROM {schema}.gauge_hour WHERE channel = %s "
        "AND start_at >= %s AND start_at < %s AND quality = ANY(%s) ORDER BY start_at",
        (channel, period.start, period.end, [int(each) for each in TRUSTED]),
    ).fetchall()
    return {start: Fraction(total) / readings for start, total, readings in rows}


def daily_levels(
    connection: Connection, schema: str, channel: int, first: date, last: date
) -> dict[date, Fraction]:
    """Return the mean of a gauge on local days. [count]."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT day, sum, readings FROM {schema}.gauge_day WHERE channel = %s "
        "AND day >= %s AND day <= %s AND readings > 0 ORDER BY day",
        (channel, first, last),
    ).fetchall()
    return {day: Fraction(total) / readings for day, total, readings in rows}


def effect_of(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channel: int,
    readings: Sequence[tuple[int, int]],
    position: int,
) -> tuple[UsageSpan, list[DayEffect]]:
    """Return the usage that estimated readings would give, and what it changes of each day.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channel: A channel with usage.
        readings: Instants and counts, by instant. [us, count]
        position: Metering position that the views have passed.

    Returns:
        Usage of the local days that the readings touch, and the days that would change.
    """
    first, last = (from_us(each[0]) for each in (readings[0], readings[-1]))
    read = read_around(connection, schema, channel, Period(start=first, end=last), position).at_us
    low = from_us(int(read[0])) if len(read) and read[0] < readings[0][0] else first
    high = from_us(int(read[-1])) if len(read) and read[-1] > readings[-1][0] else last
    period = span_of_days(local_day(low, zone), local_day(high, zone), zone)

    def stated(_: int, known: Accepted) -> Accepted:
        return with_estimates(known, readings, position + 1)

    at = (connection, schema, zone, [channel], period, position)
    before = folded_as_of(*at)[channel]
    after = folded_as_of(*at, changed=stated)[channel]
    return after, changed_days(before, after, zone)


def changed_days(before: UsageSpan, after: UsageSpan, zone: ZoneInfo) -> list[DayEffect]:
    """Return the local days of which an interval differs between two figures of one span."""
    changed = (before.usage != after.usage) | (before.quality != after.quality)
    found, offset = [], 0
    pairs = zip(
        group_usage(before, zone, Every.DAY), group_usage(after, zone, Every.DAY), strict=True
    )
    for old, new in pairs:
        intervals = int(changed[offset : offset + old.expected].sum())
        offset += old.expected
        if intervals:
            found.append(
                DayEffect(
                    day=old.start.date(),
                    before=old.known_usage,
                    after=new.known_usage,
                    known_before=old.known,
                    known_after=new.known,
                    expected=old.expected,
                    quality_before=old.quality,
                    quality_after=new.quality,
                    intervals=intervals,
                )
            )
    return found


def with_estimates(known: Accepted, readings: Sequence[tuple[int, int]], position: int) -> Accepted:
    """Return what would count if readings were estimated: what was read wins at its instant.

    Args:
        known: What counts now.
        readings: Instants and counts. [us, count]
        position: Position at which they would stand.
    """
    stated = np.array(readings, dtype=np.int64).reshape(-1, 2)
    read = known.at_us[known.quality != Quality.ESTIMATED]
    stated = stated[~np.isin(stated[:, 0], read)]
    kept = ~np.isin(known.at_us, stated[:, 0])
    at_us = np.concatenate([known.at_us[kept], stated[:, 0]])
    order = np.argsort(at_us, kind="stable")
    many = len(stated)
    return Accepted(
        at_us=at_us[order],
        count=np.concatenate([known.count[kept], stated[:, 1]])[order],
        quality=np.concatenate(
            [known.quality[kept], np.full(many, Quality.ESTIMATED, dtype=np.uint8)]
        )[order],
        position=np.concatenate([known.position[kept], np.full(many, position, dtype=np.int64)])[
            order
        ],
    )


def newest_change(
    connection: Connection, schema: str, channel: int, days: Sequence[date], *, behind: int
) -> int | None:
    """Return the newest position that some local days reflect, when it lies behind another.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channel: Channel number.
        days: Local days.
        behind: Metering position.
    """
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT max(position) FROM {schema}.usage_block WHERE channel = %s AND day = ANY(%s) "
        "AND position > %s",
        (channel, list(days), behind),
    ).fetchone()
    return None if row is None else row[0]


def readings_replaced(
    connection: Connection, schema: str, channel: int, position: int
) -> tuple[int, int | None]:
    """Return how many readings of an entry no longer count, and the newest that took a place.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channel: Channel number.
        position: Of the entry.
    """
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT count(*), max(until_position) FROM {schema}.reading_superseded "
        "WHERE channel = %s AND position = %s",
        (channel, position),
    ).fetchone()
    assert row is not None, "an aggregate has one row"
    return row[0], row[1]
