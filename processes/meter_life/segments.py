"""In: a metering point. Out: its life through its meters, counts and usage of each. I/O: reads.

The usage of a segment is what the blocks say of its whole intervals and the fold of the two that
its ends cut: the sum over all segments is the usage of the point, to the base unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np

from energy.base.clock import from_us, to_us
from energy.base.errors import UnknownMeterError
from energy.base.period import local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import to_base
from energy.metering.channel import Channel, Kind
from energy.metering.feed import Piece
from energy.metering.usage import CounterSegment
from energy.metering.usage_fold import fold
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.fed_readings import merged, registers_fed
from energy.views.old_readings import readings_known
from energy.views.point_rows import channels_of, newest_counts
from energy.views.registry import load_registry
from energy.views.segment_rows import read_pieces
from energy.views.told import Connection
from energy.views.usage import read_spans


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeRow:
    """The time one device with one multiplier, or one register, served a channel."""

    channel: int
    quantity: str
    serial: str
    start: datetime
    end: datetime | None
    multiplier: str
    register: str
    """Quantity of the register that feeds the channel."""
    start_count: int | None
    """[count]"""
    end_count: int | None
    """[count]"""
    usage: int
    """Of the intervals that are known. [base unit]"""
    missing: int
    """Intervals within it of which nothing is known."""
    unit: str
    """Unit of the register."""
    resolution: Fraction
    """Of the counts. [unit / count]"""
    per_unit: Fraction
    """[base unit / unit]"""
    position: int
    """Of the event that made it so."""


def life_of(database: Database, site: Site, point: str) -> list[LifeRow]:
    """Return the life of a point's channels with usage, by channel and start.

    Args:
        database: Any pool that may read.
        site: The site.
        point: The metering point.

    Raises:
        UnknownMeterError: There is no such point.
    """
    with database.connection() as connection:
        every = {c.number: c for c in channels_of(connection, site.schema, point)}
        if not every:
            raise UnknownMeterError(point)
        registry = load_registry(connection, site.schema, only=list(every))
        pieces = read_pieces(connection, site.schema, list(registry.segments))
        newest = newest_counts(connection, site.schema, list(every))
        own: dict[int, list[Piece]] = {}
        for piece in pieces:
            own.setdefault(piece.channel, []).append(piece)
        return [
            _row(connection, site, every, piece, segment, newest)
            for number, segments in registry.segments.items()
            for piece, segment in zip(own[number], segments, strict=True)
        ]


def _row(
    connection: Connection,
    site: Site,
    every: dict[int, Channel],
    piece: Piece,
    segment: CounterSegment,
    newest: dict[int, tuple[datetime, int]],
) -> LifeRow:
    channel = every[piece.channel]
    facts = channel.facts
    assert facts.utility is not None, "a channel with usage has a utility"
    usage, missing = 0, 0
    end_us = segment.end_us
    if end_us is None:
        last = newest.get(piece.register)
        end_us = segment.start_us if last is None else to_us(last[0])
    if end_us > segment.start_us:
        usage, missing = _usage(connection, site, channel, segment, end_us)
    return LifeRow(
        channel=piece.channel,
        quantity=facts.quantity,
        serial=piece.serial,
        start=piece.start,
        end=piece.end,
        multiplier=piece.multiplier,
        register=every[piece.register].facts.quantity if piece.register in every else "",
        start_count=piece.start_count,
        end_count=piece.end_count,
        usage=usage,
        missing=missing,
        unit=facts.unit,
        resolution=facts.resolution,
        per_unit=to_base(facts.utility, facts.unit),
        position=max(piece.position, piece.end_position),
    )


def _usage(
    connection: Connection, site: Site, channel: Channel, segment: CounterSegment, end_us: int
) -> tuple[int, int]:
    """Return the known usage of a segment and how many of its intervals are missing."""
    facts, start_us = channel.facts, segment.start_us
    step_us = facts.grid_s * 1_000_000
    origin_us = _midnight_us(start_us, site.zone)
    low_us = origin_us - (origin_us - start_us) // step_us * step_us
    high_us = origin_us + (end_us - origin_us) // step_us * step_us
    cut: list[tuple[int, int]] = []
    if facts.kind is Kind.COUNTER and segment.start_count is not None:
        cut.append((start_us, min(low_us, end_us)))
    usage, missing = 0, 0
    if low_us <= high_us:
        if facts.kind is Kind.COUNTER and segment.end_us is not None:
            cut.append((high_us, end_us))
        told = segment.start_count is not None
        usage, missing = _whole(connection, site, channel.number, low_us, high_us, told=told)
    for first_us, last_us in cut:
        if first_us < last_us:
            part = _cut(connection, site.schema, channel.number, segment, first_us, last_us)
            usage, missing = usage + (part or 0), missing + (part is None)
    return usage, missing


def _whole(
    connection: Connection, site: Site, number: int, low_us: int, high_us: int, *, told: bool
) -> tuple[int, int]:
    """Return usage and missing intervals of whole intervals, as the blocks say.

    Where no count is told at the start, nothing is missing before the first that is known.
    """
    if low_us >= high_us:
        return 0, 0
    days = (local_day(from_us(low_us), site.zone), local_day(from_us(high_us - 1), site.zone))
    period = span_of_days(*days, site.zone)
    span = read_spans(connection, site.schema, [number], period)[number]
    at_us = to_us(period.start) + np.arange(len(span.usage), dtype=np.int64) * span.step_s * 10**6
    mine = (at_us >= low_us) & (at_us < high_us)
    known = mine & (span.quality != Quality.MISSING)
    if not told and known.any():
        mine &= np.arange(len(mine)) >= np.flatnonzero(known)[0]
    return int(span.usage[known].sum()), int(mine.sum() - known.sum())


def _cut(
    connection: Connection,
    schema: str,
    number: int,
    segment: CounterSegment,
    start_us: int,
    stop_us: int,
) -> int | None:
    """Return the usage of a segment within an interval that its end cuts; None when not known."""
    registers = registers_fed({number: [segment]}, [number])[number]
    known = readings_known(connection, schema, dict.fromkeys(registers, (start_us, stop_us)))
    mine = merged(number, [segment], known)
    folded = fold(
        mine.at_us,
        mine.count,
        mine.quality,
        [segment],
        np.array([start_us, stop_us], dtype=np.int64),
        gap_us=stop_us - start_us,
    )
    return None if folded.quality[0] == Quality.MISSING else int(folded.usage[0])


def _midnight_us(at_us: int, zone: ZoneInfo) -> int:
    """Return the local midnight at or before an instant. [us]."""
    day = local_day(from_us(at_us), zone)
    return to_us(span_of_days(day, day, zone).start)
