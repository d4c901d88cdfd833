"""Step 5a. From: usage blocks, supply graph. To: the overview's rows. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dashboards.queries.day_usage import Summed, summed, total_of
from dashboards.queries.rows import (
    GRACE,
    Answer,
    EnergyFlow,
    Health,
    LoadProfile,
    UsageCalendar,
    UtilityTile,
)
from dashboards.queries.sql_plans import note_rows
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.queries.sql_tariff_bands import day_bands
from dashboards.queries.supply import flow_rows
from dashboards.security.scope import Right, Scope
from energy.base.errors import EnergyError
from energy.base.period import Period, day_period, days_between, local_day
from energy.base.quality import Quality, worst_of
from energy.base.units import Utility
from energy.views.pinned_notes import notes_at
from energy.views.usage import read_spans

TREND_DAYS = 14
CALENDAR_WEEKS = 53
DAYS_A_WEEK, MEAN_WEEKS = 7, 4


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
