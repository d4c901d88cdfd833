"""In: counters of what is no utility, a period. Out: what they counted per interval. I/O: reads.

Reactive energy and passengers have no usage blocks: they are folded of their readings when they
are asked for, in counts times the device's multiplier.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

import psycopg

from energy.base.clock import to_us
from energy.base.period import Period
from energy.metering.channel import Channel, Kind
from energy.metering.feed import Piece
from energy.metering.usage import CounterSegment, UsageSpan
from energy.views.as_of import folded_as_of
from energy.views.registry import Registry
from energy.views.segment_rows import read_pieces

Connection = psycopg.Connection[tuple[object, ...]]


def counted_usage(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[Channel],
    period: Period,
    as_of: int | None,
) -> dict[int, UsageSpan]:
    """Return what counters without a utility counted, MISSING where nothing is known. [count].

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channels: Counters or interval channels.
        period: Span on whole grid intervals of every channel.
        as_of: Metering position: as known there; None for now.
    """
    numbers = [each.number for each in channels]
    pieces = read_pieces(connection, schema, numbers, as_of=as_of)
    registry = _registry(channels, pieces)
    return folded_as_of(connection, schema, zone, numbers, period, as_of, registry=registry)


def _registry(channels: Sequence[Channel], pieces: Sequence[Piece]) -> Registry:
    """Return channels of no utility with segments whose base unit is a count."""
    named = {each.number: each for each in channels}
    segments: dict[int, list[CounterSegment]] = {}
    for piece in pieces:
        facts = named[piece.channel].facts
        segments.setdefault(piece.channel, []).append(
            CounterSegment(
                start_us=to_us(piece.start),
                end_us=None if piece.end is None else to_us(piece.end),
                base_per_count=Fraction(piece.multiplier),
                modulus=facts.modulus if facts.kind is Kind.COUNTER else None,
                max_per_hour=facts.max_per_hour,
                start_count=piece.start_count,
                end_count=piece.end_count,
                position=piece.position,
                end_position=piece.end_position,
                feed=piece.feed,
            )
        )
    return Registry(
        channels=named, segments={number: tuple(own) for number, own in segments.items()}
    )
