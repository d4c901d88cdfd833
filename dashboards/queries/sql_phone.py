"""Step 5a. From: registry, papers, alerts, statements. To: a phone's rows. I/O: PostgreSQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billing.accounts.agreed import agreed_on
from billing.views.account_terms import read_terms
from dashboards.queries.phone_rows import (
    DemandLimit,
    EnteredRow,
    FoundMeter,
    Happened,
    PhoneMeter,
    PointEvent,
)
from dashboards.queries.rows import Answer
from dashboards.queries.sql_meters import SqlMeters
from dashboards.queries.sql_site import METERING, Connection, Row, SqlSite, shown
from dashboards.queries.supply import top_points
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.base.units import Utility
from energy.views.corrections import read_corrections
from energy.views.display_look import counts_pulses
from energy.views.meter_facts import due_facts
from energy.views.point_rows import record_at, segments_of

MOST_FOUND = 12
MOST_EVENTS = 8
MOST_ENTERED = 5
LONGEST_SOUGHT = 80
CONTRACT_DEMAND = "contract_demand_kw"


class SqlPhone:
    """Questions of a phone in SQL."""

    def __init__(self, at: SqlSite, meters: SqlMeters) -> None:
        """Read one site's tables."""
        self._at = at
        self._meters = meters

    def demand_limit(self, scope: Scope, utility: Utility) -> DemandLimit | None:
        """Return the contract demand of the incoming points; None where one has none agreed."""
        if utility is not Utility.ELECTRICITY:
            return None
        now = self._at.clock.now()
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            points = top_points(self._at.supply(connection, utility, now))
            agreed: dict[str, Decimal] = {}
            today = local_day(now, self._at.site.zone)
            for terms in read_terms(connection, self._at.schema).values():
                for point, quantities in terms.agreed.items():
                    found = agreed_on(quantities, CONTRACT_DEMAND, today)
                    if found is not None:
                        agreed[point] = found.value
        if not points or any(point not in agreed for point in points):
            return None
        total = sum((agreed[point] for point in points), Decimal(0))
        return DemandLimit(utility=utility, kw=total, points=len(points))

    def find_meters(self, scope: Scope, text: str) -> tuple[FoundMeter, ...]:
        """Return the points whose key or serial is a text; else those of which it is a part."""
        sought = text.strip()[:LONGEST_SOUGHT]
        schema = self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            if not sought:
                return ()
            rows: list[Row] = connection.execute(
                "SELECT m.point, m.name, coalesce(p.name, m.place), coalesce(m.serial, ''), "
                "m.utility, lower(%(sought)s) IN (lower(m.point), lower(m.serial)) AS exact "
                f"FROM {schema}.meter AS m LEFT JOIN {schema}.place AS p ON p.key = m.place "
                "WHERE strpos(lower(m.point), lower(%(sought)s)) > 0 "
                "OR strpos(lower(m.serial), lower(%(sought)s)) > 0 "
                "OR strpos(lower(m.name), lower(%(sought)s)) > 0 "
                "ORDER BY exact DESC NULLS LAST, m.point LIMIT %(most)s",
                {"sought": sought, "most": MOST_FOUND},
            ).fetchall()
        exact = [row for row in rows if row[5]]
        return tuple(
            FoundMeter(
                point=point,
                name=name,
                place=place,
                serial=serial,
                utility=Utility(utility) if utility else None,
            )
            for point, name, place, serial, utility, _ in exact or rows
        )

    def phone_meter(self, scope: Scope, point: str) -> Answer[PhoneMeter] | None:
        """Return what is told of a meter at a point; None when there is no such point."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plate = self._meters.plate(connection, point)
            if plate is None:
                return None
            schema = self._at.schema
            registers = self._meters.registers(connection, point)
            channels = [register.channel for register in registers]
            record = record_at(connection, schema, point)
            due = due_facts(connection, schema, date.max)
            meter = PhoneMeter(
                plate=plate,
                location=str(record.get("location", "")),
                registers=registers,
                due=tuple((each.name, each.day) for each in due if each.point == point),
                checks=tuple(record.get("checks", ())),
                events=self._point_events(connection, point, channels),
                entered=self._displays_read(connection, channels),
                pulses=counts_pulses(connection, schema, point),
            )
            return self._at.answer(connection, meter, channels=channels)

    def await_reading(self, scope: Scope, position: int) -> None:
        """Wait until the views show what was written to `metering` up to a position, 2 s."""
        self._at.await_shown(
            scope, Right.READ_ENERGY, lambda each: self._at.position(each, METERING) >= position
        )

    def _point_events(
        self, connection: Connection, point: str, channels: list[int]
    ) -> tuple[PointEvent, ...]:
        found = [*self._alerts_at(connection, channels), *self._doubts_at(connection, channels)]
        segments = segments_of(connection, self._at.schema, point)
        served = {(each.start, each.serial, each.multiplier) for each in segments}
        found += [
            PointEvent(at=at, happened=Happened.SERVED, what=serial, multiplier=multiplier)
            for at, serial, multiplier in served
        ]
        return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:MOST_EVENTS])

    def _alerts_at(self, connection: Connection, channels: list[int]) -> list[PointEvent]:
        schema = self._at.schema
        rows: list[Row] = connection.execute(
            "SELECT a.raised_at, a.cleared_at, coalesce(r.name, ''), coalesce(f.code, ''), "
            f"a.severity FROM {schema}.alert AS a "
            f"LEFT JOIN {schema}.rule AS r ON r.rule = a.rule "
            f"LEFT JOIN {schema}.alert_finding AS f ON f.alert = a.alert "
            "WHERE a.channel = ANY(%s) ORDER BY a.raised_at DESC LIMIT %s",
            (channels, MOST_EVENTS),
        ).fetchall()
        events = []
        for raised_at, cleared_at, name, code, severity in rows:
            said = {"what": name, "code": code, "severity": severity}
            events.append(PointEvent(at=raised_at, happened=Happened.ALERT, **said))
            if cleared_at is not None:
                events.append(PointEvent(at=cleared_at, happened=Happened.CLEARED, **said))
        return events

    def _doubts_at(self, connection: Connection, channels: list[int]) -> list[PointEvent]:
        rows: list[Row] = connection.execute(
            f"SELECT DISTINCT start_at, code, severity FROM {self._at.schema}.finding "
            "WHERE channel = ANY(%s) AND channel > 0 AND explained_position IS NULL "
            "AND resolved_position IS NULL ORDER BY start_at DESC LIMIT %s",
            (channels, MOST_EVENTS),
        ).fetchall()
        return [
            PointEvent(at=at, happened=Happened.FINDING, code=code, severity=severity)
            for at, code, severity in rows
        ]

    def _displays_read(self, connection: Connection, channels: list[int]) -> tuple[EnteredRow, ...]:
        registers: list[Row] = connection.execute(
            f"SELECT number, quantity, unit, resolution FROM {self._at.schema}.channel "
            "WHERE number = ANY(%s)",
            (channels,),
        ).fetchall()
        facts = {row[0]: row[1:] for row in registers}
        said = read_corrections(connection, self._at.schema, channels=tuple(channels))
        manual = [row for row in said if row.kind == "manual"][:MOST_ENTERED]
        names = self._at.person_names(connection, [row.proposed_by for row in manual])
        return tuple(
            EnteredRow(
                at=at,
                quantity=facts[row.channel][0],
                value=shown(count, facts[row.channel][2]),
                unit=facts[row.channel][1],
                note=row.reason,
                by=names.get(row.proposed_by, "?"),
                entered_at=row.proposed_at,
            )
            for row in manual
            for at, count in row.readings[-1:]
        )
