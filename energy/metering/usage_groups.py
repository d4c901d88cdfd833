"""In: usage on its grid. Out: usage by quarter-hour, hour, day or month of the site's zone. Pure.

A group's usage is known only when every interval of it is: what is missing is never a zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from energy.base.quality import Quality, worst_of
from energy.metering.usage import UsageSpan


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


@dataclass(slots=True)
class _Sum:
    start: datetime
    end: datetime
    usage: int = 0
    known: int = 0
    expected: int = 0
    qualities: set[Quality] | None = None
    estimated: int = 0


def group_usage(span: UsageSpan, zone: ZoneInfo, every: Every) -> list[UsageGroup]:
    """Return a span's usage in groups, in order.

    Args:
        span: Usage on its grid.
        zone: Hours, days and months are local.
        every: Width of a group; an interval of the grid belongs to the group of its start.
    """
    sums: dict[object, _Sum] = {}
    step = timedelta(seconds=span.step_s)
    for n, (usage, code) in enumerate(zip(span.usage.tolist(), span.quality.tolist(), strict=True)):
        start = span.start + n * step
        total = sums.setdefault(group_key(start, zone, every), _Sum(start=start, end=start))
        quality = Quality(code)
        total.end = start + step
        total.expected += 1
        total.qualities = {quality, *(total.qualities or ())}
        if quality is not Quality.MISSING and quality is not Quality.SUSPECT:
            total.usage += usage
            total.known += 1
            total.estimated += quality is Quality.ESTIMATED
    return [_grouped(total, zone) for total in sums.values()]


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


def _grouped(total: _Sum, zone: ZoneInfo) -> UsageGroup:
    return UsageGroup(
        start=total.start.astimezone(zone),
        end=total.end.astimezone(zone),
        usage=total.usage if total.known == total.expected else None,
        known_usage=total.usage,
        known=total.known,
        expected=total.expected,
        quality=worst_of(total.qualities or ()),
        estimated=total.estimated,
    )
