"""In: a channel and a billing period. Out: the readings that prove its usage. I/O: PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
        as_of: Ignore readings learned after this metering position; None for now.
    """
    limit = as_of if as_of is not None else 2**62
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT s.serial, s.multiplier, s.start_at, s.end_at, s.start_count, s.end_count, "
        "s.position, c.resolution, c.modulus, c.unit "
        f"FROM {schema}.segment AS s JOIN {schema}.channel AS c ON c.number = s.channel "
        "WHERE s.channel = %s AND s.start_at < %s AND (s.end_at IS NULL OR s.end_at > %s) "
        "ORDER BY s.start_at",
        (channel, period.end, period.start),
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
    resolution: str
    modulus: Decimal | None
    unit: str

    def stated(self, at: datetime, count: int) -> RegisterReading:
        """Return a count that a meter event states."""
        return RegisterReading(
            serial=self.serial,
            at=at,
            count=count,
            quality=Quality.MEASURED,
            position=self.position,
        )


def _ends(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channel: int,
    segment: _SegmentRow,
    period: Period,
    limit: int,
) -> tuple[RegisterReading | None, RegisterReading | None]:
    """Return the readings that open and close a segment within a period."""
    low = max(period.start, segment.start_at)
    high = period.end if segment.end_at is None else min(period.end, segment.end_at)
    inside = Period(
        start=segment.start_at, end=segment.end_at or datetime.max.replace(tzinfo=low.tzinfo)
    )
    serial = segment.serial
    opening = _nearest(connection, schema, channel, serial, inside, low, limit, before=True)
    closing = _nearest(connection, schema, channel, serial, inside, high, limit, before=False)
    if segment.start_count is not None and (opening is None or low == segment.start_at):
        opening = segment.stated(segment.start_at, segment.start_count)
    if (
        segment.end_count is not None
        and segment.end_at is not None
        and (closing is None or high == segment.end_at)
    ):
        closing = segment.stated(segment.end_at, segment.end_count)
    return opening, closing


def _nearest(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channel: int,
    serial: str,
    inside: Period,
    at: datetime,
    limit: int,
    *,
    before: bool,
) -> RegisterReading | None:
    """Return the reading at an instant, else the nearest on the asked side, else on the other."""
    sides = (("<=", "DESC"), (">=", "ASC")) if before else ((">=", "ASC"), ("<=", "DESC"))
    for sign, order in sides:
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT at, count, quality, position FROM {schema}.reading "
            f"WHERE channel = %s AND at {sign} %s AND at >= %s AND at <= %s "
            f"AND quality <> {Quality.SUSPECT:d} AND position <= %s ORDER BY at {order} LIMIT 1",
            (channel, at, inside.start, inside.end, limit),
        ).fetchone()
        if row is not None:
            return RegisterReading(
                serial=serial, at=row[0], count=row[1], quality=row[2], position=row[3]
            )
    return None
