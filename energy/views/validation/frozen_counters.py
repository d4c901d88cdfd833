"""In: hours of counters and of the gauges beside them. Out: notes of what checks found. I/O: reads.

Looked at are the hours of the last day that are over, and of readings that came late those from
their first one on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

import psycopg

from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from energy.metering.checks import frozen_counter
from energy.metering.checks.frozen_counter import CounterFacts, Hour
from energy.metering.note import Note
from energy.views.validation.lasting import known_runs, lasting_notes

LOOK_BACK: Final = timedelta(hours=26)
SETTLED: Final = timedelta(minutes=15)
"""An hour is judged so long after its end."""
BESIDE: Final = {
    "active_energy_import": "active_power",
    "active_energy_total": "active_power",
    "heat_energy": "heat_power",
    "cooling_energy": "cooling_power",
    "volume": "flow",
    "mass": "mass_flow",
} | {f"active_energy_import_l{n}": f"active_power_l{n}" for n in (1, 2, 3)}
"""Which gauge moves which counter; the registers of tariffs stand still most of the day."""
AN_HOUR: Final = {
    "W": ("Wh", Fraction(1)),
    "kW": ("kWh", Fraction(1)),
    "MW": ("MWh", Fraction(1)),
    "L/h": ("L", Fraction(1)),
    "m3/h": ("m3", Fraction(1)),
    "kg/h": ("kg", Fraction(1)),
    "t/h": ("t", Fraction(1)),
}
"""What an hour of a gauge's unit is in a unit of counters."""
_MEASURED: Final = (Quality.MEASURED, Quality.CORRECTED, Quality.INTERPOLATED)
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A counter and the gauge that moves it."""

    point: str
    counter: int
    gauge: int
    facts: CounterFacts
    an_hour: Fraction
    """What an hour of one count of the gauge moves. [base unit / count]"""


def frozen_counters(
    connection: Connection,
    schema: str,
    now: datetime,
    late: Mapping[int, datetime] | None = None,
) -> list[Note]:
    """Return the notes of counters that stand while power flows, or no longer do.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        now: The present, aware UTC.
        late: From when on readings came late, by channel of a counter or of its power.
    """
    notes = []
    pairs = _pairs(connection, schema)
    for since, mine in _by_begin(pairs, now, late or {}).items():
        hours = _hours(connection, schema, mine, since, now)
        numbers = [pair.counter for pair in mine]
        known = known_runs(connection, schema, frozen_counter.CODE, numbers, since)
        for pair in mine:
            own = hours.get(pair.counter, [])
            notes += lasting_notes(
                frozen_counter.CODE,
                frozen_counter.SEVERITY,
                pair.counter,
                spans=frozen_counter.found(own, pair.facts),
                ends=[hour.start_us for hour in own if hour.usage],
                known=known.get(pair.counter, ()),
                proof={"point": pair.point},
            )
    return notes


def _by_begin(
    pairs: Sequence[_Pair], now: datetime, late: Mapping[int, datetime]
) -> Mapping[datetime, list[_Pair]]:
    """Return the pairs by the instant from which on their hours are looked at.

    Late readings are looked at with what was before them, by whole days.
    """
    begins: dict[datetime, list[_Pair]] = {}
    for pair in pairs:
        first = min((late[n] for n in (pair.counter, pair.gauge) if n in late), default=now)
        days = max(0, (now - first) // timedelta(days=1))
        begins.setdefault(now - LOOK_BACK - timedelta(days=days), []).append(pair)
    return begins


def _pairs(connection: Connection, schema: str) -> list[_Pair]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT c.point, c.number, g.number, c.utility, c.unit, c.resolution, c.max_per_hour, "
        f"g.unit, g.resolution, s.multiplier FROM {schema}.channel AS c "
        f"JOIN {schema}.channel AS g ON g.point = c.point AND g.kind = 'gauge' "
        "JOIN unnest(%s::text[], %s::text[]) AS b (counter, gauge) "
        "ON b.counter = c.quantity AND b.gauge = g.quantity "
        f"JOIN {schema}.segment AS s ON s.channel = c.number AND s.end_at IS NULL "
        "WHERE c.kind = 'counter' AND c.utility IS NOT NULL ORDER BY c.number",
        (list(BESIDE), list(BESIDE.values())),
    ).fetchall()
    return [
        _Pair(
            point=point,
            counter=counter,
            gauge=gauge,
            facts=CounterFacts(
                step=to_base(Utility(utility), unit) * Fraction(resolution) * Fraction(multiplier),
                max_per_hour=most,
            ),
            an_hour=to_base(Utility(utility), AN_HOUR[power][0]) * Fraction(power_resolution),
        )
        for (
            point, counter, gauge, utility, unit, resolution, most, power, power_resolution,
            multiplier,
        ) in rows
        if power in AN_HOUR
    ]  # fmt: skip


def _hours(
    connection: Connection, schema: str, pairs: Sequence[_Pair], since: datetime, now: datetime
) -> Mapping[int, list[Hour]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT p.counter, u.start_at, u.usage, coalesce(h.least, 0), coalesce(h.readings, 0) "
        "FROM unnest(%s::int[], %s::int[]) AS p (counter, gauge) "
        f"JOIN {schema}.usage_hour AS u ON u.channel = p.counter "
        "AND u.start_at >= %s AND u.start_at <= %s AND u.quality = ANY(%s) "
        f"LEFT JOIN {schema}.gauge_hour AS h ON h.channel = p.gauge AND h.start_at = u.start_at "
        "AND h.start_at >= %s ORDER BY p.counter, u.start_at",
        (
            [pair.counter for pair in pairs],
            [pair.gauge for pair in pairs],
            since,
            now - SETTLED - timedelta(hours=1),
            [int(quality) for quality in _MEASURED],
            since,
        ),
    ).fetchall()
    an_hour = {pair.counter: pair.an_hour for pair in pairs}
    hours: dict[int, list[Hour]] = {}
    for counter, start, usage, least, readings in rows:
        hours.setdefault(counter, []).append(
            Hour(
                start_us=to_us(start),
                usage=usage,
                least=least * an_hour[counter],
                readings=readings,
            )
        )
    return hours
