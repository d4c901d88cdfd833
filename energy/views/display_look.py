"""In: a register, what a person read from its display. Out: doubts, what stands there. I/O: reads.

Readings of the meter that served at the instant alone are asked: another's register says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from energy.metering.channel import Channel
from energy.metering.display_look import MONTH, Doubt, Shown, believed_per_hour, doubts_of
from energy.views.point_rows import Connection, first_counts_since, readings_around


def counts_pulses(connection: Connection, schema: str, point: str) -> bool:
    """Return whether pulses of the meter at a point are counted: its display is no register."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT FROM {schema}.meter WHERE point = %s AND address ? 'device'", (point,)
    ).fetchone()
    return row is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is known of a register about the instant at which a person read it."""

    serial: str
    """Of the meter that served then; "" where none did."""
    doubts: tuple[Doubt, ...]
    standing: int | None
    """What the register itself told at exactly that instant: that counts. [count]"""


def look_at(
    connection: Connection, schema: str, channel: Channel, at: datetime, count: int
) -> Looked:
    """Return what is known of a register about an instant.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channel: The register.
        at: When its display was read, aware UTC.
        count: What it showed. [count]
    """
    segment = _serving(connection, schema, channel.number, at)
    if segment is None:
        return Looked(serial="", doubts=(), standing=None)
    serial, start, end, start_count = segment
    earlier, later = readings_around(connection, schema, channel.number, at)
    standing = next((shown for when, shown in earlier if when == at), None)
    mine = [each for each in earlier if start <= each[0] < at]
    before = mine[0] if mine else _begun(start, start_count, at)
    behind = later if later is not None and (end is None or later[0] <= end) else None
    doubts = doubts_of(
        at,
        count,
        before=before,
        behind=behind,
        per_hour=None
        if before is None
        else believed_per_hour(before, _oldest(connection, schema, channel.number, before, start)),
    )
    return Looked(serial=serial, doubts=doubts, standing=standing)


def _begun(start: datetime, start_count: int | None, at: datetime) -> Shown | None:
    """Return what the meter showed when it began to serve."""
    return None if start_count is None or start >= at else (start, start_count)


def _oldest(
    connection: Connection, schema: str, number: int, before: Shown, start: datetime
) -> Shown | None:
    """Return the first reading of the month up to one, of the same meter."""
    since = max(before[0] - MONTH, start)
    return first_counts_since(connection, schema, [number], since).get(number)


def _serving(
    connection: Connection, schema: str, number: int, at: datetime
) -> tuple[str, datetime, datetime | None, int | None] | None:
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT serial, start_at, end_at, start_count FROM {schema}.segment "
        "WHERE channel = %s AND start_at <= %s AND (end_at IS NULL OR end_at >= %s) "
        "ORDER BY start_at DESC LIMIT 1",
        (number, at, at),
    ).fetchone()
    return None if row is None else (row[0], row[1], row[2], row[3])
