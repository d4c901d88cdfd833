"""Rows of usage blocks: folded part after part as readings come in, or at once, they are equal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.clock import from_us, to_us
from energy.base.quality import Quality
from energy.metering.usage import CounterSegment, UsageSpan
from energy.metering.usage_fold import fold_many
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import SeriesColumns
from energy.views.local_days import days_around
from energy.views.usage_rows import (
    Blocks,
    Parts,
    Rows,
    Windows,
    nothing_known,
    packed,
    parts_of,
    rows_of,
    spread,
    totals,
    unpacked,
    worst_qualities,
)
from tests.examples import tried

LONDON = ZoneInfo("Europe/London")
MINUTE_US = 60_000_000
QUARTER_US = 15 * MINUTE_US
DAY = timedelta(days=1)
START = datetime(2019, 3, 30, tzinfo=UTC)
"""The day before the one that has 92 quarter-hours."""
Readings = dict[int, tuple[int, int]]
"""Minute after START to (count, quality)."""


def segment(
    start_minute: int = -10_000, end_minute: int | None = None, **stated: int | None
) -> CounterSegment:
    """Return a segment whose register turns at 1,000 counts of an eighth of a unit."""
    start_us = to_us(START)
    return CounterSegment(
        start_us=start_us + start_minute * MINUTE_US,
        end_us=None if end_minute is None else start_us + end_minute * MINUTE_US,
        base_per_count=Fraction(1, 8),
        modulus=1000,
        max_per_hour=None,
        **stated,
    )


def accepted(readings: Readings, low_us: int, high_us: int) -> SeriesColumns:
    """Return the readings of a window with its neighbours, as a query would."""
    minutes = sorted(readings)
    at = np.array([to_us(START) + minute * MINUTE_US for minute in minutes], dtype=np.int64)
    count = np.array([readings[minute][0] for minute in minutes], dtype=np.int64)
    quality = np.array([readings[minute][1] for minute in minutes], dtype=np.uint8)
    read = at[quality != Quality.ESTIMATED]
    # Where nothing was read beyond the window, the farthest estimate is told.
    low = max(
        [t for t in read if t < low_us], default=min([t for t in at if t < low_us], default=low_us)
    )
    high = min(
        [t for t in read if t > high_us],
        default=max([t for t in at if t > high_us], default=high_us),
    )
    mine = (at >= low) & (at <= high)
    return SeriesColumns(
        offsets=np.array([0, mine.sum()], dtype=np.int64),
        at_us=at[mine],
        count=count[mine],
        quality=quality[mine],
        position=np.array(minutes, dtype=np.int64)[mine],
    )


Table = dict[date, tuple[Any, ...]]
"""Rows by day: usage, quality, start, end."""


def folded(
    readings: Readings,
    segments: tuple[CounterSegment, ...],
    window: tuple[int, int],
    table: Table,
) -> Table:
    """Return the rows of a window's days over those there are."""
    windows = Windows(
        channel=np.array([1]),
        counter=np.array([0]),
        low_us=np.array([window[0]]),
        high_us=np.array([window[1]]),
        step_us=np.array([QUARTER_US]),
    )
    days = days_around(*window, LONDON)
    parts = parts_of(windows, days)
    many = fold_many(
        accepted(readings, *window),
        windows.grid(),
        SegmentColumns.of([segments]),
        np.array([0]),
        gap_us=np.array([QUARTER_US]),
    )
    dates = days.dates(parts.day)
    held = nothing_known(parts)
    for place, day in enumerate(dates):
        if day in table:
            mine = slice(int(parts.offsets[place]), int(parts.offsets[place + 1]))
            held.usage[mine], held.quality[mine] = table[day][:2]
            held.start_value[place], held.start_known[place] = table[day][2]
            held.end_value[place], held.end_known[place] = table[day][3]
    rows = rows_of(parts, many, held)
    return table | {day: row_of(parts, rows, place) for place, day in enumerate(dates)}


def row_of(parts: Parts, rows: Rows, place: int) -> tuple[Any, ...]:
    """Return what a row says."""
    mine = slice(int(parts.offsets[place]), int(parts.offsets[place + 1]))
    return (
        rows.usage[mine].tolist(),
        rows.quality[mine].tolist(),
        (int(rows.start_value[place]), bool(rows.start_known[place])),
        (int(rows.end_value[place]), bool(rows.end_known[place])),
        int(totals(parts, rows)[place]),
        int(worst_qualities(parts, rows)[place]),
    )


def window_of(low: datetime, high: datetime) -> tuple[int, int]:
    """Return the whole intervals, as [start, end), that hold two instants. [us]."""
    days = days_around(to_us(low), to_us(high), LONDON)
    floors = days.floor(np.array([to_us(low), to_us(high)]), QUARTER_US)
    return int(floors[0]), int(floors[1]) + QUARTER_US


def told(table: Table) -> Table:
    """Return what the rows say; a day of which nothing is known says nothing."""
    return {
        day: row for day, row in table.items() if set(row[1]) != {int(Quality.MISSING)} or row[2][1]
    }


def at_once(readings: Readings, segments: tuple[CounterSegment, ...]) -> Table:
    """Return the rows of all days folded together."""
    window = (to_us(datetime(2019, 3, 29, tzinfo=UTC)), window_of(START, START + 3 * DAY)[1])
    return folded(readings, segments, window, {})


def reach(
    present: Readings, minute: int, segments: tuple[CounterSegment, ...]
) -> tuple[datetime, datetime]:
    """Return how far a reading reaches: to those that were read, or counts that are stated."""
    at = START + timedelta(minutes=minute)
    earlier = [m for m in present if m < minute]
    later = [m for m in present if m > minute]
    inside = [
        s
        for s in segments
        if s.start_us <= to_us(at) and (s.end_us is None or to_us(at) <= s.end_us)
    ]
    low, high = at, at
    if any(present[m][1] != Quality.ESTIMATED for m in earlier):
        low = START + max(
            timedelta(minutes=m) for m in earlier if present[m][1] != Quality.ESTIMATED
        )
    else:
        stated = [from_us(s.start_us) for s in inside if s.start_count is not None][:1]
        low = min([at, *stated, *(START + timedelta(minutes=m) for m in earlier[:1])])
    if any(present[m][1] != Quality.ESTIMATED for m in later):
        high = START + min(
            timedelta(minutes=m) for m in later if present[m][1] != Quality.ESTIMATED
        )
    else:
        stated = [from_us(s.end_us) for s in inside if s.end_us and s.end_count is not None][-1:]
        high = max([at, *stated, *(START + timedelta(minutes=m) for m in later[-1:])])
    return low, high


def one_by_one(readings: Readings, order: list[int], segments: tuple[CounterSegment, ...]) -> Table:
    """Return the rows after the readings came in some order, each folded when it came."""
    table: Table = {}
    present: Readings = {}
    for minute in order:
        present = dict(sorted({**present, minute: readings[minute]}.items()))
        window = window_of(*reach(present, minute, segments))
        table = folded(present, segments, window, table)
    return table


SEGMENTS = [
    (segment(),),
    (segment(start_minute=-60, start_count=7),),
    (segment(end_minute=700, end_count=400), segment(start_minute=700, start_count=3)),
]


@pytest.mark.parametrize("segments", SEGMENTS, ids=["one meter", "stated start", "replaced"])
@tried(25)
@given(drawn=st.data())
def test_rows_do_not_depend_on_the_order_in_which_readings_came(
    segments: tuple[CounterSegment, ...], drawn: st.DataObject
) -> None:
    readings = drawn.draw(
        st.dictionaries(
            st.integers(0, 3 * 1440 - 1),
            st.tuples(st.integers(0, 999), st.sampled_from([0, 1, 3])),
            min_size=1,
            max_size=12,
        )
    )
    order = drawn.draw(st.permutations(sorted(readings)))
    assert told(one_by_one(readings, order, segments)) == told(at_once(readings, segments))


def test_part_of_a_day_leaves_the_rest_of_its_row() -> None:
    morning = {0: (0, 0), 15: (80, 0), 30: (160, 0)}
    rows = one_by_one(morning, [0, 15, 30], (segment(),))
    evening = {**morning, 1200: (240, 0), 1215: (320, 0)}
    row = one_by_one(evening, list(evening), (segment(),))[date(2019, 3, 30)]
    assert rows[date(2019, 3, 30)][0][:2] == row[0][:2] == [10, 10]
    assert row[4] == 40
    assert row[5] == Quality.MISSING


def test_day_of_92_quarter_hours_is_folded_whole() -> None:
    readings = {minute: (minute // 15 % 1000, 0) for minute in range(0, 3 * 1440, 15)}
    row = at_once(readings, (segment(),))[date(2019, 3, 31)]
    assert len(row[1]) == 92
    assert row[5] == Quality.MEASURED


@pytest.mark.parametrize(("step", "octets"), [(7, 4), (2**31, 8)])
def test_usage_is_packed_in_four_bytes_where_it_fits(step: int, octets: int) -> None:
    parts = parts_of(
        Windows(
            channel=np.array([1]),
            counter=np.array([0]),
            low_us=np.array([to_us(START)]),
            high_us=np.array([to_us(START + DAY)]),
            step_us=np.array([QUARTER_US]),
        ),
        days_around(to_us(START), to_us(START + DAY), LONDON),
    )
    rows = nothing_known(parts)
    rows.usage[:] = np.arange(96) * step - step
    usage, quality = packed(parts, rows, np.array([True]))
    assert len(usage[0]) == octets * 96
    assert unpacked(usage[0], 96).tolist() == rows.usage.tolist()
    assert quality == [bytes([Quality.MISSING] * 96)]


def test_reading_behind_the_last_boundary_moves_no_position() -> None:
    readings = {minute: (minute, 0) for minute in (0, 10, 20, 25)}
    window = window_of(START, START + timedelta(minutes=25))
    positions = []
    for present in (readings, {m: r for m, r in readings.items() if m <= 20}):
        windows = Windows(
            channel=np.array([1]),
            counter=np.array([0]),
            low_us=np.array([window[0]]),
            high_us=np.array([window[1]]),
            step_us=np.array([QUARTER_US]),
        )
        parts = parts_of(windows, days_around(*window, LONDON))
        many = fold_many(
            accepted(present, *window),
            windows.grid(),
            SegmentColumns.of([(segment(),)]),
            np.array([0]),
            gap_us=np.array([QUARTER_US]),
        )
        positions.append(rows_of(parts, many, nothing_known(parts)).position.tolist())
    assert positions == [[20], [20]]


def test_blocks_of_both_widths_and_with_gaps_are_spread_in_their_order() -> None:
    """Hours of a day: three blocks in a row, one wide among them, a gap, one told again."""
    wide = [2**40, -(2**40)]
    blocks = Blocks(
        start_us=np.array([to_us(START) + hour * 3600 * 1_000_000 for hour in (-1, 1, 3, 8, 8)]),
        intervals=np.array([2, 2, 2, 1, 1]),
        octets=np.array([8, 16, 8, 4, 4]),
        usage=b"".join(
            np.array(values, dtype=kind).tobytes()
            for values, kind in (([7, 8], ">i4"), (wide, ">i8"), ([9, 10, 11, 12], ">i4"))
        ),
        quality=bytes([0, 1, 2, 0, 0, 0, 0, 1]),
    )
    span = UsageSpan(
        channel=1,
        start=START,
        step_s=3600,
        usage=np.zeros(9, dtype=np.int64),
        quality=np.full(9, Quality.MISSING, dtype=np.uint8),
    )
    missing = int(Quality.MISSING)
    found = spread(span, blocks)
    assert found.usage.tolist() == [8, *wide, 9, 10, 0, 0, 0, 12]
    assert found.quality.tolist() == [1, 2, 0, 0, 0, missing, missing, missing, 1]
