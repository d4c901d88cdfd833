"""In: usage on a grid, which intervals are meant. Out: sums in groups of local time, exact. Pure.

Beside usage_groups.py: there every interval of a span is meant; here some are (the days on which a
tenant holds a point, the hours of a shift), and several spans are added. Sums over all parts of a
whole are that of the whole, to the last base unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.base.period import Period, grid_of
from energy.base.quality import Quality
from energy.metering.usage import BADNESS, BY_BADNESS, UsageSpan
from energy.metering.usage_groups import Every, UsageGroup, group_usage

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """Which group of local time each interval of a grid belongs to, by its start."""

    of: Ints
    """Place of the group, shape (n,)."""
    starts: Sequence[datetime]
    """Aware UTC: two hours of one name are two."""
    ends: Sequence[datetime]


@dataclass(slots=True)
class _Sum:
    end: datetime
    usage: int = 0
    known: int = 0
    expected: int = 0
    badness: int = 0
    estimated: int = 0


def groups_of(period: Period, step_s: int, zone: ZoneInfo, every: Every) -> Groups:
    """Return the groups of a grid.

    Args:
        period: Span of the grid, a whole number of steps long.
        step_s: Width of an interval. [s]
        zone: Hours, days and months are local.
        every: Width of a group.
    """
    many = grid_of(period, step_s)
    blank = UsageSpan(
        channel=0,
        start=period.start,
        step_s=step_s,
        usage=np.zeros(many, dtype=np.int64),
        quality=np.zeros(many, dtype=np.uint8),
    )
    groups = group_usage(blank, zone, every)
    return Groups(
        of=np.repeat(np.arange(len(groups)), [group.expected for group in groups]),
        starts=[group.start.astimezone(UTC) for group in groups],
        ends=[group.end.astimezone(UTC) for group in groups],
    )


def summed(parts: Iterable[tuple[UsageSpan, Flags, Groups]], zone: ZoneInfo) -> list[UsageGroup]:
    """Return the sums of the intervals meant, by time; a group without any is left out.

    Args:
        parts: Spans over one period, the intervals meant of each, and the groups of its grid.
        zone: In which the groups are told.
    """
    sums: dict[datetime, _Sum] = {}
    for span, meant, groups in parts:
        of = groups.of[meant]
        codes = span.quality[meant]
        sure = (codes != Quality.MISSING) & (codes != Quality.SUSPECT)
        usage, known, filled, expected, badness = np.zeros((5, len(groups.starts)), dtype=np.int64)
        np.add.at(usage, of[sure], span.usage[meant][sure])
        np.add.at(known, of[sure], 1)
        np.add.at(filled, of[codes == Quality.ESTIMATED], 1)
        np.add.at(expected, of, 1)
        np.maximum.at(badness, of, BADNESS[codes].astype(np.int64))
        for n in np.flatnonzero(expected).tolist():
            total = sums.setdefault(groups.starts[n], _Sum(end=groups.ends[n]))
            total.end = max(total.end, groups.ends[n])
            total.usage += int(usage[n])
            total.known += int(known[n])
            total.estimated += int(filled[n])
            total.expected += int(expected[n])
            total.badness = max(total.badness, int(badness[n]))
    return [_group(start, sums[start], zone) for start in sorted(sums)]


def _group(start: datetime, total: _Sum, zone: ZoneInfo) -> UsageGroup:
    return UsageGroup(
        start=start.astimezone(zone),
        end=total.end.astimezone(zone),
        usage=total.usage if total.known == total.expected else None,
        known_usage=total.usage,
        known=total.known,
        expected=total.expected,
        quality=Quality(int(BY_BADNESS[total.badness])),
        estimated=total.estimated,
    )
