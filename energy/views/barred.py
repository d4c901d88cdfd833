"""In: channels, a period. Out: the findings that keep their usage off a bill. I/O: reads.

A computed channel is barred by what bars the channels that it rests on. What a whole source did
not send is missing already and bars nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from energy.base.finding import Severity
from energy.base.period import Period
from energy.views.computed import computed_rules
from energy.views.computed_inputs import inputs_behind
from energy.views.positioned import or_last

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Barring:
    """An open do-not-bill finding."""

    code: str
    channel: int
    """The one that it is of."""
    start: datetime
    end: datetime
    position: int

    def touches(self, start: datetime, end: datetime) -> bool:
        """Return whether it says something of a half-open span."""
        return self.start < end and (self.end > start or self.start >= start)


Bars = Mapping[int, Sequence[Barring]]
"""The findings that bar a channel, by its number."""


def read_bars(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    as_of: int | None = None,
) -> dict[int, list[Barring]]:
    """Return the findings that bar channels in a period, by channel; none where nothing does.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channels: Channel numbers, measured or computed.
        period: Span asked for.
        as_of: Metering position: open as known there; None for now.
    """
    behind = {number: {number} for number in channels}
    for number in computed_rules(connection, schema, channels):
        behind[number] |= inputs_behind(connection, schema, zone, [number], period, as_of)
    every = sorted(set().union(*behind.values()))
    known = _open_findings(connection, schema, every, period, as_of)
    return {
        number: found
        for number in channels
        if (found := [each for each in known if each.channel in behind[number]])
    }


def barring(bars: Bars, channels: Iterable[int], start: datetime, end: datetime) -> set[Barring]:
    """Return the findings that bar some channels in a half-open span. Pure."""
    return {
        each for number in channels for each in bars.get(number, ()) if each.touches(start, end)
    }


def _open_findings(
    connection: Connection, schema: str, channels: Sequence[int], period: Period, as_of: int | None
) -> list[Barring]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT code, channel, start_at, end_at, position FROM {schema}.finding "
        "WHERE channel = ANY(%(channels)s) AND severity = %(severity)s "
        "AND position <= %(limit)s "
        "AND (explained_position IS NULL OR explained_position > %(limit)s) "
        "AND (resolved_position IS NULL OR resolved_position > %(limit)s) "
        "AND start_at < %(end)s AND end_at >= %(start)s ORDER BY start_at, code, channel",
        {
            "channels": list(channels),
            "severity": Severity.DO_NOT_BILL,
            "limit": or_last(as_of),
            "start": period.start,
            "end": period.end,
        },
    ).fetchall()
    return [
        Barring(code=code, channel=channel, start=start, end=end, position=position)
        for code, channel, start, end, position in rows
    ]
