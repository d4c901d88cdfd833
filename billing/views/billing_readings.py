"""In: a channel, midnights. Out: its devices with the readings near them, as known. I/O: reads.

What a frozen register says of a month's end (`<quantity>_month_end`) stands as a reading of that
midnight: the meter kept it for a bill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import psycopg

from billing.basis.counting import BillingReading, CountingSegment
from billing.basis.register import Cut, with_readings
from billing.rating.quantities import base_of
from energy.base.clock import from_us, to_us
from energy.base.quality import Quality
from energy.views.known import Accepted
from energy.views.old_readings import readings_known
from energy.views.register_segments import RegisterSegment, register_segments

Connection = psycopg.Connection[tuple[object, ...]]
MONTH_END = "_month_end"
"""Suffix of the quantity of what a meter froze at its due date."""
FROZEN_SEEN = timedelta(days=27)
"""How long behind a due date a frozen value is of that date: the next one is not yet frozen."""
_LEAST_SEEN = timedelta(hours=1)
"""A meter's clock is off by less: a value read sooner may be the one before."""


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
        found = [
            (row.piece.register, _counting(row)) for row in self._segments(channel, first, last)
        ]
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

    def _segments(self, channel: int, first: datetime, last: datetime) -> list[RegisterSegment]:
        asked = (self.connection, self.schema, [channel], first, last)
        return register_segments(*asked, as_of=self.position)[channel]

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


def _counting(row: RegisterSegment) -> CountingSegment:
    piece, facts = row.piece, row.facts
    return CountingSegment(
        serial=piece.serial,
        start=piece.start,
        end=piece.end,
        opening=_stated(piece.serial, piece.start, piece.start_count, piece.position),
        closing=_stated(piece.serial, piece.end, piece.end_count, piece.end_position),
        resolution=facts.resolution,
        multiplier=Fraction(piece.multiplier),
        unit=facts.unit,
        base_per_unit=base_of(facts),
        modulus=facts.modulus,
        max_per_hour=facts.max_per_hour,
    )


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
