"""In: a case, readings that are wrong and whose true values nobody knows. Out: what stands. I/O.

The register went on whatever was read of it: between the sound readings on either side its total
is measured, so any way between them has the exact sum. What stands for a wrong reading is a
correction to the straight way, as the check of spikes proposes it (checks/spike.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from energy.base.clock import to_us
from energy.base.period import local_day
from energy.base.quality import Quality
from energy.metering.channel import Channel, Kind
from energy.metering.checks.registers import Excursion
from energy.metering.checks.spike import restored
from energy.metering.correction import Stated, StatementError
from energy.store.sites import Site
from energy.system import System
from energy.views.point_rows import SegmentRow, segments_of
from energy.views.readings_told import read_readings

_SOUGHT: Final = timedelta(days=31)
"""So far to either side a sound reading is looked for. [d]"""
_READ: Final = frozenset({Quality.MEASURED, Quality.CORRECTED, Quality.MANUAL})


def stated_without(
    system: System,
    site: Site,
    channel: Channel,
    without: Iterable[datetime],
    stated: Stated = (),
) -> list[tuple[datetime, int]]:
    """Return what stands for readings that shall not count, by instant.

    Args:
        system: Parts of a process.
        site: The site.
        channel: A counter.
        without: Instants of the wrong readings.
        stated: What a person states of others in the same breath: they are sound.

    Returns:
        Instants and counts on the straight way between the sound readings on either side. [count]

    Raises:
        StatementError: It is no counter, there is no such reading, no sound one lies on either
            side, the register falls between them, or another meter came in between.
    """
    wrong = sorted(set(without))
    if not wrong:
        return []
    if channel.facts.kind is not Kind.COUNTER:
        raise StatementError.of("review.no_counter", point=channel.point)
    counting = _counting(system, site, channel, wrong[0], wrong[-1])
    for at in wrong:
        if at not in counting:
            raise StatementError.of("review.no_such_reading", point=channel.point, at=at)
    sound = {
        at: count
        for at, (count, quality) in counting.items()
        if at not in wrong and quality in _READ
    } | dict(stated)
    with system.database.connection() as connection:
        segments = segments_of(connection, site.schema, channel.point)
    mine = [each for each in segments if each.channel == channel.number]
    return [(at, _straight(channel, at, counting[at][0], sound, mine)) for at in wrong]


def reason_without(reason: str, without: Sequence[datetime]) -> str:
    """Return the reason of a correction that disregards readings: it names their instants.

    Args:
        reason: What the person said.
        without: Instants of the wrong readings.
    """
    if not without or not reason.strip():
        return reason
    named = ", ".join(f"{at:%Y-%m-%d %H:%M:%S}Z" for at in sorted(set(without)))
    return f"{reason.strip()} [without {named}: restored between the readings around]"


def _counting(
    system: System, site: Site, channel: Channel, first: datetime, last: datetime
) -> Mapping[datetime, tuple[int, Quality]]:
    """Return the readings that count around some instants: count and quality by instant."""
    rows = read_readings(
        system.database,
        site,
        channel.point,
        local_day(first - _SOUGHT, site.zone),
        local_day(min(last + _SOUGHT, system.clock.now()), site.zone),
        quantity=channel.facts.quantity,
    )
    return {row.at: (row.count, row.quality) for row in rows}


def _straight(
    channel: Channel,
    at: datetime,
    count: int,
    sound: Mapping[datetime, int],
    segments: Sequence[SegmentRow],
) -> int:
    """Return the count at an instant on the straight way between its sound neighbours."""
    left = max((each for each in sound if each < at), default=None)
    right = min((each for each in sound if each > at), default=None)
    if left is None or right is None:
        raise StatementError.of("review.no_neighbour", point=channel.point, at=at)
    swapped = any(each.start <= right and left < each.start for each in segments)
    if swapped or sound[right] < sound[left]:
        raise StatementError.of("review.no_way", point=channel.point, at=at, left=left, right=right)
    way = Excursion(
        left_us=to_us(left),
        left=sound[left],
        right_us=to_us(right),
        right=sound[right],
        suspects=((to_us(at), count),),
    )
    ((_, value),) = restored(way)
    return value
