"""In: usage, completeness and bills of a place. Out: its report over some days. I/O: PostgreSQL.

Every place is summed as the load page sums it, so that a report and a load curve never differ.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from billing.views.billed_points import BilledPoint, read_billed_points
from dashboards.queries.load_rows import LoadCurve
from dashboards.queries.place_days import cost_within, days_of_curve, days_over
from dashboards.queries.report_rows import ReportPage, ReportPlace
from dashboards.queries.rows import GRACE, Answer
from dashboards.queries.sql_load import SqlLoad
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.period import Period, local_day, span_of_days
from energy.base.units import Utility
from energy.metering.completeness import Completeness, together
from energy.views.completeness import (
    channel_completeness,
    placed_points,
    served_channels,
    served_spans,
)
from energy.views.node_usage import NodeSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What every place of a report is asked for."""

    connection: Connection
    utility: Utility
    first: date
    last: date
    earlier: tuple[date, date] | None
    billed: list[BilledPoint] | None
    """None where the reader may see no bills."""
    inside: Mapping[str, Collection[str]]
    """Points in and below each place."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Curves:
    """What a place used, and when which channels told of it."""

    spans: list[NodeSpan]
    curve: LoadCurve
    before: LoadCurve | None


class SqlReports:
    """Questions about reports in SQL."""

    def __init__(self, at: SqlSite, load: SqlLoad) -> None:
        """Read one site's tables; curves come from the load's queries."""
        self._at = at
        self._load = load

    def report(
        self, scope: Scope, utility: Utility, selection: Selection
    ) -> Answer[ReportPage] | None:
        """Return the report of the selected place and days; None when there is no such place."""
        at, zone = self._at, self._at.site.zone
        now, first, last = at.clock.now(), selection.first, selection.last
        with at.read(scope, Right.READ_ENERGY) as connection:
            place = at.place(connection, selection.place)
            if place is None:
                return None
            key, name = place
            period = span_of_days(first, last, zone)
            instant = max(period.start, min(period.end, now) - timedelta(seconds=1))
            bills = scope.may(Right.READ_BILLS)
            schema = at.schema
            asked = _Asked(
                connection=connection,
                utility=utility,
                first=first,
                last=last,
                earlier=selection.compared(),
                billed=read_billed_points(connection, schema, utility, first, last)
                if bills
                else None,
                inside=placed_points(connection, schema, instant) if key else {},
            )
            own = self._curves(asked, key)
            below = [
                self._told(asked, child, child_name, self._curves(asked, child, own.curve.step_s))
                for child, child_name in self._below(connection, key)
            ]
            page = ReportPage(
                utility=utility,
                first=first,
                last=last,
                now=now,
                due=days_over(first, last, now, zone),
                own=self._told(asked, key, name if selection.place else "", own),
                curve=own.curve,
                before_first=asked.earlier[0] if asked.earlier else None,
                before_curve=own.before,
                children=tuple(below),
            )
            channels = sorted({number for span in own.spans for number in span.channels})
            return at.answer(connection, page, channels=channels)

    def _below(self, connection: Connection, key: str) -> list[tuple[str, str]]:
        if not key:
            return []
        rows: list[Row] = connection.execute(
            f"SELECT key, name FROM {self._at.schema}.place WHERE parent = %s ORDER BY name, key",
            (key,),
        ).fetchall()
        return [(child, name) for child, name in rows]

    def _curves(self, asked: _Asked, key: str, step_s: int = 0) -> _Curves:
        connection, zone, load = asked.connection, self._at.site.zone, self._load
        period = span_of_days(asked.first, asked.last, zone)
        spans = load.place_spans(connection, key, asked.utility, period)
        curve = load.place_curve(connection, spans, asked.first, period, step_s)
        before = None
        if asked.earlier is not None:
            then = span_of_days(*asked.earlier, zone)
            held = load.place_spans(connection, key, asked.utility, then)
            before = load.place_curve(connection, held, asked.earlier[0], then, curve.step_s)
        return _Curves(spans=spans, curve=curve, before=before)

    def _told(self, asked: _Asked, key: str, name: str, told: _Curves) -> ReportPlace:
        zone, earlier, cost = self._at.site.zone, asked.earlier, None
        if asked.billed is not None:
            points = asked.inside.get(key, frozenset()) if key else None
            cost = cost_within(asked.billed, points, asked.first, asked.last)
        before = None
        if told.before is not None and earlier is not None:
            before = days_of_curve(told.before, earlier[1], zone)
        return ReportPlace(
            key=key,
            name=name,
            days=days_of_curve(told.curve, asked.last, zone),
            before=before,
            complete=self._complete(asked.connection, told.spans),
            cost=cost,
        )

    def _complete(self, connection: Connection, spans: Sequence[NodeSpan]) -> Completeness:
        """Return how the intervals of some channels came to be, each while it counts."""
        schema, zone, parts = self._at.schema, self._at.site.zone, list[Completeness]()
        for span in spans:
            end = min(span.end, self._at.clock.now() - GRACE)
            if end <= span.start or not span.channels:
                continue
            period = Period(start=span.start, end=end)
            rows = served_channels(connection, schema, every=True, numbers=span.channels)
            served = served_spans(connection, schema, span.channels)
            last = local_day(end - timedelta(microseconds=1), zone)
            told = channel_completeness(
                connection,
                schema,
                list(rows.values()),
                served,
                period,
                local_day(span.start, zone),
                last,
            )
            parts += told.values()
        return together(parts)
