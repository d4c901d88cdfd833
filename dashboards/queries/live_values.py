"""In: metering points. Out: what their gauges, states and newest intervals say now. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np

from dashboards.formats import UNITS
from dashboards.queries.day_usage import known_of
from dashboards.queries.one_line_rows import GaugeValue, Rate, RateFrom, StateValue
from dashboards.queries.positions import position_of
from dashboards.queries.sql_site import Connection, Row, SqlSite, decimal_of, shown
from energy.base.period import Period, day_period, local_day
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage import UsageSpan
from energy.views.usage import read_spans

FRESH_S = 300
"""A value is never stale before this age. [s]"""
SLOTS = 3
"""Slots that a polled source may miss before its values are stale."""
UNASKED_S = 3600
"""Age from which the value of a device that nobody polls is stale. [s]"""
POWERS = frozenset({"active_power", "reactive_power", "apparent_power"})
"""Quantities that a meter's multiplier multiplies; its parts alone are not known."""
_SECONDARY = ("current", "voltage")
_KILO = {"W": Fraction(1, 1000), "kW": Fraction(1), "MW": Fraction(1000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveValues:
    """What points tell, by point."""

    values: Mapping[str, tuple[GaugeValue, ...]]
    states: Mapping[str, tuple[StateValue, ...]]
    rates: Mapping[str, Rate]
    channels: tuple[int, ...]
    """Every channel that was read."""

    @staticmethod
    def is_stale(state: StateValue, now: datetime) -> bool:
        """Return whether a state was told too long ago to be known."""
        return state.at is None or (now - state.at).total_seconds() > state.fresh_s


def live_values(
    at: SqlSite, connection: Connection, utility: Utility, points: Sequence[str]
) -> LiveValues:
    """Return what some points tell now.

    Args:
        at: The site.
        connection: Any connection of it.
        utility: Whose rate is asked for.
        points: Meters and sensors.
    """
    now = at.clock.now()
    values: dict[str, list[GaugeValue]] = {}
    states: dict[str, list[StateValue]] = {}
    rates: dict[str, Rate] = {}
    numbers: list[int] = []
    for row in _latest(at, connection, points):
        numbers.append(row[0])
        if row[3] == "state":
            states.setdefault(row[1], []).append(_state(row, now))
        elif row[9] is not None:
            value = _gauge(row, now)
            values.setdefault(value.point, []).append(value)
            if value.quantity == "active_power" and utility is Utility.ELECTRICITY:
                rates[value.point] = _power(value)
    counters = at.usage_channels(connection).get(utility, {})
    asked = {point: counters[point] for point in points if point in counters}
    missing = {p: n for p, n in asked.items() if p not in rates or rates[p].stale}
    for point, rate in _newest(at, connection, utility, missing, now).items():
        if point not in rates or rate.at > rates[point].at:
            rates[point] = rate
    return LiveValues(
        values={point: tuple(each) for point, each in values.items()},
        states={point: tuple(each) for point, each in states.items()},
        rates=rates,
        channels=tuple(sorted({*numbers, *asked.values()})),
    )


def _latest(at: SqlSite, connection: Connection, points: Sequence[str]) -> list[Row]:
    return connection.execute(
        "SELECT c.number, c.point, c.quantity, c.kind, c.unit, c.resolution, m.name, "
        "coalesce(m.multiplier, '1'), (s.settings->>'interval_s')::int, l.at, l.count, l.quality "
        f"FROM {at.schema}.channel AS c JOIN {at.schema}.meter AS m USING (point) "
        f"LEFT JOIN {at.schema}.latest AS l ON l.channel = c.number "
        f"LEFT JOIN {at.schema}.source AS s ON s.key = m.source "
        "WHERE c.point = ANY(%s) AND c.kind IN ('gauge', 'state') ORDER BY c.number",
        (list(points),),
    ).fetchall()


def _fresh_s(interval_s: int | None) -> int:
    """Return the age from which a value is stale. [s]."""
    return UNASKED_S if interval_s is None else max(FRESH_S, SLOTS * interval_s)


def _gauge(row: Row, now: datetime) -> GaugeValue:
    _, point, quantity, _, unit, resolution, name, multiplier, interval_s, told, count, code = row
    value, quality, fresh_s = shown(count, resolution), Quality(code), _fresh_s(interval_s)
    factor = Fraction(multiplier)
    if quantity.partition("_l")[0] in POWERS:
        value = decimal_of(Fraction(value) * factor)
    return GaugeValue(
        point=point,
        meter=name,
        quantity=quantity,
        unit=unit,
        value=value,
        at=told,
        quality=quality,
        fresh_s=fresh_s,
        stale=quality >= Quality.SUSPECT or (now - told).total_seconds() > fresh_s,
        secondary=factor != 1 and quantity.startswith(_SECONDARY),
    )


def _state(row: Row, now: datetime) -> StateValue:
    _, point, quantity, _, _, _, name, _, interval_s, told, count, code = row
    fresh_s = _fresh_s(interval_s)
    good = told is not None and Quality(code) < Quality.SUSPECT
    stale = not good or (now - told).total_seconds() > fresh_s
    return StateValue(
        point=point,
        meter=name,
        quantity=quantity,
        position=position_of(quantity, count if good else None, stale=stale),
        count=count if good else None,
        at=told if good else None,
        fresh_s=fresh_s,
    )


def _power(value: GaugeValue) -> Rate:
    return Rate(
        value=decimal_of(Fraction(value.value) * _KILO.get(value.unit, Fraction(1, 1000))),
        known=RateFrom.GAUGE,
        meters=1,
        at=value.at,
        fresh_s=value.fresh_s,
        stale=value.stale,
    )


def _newest(
    at: SqlSite,
    connection: Connection,
    utility: Utility,
    channels: Mapping[str, int],
    now: datetime,
) -> dict[str, Rate]:
    """Return the mean rate of the newest known interval of channels, today's or yesterday's."""
    if not channels:
        return {}
    zone = at.site.zone
    today = local_day(now, zone)
    both = Period(
        start=day_period(today - timedelta(days=1), zone).start, end=day_period(today, zone).end
    )
    spans = read_spans(connection, at.schema, list(channels.values()), both)
    told = {
        point: _of_span(utility, spans[number], now)
        for point, number in channels.items()
        if number in spans
    }
    return {point: rate for point, rate in told.items() if rate is not None}


def _of_span(utility: Utility, span: UsageSpan, now: datetime) -> Rate | None:
    step = timedelta(seconds=span.step_s)
    over = min(max((now - span.start) // step, 0), len(span.usage))
    known = np.flatnonzero(known_of(span)[:over])
    if len(known) == 0:
        return None
    number = int(known[-1])
    end = span.start + step * (number + 1)
    used = Fraction(int(span.usage[number]) * 3600, span.step_s * UNITS[utility][0].per_unit)
    fresh_s = max(UNASKED_S, 2 * span.step_s)
    return Rate(
        value=Decimal(used.numerator) / used.denominator,
        known=RateFrom.INTERVAL,
        meters=1,
        at=end,
        fresh_s=fresh_s,
        stale=(now - end).total_seconds() > fresh_s,
    )
