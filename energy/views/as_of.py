"""In: channels, a period, a metering position. Out: usage as known there. I/O: reads.

At a mark that is a lookup of usage blocks; at any other position the channels asked for are folded
in memory from the readings and meter segments known there. Both give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import numpy as np

from energy.base.clock import to_us
from energy.base.errors import RefusedError
from energy.base.period import Period, grid_of
from energy.metering.channel import Kind
from energy.metering.interval_fold import IntervalWindows, fold_intervals
from energy.metering.usage import CounterSegment, UsageSpan
from energy.metering.usage_fold import fold
from energy.metering.usage_strips import SeriesColumns
from energy.views.fed_readings import merged, registers_fed
from energy.views.known import Accepted
from energy.views.local_days import LocalDays, days_around
from energy.views.old_readings import readings_known
from energy.views.registry import Registry, load_registry
from energy.views.registry_columns import IntervalColumns
from energy.views.told import Connection
from energy.views.usage import empty_span, read_spans

_FOLLOWER = "metering"


class NotFoldedError(RefusedError):
    """The views have not come to the position yet."""

    code = "views.behind"


def usage_as_of(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    position: int,
) -> dict[int, UsageSpan]:
    """Return the usage of some channels as known at a metering position.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone: interval channels are anchored at local days.
        channels: Channel numbers.
        period: Span on whole grid intervals of every channel asked for.
        position: Any position of the metering journal that the views have passed.

    Returns:
        MISSING where nothing was known.

    Raises:
        NotFoldedError: The views have not come that far.
    """
    check_folded(connection, schema, position)
    if is_mark(connection, schema, position):
        return read_spans(connection, schema, channels, period, as_of=position)
    return folded_as_of(connection, schema, zone, channels, period, position)


def folded_as_of(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    position: int | None,
    *,
    registry: Registry | None = None,
    changed: Callable[[int, Accepted], Accepted] | None = None,
) -> dict[int, UsageSpan]:
    """Return the usage known at a position, folded in memory; see usage_as_of.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channels: Channel numbers.
        period: Span on whole grid intervals of every channel asked for.
        position: Any position that the views have passed; None for now.
        registry: Channels and their segments as known there; read when not given.
        changed: Gives what would count instead of the readings of a channel: what if.
    """
    if registry is None:
        registry = load_registry(connection, schema, as_of=position, only=channels)
    days = days_around(to_us(period.start), to_us(period.end) - 1, zone)
    windows = {
        number: (int(days.start_us[1]), int(days.start_us[-2]))
        if registry.channels[number].facts.kind is Kind.INTERVAL
        else (to_us(period.start), to_us(period.end))
        for number in channels
        if number in registry.segments
    }
    registers = registers_fed(registry.segments, list(windows))
    asked = {register: windows[n] for n, own in registers.items() for register in own}
    known = readings_known(connection, schema, asked, as_of=position)
    spans: dict[int, UsageSpan] = {}
    for number in channels:
        planned = registry.channels.get(number)
        step_s = planned.facts.grid_s if planned is not None else 900
        if number not in registry.segments:
            spans[number] = empty_span(number, period, step_s)
            continue
        mine = merged(number, registry.segments[number], known)
        if changed is not None:
            mine = changed(number, mine)
        if registry.channels[number].facts.kind is Kind.INTERVAL:
            columns = IntervalColumns.of(registry, [number])
            spans[number] = _folded_intervals(columns, mine, period, days)
        else:
            spans[number] = _folded(number, mine, registry.segments[number], period, step_s)
    return spans


def check_folded(connection: Connection, schema: str, position: int) -> None:
    """Refuse a position that the metering views have not passed.

    Raises:
        NotFoldedError: They have not.
    """
    reached = folded_position(connection, schema)
    if position > reached:
        raise NotFoldedError.of("known.not_folded", reached=reached, position=position)


def folded_position(connection: Connection, schema: str) -> int:
    """Return how far the metering views have come."""
    row = connection.execute(
        f"SELECT position FROM {schema}.follower WHERE name = %s", (_FOLLOWER,)
    ).fetchone()
    return int(str(row[0])) if row else 0


def is_mark(connection: Connection, schema: str, position: int) -> bool:
    """Return whether there is a mark at a position."""
    row = connection.execute(
        f"SELECT FROM {schema}.mark WHERE position = %s", (position,)
    ).fetchone()
    return row is not None


def _folded(
    channel: int,
    known: Accepted,
    segments: Sequence[CounterSegment],
    period: Period,
    step_s: int,
) -> UsageSpan:
    step_us = step_s * 1_000_000
    start_us, many = to_us(period.start), grid_of(period, step_s)
    grid = start_us + np.arange(many + 1, dtype=np.int64) * step_us
    folded = fold(known.at_us, known.count, known.quality, segments, grid, gap_us=step_us)
    return UsageSpan(
        channel=channel,
        start=period.start,
        step_s=step_s,
        usage=folded.usage,
        quality=folded.quality,
    )


def _folded_intervals(
    columns: IntervalColumns, known: Accepted, period: Period, days: LocalDays
) -> UsageSpan:
    """Return the usage of one interval channel, cut out of the whole days around the period."""
    low_us, high_us = days.start_us[1:-2], days.start_us[2:-1]
    many = len(low_us)
    place = np.zeros(many, dtype=np.int64)
    # What ends at a midnight is of the day before it.
    offsets = np.searchsorted(known.at_us, days.start_us[1:-1], side="right").astype(np.int64)
    mine = slice(int(offsets[0]), int(offsets[-1]))
    folded = fold_intervals(
        SeriesColumns(
            offsets=offsets - offsets[0],
            at_us=known.at_us[mine],
            count=known.count[mine],
            quality=known.quality[mine],
            position=known.position[mine],
        ),
        IntervalWindows(
            place=place,
            day_us=low_us,
            low_us=low_us,
            high_us=high_us,
            step_us=columns.step_us[place],
            length_us=columns.delivered_us(place, high_us - low_us),
        ),
        columns.segments,
    )
    step_us = int(columns.step_us[0])
    first = (to_us(period.start) - int(low_us[0])) // step_us
    part = slice(first, first + grid_of(period, step_us // 1_000_000))
    return UsageSpan(
        channel=int(columns.channel[0]),
        start=period.start,
        step_s=step_us // 1_000_000,
        usage=folded.usage[part],
        quality=folded.quality[part],
    )
