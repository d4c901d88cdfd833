"""In: a channel's hours of usage. Out: what its performance baseline says, by hour. I/O: reads.

Live evaluation takes the last value, a back-test all of them: both come from `watch` over the
hours that are kept, with nothing remembered. What was estimated is neither judged nor learnt from;
nor is a total that was spread evenly over hours without readings, unless it is nothing: a register
that did not move used nothing in each of them. Where the site has a gauge `outdoor_temperature`,
what a degree is worth is learnt too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from energy.alerting.baseline.alarms import MEMORY_DAYS, Change, Standing, Turn, watch
from energy.alerting.baseline.clock_grid import clock_hours, end_of, on_clock
from energy.alerting.baseline.expected import WINDOW_DAYS
from energy.alerting.baseline.rolling import HOURS, Floats
from energy.alerting.baseline.spec import Side
from energy.alerting.rules.baseline import PER_PERCENT, Baseline
from energy.alerting.rules.evaluate import Sample
from energy.base.clock import to_us
from energy.base.period import Period, local_day, midnight
from energy.base.quality import Quality
from energy.views.weather import WARMTH, weather_gauge, weather_hours

BEFORE_DAYS = MEMORY_DAYS + 28
"""Days that are read before those asked for: what is learnt, and an alarm that stands for weeks.
Eight weeks more where what a degree is worth is learnt of them. [days]"""
KNOWN = (Quality.MEASURED, Quality.CORRECTED, Quality.MANUAL, Quality.INTERPOLATED)
SPREAD_H = 4
"""So many equal hours without readings between them are a total spread evenly. [h]"""
HOUR = timedelta(hours=1)
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, kw_only=True)
class Warmth:
    """The outdoor temperature of a site, read once for all channels that ask for the same days."""

    connection: Connection
    """May read the views."""
    schema: str
    zone: ZoneInfo
    _read: dict[tuple[date, int], Floats | None] = field(default_factory=dict)

    @cached_property
    def before_days(self) -> int:
        """Return how many days before those asked for are read. [days]."""
        known = weather_gauge(self.connection, self.schema, WARMTH) is not None
        return BEFORE_DAYS + (WINDOW_DAYS if known else 0)

    def of(self, first_day: date, days: int) -> Floats | None:
        """Return it by clock hour, NaN where unknown; None without such a gauge.

        Args:
            first_day: First local day.
            days: Number of local days.

        Returns:
            Shape (days, 24). [degC]
        """
        asked = (first_day, days)
        if asked not in self._read:
            self._read[asked] = self._grid(first_day, days)
        return self._read[asked]

    def _grid(self, first_day: date, days: int) -> Floats | None:
        last_day = first_day + timedelta(days=days)
        period = Period(start=midnight(first_day, self.zone), end=midnight(last_day, self.zone))
        told = weather_hours(self.connection, self.schema, WARMTH, period)
        if not told:
            return None
        grid: Floats = on_clock(
            np.zeros(len(told), dtype=np.int64),
            clock_hours(list(told), self.zone),
            np.array(list(told.values())),
            meters=1,
            first_day=first_day.toordinal(),
            days=days,
        )[0]
        return grid


def baseline_samples(warmth: Warmth, asked: tuple[int, Baseline], period: Period) -> list[Sample]:
    """Return the percent of the alarm that stands, by time: where it turns, and at the newest hour.

    Args:
        warmth: Of the site, by whose clock busy and idle hours are learnt.
        asked: Channel number, and the numbers of its rule.
        period: Hours that end in it are judged; later ones are not looked at.
    """
    connection, schema, zone = warmth.connection, warmth.schema, warmth.zone
    channel, terms = asked
    first_day = local_day(period.start, zone) - timedelta(days=warmth.before_days)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT start_at, usage, quality FROM {schema}.usage_hour WHERE channel = %s "
        "AND start_at >= %s AND start_at <= %s AND quality = ANY(%s) ORDER BY start_at",
        (
            channel,
            midnight(first_day, zone),
            period.end - HOUR,
            [quality.value for quality in KNOWN],
        ),
    ).fetchall()
    rows = _apart(rows)
    if not rows or rows[-1][0] + HOUR <= period.start:
        return []
    starts = [row[0] for row in rows]
    hours = clock_hours(starts, zone)
    days = (int(hours[-1]) // HOURS) - first_day.toordinal() + 1
    grid = on_clock(
        np.zeros(len(hours), dtype=np.int64),
        hours,
        np.array([row[1] for row in rows], dtype=np.int64),
        meters=1,
        first_day=first_day.toordinal(),
        days=days,
    )
    changes, _ = watch(
        grid,
        terms.spec,
        [Standing()],
        first=first_day.toordinal() * HOURS,
        until=int(hours[-1]) + 1,
        temperature=warmth.of(first_day, days),
    )
    newest = to_us(starts[-1] + HOUR)
    turns = _standing(changes, zone)
    before = [value for at_us, value in turns if at_us <= newest]
    found = [
        (at_us, channel, value) for at_us, value in turns if to_us(period.start) < at_us < newest
    ]
    return [*found, (newest, channel, before[-1] if before else 0)]


def _apart(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return start, usage and quality of the hours whose own usage is known."""
    found: list[tuple[Any, ...]] = []
    alike: list[tuple[Any, ...]] = []
    for row in rows:
        if alike and not _of_one_total(alike[-1], row):
            found += alike if len(alike) < SPREAD_H else []
            alike = []
        alike.append(row)
    return found + (alike if len(alike) < SPREAD_H else [])


def _of_one_total(one: tuple[Any, ...], following: tuple[Any, ...]) -> bool:
    """Return whether two hours may be parts of one total; rounding makes them differ by 1."""
    return bool(
        one[2] == following[2] == Quality.INTERPOLATED
        and one[1] != 0
        and abs(one[1] - following[1]) <= 1
        and following[0] - one[0] == HOUR
    )


def _standing(changes: list[Change], zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return instants and the percent that stands from then on; more goes before less. [0.01 %]."""
    stands: dict[Side, int] = {}
    found: dict[int, int] = {}
    for change in sorted(changes, key=lambda each: each.hour):
        if change.turn is Turn.RAISED:
            percent = (change.percent or 0) * PER_PERCENT
            # Usage that stands still may be all that is expected, and is told all the same.
            stands[change.side] = percent or (1 if change.side is Side.MORE else -1)
        else:
            stands.pop(change.side, None)
        found[to_us(end_of(change.hour, zone))] = stands.get(Side.MORE, stands.get(Side.LESS, 0))
    return list(found.items())
