"""In: usage on its grid. Out: usage by quarter-hour, hour, day or month of the site's zone. Pure.

A group's usage is known only when every interval of it is: what is missing is never a zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.usage import BADNESS, BY_BADNESS, UsageSpan

_ZONE_STEP_S = 900
"""No zone changes its offset at another instant since 1972. [s]"""
_ONE_OFFSET_S = 86_400
"""No zone changes its offset and back within so short a time. [s]"""


class Every(StrEnum):
    """Width of a group."""

    QUARTER = "15min"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageGroup:
    """Usage of some neighbouring intervals."""

    start: datetime
    """Aware, in the site's zone."""
    end: datetime
    """Aware, in the site's zone."""
    usage: int | None
    """None unless every interval is known. [base unit]"""
    known_usage: int
    """Sum of the known intervals. [base unit]"""
    known: int
    """Known intervals."""
    expected: int
    """Intervals of the group."""
    quality: Quality
    """The worst."""
    estimated: int | None = None
    """Intervals filled by an estimate; None where nobody counted them."""

    @property
    def completeness(self) -> Fraction:
        """Return the share of the intervals that readings tell of."""
        return Fraction(self.known - (self.estimated or 0), self.expected)


def group_usage(span: UsageSpan, zone: ZoneInfo, every: Every) -> list[UsageGroup]:
    """Return a span's usage in groups, in order.

    Args:
        span: Usage on its grid.
        zone: Hours, days and months are local.
        every: Width of a group; an interval of the grid belongs to the group of its start.
    """
    count = len(span.usage)
    if count == 0:
        return []
    first = _group_starts(span, zone, every)
    good = span.quality < Quality.SUSPECT
    usage = np.add.reduceat(np.where(good, span.usage, 0), first)
    known = np.add.reduceat(good.astype(np.int64), first)
    guessed = np.add.reduceat((span.quality == Quality.ESTIMATED).astype(np.int64), first)
    worst = BY_BADNESS[np.maximum.reduceat(BADNESS[span.quality], first)]
    after = np.append(first[1:], count)
    step = timedelta(seconds=span.step_s)
    return [
        UsageGroup(
            start=(span.start + begin * step).astimezone(zone),
            end=(span.start + end * step).astimezone(zone),
            usage=total if of_it == end - begin else None,
            known_usage=total,
            known=of_it,
            expected=end - begin,
            quality=Quality(code),
            estimated=estimated,
        )
        for begin, end, total, of_it, estimated, code in zip(
            first.tolist(),
            after.tolist(),
            usage.tolist(),
            known.tolist(),
            guessed.tolist(),
            worst.tolist(),
            strict=True,
        )
    ]


def group_key(start: datetime, zone: ZoneInfo, every: Every) -> object:
    """Return what is the same for all intervals of one group.

    Args:
        start: Of an interval.
        zone: Hours, days and months are local.
        every: Width of a group.
    """
    local = start.astimezone(zone)
    match every:
        case Every.QUARTER:
            return start
        case Every.HOUR:  # the hour of a clock change stands twice: the offset tells them apart
            return (local.date(), local.hour, local.utcoffset())
        case Every.DAY:
            return local.date()
        case Every.MONTH:
            return (local.year, local.month)


def _group_starts(span: UsageSpan, zone: ZoneInfo, every: Every) -> NDArray[np.int64]:
    """Return the number of each group's first interval."""
    numbers = np.arange(len(span.usage), dtype=np.int64)
    if every is Every.QUARTER:
        return numbers
    start_s = to_us(span.start) // 1_000_000 + numbers * span.step_s
    offset_s = _offsets_s(start_s, zone)
    local_s = start_s + offset_s
    changes = np.zeros(len(numbers), dtype=np.bool_)
    changes[0] = True
    if every is Every.HOUR:  # the hour of a clock change stands twice: the offset tells them apart
        changes[1:] = (np.diff(local_s // 3600) != 0) | (np.diff(offset_s) != 0)
    else:
        days = (local_s // 86_400).astype("datetime64[D]")
        named = days if every is Every.DAY else days.astype("datetime64[M]")
        changes[1:] = named[1:] != named[:-1]
    return np.flatnonzero(changes)


def _offsets_s(start_s: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Return what a zone adds to UTC at some instants; it changes at whole quarter-hours. [s]."""
    quarters, which = np.unique(start_s // _ZONE_STEP_S, return_inverse=True)
    found = np.empty(len(quarters), dtype=np.int64)
    _fill_offsets(quarters, found, 0, len(quarters), zone)
    return found[which]


def _fill_offsets(
    quarters: NDArray[np.int64], found: NDArray[np.int64], first: int, after: int, zone: ZoneInfo
) -> None:
    """Fill a part: ends alike and less than a day apart have nothing else between them."""
    low, high = (_offset_s(int(quarters[n]), zone) for n in (first, after - 1))
    apart_s = int(quarters[after - 1] - quarters[first]) * _ZONE_STEP_S
    if low == high and apart_s <= _ONE_OFFSET_S:
        found[first:after] = low
    elif after - first == 1:
        found[first] = low
    else:
        half = (first + after) // 2
        _fill_offsets(quarters, found, first, half, zone)
        _fill_offsets(quarters, found, half, after, zone)


def _offset_s(quarter: int, zone: ZoneInfo) -> int:
    at = datetime.fromtimestamp(quarter * _ZONE_STEP_S, zone).utcoffset()
    assert at is not None, "the zone is real"
    return int(at.total_seconds())
