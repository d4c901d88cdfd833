"""Step 5a. From: usage blocks, supply graph, alerts. To: the overview's rows. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from dashboards.queries.day_usage import Summed, summed, total_of
from dashboards.queries.rows import (
    AlertRow,
    Answer,
    EnergyFlow,
    Health,
    LoadProfile,
    UsageCalendar,
    UtilityTile,
)
from dashboards.queries.sql_plans import note_rows
from dashboards.queries.sql_site import OPERATIONS, Connection, Row, SqlSite, shown
from dashboards.queries.sql_tariff_bands import day_bands
from dashboards.queries.supply import flow_rows
from dashboards.security.scope import Right, Scope
from energy.base.clock import monotonic_s, wait
from energy.base.errors import EnergyError
from energy.base.period import Period, day_period, days_between, local_day
from energy.base.quality import Quality, worst_of
from energy.base.units import Utility
from energy.views.pinned_notes import notes_at
from energy.views.usage import read_spans

TREND_DAYS = 14
CALENDAR_WEEKS = 53
DAYS_A_WEEK, MEAN_WEEKS = 7, 4
GRACE = timedelta(minutes=5)
"""How long after its end an interval may still be on its way before it counts as missing."""
MOST_ALERTS = 200
PATIENCE_S = 2.0
"""How long a command waits to see its own write. [s]"""


class SqlEnergy:
    """Energy questions in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def _today(self) -> date:
        return local_day(self._at.clock.now(), self._at.site.zone)

    def tiles(self, scope: Scope) -> Answer[tuple[UtilityTile, ...]]:
        """Return the utilities of the site, today beside yesterday."""
        now = self._at.clock.now()
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = tuple(
                self._tile(
                    connection,
                    utility,
                    self._at.top_channels(connection, utility, channels, now),
                )
                for utility, channels in self._at.usage_channels(connection).items()
            )
            return self._at.answer(connection, rows)

    def _tile(self, connection: Connection, utility: Utility, channels: list[int]) -> UtilityTile:
        now, today = self._at.clock.now(), day_period(self._today(), self._at.site.zone)
        yesterday = day_period(self._today() - timedelta(days=1), self._at.site.zone)
        day = self._today() - timedelta(days=1)
        both = Period(start=yesterday.start, end=today.end)
        total = summed(list(read_spans(connection, self._at.schema, channels, both).values()))
        days = self._whole_days(connection, channels, day - timedelta(weeks=MEAN_WEEKS), day)
        step = timedelta(seconds=total.step_s)
        border = (today.start - both.start) // step
        here = total.part(border, len(total.usage))
        due = min(max((now - GRACE - today.start) // step, 0), len(here.usage))
        begun = min((now - today.start) // step, len(here.usage))
        before = total.part(0, border)
        known = int(here.known[:due].sum())
        so_far = int(here.usage[:begun].sum()) if here.known[:begun].any() else None
        expected = due * len(channels)
        return UtilityTile(
            utility=utility,
            today=so_far,
            yesterday=before.total(len(channels)),
            yesterday_so_far=before.part(0, begun).total(len(channels)),
            quality=_quality(here, due=due, begun=begun, whole=known == expected),
            known=known,
            expected=expected,
            meters=len(channels),
            last_at=self._at.last_reading(connection, channels),
            trend=days[-TREND_DAYS:],
            weekdays=_mean(days[-1 - DAYS_A_WEEK :: -DAYS_A_WEEK]),
            complete=self._at.day_completeness(connection, channels, [day]).get(day),
        )

    def _whole_days(
        self, connection: Connection, channels: list[int], first: date, last: date
    ) -> tuple[int | None, ...]:
        """Return the usage of days, None where any channel is unknown. [base unit]."""
        rows: list[Row] = connection.execute(
            f"SELECT day, sum(usage), count(*) FROM {self._at.schema}.usage_day "
            "WHERE channel = ANY(%s) AND day >= %s AND day <= %s AND quality < %s GROUP BY day",
            (channels, first, last, int(Quality.SUSPECT)),
        ).fetchall()
        whole = {day: int(usage) for day, usage, count in rows if count == len(channels)}
        return tuple(whole.get(day) for day in days_between(first, last))

    def usage_calendar(self, scope: Scope, utility: Utility) -> Answer[UsageCalendar]:
        """Return what the site used on each day of the last twelve months, by whole weeks."""
        yesterday = self._today() - timedelta(days=1)
        first = yesterday - timedelta(weeks=CALENDAR_WEEKS - 1, days=yesterday.weekday())
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            known = self._at.usage_channels(connection).get(utility, {})
            channels = self._at.top_channels(connection, utility, known, self._at.clock.now())
            days = self._whole_days(connection, channels, first, yesterday)
            rows = UsageCalendar(utility=utility, first=first, days=days)
            return self._at.answer(connection, rows, channels=channels)

    def load_profile(self, scope: Scope, utility: Utility) -> Answer[LoadProfile]:
        """Return today's curve of a utility."""
        now, day = self._at.clock.now(), self._today()
        period = day_period(day, self._at.site.zone)
        earlier = day_period(day - timedelta(days=1), self._at.site.zone)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            known = self._at.usage_channels(connection).get(utility, {})
            channels = self._at.top_channels(connection, utility, known, now)
            total = self._summed(connection, channels, period)
            before = self._summed(connection, channels, earlier)
            tariff, bands = day_bands(self._at, connection, utility, day)
            profile = LoadProfile(
                utility=utility,
                day=day,
                start=period.start,
                now=now,
                step_s=total.step_s,
                usage=total.values(),
                known=tuple(int(n) for n in total.known),
                quality=total.qualities(),
                meters=len(channels),
                bands=bands,
                tariff=tariff,
                before=tuple(
                    value if n == len(channels) else None
                    for value, n in zip(before.values(), before.known, strict=True)
                ),
                notes=note_rows(
                    self._at,
                    connection,
                    notes_at(
                        connection, self._at.schema, list(known), [], period.start, period.end
                    ),
                ),
            )
            return self._at.answer(connection, profile, channels=channels)

    def _summed(self, connection: Connection, channels: list[int], period: Period) -> Summed:
        return summed(list(read_spans(connection, self._at.schema, channels, period).values()))

    def energy_flow(self, scope: Scope, utility: Utility, day: date) -> Answer[EnergyFlow]:
        """Return the supply graph of a utility with the amounts of a local day."""
        period = day_period(day, self._at.site.zone)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            channels = self._at.usage_channels(connection).get(utility, {})
            spans = read_spans(connection, self._at.schema, list(channels.values()), period)
            usage = {point: total_of(spans[number]) for point, number in channels.items()}
            supply = self._at.supply(connection, utility, period.end - timedelta(seconds=1))
            nodes, edges = flow_rows(supply, usage)
            flow = EnergyFlow(utility=utility, day=day, nodes=nodes, edges=edges)
            return self._at.answer(connection, flow, channels=list(channels.values()))

    def open_alerts(self, scope: Scope) -> Answer[tuple[AlertRow, ...]]:
        """Return alerts not cleared, the newest first."""
        schema = self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows: list[Row] = connection.execute(
                "SELECT a.alert, a.severity, coalesce(r.name, ''), coalesce(c.point, ''), "
                "coalesce(m.name, f.about, ''), coalesce(c.quantity, ''), coalesce(c.unit, ''), "
                "coalesce(c.resolution, '1'), a.value, a.limit_value, a.raised_at, a.historic, "
                "a.acknowledged_at, a.acknowledged_by, coalesce(f.code, '') "
                f"FROM {schema}.alert AS a LEFT JOIN {schema}.channel AS c ON c.number = a.channel "
                f"LEFT JOIN {schema}.meter AS m ON m.point = c.point "
                f"LEFT JOIN {schema}.rule AS r ON r.rule = a.rule "
                f"LEFT JOIN {schema}.alert_finding AS f ON f.alert = a.alert "
                "WHERE a.cleared_at IS NULL ORDER BY a.raised_at DESC LIMIT %s",
                (MOST_ALERTS,),
            ).fetchall()
            people = [row[13] for row in rows if row[13] is not None]
            names = self._at.person_names(connection, people)
            alerts = tuple(_alert(row, names) for row in rows)
            return self._at.answer(connection, alerts, follower=OPERATIONS)

    def await_acknowledgement(self, scope: Scope, alert: UUID) -> None:
        """Wait until the view shows an alert as acknowledged, 2 s at most."""
        until = monotonic_s() + PATIENCE_S
        while monotonic_s() < until:
            with self._at.read(scope, Right.READ_ENERGY) as connection:
                row = connection.execute(
                    f"SELECT 1 FROM {self._at.schema}.alert "
                    "WHERE alert = %s AND acknowledged_at IS NOT NULL",
                    (alert,),
                ).fetchone()
            if row is not None:
                return
            wait(0.05)

    def token(self, scope: Scope) -> str:
        """Return a text that changes when any view of the site changed."""
        with self._at.read(
            scope, Right.READ_ENERGY if scope.staff else Right.READ_OWN
        ) as connection:
            rows: list[Row] = connection.execute(
                f"SELECT name, position FROM {self._at.schema}.follower ORDER BY name"
            ).fetchall()
        return " ".join(f"{name}={position}" for name, position in rows)

    def health(self) -> Health:
        """Return whether the site can be served: no scope, no names."""
        try:
            with self._at.database.connection() as connection:
                rows: list[Row] = connection.execute(
                    f"SELECT f.name, h.position - f.position FROM {self._at.schema}.follower AS f "
                    f"JOIN {self._at.schema}.journal_head AS h ON h.application = f.name "
                    "ORDER BY f.name"
                ).fetchall()
                last = self._at.last_reading(connection)
        except (EnergyError, OSError):
            return Health(database_ok=False, followers=(), newest_reading_at=None)
        followers = tuple((str(name), int(lag)) for name, lag in rows)
        return Health(database_ok=True, followers=followers, newest_reading_at=last)


def _mean(days: Sequence[int | None]) -> int | None:
    """Return the mean of the known days; None where none is known. [base unit]."""
    known = [usage for usage in days if usage is not None]
    return sum(known) // len(known) if known else None


def _quality(today: Summed, *, due: int, begun: int, whole: bool) -> Quality:
    """Return the worst quality so far; MISSING as soon as one due interval is."""
    part = today.part(0, due or begun)
    known = [quality for quality in part.qualities() if quality < Quality.MISSING]
    return worst_of(known) if whole else Quality.MISSING


def _alert(row: Row, names: dict[UUID, str]) -> AlertRow:
    alert, severity, rule, point, meter, quantity, unit, resolution, value, limit, *rest = row
    raised_at, historic, acknowledged_at, acknowledged_by, code = rest
    seen_at: datetime | None = acknowledged_at
    return AlertRow(
        alert=alert,
        severity=severity,
        rule=rule,
        point=point,
        meter=meter,
        quantity=quantity,
        unit=unit,
        value=shown(value, resolution),
        limit=shown(limit, resolution),
        raised_at=raised_at,
        historic=historic,
        acknowledged_at=seen_at,
        acknowledged_by=names.get(acknowledged_by, "?") if acknowledged_by else None,
        code=code,
    )
