"""In: a day's usage on its grid. Out: demand_day, the greatest use within windows. Pure, and reads.

Block windows begin at the day's start, sliding ones at every interval; both lie within the local
day. A window of which an interval is missing has no use that could be compared. Power is usage
divided by the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import psycopg
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.metering.usage import BADNESS, BY_BADNESS

Ints = NDArray[np.int64]
WINDOWS_S = (900, 1800, 3600)
"""Widths of windows. [s]"""
BLOCK, SLIDING = KINDS = ("block", "sliding")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maxima:
    """Greatest windows of one width and kind; arrays of shape (days,)."""

    window_s: int
    kind: str
    known: NDArray[np.bool_]
    """Whether any window of the day is whole."""
    first: Ints
    """First interval of the earliest greatest window."""
    usage: Ints
    """[base unit]"""
    quality: NDArray[np.uint8]
    """The worst of the window."""


def maxima(usage: Ints, quality: NDArray[np.uint8], step_s: int) -> Iterator[Maxima]:
    """Yield the greatest windows of some days of one shape; widths finer than the grid have none.

    Args:
        usage: Shape (days, intervals). [base unit]
        quality: Quality codes, shape (days, intervals).
        step_s: Width of an interval. [s]
    """
    for window_s in WINDOWS_S:
        many, rest = divmod(window_s, step_s)
        if rest or many == 0 or many > usage.shape[1]:
            continue
        gaps = np.asarray(quality == Quality.MISSING)
        missing: NDArray[np.bool_] = np.asarray(sliding_window_view(gaps, many, axis=1).any(axis=2))
        whole = np.concatenate([np.zeros((len(usage), 1), dtype=np.int64), usage.cumsum(axis=1)], 1)
        sums = whole[:, many:] - whole[:, :-many]
        badness = sliding_window_view(BADNESS[quality], many, axis=1).max(axis=2)
        for kind, stride in ((BLOCK, many), (SLIDING, 1)):
            lost = missing[:, ::stride]
            sum_of = np.where(lost, np.iinfo(np.int64).min, sums[:, ::stride])
            best = sum_of.argmax(axis=1)
            row = np.arange(len(usage))
            yield Maxima(
                window_s=window_s,
                kind=kind,
                known=~lost[row, best],
                first=best * stride,
                usage=sum_of[row, best],
                quality=BY_BADNESS[badness[:, ::stride][row, best]],
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The greatest use of a local day within windows of one width."""

    channel: int
    day: date
    window_s: int
    """[s]"""
    kind: str
    start: datetime
    """Start of the window."""
    usage: int
    """[base unit]"""
    quality: Quality
    position: int


def read_demand(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channels: Sequence[int],
    first: date,
    last: date,
) -> list[Demand]:
    """Return the demand of some channels on local days, by channel, day, width and kind.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
        first: First local day.
        last: Last local day.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, day, window_s, kind, start_at, usage, quality, position "
        f"FROM {schema}.demand_day WHERE channel = ANY(%s) AND day BETWEEN %s AND %s "
        "ORDER BY channel, day, window_s, kind",
        (list(channels), first, last),
    ).fetchall()
    return [
        Demand(
            channel=row[0],
            day=row[1],
            window_s=row[2],
            kind=row[3],
            start=row[4],
            usage=row[5],
            quality=Quality(row[6]),
            position=row[7],
        )
        for row in rows
    ]
