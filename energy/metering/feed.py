"""In: segments of a point's channels, a span, which registers feed which. Out: the segments then.

Pure. A meter wired the wrong way round counts what is drawn on the register of what is given back.
Its readings stay what the registers showed; a segment names the channel whose register feeds it,
so usage is folded from the right counts. Counts stated at a segment's ends are those of the
register that feeds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from energy.metering.meter_events import FedSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A segment of a channel, as the registry keeps it."""

    channel: int
    start: datetime
    end: datetime | None
    serial: str
    multiplier: str
    start_count: int | None
    """Of the register that feeds it. [count]"""
    end_count: int | None
    """[count]"""
    position: int
    end_position: int
    feed: int | None

    @property
    def register(self) -> int:
        """Return the channel whose register feeds it."""
        return self.channel if self.feed is None else self.feed

    def continues(self, behind: Piece) -> bool:
        """Return whether the same register of the same device goes on in the piece behind."""
        own = (self.serial, self.multiplier, self.feed)
        return own == (behind.serial, behind.multiplier, behind.feed)


def fed(pieces: Sequence[Piece], span: FedSpan, *, position: int) -> list[Piece]:
    """Return the pieces of a point's channels when other registers feed them over a span.

    Args:
        pieces: Of all channels that the span names, by start.
        span: Which registers feed which channels.
        position: Of the event: what it changes is known from there on.

    Returns:
        All of them, in any order; those that the span does not touch as they were.
    """
    cut = [part for piece in pieces for part in _cut(piece, span.start, span.start_counts)]
    if span.end is not None:
        cut = [part for piece in cut for part in _cut(piece, span.end, span.end_counts)]
    inside = [
        part
        for part in cut
        if part.start >= span.start and (span.end is None or part.start < span.end)
    ]
    touched = {part for part in inside if part.channel in span.feeds}
    found = [part for part in cut if part not in touched]
    for channel, register in span.feeds.items():
        # The register's own segments, whichever channel they counted for until now.
        feed = None if register == channel else register
        own = [replace(p, channel=channel, feed=feed) for p in inside if p.register == register]
        silent = [
            replace(p, feed=feed, start_count=None, end_count=None)
            for p in inside
            if p.channel == channel
        ]
        found += own or silent
    known = set(pieces)
    return [piece if piece in known else _known_from(piece, position) for piece in found]


def _cut(piece: Piece, at: datetime, counts: Mapping[int, int]) -> list[Piece]:
    """Return a piece cut at an instant inside it, with what its register showed there."""
    if at <= piece.start or (piece.end is not None and at >= piece.end):
        return [piece]
    count = counts.get(piece.register)
    return [
        replace(piece, end=at, end_count=count),
        replace(piece, start=at, start_count=count),
    ]


def _known_from(piece: Piece, position: int) -> Piece:
    return replace(piece, position=position, end_position=0 if piece.end is None else position)
