"""Step 5a. From: registry, latest readings, usage days. To: the meters' rows. I/O: PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from dashboards.queries.device_answers import COLUMNS, WIDTH, device_answers
from dashboards.queries.rows import (
    Answer,
    MeterPage,
    MeterPlate,
    MeterRow,
    ReadingRow,
    RegisterRow,
    UsageDay,
)
from dashboards.queries.sql_plans import note_rows
from dashboards.queries.sql_site import Connection, Row, SqlSite, shown
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.meter_papers import Fact
from energy.metering.usage_groups import Every, group_usage
from energy.views.computed import channel_usage, computed_rules
from energy.views.meter_facts import due_facts
from energy.views.pinned_notes import notes_at

MOST_METERS = 20_000
MOST_READINGS = 24
DAYS = 31
_DIGITS = re.compile(r"(\d+)")
NONE = "-"
"""Plate field of a meter that is planned but not commissioned."""


class SqlMeters:
    """Questions about meters in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def meters(self, scope: Scope) -> Answer[tuple[MeterRow, ...]]:
        """Return every metering point with its newest reading."""
        schema, now = self._at.schema, self._at.clock.now()
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows: list[Row] = connection.execute(
                "SELECT m.point, m.name, coalesce(p.name, m.place), m.utility, m.serial, "
                f"m.profile, l.at, l.count, l.quality, c.resolution, c.unit, m.multiplier, s.kind, "
                f"{COLUMNS} FROM {schema}.meter AS m "
                f"LEFT JOIN {schema}.place AS p ON p.key = m.place "
                f"LEFT JOIN LATERAL (SELECT number, resolution, unit FROM {schema}.channel "
                "WHERE point = m.point ORDER BY billing DESC, number LIMIT 1) AS c ON true "
                f"LEFT JOIN {schema}.latest AS l ON l.channel = c.number "
                f"LEFT JOIN {schema}.communication AS d ON d.point = m.point "
                f"LEFT JOIN {schema}.source AS s ON s.key = m.source "
                "ORDER BY m.point LIMIT %s",
                (MOST_METERS,),
            ).fetchall()
            due = {
                (each.point, each.name): each.day
                for each in due_facts(connection, schema, date.max)
            }
            meters = tuple(_meter(row, now, due) for row in sorted(rows, key=_natural))
            return self._at.answer(connection, meters)

    def meter(self, scope: Scope, point: str) -> Answer[MeterPage] | None:
        """Return the page of a metering point, None when there is no such point."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plate = self.plate(connection, point)
            if plate is None:
                return None
            registers = self.registers(connection, point)
            channels = [register.channel for register in registers]
            today = local_day(self._at.clock.now(), self._at.site.zone)
            span = span_of_days(today - timedelta(days=DAYS), today, self._at.site.zone)
            page = MeterPage(
                plate=plate,
                registers=registers,
                readings=self._readings(connection, channels),
                days=self._days(connection, plate, channels),
                notes=note_rows(
                    self._at,
                    connection,
                    notes_at(connection, self._at.schema, [point], [], span.start, span.end),
                ),
            )
            return self._at.answer(connection, page, channels=channels)

    def plate(self, connection: Connection, point: str) -> MeterPlate | None:
        """Return the plate of the meter at a point."""
        schema = self._at.schema
        row: Row | None = connection.execute(
            "SELECT m.point, m.name, coalesce(p.name, m.place), m.utility, m.serial, m.profile, "
            "m.source, m.address, m.multiplier, m.record, m.commissioned_at, m.retired_at, "
            f"{COLUMNS} FROM {schema}.meter AS m "
            f"LEFT JOIN {schema}.place AS p ON p.key = m.place "
            f"LEFT JOIN {schema}.communication AS d ON d.point = m.point "
            "WHERE m.point = %s",
            (point,),
        ).fetchone()
        if row is None:
            return None
        record: Mapping[str, Any] = row[9] or {}
        seal = record.get("seal")
        return MeterPlate(
            point=row[0],
            name=row[1],
            place=row[2],
            utility=Utility(row[3]) if row[3] else None,
            serial=row[4] or NONE,
            profile=row[5] or NONE,
            source=row[6] or NONE,
            address=", ".join(f"{key} {value}" for key, value in dict(row[7] or {}).items()),
            multiplier=row[8] or "1",
            seal=None if seal is None else str(seal),
            commissioned_at=row[10],
            retired_at=row[11],
            device=device_answers(row[-WIDTH:], self._at.clock.now()),
        )

    def registers(self, connection: Connection, point: str) -> tuple[RegisterRow, ...]:
        """Return the channels of a point with their newest readings, by number."""
        schema = self._at.schema
        rows: list[Row] = connection.execute(
            "SELECT c.number, c.quantity, c.kind, c.unit, c.resolution, c.billing, l.at, "
            "l.count, l.quality, coalesce((SELECT multiplier FROM "
            f"{schema}.segment AS s WHERE s.channel = c.number ORDER BY s.start_at DESC LIMIT 1"
            f"), '1') FROM {schema}.channel AS c "
            f"LEFT JOIN {schema}.latest AS l ON l.channel = c.number "
            "WHERE c.point = %s ORDER BY c.number",
            (point,),
        ).fetchall()
        return tuple(
            RegisterRow(
                channel=number,
                quantity=quantity,
                kind=kind,
                unit=unit,
                resolution=shown(1, resolution),
                multiplier=multiplier,
                billing=billing,
                last_at=at,
                last=None if count is None else shown(count, resolution),
                quality=Quality.MISSING if quality is None else Quality(quality),
            )
            for (
                number,
                quantity,
                kind,
                unit,
                resolution,
                billing,
                at,
                count,
                quality,
                multiplier,
            ) in rows
        )

    def _readings(self, connection: Connection, channels: list[int]) -> tuple[ReadingRow, ...]:
        schema = self._at.schema
        rows: list[Row] = connection.execute(
            "SELECT r.at, c.quantity, c.unit, c.resolution, r.count, r.quality, r.position "
            f"FROM unnest(%s::int[]) AS wanted (number) JOIN {schema}.channel AS c USING (number) "
            f"CROSS JOIN LATERAL (SELECT * FROM {schema}.reading WHERE channel = c.number "
            "ORDER BY at DESC LIMIT %s) AS r ORDER BY r.at DESC, c.number LIMIT %s",
            (channels, MOST_READINGS, MOST_READINGS),
        ).fetchall()
        return tuple(
            ReadingRow(
                at=at,
                quantity=quantity,
                unit=unit,
                count=count,
                value=shown(count, resolution),
                quality=Quality(quality),
                position=position,
            )
            for at, quantity, unit, resolution, count, quality, position in rows
        )

    def _days(
        self, connection: Connection, plate: MeterPlate, channels: list[int]
    ) -> tuple[UsageDay, ...]:
        """Return the usage of the last whole days of the point's own counter."""
        if plate.utility is None:
            return ()
        own = self._at.usage_channels(connection).get(plate.utility, {}).get(plate.point)
        if own is None or own not in channels:
            return self._computed_days(connection, channels)
        today = local_day(self._at.clock.now(), self._at.site.zone)
        days = [today - timedelta(days=n) for n in range(DAYS, 0, -1)]
        rows: list[Row] = connection.execute(
            f"SELECT day, usage, quality FROM {self._at.schema}.usage_day "
            "WHERE channel = %s AND day >= %s AND day <= %s",
            (own, days[0], days[-1]),
        ).fetchall()
        found = {day: (int(usage), Quality(quality)) for day, usage, quality in rows}
        if not found:
            return ()
        complete = self._at.day_completeness(connection, [own], days)
        return tuple(
            UsageDay(
                day=day,
                usage=usage if quality < Quality.SUSPECT else None,
                quality=quality,
                complete=complete.get(day),
            )
            for day in days
            for usage, quality in [found.get(day, (0, Quality.MISSING))]
        )

    def _computed_days(self, connection: Connection, channels: list[int]) -> tuple[UsageDay, ...]:
        """Return the usage of the last whole days of a computed point; it has no roll-ups."""
        computed = [*computed_rules(connection, self._at.schema, channels)]
        if not computed:
            return ()
        zone = self._at.site.zone
        today = local_day(self._at.clock.now(), zone)
        period = span_of_days(today - timedelta(days=DAYS), today - timedelta(days=1), zone)
        found = channel_usage(connection, self._at.schema, zone, computed[:1], period)
        return tuple(
            UsageDay(day=each.start.date(), usage=each.usage, quality=each.quality)
            for each in group_usage(found[computed[0]], zone, Every.DAY)
        )


def _natural(row: Row) -> list[tuple[int, str]]:
    """Return a sort key by name in which Building 9 comes before Building 10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in _DIGITS.split(row[1])]


def _meter(row: Row, now: datetime, due: Mapping[tuple[str, str], date]) -> MeterRow:
    point, name, place, utility, serial, profile, at, count, quality, *rest = row[:-WIDTH]
    resolution, unit, factor, protocol = rest
    return MeterRow(
        point=point,
        name=name,
        place=place,
        utility=Utility(utility) if utility else None,
        serial=serial or NONE,
        profile=profile or NONE,
        last_at=at,
        last=None if count is None else shown(count, resolution),
        unit=unit or "",
        quality=Quality.MISSING if quality is None else Quality(quality),
        age_s=None if at is None else int((now - at).total_seconds()),
        device=device_answers(row[-WIDTH:], now),
        factor=factor or "1",
        protocol=protocol or "",
        calibration_due=due.get((point, Fact.CERTIFICATE_UNTIL)),
        battery_due=due.get((point, Fact.BATTERY_UNTIL)),
    )
