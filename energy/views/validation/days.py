"""In: the time of fresh readings. Out: what checks of whole days meet there. I/O: reads.

A day is looked at when it is over and both channels of a pair know all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.period import Period, days_between, local_day, midnight, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from energy.metering.channel import LOCAL_DAY_S
from energy.metering.checks import interval_sum
from energy.metering.checks.interval_sum import Day, allowed
from energy.metering.usage import UsageSpan
from energy.views.usage import read_spans
from energy.views.validation.lot import Windows
from energy.views.validation.readings import Met
from energy.views.validation.told import Scope, Told

Connection = psycopg.Connection[tuple[object, ...]]
MOST_DAYS: Final = 62
"""Days of one pair that one look compares; a longer history is compared from its end. [d]"""
_TOTALS: Final = (
    *("active_energy_import", "active_energy_export", "active_energy_total"),
    *("heat_energy", "cooling_energy", "volume", "mass"),
)
"""Registers that count all of a flow, not a tariff's or a phase's part."""
_KNOWN: Final = (Quality.MEASURED, Quality.CORRECTED, Quality.INTERPOLATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A channel of intervals and the register of the same flow beside it."""

    intervals: int
    register: int
    interval_step: Fraction
    """[base unit / count]"""
    register_step: Fraction
    """[base unit / count]"""
    delivered_s: int


def checked_days(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    now: datetime,
    windows: Windows,
    met: Met,
) -> None:
    """Compare the sums of intervals with registers, on the days of fresh readings that are over.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        now: The present, aware UTC.
        windows: Time of the fresh readings by channel.
        met: Takes what is met.
    """
    for pair in _pairs(connection, schema, list(windows)):
        spans = [windows[n] for n in (pair.intervals, pair.register) if n in windows]
        today = local_day(now, zone)
        first = local_day(from_us(min(low for low, _ in spans)), zone)
        last = min(local_day(from_us(max(high for _, high in spans)), zone), today)
        first = max(first, date.fromordinal(max(last.toordinal() - MOST_DAYS, 1)))
        days = [day for day in days_between(first, last) if day < today]
        if days:
            _compare(connection, schema, zone, pair, days, met)


def _compare(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    pair: _Pair,
    days: Sequence[date],
    met: Met,
) -> None:
    period = span_of_days(days[0], days[-1], zone)
    numbers = (pair.intervals, pair.register)
    told = read_spans(connection, schema, numbers, period)
    rows = []
    for day in days:
        own = Period(start=midnight(day, zone), end=span_of_days(day, day, zone).end)
        sums = [_sum(told[n], own) for n in numbers]
        low, high = to_us(own.start), to_us(own.end)
        scope = Scope(codes=(interval_sum.CODE,), channel=pair.intervals, low_us=low, high_us=high)
        met.scopes.append(scope)
        if sums[0] is None or sums[1] is None:
            continue
        every_s = pair.delivered_s
        whole_s = (high - low) // 1_000_000
        many = 1 if every_s == LOCAL_DAY_S else whole_s // every_s
        rows.append(
            Day(
                place=0,
                start_us=low,
                end_us=high,
                intervals=sums[0],
                register=sums[1],
                allowed=allowed(many, pair.interval_step, pair.register_step),
            )
        )
    met.found += [
        Told.of(interval_sum.CODE, interval_sum.SEVERITY, pair.intervals, span)
        for span in interval_sum.found(rows)
    ]


def _sum(span: UsageSpan, period: Period) -> int | None:
    """Return the usage of a period within a span; None unless all of it is known. [base unit]."""
    step_us = span.step_s * 1_000_000
    first = (to_us(period.start) - to_us(span.start)) // step_us
    last = (to_us(period.end) - to_us(span.start)) // step_us
    own = slice(first, last)
    if not np.isin(span.quality[own], [int(each) for each in _KNOWN]).all():
        return None
    return int(span.usage[own].sum())


def _pairs(connection: Connection, schema: str, channels: Sequence[int]) -> list[_Pair]:
    """Return the points that tell one flow both ways, of which a channel was touched.

    Only where the point has one channel of intervals and one register of a direction: which
    of several the intervals belong to is not told.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT min(i.number), min(r.number), min(i.utility), min(i.unit), min(i.resolution), "
        "min(r.unit), min(r.resolution), min(si.multiplier), min(sr.multiplier), "
        "min(coalesce(d.interval_s, i.grid_s)) "
        f"FROM {schema}.channel AS i JOIN {schema}.channel AS r ON r.point = i.point "
        "AND r.utility = i.utility AND r.direction = i.direction AND r.kind = 'counter' "
        "AND r.quantity = ANY(%(totals)s) "
        f"LEFT JOIN {schema}.interval_channel AS d ON d.channel = i.number "
        f"JOIN {schema}.segment AS si ON si.channel = i.number AND si.end_at IS NULL "
        f"JOIN {schema}.segment AS sr ON sr.channel = r.number AND sr.end_at IS NULL "
        "WHERE i.kind = 'interval' AND i.utility IS NOT NULL "
        "GROUP BY i.point, i.utility, i.direction HAVING count(*) = 1 "
        "AND (min(i.number) = ANY(%(some)s) OR min(r.number) = ANY(%(some)s)) ORDER BY 1",
        {"some": list(channels), "totals": list(_TOTALS)},
    ).fetchall()
    return [
        _Pair(
            intervals=intervals,
            register=register,
            interval_step=to_base(Utility(utility), i_unit) * Fraction(i_res) * Fraction(i_many),
            register_step=to_base(Utility(utility), r_unit) * Fraction(r_res) * Fraction(r_many),
            delivered_s=delivered_s,
        )
        for (
            intervals, register, utility, i_unit, i_res, r_unit, r_res, i_many, r_many, delivered_s,
        ) in rows
    ]  # fmt: skip
