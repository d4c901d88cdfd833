"""In: usage of the meters of a place. Out: its curve over days, and one beside it. I/O: PostgreSQL.

Up to MOST_BLOCKS channel-days the curve is summed from the very intervals; beyond that from the
hourly rollup, so that a year of hundreds of meters is one grouped query.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from dashboards.queries.load_curve import HOUR_S, curve_of, mean_of, number_of
from dashboards.queries.load_expected import BASELINE_WEEKS, baseline_of, plan_of
from dashboards.queries.load_rows import LoadCurve, LoadRange
from dashboards.queries.rows import SHAPED, Answer, TariffBand
from dashboards.queries.sql_plans import note_rows
from dashboards.queries.sql_site import Connection, SqlSite
from dashboards.queries.sql_tariff_bands import day_bands
from dashboards.security.scope import Right, Scope
from dashboards.selection import Compare, Selection
from energy.base.period import Period, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.plans.plan import NodeKind, PlanNode
from energy.views.computed import channel_usage
from energy.views.node_usage import NodeSpan, node_spans
from energy.views.pinned_notes import notes_at
from energy.views.plans import read_plan

MOST_BLOCKS = 20_000
"""Most days of channels that are read interval by interval."""
BAND_DAYS = 7
"""Tariff bands are drawn up to here. [d]"""
WEEKS = 4
"""Weeks behind the mean of the same weekdays."""


class SqlLoad:
    """Questions about load over time in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def load_range(
        self, scope: Scope, utility: Utility, selection: Selection
    ) -> Answer[LoadRange] | None:
        """Return the load of the selected place and days; None when there is no such place."""
        zone, schema = self._at.site.zone, self._at.schema
        period = selection.period(zone)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            place = self._at.place(connection, selection.place)
            if place is None:
                return None
            key, name = place
            spans = self.place_spans(connection, key, utility, period)
            curve = self.place_curve(connection, spans, selection.first, period)
            beside, beside_place = self._beside(connection, key, utility, selection, curve.step_s)
            tariff, bands = self._bands(connection, utility, selection)
            channels = sorted({number for span in spans for number in span.channels})
            notes = notes_at(connection, schema, [], [key], period.start, period.end)
            rows = LoadRange(
                utility=utility,
                place=name if selection.place else "",
                last=selection.last,
                now=self._at.clock.now(),
                curve=curve,
                beside=beside,
                beside_place=beside_place,
                bands=bands,
                tariff=tariff,
                notes=note_rows(self._at, connection, notes),
            )
            return self._at.answer(connection, rows, channels=channels)

    def place_spans(
        self, connection: Connection, place: str, utility: Utility, period: Period
    ) -> list[NodeSpan]:
        """Return which channels sum to what a place uses, and when; all of the site for ""."""
        if not place:
            known = self._at.usage_channels(connection).get(utility, {})
            top = self._at.top_channels(connection, utility, known, period.start)
            return [NodeSpan(start=period.start, end=period.end, channels=tuple(top))]
        node = PlanNode(kind=NodeKind.PLACE, key=place)
        return node_spans(connection, self._at.schema, node, utility, period)

    def place_curve(
        self,
        connection: Connection,
        spans: list[NodeSpan],
        first: date,
        period: Period,
        step_s: int = 0,
    ) -> LoadCurve:
        """Return the curve of some channels, each while it counts.

        Args:
            connection: Any connection of the site.
            spans: As `place_spans` returned them for the period.
            first: Local day on whose midnight the period begins.
            period: Whole local days.
            step_s: Width of the grid where it is coarser than the channels' own. [s]
        """
        channels = sorted({number for span in spans for number in span.channels})
        days = (period.end - period.start).days + 1
        if len(channels) * days > MOST_BLOCKS:
            return self._hourly(connection, spans, channels, first, period)
        usage = channel_usage(connection, self._at.schema, self._at.site.zone, channels, period)
        return curve_of(usage, spans, first, period, step_s)

    def _hourly(
        self,
        connection: Connection,
        spans: list[NodeSpan],
        channels: list[int],
        first: date,
        period: Period,
    ) -> LoadCurve:
        """Return the curve by hours from the rollup; a computed channel is unknown there."""
        hours = (period.end - period.start) // timedelta(seconds=HOUR_S)
        usage, known, meters = (np.zeros(hours, dtype=np.int64) for _ in range(3))
        shaped = np.zeros(hours, dtype=np.bool_)
        for span in spans:
            start, end = max(span.start, period.start), min(span.end, period.end)
            low, high = number_of(start, period.start), number_of(end, period.start)
            meters[low:high] = len(span.channels)
            rows: list[Any] = connection.execute(
                "SELECT extract(epoch FROM start_at - %s)::bigint / 3600, sum(usage)::bigint, "
                "count(*), bool_or(quality = ANY(%s)) "
                f"FROM {self._at.schema}.usage_hour WHERE channel = ANY(%s) "
                "AND start_at >= %s AND start_at < %s AND quality < %s GROUP BY 1",
                (
                    period.start,
                    [int(quality) for quality in SHAPED],
                    list(span.channels),
                    start,
                    end,
                    int(Quality.SUSPECT),
                ),
                binary=True,
            ).fetchall()
            for number, total, count, bent in rows:
                usage[number], known[number], shaped[number] = total, count, bent
        return LoadCurve(
            first=first,
            start=period.start,
            step_s=HOUR_S,
            usage=usage,
            known=known,
            meters=meters,
            shaped=shaped,
        )

    def _beside(
        self,
        connection: Connection,
        place: str,
        utility: Utility,
        selection: Selection,
        step_s: int,
    ) -> tuple[LoadCurve | None, str]:
        """Return the curve that the selection is compared with, and its place's name."""
        zone = self._at.site.zone
        if selection.compare is Compare.PLACE:
            other = self._at.place(connection, selection.beside) if selection.beside else None
            if other is None:
                return None, ""
            period = selection.period(zone)
            spans = self.place_spans(connection, other[0], utility, period)
            return self.place_curve(connection, spans, selection.first, period, step_s), other[1]
        if selection.compare is Compare.WEEKDAY and selection.days <= BAND_DAYS:
            return self._weekdays(connection, place, utility, selection, step_s), ""
        if selection.compare is Compare.BASELINE:
            return self._baseline(connection, place, utility, selection, step_s), ""
        if selection.compare is Compare.PLAN:
            return self._plan(connection, place, utility, selection, step_s), ""
        earlier = selection.compared()
        if earlier is None:
            return None, ""
        period = span_of_days(*earlier, zone)
        spans = self.place_spans(connection, place, utility, period)
        return self.place_curve(connection, spans, earlier[0], period, step_s), ""

    def _weekdays(
        self,
        connection: Connection,
        place: str,
        utility: Utility,
        selection: Selection,
        step_s: int,
    ) -> LoadCurve | None:
        """Return the mean of the same days of the weeks before, of those wholly known."""
        zone = self._at.site.zone
        curves = []
        for week in range(1, WEEKS + 1):
            back = timedelta(weeks=week)
            first, last = selection.first - back, selection.last - back
            period = span_of_days(first, last, zone)
            spans = self.place_spans(connection, place, utility, period)
            curves.append(self.place_curve(connection, spans, first, period, step_s))
        return mean_of(curves)

    def _baseline(
        self,
        connection: Connection,
        place: str,
        utility: Utility,
        selection: Selection,
        step_s: int,
    ) -> LoadCurve | None:
        """Return what the same hours of the same weekdays used in the weeks before."""
        zone = self._at.site.zone
        first = selection.first - timedelta(weeks=BASELINE_WEEKS)
        period = span_of_days(first, selection.first - timedelta(days=1), zone)
        spans = self.place_spans(connection, place, utility, period)
        before = self.place_curve(connection, spans, first, period, step_s)
        return baseline_of(before, selection.first, selection.period(zone), step_s, zone)

    def _plan(
        self,
        connection: Connection,
        place: str,
        utility: Utility,
        selection: Selection,
        step_s: int,
    ) -> LoadCurve | None:
        """Return what is planned for the place, each month in equal parts; None of none."""
        zone, node = self._at.site.zone, PlanNode(kind=NodeKind.PLACE, key=place)
        months = {
            date(year, each.month, 1): each.base
            for year in range(selection.first.year, selection.last.year + 1)
            for each in read_plan(connection, self._at.schema, year, nodes=[node])
            if each.utility is utility
        }
        return plan_of(months, selection.first, selection.period(zone), step_s, zone)

    def _bands(
        self, connection: Connection, utility: Utility, selection: Selection
    ) -> tuple[str | None, tuple[TariffBand, ...]]:
        if selection.days > BAND_DAYS:
            return None, ()
        days = [selection.first + timedelta(days=n) for n in range(selection.days)]
        told = [day_bands(self._at, connection, utility, day) for day in days]
        return told[0][0], tuple(band for _, bands in told for band in bands)
