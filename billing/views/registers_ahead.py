"""In: many channels, a billing period. Out: the readings that prove their usage. I/O: reads.

What energy/views/register_proof.py tells of one channel, read for many at once. Channels with an
estimate at an end, and those whose registers are others', are left to it: they are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np
import psycopg

from energy.base.clock import to_us
from energy.base.period import Period
from energy.base.quality import Quality
from energy.views.known import Accepted
from energy.views.old_readings import readings_known
from energy.views.register_proof import _SEGMENT, RegisterProof, _ends, _SegmentRow

Connection = psycopg.Connection[tuple[object, ...]]


def proofs_of_many(
    connection: Connection, schema: str, channels: Sequence[int], period: Period, position: int
) -> dict[int, list[RegisterProof]]:
    """Return the proofs of some channels; those not told here must be asked one by one.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Measured channels.
        period: The billing period.
        position: Metering position: as known there.
    """
    segments = _segments(connection, schema, channels, period, position)
    plain = {
        channel: rows
        for channel, rows in segments.items()
        if all(row.register == channel for row in rows)
    }
    wanted: dict[datetime, list[int]] = {}
    for channel, rows in plain.items():
        for at in {end for row in rows for end in row.within(period)}:
            wanted.setdefault(at, []).append(channel)
    parts: dict[int, list[Accepted]] = {}
    for at in sorted(wanted):
        window = (to_us(at), to_us(at))
        asked = dict.fromkeys(wanted[at], window)
        for channel, known in readings_known(connection, schema, asked, as_of=position).items():
            parts.setdefault(channel, []).append(known)
    told: dict[int, list[RegisterProof]] = {n: [] for n in channels if n not in segments}
    for channel, rows in plain.items():
        known = _joined(parts.get(channel, []))
        if not (known.quality == Quality.ESTIMATED).any():
            told[channel] = _proofs(channel, rows, known, period)
    return told


def _segments(
    connection: Connection, schema: str, channels: Sequence[int], period: Period, position: int
) -> Mapping[int, list[_SegmentRow]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT s.channel, s.serial, s.multiplier, s.start_at, s.end_at, s.start_count, "
        "s.end_count, s.position, s.end_position, c.resolution, c.modulus, c.unit, c.number "
        f"FROM (SELECT {_SEGMENT} FROM {schema}.segment WHERE channel = ANY(%(channels)s) "
        "AND greatest(position, end_position) <= %(limit)s "
        f"UNION ALL SELECT {_SEGMENT} FROM {schema}.segment_superseded "
        "WHERE channel = ANY(%(channels)s) AND greatest(position, end_position) <= %(limit)s "
        "AND until_position > %(limit)s) AS s "
        f"JOIN {schema}.channel AS c ON c.number = coalesce(s.feed, s.channel) "
        "WHERE c.kind = 'counter' AND s.start_at < %(end)s "
        "AND (s.end_at IS NULL OR s.end_at > %(start)s) ORDER BY s.channel, s.start_at",
        {
            "channels": list(channels),
            "limit": position,
            "start": period.start,
            "end": period.end,
        },
    ).fetchall()
    found: dict[int, list[_SegmentRow]] = {}
    for channel, *facts in rows:
        found.setdefault(channel, []).append(_SegmentRow(*facts))
    return found


def _joined(parts: Sequence[Accepted]) -> Accepted:
    none = [np.empty(0, dtype=np.int64)]
    at_us, first = np.unique(
        np.concatenate([part.at_us for part in parts] or none), return_index=True
    )
    return Accepted(
        at_us=at_us,
        count=np.concatenate([part.count for part in parts] or none)[first],
        quality=np.concatenate([part.quality for part in parts] or none)[first].astype(np.uint8),
        position=np.concatenate([part.position for part in parts] or none)[first],
    )


def _proofs(
    channel: int, rows: Sequence[_SegmentRow], known: Accepted, period: Period
) -> list[RegisterProof]:
    proofs = []
    for row in rows:
        opening, closing = _ends(known, row, period)
        if opening is None or closing is None:
            continue
        proofs.append(
            RegisterProof(
                channel=channel,
                opening=opening,
                closing=closing,
                multiplier=Fraction(row.multiplier),
                resolution=Fraction(row.resolution),
                modulus=None if row.modulus is None else int(row.modulus),
                unit=row.unit,
            )
        )
    return proofs
