"""In: channels with changed readings. Out: the windows to fold, in lots, with raw rows. I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import psycopg

from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.usage_strips import Ints
from energy.views.old_readings import kept_from_us, rehydrate
from energy.views.slice import Slice
from energy.views.usage_rows import Windows

Cursor = psycopg.Cursor[tuple[object, ...]]
INTERVALS_AT_ONCE = 250_000
"""Most intervals in memory at once, unless one window alone has more."""


def good_spans(cursor: Cursor, schema: str, channels: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the first and last instant of some channels' good readings. [us]."""
    good = f"FROM {schema}.reading WHERE channel = c.channel AND quality <> {Quality.SUSPECT:d}"
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT c.channel, (SELECT at {good} ORDER BY at LIMIT 1), "
        f"(SELECT at {good} ORDER BY at DESC LIMIT 1) FROM unnest(%s::int[]) AS c (channel)",
        (list(channels),),
    ).fetchall()
    return {
        channel: (to_us(first), to_us(last)) for channel, first, last in rows if first is not None
    }


def put_back(cursor: Cursor, part: Slice, channel: Ints, low_us: Ints, high_us: Ints) -> None:
    """Put back raw rows of windows that retention has dropped."""
    if len(channel) == 0 or kept_from_us(cursor.connection, part.schema) is None:
        return
    spans = zip(low_us.tolist(), high_us.tolist(), strict=True)
    windows = dict(zip(channel.tolist(), spans, strict=True))
    rehydrate(
        cursor,
        part.schema,
        windows,
        part.registry.channels,
        journal_schema=part.journal_schema,
    )


def chunks_of(windows: Windows) -> Iterator[slice]:
    """Yield runs of windows that are folded together."""
    intervals = np.cumsum((windows.high_us - windows.low_us) // windows.step_us)
    begin = 0
    while begin < len(intervals):
        done = int(intervals[begin - 1]) if begin else 0
        end = int(np.searchsorted(intervals, done + INTERVALS_AT_ONCE, side="right"))
        end = max(end, begin + 1)
        yield slice(begin, end)
        begin = end
