"""In: hours of usage, a spec, what stood before. Out: alarms raised and cleared. Pure.

The entry of the room. One side of a meter (more, less) has one alarm at a time: what else it shows
while that stands adds nothing, and the alarm is cleared when for `clear_h` known hours nothing new
was seen; hours that are not known clear nothing. Live evaluation hands over the last `MEMORY_DAYS`
of `usage_hour` and what stood; a back-test hands over years and nothing stood: both get the same.

    grid = on_clock(first_day, days, day, hour, usage)      # clock_grid, one row a meter
    changes, standing = watch(grid, spec, standing, first=..., until=...)

`watch` expects local clock hours (energy/base/period.py tells which) and says hours as whole hours
since the beginning of the year 1, local clock: `day.toordinal() * 24 + hour`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from energy.alerting.baseline.expected import RECENT_DAYS, WINDOW_DAYS
from energy.alerting.baseline.firing import Firing, watched
from energy.alerting.baseline.limits import LIMIT_DAYS
from energy.alerting.baseline.rolling import HOURS, Floats, by_hour
from energy.alerting.baseline.spec import BaselineSpec, Deviation, Side, side_of

MEMORY_DAYS = 2 * WINDOW_DAYS + RECENT_DAYS + LIMIT_DAYS + 14
"""Days of usage on which what is said of a day depends: expectation, correction, what is usual,
limits; and the level before. [days]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What stands on one side of a meter."""

    raised: int | None = None
    """Hour that raised the alarm which stands."""
    calm_h: int = 0
    """Known hours since the last deviation. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What must be remembered of one meter between two evaluations."""

    seen: int | None = None
    """Newest hour that was judged; older ones are ignored. [h since year 1, local]"""
    more: Open = Open()
    less: Open = Open()


class Turn(StrEnum):
    """What became of an alarm."""

    RAISED = "raised"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An alarm was raised or cleared."""

    meter: int
    """Row of the grid."""
    side: Side
    turn: Turn
    raised: int
    """Hour that raised it; with rule, meter and side it names the alarm. [h since year 1, local]"""
    hour: int
    """Hour after whose end it is said. [h since year 1, local]"""
    deviation: Deviation | None = None
    """What raised it; None where it is cleared."""
    since: int = 0
    """First of the hours it speaks of. [h since year 1, local]"""
    usage: int = 0
    """Of these hours, as far as known. [unit of the grid]"""
    expected: int = 0
    """Of the same hours. [unit of the grid]"""

    @property
    def percent(self) -> int | None:
        """Return how far above (or, negative, below) the usage is; None where none is expected."""
        if self.expected == 0:
            return None
        return round(100 * (self.usage - self.expected) / self.expected)


def watch(
    grid: Floats,
    spec: BaselineSpec,
    standing: Sequence[Standing],
    *,
    first: int,
    until: int | None = None,
    temperature: Floats | None = None,
) -> tuple[list[Change], list[Standing]]:
    """Return what hours of usage raise and clear, by meter and time, and what stands then.

    Args:
        grid: Usage by clock hour, NaN where missing, shape (meters, days, 24).
        spec: The rule's numbers.
        standing: Of each meter; `Standing()` where it was never judged.
        first: First hour of the grid. [h since year 1, local]
        until: First hour not to be judged; the grid's end without. [h since year 1, local]
        temperature: Outdoors, shape (days, 24), NaN where unknown. [degC]
    """
    assert grid.ndim == 3 and grid.shape[2] == HOURS, "meters, days, hours of the clock"
    assert len(standing) == len(grid), "each meter has what stood"
    dev, fired = watched(grid, spec, temperature)
    past = first + grid[0].size if until is None else until
    usage, expected = by_hour(grid), by_hour(dev.expected)
    changes: list[Change] = []
    after: list[Standing] = []
    for meter, known in enumerate(standing):
        begin = 0 if known.seen is None else max(known.seen + 1 - first, 0)
        end = min(past - first, usage.shape[1])
        if begin >= end:
            after.append(known)
            continue
        sides = {}
        mine: list[Change] = []
        for side, before in ((Side.MORE, known.more), (Side.LESS, known.less)):
            hours = _Hours(
                meter=meter,
                side=side,
                first=first,
                begin=begin,
                end=end,
                usage=usage[meter],
                expected=expected[meter],
            )
            found = _first_fired(fired, meter, side)
            turns, sides[side] = _follow(hours, found, before, clear_h=spec.clear_h)
            mine += turns
        changes += sorted(mine, key=lambda change: change.hour)
        after.append(Standing(seen=first + end - 1, more=sides[Side.MORE], less=sides[Side.LESS]))
    return changes, after


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hours:
    """The hours of one meter, and which of them are judged: places begin to end."""

    meter: int
    side: Side
    first: int
    begin: int
    end: int
    usage: Floats
    expected: Floats


def _first_fired(
    fired: Sequence[Firing], meter: int, side: Side
) -> dict[int, tuple[Deviation, int]]:
    """Return by hour of the grid the most telling deviation and of how many hours it speaks."""
    found: dict[int, tuple[Deviation, int]] = {}
    for firing in reversed(fired):
        if side_of(firing.deviation) is not side:
            continue
        for hour in np.flatnonzero(firing.fires[meter]).tolist():
            length = int(firing.scores.hours[meter, hour])
            found[hour] = (
                firing.deviation,
                length + 1 if firing.deviation is Deviation.FLAT else length,
            )
    return found


def _follow(
    hours: _Hours,
    fired: Mapping[int, tuple[Deviation, int]],
    standing: Open,
    *,
    clear_h: int,
) -> tuple[list[Change], Open]:
    begin, end = hours.begin, hours.end
    known = np.concatenate([[0], np.cumsum(~np.isnan(hours.usage[begin:end]))])
    changes: list[Change] = []
    at = begin
    for hour in [*sorted(hour for hour in fired if begin <= hour < end), end]:
        calm = standing.calm_h + int(known[hour - begin] - known[at - begin])
        if standing.raised is not None and calm >= clear_h:
            cleared = at + _reached(known[at - begin :], clear_h - standing.calm_h)
            changes.append(_cleared(hours, standing.raised, cleared))
            standing = replace(standing, raised=None)
        if hour == end:
            standing = replace(standing, calm_h=min(calm, clear_h))
            break
        if standing.raised is None:
            changes.append(_raised(hours, hour, *fired[hour]))
            standing = replace(standing, raised=hours.first + hour)
        standing = replace(standing, calm_h=0)
        at = hour + 1
    return changes, standing


def _reached(known: NDArray[np.int64], wanted: int) -> int:
    """Return the place of the hour with which so many known ones have passed."""
    return int(np.searchsorted(known - known[0], wanted)) - 1


def _raised(hours: _Hours, hour: int, deviation: Deviation, length: int) -> Change:
    since = max(hour - length + 1, 0)
    usage, expected = hours.usage[since : hour + 1], hours.expected[since : hour + 1]
    both = ~np.isnan(usage) & ~np.isnan(expected)
    return Change(
        meter=hours.meter,
        side=hours.side,
        turn=Turn.RAISED,
        raised=hours.first + hour,
        hour=hours.first + hour,
        deviation=deviation,
        since=hours.first + since,
        usage=round(float(usage[both].sum())),
        expected=round(float(expected[both].sum())),
    )


def _cleared(hours: _Hours, raised: int, hour: int) -> Change:
    return Change(
        meter=hours.meter,
        side=hours.side,
        turn=Turn.CLEARED,
        raised=raised,
        hour=hours.first + hour,
    )
