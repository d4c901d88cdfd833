"""In: channels and the time of fresh readings. Out: what checks of readings meet there. I/O: reads.

Readings are read with their neighbours, so that a gap or a step that ends at a fresh reading is
seen whole, and one that a late reading has split is looked at again. A fall is looked at with a
day around it (energy/metering/checks/registers.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.quality import Quality
from energy.metering.channel import Kind
from energy.metering.checks import (
    control_reading,
    missing,
    noise,
    out_of_order,
    reset,
    rollover,
    spike,
    swap,
)
from energy.metering.checks.catalogue import FALL_CODES
from energy.metering.checks.control_reading import ABOUT_US, Control
from energy.metering.checks.falls import Kind as FallKind
from energy.metering.checks.falls import kind_of
from energy.metering.checks.registers import Fall, Registers
from energy.metering.usage import BREAK_CODES
from energy.metering.usage_strips import Ints
from energy.views.gaps import polled_channels
from energy.views.validation.lot import Lot, Windows, channels_fed, read_lot
from energy.views.validation.told import Scope, Told

Connection = psycopg.Connection[tuple[object, ...]]
AROUND_US: Final = 86_400_000_000
"""What is looked at on either side of a fall. [us]"""
_OF_FALLS: Final = (noise, reset, rollover, swap)


@dataclass(slots=True)
class Met:
    """What checks met, and where they looked."""

    found: list[Told] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    restored: list[Restored] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """Wrong readings of a register that went on, and what it can have shown."""

    code: str
    register: int
    """Its own channel, whichever channel it counts for."""
    start_us: int
    end_us: int
    readings: tuple[tuple[int, int], ...]
    """(instant [us], count [count])"""


def checked_readings(connection: Connection, schema: str, windows: Windows, met: Met) -> None:
    """Look for missing readings and readings out of order, and for drift of displays.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        windows: Time of the fresh readings by channel.
        met: Takes what is met.
    """
    lot = look_for_gaps(connection, schema, windows, met)
    if not lot.channel:
        return
    ordered = out_of_order.found(lot.registers())
    _add(met, lot, out_of_order.CODE, out_of_order.SEVERITY, ordered)
    _scope(met, lot, out_of_order.CODE)
    _check_displays(connection, schema, windows, met)


def look_for_gaps(connection: Connection, schema: str, windows: Windows, met: Met) -> Lot:
    """Look for missing readings alone; return what was read.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        windows: What to look at by channel; the neighbours of it are read, too.
        met: Takes what is met.
    """
    lot = read_lot(connection, schema, windows)
    if lot.channel:
        expected, least = _expected(connection, schema, lot)
        gaps = missing.found(lot.series, expected, least)
        _add(met, lot, missing.CODE, missing.SEVERITY, gaps)
        _scope(met, lot, missing.CODE)
    return lot


def _scope(met: Met, lot: Lot, code: str) -> None:
    for place, channel in enumerate(lot.channel):
        mine = lot.series.at_us[lot.series.offsets[place] : lot.series.offsets[place + 1]]
        if len(mine):
            low, high = int(mine[0]), int(mine[-1])
            met.scopes.append(Scope(codes=(code,), channel=channel, low_us=low, high_us=high))


def checked_falls(
    connection: Connection, schema: str, after: int, windows: Windows, met: Met
) -> None:
    """Tell the falls of registers apart that are new, or at which fresh readings came.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        after: Journal position of the last look.
        windows: Time of the fresh readings by channel.
        met: Takes what is met.
    """
    waiting = _open_falls(connection, schema, after, windows)
    while waiting:
        now: dict[int, tuple[int, int]] = {}
        later: list[tuple[int, int, int]] = []
        for channel, start, end in waiting:
            low, high = now.get(channel, (start, end))
            if start - high > AROUND_US:
                later.append((channel, start, end))
            else:
                now[channel] = (min(low, start), max(high, end))
        mine = {(channel, start, end) for channel, start, end in waiting} - set(later)
        _tell_apart(connection, schema, now, mine, met)
        waiting = later


def _tell_apart(
    connection: Connection,
    schema: str,
    spans: Windows,
    falls: set[tuple[int, int, int]],
    met: Met,
) -> None:
    windows = {n: (low - AROUND_US, high + AROUND_US) for n, (low, high) in spans.items()}
    lot = read_lot(connection, schema, windows)
    every = lot.registers(_strange(connection, schema, lot, windows))
    kept = tuple(fall for fall in every.falls if _asked(fall, lot.channel[fall.place], falls))
    asked = Registers(strips=every.strips, steps=every.steps, segments=every.segments, falls=kept)
    for check in _OF_FALLS:
        _add(met, lot, check.CODE, check.SEVERITY, check.found(asked))
    _add(met, lot, spike.CODE, spike.SEVERITY, spike.found(asked))
    for place, way in spike.ways(asked):
        readings = tuple(spike.restored(way))
        register = lot.register(place, way.left_us)
        _restore(met, spike.CODE, register, (way.left_us, way.right_us), readings)
    for fall in asked.falls:
        if kind_of(fall) is FallKind.NOISE:
            own = (fall.start_us, fall.end_us)
            register = lot.register(fall.place, fall.start_us)
            _restore(met, noise.CODE, register, own, tuple(noise.restored(fall)))
    for channel, start, end in falls:
        met.scopes.append(Scope(codes=FALL_CODES, channel=channel, low_us=start, high_us=end))


def _asked(fall: Fall, channel: int, falls: set[tuple[int, int, int]]) -> bool:
    """Return whether a fall is one of those asked for, or the end of a jump asked for."""
    if not fall.turned:
        return (channel, fall.start_us, fall.end_us) in falls
    way = fall.above
    return way is not None and any(
        own == channel and way.left_us <= start and end <= way.right_us for own, start, end in falls
    )


def _restore(
    met: Met,
    code: str,
    register: int,
    span: tuple[int, int],
    readings: tuple[tuple[int, int], ...],
) -> None:
    if readings:
        start, end = span
        met.restored.append(
            Restored(code=code, register=register, start_us=start, end_us=end, readings=readings)
        )


def _add(met: Met, lot: Lot, code: str, severity: Any, spans: Sequence[Any]) -> None:
    met.found += [Told.of(code, severity, lot.channel[span.place], span) for span in spans]


def _expected(connection: Connection, schema: str, lot: Lot) -> tuple[Ints, Ints]:
    """Return how often each channel is read, 0 where nobody can tell, and its interval. [us]."""
    polled = {each.number: each.interval_s for each in polled_channels(connection, schema)}
    expected, least = [], []
    for number in lot.channel:
        facts = lot.registry.channels[number].facts
        delivers = facts.kind is Kind.INTERVAL
        every_s = facts.delivered_s if delivers else polled.get(number, 0)
        # A counter read less often than its grid's interval leaves no interval without a value.
        least.append((every_s if delivers else facts.grid_s) * 1_000_000)
        expected.append(every_s * 1_000_000 if facts.billing else 0)
    return np.array(expected, dtype=np.int64), np.array(least, dtype=np.int64)


def _open_falls(
    connection: Connection, schema: str, after: int, windows: Windows
) -> list[tuple[int, int, int]]:
    """Return the falls and jumps to be told apart: (channel, start, end), by time. [us]."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, start_at, end_at, position FROM {schema}.finding WHERE code = ANY(%s) "
        "AND explained_position IS NULL AND resolved_position IS NULL "
        "AND (position > %s OR channel = ANY(%s)) ORDER BY start_at",
        (list(BREAK_CODES), after, list(windows)),
    ).fetchall()
    falls = ((n, to_us(start), to_us(end), position) for n, start, end, position in rows)
    return [
        (channel, start, end)
        for channel, start, end, position in falls
        if position > after or _near(windows[channel], start, end)
    ]


def _near(window: tuple[int, int], start: int, end: int) -> bool:
    return window[0] <= end + AROUND_US and window[1] >= start - AROUND_US


def _strange(
    connection: Connection, schema: str, lot: Lot, windows: Windows
) -> list[tuple[int, int, int]]:
    """Return where another serial number answered: (place, first, last). [us]."""
    points = [lot.registry.channels[n].point for n in lot.channel]
    if not points:
        return []
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT coalesce(c.point, f.proof->>'point'), f.start_at, f.end_at "
        f"FROM {schema}.finding AS f LEFT JOIN {schema}.channel AS c ON c.number = f.channel "
        "WHERE f.code LIKE '%%.other_device' AND f.start_at <= %s AND f.end_at >= %s",
        (
            from_us(max(high for _, high in windows.values())),
            from_us(min(low for low, _ in windows.values())),
        ),
    ).fetchall()
    return [
        (place, to_us(start) - ABOUT_US, to_us(end) + ABOUT_US)
        for place, own in enumerate(points)
        for point, start, end in rows
        if point == own
    ]


def _check_displays(connection: Connection, schema: str, windows: Windows, met: Met) -> None:
    """Compare what people took from displays about the time of fresh readings with counters."""
    waiting = channels_fed(connection, schema, _taken(connection, schema, windows))
    while waiting:
        now = {channel: (at_us, count) for channel, at_us, count in reversed(waiting)}
        spans = {n: (at_us - ABOUT_US, at_us + ABOUT_US) for n, (at_us, _) in now.items()}
        lot = read_lot(connection, schema, spans)
        controls = [
            control
            for place, channel in enumerate(lot.channel)
            if lot.registry.channels[channel].facts.kind is Kind.COUNTER
            for control in _controls(lot, place, *now[channel])
        ]
        drifts = control_reading.found(controls)
        _add(met, lot, control_reading.CODE, control_reading.SEVERITY, drifts)
        codes = (control_reading.CODE,)
        for channel, (at_us, _) in now.items():
            scope = Scope(codes=codes, channel=channel, low_us=at_us, high_us=at_us)
            met.scopes.append(scope)
        waiting = [row for row in waiting if row[1:] != now[row[0]]]


def _controls(lot: Lot, place: int, at_us: int, count: int) -> Iterator[Control]:
    """Yield a control reading of a counter where a reading of the same device is on either side."""
    series, segments = lot.series, lot.segments
    first, last = segments.offsets[place : place + 2].tolist()
    here = int(np.searchsorted(segments.start_us[first:last], at_us, side="right")) - 1 + first
    if here < first:
        return
    own = np.zeros(len(series.at_us), dtype=np.bool_)
    own[series.offsets[place] : series.offsets[place + 1]] = True
    own &= series.quality <= Quality.CORRECTED
    own &= (series.at_us >= segments.start_us[here]) & (series.at_us < segments.end_us[here])
    before = np.flatnonzero(own & (series.at_us <= at_us - ABOUT_US))
    behind = np.flatnonzero(own & (series.at_us >= at_us + ABOUT_US))
    if len(before) and len(behind):
        yield Control(
            place=place,
            at_us=at_us,
            count=count,
            before=int(series.count[before[-1]]),
            after=int(series.count[behind[0]]),
        )


def _taken(connection: Connection, schema: str, windows: Windows) -> list[tuple[int, int, int]]:
    """Return what was taken from displays within some windows: (channel, instant, count)."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, readings FROM {schema}.correction WHERE kind = 'manual' "
        "AND channel = ANY(%s) AND last_at >= %s AND first_at <= %s",
        (
            list(windows),
            from_us(min(low for low, _ in windows.values()) - AROUND_US),
            from_us(max(high for _, high in windows.values()) + AROUND_US),
        ),
    ).fetchall()
    return [
        (channel, at_us, count)
        for channel, readings in rows
        for at_us, count in readings
        if windows[channel][0] - AROUND_US <= at_us <= windows[channel][1] + AROUND_US
    ]
