"""Rows of usage blocks: folded part after part as readings come in, or at once, they are equal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.base.clock import from_us, to_us
from energy.base.quality import Quality
from energy.metering.usage import CounterSegment
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

LONDON = ZoneInfo("Europe/London")
MINUTE_US = 60_000_000
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


def accepted(readings: Readings, low_us: int, high_us: int) -> Accepted:
    """Return the readings of a window with one neighbour on either side, as a query would."""
    minutes = sorted(readings)
    at = np.array([to_us(START) + minute * MINUTE_US for minute in minutes], dtype=np.int64)
    low = max(int(np.searchsorted(at, low_us, side="left")) - 1, 0)
    high = int(np.searchsorted(at, high_us, side="right")) + 1
    count = np.array([readings[minute][0] for minute in minutes], dtype=np.int64)
    quality = np.array([readings[minute][1] for minute in minutes], dtype=np.uint8)
    return Accepted(
        at_us=at[low:high],
        count=count[low:high],
        quality=quality[low:high],
        position=np.zeros(len(at), dtype=np.int64)[low:high],
    )


def told(blocks: dict[tuple[int, date], Block]) -> dict[date, tuple[object, ...]]:
    """Return what the rows say, by day; a day of which nothing is known says nothing."""
    return {
        day: (*block.content, block.total, block.worst)
        for (_, day), block in blocks.items()
        if set(block.quality) != {int(Quality.MISSING)} or block.start_value is not None
    }


def at_once(
    readings: Readings, segments: tuple[CounterSegment, ...]
) -> dict[tuple[int, date], Block]:
    """Return the rows of all days folded together."""
    window = window_of(START, START + timedelta(days=3), LONDON, 900)
    window = (to_us(datetime(2019, 3, 29, tzinfo=UTC)), window[1])
    blocks, _ = fold_window(1, accepted(readings, *window), segments, window, LONDON, 900, {})
    return {(1, block.day): block for block in blocks}


def one_by_one(
    readings: Readings, order: list[int], segments: tuple[CounterSegment, ...]
) -> dict[tuple[int, date], Block]:
    """Return the rows after the readings came in some order, each folded when it came."""
    rows: dict[tuple[int, date], Block] = {}
    present: Readings = {}
    for minute in order:
        present[minute] = readings[minute]
        before = max((m for m in present if m < minute), default=None)
        behind = min((m for m in present if m > minute), default=None)
        at = START + timedelta(minutes=minute)
        window = window_of(
            stated_start(segments, at) if before is None else START + timedelta(minutes=before),
            stated_end(segments, at) if behind is None else START + timedelta(minutes=behind),
            LONDON,
            900,
        )
        part = accepted(present, *window)
        blocks, _ = fold_window(1, part, segments, window, LONDON, 900, rows)
        rows.update({(1, block.day): block for block in blocks})
    return rows


SEGMENTS = [
    (segment(),),
    (segment(start_minute=-60, start_count=7),),
    (segment(end_minute=700, end_count=400), segment(start_minute=700, start_count=3)),
]


@pytest.mark.parametrize("segments", SEGMENTS, ids=["one meter", "stated start", "replaced"])
@settings(max_examples=25)
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
    row = one_by_one(evening, list(evening), (segment(),))[1, date(2019, 3, 30)]
    first = unpacked(rows[1, date(2019, 3, 30)].usage, 96)[:2].tolist()
    assert first == unpacked(row.usage, 96)[:2].tolist() == [10, 10]
    assert row.total == 40
    assert row.worst == Quality.MISSING


def test_day_of_92_quarter_hours_is_folded_whole() -> None:
    readings = {minute: (minute // 15 % 1000, 0) for minute in range(0, 3 * 1440, 15)}
    row = at_once(readings, (segment(),))[1, date(2019, 3, 31)]
    assert len(row.quality) == 92
    assert row.worst == Quality.MEASURED


def test_window_holds_the_intervals_of_both_instants() -> None:
    low, high = window_of(START + timedelta(minutes=16), START + timedelta(minutes=45), LONDON, 900)
    assert from_us(low) == START + timedelta(minutes=15)
    assert from_us(high) == START + timedelta(minutes=60)
    assert days_of((low, high), LONDON) == [date(2019, 3, 30)]
