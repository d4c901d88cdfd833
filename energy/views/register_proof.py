"""In: a channel and a billing period. Out: the readings that prove its usage. I/O: PostgreSQL.

Everything is read as known at one journal position: readings and segments that counted then and
were superseded later are kept beside those that count now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import psycopg

from energy.base.period import Period
from energy.base.quality import Quality


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

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channel: Channel number.
        period: The billing period.
        as_of: Readings and meter events as known at this metering position; None for now.
    """
    limit = as_of if as_of is not None else 2**62
    asked = {"channel": channel, "start": period.start, "end": period.end, "limit": limit}
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT s.serial, s.multiplier, s.start_at, s.end_at, s.start_count, s.end_count, "
        "s.position, s.end_position, c.resolution, c.modulus, c.unit "
        "FROM (SELECT channel, serial, multiplier, start_at, end_at, start_count, end_count, "
        f"position, end_position FROM {schema}.segment "
        "WHERE channel = %(channel)s AND greatest(position, end_position) <= %(limit)s "
        "UNION ALL SELECT channel, serial, multiplier, start_at, NULL, start_count, NULL, "
        f"position, 0 FROM {schema}.segment_superseded WHERE channel = %(channel)s "
        "AND position <= %(limit)s AND until_position > %(limit)s) AS s "
        f"JOIN {schema}.channel AS c ON c.number = s.channel "
        "WHERE s.start_at < %(end)s AND (s.end_at IS NULL OR s.end_at > %(start)s) "
        "ORDER BY s.start_at",
        asked,
    ).fetchall()
    proofs = []
    for row in rows:
        segment = _SegmentRow(*row)
        opening, closing = _ends(connection, schema, channel, segment, period, limit)
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

    @property
    def stated_start(self) -> RegisterReading | None:
        """Return the count that the meter event at the start states."""
        return self._stated(self.start_at, self.start_count, self.position)

    @property
    def stated_end(self) -> RegisterReading | None:
        """Return the count that the meter event at the end states."""
        return self._stated(self.end_at, self.end_count, self.end_position)

    def _stated(
        self, at: datetime | None, count: int | None, position: int
    ) -> RegisterReading | None:
        if at is None or count is None:
            return None
        return RegisterReading(
            serial=self.serial, at=at, count=count, quality=Quality.MEASURED, position=position
        )


def _ends(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channel: int,
    segment: _SegmentRow,
    period: Period,
    limit: int,
) -> tuple[RegisterReading | None, RegisterReading | None]:
    """Return the readings that open and close a segment within a period.

    The register outside the period is asked first, as the fold asks it: a reading there, then
    the count stated where the segment begins or ends. Only then a reading inside the period.
    """
    low = max(period.start, segment.start_at)
    high = period.end if segment.end_at is None else min(period.end, segment.end_at)

    def nearest(at: datetime, *, before: bool) -> RegisterReading | None:
        return _nearest(connection, schema, channel, segment, at, limit, before=before)

    opening = segment.stated_start if low == segment.start_at else None
    opening = opening or nearest(low, before=True)
    opening = opening or segment.stated_start or nearest(low, before=False)
    closing = segment.stated_end if high == segment.end_at else None
    closing = closing or nearest(high, before=False)
    closing = closing or segment.stated_end or nearest(high, before=True)
    return opening, closing


def _nearest(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channel: int,
    segment: _SegmentRow,
    at: datetime,
    limit: int,
    *,
    before: bool,
) -> RegisterReading | None:
    """Return the segment's reading at an instant, else the nearest on the asked side."""
    sign, order = ("<=", "DESC") if before else (">=", "ASC")
    wanted = (
        f"WHERE channel = %(channel)s AND at {sign} %(at)s AND at >= %(low)s AND at < %(high)s "
        f"AND quality <> {Quality.SUSPECT:d} AND position <= %(limit)s"
    )
    nearest = f"ORDER BY at {order} LIMIT 1"
    row: tuple[Any, ...] | None = connection.execute(
        f"(SELECT at, count, quality, position FROM {schema}.reading {wanted} {nearest}) UNION ALL "
        f"(SELECT at, count, quality, position FROM {schema}.reading_superseded {wanted} "
        f"AND until_position > %(limit)s {nearest}) {nearest}",
        {
            "channel": channel,
            "at": at,
            "low": segment.start_at,
            "high": segment.end_at or datetime.max.replace(tzinfo=UTC),
            "limit": limit,
        },
    ).fetchone()
    if row is None:
        return None
    return RegisterReading(
        serial=segment.serial, at=row[0], count=row[1], quality=row[2], position=row[3]
    )
