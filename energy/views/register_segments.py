"""In: channels, a span. Out: the devices that served them, with their registers. I/O: reads.

Read as known at one journal position: what a device's time was taken for then is told even where
an event superseded it later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from energy.metering.channel import ChannelFacts, Kind
from energy.metering.feed import Piece
from energy.views.registry import load_channels
from energy.views.segment_rows import read_pieces


@dataclass(frozen=True, slots=True)
class RegisterSegment:
    """The time of one device at a channel, with what the register is that counts for it."""

    piece: Piece
    facts: ChannelFacts
    """Of the register: another channel's where that feeds this one."""


def register_segments(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channels: Sequence[int],
    start: datetime,
    end: datetime,
    *,
    as_of: int | None = None,
) -> dict[int, list[RegisterSegment]]:
    """Return the segments of each channel that touch a span, by their start.

    Those whose register is no counter are left out: intervals and gauges have no register content.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
        start: Segments that end by then are left out.
        end: Segments that begin then or later are left out.
        as_of: As known at this metering position; None for now.
    """
    pieces = [
        piece
        for piece in read_pieces(connection, schema, channels, as_of=as_of)
        if piece.start < end and (piece.end is None or piece.end > start)
    ]
    registers = load_channels(connection, schema, only=sorted({p.register for p in pieces}))
    found: dict[int, list[RegisterSegment]] = {channel: [] for channel in channels}
    for piece in pieces:
        facts = registers[piece.register].facts
        if facts.kind is Kind.COUNTER:
            found[piece.channel].append(RegisterSegment(piece, facts))
    return found
