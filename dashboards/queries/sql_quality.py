"""In: usage as it is rolled up. Out: how every meter is known, day by day. I/O: PostgreSQL.

Up to MOST_DAYS a column is a day, beyond that a week: so a year of hundreds of meters stays one
grouped read, and one glance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dashboards.queries.quality_rows import FoundCount, QualityMeter, QualityPage
from dashboards.queries.rows import Answer
from dashboards.queries.sql_meters import NONE
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.period import Period, local_day, span_of_days
from energy.base.units import Utility
from energy.metering.completeness import DUE_AFTER, Completeness
from energy.views.completeness import (
    computed_points,
    placed_points,
    served_channels,
    served_spans,
)
from energy.views.completeness_grid import DaySpan, completeness_grid, day_steps
from energy.views.usage_channels import UsageChannel

MOST_DAYS = 62
"""Most days with a column each; more stand in weeks. [d]"""
SILENT = timedelta(hours=1)
"""A meter at work without a reading for longer is silent..."""
SILENT_INTERVALS = 3
"""...and for longer than so many intervals of its source."""
REFUSED = "batch.conflict"
_EXACT = 10**6


class SqlQuality:
    """Questions about how complete the data are in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def quality(self, scope: Scope, selection: Selection) -> Answer[QualityPage] | None:
        """Return how the meters of the selected place are known; None without such a place."""
        schema, zone, now = self._at.schema, self._at.site.zone, self._at.clock.now()
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            place = self._at.place(connection, selection.place)
            if place is None:
                return None
            last = min(selection.last, local_day(now, zone))
            step_days = 1 if selection.days <= MOST_DAYS else 7
            origin, steps = day_steps(selection.first, last, step_days)
            spans = [_span(self._at, first, end, now) for first, end in steps]
            known = _meters(self._at, connection)
            inside = _inside(self._at, connection, selection, now)
            channels = [
                channel
                for channel in _channels(self._at, connection, selection.utility)
                if channel.point in known and (inside is None or channel.point in inside)
            ]
            numbers = [channel.number for channel in channels]
            grid = completeness_grid(
                connection,
                schema,
                channels,
                served_spans(connection, schema, numbers),
                spans,
                origin=origin,
                step_days=step_days,
            )
            meters = [
                _meter(channel, known[channel.point], grid.of(row), now)
                for row, channel in enumerate(channels)
            ]
            order = sorted(range(len(meters)), key=lambda row: _badness(meters[row]))
            points = sorted({channel.point for channel in channels})
            period = span_of_days(selection.first, selection.last, zone)
            page = QualityPage(
                place=place[1] if selection.place else "",
                steps=tuple(steps),
                step_days=step_days,
                meters=tuple(meters[row] for row in order),
                grid=grid.taken(order),
                total=grid.of(slice(None)),
                found=_found(self._at, connection, points, period),
                parked=_parked(self._at, connection),
                refused=_refused(self._at, connection, period),
                computed=len(computed_points(connection, schema)),
            )
            return self._at.answer(connection, page, channels=numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of a point's meter."""

    name: str
    place: str
    serial: str
    at_work: bool
    last_at: datetime | None
    interval: timedelta


def _meter(
    channel: UsageChannel, known: _Known, whole: Completeness, now: datetime
) -> QualityMeter:
    age = None if known.last_at is None else now - known.last_at
    late = age is None or age > max(SILENT, SILENT_INTERVALS * known.interval)
    return QualityMeter(
        point=channel.point,
        name=known.name,
        place=known.place,
        utility=Utility(channel.utility),
        serial=known.serial,
        last_at=known.last_at,
        age_s=None if age is None else int(age.total_seconds()),
        silent=known.at_work and late,
        whole=whole,
    )


def _badness(meter: QualityMeter) -> tuple[Any, ...]:
    """Return the order of meters: the worst score first, then what lacks most, then by name."""
    told = meter.whole
    if not told.expected:
        return 2 * _EXACT, 0, meter.name, meter.point
    score = (told.measured + told.shaped) * _EXACT // told.expected
    return score, -told.missing, meter.name, meter.point


def _span(at: SqlSite, first: date, last: date, now: datetime) -> DaySpan:
    """Return the days of a column; what is not over yet is not expected."""
    whole = span_of_days(first, last, at.site.zone)
    end = max(whole.start, min(whole.end, now - DUE_AFTER))
    return DaySpan(first=first, last=last, period=Period(start=whole.start, end=end))


def _channels(at: SqlSite, connection: Connection, utility: Utility | None) -> list[UsageChannel]:
    """Return the channel that counts the usage of each point and utility, by number."""
    served = served_channels(connection, at.schema, every=True).values()
    own: dict[tuple[str, str], UsageChannel] = {}
    for channel in sorted(served, key=lambda each: (not each.billing, each.number)):
        if not channel.export and utility in (None, channel.utility):
            own.setdefault((channel.point, channel.utility), channel)
    return sorted(own.values(), key=lambda each: each.number)


def _inside(
    at: SqlSite, connection: Connection, selection: Selection, now: datetime
) -> set[str] | None:
    """Return the points of the selected place at the end of the days; None for all."""
    if not selection.place:
        return None
    end = min(now, selection.period(at.site.zone).end)
    return placed_points(connection, at.schema, end).get(selection.place, set())


def _meters(at: SqlSite, connection: Connection) -> dict[str, _Known]:
    schema = at.schema
    rows: list[Row] = connection.execute(
        "SELECT m.point, m.name, coalesce(p.name, m.place), m.serial, "
        "m.serial IS NOT NULL AND m.retired_at IS NULL, l.at, "
        f"(s.settings->>'interval_s')::int FROM {schema}.meter AS m "
        f"LEFT JOIN {schema}.place AS p ON p.key = m.place "
        f"LEFT JOIN {schema}.source AS s ON s.key = m.source "
        "LEFT JOIN (SELECT c.point, max(l.at) AS at "
        f"FROM {schema}.latest AS l JOIN {schema}.channel AS c ON c.number = l.channel "
        "GROUP BY c.point) AS l ON l.point = m.point"
    ).fetchall()
    return {
        point: _Known(
            name=name,
            place=place,
            serial=serial or NONE,
            at_work=at_work,
            last_at=last_at,
            interval=timedelta(seconds=interval_s or 0),
        )
        for point, name, place, serial, at_work, last_at, interval_s in rows
    }


def _found(
    at: SqlSite, connection: Connection, points: Sequence[str], period: Period
) -> tuple[FoundCount, ...]:
    schema = at.schema
    rows: list[Row] = connection.execute(
        "SELECT f.code, count(*), count(*) FILTER (WHERE f.explained_position IS NULL "
        f"AND f.resolved_position IS NULL) FROM {schema}.finding AS f "
        f"LEFT JOIN {schema}.channel AS c ON c.number = f.channel "
        "WHERE (f.channel = 0 OR c.point = ANY(%s)) AND f.start_at < %s AND f.end_at >= %s "
        "GROUP BY f.code ORDER BY 2 DESC, 1",
        (list(points), period.end, period.start),
    ).fetchall()
    return tuple(
        FoundCount(code=code, found=found, waiting=waiting) for code, found, waiting in rows
    )


def _parked(at: SqlSite, connection: Connection) -> int:
    row: Row | None = connection.execute(
        f"SELECT count(*) FROM {at.schema}.parked WHERE resolved_at IS NULL"
    ).fetchone()
    return int(row[0]) if row else 0


def _refused(at: SqlSite, connection: Connection, period: Period) -> int:
    row: Row | None = connection.execute(
        "SELECT coalesce(sum((proof->>'readings')::bigint), 0) "
        f"FROM {at.schema}.finding WHERE code = %s AND start_at < %s AND end_at >= %s",
        (REFUSED, period.end, period.start),
    ).fetchone()
    return int(row[0]) if row else 0
