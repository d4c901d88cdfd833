"""In: recorded estimates. Out: what each stated, what is known now, whether it stands. I/O: reads.

What an estimate stated is what the views knew right behind it and not right before. It stands
where an interval is still as it gave it; where actuals, a correction or a later estimate have
come, it is superseded there, and the difference is its net effect.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import from_us
from energy.base.ids import meant_by
from energy.base.period import Period, local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import BASE_UNIT, to_base
from energy.metering.channel import USAGE_KINDS, Channel
from energy.metering.estimating.asked import EstimateError
from energy.metering.usage import UsageSpan, worst_in
from energy.store.sites import Site
from energy.system import System
from energy.views.arrivals import Lot, usage_arrived
from energy.views.as_of import folded_as_of, folded_position
from energy.views.corrections import CorrectionRow, read_corrections
from energy.views.estimates import newest_change, read_around, readings_replaced
from energy.views.registry import load_channels
from energy.views.told import Connection
from energy.views.usage import read_spans

ESTIMATE = "estimate"


class Standing(StrEnum):
    """Whether what was estimated is still what is known."""

    STANDS = "stands"
    PARTLY = "partly"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStanding:
    """What an estimate stated of a local day, and what is known of the same intervals now."""

    day: date
    stated: int
    """[base unit]"""
    known: int | None
    """None where one of the intervals is missing now. [base unit]"""
    intervals: int
    """Intervals that the estimate gave a value or a shape."""
    standing: int
    """Those that are still as it gave them."""
    quality: Quality
    """The worst of these intervals now."""

    @property
    def difference(self) -> int | None:
        """Return what became known less what was stated. [base unit]."""
        return None if self.known is None else self.known - self.stated


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateStanding:
    """A recorded estimate and what became of it."""

    estimate: UUID
    channel: Channel
    method: str
    inputs: Mapping[str, str]
    first: datetime
    """Instant of its first reading."""
    last: datetime
    """Instant of its last reading."""
    readings: int
    stated_by: UUID
    stated_at: datetime
    position: int
    standing: Standing
    base_unit: str
    per_unit: Fraction
    """[base unit / unit of the channel]"""
    days: tuple[DayStanding, ...]
    """None of a gauge."""
    changed_at: int | None
    """Position of the newest entry that changed its days; None while it stands."""

    @property
    def stated(self) -> int:
        """Return what it stated. [base unit]."""
        return sum(day.stated for day in self.days)

    @property
    def known(self) -> int | None:
        """Return what is known of the same intervals; None where one is missing. [base unit]."""
        known = [day.known for day in self.days]
        return None if None in known else sum(each for each in known if each is not None)

    @property
    def difference(self) -> int | None:
        """Return the net effect so far. [base unit]."""
        known = self.known
        return None if known is None else known - self.stated


def read_standings(
    system: System,
    site: Site,
    *,
    point: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[EstimateStanding]:
    """Return the estimates of a site and what became of each, the newest first.

    Args:
        system: Parts of a process.
        site: The site.
        point: Of this metering point only.
        first: Only those with a reading on this local day or later.
        last: Only those with a reading on this local day or before.
    """
    with system.database.connection() as connection:
        channels = load_channels(connection, site.schema)
        mine = tuple(n for n, each in channels.items() if point is None or each.point == point)
        rows = [
            row
            for row in read_corrections(connection, site.schema, channels=mine)
            if row.kind == ESTIMATE
            and (first is None or local_day(row.last, site.zone) >= first)
            and (last is None or local_day(row.first, site.zone) <= last)
        ]
        return [_standing(connection, site, channels[row.channel], row) for row in rows]


def standing_named(system: System, site: Site, name: str) -> tuple[EstimateStanding, list[Lot]]:
    """Return the estimate whose id begins so, and what arrived since that changed its days.

    Raises:
        EstimateError: None begins so, or more than one.
    """
    with system.database.connection() as connection:
        every = read_corrections(connection, site.schema)
        estimates = [row for row in every if row.kind == ESTIMATE]
        rows = meant_by(name, estimates, lambda row: row.correction)
        if len(rows) != 1:
            raise EstimateError.of("estimate.name", name=name[:40], number=len(rows))
        (row,) = rows
        channel = load_channels(connection, site.schema, only=[row.channel])[row.channel]
        found = _standing(connection, site, channel, row)
        if not found.days:
            return found, []
        arrived = usage_arrived(
            connection,
            site.schema,
            site.zone,
            row.channel,
            span_of_days(found.days[0].day, found.days[-1].day, site.zone),
            since=row.position,
            until=folded_position(connection, site.schema),
        )
    days = {day.day for day in found.days}
    return found, [lot for lot in arrived.lots if any(day.day in days for day in lot.days)]


def _standing(
    connection: Connection, site: Site, channel: Channel, row: CorrectionRow
) -> EstimateStanding:
    days: tuple[DayStanding, ...] = ()
    standing = Standing.STANDS
    changed_at = None
    facts = channel.facts
    if facts.kind in USAGE_KINDS and facts.utility is not None:
        days = _days(connection, site, row)
        standing = _standing_of(days)
        if standing is not Standing.STANDS:
            changed = [day.day for day in days if day.standing < day.intervals]
            changed_at = newest_change(
                connection, site.schema, row.channel, changed, behind=row.position
            )
        per_unit, base_unit = to_base(facts.utility, facts.unit), BASE_UNIT[facts.utility]
    else:
        per_unit, base_unit = Fraction(1), facts.unit
        standing, changed_at = _of_readings(connection, site.schema, row)
    return EstimateStanding(
        estimate=row.correction,
        channel=channel,
        method=row.method or "",
        inputs=json.loads(row.reason or "{}"),
        first=row.first,
        last=row.last,
        readings=len(row.readings),
        stated_by=row.proposed_by,
        stated_at=row.proposed_at,
        position=row.position,
        standing=standing,
        base_unit=base_unit,
        per_unit=per_unit,
        days=days,
        changed_at=changed_at,
    )


def _standing_of(days: Sequence[DayStanding]) -> Standing:
    standing = sum(day.standing for day in days)
    if standing == sum(day.intervals for day in days):
        return Standing.STANDS
    return Standing.PARTLY if standing else Standing.SUPERSEDED


def _days(connection: Connection, site: Site, row: CorrectionRow) -> tuple[DayStanding, ...]:
    """Return what an estimate stated and what is known now, by local day."""
    period = _touched(connection, site, row)
    at = (connection, site.schema, site.zone, [row.channel], period)
    before = folded_as_of(*at, row.position - 1)[row.channel]
    then = folded_as_of(*at, row.position)[row.channel]
    present = read_spans(connection, site.schema, [row.channel], period)[row.channel]
    mine = (then.quality == Quality.ESTIMATED) & (
        (before.quality != then.quality) | (before.usage != then.usage)
    )
    day_of = _day_of(then, site)
    found = []
    for day in dict.fromkeys(day_of[mine].tolist()):
        own = mine & (day_of == day)
        found.append(_day(date.fromordinal(day), own, then, present))
    return tuple(found)


def _day(day: date, own: NDArray[np.bool_], then: UsageSpan, present: UsageSpan) -> DayStanding:
    quality = present.quality[own]
    missing = bool((quality == Quality.MISSING).any())
    same = (present.quality == then.quality) & (present.usage == then.usage)
    return DayStanding(
        day=day,
        stated=int(then.usage[own].sum()),
        known=None if missing else int(present.usage[own].sum()),
        intervals=int(own.sum()),
        standing=int((own & same).sum()),
        quality=Quality(worst_in(quality)),
    )


def _day_of(span: UsageSpan, site: Site) -> NDArray[np.int64]:
    """Return the ordinal of the local day of each interval."""
    start_us = int(span.start.timestamp()) * 1_000_000
    step_us = span.step_s * 1_000_000
    return np.array(
        [
            local_day(from_us(start_us + n * step_us), site.zone).toordinal()
            for n in range(len(span.usage))
        ],
        dtype=np.int64,
    )


def _touched(connection: Connection, site: Site, row: CorrectionRow) -> Period:
    """Return the local days that an estimate touched: to what was read on either side then."""
    asked = Period(start=row.first, end=row.last)
    read = read_around(connection, site.schema, row.channel, asked, row.position).at_us
    low = min([row.first, *(from_us(int(at)) for at in read[:1])])
    high = max([row.last, *(from_us(int(at)) for at in read[-1:])])
    return span_of_days(local_day(low, site.zone), local_day(high, site.zone), site.zone)


def _of_readings(
    connection: Connection, schema: str, row: CorrectionRow
) -> tuple[Standing, int | None]:
    """Return whether a gauge's estimate still counts, and what last took a reading's place."""
    gone, position = readings_replaced(connection, schema, row.channel, row.position)
    if not gone:
        return Standing.STANDS, None
    return (Standing.PARTLY if gone < len(row.readings) else Standing.SUPERSEDED), position
