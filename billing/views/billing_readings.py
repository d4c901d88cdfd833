"""In: a channel, midnights. Out: its devices with the readings near them, as known. I/O: reads.

What a frozen register says of a month's end (`<quantity>_month_end`) stands as a reading of that
midnight: the meter kept it for a bill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import psycopg

from billing.basis.counting import BillingReading, CountingSegment
from billing.basis.register import Cut, with_readings
from energy.base.clock import from_us, to_us
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from energy.views.known import Accepted
from energy.views.old_readings import readings_known

Connection = psycopg.Connection[tuple[object, ...]]
MONTH_END = "_month_end"
"""Suffix of the quantity of what a meter froze at its due date."""
FROZEN_SEEN = timedelta(days=27)
"""How long behind a due date a frozen value is of that date: the next one is not yet frozen."""
_LEAST_SEEN = timedelta(hours=1)
"""A meter's clock is off by less: a value read sooner may be the one before."""
_SEGMENT = (
    "channel, serial, multiplier, start_at, end_at, start_count, end_count, position, "
    "end_position, feed"
)


@dataclass(frozen=True, slots=True)
class BillingReadings:
    """Reads the registers of one site as known at a metering position."""

    connection: Connection
    schema: str
    position: int

    def segments(
        self, channel: int, cuts: Sequence[Cut], window: timedelta
    ) -> list[CountingSegment]:
        """Return the devices of a counter between the first and the last cut, by their start.

        Args:
            channel: Number of the channel.
            cuts: In order.
            window: How far from a cut readings are looked for.
        """
        first, last = cuts[0].at - window, cuts[-1].at + window
        found = [self._segment(row) for row in self._rows(channel, first, last)]
        instants = {cut.at for cut in cuts} | {c.read_at for c in cuts if c.read_at is not None}
        segments = []
        for register, segment in found:
            near = instants | {segment.start} | ({segment.end} - {None})
            within = [at for at in near if at is not None]
            readings = self._near(register, segment.serial, within, window)
            segments.append(_closed(with_readings(segment, readings), window))
        return segments

    def frozen(
        self, point: str, quantity: str, cuts: Sequence[Cut], segments: Sequence[CountingSegment]
    ) -> list[CountingSegment]:
        """Return the devices with what they froze at a cut that begins a month.

        Args:
            point: The metering point.
            quantity: Of the counter.
            cuts: In order.
            segments: Of the counter.
        """
        row: tuple[Any, ...] | None = self.connection.execute(
            f"SELECT number, resolution FROM {self.schema}.channel "
            "WHERE point = %s AND quantity = %s",
            (point, quantity + MONTH_END),
        ).fetchone()
        if row is None:
            return list(segments)
        number, resolution = row[0], Fraction(row[1])
        kept = list(segments)
        for cut in (each for each in cuts if each.day.day == 1):
            for place, segment in enumerate(kept):
                if resolution != segment.resolution or not _serves(segment, cut.at):
                    continue
                frozen = self._frozen(number, segment, cut.at)
                if frozen is not None:
                    kept[place] = with_readings(segment, [frozen])
        return kept

    def _frozen(self, number: int, segment: CountingSegment, at: datetime) -> BillingReading | None:
        low, high = at + _LEAST_SEEN, at + FROZEN_SEEN
        if segment.end is not None:
            high = min(high, segment.end)
        asked = {number: (to_us(low), to_us(low))}
        known = readings_known(self.connection, self.schema, asked, as_of=self.position)[number]
        for each in _readings(known, segment.serial):
            if low <= each.at < high:
                return replace(each, at=at, quality=Quality.MEASURED)
        return None

    def _rows(self, channel: int, first: datetime, last: datetime) -> list[_Row]:
        rows: list[tuple[Any, ...]] = self.connection.execute(
            "SELECT s.serial, s.multiplier, s.start_at, s.end_at, s.start_count, s.end_count, "
            "s.position, s.end_position, c.resolution, c.modulus, c.unit, c.utility, "
            f"c.max_per_hour, c.number FROM (SELECT {_SEGMENT} FROM {self.schema}.segment "
            "WHERE channel = %(channel)s AND greatest(position, end_position) <= %(limit)s "
            f"UNION ALL SELECT {_SEGMENT} FROM {self.schema}.segment_superseded "
            "WHERE channel = %(channel)s AND greatest(position, end_position) <= %(limit)s "
            "AND until_position > %(limit)s) AS s "
            f"JOIN {self.schema}.channel AS c ON c.number = coalesce(s.feed, s.channel) "
            "WHERE c.kind = 'counter' AND s.start_at < %(last)s "
            "AND (s.end_at IS NULL OR s.end_at > %(first)s) ORDER BY s.start_at",
            {"channel": channel, "first": first, "last": last, "limit": self.position},
        ).fetchall()
        return [_Row(*row) for row in rows]

    def _segment(self, row: _Row) -> tuple[int, CountingSegment]:
        utility = Utility(row.utility)
        return row.register, CountingSegment(
            serial=row.serial,
            start=row.start_at,
            end=row.end_at,
            opening=_stated(row.serial, row.start_at, row.start_count, row.position),
            closing=_stated(row.serial, row.end_at, row.end_count, row.end_position),
            resolution=Fraction(row.resolution),
            multiplier=Fraction(row.multiplier),
            unit=row.unit,
            base_per_unit=to_base(utility, row.unit),
            modulus=None if row.modulus is None else int(row.modulus),
            max_per_hour=row.max_per_hour,
        )

    def _near(
        self, register: int, serial: str, instants: Sequence[datetime], window: timedelta
    ) -> list[BillingReading]:
        found: dict[datetime, BillingReading] = {}
        for at in instants:  # with each come its nearest neighbours that somebody read
            asked = {register: (to_us(at), to_us(at))}
            known = readings_known(self.connection, self.schema, asked, as_of=self.position)
            for reading in _readings(known[register], serial):
                if abs(reading.at - at) <= window:
                    found[reading.at] = reading
        return [found[at] for at in sorted(found)]


class _Row(NamedTuple):
    serial: str
    multiplier: str
    start_at: datetime
    end_at: datetime | None
    start_count: int | None
    end_count: int | None
    position: int
    end_position: int
    resolution: str
    modulus: Decimal | None
    unit: str
    utility: str
    max_per_hour: int | None
    register: int


def _readings(known: Accepted, serial: str) -> list[BillingReading]:
    columns = (known.at_us, known.count, known.quality, known.position)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        BillingReading(
            serial=serial,
            at=from_us(at_us),
            count=count,
            quality=Quality(quality),
            position=position,
        )
        for at_us, count, quality, position in rows
    ]


def _stated(
    serial: str, at: datetime | None, count: int | None, position: int
) -> BillingReading | None:
    if at is None or count is None:
        return None
    return BillingReading(
        serial=serial, at=at, count=count, quality=Quality.MEASURED, position=position
    )


def _closed(segment: CountingSegment, window: timedelta) -> CountingSegment:
    """Return a segment whose ends nobody stated with the readings that stand nearest to them."""
    standing = segment.standing()
    if not standing:
        return segment
    opening, closing = segment.opening, segment.closing
    if opening is None and standing[0].at - segment.start <= window:
        opening = standing[0]
    if closing is None and segment.end is not None and segment.end - standing[-1].at <= window:
        closing = standing[-1]
    return replace(segment, opening=opening, closing=closing)


def _serves(segment: CountingSegment, at: datetime) -> bool:
    return segment.start <= at and (segment.end is None or at < segment.end)
