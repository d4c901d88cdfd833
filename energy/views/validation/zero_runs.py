"""In: hours of billed counters, contracts. Out: notes of runs of nothing. I/O: reads.

Asked are only counters that used nothing on the last whole day, and those of which a run is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg

from energy.base.clock import to_us
from energy.base.period import local_day
from energy.base.quality import Quality
from energy.metering.checks import zero_run
from energy.metering.checks.zero_run import Hour
from energy.metering.note import Note
from energy.metering.shares.week_hours import DatedHours
from energy.views.noted import FOR_GOOD
from energy.views.shares.bearers import opening_hours
from energy.views.validation.lasting import known_runs, lasting_notes

Connection = psycopg.Connection[tuple[object, ...]]
Supplied = Mapping[str, Sequence[tuple[datetime, datetime]]]
"""From when to when somebody pays for a point, aware UTC, by point."""
LOOK_BACK: Final = timedelta(days=15)
"""A run of an unknown week, and what was used before it."""
_KNOWN: Final = (Quality.MEASURED, Quality.CORRECTED, Quality.INTERPOLATED, Quality.MANUAL)


def zero_runs(
    connection: Connection, schema: str, zone: ZoneInfo, now: datetime, supplied: Supplied
) -> list[Note]:
    """Return the notes of counters that should have counted and did not, or count again.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone: opening hours are local.
        now: The present, aware UTC.
        supplied: When somebody pays for a point.
    """
    asked = {n: point for n, point in _asked(connection, schema, zone, now) if point in supplied}
    if not asked:
        return []
    since = now - LOOK_BACK
    usage = _hours(connection, schema, list(asked), since, now)
    known = known_runs(connection, schema, zero_run.CODE, list(asked), since)
    notes = []
    for channel, point in asked.items():
        opened = opening_hours(connection, schema, point)
        hours = [
            _hour(at, used, opened, zone, supplied[point]) for at, used in usage.get(channel, ())
        ]
        notes += lasting_notes(
            zero_run.CODE,
            zero_run.SEVERITY,
            channel,
            spans=zero_run.found(hours, hours_known=opened is not None),
            ends=[hour.start_us for hour in hours if hour.usage or not hour.supplied],
            known=known.get(channel, ()),
            proof={"point": point, "opening_hours": opened is not None},
        )
    return notes


def _hour(
    at: datetime,
    used: int,
    opened: DatedHours | None,
    zone: ZoneInfo,
    supplied: Sequence[tuple[datetime, datetime]],
) -> Hour:
    hours = None if opened is None else opened.on(local_day(at, zone))
    return Hour(
        start_us=to_us(at),
        usage=used,
        opened=hours is None or hours.is_open(at, zone),
        supplied=any(start <= at < end for start, end in supplied),
    )


def _asked(
    connection: Connection, schema: str, zone: ZoneInfo, now: datetime
) -> list[tuple[int, str]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT c.number, c.point FROM {schema}.channel AS c WHERE c.kind = 'counter' "
        "AND c.billing AND c.utility IS NOT NULL AND ("
        f"EXISTS (SELECT FROM {schema}.usage_day AS d WHERE d.channel = c.number "
        "AND d.day = %s AND d.usage = 0 AND d.quality = ANY(%s)) "
        f"OR EXISTS (SELECT FROM {schema}.finding AS f WHERE f.code = %s AND f.channel = c.number "
        "AND f.end_at = %s AND f.explained_position IS NULL)) ORDER BY c.number",
        (
            local_day(now, zone) - timedelta(days=1),
            [int(each) for each in _KNOWN],
            zero_run.CODE,
            FOR_GOOD,
        ),
    ).fetchall()
    return rows


def _hours(
    connection: Connection, schema: str, channels: Sequence[int], since: datetime, now: datetime
) -> Mapping[int, list[tuple[datetime, int]]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, start_at, usage FROM {schema}.usage_hour WHERE channel = ANY(%s) "
        "AND start_at >= %s AND start_at <= %s AND quality = ANY(%s) ORDER BY channel, start_at",
        (list(channels), since, now - timedelta(hours=1), [int(each) for each in _KNOWN]),
    ).fetchall()
    found: dict[int, list[tuple[datetime, int]]] = {}
    for channel, at, usage in rows:
        found.setdefault(channel, []).append((at, usage))
    return found
