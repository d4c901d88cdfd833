"""In: places of kind `plant`, usage, weather. Out: plants and what they did. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboards.queries.live_values import live_values
from dashboards.queries.plant_rows import Plant, PlantKind, PlantMeter, PlantPage, PlantWork
from dashboards.queries.plant_work import Told, is_output, kind_of, plant_work
from dashboards.queries.rows import Answer, PlaceRow
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.period import Period, local_day, span_of_days
from energy.base.units import Utility
from energy.metering.conversion import ConversionFactors
from energy.metering.supply.graph import SOURCE_KINDS
from energy.metering.usage import UsageSpan
from energy.views.usage import read_spans
from energy.views.weather import SUN, WARMTH, weather_hours

PLANT = "plant"
"""Kind of a place that is a plant."""
PAST = timedelta(days=56)
"""Days before the selected ones that say what is usual."""
MOST_DAYS = 400
_Counted = tuple[PlantMeter, int]
"""A meter and the number of the channel that counts."""


class SqlPlant:
    """Questions about plants in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def plants(
        self, scope: Scope, selection: Selection, factors: ConversionFactors
    ) -> Answer[tuple[Plant, ...]]:
        """Return every plant with what it did over the selected days, by kind and name."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = self._plants(connection, selection, factors)
            return self._at.answer(connection, tuple(rows))

    def plant(
        self, scope: Scope, selection: Selection, factors: ConversionFactors
    ) -> Answer[PlantPage] | None:
        """Return the plant that the selected place is, None where it is none."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = self._plants(connection, selection, factors, only=selection.place)
            if not found:
                return None
            points = self._plant_points(connection, selection.place)
            live = live_values(self._at, connection, Utility.ELECTRICITY, points)
            rows = PlantPage(
                plant=found[0],
                values=tuple(value for point in points for value in live.values.get(point, ())),
                states=tuple(state for point in points for state in live.states.get(point, ())),
                now=self._at.clock.now(),
            )
            return self._at.answer(connection, rows)

    def _plants(
        self,
        connection: Connection,
        selection: Selection,
        factors: ConversionFactors,
        only: str | None = None,
    ) -> list[Plant]:
        """Return the plants by kind and name; a place whose meters give nothing is none."""
        schema, zone = self._at.schema, self._at.site.zone
        places: list[Row] = connection.execute(
            f"SELECT key, name, parent FROM {schema}.place "
            "WHERE kind = %s AND (%s::text IS NULL OR key = %s)",
            (PLANT, only, only),
        ).fetchall()
        counted = self._plant_meters(connection, [key for key, *_ in places])
        counted = {k: each for k, each in counted.items() if any(m.out for m, _ in each)}
        today = local_day(self._at.clock.now(), zone)
        first = min(selection.first, today)
        last = max(first, min(selection.last, today))
        seen = _Seen(
            past=span_of_days(first - PAST, last, zone),
            first=span_of_days(first, last, zone).start,
            now=self._at.clock.now(),
            zone=zone,
            factors=factors,
        )
        if counted and selection.days <= MOST_DAYS:
            seen.read(connection, schema, [n for each in counted.values() for _, n in each])
        rows = [
            Plant(
                place=PlaceRow(key=key, name=name, kind=PLANT, parent=parent, depth=1),
                kind=kind_of([(meter.utility, meter.out) for meter, _ in counted[key]]),
                meters=tuple(meter for meter, _ in counted[key]),
                work=seen.work(counted[key]),
            )
            for key, name, parent in places
            if key in counted
        ]
        return sorted(rows, key=lambda row: (list(PlantKind).index(row.kind), row.place.name))

    def _plant_points(self, connection: Connection, place: str) -> list[str]:
        rows: list[Row] = connection.execute(
            f"SELECT point FROM {self._at.schema}.meter WHERE place = %s ORDER BY point", (place,)
        ).fetchall()
        return [point for (point,) in rows]

    def _plant_meters(
        self, connection: Connection, places: Sequence[str]
    ) -> dict[str, list[_Counted]]:
        """Return the meters of plants, each with the channel that counts, by place."""
        schema = self._at.schema
        rows: list[Row] = connection.execute(
            "SELECT DISTINCT ON (m.point) m.place, m.point, m.name, c.utility, c.number, "
            "c.direction = 'export' OR EXISTS (SELECT FROM "
            f"{schema}.supply_node AS n WHERE n.point = m.point AND n.kind = ANY(%s) "
            "AND n.valid_to IS NULL) "
            f"FROM {schema}.meter AS m JOIN {schema}.channel AS c USING (point) "
            "WHERE m.place = ANY(%s) AND c.utility IS NOT NULL "
            "AND c.kind IN ('counter', 'interval') ORDER BY m.point, c.billing DESC, c.number",
            (list(SOURCE_KINDS), list(places)),
        ).fetchall()
        inside: dict[str, list[Utility]] = {}
        for place, _, _, utility, _, _ in rows:
            inside.setdefault(place, []).append(Utility(utility))
        found: dict[str, list[_Counted]] = {}
        for place, point, name, utility, number, source in rows:
            own = Utility(utility)
            meter = PlantMeter(
                point=point,
                name=name,
                utility=own,
                out=is_output(own, inside[place], source=source),
            )
            found.setdefault(place, []).append((meter, number))
        return found


class _Seen:
    """What was read for the plants of one answer."""

    def __init__(
        self,
        *,
        past: Period,
        first: datetime,
        now: datetime,
        zone: ZoneInfo,
        factors: ConversionFactors,
    ) -> None:
        self.past, self.first, self.now, self.zone = past, first, now, zone
        self.factors = factors
        self.spans: dict[int, UsageSpan] = {}
        self.weather: dict[str, dict[datetime, float]] = {}

    def read(self, connection: Connection, schema: str, numbers: Sequence[int]) -> None:
        """Read usage and weather from the past on."""
        self.spans = read_spans(connection, schema, numbers, self.past)
        for quantity in (WARMTH, SUN):
            self.weather[quantity] = weather_hours(connection, schema, quantity, self.past)

    def work(self, counted: Sequence[_Counted]) -> PlantWork | None:
        """Return what a plant did; None where nothing was read."""
        if not self.spans:
            return None
        takes = any(not meter.out for meter, _ in counted)
        return plant_work(
            Told(
                meters=[meter for meter, _ in counted],
                spans={meter.point: self.spans[number] for meter, number in counted},
                factors=self.factors,
                weather=self.weather.get(WARMTH if takes else SUN),
                start=self.past.start,
                first=self.first,
                now=self.now,
                zone=self.zone,
            )
        )
