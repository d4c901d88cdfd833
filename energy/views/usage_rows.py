"""In: the accepted readings of a counter's days. Out: rows of usage_block, and findings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.finding import Finding, Severity
from energy.base.period import day_period, days_between, grid_of
from energy.metering.usage import CounterSegment, Folded, fold, worst_in


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accepted:
    """Readings of one channel by instant, none suspect, arrays of shape (n,)."""

    at_us: NDArray[np.int64]
    """Instants, strictly ascending. [us]"""
    count: NDArray[np.int64]
    quality: NDArray[np.uint8]
    position: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One row of usage_block without its epoch."""

    channel: int
    day: date
    position: int
    start: datetime
    step_s: int
    usage: bytes
    quality: bytes
    start_value: int | None
    end_value: int | None
    total: int
    worst: int

    @property
    def content(self) -> tuple[object, ...]:
        """Return what must differ for a new row after a mark."""
        return (self.usage, self.quality, self.start_value, self.end_value)


def fold_days(
    channel: int,
    accepted: Accepted,
    segments: Sequence[CounterSegment],
    days: tuple[date, date],
    zone: ZoneInfo,
    step_s: int,
) -> tuple[list[Block], list[Finding]]:
    """Fold whole local days of one counter.

    Args:
        channel: Channel number.
        accepted: Its readings on these days with one neighbour on either side.
        segments: Its meter segments by start.
        days: First and last day, both included.
        zone: The site's zone.
        step_s: Width of an interval. [s]

    Returns:
        One block a day, and a finding for each step that no rollover explains.
    """
    grid, every_day = _grid(*days, zone, step_s)
    folded = fold(
        accepted.at_us,
        accepted.count,
        accepted.quality,
        segments,
        grid,
        gap_us=step_s * 1_000_000,
    )
    blocks = _blocks(channel, every_day, zone, step_s, folded, accepted)
    return blocks, _findings(channel, folded, accepted)


def _grid(
    first: date, last: date, zone: ZoneInfo, step_s: int
) -> tuple[NDArray[np.int64], list[tuple[date, int, int]]]:
    """Return the boundaries of some days, and per day its first boundary and interval count."""
    days: list[tuple[date, int, int]] = []
    offset = 0
    for day in days_between(first, last):
        intervals = grid_of(day_period(day, zone), step_s)
        days.append((day, offset, intervals))
        offset += intervals
    start_us = to_us(day_period(first, zone).start)
    return start_us + np.arange(offset + 1, dtype=np.int64) * (step_s * 1_000_000), days


def _blocks(
    channel: int,
    days: Sequence[tuple[date, int, int]],
    zone: ZoneInfo,
    step_s: int,
    folded: Folded,
    series: Accepted,
) -> list[Block]:
    blocks = []
    for day, offset, intervals in days:
        usage = folded.usage[offset : offset + intervals]
        quality = folded.quality[offset : offset + intervals]
        period = day_period(day, zone)
        low = max(int(np.searchsorted(series.at_us, to_us(period.start), side="right")) - 1, 0)
        high = int(np.searchsorted(series.at_us, to_us(period.end), side="left")) + 1
        positions = series.position[low:high]
        blocks.append(
            Block(
                channel=channel,
                day=day,
                position=int(positions.max(initial=0)),
                start=period.start,
                step_s=step_s,
                usage=_packed(usage),
                quality=quality.tobytes(),
                start_value=_known(folded, offset),
                end_value=_known(folded, offset + intervals),
                total=int(usage.sum()),
                worst=worst_in(quality),
            )
        )
    return blocks


def _known(folded: Folded, boundary: int) -> int | None:
    return int(folded.value[boundary]) if folded.known[boundary] else None


def _packed(usage: NDArray[np.int64]) -> bytes:
    """Return big-endian integers of 4 bytes where they fit, else of 8."""
    narrow = usage.astype(">i4")
    return narrow.tobytes() if np.array_equal(narrow, usage) else usage.astype(">i8").tobytes()


def unpacked(usage: bytes, intervals: int) -> NDArray[np.int64]:
    """Return the usage of a block, shape (intervals,). [base unit]."""
    kind = ">i4" if len(usage) == 4 * intervals else ">i8"
    return np.frombuffer(usage, dtype=kind).astype(np.int64)


def _findings(channel: int, folded: Folded, series: Accepted) -> list[Finding]:
    """Return the breaks as findings, known since the later of their two readings."""
    found = []
    for step in folded.breaks:
        own = np.isin(series.at_us, (step.start_us, step.end_us))
        found.append(
            Finding(
                code=step.code,
                severity=Severity.DO_NOT_BILL,
                channel=channel,
                start=from_us(step.start_us),
                end=from_us(step.end_us),
                position=int(series.position[own].max(initial=0)),
                proof={"before": step.before, "after": step.after},
            )
        )
    return found
