"""In: graphs and usage of all utilities. Out: the site's flow over days. I/O: PostgreSQL.

Up to MOST_BLOCKS channel-days usage is that of the very intervals, beyond that of the daily rollup.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from dashboards.queries.rows import GRACE, Answer
from dashboards.queries.site_flow import Metered, Standing, site_flow_of
from dashboards.queries.site_flow_rows import SiteFlow
from dashboards.queries.sql_flows import MOST_BLOCKS
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.queries.supply import Supply, within
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.period import Period, day_starts, local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage import UsageSpan
from energy.views.completeness import placed_points
from energy.views.computed import channel_usage
from energy.views.places import places_at, point_places


class SqlSiteFlow:
    """Questions about the flow of all utilities in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def site_flow(self, scope: Scope, selection: Selection) -> Answer[SiteFlow] | None:
        """Return the flow of all utilities over the selected days; None without such a place."""
        at, zone, now = self._at, self._at.site.zone, self._at.clock.now()
        first = selection.first
        last = max(first, min(selection.last, local_day(now, zone)))
        period = span_of_days(first, last, zone)
        instant = max(period.start, min(period.end, now) - timedelta(seconds=1))
        with at.read(scope, Right.READ_ENERGY) as connection:
            place = at.place(connection, selection.place)
            if place is None:
                return None
            graphs = {
                utility: at.supply(connection, utility, instant)
                for utility in at.usage_channels(connection)
            }
            if selection.place:
                points = placed_points(connection, at.schema, instant).get(place[0], set())
                graphs = {utility: within(graph, points) for utility, graph in graphs.items()}
            graphs = {utility: graph for utility, graph in graphs.items() if graph.nodes}
            usage = self._metered(connection, graphs, period, first, last)
            standing = self._where_meters_stand(connection, place[0], period, last)
            flow = site_flow_of(
                graphs,
                usage,
                standing,
                first=first,
                last=last,
                place=place[1] if selection.place else "",
            )
            return at.answer(connection, flow)

    def _where_meters_stand(
        self, connection: Connection, top: str, period: Period, last: date
    ) -> Standing:
        schema = self._at.schema
        instant = period.end - timedelta(seconds=1)
        tree = places_at(connection, schema, instant)
        names = {key: each.name for key, each in tree.items()}
        shown: dict[str, tuple[str, str]] = {}
        for key in tree:
            here, seen = key, {key}
            while (above := tree[here].parent) in tree and above != top and above not in seen:
                here = str(above)
                seen.add(here)
            shown[key] = (here, names[here])
        billed: list[Row] = connection.execute(
            f"SELECT DISTINCT point FROM {schema}.account_channel "
            "WHERE valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)",
            (last, last),
        ).fetchall()
        return Standing(
            home=point_places(connection, schema, instant),
            shown=shown,
            names=names,
            billed={point for (point,) in billed},
        )

    def _metered(
        self,
        connection: Connection,
        graphs: Mapping[Utility, Supply],
        period: Period,
        first: date,
        last: date,
    ) -> dict[Utility, dict[str, Metered]]:
        """Return what is known of each metered point of the graphs, day by day."""
        every = self._at.usage_channels(connection)
        wanted = {
            utility: {
                node.point: every[utility][node.point]
                for node in graph.nodes
                if node.point in every[utility]
            }
            for utility, graph in graphs.items()
        }
        numbers = sorted({number for mine in wanted.values() for number in mine.values()})
        if len(numbers) * ((last - first).days + 1) > MOST_BLOCKS:
            told = self._metered_by_day(connection, numbers, first, last)
        else:
            schema, zone = self._at.schema, self._at.site.zone
            spans = channel_usage(connection, schema, zone, numbers, period)
            told = {number: self._metered_days(span, period) for number, span in spans.items()}
        return {
            utility: {point: told[number] for point, number in mine.items() if number in told}
            for utility, mine in wanted.items()
        }

    def _metered_days(self, span: UsageSpan, period: Period) -> Metered:
        known = span.quality < Quality.SUSPECT
        starts = day_starts(period, span.step_s, self._at.site.zone)
        sums = np.add.reduceat(np.where(known, span.usage, 0), starts)
        over = (self._at.clock.now() - GRACE - period.start) // timedelta(seconds=span.step_s)
        return Metered(days=tuple(sums.tolist()), whole=bool(known[: max(over, 0)].all()))

    def _metered_by_day(
        self, connection: Connection, numbers: list[int], first: date, last: date
    ) -> dict[int, Metered]:
        rows: list[Row] = connection.execute(
            f"SELECT channel, day, usage FROM {self._at.schema}.usage_day "
            "WHERE channel = ANY(%s) AND day BETWEEN %s AND %s AND quality < %s",
            (numbers, first, last, int(Quality.SUSPECT)),
        ).fetchall()
        width = (last - first).days + 1
        due = min(width, (local_day(self._at.clock.now(), self._at.site.zone) - first).days)
        days = {number: [0] * width for number in numbers}
        many = dict.fromkeys(numbers, 0)
        for number, day, usage in rows:
            days[number][(day - first).days] = usage
            many[number] += 1
        return {
            number: Metered(days=tuple(days[number]), whole=many[number] >= due)
            for number in numbers
        }
