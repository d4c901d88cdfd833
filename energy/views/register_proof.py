"""In: a channel and a billing period. Out: the readings that prove its usage. I/O: PostgreSQL.

Everything is read as known at one journal position: readings and segments that counted then and
were superseded later are kept beside those that count now. Where raw rows are gone the journal is
asked (energy/views/old_readings.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.period import Period
from energy.base.quality import Quality
from energy.metering.usage import CounterSegment
from energy.metering.usage_fold import fold_many
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import GridColumns, SeriesColumns
from energy.views.known import Accepted
from energy.views.old_readings import readings_known
from energy.views.positioned import or_last
from energy.views.registry import load_registry

_SEGMENT = (
    "channel, serial, multiplier, start_at, end_at, start_count, end_count, position, "
    "end_position, feed"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReading:
    """What the register showed, and where that stands in the journal."""

    serial: str
    at: datetime
    count: int
    """Register content. [count]"""
    quality: int
    position: int
    """Journal position; that of the meter event for a final or first count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterProof:
    """Opening and closing register of one meter segment within a period."""

    channel: int
    opening: RegisterReading
    """Last reading at or before the start of the period, or the segment's first."""
    closing: RegisterReading
    """First reading at or after the end of the period, or the segment's last."""
    multiplier: Fraction
    resolution: Fraction
    """[unit / count]"""
    modulus: int | None
    unit: str


def register_proofs(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channel: int,
    period: Period,
    *,
    as_of: int | None = None,
) -> list[RegisterProof]:
    """Return one proof per meter segment that served the channel in a period.

    An interval channel has no register, so no proof but the sum of its intervals.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channel: Channel number.
        period: The billing period.
        as_of: Readings and meter events as known at this metering position; None for now.
    """
    limit = or_last(as_of)
    asked = {"channel": channel, "start": period.start, "end": period.end, "limit": limit}
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT s.serial, s.multiplier, s.start_at, s.end_at, s.start_count, s.end_count, "
        "s.position, s.end_position, c.resolution, c.modulus, c.unit, c.number "
        f"FROM (SELECT {_SEGMENT} FROM {schema}.segment WHERE channel = %(channel)s "
        "AND greatest(position, end_position) <= %(limit)s "
        f"UNION ALL SELECT {_SEGMENT} FROM {schema}.segment_superseded "
        "WHERE channel = %(channel)s AND greatest(position, end_position) <= %(limit)s "
        "AND until_position > %(limit)s) AS s "
        f"JOIN {schema}.channel AS c ON c.number = coalesce(s.feed, s.channel) "
        "WHERE c.kind = 'counter' AND s.start_at < %(end)s "
        "AND (s.end_at IS NULL OR s.end_at > %(start)s) ORDER BY s.start_at",
        asked,
    ).fetchall()
    segments = [_SegmentRow(*row) for row in rows]
    ends = sorted({end for segment in segments for end in segment.within(period)})
    known = {
        register: _known(connection, schema, channel, register, ends, as_of)
        for register in {segment.register for segment in segments}
    }
    proofs = []
    for segment in segments:
        opening, closing = _ends(known[segment.register], segment, period)
        if opening is not None and closing is not None:
            proofs.append(
                RegisterProof(
                    channel=channel,
                    opening=opening,
                    closing=closing,
                    multiplier=Fraction(segment.multiplier),
                    resolution=Fraction(segment.resolution),
                    modulus=None if segment.modulus is None else int(segment.modulus),
                    unit=segment.unit,
                )
            )
    return proofs


class _SegmentRow(NamedTuple):
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
    register: int
    """Number of the channel whose register feeds it."""

    @property
    def stated_start(self) -> RegisterReading | None:
        """Return the count that the meter event at the start states."""
        return self._stated(self.start_at, self.start_count, self.position)

    @property
    def stated_end(self) -> RegisterReading | None:
        """Return the count that the meter event at the end states."""
        return self._stated(self.end_at, self.end_count, self.end_position)

    def within(self, period: Period) -> tuple[datetime, datetime]:
        """Return where the segment begins and ends within a period."""
        return (
            max(period.start, self.start_at),
            period.end if self.end_at is None else min(period.end, self.end_at),
        )

    def _stated(
        self, at: datetime | None, count: int | None, position: int
    ) -> RegisterReading | None:
        if at is None or count is None:
            return None
        return RegisterReading(
            serial=self.serial, at=at, count=count, quality=Quality.MEASURED, position=position
        )


def _known(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channel: int,
    register: int,
    instants: Sequence[datetime],
    as_of: int | None,
) -> Accepted:
    """Return the readings around some instants; estimates only where they counted."""
    parts = [
        readings_known(connection, schema, {register: (to_us(at), to_us(at))}, as_of=as_of)[
            register
        ]
        for at in instants
    ]
    none = [np.empty(0, dtype=np.int64)]
    at_us, first = np.unique(
        np.concatenate([part.at_us for part in parts] or none), return_index=True
    )
    quality = np.concatenate([part.quality for part in parts] or none)[first].astype(np.uint8)
    known = Accepted(
        at_us=at_us,
        count=np.concatenate([part.count for part in parts] or none)[first],
        quality=quality,
        position=np.concatenate([part.position for part in parts] or none)[first],
    )
    counted = quality != Quality.ESTIMATED
    if counted.all():
        return known
    every = load_registry(connection, schema, as_of=as_of, only=[channel]).segments
    segments = [s for s in every.get(channel, ()) if (s.feed or channel) == register]
    counted |= np.isin(at_us, _folded_us(known, segments, instants))
    return Accepted(
        at_us=at_us[counted],
        count=known.count[counted],
        quality=quality[counted],
        position=known.position[counted],
    )


def _folded_us(
    known: Accepted, segments: Sequence[CounterSegment], instants: Sequence[datetime]
) -> NDArray[np.int64]:
    """Return the instants of the readings that the fold takes. [us]."""
    grid_us = np.array([to_us(instants[0]), to_us(instants[-1])], dtype=np.int64)
    folded = fold_many(
        SeriesColumns(
            offsets=np.array([0, len(known.at_us)], dtype=np.int64),
            at_us=known.at_us,
            count=known.count,
            quality=known.quality,
            position=known.position,
        ),
        GridColumns(offsets=np.array([0, 2]), at_us=grid_us),
        SegmentColumns.of([segments]),
        np.zeros(1, dtype=np.int64),
        gap_us=np.diff(grid_us),
    )
    return folded.strips.at_us[folded.strips.position > 0]


def _ends(
    known: Accepted, segment: _SegmentRow, period: Period
) -> tuple[RegisterReading | None, RegisterReading | None]:
    """Return the readings that open and close a segment within a period.

    The register outside the period is asked first, as the fold asks it: a reading there, then
    the count stated where the segment begins or ends. Only then a reading inside the period.
    """
    low, high = segment.within(period)

    def nearest(at: datetime, *, before: bool) -> RegisterReading | None:
        return _nearest(known, segment, at, before=before)

    opening = segment.stated_start if low == segment.start_at else None
    opening = opening or nearest(low, before=True)
    opening = opening or segment.stated_start or nearest(low, before=False)
    closing = segment.stated_end if high == segment.end_at else None
    closing = closing or nearest(high, before=False)
    closing = closing or segment.stated_end or nearest(high, before=True)
    return opening, closing


def _nearest(
    known: Accepted, segment: _SegmentRow, at: datetime, *, before: bool
) -> RegisterReading | None:
    """Return the segment's reading at an instant, else the nearest on the asked side."""
    at_us = to_us(at)
    own = known.at_us >= to_us(segment.start_at)
    if segment.end_at is not None:
        own &= known.at_us < to_us(segment.end_at)
    own &= known.at_us <= at_us if before else known.at_us >= at_us
    places = np.flatnonzero(own)
    if len(places) == 0:
        return None
    place = int(places[-1] if before else places[0])
    return RegisterReading(
        serial=segment.serial,
        at=from_us(int(known.at_us[place])),
        count=int(known.count[place]),
        quality=int(known.quality[place]),
        position=int(known.position[place]),
    )
