"""In: the fold of some windows, the rows there are. Out: rows of usage_block, and findings. Pure.

A reading changes only the intervals between its neighbours, so the rest of a day stands as it
was: folding part after part gives the same row as folding the day at once. The position of a row
is that of the newest reading from the first boundary that two readings enclose to the last: what
comes behind the last boundary changes neither content nor position, so it costs no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.base.ragged import offsets_of, ramp
from energy.metering.usage import BADNESS, BY_BADNESS, UsageSpan
from energy.metering.usage_fold import FoldedMany
from energy.metering.usage_strips import Flags, GridColumns, Ints, SeriesColumns
from energy.views.local_days import LocalDays

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blocks:
    """Blocks of one channel; arrays of shape (blocks,)."""

    start_us: Ints
    """Start of the first interval. [us]"""
    intervals: Ints
    octets: Ints
    """Of usage: 4 or 8 an interval."""
    usage: bytes
    """One behind the other."""
    quality: bytes
    """The same."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """Whole intervals of some counters to be folded; arrays of shape (windows,)."""

    channel: Ints
    counter: Ints
    """Place of the channel's segments in their columns."""
    low_us: Ints
    """Start of the first interval. [us]"""
    high_us: Ints
    """End of the last interval. [us]"""
    step_us: Ints
    """Width of an interval. [us]"""

    def grid(self) -> GridColumns:
        """Return the boundaries of every window."""
        many = (self.high_us - self.low_us) // self.step_us + 1
        place = ramp(np.zeros(len(many), dtype=np.int64), many)
        return GridColumns(
            offsets=offsets_of(many),
            at_us=np.repeat(self.low_us, many) + place * np.repeat(self.step_us, many),
        )

    def chosen(self, which: NDArray[np.bool_] | slice) -> Windows:
        """Return some of the windows."""
        return Windows(
            channel=self.channel[which],
            counter=self.counter[which],
            low_us=self.low_us[which],
            high_us=self.high_us[which],
            step_us=self.step_us[which],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """The part of each local day that a window covers; arrays of shape (parts,)."""

    window: Ints
    channel: Ints
    day: Ints
    """Place among the local days."""
    start_us: Ints
    """Start of the whole day. [us]"""
    step_us: Ints
    intervals: Ints
    """Of the whole day."""
    first: Ints
    """First interval of the part."""
    last: Ints
    """Interval behind the part."""
    boundary: Ints
    """Place of the part's first boundary in the grid of all windows."""

    @property
    def offsets(self) -> Ints:
        """Return where each day's intervals begin and the last one's end, shape (parts + 1,)."""
        return offsets_of(self.intervals)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Rows of usage_block, one a part; usage and quality of whole days one behind the other."""

    usage: Ints
    """[base unit]"""
    quality: Bytes
    start_value: Ints
    """0 where it is not known. [base unit]"""
    start_known: Flags
    end_value: Ints
    """0 where it is not known. [base unit]"""
    end_known: Flags
    position: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """What the table has of some parts."""

    rows: Rows
    epoch: Ints
    """-1 where there is no row: then nothing is known."""


def parts_of(windows: Windows, days: LocalDays) -> Parts:
    """Return the parts of every window, by window and day."""
    first_day, last_day = days.place(windows.low_us), days.place(windows.high_us - 1)
    many = last_day - first_day + 1
    window = np.repeat(np.arange(len(many), dtype=np.int64), many)
    day = ramp(first_day, many)
    start_us, step_us = days.start_us[day], windows.step_us[window]
    intervals = (days.start_us[day + 1] - start_us) // step_us
    first = np.maximum((windows.low_us[window] - start_us) // step_us, 0)
    last = np.minimum((windows.high_us[window] - start_us) // step_us, intervals)
    # The windows' own boundaries follow each other: one more than intervals each.
    begins = offsets_of((windows.high_us - windows.low_us) // windows.step_us + 1)[:-1]
    into = (start_us + first * step_us - windows.low_us[window]) // step_us
    return Parts(
        window=window,
        channel=windows.channel[window],
        day=day,
        start_us=start_us,
        step_us=step_us,
        intervals=intervals,
        first=first,
        last=last,
        boundary=begins[window] + into,
    )


def rows_of(parts: Parts, folded: FoldedMany, held: Rows) -> Rows:
    """Return the rows of the days: the folded parts, the rest as it was.

    Args:
        parts: Which intervals were folded.
        folded: The fold of their windows.
        held: The newest rows there are of the same parts, nothing known where there is none.
    """
    usage, quality = held.usage.copy(), held.quality.copy()
    many = parts.last - parts.first
    target = ramp(parts.offsets[:-1] + parts.first, many)
    source = ramp(parts.boundary - parts.window, many)
    usage[target], quality[target] = folded.usage[source], folded.quality[source]
    opens, closes = parts.first == 0, parts.last == parts.intervals
    end = parts.boundary + many
    value = np.where(folded.known, folded.value, 0)
    return Rows(
        usage=usage,
        quality=quality,
        start_value=np.where(opens, value[parts.boundary], held.start_value),
        start_known=np.where(opens, folded.known[parts.boundary], held.start_known),
        end_value=np.where(closes, value[end], held.end_value),
        end_known=np.where(closes, folded.known[end], held.end_known),
        position=np.maximum(held.position, _positions(parts, folded)),
    )


def nothing_known(parts: Parts) -> Rows:
    """Return rows of which nothing is known."""
    intervals = int(parts.offsets[-1])
    many = len(parts.day)
    return Rows(
        usage=np.zeros(intervals, dtype=np.int64),
        quality=np.full(intervals, Quality.MISSING, dtype=np.uint8),
        start_value=np.zeros(many, dtype=np.int64),
        start_known=np.zeros(many, dtype=np.bool_),
        end_value=np.zeros(many, dtype=np.int64),
        end_known=np.zeros(many, dtype=np.bool_),
        position=np.zeros(many, dtype=np.int64),
    )


def same_content(parts: Parts, one: Rows, other: Rows) -> Flags:
    """Return which rows say the same of usage and values: no new row is needed after a mark."""
    differs = (one.usage != other.usage) | (one.quality != other.quality)
    same: Flags = (
        ~np.logical_or.reduceat(differs, parts.offsets[:-1])
        & (one.start_value == other.start_value)
        & (one.start_known == other.start_known)
        & (one.end_value == other.end_value)
        & (one.end_known == other.end_known)
    )
    return same


def totals(parts: Parts, rows: Rows) -> Ints:
    """Return the usage of each day, as far as it is known. [base unit]."""
    return np.add.reduceat(rows.usage, parts.offsets[:-1])


def worst_qualities(parts: Parts, rows: Rows) -> Bytes:
    """Return the worst quality code of each day."""
    return BY_BADNESS[np.maximum.reduceat(BADNESS[rows.quality], parts.offsets[:-1])]


def some_known(parts: Parts, rows: Rows) -> Flags:
    """Return of which days any interval is known."""
    known: Flags = rows.quality != Quality.MISSING
    return np.logical_or.reduceat(known, parts.offsets[:-1])


def packed(parts: Parts, rows: Rows, which: Flags) -> tuple[list[bytes], list[bytes]]:
    """Return usage and quality of some rows as the table holds them.

    Usage as big-endian integers of 4 bytes where they fit, else of 8.
    """
    begins = parts.offsets[:-1]
    low = np.minimum.reduceat(rows.usage, begins) if len(begins) else begins
    high = np.maximum.reduceat(rows.usage, begins) if len(begins) else begins
    narrow = (low >= -(2**31)) & (high < 2**31)
    short, long = rows.usage.astype(">i4").tobytes(), rows.usage.astype(">i8").tobytes()
    codes = rows.quality.tobytes()
    places = np.flatnonzero(which)
    spans = zip(
        begins[places].tolist(),
        parts.offsets[1:][places].tolist(),
        narrow[places].tolist(),
        strict=True,
    )
    usage, quality = [], []
    for first, last, fits in spans:
        usage.append(short[4 * first : 4 * last] if fits else long[8 * first : 8 * last])
        quality.append(codes[first:last])
    return usage, quality


def unpacked(usage: bytes, intervals: int) -> Ints:
    """Return the usage of a block, shape (intervals,). [base unit]."""
    kind = ">i4" if len(usage) == 4 * intervals else ">i8"
    return np.frombuffer(usage, dtype=kind).astype(np.int64)


def spread(span: UsageSpan, blocks: Blocks) -> UsageSpan:
    """Write the blocks of a channel into its span; return it.

    Args:
        span: Of which nothing is known.
        blocks: By day and then by age: of one day the last counts.
    """
    width_us = span.step_s * 1_000_000
    first = (blocks.start_us - to_us(span.start)) // width_us
    wide = blocks.octets // blocks.intervals
    codes, bytes_ = offsets_of(blocks.intervals), offsets_of(blocks.octets)
    breaks = (np.diff(first) != blocks.intervals[:-1]) | (np.diff(wide) != 0)
    runs = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(first)]
    for begin, after in pairwise(runs):
        offset, many = int(first[begin]), int(codes[after] - codes[begin])
        low, high = max(offset, 0), min(offset + many, len(span.usage))
        if low < high:
            part, kind = slice(low - offset, high - offset), f">i{wide[begin]}"
            usage = np.frombuffer(blocks.usage, kind, many, int(bytes_[begin]))
            quality = np.frombuffer(blocks.quality, np.uint8, many, int(codes[begin]))
            span.usage[low:high], span.quality[low:high] = usage[part], quality[part]
    return span


def unpacked_many(usage: bytes, octets: Ints, intervals: Ints) -> Ints:
    """Return the usage of some blocks one behind the other. [base unit].

    Args:
        usage: Their bytes one behind the other.
        octets: How many bytes each has: 4 or 8 an interval.
        intervals: How many intervals each has.
    """
    words = np.frombuffer(usage, dtype=">i4").astype(np.int64)
    wide = np.repeat(octets // (4 * intervals), intervals)
    begins = np.repeat((np.cumsum(octets) - octets) // 4, intervals)
    high = begins + ramp(np.zeros(len(intervals), dtype=np.int64), intervals) * wide
    low = np.minimum(high + 1, len(words) - 1)
    return np.where(wide == 2, words[high] * 2**32 + (words[low] & (2**32 - 1)), words[high])


def findings_of(windows: Windows, series: SeriesColumns, folded: FoldedMany) -> list[Finding]:
    """Return the breaks as findings, known since the last of their readings and meter event."""
    found = []
    for window, step in folded.breaks:
        mine = slice(int(series.offsets[window]), int(series.offsets[window + 1]))
        own = np.isin(series.at_us[mine], (step.start_us, step.end_us))
        positions = series.position[mine][own]
        found.append(
            Finding(
                code=step.code,
                severity=Severity.DO_NOT_BILL,
                channel=int(windows.channel[window]),
                start=from_us(step.start_us),
                end=from_us(step.end_us),
                position=int(positions.max(initial=step.segment_position)),
                proof={"before": step.before, "after": step.after},
            )
        )
    return found


def _positions(parts: Parts, folded: FoldedMany) -> Ints:
    """Return the newest position from the first enclosed boundary to the last; 0 without one."""
    far = len(folded.strips.position)
    left = np.append(np.where(folded.left < 0, far, folded.left), far)
    right = np.append(folded.right, -1)
    ends = parts.boundary + (parts.last - parts.first) + 1
    spans = np.column_stack([parts.boundary, ends]).reshape(-1)
    low, high = np.minimum.reduceat(left, spans)[::2], np.maximum.reduceat(right, spans)[::2]
    some = low <= high
    position = np.zeros(len(parts.day), dtype=np.int64)
    if some.any():
        inner = np.column_stack([low[some], high[some] + 1]).reshape(-1)
        position[some] = np.maximum.reduceat(np.append(folded.strips.position, 0), inner)[::2]
    return position
