"""In: the accepted readings of a counter's days. Out: rows of usage_block, and findings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.finding import Finding, Severity
from energy.base.period import day_period, days_between, grid_of, local_day
from energy.base.quality import Quality
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


def stated_start(segments: Sequence[CounterSegment], at: datetime) -> datetime:
    """Return the start of an instant's segment when its count is stated, else the instant."""
    at_us = to_us(at)
    for segment in segments:
        inside = segment.start_us <= at_us and (segment.end_us is None or at_us <= segment.end_us)
        if inside and segment.start_count is not None:
            return from_us(segment.start_us)
    return at


def stated_end(segments: Sequence[CounterSegment], at: datetime) -> datetime:
    """Return the end of an instant's segment when its count is stated, else the instant."""
    at_us = to_us(at)
    for segment in reversed(segments):
        if segment.end_us is None or segment.end_count is None:
            continue
        if segment.start_us <= at_us <= segment.end_us:
            return from_us(segment.end_us)
    return at


def window_of(low: datetime, high: datetime, zone: ZoneInfo, step_s: int) -> tuple[int, int]:
    """Return the whole intervals, as [start, end), that hold two instants. [us]."""
    step_us = step_s * 1_000_000

    def floor(at: datetime) -> int:
        start_us = _day(local_day(at, zone), zone, step_s)[0]
        return start_us + (to_us(at) - start_us) // step_us * step_us

    return floor(low), floor(high) + step_us


def days_of(window: tuple[int, int], zone: ZoneInfo) -> list[date]:
    """Return the local days that a window touches."""
    low, high = from_us(window[0]), from_us(window[1] - 1)
    return days_between(local_day(low, zone), local_day(high, zone))


def fold_window(
    channel: int,
    accepted: Accepted,
    segments: Sequence[CounterSegment],
    window: tuple[int, int],
    zone: ZoneInfo,
    step_s: int,
    there: Mapping[tuple[int, date], Block],
) -> tuple[list[Block], list[Finding]]:
    """Fold whole intervals of one counter into the rows of the days they lie in.

    A reading changes only the intervals between its neighbours, so the rest of a day stands as
    it was: folding part after part gives the same row as folding the day at once.

    Args:
        channel: Channel number.
        accepted: Its readings in the window with one neighbour on either side.
        segments: Its meter segments by start.
        window: Start and end, both boundaries of the grid. [us]
        zone: The site's zone.
        step_s: Width of an interval. [s]
        there: The newest rows of the days which the window covers in part, where there are any.

    Returns:
        One row a day, and a finding for each step that no rollover explains.
    """
    step_us = step_s * 1_000_000
    grid = np.arange(window[0], window[1] + 1, step_us, dtype=np.int64)
    folded = fold(accepted.at_us, accepted.count, accepted.quality, segments, grid, gap_us=step_us)
    parts = [_part(day, window, zone, step_s) for day in days_of(window, zone)]
    edges_us = [part.start_us + part.first * step_us for part in parts] + [window[1]]
    low = np.maximum(np.searchsorted(accepted.at_us, edges_us[:-1], side="right") - 1, 0)
    high = np.searchsorted(accepted.at_us, edges_us[1:], side="left") + 1
    blocks = []
    for part, first, behind in zip(parts, low.tolist(), high.tolist(), strict=True):
        before = there.get((channel, part.day)) if part.last - part.first < part.intervals else None
        offset = (part.start_us - window[0]) // step_us
        seen = slice(first, behind)
        blocks.append(_block(channel, part, offset, step_s, folded, accepted, seen, before))
    return blocks, _findings(channel, folded, accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The intervals [first, last) of a local day."""

    day: date
    start_us: int
    intervals: int
    """Of the whole day."""
    first: int
    last: int


def _part(day: date, window: tuple[int, int], zone: ZoneInfo, step_s: int) -> _Part:
    """Return which intervals of a local day lie in a window."""
    start_us, intervals = _day(day, zone, step_s)
    return _Part(
        day=day,
        start_us=start_us,
        intervals=intervals,
        first=max((window[0] - start_us) // (step_s * 1_000_000), 0),
        last=min((window[1] - start_us) // (step_s * 1_000_000), intervals),
    )


@lru_cache(maxsize=4096)
def _day(day: date, zone: ZoneInfo, step_s: int) -> tuple[int, int]:
    """Return the start of a local day [us] and how many intervals it holds."""
    period = day_period(day, zone)
    return to_us(period.start), grid_of(period, step_s)


def _block(
    channel: int,
    part: _Part,
    offset: int,
    step_s: int,
    folded: Folded,
    accepted: Accepted,
    seen: slice,
    before: Block | None,
) -> Block:
    """Return the row of a day: the folded part, the rest as it was.

    Args:
        channel: Channel number.
        part: Which intervals were folded.
        offset: Where the day begins in the folded window; negative when it began before it.
        step_s: Width of an interval. [s]
        folded: The fold of the window.
        accepted: The readings it came from.
        seen: Those of the part with one neighbour on either side.
        before: The day's row so far.
    """
    fresh = slice(offset + part.first, offset + part.last)
    usage, quality = folded.usage[fresh], folded.quality[fresh]
    if len(usage) < part.intervals:
        usage, quality = _overlaid(usage, quality, part, before)
    position = int(accepted.position[seen].max(initial=before.position if before else 0))
    start_value = before.start_value if before else None
    end_value = before.end_value if before else None
    return Block(
        channel=channel,
        day=part.day,
        position=position,
        start=from_us(part.start_us),
        step_s=step_s,
        usage=_packed(usage),
        quality=quality.tobytes(),
        start_value=_known(folded, fresh.start) if part.first == 0 else start_value,
        end_value=_known(folded, fresh.stop) if part.last == part.intervals else end_value,
        total=int(usage.sum()),
        worst=worst_in(quality),
    )


def _overlaid(
    usage: NDArray[np.int64], quality: NDArray[np.uint8], part: _Part, before: Block | None
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return a whole day: the folded part over the row so far, MISSING where there is none."""
    if before is None:
        whole = np.zeros(part.intervals, dtype=np.int64)
        codes = np.full(part.intervals, Quality.MISSING, dtype=np.uint8)
    else:
        whole = unpacked(before.usage, part.intervals)
        codes = np.frombuffer(before.quality, dtype=np.uint8).copy()
    whole[part.first : part.last] = usage
    codes[part.first : part.last] = quality
    return whole, codes


def _known(folded: Folded, boundary: int) -> int | None:
    return int(folded.value[boundary]) if folded.known[boundary] else None


def _packed(usage: NDArray[np.int64]) -> bytes:
    """Return big-endian integers of 4 bytes where they fit, else of 8."""
    narrow = usage.astype(">i4")
    return narrow.tobytes() if (narrow == usage).all() else usage.astype(">i8").tobytes()


def unpacked(usage: bytes, intervals: int) -> NDArray[np.int64]:
    """Return the usage of a block, shape (intervals,). [base unit]."""
    kind = ">i4" if len(usage) == 4 * intervals else ">i8"
    return np.frombuffer(usage, dtype=kind).astype(np.int64)


def _findings(channel: int, folded: Folded, series: Accepted) -> list[Finding]:
    """Return the breaks as findings, known since the last of their readings and meter event."""
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
                position=int(series.position[own].max(initial=step.segment_position)),
                proof={"before": step.before, "after": step.after},
            )
        )
    return found
