"""In: channels and a billing period. Out: the readings that prove their usage. I/O: PostgreSQL.

Everything is read as known at one journal position: readings and segments that counted then and
were superseded later are kept beside those that count now. Where raw rows are gone the journal is
asked (energy/views/old_readings.py).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.period import Period
from energy.base.quality import Quality
from energy.metering.feed import Piece
from energy.metering.usage import CounterSegment
from energy.metering.usage_fold import fold_many
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import GridColumns, SeriesColumns
from energy.views.known import Accepted
from energy.views.old_readings import readings_known
from energy.views.register_segments import RegisterSegment, register_segments
from energy.views.registry import load_registry


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
    return proofs_of_many(connection, schema, [channel], period, as_of=as_of)[channel]


def proofs_of_many(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channels: Sequence[int],
    period: Period,
    *,
    as_of: int | None = None,
) -> dict[int, list[RegisterProof]]:
    """Return the proofs of each of some channels, their readings read together.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
        period: The billing period.
        as_of: Readings and meter events as known at this metering position; None for now.
    """
    segments = register_segments(
        connection, schema, channels, period.start, period.end, as_of=as_of
    )
    wanted: dict[datetime, set[int]] = {}
    for rows in segments.values():
        for at in _instants(rows, period):
            wanted.setdefault(at, set()).update(row.piece.register for row in rows)
    read = {
        at: readings_known(
            connection,
            schema,
            dict.fromkeys(sorted(registers), (to_us(at), to_us(at))),
            as_of=as_of,
        )
        for at, registers in sorted(wanted.items())
    }
    told = {}
    for channel, rows in segments.items():
        instants = _instants(rows, period)
        known = {
            register: _known(
                connection,
                schema,
                channel,
                register,
                {at: read[at][register] for at in instants},
                as_of,
            )
            for register in {row.piece.register for row in rows}
        }
        told[channel] = [
            proof for row in rows for proof in _proof(known[row.piece.register], row, period)
        ]
    return told


def _within(piece: Piece, period: Period) -> tuple[datetime, datetime]:
    """Return where a segment begins and ends within a period."""
    low = max(period.start, piece.start)
    return low, period.end if piece.end is None else min(period.end, piece.end)


def _instants(rows: Sequence[RegisterSegment], period: Period) -> list[datetime]:
    return sorted({end for row in rows for end in _within(row.piece, period)})


def _proof(known: Accepted, row: RegisterSegment, period: Period) -> list[RegisterProof]:
    """Return the proof of a segment; none where one of its ends is not known."""
    piece, facts = row.piece, row.facts
    opening, closing = _ends(known, piece, period)
    if opening is None or closing is None:
        return []
    return [
        RegisterProof(
            channel=piece.channel,
            opening=opening,
            closing=closing,
            multiplier=_ratio(piece.multiplier),
            resolution=facts.resolution,
            modulus=facts.modulus,
            unit=facts.unit,
        )
    ]


@lru_cache(maxsize=256)
def _ratio(text: str) -> Fraction:
    """Return a ratio from its text; there are few kinds."""
    return Fraction(text)


def _stated(
    piece: Piece, at: datetime | None, count: int | None, position: int
) -> RegisterReading | None:
    """Return the count that the meter event at an end of a segment states."""
    if at is None or count is None:
        return None
    return RegisterReading(
        serial=piece.serial, at=at, count=count, quality=Quality.MEASURED, position=position
    )


def _known(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    channel: int,
    register: int,
    around: Mapping[datetime, Accepted],
    as_of: int | None,
) -> Accepted:
    """Return the readings around some instants as one; estimates only where they counted."""
    known = _joined(list(around.values()))
    counted = known.quality != Quality.ESTIMATED
    if counted.all():
        return known
    every = load_registry(connection, schema, as_of=as_of, only=[channel]).segments
    segments = [s for s in every.get(channel, ()) if (s.feed or channel) == register]
    counted |= np.isin(known.at_us, _folded_us(known, segments, list(around)))
    return Accepted(
        at_us=known.at_us[counted],
        count=known.count[counted],
        quality=known.quality[counted],
        position=known.position[counted],
    )


def _joined(parts: Sequence[Accepted]) -> Accepted:
    """Return the readings around one instant after the other, each reading once."""
    whole, *behind = parts
    for part in behind:
        seen = 0
        if len(whole.at_us):
            seen = int(np.searchsorted(part.at_us, whole.at_us[-1], side="right"))
        whole = Accepted(
            at_us=np.concatenate([whole.at_us, part.at_us[seen:]]),
            count=np.concatenate([whole.count, part.count[seen:]]),
            quality=np.concatenate([whole.quality, part.quality[seen:]]),
            position=np.concatenate([whole.position, part.position[seen:]]),
        )
    return whole


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
    known: Accepted, piece: Piece, period: Period
) -> tuple[RegisterReading | None, RegisterReading | None]:
    """Return the readings that open and close a segment within a period.

    The register outside the period is asked first, as the fold asks it: a reading there, then
    the count stated where the segment begins or ends. Only then a reading inside the period.
    """
    low, high = _within(piece, period)

    def nearest(at: datetime, *, before: bool) -> RegisterReading | None:
        return _nearest(known, piece, at, before=before)

    start = _stated(piece, piece.start, piece.start_count, piece.position)
    end = _stated(piece, piece.end, piece.end_count, piece.end_position)
    opening = start if low == piece.start else None
    opening = opening or nearest(low, before=True)
    opening = opening or start or nearest(low, before=False)
    closing = end if high == piece.end else None
    closing = closing or nearest(high, before=False)
    closing = closing or end or nearest(high, before=True)
    return opening, closing


def _nearest(
    known: Accepted, piece: Piece, at: datetime, *, before: bool
) -> RegisterReading | None:
    """Return the segment's reading at an instant, else the nearest on the asked side."""
    instants: Any = known.at_us
    first, after = bisect_left(instants, to_us(piece.start)), len(instants)
    if piece.end is not None:
        after = bisect_left(instants, to_us(piece.end))
    if before:
        place = min(after, bisect_right(instants, to_us(at))) - 1
    else:
        place = max(first, bisect_left(instants, to_us(at)))
    if not first <= place < after:
        return None
    return RegisterReading(
        serial=piece.serial,
        at=from_us(int(known.at_us[place])),
        count=int(known.count[place]),
        quality=int(known.quality[place]),
        position=int(known.position[place]),
    )
